"""An UpSet plot: how large each combination of sets is, the largest first.

Takes combinations of named sets with their sizes, gives a Vega-Lite specification. Each combination is a row: a filled
dot under every set that is part of it, joined by a line, and a bar of its size with the number written. It is the plot
of Lex, Gehlenborg, Strobelt, Vuillemot and Pfister (2014, "UpSet: Visualization of Intersecting Sets"), turned on its
side, so that it has room on a phone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from insighthub.charts.layout import Value, data, finish, roomy
from insighthub.charts.palette import FONT_SIZE, FOR, INK, REST, RULE
from insighthub.charts.vega import alt

_ROW, _BAR, _CHARACTER = 26, 14, 7.4


@dataclass(frozen=True)
class Combination:
    """A combination: the sets that are part of it, its size, and how that is written."""

    sets: frozenset[str]
    size: float
    shown: str


def upset(sets: Sequence[str], combinations: Sequence[Combination], width: int) -> alt.LayerChart:
    """Draw a row a combination.

    Args:
        sets: the names of the sets, in the order of their columns.
        combinations: from the top.
        width: in pixels.
    """
    column = 24 if roomy(width) else min(16.0, width * 0.55 / max(len(sets), 1))
    head = max((len(name) for name in sets), default=0) * _CHARACTER + 10
    start = column * len(sets) + 14
    room = max((len(each.shown) for each in combinations), default=0) * _CHARACTER + 12
    unit = max(width - start - room, 20) / (max((each.size for each in combinations), default=0) or 1)
    dots: list[Value] = []
    lines: list[Value] = []
    bars: list[Value] = []
    for place, each in enumerate(combinations):
        y = head + place * _ROW + _ROW / 2
        inside = [n for n, name in enumerate(sets) if name in each.sets]
        dots += [{"x": (n + 0.5) * column, "y": y, "in": n in inside} for n in range(len(sets))]
        if len(inside) > 1:
            lines.append({"x": (inside[0] + 0.5) * column, "x2": (inside[-1] + 0.5) * column, "y": y})
        bars.append({"x": start, "x2": start + each.size * unit, "y": y, "shown": each.shown})
    names = [{"x": (n + 0.5) * column, "y": head - 6, "text": name} for n, name in enumerate(sets)]
    height = int(head + len(combinations) * _ROW + 2)
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, width], nice=False))
    y_axis = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[0, height], reverse=True, nice=False))
    ends = alt.X("x2:Q", axis=None, scale=alt.Scale(domain=[0, width], nice=False))
    size = 90 if roomy(width) else 60
    layers = [
        alt.Chart(data([dot for dot in dots if not dot["in"]]))
        .mark_point(size=size, filled=True, opacity=1, color=REST, stroke=RULE, strokeWidth=0.5)
        .encode(x=x, y=y_axis),
        alt.Chart(data(lines)).mark_rule(color=INK, strokeWidth=2.5).encode(x=x, x2="x2:Q", y=y_axis),
        alt.Chart(data([dot for dot in dots if dot["in"]]))
        .mark_point(size=size, filled=True, opacity=1, color=INK)
        .encode(x=x, y=y_axis),
        alt.Chart(data(bars)).mark_bar(size=_BAR, color=FOR).encode(x=x, x2="x2:Q", y=y_axis),
        alt.Chart(data(bars))
        .mark_text(align="left", dx=6, baseline="middle", color=INK, fontSize=FONT_SIZE)
        .encode(
            x=ends,
            y=y_axis,
            text=alt.Text("shown:N"),
        ),
        alt.Chart(data(names))
        .mark_text(align="left", baseline="middle", angle=270, color=INK, fontSize=FONT_SIZE)
        .encode(x=x, y=y_axis, text=alt.Text("text:N")),
    ]
    return finish([layer for layer in layers if layer.data.values], width, height)
