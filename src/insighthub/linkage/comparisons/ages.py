"""Age: how old the person of one record was when the other record began.

Where two records both hold a date of birth, they are compared. Often one of them holds none: a council tax account
says no more than a name, a home and the day on which it was opened. A child of that name, at that home, cannot have
opened it before being born. So a date of birth is held against the first day of the record that has none.
"""

from __future__ import annotations

import numpy as np

from insighthub.linkage.comparisons.comparison import UNKNOWN, Comparison, Levels, Rows
from insighthub.linkage.encode import Encoded

DAYS_A_YEAR = 365.2425
#: Least age in days at each level but the last.
LEAST_DAYS = tuple(round(years * DAYS_A_YEAR) for years in (60, 30, 18, 16, 11, 0))


def age_levels(data: Encoded, left: Rows, right: Rows) -> Levels:
    """Levels of the age of pairs of which one alone holds a date of birth; see ``AGE.labels``."""
    born, begins, date = data.days["born"], data.days["valid_from"], data.codes["date_of_birth"]
    out = np.full(len(left), UNKNOWN, np.int8)
    for one, other in ((left, right), (right, left)):
        at = np.flatnonzero((born[one] >= 0) & (date[other] < 0) & (begins[other] >= 0))
        age = begins[other[at]] - born[one[at]]
        out[at] = len(LEAST_DAYS) - np.searchsorted(LEAST_DAYS[::-1], age, side="right")
    return out


AGE = Comparison(
    "age",
    (
        "60 or over when the other's record began",
        "30 to 59 when the other's record began",
        "18 to 29 when the other's record began",
        "16 or 17 when the other's record began",
        "11 to 15 when the other's record began",
        "under 11 when the other's record began",
        "born after the other's record began",
    ),
    age_levels,
    agreeing=6,
    floor=0.99,  # a record that began before its person was born has a wrong date, or is somebody else's
    even=True,
    lasting=True,
)
