"""Who is whose neighbour, as a sparse matrix: row i holds the weights of the neighbours of area i.

Takes a square sparse matrix, gives it checked, or with rows that sum to one. An area with no neighbour, an island,
keeps its empty row: what is computed from neighbours has nothing to say of it, and each result names its islands.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from insighthub.errors import DataError

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


def checked(values: npt.ArrayLike, weights: csr_array) -> tuple[Floats, csr_array]:
    """Return values and weights that fit each other: values of shape (n,), weights of shape (n, n), no own weight.

    Raises:
        DataError: a value is missing, all values are one, the shapes differ, a weight is negative or not a number, or
            an area is its own neighbour.
    """
    value = np.asarray(values, np.float64)
    matrix = csr_array(weights, dtype=np.float64, copy=True)
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    if value.ndim != 1 or matrix.shape != (len(value), len(value)):
        raise DataError(
            f"{value.shape} values do not fit weights of shape {matrix.shape}",
            remedy="Give one value an area, in the order of the rows of the weights",
        )
    if len(value) < 3:
        raise DataError("there are fewer than three areas", remedy="Compare neighbours among three areas or more")
    if not np.isfinite(value).all():
        raise DataError(
            f"{int((~np.isfinite(value)).sum())} of {len(value)} areas have no value",
            remedy="Leave out the areas without a value, from the values and from the weights",
        )
    if np.ptp(value) == 0:
        raise DataError("every area has the same value", remedy="Choose a measure that differs between areas")
    if not np.isfinite(matrix.data).all() or (matrix.data < 0).any():
        raise DataError("a weight is negative or not a number", remedy="Give weights of zero or more")
    if matrix.diagonal().any():
        raise DataError("an area is its own neighbour", remedy="Leave the diagonal of the weights empty")
    if matrix.nnz == 0:
        raise DataError("no area has a neighbour", remedy="Check that the boundaries touch, or use nearest neighbours")
    return value, matrix


def islands(weights: csr_array) -> Integers:
    """Return the places of the areas with no neighbour."""
    matrix = csr_array(weights, copy=True)
    matrix.eliminate_zeros()
    return np.flatnonzero(np.diff(matrix.indptr) == 0).astype(np.int64)


def row_standardised(weights: csr_array) -> csr_array:
    """Return the weights with each row divided by its sum; the row of an island stays empty."""
    matrix = csr_array(weights, dtype=np.float64, copy=True)
    total = np.asarray(matrix.sum(axis=1)).ravel()
    matrix.data /= np.repeat(np.where(total > 0, total, 1.0), np.diff(matrix.indptr))
    return matrix
