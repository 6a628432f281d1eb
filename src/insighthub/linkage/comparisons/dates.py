"""Date of birth: one comparison that knows part dates, 1 January, swapped day and month, and one wrong digit.

Dates are EDTF text with X for what is not known. Only parts known on both sides are compared; how much was known
decides the level, since agreeing on a year is weaker evidence than agreeing on a day.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from insighthub.linkage.comparisons.comparison import UNKNOWN, Comparison, Levels, Rows, Rule, value_pair_levels
from insighthub.linkage.encode import Codes, Encoded

SAME, SAME_PARTS, SAME_YEAR_ONLY, SLIP, NEAR, OTHER = range(6)


def date_parts(values: npt.NDArray[np.object_]) -> npt.NDArray[np.int32]:
    """Year, month, day of each value, -1 where not known; shape (values, 3)."""
    out = np.full((len(values), 3), -1, np.int32)
    for i, value in enumerate(values):
        for j, text in enumerate(str(value).split("-")[:3]):
            if text.isdigit():
                out[i, j] = int(text)
    return out


def _digits_that_differ(x: npt.NDArray[np.int32], y: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """How many of the four (or two) decimal digits differ, column by column."""
    total = np.zeros(len(x), np.int32)
    for power in (1, 10, 100, 1000):
        total += (x // power % 10) != (y // power % 10)
    return total


def date_of_birth_levels(data: Encoded, left: Rows, right: Rows) -> Levels:
    """Levels of the dates of birth of pairs; see ``DATE_OF_BIRTH.labels``."""
    parts = data.memo("date parts", lambda: date_parts(data.pools["date_of_birth"].values))
    codes = data.codes["date_of_birth"]
    whole = (parts >= 0).all(axis=1)
    # 1 January stands for "some day in that year" on many systems: it agrees as a year does, and never as a day.
    first = whole & (parts[:, 1] == 1) & (parts[:, 2] == 1)

    def kernel(a: Codes, b: Codes) -> Levels:
        x, y = parts[a], parts[b]
        both = (x >= 0) & (y >= 0)
        equal = (x == y) & both
        differ = both & ~equal
        out = np.full(len(a), OTHER, np.int8)
        full = both.all(axis=1)
        digits = sum(_digits_that_differ(x[:, j], y[:, j]) for j in range(3))
        swapped = full & equal[:, 0] & (x[:, 1] == y[:, 2]) & (x[:, 2] == y[:, 1])
        out[full & (equal.sum(axis=1) == 2)] = NEAR
        out[full & equal[:, 0] & (first[a] | first[b])] = NEAR
        out[(full & (digits == 1)) | swapped] = SLIP
        partial = ~full & ~differ.any(axis=1)
        known = both.sum(axis=1)
        out[partial & (known == 2)] = SAME_PARTS
        out[partial & (known == 1)] = SAME_YEAR_ONLY
        out[~both.any(axis=1)] = UNKNOWN
        return out

    c_l, c_r = codes[left], codes[right]
    out = value_pair_levels(c_l, c_r, kernel, size=max(1, len(parts)))
    same = out == SAME
    known = (parts >= 0).sum(axis=1)
    out[same & (known[c_l] == 2)] = SAME_PARTS
    out[same & (known[c_l] == 1)] = SAME_YEAR_ONLY
    out[same & first[c_l]] = SAME_PARTS
    return out


DATE_OF_BIRTH = Comparison(
    "date_of_birth",
    (
        "same",
        "the same as far as both are known, or 1 January of one year",
        "the only part known on both sides is the same",
        "day and month swapped, or one digit differs",
        "two of day, month and year are the same",
        "different",
    ),
    date_of_birth_levels,
    family=Rule.FREE,  # twins: how many there are is learned
    agreeing=4,
    shared=0.01,
    lasting=True,
    telling=True,
)
