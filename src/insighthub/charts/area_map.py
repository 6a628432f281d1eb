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
    CLASSES,
    HIDDEN,
    HIDDEN_WORDS,
    NOTHING,
    NOTHING_WORDS,
    KeyLine,
    filled,
    patterns,
    swatch,
)
from insighthub.charts.area_map_picture import map_picture
from insighthub.charts.area_map_points import MapPoint, Ring, kinds_of, point_lines, points_drawn, points_table
from insighthub.charts.area_map_shapes import ROOMY, Frame, frame, paths
from insighthub.charts.figure import Figure
from insighthub.charts.numbers import of
from insighthub.charts.palette import QUIET, REST
from insighthub.charts.table import Column, table
from insighthub.errors import DataError

__all__ = ["MapArea", "MapPoint", "Ring", "area_map"]


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
class _Map:
    areas: tuple[MapArea, ...]
    classes: Classes
    ranks: Mapping[str, int]
    ranked: int
    labels: tuple[str, ...]
    heading: str
    points: tuple[MapPoint, ...]
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

    def fill(self, area: MapArea) -> str:
        value = _value(area)
        if area.hidden:
            return HIDDEN
        return NOTHING if value is None else CLASSES[self.classes.shade(self.classes.of(value))]


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
    kinds_of(points)
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
        ring,
        link,
        note,
    )
    drawn.frame(ROOMY)  # a fault is said now, not when a page is laid out
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
        links=0 if link is None else sum(a.shape is not None and not a.shape.is_empty for a in areas),
        more=points_table(points, [(a.name, a.shape) for a in areas], ring),
        picture=lambda name, width: _svg(drawn, name, width),
    )


def _value(area: MapArea) -> float | None:
    """Return the value that may be shown and used."""
    if area.hidden or area.value is None or not math.isfinite(area.value):
        return None
    return float(area.value)


def _svg(drawn: _Map, name: str, width: int) -> str:
    """Return the map as SVG of a width in pixels; ``name`` is the figure's key and the form, and begins identifiers."""
    place = drawn.frame(width)
    prefix = f"{name}-"
    return map_picture(
        name,
        place,
        f"{patterns(prefix)}{_areas(drawn, place, prefix)}",
        marks=points_drawn(drawn.points, drawn.ring, place),
        lines=_lines(drawn, prefix),
        heading=drawn.heading,
        note=drawn.note,
        # Inside an image nothing is a link to assistive technology, so a map with links is a group.
        role="img" if drawn.link is None else "group",
    )


def _areas(drawn: _Map, place: Frame, prefix: str) -> str:
    """Return the areas in two layers: their fills, and over all of these what is pointed at and focused.

    An area that is focused shows its outline in the upper layer, so no neighbour covers any of it.
    """
    below: dict[str, list[tuple[str, str]]] = {}
    above = []
    for number, (area, path) in enumerate(zip(drawn.areas, paths([a.shape for a in drawn.areas], place), strict=True)):
        if not path:
            continue
        name = f"{prefix}{number}"
        below.setdefault(drawn.fill(area), []).append((name, path))
        label = drawn.label(area)
        again = f'<title>{escape(label)}</title><use href="#{name}"'
        if drawn.link is None:
            above.append(f"<g>{again}/></g>")
        else:
            address = f"<a href={quoteattr(drawn.link(area.code))} aria-label={quoteattr(label)}>"
            above.append(f'{address}{again} class="edge"/><use href="#{name}" class="band"/></a>')
    # From pale to dark: of two that touch, the line of the darker one is seen.
    order = (fill for fill in (NOTHING, HIDDEN, *CLASSES) if fill in below)
    ground = "".join(filled(fill, below[fill], prefix, _edge(fill)) for fill in order)
    return (
        f'<g aria-hidden="true" stroke-linejoin="round" fill-rule="evenodd">{ground}</g>'
        f'<g fill="none" stroke-linejoin="round" pointer-events="fill">{"".join(above)}</g>'
    )


def _edge(fill: str) -> str:
    # A dark line between two dark areas would not be seen.
    return f' stroke="{REST if fill in CLASSES[3:] else QUIET}" stroke-width="0.8"'


def _lines(drawn: _Map, prefix: str) -> list[KeyLine]:
    counts = Counter(drawn.fill(area) for area in drawn.areas)
    lines = []
    if drawn.ranks:
        for number in range(len(drawn.classes)):
            fill = CLASSES[drawn.classes.shade(number)]
            words = f"{drawn.class_label(number)} ({of(counts[fill], 'area')})"
            lines.append(KeyLine(swatch(fill, prefix), words))
    for fill, words in ((HIDDEN, HIDDEN_WORDS), (NOTHING, NOTHING_WORDS)):
        if counts[fill]:
            lines.append(KeyLine(swatch(fill, prefix), f"{words} ({of(counts[fill], 'area')})"))
    return [*lines, *point_lines(drawn.points, drawn.ring)]
