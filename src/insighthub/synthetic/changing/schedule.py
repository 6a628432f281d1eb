"""Which source delivers in which month, and what goes wrong with deliveries.

Takes a number of months and random numbers, gives for each month how each source's delivery comes. Sources deliver as
often as their systems export; now and then a delivery fails to come, comes a month late, or is last month's again.
"""

from __future__ import annotations

import calendar
import datetime as dt
from typing import Literal

import numpy as np

from insighthub.synthetic.calibration import REFERENCE_DATE
from insighthub.synthetic.changing import rates

#: "new": the source as it is. "late": as it was a month ago. "repeated": the last delivery again, byte for byte.
#: "reordered": the rows of the last delivery in no order.
How = Literal["new", "late", "repeated", "reordered"]
CENSUS_MONTHS = (1, 5, 10)


def last_day(number: int) -> dt.date:
    """Return the last day of a month of the borough's life; month 1 is that of its first extracts."""
    months = REFERENCE_DATE.month - 1 + number - 1
    year, month = REFERENCE_DATE.year + months // 12, months % 12 + 1
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def plan(rng: np.random.Generator, months: int) -> list[dict[str, How]]:
    """Return, by month from the first, how each source's delivery comes; a source that is not named sends none."""
    names = [*rates.EVERY_MONTHS, "school_pupils"]
    out: list[dict[str, How]] = [dict.fromkeys(names, "new")]
    put_off: dict[str, How] = {}
    for number in range(2, months + 1):
        month, put_off = put_off, {}
        for name in names:
            if name in month or not _due(name, number):
                continue
            how = _drawn(float(rng.random()))
            if how == "missed":
                put_off[name] = "new"
            elif how == "late":
                put_off[name] = "late"
            else:
                month[name] = how
        out.append({name: month[name] for name in names if name in month})
    return out


def _due(name: str, number: int) -> bool:
    if name == "school_pupils":
        return last_day(number).month in CENSUS_MONTHS
    return (number - 1) % rates.EVERY_MONTHS[name] == 0


def _drawn(x: float) -> Literal["missed", "late", "new", "repeated", "reordered"]:
    """Return what becomes of a delivery that is due."""
    if x < rates.MISSED:
        return "missed"
    if x < rates.MISSED + rates.LATE:
        return "late"
    if x < rates.MISSED + rates.LATE + rates.REPEATED:
        return "repeated"
    if x < rates.MISSED + rates.LATE + rates.REPEATED + rates.REORDERED:
        return "reordered"
    return "new"


__all__ = ["CENSUS_MONTHS", "How", "last_day", "plan"]
