"""Commands about one person: find them, and show the full picture, for a named purpose.

These print a person's data, because they are asked for it; nothing of what was asked or shown is written anywhere else,
but that it was asked for, by whom, and about which id: that is a line of the audit.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from insighthub import console
from insighthub.desk.command_line import CommandLine
from insighthub.hub import Hub
from insighthub.residents.labels import Label
from insighthub.residents.picture_parts import FieldPicture, Picture
from insighthub.spoken import spoken_age, spoken_date

Home = Annotated[Path, typer.Option("--home", envvar="INSIGHTHUB_HOME", help="The hub's folder.", show_default=True)]
Purpose = Annotated[
    str, typer.Option("--purpose", metavar="NAME", help="What it is for: a purpose that the hub's policy has.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for another program.")]


def find(
    words: Annotated[list[str], typer.Argument(metavar="WORDS...", help="What you know of them, in any order.")],
    *,
    purpose: Purpose,
    home: Home = Path(),
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many residents to list, at most.")] = 10,
    as_json: Json = False,
) -> None:
    """Find residents by name, date of birth, address, postcode, telephone, reference, in any mix."""
    with console.user_errors(), Hub(home) as hub:
        found, labels = CommandLine(hub).find(" ".join(words), purpose, limit=limit)
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in found], indent=1, ensure_ascii=False))
        return
    if not found:
        console.out.print("Nobody is found by this in the sources that the purpose may use", highlight=False)
        return
    table = Table(title="Residents found")
    for name in ("Id", "Resident", "Fit", "Why"):
        table.add_column(name, overflow="fold")
    for each in found:
        table.add_row(
            each.resident_id,
            escape(told_apart(labels[each.resident_id])),
            f"{each.score:.0%}",
            escape("; ".join(each.why)),
        )
    console.out.print(table)


def picture(
    resident: Annotated[str, typer.Argument(metavar="ID", help="A resident's id, however old.")],
    *,
    purpose: Purpose,
    home: Home = Path(),
    as_json: Json = False,
) -> None:
    """Show all that may be seen of a resident for a purpose: who they are, where, with whom, and what services know."""
    with console.user_errors(), Hub(home) as hub:
        shown = CommandLine(hub).picture(resident, purpose)
    if as_json:
        typer.echo(json.dumps(asdict(shown), indent=1, ensure_ascii=False, default=str))
        return
    for part in lay_out(shown):
        console.out.print(part, highlight=False)


def told_apart(label: Label) -> str:
    """Return a resident's name and date of birth, as far as they are known, for a list."""
    name = label.name.title() if label.name else "name not known"
    return f"{name}, born {spoken_date(label.date_of_birth)}" if label.date_of_birth else name


def label_of(shown: Picture) -> str:
    """Return a resident's name and date of birth, as far as they are known."""
    values = {field.field: field.values[0].value for field in shown.fields}
    name = " ".join(values[n].title() for n in ("given_name", "family_name") if n in values) or "name not known"
    born = values.get("date_of_birth")
    return f"{name}, born {spoken_date(born)}" if born else name


def lay_out(shown: Picture) -> Iterator[RenderableType]:
    """Lay out a picture: warnings first, then who, where, with whom, what is known, and what is not."""
    for flag in shown.flags:
        yield f"[bold red]Warning:[/] {escape(flag)}"
    sure = "one record" if shown.confidence is None else f"at least {shown.confidence:.1%} sure of each record"
    yield f"[bold]{escape(label_of(shown))}[/] ({shown.resident_id}; {sure}; release {shown.release})"
    yield _fields(shown.fields)
    yield _names(shown)
    yield _addresses(shown)
    if shown.household:
        yield _household(shown)
    if shown.contacts:
        yield _contacts(shown)
    if shown.timeline:
        yield _timeline(shown)
    yield _sources(shown)
    if shown.reasons:
        yield _reasons(shown)


def _table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    table = Table(title=title, title_justify="left")
    for name in columns:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    return table


def _fields(fields: Sequence[FieldPicture]) -> Table:
    rows = []
    for field in fields:
        for value in field.values:
            said = ", ".join(dict.fromkeys(s.source for s in value.said_by)) or "nobody: it is inferred"
            stands = "stands" if value.why_lost is None else value.why_lost
            rows.append((field.field.replace("_", " "), value.value, said, stands))
    return _table("Who this is, and where each value is from", ("Field", "Value", "Said by", ""), rows)


def _names(shown: Picture) -> Table:
    rows = [
        (n.kind, " ".join(x for x in (n.given_name, n.middle_names, n.family_name) if x), ", ".join(n.sources))
        for n in shown.names
    ]
    return _table("Forms of the name", ("Kind", "Name", "Sources"), rows)


def _addresses(shown: Picture) -> Table:
    rows = [
        (
            "now" if a.is_current else "",
            ", ".join(x for x in (a.address, a.postcode) if x),
            _days(a.from_date, a.to_date),
            "" if a.probability is None else f"{a.probability:.0%}",
            ", ".join(a.sources),
            a.why or "",
        )
        for a in shown.addresses
    ]
    return _table("Addresses", ("", "Address", "From and until", "Lives there", "Sources", "Why"), rows)


def _household(shown: Picture) -> Table:
    rows = [
        (m.resident_id, m.name or "name not known", m.relation or "", "now" if m.is_current else "before", m.why or "")
        for m in shown.household
    ]
    title = f"Household: {shown.household_kind}" if shown.household_kind else "Household"
    return _table(title, ("Id", "Name", "Relation", "", "Why"), rows)


def _contacts(shown: Picture) -> Table:
    rows = [
        (c.kind, c.value, ", ".join(c.sources), _of(c.shared_with, "other") if c.shared_with else "")
        for c in shown.contacts
    ]
    return _table("Telephone and e-mail", ("Kind", "Value", "Sources", "Shared with"), rows)


def _timeline(shown: Picture) -> Table:
    rows = [
        (
            _days(e.date, e.end_date),
            "" if e.age_days is None else spoken_age(e.age_days),
            e.source,
            e.name.replace("_", " "),
            e.value or "",
        )
        for e in shown.timeline
    ]
    return _table("What services know, newest first", ("When", "How long ago", "Source", "What", "Value"), rows)


def _sources(shown: Picture) -> Table:
    rows = [
        (s.source, _of(s.records, "record") if s.records else "holds nothing", spoken_age(s.age_days))
        for s in shown.asked_sources
    ]
    rows += [(source, "not allowed for this purpose", "") for source in shown.not_allowed]
    return _table("Sources asked", ("Source", "", "Delivered"), rows)


def _reasons(shown: Picture) -> Table:
    rows = [
        (
            "/".join(r.left),
            "/".join(r.right),
            f"{r.probability:.1%}",
            "; ".join(r.agreements),
            "; ".join(r.differences),
        )
        for r in shown.reasons
    ]
    title = "Why these records are thought to be of one person, the weakest links first"
    return _table(title, ("Record", "Record", "Sure", "Agrees", "Differs"), rows)


def _days(first: date | None, last: date | None) -> str:
    if first is None and last is None:
        return "not dated"
    begins = spoken_date(first.isoformat()) if first else "not known"
    return begins if last is None else f"{begins} until {spoken_date(last.isoformat())}"


def _of(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' if number != 1 else ''}"
