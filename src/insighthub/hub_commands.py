"""Commands of a hub: run it, look at its releases, decide who is who, follow an id.

Takes a home folder and options, prints tables. They never print a person's data, but for the commands that are asked
about one person for a named purpose.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from insighthub import console
from insighthub.errors import RunError
from insighthub.hub import Hub
from insighthub.residents.decisions import Record
from insighthub.residents.identity_state import EventRow
from insighthub.run import RunOutcome
from insighthub.runs.begin import Asked
from insighthub.runs.giving_way import giving_way
from insighthub.spoken import spoken_date

Home = Annotated[Path, typer.Option("--home", envvar="INSIGHTHUB_HOME", help="The hub's folder.", show_default=True)]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides.")]
Note = Annotated[str, typer.Option("--note", metavar="TEXT", help="Why, in your own words.")]

releases_app = typer.Typer(help="The releases that a hub keeps, and which of them is published.", no_args_is_help=True)
decide_app = typer.Typer(help="Decide that records are of one person, or of two.", no_args_is_help=True)


def run(
    home: Home = Path(),
    *,
    full: Annotated[
        bool, typer.Option("--full", help="Say, link and index everything anew, with the model that there is.")
    ] = False,
    relearn: Annotated[
        bool, typer.Option("--relearn", help="Learn the model anew from what is there; the run is a full one.")
    ] = False,
    accept: Annotated[
        bool, typer.Option("--accept", help="Publish although an alarm is raised: you have looked, and it is right.")
    ] = False,
    as_of: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day that the run is for; today if not given.")
    ] = None,
) -> None:
    """Bring a hub up to date with what its sources delivered, and publish the result."""
    asked = Asked(full=full, relearn=relearn, accept=accept, as_of=as_of.date() if as_of else None)
    with console.user_errors(), Hub(home) as hub, giving_way(hub.settings.run.nice), console.Bars() as bars:
        outcome = hub.run(asked, progress=bars)
    show_outcome(outcome)


def show_outcome(outcome: RunOutcome) -> None:
    """Print what a run gave."""
    console.out.print(changes_table(outcome))
    for refused in outcome.refused:
        console.out.print(
            f"[bold]Not taken in:[/] {refused.source}, as its contract lacks {', '.join(refused.missing)}",
            highlight=False,
        )
    console.out.print(identities_table(outcome))
    for finding in outcome.findings:
        console.out.print(finding, highlight=False, markup=False, soft_wrap=True)
    console.out.print(console.time_line(outcome.seconds), highlight=False, soft_wrap=True)
    kind = "Everything was linked anew" if outcome.full else "Only what changed was linked anew"
    console.out.print(f"{kind}. Release {outcome.run_id} is published", highlight=False, soft_wrap=True)


def changes_table(outcome: RunOutcome) -> Table:
    """Lay out what each source's delivery changed."""
    table = Table(title="What was delivered, in records")
    table.add_column("Source", overflow="fold")
    for name in ("Rows delivered", "Quarantined", "Held before", "New", "Changed", "Gone"):
        table.add_column(name, justify="right")
    for s in outcome.sources:
        numbers = (s.delivered, s.quarantined, s.before, s.added, s.changed, s.removed)
        table.add_row(s.source, *(f"{n:,}" for n in numbers))
    return table


def identities_table(outcome: RunOutcome) -> Table:
    """Lay out what happened to residents' identities."""
    figures = outcome.figures
    table = Table(title="Residents")
    table.add_column("")
    table.add_column("Number", justify="right")
    kinds = [event.kind for event in outcome.identities.events]
    for name, number in (
        ("residents", figures["residents"]),
        ("people they are thought to be", figures["people_expected"]),
        ("records of residents", figures["records"]),
        ("new ids", figures["ids_issued"]),
        ("ids merged into another", kinds.count("merged")),
        ("ids that lost records to another", kinds.count("split") + kinds.count("moved")),
        ("ids closed, as no record is left", kinds.count("closed")),
        ("ids opened again", figures["ids_reopened"]),
        ("records that changed resident", figures["records_moved"]),
    ):
        table.add_row(name, f"{number:,}")
    return table


@releases_app.command("list")
def list_releases(home: Home = Path()) -> None:
    """List the runs, and the releases that are kept."""
    with console.user_errors(), Hub(home) as hub:
        current, kept, found = hub.releases.current(), set(hub.releases.kept()), hub.runs()
    table = Table(title="Runs")
    for name in ("Run", "Day", "Kind", "How it ended", "Release"):
        table.add_column(name, overflow="fold")
    table.add_column("Residents", justify="right")
    for row in found:
        state = "published" if row.run_id == current else "kept" if row.run_id in kept else "-"
        ended = row.status if row.reason is None else f"{row.status}: {row.reason}"
        residents = f"{row.figures['residents']:,}" if "residents" in row.figures else "-"
        table.add_row(row.run_id, spoken_date(row.as_of), row.kind, ended, state, residents)
    console.out.print(table)


@releases_app.command("publish")
def publish_release(
    release: Annotated[str, typer.Argument(metavar="RUN", help="The run whose release is to be published.")],
    home: Home = Path(),
) -> None:
    """Publish a release that is kept, an older one perhaps: readers open it from now on."""
    with console.user_errors(), Hub(home) as hub:
        hub.publish(release)
    console.out.print(f"Release {release} is published", highlight=False)


@decide_app.command("same")
def decide_same(
    left: Annotated[str, typer.Argument(metavar="SOURCE/RECORD[#PERSON]", help="One record.")],
    right: Annotated[str, typer.Argument(metavar="SOURCE/RECORD[#PERSON]", help="The other.")],
    by: By,
    note: Note,
    home: Home = Path(),
) -> None:
    """Decide that two records are of one person; the next run, and all later ones, keep to it."""
    with console.user_errors(), Hub(home) as hub:
        hub.same_person(_record(left), _record(right), by=by, note=note)
    console.out.print("Decided. The next run keeps to it", highlight=False)


@decide_app.command("different")
def decide_different(
    left: Annotated[str, typer.Argument(metavar="SOURCE/RECORD[#PERSON]", help="One record.")],
    right: Annotated[str, typer.Argument(metavar="SOURCE/RECORD[#PERSON]", help="The other.")],
    by: By,
    note: Note,
    home: Home = Path(),
) -> None:
    """Decide that two records are of two people; the next run, and all later ones, keep to it."""
    with console.user_errors(), Hub(home) as hub:
        hub.not_same_person([_record(left)], [_record(right)], by=by, note=note)
    console.out.print("Decided. The next run keeps to it", highlight=False)


@decide_app.command("undo")
def undo_decision(
    number: Annotated[int, typer.Argument(min=1, metavar="NUMBER", help="The decision, as decide list numbers it.")],
    by: By,
    note: Note,
    home: Home = Path(),
) -> None:
    """Decide that an earlier decision no longer holds. It stays in the list, with who undid it and why."""
    with console.user_errors(), Hub(home) as hub:
        hub.undo(number, by=by, note=note)
    console.out.print("Decided. The next run keeps to it", highlight=False)


@decide_app.command("list")
def list_decisions(home: Home = Path()) -> None:
    """List every decision, and whether it is in force."""
    with console.user_errors(), Hub(home) as hub:
        found = hub.decisions()
    table = Table(title="Decisions")
    for name in ("Number", "By", "What", "In force", "Note"):
        table.add_column(name, overflow="fold")
    for d in found:
        what = f"decision {d.undoes} no longer holds"
        if d.left is not None and d.right is not None:
            kind = "one person" if d.kind == "must_link" else "two people"
            what = f"{_reference(d.left)} and {_reference(d.right)}: {kind}"
        table.add_row(str(d.decision_id), d.by, what, "yes" if d.in_force else "no", d.note)
    console.out.print(table)


def history(
    resident: Annotated[str, typer.Argument(metavar="ID", help="A resident's id, however old.")], home: Home = Path()
) -> None:
    """Say what became of a resident's id: where it leads now, and each merge and split on the way."""
    with console.user_errors(), Hub(home) as hub:
        found = hub.resolve(resident)
    table = Table(title=f"What became of {resident}")
    for name in ("When", "Run", "Id", "What"):
        table.add_column(name, overflow="fold")
    for event in found.events:
        table.add_row(spoken_date(event.at.date()), event.run_id, event.resident_id, told(event))
    if found.events:
        console.out.print(table)
    now = found.resident_id
    said = "No source holds a record of this resident any more" if now is None else f"The id now is {now}"
    console.out.print(said, highlight=False)


def told(event: EventRow) -> str:
    """Say in words what happened to an id."""
    records = f"{event.records:,} record{'s' if event.records != 1 else ''}"
    what = {
        "merged": f"merged into {event.other_id}",
        "split": f"{records} went to a new id, {event.other_id}",
        "moved": f"{records} went to {event.other_id}",
        "closed": "closed",
        "reopened": "opened again",
    }[event.kind]
    return f"{what}: {event.reason}"


def _record(text: str) -> Record:
    """Read a reference such as ``benefits/00123``, or ``council_tax/600123#2`` for the second person that it names.

    Raises:
        RunError: it is none.
    """
    source, _, rest = text.partition("/")
    record_id, mark, person = rest.rpartition("#")
    if mark and person.isdigit():
        return Record(source, record_id, int(person))
    if not source or not rest:
        raise RunError(
            "this names no record", remedy="Write the source, a stroke and the record's reference: benefits/00123"
        )
    return Record(source, rest)


def _reference(record: Record) -> str:
    person = f"#{record.person}" if record.person != 1 else ""
    return f"{record.source}/{record.record_id}{person}"
