"""Commands of measures and of data quality: list them, show them, write them to a file.

These print figures, never a person's data. Figures of measures come by way of disclosure control, and for a named
purpose alone. Data quality counts records, for those who look after the sources; it is not meant to be published.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import duckdb
import typer
from rich.console import RenderableType
from rich.markup import escape
from rich.table import Table

from insighthub import console
from insighthub.charts.numbers import count, share
from insighthub.corrections.sheet import write_sheet
from insighthub.governance.disclosure import PUBLISHED
from insighthub.governance.purposes import named
from insighthub.hub import Hub
from insighthub.measures.definition import WHOLE, Measure
from insighthub.measures.examples import EXAMPLES, example_text
from insighthub.measures.publish import (
    Delivered,
    declared_measure,
    declared_measures,
    measure_sources,
    measure_sql,
    published_measure,
)
from insighthub.quality import scorecard
from insighthub.quality_page import write_quality_page
from insighthub.spoken import spoken_date
from insighthub.store.tables import rows

Home = Annotated[Path, typer.Option("--home", envvar="INSIGHTHUB_HOME", help="The hub's folder.", show_default=True)]
Name = Annotated[str, typer.Argument(metavar="NAME", help="A measure, as measures list names it.")]
_PURPOSE = "What the figures are for: a purpose that the hub's policy has and the measure allows."

measures_app = typer.Typer(help="Measures: figures about residents, after disclosure control.", no_args_is_help=True)

_RELEASE = "SELECT run_id, as_of FROM run ORDER BY run_id DESC LIMIT 1"
_FILES = {".csv": "--to", ".html": "--html"}


@measures_app.command("list")
def list_measures(home: Home = Path()) -> None:
    """List the measures of the published release, and the purposes that each may be given out for."""
    with console.user_errors(), Hub(home) as hub, hub.release() as db:
        measures = declared_measures(db)
    table = Table(title="Measures")
    table.add_column("Name", no_wrap=True)
    for name in ("What it counts", "Of", "By", "Purposes"):
        table.add_column(name, overflow="fold")
    for measure in measures:
        by = ", ".join(each.replace("_", " ") for each in measure.by) or "-"
        table.add_row(measure.name, escape(measure.title), f"{measure.unit}s", by, ", ".join(measure.purposes))
    console.out.print(table)


@measures_app.command("show")
def show_measure(
    name: Name,
    *,
    purpose: Annotated[str | None, typer.Option("--purpose", metavar="NAME", help=_PURPOSE)] = None,
    sql: Annotated[bool, typer.Option("--sql", help="Print the statements that computed it, too.")] = False,
    home: Home = Path(),
) -> None:
    """Show what a measure is and what it rests on; with a purpose, its figures."""
    with console.user_errors(), Hub(home) as hub, hub.release() as db:
        measure = declared_measure(db, name)
        figures = None if purpose is None else published_measure(db, name, named(hub.policy().purpose, purpose))
        sources, statements = measure_sources(db, measure), measure_sql(db, name) if sql else ""
    console.out.print(f"[bold]{escape(measure.title)}[/]", highlight=False, soft_wrap=True)
    for line in _told(measure):
        console.out.print(line, highlight=False, markup=False, soft_wrap=True)
    console.out.print(_sources_table(sources))
    if figures is None:
        console.out.print("Figures are shown for a purpose: name one with --purpose", highlight=False, markup=False)
    else:
        console.out.print(_figures_table(figures.to_pylist()))
        console.out.print(
            "Hidden: too few, or others that would give these away. Shown counts are rounded", highlight=False
        )
    if statements:
        console.out.print(statements, highlight=False, markup=False, soft_wrap=True)


@measures_app.command("export")
def export_measure(
    name: Name,
    *,
    to: Annotated[Path, typer.Option("--to", metavar="FILE.csv", help="The file to write.")],
    purpose: Annotated[str, typer.Option("--purpose", metavar="NAME", help=_PURPOSE)],
    home: Home = Path(),
) -> None:
    """Write the figures of a measure as a CSV file: rounded, and without those that are hidden."""
    _check_ending(to, ".csv")
    with console.user_errors(), Hub(home) as hub, hub.release() as db:
        figures = published_measure(db, name, named(hub.policy().purpose, purpose)).to_pylist()
        run_id, as_of = _release(db)
        header = [*PUBLISHED.names, "as_of", "release", "purpose"]
        cells = [[*map(_cell, row.values()), as_of.isoformat(), run_id, purpose] for row in figures]
        write_sheet(to, header, cells)
    console.out.print(f"{len(figures):,} figures are written to: {to}", highlight=False, markup=False, soft_wrap=True)


@measures_app.command("examples")
def example_measures() -> None:
    """Print the shipped examples as TOML, to begin a measures file from."""
    typer.echo("\n\n".join(example_text(name).strip() for name in EXAMPLES))


def quality(
    *,
    source: Annotated[
        str | None, typer.Option("--source", metavar="NAME", help="One source, field by field, instead of all.")
    ] = None,
    trend: Annotated[
        bool, typer.Option("--trend", help="Every run that is remembered, and what changed last.")
    ] = False,
    to: Annotated[
        Path | None, typer.Option("--to", metavar="FILE.csv", help="Write the shares, or the trend, as a CSV file.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE.html", help="Write everything as a page, with a picture.")
    ] = None,
    home: Home = Path(),
) -> None:
    """Show how good the data of each source is: complete, valid, consistent, timely, unique."""
    if to is not None:
        _check_ending(to, ".csv")
    if html is not None:
        _check_ending(html, ".html")
    with console.user_errors(), Hub(home) as hub, hub.release() as db:
        cards, points = scorecard.scorecards(db, source), scorecard.trend(db, source)
        aside, lacking = scorecard.set_aside(db, source), scorecard.lacks(db, source)
        if to is not None:
            write_sheet(to, *_quality_rows(cards, points, trend=trend))
        if html is not None:
            write_quality_page(html, cards, points, aside, lacking, as_of=_release(db)[1])
    if trend:
        parts = _lay_out_trend(points)
    elif source is None:
        parts = iter([_scorecards_table(cards)])
    else:
        parts = _lay_out_source(cards[0], aside, lacking)
    for part in parts:
        console.out.print(part, highlight=False)
    for path in (to, html):
        if path is not None:
            console.out.print(f"Written to: {path}", highlight=False, markup=False, soft_wrap=True)


def _check_ending(path: Path, ending: str) -> None:
    if path.suffix.lower() != ending:
        raise typer.BadParameter(f"give a name that ends with {ending}", param_hint=_FILES[ending])


def _release(db: duckdb.DuckDBPyConnection) -> tuple[str, date]:
    run_id, as_of = rows(db, _RELEASE)[0]
    return run_id, as_of


def _cell(value: object) -> str:
    if value is None:
        return ""
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _told(measure: Measure) -> Iterator[str]:
    window = {
        "day": "as at the day of the release",
        "months": f"over the {measure.window.months} months up to it",
        "series": f"in each of the last {measure.window.months} whole months",
    }[measure.window.kind]
    yield f"Counts {measure.unit}s, {window}"
    yield f"May be given out for: {', '.join(measure.purposes)}"


def _sources_table(sources: tuple[Delivered, ...]) -> Table:
    table = Table(title="What it rests on")
    table.add_column("Source", overflow="fold")
    table.add_column("Delivered")
    for each in sources:
        table.add_row(each.source, "not delivered" if each.on is None else spoken_date(each.on))
    return table


def _figures_table(figures: list[dict[str, Any]]) -> Table:
    months = any(row["month"] is not None for row in figures)
    table = Table(title="Figures, after disclosure control")
    table.add_column("By", overflow="fold")
    table.add_column("Group", overflow="fold")
    if months:
        table.add_column("Month")
    for name in ("Counted", "Of", "Rate"):
        table.add_column(name, justify="right")
    for row in figures:
        by = "all" if row["by"] == WHOLE else row["by"].replace("_", " ")
        when = [row["month"].strftime("%B %Y")] if months else []
        rate = share(row["share"]) if row["per_thousand"] is None else f"{row['per_thousand']:.1f} per 1,000"
        counts = ["hidden" if row[c] is None else count(row[c]) for c in ("numerator", "denominator")]
        table.add_row(by, escape("" if row["by"] == WHOLE else row["group_value"]), *when, *counts, rate)
    return table


def _quality_rows(
    cards: tuple[scorecard.Scorecard, ...], points: tuple[scorecard.TrendPoint, ...], *, trend: bool
) -> tuple[list[str], list[list[str]]]:
    if trend:
        header = ["run_id", "as_of", "source", "field", "rule", "share"]
        return header, [[_cell(getattr(p, name)) for name in header] for p in points]
    header = ["source", "field", "rule", "rows", "failed", "share"]
    return header, [[_cell(getattr(each, name)) for name in header] for card in cards for each in card.rules]


def _scorecards_table(cards: tuple[scorecard.Scorecard, ...]) -> Table:
    table = Table(title="Data quality, source by source")
    table.add_column("Source", overflow="fold")
    for name in ("Records", "Delivered"):
        table.add_column(name, justify="right")
    for rule in scorecard.RULES:
        table.add_column(rule.capitalize(), justify="right")
    table.add_column("Weakest field", overflow="fold")
    for card in cards:
        weakest = card.weakest()
        words = "" if weakest is None else f"{weakest.field}, {share(weakest.share)} {weakest.rule}"
        days = "-" if card.days_since is None else f"{card.days_since:,} days ago"
        shares = [share(card.share(rule)) for rule in scorecard.RULES]
        table.add_row(card.source, f"{card.records:,}", days, *shares, words)
    return table


def _lay_out_source(
    card: scorecard.Scorecard, aside: tuple[scorecard.SetAside, ...], lacking: tuple[scorecard.Lack, ...]
) -> Iterator[RenderableType]:
    fields = Table(title=f"Data quality of {card.source}, field by field")
    fields.add_column("Field", overflow="fold")
    for rule in scorecard.RULES[:3]:
        fields.add_column(rule.capitalize(), justify="right")
        fields.add_column("Failed", justify="right")
    kept = {(each.field, each.rule): each for each in card.rules}
    for name in dict.fromkeys(each.field for each in card.rules if each.field != scorecard.RECORD):
        cells = []
        for rule in scorecard.RULES[:3]:
            told = kept.get((name, rule))
            cells += ["-", "-"] if told is None else [share(told.share), f"{told.failed:,}"]
        fields.add_row(name, *cells)
    yield fields
    for rule, words in (("timely", "records speak of the last year"), ("unique", "residents' records are the first")):
        if (found := kept.get((scorecard.RECORD, rule))) is not None:
            yield f"{rule.capitalize()}: {share(found.share)} of {found.rows:,} {words}"
    if card.undated:
        yield f"{card.undated:,} of {card.records:,} records are dated by nothing"
    if aside:
        table = Table(title="Why rows were set aside")
        table.add_column("Reason", overflow="fold")
        table.add_column("Rows", justify="right")
        for each in aside:
            table.add_row(escape(each.reason), f"{each.rows:,}")
        yield table
    if lacking:
        yield _lacks_table(lacking)


def _lacks_table(lacking: tuple[scorecard.Lack, ...]) -> Table:
    table = Table(title="What goes with the lack of a field")
    table.add_column("Field", overflow="fold")
    for name in ("Lack it", "Of these alone", "Have it", "Of these alone", "Matches missed"):
        table.add_column(name, justify="right")
    for each in lacking:
        cells = (each.rows_without, each.alone_without, each.rows_with, each.alone_with, round(each.matches_missed))
        table.add_row(each.field, *(f"{cell:,}" for cell in cells))
    return table


def _lay_out_trend(points: tuple[scorecard.TrendPoint, ...]) -> Iterator[RenderableType]:
    table = Table(title="Data quality from run to run")
    for name in ("Source", "Run", "Day"):
        table.add_column(name, overflow="fold")
    for rule in scorecard.RULES:
        table.add_column(rule.capitalize(), justify="right")
    found = scorecard.trend_by_rule(points)
    for run_id, as_of, source in sorted(found, key=lambda key: (key[2], key[0])):
        shares = found[run_id, as_of, source]
        table.add_row(source, run_id, spoken_date(as_of), *(share(shares[rule]) for rule in scorecard.RULES))
    yield table
    changed = scorecard.moved(points)
    if not changed:
        yield "Nothing moved by one percentage point or more since the run before, or there is none"
        return
    table = Table(title="What moved by a percentage point or more in the last run, worst first")
    for name in ("Source", "Field", "Rule"):
        table.add_column(name, overflow="fold")
    for name in ("Before", "Now"):
        table.add_column(name, justify="right")
    for before, after in changed:
        table.add_row(after.source, after.field, after.rule, share(before.share), share(after.share))
    yield table
