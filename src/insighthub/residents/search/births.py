"""Dates of birth that a typed date, a year, a month or an age may stand for.

Takes the dates of birth of an index, gives the rows that answer, how well, and how. A slip in a date is as common as
one in a name: day and month changed about, or one of the three parts wrong.
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
    of_year = _between(births, year * 10_000, year * 10_000 + 9_999)
    months, days = births.birthday[of_year] // 100, births.birthday[of_year] % 100
    if not month:
        return _found(of_year, [(np.ones(len(of_year), bool), 1.0, Date.PART)])
    if not day:
        return _found(of_year, [(months == month, 1.0, Date.PART), (months == 0, 0.6, Date.LESS_KNOWN)])
    less = (days == 0) & ((months == month) | (months == 0))
    in_year = _found(
        of_year,
        [
            ((months == month) & (days == day), 1.0, Date.SAME),
            ((months == day) & (days == month), 0.85, Date.CHANGED_ABOUT),
            (less, 0.6, Date.LESS_KNOWN),
            ((months == month) | (days == day), 0.6, Date.ONE_OFF),
        ],
    )
    on_day = np.flatnonzero(births.birthday == month * 100 + day)
    years = births.whole[on_day] // 10_000
    other = _found(
        on_day,
        [
            (years == 0, 0.7, Date.LESS_KNOWN),
            (np.abs(years - year) == 1, 0.6, Date.ONE_OFF),
            (years != year, 0.5, Date.ONE_OFF),
        ],
    )
    rows, quality, how = (np.concatenate([one, two]) for one, two in zip(in_year, other, strict=True))
    return rows, quality, how


def of_month(births: Births, month: str) -> Found:
    """Return the rows of a month of any year."""
    rows = np.flatnonzero(births.birthday // 100 == int(month))
    return _found(rows, [(np.ones(len(rows), bool), 1.0, Date.MONTH)])


def of_age(births: Births, age: int, as_of: date) -> Found:
    """Return the rows of those who are so old on a day, and of those who are a year older or younger."""
    today = as_of.year * 10_000 + as_of.month * 100 + as_of.day
    rows = _between(births, today - (age + 2) * 10_000, today - (age - 1) * 10_000)
    whole = births.whole[rows]
    year_alone = whole % 10_000 == 0
    years = (today - whole) // 10_000
    could_be = year_alone & ((years == age) | (years == age + 1))
    return _found(
        rows,
        [
            (could_be | (~year_alone & (years == age)), 1.0, Date.AGE),
            (~year_alone & (np.abs(years - age) == 1), 0.6, Date.ABOUT_AGE),
        ],
    )


def _between(births: Births, first: int, last: int) -> Rows:
    """Return the rows of the dates from one to another, in figures."""
    return np.arange(np.searchsorted(births.whole, first), np.searchsorted(births.whole, last, side="right"))


def _found(rows: Rows, ways: list[tuple[npt.NDArray[np.bool_], float, Date]]) -> Found:
    """Return those of some rows that fit in some way: each in the first way that fits it."""
    quality = np.zeros(len(rows), np.float32)
    how = np.zeros(len(rows), np.int8)
    for fits, worth, way in reversed(ways):
        quality[fits], how[fits] = worth, way
    kept = np.flatnonzero(quality)
    return rows[kept], quality[kept], how[kept]
