"""The answer to a subject access request as a paper that the resident can read."""

from __future__ import annotations

from insighthub.governance.papers.document import Bullets, Document, Paragraph, Section, table
from insighthub.rights.access_export import AccessExport, lawful_entries
from insighthub.rights.own_records import TOLD
from insighthub.spoken import spoken_date

_RIGHTS = (
    "You can ask for what is wrong to be put right.",
    "You can ask for your information to be erased, or for its use to be restricted, and you can object to its use.",
    "Some of it the council has to keep by law; it will tell you where that is so, and why.",
    "No decision about you is made by the hub alone.",
    "You can complain to the Information Commissioner's Office, ico.org.uk.",
)


def access_paper(export: AccessExport) -> Document:
    """Return the paper of an export."""
    stamp = [
        ("Made on", spoken_date(export.made_on)),
        ("Your reference", export.resident_id),
        ("Information as of", spoken_date(export.as_of)),
        ("Release", export.release),
    ]
    if export.request_id is not None:
        stamp.insert(1, ("Request", str(export.request_id)))
    lead = (
        "This is what the council's index of residents holds about you: what records say, and who may use it.",
        "It is not all that the council holds: each service has files of its own, and can be asked for them.",
        "Where a record is about other people too, what it says about them is left out and marked so.",
    )
    return Document(
        "subject-access",
        "Information held about you",
        tuple(stamp),
        lead,
        (
            _summary(export),
            _derived(export),
            Section("What each service's records say", (), tuple(_records(export))),
            _before(export),
            _timeline(export),
            Section(
                "Who looked at your information",
                (
                    Paragraph("The list of who looked is given to you separately.")
                    if export.looked is None
                    else table(
                        "Who looked, and what for",
                        ("When", "Who", "Purpose", "What"),
                        [(f"{e.at:%-d %B %Y, %H:%M}", e.who, e.purpose, e.what) for e in export.looked],
                    ),
                ),
            ),
            _uses(export),
            Section(
                "Where we looked",
                (
                    Paragraph(
                        "Every source of the index was searched for the records that are linked to you, under every "
                        "reference that you have or had in the index, and in every delivery that is still kept."
                    ),
                    table(
                        "Sources searched",
                        ("Source", "Last delivered", "Records found"),
                        [(s.replace("_", " "), spoken_date(day), n) for s, day, _, n in export.searched],
                    ),
                ),
            ),
            Section(
                "Decisions and requests",
                (
                    table(
                        "What officers wrote about you",
                        ("On", "What", "Text"),
                        [(spoken_date(w["on"]), w["what"], w["says"]) for w in export.written],
                    ),
                    table(
                        "What officers decided about which records are yours",
                        ("On", "Record", "Decided"),
                        [(spoken_date(d["on"]), d["record"], d["decided"]) for d in export.decided],
                    ),
                    table(
                        "What you asked for before, and what holds since",
                        ("What", "On", "Status"),
                        [(r["what"], spoken_date(r["on"]), r["status"]) for r in export.rights],
                    ),
                ),
            ),
            Section("Your rights", (Bullets(_RIGHTS),)),
        ),
    )


def _summary(export: AccessExport) -> Section:
    values = {field.field: field.values[0].value for field in export.picture.fields}
    name = " ".join(values[n] for n in ("given_name", "middle_names", "family_name") if n in values)
    lived = export.lived_with
    said = [f"Name: {name or 'not known'}."]
    if "date_of_birth" in values:
        said.append(f"Date of birth: {spoken_date(values['date_of_birth'])}.")
    said.append(f"Records that are thought to be yours: {len({(r.source, r.record_id) for r in export.records})}.")
    if lived is not None:
        said.append(f"Other people thought to live with you: {lived}. Who they are is not told.")
    return Section("In short", (Bullets(tuple(said)),))


def _derived(export: AccessExport) -> Section:
    shown = export.picture
    values = [
        (field.field.replace("_", " "), value.value, ", ".join(dict.fromkeys(s.source for s in value.said_by)),
         "stands" if value.why_lost is None else value.why_lost)
        for field in shown.fields
        for value in field.values
    ]  # fmt: skip
    addresses = [
        (", ".join(x for x in (a.address, a.postcode) if x), "now" if a.is_current else "",
         a.from_date and spoken_date(a.from_date), a.to_date and spoken_date(a.to_date),
         "" if a.probability is None else f"{a.probability:.0%}", ", ".join(a.sources), a.why)
        for a in shown.addresses
    ]  # fmt: skip
    contacts = [(c.kind, c.value, ", ".join(c.sources), c.newest and spoken_date(c.newest)) for c in shown.contacts]
    numbers = [(i.kind.replace("_", " "), i.value, ", ".join(i.sources)) for i in shown.identifiers or ()]
    links = [
        (f"{r.left[0]}/{r.left[1]}", f"{r.right[0]}/{r.right[1]}", f"{r.probability:.1%}",
         "; ".join(r.agreements), "; ".join(r.differences))
        for r in shown.reasons
    ]  # fmt: skip
    return Section(
        "What the index worked out",
        (
            Paragraph(
                "For each fact one value stands, chosen by rules from what the services say; the others are kept with "
                "the reason for which they do not stand."
            ),
            table("Facts about you", ("Fact", "Value", "Said by", ""), values),
            table(
                "Forms of your name",
                ("Name", "What it is", "Sources"),
                [
                    (
                        " ".join(x for x in (n.given_name, n.middle_names, n.family_name) if x),
                        n.kind,
                        ", ".join(n.sources),
                    )
                    for n in shown.names
                ],
            ),
            table("Addresses", ("Address", "", "From", "Until", "Lives there", "Sources", "Why"), addresses),
            table("Telephone and e-mail", ("Kind", "Value", "Sources", "As of"), contacts),
            table("Numbers", ("Kind", "Value", "Sources"), numbers),
            table(
                "Why the records are thought to be yours",
                ("Record", "And record", "How sure", "What agrees", "What differs"),
                links,
            ),
        ),
    )


def _records(export: AccessExport) -> list[Section]:
    out = []
    for each in export.records:
        hidden = sum(cell.treatment != TOLD for cell in each.cells)
        version = "as it is now" if each.is_current else "as an earlier delivery had it"
        blocks = [
            table(
                f"{each.source.replace('_', ' ')}, record {each.record_id}, {version}",
                ("Column", "What it says"),
                [(cell.column, cell.told) for cell in each.cells if cell.told],
            )
        ]
        note = (Paragraph(f"Left out, or waiting to be read: {hidden}."),) if hidden else ()
        out.append(Section(f"{each.source.replace('_', ' ')} {each.record_id}, {version}", (*blocks, *note)))
    return out


def _before(export: AccessExport) -> Section:
    rows = [
        (
            f"{said['source']}/{said['record_id']}",
            spoken_date(said["first_seen"]),
            spoken_date(said["ended_on"]),
            "; ".join(
                f"{name.replace('_', ' ')}: {value}"
                for name, value in said.items()
                if name not in {"source", "record_id", "person", "first_seen", "ended_on"}
            ),
        )
        for said in export.former
    ]
    return Section(
        "What records said before", (table("Earlier values that are kept", ("Record", "From", "Until", "Said"), rows),)
    )


def _timeline(export: AccessExport) -> Section:
    rows = [
        (
            e.date and spoken_date(e.date),
            e.name.replace("_", " "),
            e.value if e.amount is None else f"£{e.amount:,.2f}" if "gbp" in e.name else f"{e.amount:,}",
            e.source.replace("_", " "),
        )
        for e in export.picture.timeline
    ]
    return Section("What services know, by date", (table("Timeline", ("Date", "What", "Value", "Source"), rows),))


def _uses(export: AccessExport) -> Section:
    names = ("Source", "Owner", "Lawful basis", "Article 9", "Schedule 1", "Legal gateway", "Kept for")
    return Section(
        "Why the council uses it",
        (
            table(
                "Purposes for which some of it may be used",
                ("Purpose", "Law"),
                [(purpose.title, purpose.basis) for purpose in export.purposes],
            ),
            table("Sources and by which right", names, [tuple(lawful_entries(s).values()) for s in export.sources]),
        ),
    )
