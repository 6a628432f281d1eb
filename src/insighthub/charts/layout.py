"""What every form of chart shares: where row labels stand, the axes, and the finish.

Takes layers, gives a Vega-Lite specification of a stated width in pixels. Where the drawing is narrow, or a
label long, labels stand above their marks and not beside them.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from insighthub.charts.palette import FONT, FONT_SIZE, INK, PAGE, QUIET
from insighthub.charts.vega import alt

Value = dict[str, Any]

#: Thickness of a bar in pixels.
BAR = 16

#: Turns an axis label's hyphen into a true minus.
MINUS = "replace(datum.label, '-', '−')"

# Labels stand beside their marks only where the drawing is at least this wide, in pixels, and they are no longer than
# this, in characters. A character is about seven pixels wide, a line eighteen high.
_ROOMY, _SHORT = 500, 44
_CHARACTER, _LINE = 7.2, 18


@dataclass(frozen=True)
class Rows:
    """Where the rows of a chart stand, and where each row's label and mark are in it.

    Args:
        labels: one a row, from the top.
        width: of the whole drawing, in pixels.
    """

    labels: tuple[str, ...]
    width: int

    @property
    def beside(self) -> bool:
        """Whether labels stand beside their marks; otherwise they stand above them."""
        return roomy(self.width) and self._longest <= _SHORT

    @property
    def track(self) -> int:
        """Pixels left across for the marks."""
        taken = int(self._longest * _CHARACTER) + 12 if self.beside else 0
        return max(self.width - taken - 12, 80)

    @property
    def height(self) -> alt.Step:
        """Height of a row."""
        return alt.Step(26 if self.beside else 26 + _LINE * self._lines)

    @property
    def mark_offset(self) -> int:
        """How far, in pixels, a mark stands below the middle of its row."""
        return 0 if self.beside else _LINE * self._lines // 2

    @property
    def y(self) -> alt.Y:
        """The rows by number, so that two rows may bear one label."""
        scale = alt.Scale(domain=list(range(len(self.labels))))
        if not self.beside:
            return alt.Y("row:O", axis=None, scale=scale)
        beside = axis(
            None, labelExpr=names(self.labels), labelLimit=self.width, domain=False, ticks=False, labelPadding=8
        )
        return alt.Y("row:O", axis=beside, scale=scale)

    def above(self) -> list[alt.Chart]:
        """Return the layers that write labels above their marks, where they stand there."""
        if self.beside:
            return []
        by_lines: dict[int, list[Value]] = {}
        for place, label in enumerate(self.labels):
            lines = self._wrapped(label)
            by_lines.setdefault(len(lines), []).append({"row": place, "label": "\n".join(lines)})
        layers = []
        for lines_, values in sorted(by_lines.items()):
            # Placed by its first line, so that its last line stands on the bar.
            text = alt.Chart(data(values)).mark_text(
                align="left",
                baseline="bottom",
                dy=self.mark_offset - BAR // 2 - 2 - _LINE * (lines_ - 1),
                color=INK,
                fontSize=FONT_SIZE,
                lineBreak="\n",
                lineHeight=_LINE,
            )
            layers.append(text.encode(y=self.y, x=at_left(), text=alt.Text("label:N")))
        return layers

    def written(self, values: Sequence[Value], at: alt.X, *, leftwards: bool = False, gap: int = 6) -> alt.Chart:
        """Return the layer that writes each row's ``shown`` beside the end of its mark, ``gap`` pixels from it."""
        text = alt.Chart(data(values)).mark_text(
            align="right" if leftwards else "left",
            dx=-gap if leftwards else gap,
            dy=self.mark_offset,
            baseline="middle",
            color=INK,
            fontSize=FONT_SIZE,
        )
        layer: alt.Chart = text.encode(y=self.y, x=at, text=alt.Text("shown:N"))
        return layer

    @property
    def _longest(self) -> int:
        return max((len(label) for label in self.labels), default=0)

    @property
    def _lines(self) -> int:
        return max((len(self._wrapped(label)) for label in self.labels), default=1)

    def _wrapped(self, label: str) -> list[str]:
        return textwrap.wrap(label, int(self.width / _CHARACTER)) or [""]


def roomy(width: int) -> bool:
    """Whether a drawing of this many pixels has room beside its marks."""
    return width >= _ROOMY


def data(values: Sequence[Value]) -> alt.InlineData:
    """Put rows inside the specification."""
    return alt.InlineData(values=list(values))


def names(labels: Sequence[str]) -> str:
    """Return a Vega expression that gives a row's label for its number."""
    return f"{json.dumps(list(labels), ensure_ascii=False)}[datum.value]"


def axis(title: str | None, **settings: Any) -> alt.Axis:
    """Return an axis without a grid, in quiet lines."""
    quiet: dict[str, Any] = {"grid": False, "domainColor": QUIET, "tickColor": QUIET}
    return alt.Axis(title=title, **(quiet | settings))


def finish(layers: Sequence[alt.Chart], width: int, height: int | alt.Step) -> alt.LayerChart:
    """Lay layers over each other at a width, in the house style."""
    # Put together in one go: each of Altair's chained calls copies the whole chart.
    return alt.LayerChart(
        layer=list(layers),
        width=width,
        height=height,
        autosize=alt.AutoSizeParams(type="fit-x", contains="padding"),
        config=_house_style(),
    )


def at_left() -> alt.XValue:
    """Return what places a mark at the left edge, which Altair leaves without a type."""
    return alt.XValue(0)  # type: ignore[no-untyped-call]


def at_top() -> alt.YValue:
    """Return what places a mark at the upper edge."""
    return alt.YValue(0)  # type: ignore[no-untyped-call]


def _house_style() -> alt.Config:
    return alt.Config(
        aria=False,
        background=PAGE,
        font=FONT,
        padding=2,
        view=alt.ViewConfig(stroke=None),
        axis=alt.AxisConfig(
            labelFontSize=FONT_SIZE, titleFontSize=FONT_SIZE, titleFontWeight="normal", labelColor=INK, titleColor=INK
        ),
        legend=alt.LegendConfig(labelFontSize=FONT_SIZE, labelColor=INK),
    )
