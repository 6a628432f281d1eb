"""Dates of birth that a typed date, a year, a month or an age may stand for.

Takes the dates of birth of an index, gives the rows that answer, how well, and how. A slip in a date is as common as one
in a name: day and month changed about, or one of the three parts wrong.
"""

from __future__ import annotations

from datetime import date
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from insighthub.residents.search.index import Births

Rows = npt.NDArray[np.int64]
Found = tuple[Rows, npt.NDArray[np.float32], npt.NDArray[np.int8]]


class Date(IntEnum):
    """How a date of birth answers to what was typed."""

    SAME = 0
    PART = 1  # the year, or the month of a year, that was typed
    CHANGED_ABOUT = 2  # day and month
    ONE_OFF = 3  # one of day, month and year differs
    LESS_KNOWN = 4  # the record knows less of the date
    AGE = 5
    ABOUT_AGE = 6
    MONTH = 7


def born(births: Births, edtf: str) -> Found:
    """Return the rows that answer to a date of birth in EDTF, whose month and day may not be known."""
    year, month, day = (0 if "X" in part else int(part) for part in edtf.split("-"))
    same_year, same_month, same_day = births.year == year, births.month == month, births.day == day
    if not month:
        return _found([(same_year, 1.0, Date.PART)])
    if not day:
        unknown = same_year & (births.month == 0)
        return _found([(same_year & same_month, 1.0, Date.PART), (unknown, 0.6, Date.LESS_KNOWN)])
    off_by_one = np.abs(births.year - year) <= 1
    return _found(
        [
            (same_year & same_month & same_day, 1.0, Date.SAME),
            (same_year & (births.month == day) & (births.day == month), 0.85, Date.CHANGED_ABOUT),
            (same_year & (births.day == 0) & (same_month | (births.month == 0)), 0.6, Date.LESS_KNOWN),
            (same_year & (same_month | same_day), 0.6, Date.ONE_OFF),
            (same_month & same_day & (births.year == 0), 0.7, Date.LESS_KNOWN),
            (same_month & same_day & (births.year != 0), np.where(off_by_one, 0.6, 0.5), Date.ONE_OFF),
        ]
    )


def of_month(births: Births, month: str) -> Found:
    """Return the rows of a month of any year."""
    return _found([(births.month == int(month), 1.0, Date.MONTH)])


def of_age(births: Births, age: int, as_of: date) -> Found:
    """Return the rows of those who are so old on a day, and of those who are a year older or younger."""
    today = as_of.month * 100 + as_of.day
    had_birthday = births.month * np.int32(100) + births.day <= today
    years = as_of.year - births.year - np.where(had_birthday, 0, 1)
    is_known = births.year > 0
    exact = is_known & (births.month > 0) & (years == age)
    by_year = is_known & (births.month == 0) & ((as_of.year - births.year == age) | (as_of.year - births.year == age + 1))
    near = is_known & (np.abs(years - age) == 1)
    return _found([(exact | by_year, 1.0, Date.AGE), (near, 0.6, Date.ABOUT_AGE)])


def _found(ways: list[tuple[npt.NDArray[np.bool_], float | npt.NDArray[np.float64], Date]]) -> Found:
    """Return the rows of the first way that fits each, with its quality."""
    taken = np.zeros(len(ways[0][0]), bool)
    rows: list[Rows] = []
    qualities: list[npt.NDArray[np.float32]] = []
    how: list[npt.NDArray[np.int8]] = []
    for fits, quality, way in ways:
        at = np.flatnonzero(fits & ~taken)
        taken[at] = True
        rows.append(at)
        worth = quality[at] if isinstance(quality, np.ndarray) else np.full(len(at), quality)
        qualities.append(worth.astype(np.float32))
        how.append(np.full(len(at), way, np.int8))
    return np.concatenate(rows), np.concatenate(qualities), np.concatenate(how)
