"""Figures and rows of the pages about places.

Takes what the desk gives, gives charts with their tables, and rows of text for tables that have links.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from insighthub.charts import Column, Figure, numbers
from insighthub.charts.evidence import Span, Weight, pushes, ranks
from insighthub.charts.table import table
from insighthub.desk.places_desk import in_words
from insighthub.desk.places_seen import AreaShown, IndexShown

#: How many areas are told of first, and drawn.
FIRST = 15


def interval(low: int, high: int) -> str:
    """Say in which ranks an area lies."""
    return f"{low}" if low == high else f"{low} to {high}"


def _span(row: dict[str, Any]) -> Span:
    low, high, rank = row["rank_low"], row["rank_high"], row["rank"]
    return Span(row["name"], low, high, f"{rank} ({interval(low, high)})", rank)


def rank_intervals(shown: IndexShown) -> Figure:
    """Return the ranks of the worst areas, with the interval that each lies in."""
    rows = shown.result.scores.slice(0, FIRST).to_pylist()
    ranked = shown.result.scores.num_rows
    spans = [_span(row) for row in rows]
    sure = sum(r["worst_tenth"] >= 0.9 for r in rows)
    said = (
        f"{numbers.of(sure, 'area is', 'areas are')} among the worst tenth in nine draws of ten or more"
        if sure
        else "No area is among the worst tenth in as many as nine draws of ten"
    )
    columns = (
        Column("area", "Area"),
        Column("rank", "Rank", "count"),
        Column("rank_low", "Lowest", "count"),
        Column("rank_high", "Highest", "count"),
        Column("worst_tenth", "Draws in which it is among the worst tenth", "share"),
    )
    return Figure(
        "rank-intervals",
        said,
        f"The {len(rows)} areas ranked worst. The dot is the rank, and the bar where the rank lies in nine draws of "
        "ten, when weights, small numbers and wrong links are drawn anew. Where bars overlap, the order is not known.",
        table(
            "Ranks of the areas ranked worst",
            columns,
            [(r["name"], r["rank"], r["rank_low"], r["rank_high"], r["worst_tenth"]) for r in rows],
        ),
        specification=lambda width: ranks(spans, ranked, width),
    )


def what_drives(shown: AreaShown) -> Figure | None:
    """Return what each indicator gives to the score of an area; None where the area is not shown."""
    drivers = shown.drivers
    if drivers is None:
        return None
    index = shown.result.index
    weights = [Weight(d.title, d.contribution) for d in drivers.indicators]
    up = [d.title for d in drivers.raising[:2]]
    title = (
        f"{' and '.join(up)} raise{'s' if len(up) == 1 else ''} the score most" if up else "Nothing raises the score"
    )
    rows = [
        (
            d.title,
            d.domain,
            in_words(index, d.indicator, d.value),
            in_words(index, d.indicator, d.borough),
            d.contribution,
            d.as_average,
            d.without,
        )
        for d in drivers.indicators
    ]
    columns = (
        Column("indicator", "Indicator"),
        Column("domain", "Domain"),
        Column("value", "Here"),
        Column("borough", "In all areas"),
        Column("contribution", "Gives to the score", "number"),
        Column("rank_as_average", "Rank if it were as on average", "count"),
        Column("rank_without", "Rank with it left out", "count"),
    )
    return Figure(
        "drivers",
        title,
        "How far each indicator pushes the score up, or down, against an area where it is as on average. "
        "The table has the values, and the rank that the area would have otherwise.",
        table("What drives the rank", columns, rows),
        specification=lambda width: pushes(weights, width, across="Pushes the score down, or up"),
    )


def would_change(shown: AreaShown) -> list[str]:
    """Say what would change the rank of an area."""
    drivers = shown.drivers
    if drivers is None:
        return []
    low, high = drivers.ranks_without
    between = f"lies between {drivers.rank_low} and {drivers.rank_high} in nine draws of ten"
    told = [
        f"Its rank is {drivers.rank} of {drivers.ranked}, and {between} of weights, small numbers and wrong links.",
        f"With one indicator or another left out of the index, it would rank {interval(low, high)}.",
    ]
    moves = [d for d in drivers.indicators if d.as_average != drivers.rank]
    if not moves:
        return [*told, "No single indicator, were it as on average, would change its rank."]
    most = sorted(moves, key=lambda d: -abs(d.as_average - drivers.rank))[:3]
    told += [f"Were “{d.title}” as it is on average, all else as it is, it would rank {d.as_average}." for d in most]
    return told


def other_ranks(others: Sequence[tuple[str, int, int, int, int]]) -> list[tuple[str, str, str]]:
    """Return rows of an area's ranks in other indices."""
    return [(title, f"{rank} of {of}", interval(low, high)) for title, rank, low, high, of in others]


def weight_rows(result: Any) -> list[tuple[str, ...]]:
    """Return rows of what an index is made of: indicator, domain, its weight in the index, source, lag."""
    weights = {r["id"]: r for r in result.weights.to_pylist() if r["kind"] == "indicator"}
    titles = {d.id: d.title for d in result.index.domains}
    return [
        (
            each.title,
            titles[each.domain],
            numbers.share(weights[each.id]["effective"]),
            each.source,
            numbers.of(each.lag, "month"),
        )
        for each in result.index.indicators
    ]


def double_counted(result: Any, least: float = 0.7) -> list[tuple[str, ...]]:
    """Return pairs of indicators that say much the same: what is counted twice weighs twice."""
    title = {each.id: each.title for each in result.index.indicators}
    found = [r for r in result.correlation.to_pylist() if r["correlation"] is not None]
    pairs = sorted((r for r in found if r["correlation"] >= least), key=lambda r: -r["correlation"])
    return [(title[r["indicator"]], title[r["other"]], f"{r['correlation']:.2f}") for r in pairs]
