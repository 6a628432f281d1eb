"""Points and a ring on a map: premises, services, and a circle around a place.

Takes places in metres, gives their marks, their lines of the key, and a table that says of each what the map shows of
it, so that nothing is told by the picture alone.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

import numpy as np

from insighthub.charts.area_map_marks import KINDS, LINE, KeyLine, point_mark, ring_mark
from insighthub.charts.area_map_shapes import ROOMY, Frame
from insighthub.charts.table import Cell, Column, Table, table
from insighthub.errors import DataError
from insighthub.later import later

shapely = later("shapely")


@dataclass(frozen=True)
class MapPoint:
    """A place on the map: its kind gives the shape of its mark, and a line in the key.

    Args:
        easting: in metres.
        northing: likewise.
        kind: such as "school".
        name: what people call it.
        area: the name of its area; where it is empty, that of the area on the map in which it lies.
    """

    easting: float
    northing: float
    kind: str
    name: str
    area: str = ""


@dataclass(frozen=True)
class Ring:
    """A circle around a place, such as 400 metres around an application; radius in metres."""

    easting: float
    northing: float
    radius: float
    label: str


def kinds_of(points: Sequence[MapPoint]) -> tuple[str, ...]:
    """Return the kinds of points, in the order of their marks.

    Raises:
        DataError: there are more kinds than marks.
    """
    kinds = tuple(dict.fromkeys(point.kind for point in points))
    if len(kinds) > KINDS:
        raise DataError(f"there are {len(kinds)} kinds of point", remedy=f"Show {KINDS} or fewer on one map")
    return kinds


def points_drawn(points: Sequence[MapPoint], ring: Ring | None, place: Frame, *, small: bool = False) -> str:
    """Return points, which say their names when they are pointed at, and the ring, which lets a pointer through.

    Small ones cover less of what lies below them.
    """
    kinds, radius = kinds_of(points), (5 if place.width >= ROOMY else 3.5) - small
    pieces = [
        f"<g><title>{escape(f'{p.kind}: {p.name}')}</title>"
        f"{point_mark(kinds.index(p.kind), place.across(p.easting), place.down(p.northing), radius)}</g>"
        for p in points
    ]
    if ring is not None:
        spot = place.across(ring.easting), place.down(ring.northing)
        pieces.append(f'<g pointer-events="none">{ring_mark(*spot, round(ring.radius * place.scale, 1))}</g>')
    return "".join(pieces)


def point_lines(points: Sequence[MapPoint], ring: Ring | None) -> list[KeyLine]:
    """Return the lines of the key."""
    counts = Counter(point.kind for point in points)
    lines = [KeyLine(point_mark(i, 0, 0, 5), f"{kind} ({counts[kind]})") for i, kind in enumerate(kinds_of(points))]
    if ring is not None:
        lines.append(KeyLine(ring_mark(0, 0, LINE / 2 - 3), ring.label))
    return lines


def points_table(
    points: Sequence[MapPoint], areas: Sequence[tuple[str, Any]], ring: Ring | None = None
) -> tuple[Table, ...]:
    """Return the table of points: name, kind, area if known, and how far from the middle of the ring.

    Args:
        points: none gives no table.
        areas: the name of each area and its polygon, or None.
        ring: where there is one, points go by their distance from its middle; else by kind and name.
    """
    if not points:
        return ()
    within = _areas_of(points, areas)
    columns = [Column("name", "Name"), Column("kind", "Kind")]
    rows: list[list[Cell]] = [[point.name, point.kind] for point in points]
    if any(within):
        columns.append(Column("area", "Area"))
        rows = [[*row, area or None] for row, area in zip(rows, within, strict=True)]
    order = sorted(range(len(points)), key=lambda k: (points[k].kind, points[k].name))
    if ring is not None:
        columns.append(Column("metres", "Metres from the middle of the circle", "count"))
        metres = [round(math.hypot(p.easting - ring.easting, p.northing - ring.northing)) for p in points]
        rows = [[*row, away] for row, away in zip(rows, metres, strict=True)]
        order.sort(key=metres.__getitem__)
    return (table("What stands on the map", columns, [rows[k] for k in order]),)


def _areas_of(points: Sequence[MapPoint], areas: Sequence[tuple[str, Any]]) -> list[str]:
    """Return the name of the area of each point, nothing where it is not known."""
    found = [point.area for point in points]
    named = [(name, shape) for name, shape in areas if shape is not None]
    if not named:
        return found
    spots = shapely.points(np.array([[point.easting, point.northing] for point in points]))
    which, within = shapely.STRtree([shape for _, shape in named]).query(spots, predicate="intersects")
    for point, area in zip(which.tolist(), within.tolist(), strict=True):
        found[point] = found[point] or named[area][0]
    return found
