"""Charts of evidence: weights in bits either side of nought, a waterfall, and ranges.

Takes labels and weights, gives a Vega-Lite specification. What speaks for a match goes right in one colour, what speaks
against it goes left in another, and the number with its sign is written beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from insighthub.charts import numbers
from insighthub.charts.layout import BAR, MINUS, Rows, Value, axis, data, finish, roomy
from insighthub.charts.palette import AGAINST, FOR, INK, QUIET
from insighthub.charts.vega import alt


@dataclass(frozen=True)
class Weight:
    """One row: bits from nought, or, in a waterfall, bits added to the rows before it."""

    label: str
    weight: float
    total: bool = False  # in a waterfall: the sum, drawn from nought again


@dataclass(frozen=True)
class Span:
    """One row of a range chart: from low to high, with a dot at the value where there is one."""

    label: str
    low: float
    high: float
    shown: str
    value: float | None = None


def weights(weight_rows: Sequence[Weight], width: int, *, running: bool = False) -> alt.LayerChart:
    """Draw weights in bits as bars from nought, or, where ``running``, each from where the one before it ended."""
    rows = Rows(tuple(row.label for row in weight_rows), width)
    values: list[Value] = []
    ends: list[float] = []
    total = 0.0
    for place, row in enumerate(weight_rows):
        start = total if running and not row.total else 0.0
        end = start + row.weight
        total = end
        ends += [start, end]
        values.append(
            {
                "row": place,
                "from": start,
                "to": end,
                "right": max(start, end),
                "left": min(start, end),
                "shown": numbers.bits(row.weight),
                "kind": "for" if row.weight >= 0 else "against",
            }
        )
    scale = _signed_scale(ends, rows, left=52, right=52)
    marks = (
        alt.Chart(data(values))
        .mark_bar(size=BAR, yOffset=rows.mark_offset)
        .encode(
            y=rows.y,
            x=alt.X("from:Q", scale=scale, axis=_bits_axis(width)),
            x2=alt.X2("to:Q"),
            color=alt.Color("kind:N", scale=alt.Scale(domain=["for", "against"], range=[FOR, AGAINST]), legend=None),
        )
    )
    layers = [_nought(scale, width), marks]
    rightwards = [value for value in values if value["kind"] == "for"]
    leftwards = [value for value in values if value["kind"] == "against"]
    if rightwards:
        layers.append(rows.written(rightwards, alt.X("right:Q", scale=scale)))
    if leftwards:
        layers.append(rows.written(leftwards, alt.X("left:Q", scale=scale), leftwards=True))
    return finish([*layers, *rows.above()], width, rows.height)


def reach(spans: Sequence[Span], width: int) -> alt.LayerChart:
    """Draw how far each row's weights reach, in bits, either side of nought."""
    rows = _span_rows(spans, width)
    ends = [end for span in spans for end in (span.low, span.high)]
    scale = _signed_scale(ends, rows, left=12, right=_written_room(spans, rows))
    return _spans(spans, rows, scale, _bits_axis(width), [_nought(scale, width)])


def pushes(weight_rows: Sequence[Weight], width: int, *, across: str) -> alt.LayerChart:
    """Draw what pushes a score up, to the right of nought, and down, to the left; ``across`` names the axis."""
    rows = Rows(tuple(row.label for row in weight_rows), width)
    values: list[Value] = [
        {
            "row": place,
            "to": row.weight,
            "shown": _signed(row.weight),
            "kind": "up" if row.weight >= 0 else "down",
        }
        for place, row in enumerate(weight_rows)
    ]
    ends = [0.0, *(row.weight for row in weight_rows)]
    unit = (max(ends) - min(ends) or 1.0) / max(rows.track - 116, rows.track * 0.25)
    scale = alt.Scale(domain=[min(ends) - unit * 58, max(ends) + unit * 58], nice=False, zero=False)
    below = axis(across, tickCount=5 if roomy(width) else 3, labelExpr=MINUS, labelFlush=False)
    x = alt.X("to:Q", scale=scale, axis=below)
    colour = alt.Color("kind:N", scale=alt.Scale(domain=["up", "down"], range=[AGAINST, FOR]), legend=None)
    bar = alt.Chart(data(values)).mark_bar(size=BAR, yOffset=rows.mark_offset)
    nought = alt.Chart(data([{"nought": 0}])).mark_rule(color=QUIET, strokeWidth=1)
    layers = [
        nought.encode(x=alt.X("nought:Q", scale=scale, axis=below)),
        bar.encode(y=rows.y, x=x, x2=alt.X2(datum=0), color=colour),
    ]
    for kind, leftwards in (("up", False), ("down", True)):
        if which := [value for value in values if value["kind"] == kind]:
            layers.append(rows.written(which, alt.X("to:Q", scale=scale), leftwards=leftwards))
    return finish([*layers, *rows.above()], width, rows.height)


def ranks(spans: Sequence[Span], ranked: int, width: int) -> alt.LayerChart:
    """Draw ranks with the interval that each lies in, from 1, the worst, at the left."""
    rows = _span_rows(spans, width)
    room = _written_room(spans, rows)
    end = 1 + (ranked - 1 or 1) * rows.track / max(rows.track - room, rows.track * 0.4)
    scale = alt.Scale(domain=[1 - (ranked - 1) * 0.02, end], nice=False, zero=False)
    ticks = sorted({1, round((1 + ranked) / 2), ranked})
    title = f"Rank: 1 is the worst of {ranked}"
    return _spans(spans, rows, scale, axis(title, values=ticks, domain=False, labelFlush=False), [])


def intervals(spans: Sequence[Span], width: int) -> alt.LayerChart:
    """Draw estimates between 0 and 1 with their intervals, on a scale that ends at 1."""
    rows = _span_rows(spans, width)
    low = min((span.low for span in spans), default=0.0)
    # A scale that starts near the lowest interval, at a round tenth, hundredth or thousandth.
    step = next((s for s in (0.1, 0.01, 0.001, 0.0001) if 1 - low >= s), 0.0001)
    start = max(0.0, (low // step) * step)
    room = _written_room(spans, rows)
    end = start + (1 - start) * rows.track / max(rows.track - room, rows.track * 0.4)
    scale = alt.Scale(domain=[start, end], nice=False, zero=False)
    ticks = [start, (start + 1) / 2, 1.0]
    return _spans(spans, rows, scale, axis(None, values=ticks, format=".4~f", domain=False, labelFlush=False), [])


def _signed(value: float) -> str:
    shown = f"{abs(value):.2f}"
    return "0.00" if shown == "0.00" else f"{'+' if value > 0 else '−'}{shown}"


def _span_rows(spans: Sequence[Span], width: int) -> Rows:
    """Place ranges: what is written of a range stands in its label where labels stand above."""
    rows = Rows(tuple(span.label for span in spans), width)
    if rows.beside:
        return rows
    return Rows(tuple(f"{span.label}: {span.shown}" for span in spans), width)


def _written_room(spans: Sequence[Span], rows: Rows) -> int:
    """Return the pixels that the longest written range takes at the right."""
    return max((len(span.shown) for span in spans), default=0) * 8 + 16 if rows.beside else 24


def _spans(
    spans: Sequence[Span], rows: Rows, scale: alt.Scale, x_axis: alt.Axis, under: list[alt.Chart]
) -> alt.LayerChart:
    values: list[Value] = [
        {"row": i, "low": s.low, "high": s.high, "value": s.value, "shown": s.shown} for i, s in enumerate(spans)
    ]
    lines = (
        alt.Chart(data(values))
        .mark_bar(size=6, color=FOR, yOffset=rows.mark_offset)
        .encode(y=rows.y, x=alt.X("low:Q", scale=scale, axis=x_axis), x2=alt.X2("high:Q"))
    )
    layers = [*under, lines]
    dots = [value for value in values if value["value"] is not None]
    if dots:
        layers.append(
            alt.Chart(data(dots))
            .mark_point(size=90, filled=True, color=INK, opacity=1, yOffset=rows.mark_offset)
            .encode(y=rows.y, x=alt.X("value:Q", scale=scale))
        )
    if rows.beside:
        layers.append(rows.written(values, alt.X("high:Q", scale=scale), gap=10))
    return finish([*layers, *rows.above()], rows.width, rows.height)


def _signed_scale(ends: Sequence[float], rows: Rows, *, left: int, right: int) -> alt.Scale:
    """Return a scale from the lowest end to the highest, with so many pixels of room for what is written beside."""
    low, high = min([0.0, *ends]), max([0.0, *ends])
    if high - low < 1:
        # Weights that say next to nothing should look like it, and not fill the drawing.
        low, high = low - 0.5, high + 0.5
    unit = (high - low) / max(rows.track - left - right, rows.track * 0.25)
    return alt.Scale(domain=[low - unit * left, high + unit * right], nice=False, zero=False)


def _bits_axis(width: int) -> alt.Axis:
    title = "Bits: left speaks against a match, right for it" if roomy(width) else "Bits (left: against a match)"
    return axis(title, tickCount=6 if roomy(width) else 4, labelExpr=MINUS, labelFlush=False)


def _nought(scale: alt.Scale, width: int) -> alt.Chart:
    line: alt.Chart = (
        alt.Chart(data([{"nought": 0}]))
        .mark_rule(color=QUIET, strokeWidth=1)
        .encode(x=alt.X("nought:Q", scale=scale, axis=_bits_axis(width)))
    )
    return line
