"""A graph of a few dozen nodes: marks with numbers, lines between them, and a key that names each number.

Takes nodes and weighted edges, gives a Vega-Lite specification. Nodes that much speaks for stand close together. The
layout is stress majorization (Gansner, Koren and North, 2004, "Graph drawing by stress majorization") from a
circle, so that one graph is drawn one way.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.sparse.csgraph import shortest_path

from insighthub.charts import numbers
from insighthub.charts.layout import Value, data, finish, roomy
from insighthub.charts.palette import AGAINST, FONT_SIZE, FOR, HEAT, INK, PAGE, QUIET
from insighthub.charts.vega import alt

Side = Literal["one", "other", "outside"]
Array = npt.NDArray[np.float64]

_SQUARE, _MARGIN, _NODE = 420, 22, 500  # pixels, pixels, square pixels
_LINE, _GAP, _CHARACTER = 18, 10, 7.6
_FULL = 20.0  # bits at which a line is as short and as thick as lines get
_FEW = 16  # most edges whose weights are written on them
_ROUNDS = 200


@dataclass(frozen=True)
class Node:
    """One node: its number, what the key says of it, and how it is marked."""

    number: int
    label: str
    side: Side = "one"


@dataclass(frozen=True)
class Edge:
    """A line between two nodes, by their places: whole where it holds them together, broken where it does not."""

    one: int
    other: int
    weight: float
    holds: bool


def network(nodes: Sequence[Node], edges: Sequence[Edge], width: int) -> alt.LayerChart:
    """Draw nodes by number with a key that names them: beside the graph, or below it where there is no room."""
    square = min(width, _SQUARE)
    key_left = square + 16 if roomy(width) else 0
    places = positions(len(nodes), edges) * (square - 2 * _MARGIN) + _MARGIN
    key = _key(nodes, key_left, 0 if roomy(width) else square + 8, width)
    height = int(max(square, key.bottom))
    x, y = _axes(width, height)

    def marks(spots: Array, sizes: int) -> list[alt.Chart]:
        return _marks(nodes, spots, sizes, x, y)

    layers = [
        *_lines(edges, places, x, y),
        *marks(places, _NODE if roomy(width) else _NODE * 3 // 4),
        *marks(key.spots, _NODE * 3 // 4),
    ]
    text = alt.Chart(data(key.texts)).mark_text(align="left", baseline="middle", color=INK, fontSize=FONT_SIZE)
    layers.append(text.encode(x=x, y=y, text=alt.Text("text:N")))
    return finish(layers, width, height)


def positions(count: int, edges: Sequence[Edge]) -> Array:
    """Return where the nodes stand in a square of side 1, shape (count, 2)."""
    if count == 1:
        return np.array([[0.5, 0.5]])
    lengths = np.full((count, count), np.inf)
    for edge in edges:
        length = 3 - 1.2 * min(max(edge.weight, 0.0), _FULL) / _FULL if edge.holds else 3.2
        a, b = min(edge.one, edge.other), max(edge.one, edge.other)
        lengths[a, b] = lengths[b, a] = length
    distance = shortest_path(np.where(np.isinf(lengths), 0.0, lengths), directed=False)
    known = np.isfinite(distance)
    distance = np.where(known, distance, distance[known].max(initial=0.0) + 2.0)
    angle = 2 * np.pi * np.arange(count) / count
    spots = _settled(np.stack([np.cos(angle), np.sin(angle)], axis=1) * distance.max() / 2, distance)
    spots -= spots.min(axis=0)
    spread = spots.max()
    spots = spots / spread if spread > 0 else spots
    # In the middle of the square, and to a thousandth of it, so that last bits cannot show.
    return np.asarray(np.round(spots + (1 - spots.max(axis=0)) / 2, 3))


def _settled(spots: Array, distance: Array) -> Array:
    """Move spots until their distances are as near as can be to those wanted, each weighed by its inverse square."""
    count = len(spots)
    weight = np.where(np.eye(count, dtype=bool), 0.0, 1 / np.maximum(distance, 1e-9) ** 2)
    total = weight.sum(axis=1, keepdims=True)
    for _ in range(_ROUNDS):
        apart = spots[:, None, :] - spots[None, :, :]
        now = np.sqrt((apart**2).sum(axis=2))
        pull = weight * distance / np.maximum(now, 1e-9)
        wanted = (weight[:, :, None] * spots[None, :, :] + pull[:, :, None] * apart).sum(axis=1) / total
        if np.abs(wanted - spots).max() < 1e-6:
            return np.asarray(wanted)
        spots = wanted
    return spots


def _axes(width: int, height: int) -> tuple[alt.X, alt.Y]:
    across = alt.Scale(domain=[0, width], nice=False)
    down = alt.Scale(domain=[height, 0], nice=False)
    return alt.X("x:Q", scale=across, axis=None), alt.Y("y:Q", scale=down, axis=None)


def _lines(edges: Sequence[Edge], places: Array, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    layers = []
    written = []
    for holds in (False, True):
        values: list[Value] = []
        for edge in sorted((e for e in edges if e.holds == holds), key=lambda e: e.weight):
            (x1, y1), (x2, y2) = places[edge.one], places[edge.other]
            thick = 1 + 4 * min(max(edge.weight, 0.0), _FULL) / _FULL
            values.append({"x": x1, "y": y1, "x2": x2, "y2": y2, "thick": thick if holds else 1.5})
            written.append({"x": (x1 + x2) / 2, "y": (y1 + y2) / 2, "text": numbers.bits(edge.weight)})
        if values:
            rule = alt.Chart(data(values)).mark_rule(
                color=FOR if holds else AGAINST, strokeDash=[1, 0] if holds else [5, 4], opacity=1
            )
            width = alt.StrokeWidth("thick:Q", scale=None, legend=None)
            layers.append(rule.encode(x=x, y=y, x2=alt.X2("x2:Q"), y2=alt.Y2("y2:Q"), strokeWidth=width))
    if 0 < len(written) <= _FEW:
        text = alt.Chart(data(written)).mark_text(color=INK, fontSize=FONT_SIZE - 2, baseline="middle")
        layers.append(text.encode(x=x, y=y, text=alt.Text("text:N")))
    return layers


def _marks(nodes: Sequence[Node], spots: Array, size: int, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    forms: dict[Side, tuple[str, str, str, list[int]]] = {
        "one": ("circle", PAGE, FOR, [1, 0]),
        "other": ("square", HEAT[2], FOR, [1, 0]),
        "outside": ("diamond", PAGE, QUIET, [3, 2]),
    }
    layers = []
    for side, (shape, fill, stroke, dash) in forms.items():
        values = [{"x": a, "y": b} for (a, b), node in zip(spots, nodes, strict=True) if node.side == side]
        if values:
            # A diamond has half the room of a square for the number in it.
            mark = alt.Chart(data(values)).mark_point(
                shape=shape,
                size=size * 1.5 if side == "outside" else size,
                filled=False,
                fill=fill,
                stroke=stroke,
                strokeWidth=2,
                strokeDash=dash,
                opacity=1,
            )
            layers.append(mark.encode(x=x, y=y))
    written = [{"x": a, "y": b, "text": str(node.number)} for (a, b), node in zip(spots, nodes, strict=True)]
    text = alt.Chart(data(written)).mark_text(color=INK, fontSize=FONT_SIZE - 2, fontWeight="bold", baseline="middle")
    return [*layers, text.encode(x=x, y=y, text=alt.Text("text:N"))]


@dataclass(frozen=True)
class _Key:
    spots: Array
    texts: list[Value]
    bottom: float


def _key(nodes: Sequence[Node], left: int, top: int, width: int) -> _Key:
    """Place the key: a small mark a node, with its label wrapped beside it."""
    spots, texts = [], []
    at = top + _GAP
    for node in nodes:
        lines = textwrap.wrap(node.label, max(8, int((width - left - 36) / _CHARACTER))) or [""]
        spots.append((left + 14, at + _LINE / 2))
        texts += [{"x": left + 34, "y": at + _LINE / 2 + _LINE * i, "text": line} for i, line in enumerate(lines)]
        at += _LINE * len(lines) + _GAP
    return _Key(np.array(spots, float).reshape(-1, 2), texts, at)
