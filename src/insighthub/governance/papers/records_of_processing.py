"""The record of processing (UK GDPR, Article 30) and the table for the privacy notice (Articles 13 and 14)."""

from __future__ import annotations

from insighthub.governance.papers.document import Document, Paragraph, Section, table
from insighthub.governance.papers.live import DPO, IG_LEAD, OWNER, Gaps, Live, fields_of, months, subjects_of


def record_of_processing(live: Live) -> Document:
    """Return the record of processing."""
    gaps, council = Gaps(), live.organisation
    controller = [
        ("Controller", gaps.say("Name of the controller", council.name, IG_LEAD)),
        ("Contact", gaps.say("Contact of the controller", council.contact, IG_LEAD)),
        ("Data protection officer", gaps.say("Data protection officer", council.data_protection_officer, IG_LEAD)),
        ("Joint controllers and processors", gaps.say("Joint controllers and processors", None, IG_LEAD)),
    ]
    purposes = [(p.title, p.basis, ", ".join(live.uses(p)) or "no source that is there") for p in live.purposes]
    sources = [
        (
            s.name,
            gaps.say(f"Owner of {s.name}", s.owner, IG_LEAD),
            subjects_of(s),
            ", ".join(fields_of(s)),
            "yes" if s.special_category else "no",
            gaps.say(f"Lawful basis of {s.name}", s.lawful_basis, IG_LEAD),
            *_conditions(live, gaps, s.name),
            gaps.say(f"Legal gateway of {s.name}", s.legal_gateway, IG_LEAD),
            gaps.say(f"Time for which {s.name} is kept", months(s), IG_LEAD),
            f"{live.held[s.name][1]:,}" if s.name in live.held else "0",
        )
        for s in live.sources
    ]
    names = (
        "Source", "Owner", "People", "Personal data", "Special category", "Lawful basis", "Article 9", "Schedule 1",
        "Legal gateway", "Kept for", "Records held",
    )  # fmt: skip
    sections = [
        Section("Controller", (table("Who answers for the processing", ("What", "Who"), controller),)),
        Section("Purposes", (table("Purposes of the processing", ("Purpose", "Law", "Sources"), purposes),)),
        Section("Data", (table("Sources of personal data", names, sources),)),
        Section(
            "Recipients and transfers",
            (
                Paragraph("Recipients: " + gaps.say("Recipients outside of the council", None, IG_LEAD) + "."),
                Paragraph(
                    "Transfers to other countries: " + gaps.say("Transfers to other countries", None, IG_LEAD) + "."
                ),
            ),
        ),
        Section("Security", (table("Measures that the configuration shows", ("Measure", "How"), security(live)),)),
    ]
    if live.refused:
        rows = [(name, ", ".join(lacking)) for name, lacking in live.refused.items()]
        sections.append(
            Section("Sources that are not taken in", (table("No entry, no ingest", ("Source", "Lacks"), rows),))
        )
    lead = ("Written from the configuration of the hub, as UK GDPR Article 30 asks.",)
    return Document(
        "record-of-processing", "Record of processing activities", live.stamp, lead, (*sections, gaps.section())
    )


def privacy_notice(live: Live) -> Document:
    """Return the table for the privacy notice."""
    gaps, council = Gaps(), live.organisation
    rows = [
        (
            s.name.replace("_", " "),
            ", ".join(fields_of(s)),
            "; ".join(p.title for p in live.purposes_of(s)) or "no purpose may use it",
            gaps.say(f"Lawful basis of {s.name}", s.lawful_basis, IG_LEAD),
            gaps.say(f"Legal gateway of {s.name}", s.legal_gateway, IG_LEAD),
            gaps.say(f"Time for which {s.name} is kept", months(s), IG_LEAD),
        )
        for s in live.sources
    ]
    names = ("Where it comes from", "What it is", "What it is used for", "Lawful basis", "Law", "Kept for")
    told = [
        ("Who uses it", gaps.say("Name of the controller", council.name, IG_LEAD)),
        ("Whom to write to", gaps.say("Contact of the controller", council.contact, IG_LEAD)),
        ("Data protection officer", gaps.say("Data protection officer", council.data_protection_officer, DPO)),
        ("Who answers for it", gaps.say("Senior responsible owner", council.responsible_owner, OWNER)),
        ("Decisions by machine alone", "None: estimates carry reasons, and a person decides"),
    ]
    return Document(
        "privacy-notice",
        "Privacy notice: what the index of residents uses",
        live.stamp,
        ("For the council's privacy notice (UK GDPR, Articles 13 and 14). Put it in plain words of your own.",),
        (
            Section("Who we are", (table("Who uses the information", ("What", "Who"), told),)),
            Section("What we use", (table("Information, purposes and law", names, rows),)),
            gaps.section(),
        ),
    )


def security(live: Live) -> list[tuple[str, str]]:
    """Return the safeguards that the settings show, each with how it is set."""
    disclosure = live.settings.get("disclosure", {})
    hidden = sum(bool(source.hidden) for source in live.sources)
    return [
        ("Access by purpose", f"{len(live.purposes)} purposes; a person is looked at for one of them or not at all"),
        ("Locked sources", "the electoral register is used by purposes that name it alone"),
        ("Hidden residents", f"{hidden} sources say who is hidden; found by purposes that may see them alone"),
        ("Small numbers", f"hidden under {disclosure.get('threshold')}, rounded to {disclosure.get('rounding')}"),
        ("Releases kept", str(live.settings.get("run", {}).get("keep_releases"))),
        ("Audit kept", f"{live.settings.get('retention', {}).get('audit_months')} months"),
    ]  # fmt: skip


def _conditions(live: Live, gaps: Gaps, name: str) -> tuple[str, str]:
    source = next(s for s in live.sources if s.name == name)
    if not source.special_category:
        return ("not needed", "not needed")
    return (
        gaps.say(f"Article 9 condition of {name}", source.article_9_condition, IG_LEAD),
        gaps.say(f"Schedule 1 condition of {name}", source.schedule_1_condition, IG_LEAD),
    )
