"""A Lorenz curve from the top: what share of a whole is taken by the part of people who take the most.

Takes points (part of people, share of the whole), gives a Vega-Lite specification. It is the curve of Lorenz (1905,
"Methods of measuring the concentration of wealth") begun from those who have the most, since that is how it is asked:
how few take how much. Were all to take the same, it would lie on the broken line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from insighthub.charts.layout import axis, data, finish, roomy
from insighthub.charts.palette import FONT_SIZE, FOR, INK, QUIET, RULE
from insighthub.charts.vega import alt


@dataclass(frozen=True)
class Point:
    """The part of people who take the most, the share that they take, both from 0 to 1, and what is written there."""

    part: float
    share: float
    shown: str


def lorenz(points: Sequence[Point], x_title: str, y_title: str, width: int) -> alt.LayerChart:
    """Draw the curve through nought, the points and the whole.

    Args:
        points: by part, rising.
        x_title: what the parts are of.
        y_title: what the shares are of.
        width: in pixels.
    """
    curve = [{"p": 0.0, "s": 0.0}, *({"p": each.part, "s": each.share} for each in points), {"p": 1.0, "s": 1.0}]
    told = [{"p": each.part, "s": each.share, "shown": each.shown} for each in points]
    scale = alt.Scale(domain=[0, 1], nice=False)
    ticks = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    across = alt.X("p:Q", scale=scale, axis=axis(x_title, values=ticks, format="%", labelFlush=False))
    up = alt.Y(
        "s:Q", scale=scale, axis=axis(y_title, values=ticks, format="%", grid=True, gridColor=RULE, domain=False)
    )
    same = (
        alt.Chart(data([{"p": 0, "s": 0}, {"p": 1, "s": 1}]))
        .mark_line(color=QUIET, strokeWidth=1.5, strokeDash=[6, 4])
        .encode(x=across, y=up)
    )
    # From point to point in straight lines: what is between them is not known, and is at least this much.
    line = alt.Chart(data(curve)).mark_line(color=FOR, strokeWidth=2.5).encode(x=across, y=up)
    base = alt.Chart(data(told)).encode(x=across, y=up)
    dots = base.mark_point(size=80, filled=True, opacity=1, color=FOR, stroke=INK, strokeWidth=0.5)
    text = base.mark_text(align="left", dx=9, dy=8, baseline="middle", color=INK, fontSize=FONT_SIZE)
    return finish([same, line, dots, text.encode(text=alt.Text("shown:N"))], width, 340 if roomy(width) else 280)
