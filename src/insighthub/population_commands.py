"""Commands of who the residents are: show the figures of the published release, write them to files, print the example.

These print figures that passed disclosure control, for a named purpose alone, and never a person's data.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from insighthub import console
from insighthub.charts import Figure
from insighthub.desk.command_line import CommandLine
from insighthub.desk.our_residents import OurResidents, laid_out
from insighthub.errors import RunError
from insighthub.governance.actions import Action
from insighthub.governance.purposes import named
from insighthub.hub import Hub
from insighthub.population.examples import example_text
from insighthub.population.read import read_residents
from insighthub.spoken import spoken_date
from insighthub.store.whole_file import write_whole

Home = Annotated[Path, typer.Option("--home", envvar="INSIGHTHUB_HOME", help="The hub's folder.", show_default=True)]

population_app = typer.Typer(help="Who the residents are: figures, after disclosure control.", no_args_is_help=True)


@population_app.command("show")
def show_population(
    *,
    purpose: Annotated[
        str,
        typer.Option("--purpose", metavar="NAME", help="What the figures are for: a purpose that the policy has."),
    ],
    figure: Annotated[
        str | None, typer.Option("--figure", metavar="KEY", help="One figure, by its key, instead of all.")
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="DIR", help="Write each figure's table as a CSV file into this folder, too."),
    ] = None,
    home: Home = Path(),
) -> None:
    """Show who lives here, what services know of whom, and who is missed, as far as the purpose may see it."""
    with console.user_errors(), Hub(home) as hub:
        seen = _read(hub, purpose)
        figures = _chosen((*seen.people, *seen.services), figure)
        if to is not None:
            for each in figures:
                text = each.table.csv().encode("utf-8")
                write_whole(to / f"{each.key}.csv", partial(_write, text))
    console.out.print(f"Of {spoken_date(seen.as_of)}, release {seen.run_id}, for: {seen.purpose}", highlight=False)
    for each in figures:
        console.out.print(f"\n[bold]{escape(each.title)}[/]  [{each.key}]", highlight=False, soft_wrap=True)
        console.out.print(each.summary, highlight=False, markup=False, soft_wrap=True)
        console.out.print(_table(each))
    for line in seen.left_out:
        console.out.print(f"Left out: {line}", highlight=False, markup=False, soft_wrap=True)
    if to is not None:
        console.out.print(f"{len(figures)} tables are written to: {to}", highlight=False, markup=False, soft_wrap=True)


@population_app.command("example")
def example_population() -> None:
    """Print the shipped services, needs and segments as TOML, to begin a file of one's own from."""
    typer.echo(example_text().strip())


def _read(hub: Hub, name: str) -> OurResidents:
    purpose = named(hub.policy().purpose, name)
    with hub.release() as db:
        seen = read_residents(db, purpose, hub.settings.disclosure)
    CommandLine(hub).note(Action.SEE_POPULATION, name, detail={"release": seen.run_id})
    return laid_out(seen, purpose)


def _chosen(figures: tuple[Figure, ...], key: str | None) -> tuple[Figure, ...]:
    if key is None:
        return figures
    found = tuple(each for each in figures if each.key == key)
    if not found:
        keys = ", ".join(each.key for each in figures)
        raise RunError(f"there is no figure {key!r} for this purpose", remedy=f"Name one of: {keys}")
    return found


def _write(text: bytes, path: Path) -> None:
    path.write_bytes(text)


def _table(figure: Figure) -> Table:
    table = Table(title=escape(figure.table.caption))
    for column in figure.table.columns:
        table.add_column(escape(column.heading), justify="right" if column.numeric else "left", overflow="fold")
    for row in figure.table.shown():
        table.add_row(*map(escape, row))
    return table
