"""The days that a measure looks at: one span that ends on the day of the release, or the last whole months."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from insighthub.measures.definition import Window


class Period(NamedTuple):
    """A span of days, both included; ``month`` is its first day where it is one of a series, else None."""

    starts: date
    ends: date
    month: date | None


def periods(window: Window, as_of: date) -> tuple[Period, ...]:
    """Return the periods of a window, oldest first.

    A series has only months that are over: the month of ``as_of`` counts where that is its last day.
    """
    if window.kind == "day":
        return (Period(as_of, as_of, None),)
    if window.kind == "months":
        return (Period(_months_before(as_of + timedelta(days=1), window.months), as_of, None),)
    after = (as_of + timedelta(days=1)).replace(day=1)  # the first day after the last whole month
    firsts = [_months_before(after, n) for n in range(window.months, -1, -1)]
    return tuple(Period(first, following - timedelta(days=1), first) for first, following in pairwise(firsts))


def _months_before(day: date, months: int) -> date:
    """Return the same day some months before, or the last day of that month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in (day.day, 30, 29, 28):
        if last <= day.day:
            try:
                return date(year, month + 1, last)
            except ValueError:
                continue
    raise AssertionError("every month has 28 days")
