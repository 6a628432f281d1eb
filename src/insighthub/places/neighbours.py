"""Which areas are neighbours: a matrix of weights for statistics in space.

Takes areas, or points, gives a sparse matrix with a row and a column for each and nothing on the diagonal. Weights are
1 for a neighbour, or, row-standardised, one over the number of neighbours. A row without neighbours stays empty.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from insighthub.places.areas import Areas
from insighthub.places.libraries import shapely, sparse, spatial

Rule = Literal["queen", "rook"]


def contiguity(areas: Areas, rule: Rule = "queen", *, gap: float = 0.0, standardised: bool = True) -> Any:
    """Return who borders on whom.

    Args:
        areas: n of them.
        rule: ``queen``, a corner in common will do; ``rook``, it takes a length of border.
        gap: metres that two areas may be apart and still be neighbours, for boundaries that do not quite meet. With a
            gap, a border in common is one longer than four times the gap.
        standardised: rows add up to 1.

    Returns:
        A CSR matrix, n x n.
    """
    shapes = areas.shapes
    tree = shapely.STRtree(shapes)
    if gap > 0:
        one, other = tree.query(shapes, predicate="dwithin", distance=gap)
    else:
        one, other = tree.query(shapes, predicate="intersects")
    apart = one < other
    one, other = one[apart], other[apart]
    if rule == "rook" and len(one):
        reached = shapely.buffer(shapes[other], gap) if gap > 0 else shapes[other]
        shared = shapely.length(shapely.intersection(shapely.boundary(shapes[one]), reached))
        one, other = one[shared > 4 * gap], other[shared > 4 * gap]
    return _weights(len(areas), np.r_[one, other], np.r_[other, one], standardised=standardised)


def distance_band(easting: ArrayLike, northing: ArrayLike, metres: float, *, standardised: bool = True) -> Any:
    """Return who is at most so many metres from whom, as a CSR matrix."""
    here = np.column_stack([np.asarray(easting, np.float64), np.asarray(northing, np.float64)])
    pairs = spatial.cKDTree(here).query_pairs(metres, output_type="ndarray")
    one, other = pairs[:, 0], pairs[:, 1]
    return _weights(len(here), np.r_[one, other], np.r_[other, one], standardised=standardised)


def k_nearest(easting: ArrayLike, northing: ArrayLike, k: int, *, standardised: bool = True) -> Any:
    """Return the k nearest of each as a CSR matrix, which need not be symmetric.

    Raises:
        ValueError: there are not more than k points, or k is below 1.
    """
    here = np.column_stack([np.asarray(easting, np.float64), np.asarray(northing, np.float64)])
    n = len(here)
    if not 1 <= k < n:
        raise ValueError("k must be at least 1, and below the number of points")
    _, found = spatial.cKDTree(here).query(here, k + 1)
    own = found == np.arange(n)[:, None]
    own[~own.any(axis=1), -1] = True  # others stand in the same place: the farthest goes instead
    return _weights(n, np.repeat(np.arange(n), k), found[~own], standardised=standardised)


def row_standardised(weights: Any) -> Any:
    """Return the matrix with every row that has any weight scaled to add up to 1."""
    total = np.asarray(weights.sum(axis=1), np.float64).ravel()
    scale = np.divide(1.0, total, out=np.zeros_like(total), where=total != 0)
    out = sparse.csr_matrix(sparse.diags(scale) @ weights)
    out.sort_indices()
    return out


def _weights(n: int, one: NDArray[np.integer], other: NDArray[np.integer], *, standardised: bool) -> Any:
    out = sparse.csr_matrix((np.ones(len(one)), (one, other)), shape=(n, n))
    out.sort_indices()
    return row_standardised(out) if standardised else out
