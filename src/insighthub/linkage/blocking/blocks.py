"""Blocks: rows grouped by the value of a rule's fields.

Takes codes, gives rows in an order in which those of one block stand together, and the sizes of the blocks. Codes
are whole numbers from nought, so a pass of counting sort for each field, the last one first, does what a sort of
keys would, in time that grows with the rows alone. Each pass keeps the order of the one before, so the rows of a block
end in rising order. The pass itself is the change of a sparse matrix from rows to columns, which scipy does in C.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from insighthub.linkage.encode import Codes, dense

Rows = npt.NDArray[np.int32]


def order_by(codes: Codes) -> Rows:
    """Return the places of codes (none under nought) in rising order of code, and for one code in rising order."""
    n = len(codes)
    if n < 2:
        return np.arange(n, dtype=np.int32)
    matrix = csr_array(
        (np.ones(n, np.bool_), codes, np.arange(n + 1, dtype=np.int32)), shape=(n, int(codes.max()) + 1), copy=False
    )
    return np.asarray(matrix.tocsc().indices, np.int32)


def known_rows(parts: Sequence[Codes]) -> Rows:
    """Return the rows of which every part is known, in rising order."""
    known = parts[0] >= 0
    for part in parts[1:]:
        known &= part >= 0
    return np.flatnonzero(known).astype(np.int32)


def group(parts: Sequence[Codes], rows: Rows) -> tuple[Rows, npt.NDArray[np.int64]]:
    """Group rows by their parts.

    Args:
        parts: codes by row, one array a field.
        rows: the rows to group, in rising order; every part of them is known.

    Returns:
        The rows, those of one block together and in rising order; and the size of each block.
    """
    order = rows
    for part in reversed(parts):
        order = order[order_by(part[order])]
    begins = np.zeros(len(order), bool)
    begins[:1] = True
    for part in parts:
        sorted_part = part[order]
        begins[1:] |= sorted_part[1:] != sorted_part[:-1]
    starts = np.flatnonzero(begins)
    return order, np.diff(np.append(starts, len(order)))


def pairs_within(order: Rows, sizes: npt.NDArray[np.int64]) -> tuple[Rows, Rows]:
    """Return all pairs of rows of one block, left < right, given rows by block and the sizes of the blocks."""
    starts = np.cumsum(sizes) - sizes
    # A row in a block of s rows, with o rows before it, is the left of s - 1 - o pairs: those with the rows after it.
    follow = np.repeat(sizes + starts - 1, sizes) - np.arange(len(order))
    left = np.repeat(np.arange(len(order)), follow)
    step = np.arange(len(left)) - np.repeat(np.cumsum(follow) - follow, follow)
    return order[left], order[left + 1 + step]


def pairs_of_blocks(key: npt.NDArray[np.int64], cap: int) -> tuple[Rows, Rows, int, int, int]:
    """Return all pairs of rows that have the same key, left < right; rows with key -1 are in none.

    Args:
        key: shape (n,).
        cap: most rows in a block; larger ones are left out.

    Returns:
        Left rows, right rows, the largest block, and how many blocks and rows were left out.
    """
    number = dense(key)
    order, sizes = group([number], known_rows([number]))
    over = sizes > cap
    left, right = pairs_within(order[np.repeat(~over, sizes)], sizes[~over])
    return left, right, int(sizes.max(initial=0)), int(over.sum()), int(sizes[over].sum())
