"""The record for the Algorithmic Transparency Recording Standard, tiers 1 and 2, as far as the configuration knows it.

The sections are those of the standard's template, version 3.0: an overview for the public, and five sections for
whoever wants to know more.
"""

from __future__ import annotations

from insighthub.governance.papers.document import Document, Paragraph, Section, Table, table
from insighthub.governance.papers.equality import rates_in_short
from insighthub.governance.papers.live import DPO, IG_LEAD, OWNER, Gaps, Live, fields_of

_DESCRIPTION = (
    "Insight Hub compares the records that the council's services hold of people, and works out how probable it is "
    "that two of them are of the same person. Records that are, get one reference. Officers see it for purposes that "
    "are named, with the reasons for each link; no decision about a person is made by the tool alone."
)


def transparency_record(live: Live) -> Document:
    """Return the record."""
    gaps, council = Gaps(), live.organisation
    tier_1 = [
        ("Name", "Insight Hub"),
        ("Description", _DESCRIPTION),
        ("Website", gaps.say("Website", council.website, OWNER)),
        ("Contact", gaps.say("Contact", council.contact, OWNER)),
    ]
    owner = [
        ("Organisation", gaps.say("Organisation", council.name, OWNER)),
        ("Team", gaps.say("Team", council.team, OWNER)),
        ("Senior responsible owner", gaps.say("Senior responsible owner", council.responsible_owner, OWNER)),
        ("Third parties and procurement", gaps.say("Third parties and procurement", None, OWNER)),
    ]
    rationale = [
        ("Detailed description", _DESCRIPTION),
        ("Scope", "; ".join(f"{p.title} ({p.basis})" for p in live.purposes) or _none(gaps)),
        ("Benefit", gaps.say("Benefit", None, OWNER)),
        ("Previous process", gaps.say("Previous process", None, OWNER)),
        ("Alternatives considered", gaps.say("Alternatives considered", None, OWNER)),
    ]
    deciding = [
        ("Part in decisions", "Shows what is held, with reasons; a person decides, and why is noted"),
        ("What it provides", "Which records are one person's, how sure and why; golden record; household"),
        ("Frequency and scale", _scale(live)),
        ("Human decisions and review", "Officers decide who is one person and who two; every run keeps to it"),
        ("Required training", gaps.say("Required training", None, IG_LEAD)),
        ("Appeals and review", "Subject requests: access, rectification, restriction, objection, erasure"),
    ]  # fmt: skip
    model = live.model
    known = bool(model)
    technical = [
        ("Method", "Fellegi-Sunter record linkage, weights learned from the data; average linkage"),
        ("Model", str(model.get("id")) if known else gaps.say("Model", None, "the first run")),
        ("Version", live.version),
        ("Input", ", ".join(model.get("comparisons", ())) or gaps.say("Comparisons", None, "the first run")),
        ("Learned from", f"{model['rows']:,} person-records of {len(model['sources'])} sources" if known
            else gaps.say("What it learned from", None, "the first run")),
        ("Performance", rates_in_short(live, gaps)),
        ("Phase", gaps.say("Phase", None, OWNER)),
        ("Maintenance", "Drift is measured between runs; alarms stop a run that changes too much"),
    ]  # fmt: skip
    data = [
        (s.name, ", ".join(fields_of(s)), "yes" if s.special_category else "no",
         f"{live.held[s.name][1]:,}" if s.name in live.held else "0",
         gaps.say(f"Legal gateway of {s.name}", s.legal_gateway, IG_LEAD))
        for s in live.sources
    ]  # fmt: skip
    names = ("Source", "What it holds", "Special category", "Records", "Sharing agreement or gateway")
    return Document(
        "algorithmic-transparency",
        "Algorithmic transparency record",
        live.stamp,
        ("For the Algorithmic Transparency Recording Standard, tiers 1 and 2.",),
        (
            Section("Tier 1", (_pairs("Tier 1 information", tier_1),)),
            Section(
                "Tier 2",
                (),
                (
                    Section("Owner and responsibility", (_pairs("Owner and responsibility", owner),)),
                    Section("Description and rationale", (_pairs("Description and rationale", rationale),)),
                    Section("Deciding", (_pairs("Decision-making process", deciding),)),
                    Section("Technical", (_pairs("Method and model", technical), table("Data", names, data))),
                    Section(
                        "Risks, mitigations and assessments",
                        (
                            Paragraph("See the draft of the impact assessment, which bears the same stamp."),
                            Paragraph("Published: " + gaps.say("Where the impact assessment is published", None, DPO)),
                        ),
                    ),
                ),
            ),
            gaps.section(),
        ),
    )


def _pairs(caption: str, rows: list[tuple[str, str]]) -> Table:
    return table(caption, ("Field", "Entry"), rows)


def _none(gaps: Gaps) -> str:
    return gaps.say("Purposes", None, IG_LEAD)


def _scale(live: Live) -> str:
    runs = ", ".join(f"{n} {kind}" for kind, n in live.runs.items()) or "none"
    residents = live.figures.get("residents")
    people = "no residents yet" if residents is None else f"{residents:,} residents"
    return f"{people}; runs so far: {runs}"
