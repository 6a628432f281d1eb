"""The page of data quality: scorecards, trend and what lacks cost, as one HTML file that stands alone.

Takes what ``insighthub.quality.scorecard`` reads of a release, gives a page in the style of the linkage report.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from insighthub.charts import Column, Figure
from insighthub.charts.numbers import count, of, share
from insighthub.charts.rates import Rate, rates
from insighthub.charts.table import table
from insighthub.charts.vega import alt
from insighthub.quality.scorecard import RECORD, RULES, FieldQuality, Lack, Scorecard, SetAside, TrendPoint
from insighthub.quality.scorecard import trend_by_rule as by_rule
from insighthub.report.page import write_page
from insighthub.report.section import Section, words

#: How many fields the picture shows; the table has all.
_MOST = 12


def write_quality_page(
    path: Path,
    cards: Sequence[Scorecard],
    points: Sequence[TrendPoint],
    aside: Sequence[SetAside],
    lacking: Sequence[Lack],
    *,
    as_of: date,
) -> None:
    """Write data quality as one self-contained HTML page.

    Args:
        path: where the page goes; its folder must exist.
        cards: one a source.
        points: the trend.
        aside: why rows were set aside.
        lacking: fields whose lack goes with missed matches.
        as_of: the day of the release, which the page bears.

    Raises:
        RunError: the page cannot be written.
    """
    sections = [
        Section("sources", "Source by source", "", (_sources(cards),)),
        Section("fields", "Field by field", "", (_fields(cards),)),
        Section("trend", "From run to run", "", (_trend(points),)),
    ]
    if aside:
        sections.append(Section("set-aside", "Why rows were set aside", "", (_aside(aside),)))
    if lacking:
        sections.append(Section("lacks", "What lacks cost", "", (_lacks(lacking),)))
    write_page(path, sections, title="Data quality", made_on=as_of)


def _sources(cards: Sequence[Scorecard]) -> Figure:
    columns = [
        Column("source", "Source"),
        Column("records", "Records", "count"),
        Column("days_since", "Days since delivery", "count"),
        *(Column(rule, words(rule), "share") for rule in RULES),
    ]
    shown = [(card.source, card.records, card.days_since, *(card.share(rule) for rule in RULES)) for card in cards]
    records = sum(card.records for card in cards)
    return Figure(
        "scorecards",
        f"{of(len(cards), 'source')} with {of(records, 'record')}",
        "Each share is the mean of the source's fields. Timely and unique are of its records.",
        table("Scorecards", columns, shown),
    )


def _fields(cards: Sequence[Scorecard]) -> Figure:
    every = [each for card in cards for each in card.rules if each.field != RECORD]
    wrong = [each for each in every if each.rule != "complete" and each.failed]
    wrong.sort(key=lambda each: (each.share or 0.0, each.source, each.field, each.rule))
    drawn = [_rate(each) for each in wrong[:_MOST]]
    finding = "Every value could be used, and none contradicts a golden record"
    if wrong:
        worst = wrong[0]
        finding = f"Weakest: {share(worst.share)} of values of {worst.field} in {worst.source} are {worst.rule}"
    columns = [
        Column("source", "Source"),
        Column("field", "Field"),
        Column("rule", "Rule"),
        Column("rows", "Asked of", "count"),
        Column("failed", "Failed", "count"),
        Column("share", "Kept", "share"),
    ]

    def picture(width: int) -> alt.LayerChart:
        return rates(drawn, ("Share that failed",), width)

    return Figure(
        "fields",
        finding,
        "Bars are the share of values that could not be used, or that contradict the resident's golden record; the"
        " table has all rules.",
        table("Fields", columns, [(e.source, e.field, e.rule, e.rows, e.failed, e.share) for e in every]),
        picture if drawn else None,
    )


def _rate(each: FieldQuality) -> Rate:
    failed = each.failed / each.rows
    shown = f"{share(failed)} of {each.rows:,}"
    return Rate(f"{each.source}, {words(each.field)}, not {each.rule}", "Share that failed", failed, 0.0, failed, shown)


def _trend(points: Sequence[TrendPoint]) -> Figure:
    found = by_rule(points)
    runs = sorted({(run, day) for run, day, _ in found})
    columns = [
        Column("run", "Run"),
        Column("day", "Day"),
        Column("source", "Source"),
        *(Column(rule, words(rule), "share") for rule in RULES),
    ]
    shown = [
        (run, day.isoformat(), source, *(kept[rule] for rule in RULES)) for (run, day, source), kept in found.items()
    ]
    return Figure("trend", f"{of(len(runs), 'run')} measured", "", table("Shares by run", columns, shown))


def _aside(aside: Sequence[SetAside]) -> Figure:
    columns = [Column("source", "Source"), Column("reason", "Reason"), Column("rows", "Rows", "count")]
    total = sum(each.rows for each in aside)
    shown = [(each.source, each.reason, each.rows) for each in aside]
    return Figure("quarantine", f"{of(total, 'row')} set aside", "", table("Rows set aside", columns, shown))


def _lacks(lacking: Sequence[Lack]) -> Figure:
    columns = [
        Column("source", "Source"),
        Column("field", "Field"),
        Column("rows_without", "Records without it", "count"),
        Column("alone_without", "Of these alone", "count"),
        Column("rows_with", "Records with it", "count"),
        Column("alone_with", "Of these alone", "count"),
        Column("matches_missed", "Matches missed", "count"),
    ]
    worst = lacking[0]
    return Figure(
        "lacks",
        f"The lack of {words(worst.field).lower()} in {worst.source} goes with {count(worst.matches_missed)} missed"
        " matches",
        "Alone: the only record of their resident. Missed: how many fewer would be alone, were those without the field"
        " alone as seldom as those with it. What goes together is not always the cause.",
        table(
            "Fields whose lack goes with missed matches",
            columns,
            [
                (e.source, e.field, e.rows_without, e.alone_without, e.rows_with, e.alone_with, e.matches_missed)
                for e in lacking
            ],
        ),
    )
