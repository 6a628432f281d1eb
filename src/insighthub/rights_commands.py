"""Commands of people's rights: tell a resident what is held, keep nothing for too long, write the papers."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from insighthub import console
from insighthub.desk.command_line import operator
from insighthub.governance.audit_proof import Heads
from insighthub.hub import Hub
from insighthub.rights.access_export import access_export
from insighthub.rights.expiring import expiring, note_anchor
from insighthub.rights.papers import live_configuration, write_papers
from insighthub.rights.retention import RetentionReport, apply_retention, sign_off
from insighthub.rights.sar import TO_CHECK, note_access, write_access
from insighthub.store.run_log import now

Home = Annotated[Path, typer.Option("--home", envvar="INSIGHTHUB_HOME", help="The hub's folder.", show_default=True)]
By = Annotated[str, typer.Option("--by", metavar="NAME", help="Who does it.")]
Out = Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write into.")]
Day = Annotated[
    datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="The day that it is for; today if not given.")
]

retention_app = typer.Typer(help="Take away what has been kept for as long as it may be.", no_args_is_help=True)


def sar(
    resident: Annotated[str, typer.Argument(metavar="RESIDENT", help="A resident's id, however old.")],
    *,
    out: Out,
    by: By,
    home: Home = Path(),
    request: Annotated[
        int | None, typer.Option(min=1, metavar="NUMBER", help="The request that it answers, as the log numbers it.")
    ] = None,
    on: Day = None,
) -> None:
    """Write all that is held of a resident, for them to be told: JSON, a page and a PDF. Others are left out."""
    with console.user_errors(), Hub(home) as hub:
        export = access_export(hub, resident, by=by, on=_day(on), request_id=request)
        files = write_access(export, out)
        note_access(hub.state, export)
    for path in files:
        console.out.print(str(path), highlight=False, markup=False, soft_wrap=True)
    waiting = len(export.to_check)
    told = f"{waiting:,} things wait for a person before this is sent: see {TO_CHECK}, which is not for the resident"
    console.out.print(told if waiting else "Nothing waits to be read before this is sent", highlight=False)


@retention_app.command("apply")
def apply(
    by: By,
    *,
    home: Home = Path(),
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would go.")] = False,
    accept: Annotated[
        bool, typer.Option("--accept", help="Publish although an alarm is raised: you have looked, and it is right.")
    ] = False,
    on: Day = None,
) -> None:
    """Take away what has been kept for as long as it may be, and write a report of what went."""
    with console.user_errors(), Hub(home) as hub, console.Bars() as bars:
        others = expiring(operator(), at=now())
        report = apply_retention(
            hub, on=_day(on), by=by, dry_run=dry_run, accept=accept, expiring=others, progress=bars
        )
        if not dry_run:
            note_anchor(hub.state, Heads(hub.home), now())
    console.out.print(_retention_table(report))
    for what, count in report.content["state"].items():
        console.out.print(f"{what}: {count:,}", highlight=False)
    for kind in ("deliveries", "releases"):
        console.out.print(f"{kind}: {len(report.content[kind]):,}", highlight=False)
    done = "Nothing went: this was a rehearsal" if dry_run else f"Report {report.report_id} waits to be signed off"
    console.out.print(done, highlight=False)


@retention_app.command("sign-off")
def sign(
    report: Annotated[int, typer.Argument(min=1, metavar="NUMBER", help="The report.")], by: By, home: Home = Path()
) -> None:
    """Sign a report off: somebody else than who applied it has looked at what went."""
    with console.user_errors(), Hub(home) as hub:
        sign_off(hub, report, by=by)
    console.out.print(f"Report {report} is signed off", highlight=False)


def papers(
    *,
    out: Out,
    home: Home = Path(),
    evaluation: Annotated[
        Path | None, typer.Option(help="A file of insighthub evaluate --json, with error rates by group.")
    ] = None,
    on: Day = None,
) -> None:
    """Write the papers that the law asks for from the live configuration; what it does not know is listed in them."""
    with console.user_errors(), Hub(home) as hub:
        files = write_papers(live_configuration(hub, on=_day(on), evaluation=evaluation), out)
    for path in files:
        if path.suffix == ".html":
            console.out.print(str(path), highlight=False, markup=False, soft_wrap=True)
    console.out.print(f"{len(files)} files are written", highlight=False)


def _day(on: datetime | None) -> date:
    return date.today() if on is None else on.date()


def _retention_table(report: RetentionReport) -> Table:
    table = Table(title="Records whose time is over")
    for name in ("Source", "Kept for", "Before", "Measured from"):
        table.add_column(name, overflow="fold")
    for name in ("Records", "Earlier versions"):
        table.add_column(name, justify="right")
    for source in report.content["sources"]:
        measured = ", ".join(source["over"]) or "-"
        numbers = (f"{sum(source['over'].values()):,}", f"{source['earlier_versions']:,}")
        table.add_row(source["source"], f"{source['months']} months", source["before"], measured, *numbers)
    return table
