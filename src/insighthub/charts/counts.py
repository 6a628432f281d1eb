"""Charts of counts: bars by name, columns by size, and a histogram parted at a cut.

Takes labels and counts, gives a Vega-Lite specification. Counts are written beside their marks, so that nobody needs to
read them off an axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from insighthub.charts import numbers
from insighthub.charts.layout import BAR, MINUS, Rows, at_top, axis, data, finish, names, roomy
from insighthub.charts.palette import AGAINST, FONT_SIZE, FOR, INK, PAGE, QUIET, REST, RULE
from insighthub.charts.vega import alt


@dataclass(frozen=True)
class Bar:
    """One row of a bar chart: its parts in order, and what is written after them."""

    label: str
    parts: tuple[float, ...]
    shown: str


@dataclass(frozen=True)
class Cut:
    """Where a histogram is parted in two colours, and what is written there."""

    value: float
    label: str


def bars(bar_rows: Sequence[Bar], parts: Sequence[str], width: int) -> alt.LayerChart:
    """Draw horizontal bars, each in one or two parts (``parts`` names them, and makes a key where there are two)."""
    rows = Rows(tuple(row.label for row in bar_rows), width)
    pieces = []
    for place, row in enumerate(bar_rows):
        start = 0.0
        for name, value in zip(parts, row.parts, strict=True):
            pieces.append({"row": place, "part": name, "from": start, "to": start + value})
            start += value
    ends = [{"row": place, "end": sum(row.parts), "shown": row.shown} for place, row in enumerate(bar_rows)]
    longest = max((sum(row.parts) for row in bar_rows), default=0) or 1
    # Room to the right for the longest written value, turned into the data's own units.
    room = max((len(row.shown) for row in bar_rows), default=0) * 8 + 12
    across = rows.track
    scale = alt.Scale(domain=[0, longest * across / max(across - room, across * 0.3)], nice=False)
    marks = (
        alt.Chart(data(pieces))
        .mark_bar(size=BAR, stroke=QUIET, strokeWidth=0.75, yOffset=rows.mark_offset)
        .encode(
            y=rows.y,
            x=alt.X("from:Q", scale=scale, axis=None),
            x2=alt.X2("to:Q"),
            color=alt.Color(
                "part:N",
                scale=alt.Scale(domain=list(parts), range=[FOR, REST][: len(parts)]),
                legend=_key(width) if len(parts) > 1 else None,
            ),
        )
    )
    text = rows.written(ends, alt.X("end:Q", scale=scale, axis=None))
    return finish([marks, text, *rows.above()], width, rows.height)


def columns(labels: Sequence[str], heights: Sequence[int], x_title: str, width: int) -> alt.LayerChart:
    """Draw a column a label, with its count written above it, upwards where columns are close."""
    values = [{"place": i, "n": n, "shown": numbers.count(n)} for i, n in enumerate(heights)]
    close = width / max(len(labels), 1) < 54
    top = (max(heights, default=0) or 1) * (1.3 if close else 1.12)
    base = alt.Chart(data(values)).encode(
        x=alt.X(
            "place:O",
            axis=axis(
                x_title,
                labelExpr=names(labels),
                labelAngle=270 if close and max(map(len, labels), default=0) > 2 else 0,
                labelOverlap=False,
                ticks=False,
                labelPadding=6,
            ),
            scale=alt.Scale(paddingInner=0.15),
        ),
        y=alt.Y("n:Q", axis=None, scale=alt.Scale(domain=[0, top], nice=False)),
    )
    text = base.mark_text(
        angle=270 if close else 0,
        align="left" if close else "center",
        baseline="middle" if close else "bottom",
        dx=6 if close else 0,
        dy=0 if close else -4,
        color=INK,
        fontSize=FONT_SIZE,
    ).encode(text=alt.Text("shown:N"))
    return finish([base.mark_bar(color=FOR), text], width, 240)


def histogram(
    bins: Sequence[tuple[float, float, int]], cut: Cut, x_title: str, y_title: str, width: int
) -> alt.LayerChart:
    """Draw counts by bin (from, to, count), in one colour below the cut and another above it.

    The height is symmetric-logarithmic, linear up to 1: the few pairs near the cut are the ones to look at, and the
    many far below it would flatten them to nothing.
    """
    values = [
        {"from": low, "to": high, "n": n, "side": "above" if (low + high) / 2 >= cut.value else "below"}
        for low, high, n in bins
    ]
    low = min([cut.value - 1, *(b[0] for b in bins)])
    high = max([cut.value + 1, *(b[1] for b in bins)])
    ticks = [0, *(10**k for k in range(len(str(max((b[2] for b in bins), default=1))) + 1))]
    across = alt.Scale(domain=[low, high], nice=False)
    marks = (
        alt.Chart(data(values))
        .mark_bar(stroke=PAGE, strokeWidth=0.5)
        .encode(
            x=alt.X(
                "from:Q",
                scale=across,
                axis=axis(x_title, tickCount=10 if roomy(width) else 5, labelExpr=MINUS, labelFlush=False),
            ),
            x2=alt.X2("to:Q"),
            y=alt.Y(
                "n:Q",
                scale=alt.Scale(type="symlog", constant=1, domain=[0, ticks[-1]], nice=False),
                axis=axis(
                    y_title,
                    values=ticks,
                    grid=True,
                    gridColor=RULE,
                    labelExpr="datum.value >= 1e6 ? format(datum.value / 1e6, ',') + 'm' : format(datum.value, ',')",
                ),
            ),
            y2=alt.Y2Datum(0),
            color=alt.Color("side:N", scale=alt.Scale(domain=["below", "above"], range=[AGAINST, FOR]), legend=None),
        )
    )
    place = alt.Chart(data([{"cut": cut.value, "label": cut.label}])).encode(x=alt.X("cut:Q", scale=across))
    line = place.mark_rule(color=INK, strokeWidth=2, strokeDash=[6, 3])
    # The label goes to the side of the line where there is more room.
    left = cut.value - low > high - cut.value
    label = place.mark_text(
        align="right" if left else "left",
        dx=-6 if left else 6,
        baseline="top",
        dy=2,
        color=INK,
        fontSize=FONT_SIZE,
        fontWeight="bold",
    ).encode(y=at_top(), text=alt.Text("label:N"))
    return finish([marks, line, label], width, 280)


def _key(width: int) -> alt.Legend:
    return alt.Legend(
        title=None,
        orient="top",
        direction="horizontal" if roomy(width) else "vertical",
        labelLimit=width - 30,
        symbolType="square",
        symbolStrokeColor=QUIET,
        symbolStrokeWidth=0.75,
    )
