"""A map of areas shaded by a value, that a keyboard, a screen reader and a grey printer can use.

Takes areas with shapely polygons in metres, gives a figure: the map as SVG without scripts, and the table of the same
data. Where links are given, each area is one, and says its name, its value in words and its rank. The value of an area
that is hidden is used for nothing: neither for its shade, nor for the limits of classes, nor for ranks, nor in
the table.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from insighthub.charts.area_map_classes import Classes, Way, classes
from insighthub.charts.area_map_marks import (
    HIDDEN,
    HIDDEN_WORDS,
    KINDS,
    LINE,
    NOTHING,
    NOTHING_WORDS,
    KeyLine,
    bar,
    fills,
    key,
    patterns,
    point_mark,
    ring_mark,
    small_print,
    swatch,
)
from insighthub.charts.area_map_shapes import Frame, frame, paths, scale_bar
from insighthub.charts.figure import Figure
from insighthub.charts.numbers import of
from insighthub.charts.palette import QUIET, REST
from insighthub.charts.table import Column, Table, table
from insighthub.errors import DataError

_ROOMY = 600  # pixels


@dataclass(frozen=True)
class MapArea:
    """One area.

    Args:
        code: such as E01000006; names it in links.
        name: what people call it.
        shape: shapely polygon or multipolygon in metres; None where there is no boundary.
        value: what to shade by; None where it is not known.
        text: the value in words, such as "25.3 per 1,000 residents".
        hidden: the value may not be shown; nor is it used.
    """

    code: str
    name: str
    shape: Any
    value: float | None
    text: str
    hidden: bool = False


@dataclass(frozen=True)
class MapPoint:
    """A place on the map: its kind gives the shape of its mark, and a line in the key."""

    easting: float
    northing: float
    kind: str
    name: str


@dataclass(frozen=True)
class Ring:
    """A circle around a place, such as 400 metres around an application; radius in metres."""

    easting: float
    northing: float
    radius: float
    label: str


@dataclass(frozen=True)
class _Map:
    areas: tuple[MapArea, ...]
    classes: Classes
    ranks: Mapping[str, int]
    ranked: int
    labels: tuple[str, ...]
    heading: str
    points: tuple[MapPoint, ...]
    kinds: tuple[str, ...]
    ring: Ring | None
    link: Callable[[str], str] | None
    note: str

    def words(self, area: MapArea) -> str:
        if area.hidden:
            return HIDDEN_WORDS
        return NOTHING_WORDS if _value(area) is None else area.text

    def label(self, area: MapArea) -> str:
        rank = f", rank {self.ranks[area.code]} of {self.ranked}" if area.code in self.ranks else ""
        return f"{area.name}: {self.words(area)}{rank}"

    def class_label(self, number: int) -> str:
        return self.labels[number] if number < len(self.labels) else self.classes.label(number)

    def frame(self, width: int) -> Frame:
        """Return the frame that holds all areas and the whole of the ring."""
        ring = self.ring
        circle = None if ring is None else (ring.easting, ring.northing, ring.radius)
        return frame([area.shape for area in self.areas], width, circle)

    def is_dark(self, area: MapArea) -> bool:
        value = _value(area)
        return value is not None and self.classes.shade(self.classes.of(value)) >= 3

    def fill(self, area: MapArea) -> str:
        value = _value(area)
        if area.hidden:
            return HIDDEN
        return NOTHING if value is None else f"class-{self.classes.shade(self.classes.of(value))}"


def area_map(
    areas: Sequence[MapArea],
    *,
    title: str,
    summary: str,
    unit: str,
    breaks: Sequence[float] | Way | None = None,
    points: Sequence[MapPoint] = (),
    ring: Ring | None = None,
    link: Callable[[str], str] | None = None,
    key: str = "map",
    labels: Sequence[str] = (),
    heading: str = "",
    ranks: Mapping[str, int] | None = None,
    ranked: int | None = None,
    caption: str = "Values by area",
    note: str = "",
) -> Figure:
    """Return a map of areas as a figure, with its table.

    Args:
        areas: drawn, tabbed through and listed in this order.
        title: the finding, as one sentence without a full stop.
        summary: what the map shows, for who does not see it.
        unit: what is shaded, as heading of the key and of the table's column.
        breaks: see ``area_map_classes.classes``.
        points: premises and services, of five kinds at most.
        ring: a circle to draw.
        link: gives the address for an area's code; where None, areas are no links.
        labels: of the classes in the key, from the least values; without them the values that each class holds.
        heading: of the key; without it the unit.
        ranks: of areas by code, where they are not those of the values that are drawn.
        ranked: how many areas were ranked then.
        key: names the figure on the page and its CSV.
        caption: of the table.
        note: small print under the map, such as whose data the boundaries are.

    Raises:
        DataError: two areas have one code, no area has a boundary, boundaries are in degrees, the limits of the classes
            do not rise, or there are more than five kinds of point.
    """
    codes = Counter(area.code for area in areas)
    twice = [code for code, count in codes.items() if count > 1]
    if twice:
        raise DataError(f"{len(twice)} areas are given twice, {twice[0]} first", remedy="Give each area once")
    kinds = tuple(dict.fromkeys(point.kind for point in points))
    if len(kinds) > KINDS:
        raise DataError(f"there are {len(kinds)} kinds of point", remedy=f"Show {KINDS} or fewer on one map")
    known = {area.code: value for area in areas if (value := _value(area)) is not None}
    if ranks is None:
        ranks = {code: 1 + sum(other > value for other in known.values()) for code, value in known.items()}
    ranks = {code: ranks[code] for code in known if code in ranks}
    limits = classes(list(known.values()), breaks)
    drawn = _Map(
        tuple(areas),
        limits,
        ranks,
        ranked or len(ranks),
        tuple(labels),
        heading or unit,
        tuple(points),
        kinds,
        ring,
        link,
        note,
    )
    drawn.frame(_ROOMY)  # a fault is said now, not when a page is laid out
    columns = (
        Column("area", "Area"),
        Column("code", "Code"),
        Column("value", unit, "number"),
        Column("in_words", "In words"),
        Column("rank", "Rank, highest first", "count"),
    )
    rows = [(a.name, a.code, _value(a), drawn.words(a), ranks.get(a.code)) for a in areas]
    return Figure(
        key,
        title,
        summary,
        table(caption, columns, rows),
        links=0 if link is None else len(areas),
        more=(_table_of(points),) if points else (),
        picture=lambda name, width: _svg(drawn, name, width),
    )


def _table_of(points: Sequence[MapPoint]) -> Table:
    """Return what stands on the map, by kind and name."""
    rows = sorted({(point.name, point.kind) for point in points}, key=lambda row: (row[1], row[0]))
    return table("What stands on the map", (Column("name", "Name"), Column("kind", "Kind")), rows)


def _value(area: MapArea) -> float | None:
    """Return the value that may be shown and used."""
    if area.hidden or area.value is None or not math.isfinite(area.value):
        return None
    return float(area.value)


def _svg(drawn: _Map, name: str, width: int) -> str:
    """Return the map as SVG of a width in pixels; ``name`` is the figure's key and the form, and begins identifiers."""
    figure, form = name.rsplit("-", 1)
    prefix = f"{name}-"
    place = drawn.frame(width)
    top = place.height + 14
    length, words = scale_bar(place)
    legend, bottom = key(_lines(drawn, prefix), drawn.heading, top + 10, width)
    small, bottom = small_print(drawn.note, bottom + 4, width)
    height = math.ceil(bottom + 4)
    # Inside an image nothing is a link to assistive technology, so a map with links is a group.
    role = "img" if drawn.link is None else "group"
    # The key says nothing that an area's own words and the table do not, so it is not read out piece by piece.
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="{form} area-map" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="{role}" focusable="false" '
        f'aria-labelledby="{figure}-title" aria-describedby="{figure}-summary">'
        f"{patterns(prefix)}{_areas(drawn, place, prefix)}"
        f'<g aria-hidden="true">{_marks(drawn, place)}{bar(length, words, top)}{legend}{small}</g></svg>'
    )


def _areas(drawn: _Map, place: Frame, prefix: str) -> str:
    pieces = []
    for area, path in zip(drawn.areas, paths([a.shape for a in drawn.areas], place), strict=True):
        if not path:
            continue
        label = drawn.label(area)
        first, over = (*fills(drawn.fill(area), prefix), "none")[:2]
        # A dark line between two dark areas would not be seen.
        line = REST if drawn.is_dark(area) else QUIET
        edge = f'stroke="{line}" stroke-width="0.8" stroke-linejoin="round" fill-rule="evenodd"'
        # Two strokes of the one that is pointed at, the wider below, are seen whole on any shade and whatever is
        # drawn after it: their inner halves lie on the area itself.
        marks = f'<path class="over" d="{path}" fill="{over}" fill-rule="evenodd"/>'
        inner = f'<title>{escape(label)}</title><path d="{path}" fill="{first}" {edge}/>{marks}'
        if drawn.link is None:
            pieces.append(f"<g>{inner}</g>")
        else:
            pieces.append(f"<a href={quoteattr(drawn.link(area.code))} aria-label={quoteattr(label)}>{inner}</a>")
    return "".join(pieces)


def _marks(drawn: _Map, place: Frame) -> str:
    """Return points and the ring, which let a pointer through to the areas below them."""
    radius = 5 if place.width >= _ROOMY else 3.5
    pieces = [
        f"<g><title>{escape(f'{p.kind}: {p.name}')}</title>"
        f"{point_mark(drawn.kinds.index(p.kind), place.across(p.easting), place.down(p.northing), radius)}</g>"
        for p in drawn.points
    ]
    if drawn.ring is not None:
        ring = drawn.ring
        spot = place.across(ring.easting), place.down(ring.northing)
        pieces.append(f'<g pointer-events="none">{ring_mark(*spot, round(ring.radius * place.scale, 1))}</g>')
    return "".join(pieces)


def _lines(drawn: _Map, prefix: str) -> list[KeyLine]:
    counts = Counter(drawn.fill(area) for area in drawn.areas)
    lines = []
    if drawn.ranks:
        for number in range(len(drawn.classes)):
            fill = f"class-{drawn.classes.shade(number)}"
            words = f"{drawn.class_label(number)} ({of(counts[fill], 'area')})"
            lines.append(KeyLine(swatch(fill, prefix), words))
    for fill, words in ((HIDDEN, HIDDEN_WORDS), (NOTHING, NOTHING_WORDS)):
        if counts[fill]:
            lines.append(KeyLine(swatch(fill, prefix), f"{words} ({of(counts[fill], 'area')})"))
    kinds = Counter(point.kind for point in drawn.points)
    lines += [KeyLine(point_mark(i, 0, 0, 5), f"{kind} ({kinds[kind]})") for i, kind in enumerate(drawn.kinds)]
    if drawn.ring is not None:
        lines.append(KeyLine(ring_mark(0, 0, LINE / 2 - 3), drawn.ring.label))
    return lines
