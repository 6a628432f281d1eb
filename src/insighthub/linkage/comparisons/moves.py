"""Moves: whether one record ends, at one address, when the other begins at another.

Council tax accounts, tenancies and claims carry the dates from which and to which they hold. Two records of one name
at two addresses are likely one person who moved where the dates meet. Compared only where the homes differ: at one
address the dates say nothing about who it is.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from insighthub.linkage.comparisons.comparison import UNKNOWN, Comparison, Levels, Rows
from insighthub.linkage.encode import Encoded

SAME_DAY = 1  # the last day of one may be the first of the other, or the day before it
SAME_DAYS = 7
SAME_WEEKS = 45


def move_levels(data: Encoded, left: Rows, right: Rows) -> Levels:
    """Levels of the dates of pairs at two addresses; see ``MOVES.labels``."""
    begins, ends = data.days["valid_from"], data.days["valid_to"]
    out = np.full(len(left), UNKNOWN, np.int8)
    home, uprn = data.codes["dwelling"], data.codes["uprn"]
    apart = (home[left] >= 0) & (home[right] >= 0) & (home[left] != home[right])
    apart &= (uprn[left] < 0) | (uprn[left] != uprn[right])
    at = np.flatnonzero(
        apart & (((ends[left] >= 0) & (begins[right] >= 0)) | ((ends[right] >= 0) & (begins[left] >= 0)))
    )
    a, b = left[at], right[at]
    gap = np.minimum(_gap(ends[a], begins[b]), _gap(ends[b], begins[a]))
    out[at] = np.select([gap <= SAME_DAY, gap <= SAME_DAYS, gap <= SAME_WEEKS], [0, 1, 2], 3)
    return out


def _gap(end: npt.NDArray[np.int32], begin: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    return np.where((end >= 0) & (begin >= 0), np.abs(end - begin), np.int32(2**30))


MOVES = Comparison(
    "moves",
    (
        "one ends as the other begins, to the day",
        "one ends as the other begins, to a few days",
        "one ends as the other begins, to a few weeks",
        "the dates do not meet",
    ),
    move_levels,
    agreeing=3,
    floor=0.0,
)
