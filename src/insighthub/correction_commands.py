"""Commands for what sources are told: which of their records are behind, sheets that go out and come back, figures.

Takes a home folder and options, prints tables of tickets by number and reference. No value of a person is printed; what
a record should say stands in the sheet alone, which goes to the source that holds the record.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from insighthub import console
from insighthub.corrections.figures import Figures
from insighthub.corrections.settings import KINDS
from insighthub.corrections.steps import PROPOSED, STATUSES
from insighthub.desk.command_line import EXPORT_CORRECTIONS, CommandLine
from insighthub.hub import Hub
from insighthub.spoken import spoken_date

Home = Annotated[Path, typer.Option("--home", envvar="INSIGHTHUB_HOME", help="The hub's folder.", show_default=True)]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who says so.")]
Note = Annotated[str, typer.Option("--note", metavar="TEXT", help="Why; with no personal data in it.")]
Number = Annotated[int, typer.Argument(min=1, metavar="TICKET", help="The ticket, as corrections list numbers it.")]

corrections_app = typer.Typer(
    help="Tell sources which of their records are behind, so that residents tell the council once.",
    no_args_is_help=True,
)


@corrections_app.command("list")
def list_tickets(
    home: Home = Path(),
    *,
    source: Annotated[str | None, typer.Option(metavar="NAME", help="Only those of one source.")] = None,
    status: Annotated[
        str | None, typer.Option(metavar="STATUS", help=f"Only those that are {', '.join(STATUSES)}.")
    ] = None,
    kind: Annotated[str | None, typer.Option(metavar="KIND", help=f"Only one kind: {', '.join(KINDS)}.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many to list, at most.")] = 100,
) -> None:
    """List tickets, oldest first: which record, what is wrong with it, and what became of it."""
    with console.user_errors(), Hub(home) as hub:
        found = hub.corrections.list(source, status, kind)
    table = Table(title="Corrections")
    table.add_column("Ticket", justify="right")
    for name in ("Record", "Kind", "Sure", "Status", "Proposed"):
        table.add_column(name, overflow="fold")
    for each in found[:limit]:
        person = f"#{each.person}" if each.person != 1 else ""
        table.add_row(
            str(each.correction_id),
            escape(f"{each.source}/{each.record_id}{person}"),
            each.kind,
            f"{each.probability:.0%}",
            each.status,
            spoken_date(each.proposed_on),
        )
    console.out.print(table)
    if len(found) > limit:
        console.out.print(f"{len(found) - limit:,} more; --limit shows more of them", highlight=False)


@corrections_app.command("export")
def export_sheet(
    source: Annotated[str, typer.Option("--source", metavar="NAME", help="The source that is told.")],
    to: Annotated[Path, typer.Option("--to", metavar="FILE", help="The sheet to write, .csv or .xlsx.")],
    home: Home = Path(),
    *,
    mark_sent: Annotated[
        bool, typer.Option("--mark-sent", help="Note that what the sheet holds was sent; needs --by.")
    ] = False,
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who sends it.")] = "",
) -> None:
    """Write the sheet of a source: its own records in its own columns, what they hold and what they should."""
    if mark_sent and not by.strip():
        raise typer.BadParameter("say who sends it", param_hint="--by")
    with console.user_errors(), Hub(home) as hub:
        tickets = hub.corrections.export(source, to)
        CommandLine(hub).note(EXPORT_CORRECTIONS, detail={"source": source, "corrections": len(tickets)})
        if mark_sent:
            # What was sent before stands in the sheet again until it is answered.
            proposed = {each.correction_id for each in hub.corrections.list(source, PROPOSED)}
            hub.corrections.mark_sent([number for number in tickets if number in proposed], by=by)
    console.out.print(f"{len(tickets):,} corrections: {to}", highlight=False, markup=False, soft_wrap=True)
    if mark_sent:
        console.out.print("They are noted as sent", highlight=False)


@corrections_app.command("answer")
def answer_sheet(
    sheet: Annotated[Path, typer.Argument(metavar="FILE", help="A sheet that came back, .csv or .xlsx.")],
    by: By,
    home: Home = Path(),
) -> None:
    """Take back a sheet with its answers: all of them, or none where one cannot be understood."""
    with console.user_errors(), Hub(home) as hub:
        answers = hub.corrections.read_answers(sheet, by=by)
    console.out.print(
        f"{len(answers.accepted):,} accepted, {len(answers.refused):,} refused, {answers.unanswered:,} without an "
        f"answer, {answers.unchanged:,} answered so before",
        highlight=False,
        soft_wrap=True,
    )


@corrections_app.command("accept")
def accept_ticket(number: Number, by: By, home: Home = Path(), note: Note = "") -> None:
    """Note that the source takes what was proposed; it is fixed when a delivery says so."""
    with console.user_errors(), Hub(home) as hub:
        hub.corrections.accept(number, by, note)
    console.out.print(f"Ticket {number} is accepted", highlight=False)


@corrections_app.command("refuse")
def refuse_ticket(number: Number, by: By, home: Home = Path(), note: Note = "") -> None:
    """Note that the source keeps what it holds; the same is not proposed to it again."""
    with console.user_errors(), Hub(home) as hub:
        hub.corrections.refuse(number, by, note)
    console.out.print(f"Ticket {number} is refused", highlight=False)


@corrections_app.command("figures")
def show_figures(
    home: Home = Path(),
    *,
    kinds: Annotated[bool, typer.Option("--kinds", help="Count each source's kinds too.")] = False,
) -> None:
    """Count tickets by source and kind, how long they took, and how often nobody had to ask a resident again."""
    with console.user_errors(), Hub(home) as hub:
        found = hub.corrections.figures()
    shown = sorted((f for f in found if kinds or f.kind is None), key=lambda f: (f.source or "", f.kind or ""))
    for table in figures_tables(shown):
        console.out.print(table)
    everything = found[0]
    console.out.print(
        f"Facts for which no resident need be asked again: {everything.asks_avoided:,} so far, and "
        f"{everything.asks_avoidable:,} more if all that waits for an answer is accepted",
        highlight=False,
        soft_wrap=True,
    )


def figures_tables(found: Sequence[Figures]) -> tuple[Table, Table]:
    """Lay out what became of tickets, and what that gave, by source and kind."""
    tickets, gave = Table(title="What became of tickets"), Table(title="What they gave")
    for table, names in (
        (tickets, STATUSES),
        (gave, ("records corrected", "median days to fix", "asks avoided", "asks avoidable")),
    ):
        table.add_column("", overflow="fold")
        for name in names:
            table.add_column(name.capitalize(), justify="right")
    for each in found:
        of = f"  {each.kind}" if each.kind else (each.source or "all sources")
        counts = (each.proposed, each.sent, each.accepted, each.refused, each.fixed, each.withdrawn)
        tickets.add_row(of, *(f"{n:,}" for n in counts))
        days = "-" if each.median_days_to_fix is None else f"{each.median_days_to_fix:g}"
        gave.add_row(of, f"{each.records_corrected:,}", days, f"{each.asks_avoided:,}", f"{each.asks_avoidable:,}")
    return tickets, gave
