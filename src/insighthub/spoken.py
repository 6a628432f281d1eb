"""Dates and spans of time, written as people say them."""

from __future__ import annotations

from datetime import date

_DAYS = ((730, 365, "years"), (60, 30, "months"), (14, 7, "weeks"))


def spoken_date(text: str | date) -> str:
    """Write a date as people say it: 5 March 2026; of a date that is known in part, that part.

    Args:
        text: a date, or one in EDTF: ``2026-03-05``, ``1985-03-XX``, ``XXXX-XX-XX``.
    """
    year, month, day = (text.isoformat() if isinstance(text, date) else text).split("-")
    if "X" in year:
        return "date not known"
    if "X" in month:
        return f"in {year}"
    named = date(int(year), int(month), 1).strftime("%B %Y")
    return named if "X" in day else f"{int(day)} {named}"


def spoken_age(days: int) -> str:
    """Say how long ago something was: today, 3 days ago, 5 weeks ago, 2 years ago; or that it is to come."""
    if days < 0:
        return "to come"
    if days == 0:
        return "today"
    for least, span, name in _DAYS:
        if days >= least:
            return f"{days // span} {name} ago"
    return "1 day ago" if days == 1 else f"{days} days ago"
