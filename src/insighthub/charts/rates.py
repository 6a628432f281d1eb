"""Charts of rates: error rates of groups with their intervals, and a reliability curve.

Takes rates with intervals, gives a Vega-Lite specification. Two series differ in shape as well as in colour; which is
which stands in each row's label, and the value beside its mark.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from insighthub.charts.layout import Rows, Value, axis, data, finish, roomy
from insighthub.charts.palette import AGAINST, FOR, INK, QUIET, RULE
from insighthub.charts.vega import alt


@dataclass(frozen=True)
class Rate:
    """One row: a rate from 0 to 1 with its interval, of one of the chart's series."""

    label: str
    series: str
    value: float
    low: float
    high: float
    shown: str


@dataclass(frozen=True)
class Reliability:
    """One point of a reliability curve: what was predicted, what was observed, with the interval of the latter."""

    predicted: float
    observed: float
    low: float
    high: float


def rates(rate_rows: Sequence[Rate], series: Sequence[str], width: int) -> alt.LayerChart:
    """Draw a row a rate: a bar for its interval, a mark for its value, from nought to the highest interval's end.

    Args:
        rate_rows: from the top.
        series: one name or two.
        width: in pixels.
    """
    rows = Rows(tuple(row.label for row in rate_rows), width)
    if not rows.beside:
        rows = Rows(tuple(f"{row.label}: {row.shown}" for row in rate_rows), width)
    highest = max((row.high for row in rate_rows), default=0.0) or 0.01
    room = max((len(row.shown) for row in rate_rows), default=0) * 8 + 16 if rows.beside else 12
    end = highest * rows.track / max(rows.track - room, rows.track * 0.4)
    scale = alt.Scale(domain=[0, end], nice=False)
    values: list[Value] = [
        {"row": i, "series": r.series, "low": r.low, "high": r.high, "value": r.value, "shown": r.shown}
        for i, r in enumerate(rate_rows)
    ]
    colour = alt.Color(
        "series:N", scale=alt.Scale(domain=list(series), range=[FOR, AGAINST][: len(series)]), legend=None
    )
    shape = alt.Shape(
        "series:N",
        scale=alt.Scale(domain=list(series), range=["circle", "diamond"][: len(series)]),
        legend=None,
    )
    ticks = [0.0, highest / 2, highest]
    across = axis(None, values=ticks, format=".1~%" if highest >= 0.01 else ".2~%", domain=False, labelFlush=False)
    base = alt.Chart(data(values))
    bar = base.mark_bar(size=5, yOffset=rows.mark_offset, opacity=0.45).encode(
        y=rows.y, x=alt.X("low:Q", scale=scale, axis=across), x2=alt.X2("high:Q"), color=colour
    )
    mark = base.mark_point(
        size=90, filled=True, opacity=1, yOffset=rows.mark_offset, stroke=INK, strokeWidth=0.5
    ).encode(y=rows.y, x=alt.X("value:Q", scale=scale), color=colour, shape=shape)
    layers = [bar, mark]
    if rows.beside:
        layers.append(rows.written(values, alt.X("high:Q", scale=scale)))
    return finish([*layers, *rows.above()], width, rows.height)


def reliability(points: Sequence[Reliability], width: int) -> alt.LayerChart:
    """Draw what was observed against what was predicted, with the line on which both are the same."""
    values = [{"p": r.predicted, "o": r.observed, "low": r.low, "high": r.high} for r in points]
    scale = alt.Scale(domain=[0, 1], nice=False)
    ticks = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    x = axis("Match probability", values=ticks, format="%", labelFlush=False)
    y = axis(
        "Matches among the pairs" if roomy(width) else "Matches", values=ticks, format="%", grid=True, gridColor=RULE
    )
    same = (
        alt.Chart(data([{"p": 0, "o": 0}, {"p": 1, "o": 1}]))
        .mark_line(color=QUIET, strokeWidth=1.5, strokeDash=[6, 4])
        .encode(x=alt.X("p:Q", scale=scale, axis=x), y=alt.Y("o:Q", scale=scale, axis=y))
    )
    base = alt.Chart(data(values)).encode(x=alt.X("p:Q", scale=scale, axis=x))
    bars = base.mark_rule(color=FOR, strokeWidth=2).encode(y=alt.Y("low:Q", scale=scale, axis=y), y2=alt.Y2("high:Q"))
    line = base.mark_line(color=FOR, strokeWidth=1.5, opacity=0.6).encode(y=alt.Y("o:Q", scale=scale))
    dots = base.mark_point(size=70, filled=True, opacity=1, color=FOR, stroke=INK, strokeWidth=0.5).encode(
        y=alt.Y("o:Q", scale=scale)
    )
    return finish([same, bars, line, dots], width, 320 if roomy(width) else 260)
