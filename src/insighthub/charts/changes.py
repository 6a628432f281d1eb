"""A chart of what changed: each row's value before and after, joined by a line.

Takes rows with two values, gives a Vega-Lite specification. Before is a hollow ring, after a filled dot, so that the
two are told apart without colour; both are written at the end of the row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from insighthub.charts.layout import MINUS, Rows, Value, axis, data, finish
from insighthub.charts.palette import FOR, PAGE, QUIET
from insighthub.charts.vega import alt


@dataclass(frozen=True)
class Change:
    """One row: a value before and after, and what is written of them."""

    label: str
    before: float
    after: float
    shown: str


def changes(change_rows: Sequence[Change], width: int, *, shares: bool) -> alt.LayerChart:
    """Draw a row a change, on a scale from nought, or from the lowest value where one is negative.

    Args:
        change_rows: from the top.
        width: in pixels.
        shares: whether values are shares, which the axis shows as percentages.
    """
    rows = Rows(tuple(row.label for row in change_rows), width)
    if not rows.beside:
        rows = Rows(tuple(f"{row.label}: {row.shown}" for row in change_rows), width)
    ends = [v for row in change_rows for v in (row.before, row.after)]
    low, high = min([0.0, *ends]), max([0.0, *ends]) or 1.0
    room = max((len(row.shown) for row in change_rows), default=0) * 8 + 20 if rows.beside else 12
    end = low + (high - low) * rows.track / max(rows.track - room, rows.track * 0.35)
    scale = alt.Scale(domain=[low, end], nice=False)
    values: list[Value] = [
        {"row": i, "before": r.before, "after": r.after, "end": max(r.before, r.after), "shown": r.shown}
        for i, r in enumerate(change_rows)
    ]
    middle = (low + high) / 2 if shares or high < 10 else float(round((low + high) / 2))
    across = axis(
        None,
        values=sorted({low, 0.0, middle, high}),
        format=".1~%" if shares else ",.1~f",
        labelExpr=MINUS,
        domain=False,
        labelFlush=False,
    )
    base = alt.Chart(data(values)).encode(y=rows.y)
    line = base.mark_bar(size=3, color=QUIET, yOffset=rows.mark_offset).encode(
        x=alt.X("before:Q", scale=scale, axis=across), x2=alt.X2("after:Q")
    )
    ring = base.mark_point(size=90, filled=True, opacity=1, fill=PAGE, stroke=QUIET, yOffset=rows.mark_offset)
    dot = base.mark_point(size=90, filled=True, opacity=1, fill=FOR, stroke=FOR, yOffset=rows.mark_offset)
    layers = [
        line,
        ring.encode(x=alt.X("before:Q", scale=scale)),
        dot.encode(x=alt.X("after:Q", scale=scale)),
    ]
    if rows.beside:
        layers.append(rows.written(values, alt.X("end:Q", scale=scale), gap=10))
    return finish([*layers, *rows.above()], width, rows.height)
