"""What stands near: points within a distance, how far the nearest is, who belongs to which, and across the boundary.

Takes points in metres and others to look for, gives pairs, counts and shapes. Distances are straight lines on the grid,
not walks. Nothing here stops at a boundary: a shop in the next borough 50 metres away is 50 metres away, so give others
from beyond the boundary too (``edge``), or areas at the edge look emptier than they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from insighthub.places.areas import Areas
from insighthub.places.libraries import shapely, spatial

Metres = NDArray[np.float64]


class Points(Protocol):
    """Whatever has places: premises, postcodes, UPRNs."""

    @property
    def easting(self) -> Metres:
        """Metres."""

    @property
    def northing(self) -> Metres:
        """Metres."""


class Pairs(NamedTuple):
    """Who is near whom: the row of the point, the row of the other, and how many metres apart; by point and other."""

    point: NDArray[np.int64]
    other: NDArray[np.int64]
    metres: Metres


def within(easting: ArrayLike, northing: ArrayLike, others: Points, radius: float) -> Pairs:
    """Return every point with every other that is at most ``radius`` metres away.

    Raises:
        ValueError: the radius is below 0, or a point is not known (NaN).
    """
    here, there = _xy(easting, northing), _xy(others.easting, others.northing)
    if radius < 0:
        raise ValueError("a radius is not below 0")
    found = spatial.cKDTree(there).query_ball_point(here, radius) if len(there) and len(here) else []
    sizes = np.array([len(each) for each in found], np.int64)
    point = np.repeat(np.arange(len(sizes)), sizes)
    other = np.concatenate([np.sort(np.asarray(each, np.int64)) for each in found]) if sizes.sum() else sizes[:0]
    metres = np.hypot(*(here[point] - there[other]).T)
    return Pairs(point, other, np.asarray(metres, np.float64))


def nearest(easting: ArrayLike, northing: ArrayLike, others: Points) -> tuple[Metres, NDArray[np.int64]]:
    """Return how many metres away the nearest other is (infinite where there is none), and its row (-1)."""
    here, there = _xy(easting, northing), _xy(others.easting, others.northing)
    if not len(there):
        return np.full(len(here), np.inf), np.full(len(here), -1, np.int64)
    metres, row = spatial.cKDTree(there).query(here)
    return np.asarray(metres, np.float64), np.asarray(row, np.int64)


def counts_within(easting: ArrayLike, northing: ArrayLike, others: Points, radii: Sequence[float]) -> NDArray[np.int64]:
    """Return how many others are within each radius of each point: a row a point, a column a radius."""
    here, there = _xy(easting, northing), _xy(others.easting, others.northing)
    out = np.zeros((len(here), len(radii)), np.int64)
    if len(there) and len(here):
        tree = spatial.cKDTree(there)
        for k, radius in enumerate(radii):
            out[:, k] = tree.query_ball_point(here, radius, return_length=True)
    return out


def buffers(easting: ArrayLike, northing: ArrayLike, radius: float) -> NDArray[np.object_]:
    """Return a circle of a radius in metres round each point, as polygons of 64 sides (0.16% less than the circle)."""
    here = _xy(easting, northing)
    return np.asarray(shapely.buffer(shapely.points(here), radius, quad_segs=16), object)


def catchments(easting: ArrayLike, northing: ArrayLike, extent: Areas) -> NDArray[np.object_]:
    """Return the part of the areas that is nearer to each point than to any other point.

    An empty polygon where a point far outside has none. Two points in one place share a catchment: the first has it.
    """
    here = _xy(easting, northing)
    ground = shapely.union_all(extent.shapes)
    out = np.full(len(here), shapely.Polygon(), object)
    if not len(here):
        return out
    different, first = np.unique(here, axis=0, return_index=True)
    if len(different) == 1:
        out[first[0]] = ground
        return out
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(different), extend_to=ground.buffer(1)))
    point, cell = shapely.STRtree(cells).query(shapely.points(different), predicate="intersects")
    out[first[point]] = shapely.intersection(cells[cell], ground)
    return out


def edge(areas: Areas, easting: ArrayLike, northing: ArrayLike, metres: float) -> NDArray[np.bool_]:
    """Return which points lie in the areas or at most so many metres outside of them: those to look for near areas."""
    here = _xy(easting, northing)
    ground = shapely.union_all(areas.shapes)
    shapely.prepare(ground)
    return np.asarray(shapely.dwithin(ground, shapely.points(here), metres), np.bool_)


def _xy(easting: ArrayLike, northing: ArrayLike) -> NDArray[np.float64]:
    out = np.column_stack(
        [np.atleast_1d(np.asarray(easting, np.float64)), np.atleast_1d(np.asarray(northing, np.float64))]
    )
    if not np.isfinite(out).all():
        raise ValueError("a point is not known; leave out those without a place")
    return out
