"""Figures of one set of areas told of another, such as the areas of 2011 and of 2021.

Takes areas of both, gives the share of each source area that goes to each target area, and figures by it. Shares are by
ground (people spread evenly, which they are not), or by points such as postcodes or addresses, which stand where people
live (dasymetric), and by ground for an area without any. Rows of shares add up to 1 where a source area meets a target,
so that totals are kept: what falls beside all targets, as boundaries do not quite meet, is shared out like the rest.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from insighthub.places.areas import Areas
from insighthub.places.libraries import shapely, sparse
from insighthub.places.locate import area_of
from insighthub.places.neighbours import row_standardised

Values = NDArray[np.float64]


def shares_by_ground(source: Areas, target: Areas, *, least: float = 0.0) -> Any:
    """Return what share of each source area's ground lies in each target area.

    Args:
        source: n areas.
        target: m areas.
        least: the share of a source area below which an overlap is a sliver and left out.

    Returns:
        A CSR matrix, n x m; rows add up to 1, or are empty where the area meets no target.
    """
    one, other = shapely.STRtree(target.shapes).query(source.shapes, predicate="intersects")
    shared = shapely.area(shapely.intersection(source.shapes[one], target.shapes[other]))
    kept = shared > least * source.square_metres()[one]
    shape = (len(source), len(target))
    return row_standardised(sparse.csr_matrix((shared[kept], (one[kept], other[kept])), shape=shape))


def shares_by_points(
    source: Areas, target: Areas, easting: ArrayLike, northing: ArrayLike, weight: ArrayLike | None = None
) -> Any:
    """Return what share of each source area's points lies in each target area.

    Args:
        source: n areas.
        target: m areas.
        easting: of the points, in metres.
        northing: of the points.
        weight: how much each counts, such as its households; 1 without it.

    Returns:
        A CSR matrix, n x m. A source area none of whose points lies in a target is shared out by ground.

    Raises:
        ValueError: a weight is below 0.
    """
    one, other = area_of(source, easting, northing), area_of(target, easting, northing)
    counts = np.ones(len(one)) if weight is None else np.asarray(weight, np.float64)
    if (counts < 0).any():
        raise ValueError("a weight is not below 0")
    both = (one >= 0) & (other >= 0)
    shape = (len(source), len(target))
    by_points = row_standardised(sparse.csr_matrix((counts[both], (one[both], other[both])), shape=shape))
    without = np.asarray(by_points.sum(axis=1)).ravel() == 0
    if not without.any():
        return by_points
    ground = sparse.diags(without.astype(np.float64)) @ shares_by_ground(source, target)
    return sparse.csr_matrix(by_points + ground)


def extensive(shares: Any, values: ArrayLike) -> Values:
    """Return counts of the target areas: people, cases. The total is kept.

    Args:
        shares: n x m.
        values: n counts, or n x k of them.

    Raises:
        ValueError: a source area with a count meets no target area, so that the total would not be kept.
    """
    given = np.asarray(values, np.float64)
    lost = np.asarray(shares.sum(axis=1)).ravel() == 0
    if np.any(given[lost] != 0):
        raise ValueError("an area that has a count meets none of the target areas")
    return np.asarray(shares.T @ given, np.float64)


def intensive(shares: Any, values: ArrayLike, population: ArrayLike) -> Values:
    """Return rates or means of the target areas, weighted by the people that each source area gives; NaN where none.

    Args:
        shares: n x m.
        values: n rates; those of areas without people count nothing.
        population: n counts of those whom the rates are of.
    """
    people = np.asarray(population, np.float64)
    rates = np.where(people > 0, np.asarray(values, np.float64), 0.0)
    below = np.asarray(shares.T @ people, np.float64)
    above = np.asarray(shares.T @ (people * rates), np.float64)
    return np.divide(above, below, out=np.full_like(below, np.nan), where=below > 0)
