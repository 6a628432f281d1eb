"""A draft of the data protection impact assessment (UK GDPR, Article 35): the parts that the configuration knows."""

from __future__ import annotations

from insighthub.governance.papers.document import Bullets, Document, Paragraph, Section, table
from insighthub.governance.papers.equality import rates_in_short
from insighthub.governance.papers.live import DPO, IG_LEAD, OWNER, Gaps, Live, fields_of, months
from insighthub.governance.papers.records_of_processing import security

#: What linking people's records can do to them, whatever the council; how likely and how grave is the council's to say.
_RISKS = (
    ("A person's records are not linked, and help does not reach them", "error rates by group in every report; review"),
    (
        "Two people are linked as one, and one is shown the other's life",
        "reasons with each link; officers part them",
    ),
    ("Somebody looks without need", "purposes, audit of each look, alerts"),
    ("Data given for one purpose is used for another", "a source is taken in with its legal gateway or not at all"),
    ("Figures let somebody be recognised", "disclosure control is the only exit for figures"),
    ("Where a person hides becomes known", "hidden residents, whose address is never inferred"),
    ("Data is kept for too long", "retention as a job, with proof of what went"),
    ("A person does not know, or cannot object", "privacy notice, subject access, flags that survive reloads"),
)


def impact_assessment(live: Live) -> Document:
    """Return the draft."""
    gaps = Gaps()
    scope = [
        ("Sources", f"{len(live.sources)}, of which {sum(s.special_category for s in live.sources)} special category"),
        ("Records held", f"{sum(n for _, n in live.held.values()):,}"),
        ("Residents", f"{live.figures['residents']:,}" if "residents" in live.figures else "no release yet"),
        ("How often", ", ".join(f"{n} {kind} runs so far" for kind, n in live.runs.items()) or "no run yet"),
        ("Where it is kept", gaps.say("Where the hub runs, and who hosts it", None, IG_LEAD)),
    ]
    need = [
        (s.name, ", ".join(fields_of(s)), ", ".join(p.title for p in live.purposes_of(s)) or "no purpose may use it",
         gaps.say(f"Time for which {s.name} is kept", months(s), IG_LEAD))
        for s in live.sources
    ]  # fmt: skip
    unused = [s.name for s in live.sources if not live.purposes_of(s)]
    grave = gaps.say("How grave each risk is", None, DPO)
    left = gaps.say("What is left of each risk", None, DPO)
    risks = [(risk, measure, grave, left) for risk, measure in _RISKS]
    safeguards = table("Safeguards that the configuration shows", ("What", "How"), security(live))
    told = table("Risks and what is done", ("Risk", "What is done", "How grave", "What is left"), risks)
    return Document(
        "impact-assessment",
        "Data protection impact assessment: draft",
        live.stamp,
        ("A draft: it says what the configuration shows. What it means is for people to judge and to sign.",),
        (
            Section(
                "Why it is needed",
                (
                    Bullets(
                        (
                            "Data sets are matched and combined.",
                            "Data are used on a large scale, and some of it is special category.",
                            "People may not expect that services' records are linked.",
                        )
                    ),
                    Paragraph("Purpose of the project: " + gaps.say("Purpose of the project", None, OWNER) + "."),
                ),
            ),
            Section("What is done", (table("Nature and scope", ("What", "As configured"), scope),)),
            Section(
                "Consultation",
                (Paragraph("Who was asked, and what they said: " + gaps.say("Consultation", None, IG_LEAD) + "."),),
            ),
            Section(
                "Necessity and proportionality",
                (
                    table("Each source and what needs it", ("Source", "Data", "Purposes", "Kept for"), need),
                    Paragraph(
                        "Sources that no purpose uses, and that are held without need unless they serve the linking: "
                        + (", ".join(unused) or "none")
                        + "."
                    ),
                ),
            ),
            Section("Risks", (told,)),
            Section("Safeguards", (safeguards,)),
            Section("Errors of linkage", (Paragraph(rates_in_short(live, gaps)),)),
            Section(
                "Sign-off",
                (
                    table(
                        "Who decided",
                        ("Who", "What"),
                        [
                            ("Data protection officer's advice", gaps.say("Advice of the officer", None, DPO)),
                            ("Accepted by", gaps.say("Acceptance", None, OWNER)),
                        ],
                    ),
                ),
            ),
            gaps.section(),
        ),
    )
