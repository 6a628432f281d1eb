"""A chart of how a share went from one release to the next: a line over releases, each value written at its point.

Takes values in the order of time, gives a Vega-Lite specification. The scale begins near the lowest value, which the
axis says, as shares of good data all lie near one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from insighthub.charts.layout import Value, axis, data, finish, names, roomy
from insighthub.charts.palette import FONT_SIZE, FOR, INK, RULE
from insighthub.charts.vega import alt

#: Beyond so many points only the first, the lowest and the last are written.
_WRITTEN = 8


@dataclass(frozen=True)
class Point:
    """A share from 0 to 1 at one time.

    ``label`` says when, ``short`` does where there is little room, and ``shown`` is how the value is written.
    """

    label: str
    short: str
    value: float
    shown: str


def trend(points: Sequence[Point], width: int) -> alt.LayerChart:
    """Draw a line through shares.

    Args:
        points: the oldest first; at least one.
        width: in pixels.
    """
    lowest = min(range(len(points)), key=lambda place: points[place].value)
    every = len(points) <= (_WRITTEN if roomy(width) else 4)
    told = set(range(len(points))) if every else {0, lowest, len(points) - 1}
    values: list[Value] = [
        {"at": place, "value": each.value, "shown": each.shown if place in told else ""}
        for place, each in enumerate(points)
    ]
    low, high = min(each.value for each in points), max(each.value for each in points)
    room = max((high - low) * 0.25, 0.005)
    start, end = max(0.0, low - room), min(1.0, high + room) + room * 0.6
    scale = alt.Scale(domain=[start, end], nice=False, zero=False)
    x = alt.X(
        "at:O",
        axis=axis(
            None,
            labelExpr=names([each.label if roomy(width) else each.short for each in points]),
            labelAngle=0,
            labelOverlap="greedy",
        ),
        scale=alt.Scale(domain=list(range(len(points)))),
    )
    ticks = sorted({start, (start + min(1.0, high)) / 2, min(1.0, high)})
    y = axis(None, values=ticks, format=".1%", grid=True, gridColor=RULE, domain=False)
    base = alt.Chart(data(values)).encode(x=x)
    line = base.mark_line(color=FOR, strokeWidth=2).encode(y=alt.Y("value:Q", scale=scale, axis=y))
    dots = base.mark_point(size=70, filled=True, opacity=1, color=FOR, stroke=INK, strokeWidth=0.5).encode(
        y=alt.Y("value:Q", scale=scale)
    )
    text = base.mark_text(dy=-14, color=INK, fontSize=FONT_SIZE).encode(
        y=alt.Y("value:Q", scale=scale), text=alt.Text("shown:N")
    )
    return finish([line, dots, text], width, 240 if roomy(width) else 200)
