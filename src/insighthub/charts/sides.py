"""A chart with two sides: bars to the left and to the right of a middle line, as a population pyramid has.

Takes rows with a value on each side, and perhaps another to hold each against; gives a Vega-Lite specification. The
right side is filled and the left one paler with an outline, so that they are told apart without colour; what a value is
held against is a dark tick. A value that is not told has no bar, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from insighthub.charts.layout import Value, data, finish, roomy
from insighthub.charts.palette import FONT_SIZE, FOR, HEAT, INK, QUIET
from insighthub.charts.vega import alt

_ROW, _BAR, _HEAD, _CHARACTER = 22, 15, 24, 7.4
NOT_TOLD = "not told"


@dataclass(frozen=True)
class Sides:
    """One row: a value on the left and one on the right; None: not told. ``*_mark``: what it is held against."""

    label: str
    left: float | None
    right: float | None
    left_mark: float | None = None
    right_mark: float | None = None


def sides(rows: Sequence[Sides], names: tuple[str, str], width: int) -> alt.LayerChart:
    """Draw a row a label, which stands in the middle.

    Args:
        rows: from the top.
        names: of the left side and of the right.
        width: in pixels.
    """
    middle = max((len(row.label) for row in rows), default=0) * _CHARACTER + 12
    track = (width - middle) / 2
    values = [v for row in rows for v in (row.left, row.right, row.left_mark, row.right_mark) if v is not None]
    unit = (track - 4) / (max(values, default=0) or 1)
    ends = {"left": track, "right": track + middle}
    bars: list[Value] = []
    ticks: list[Value] = []
    texts: list[Value] = [
        {"x": track, "y": _HEAD / 2, "text": names[0], "align": "right"},
        {"x": track + middle, "y": _HEAD / 2, "text": names[1], "align": "left"},
    ]
    for place, row in enumerate(rows):
        y = _HEAD + place * _ROW + _ROW / 2
        texts.append({"x": width / 2, "y": y, "text": row.label, "align": "center"})
        for side, value, mark in (("left", row.left, row.left_mark), ("right", row.right, row.right_mark)):
            way = -1 if side == "left" else 1
            if value is None:
                if roomy(width):
                    align = "right" if side == "left" else "left"
                    texts.append({"x": ends[side] + 4 * way, "y": y, "text": NOT_TOLD, "align": align})
            else:
                bars.append({"x": ends[side], "x2": ends[side] + way * value * unit, "y": y, "side": side})
            if mark is not None:
                ticks.append({"x": ends[side] + way * mark * unit, "y": y - _ROW / 2 + 1, "y2": y + _ROW / 2 - 1})
    height = _HEAD + len(rows) * _ROW + 2
    x, y_axis = _across(width), _down(height)
    layers = [
        alt.Chart(data([bar for bar in bars if bar["side"] == "left"]))
        .mark_bar(size=_BAR, color=HEAT[3], stroke=QUIET, strokeWidth=0.75)
        .encode(x=x, x2="x2:Q", y=y_axis),
        alt.Chart(data([bar for bar in bars if bar["side"] == "right"]))
        .mark_bar(size=_BAR, color=FOR)
        .encode(x=x, x2="x2:Q", y=y_axis),
        alt.Chart(data(ticks)).mark_rule(color=INK, strokeWidth=2.5).encode(x=x, y=y_axis, y2="y2:Q"),
    ]
    stands: tuple[Literal["left", "center", "right"], ...] = ("left", "center", "right")
    for stand in stands:
        told = [text for text in texts if text["align"] == stand]
        mark_ = alt.Chart(data(told)).mark_text(align=stand, baseline="middle", color=INK, fontSize=FONT_SIZE)
        layers.append(mark_.encode(x=x, y=y_axis, text=alt.Text("text:N")))
    return finish([layer for layer in layers if layer.data.values], width, int(height))


def _across(width: float) -> alt.X:
    return alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, width], nice=False))


def _down(height: float) -> alt.Y:
    return alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[0, height], reverse=True, nice=False))
