"""Dates of birth as officers type them: any usual writing, in words or figures, whole, a month of a year, or a year.

Takes words that stand together, gives what they may mean. The standard reader of dates decides what they say; what is
added here is when words that stand together are a date at all, since "12 HIGH ROAD" and "FLAT 3 5" are not.
"""

from __future__ import annotations

import re
from datetime import date

from insighthub.residents.search.parts import Ask
from insighthub.standardise.dates import standard_date

_NAMES = (
    "JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE",
    "JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER",
)  # fmt: skip
#: Months by name and by short name.
MONTHS = {form: n for n, name in enumerate(_NAMES, start=1) for form in (name, name[:3])} | {"SEPT": 9}
#: Most words that a date is written in.
MOST_WORDS = 4

_DAY = r"\d{1,2}(?:ST|ND|RD|TH)?"
_MONTH = rf"(?:{'|'.join(sorted(MONTHS, key=len, reverse=True))})\.?"
_YEAR = r"(?:18|19|20)\d\d"
_SHORT_YEAR = r"'?\d\d"
_WRITTEN = re.compile(
    rf"{_DAY} (?:OF )?{_MONTH} (?:{_YEAR}|{_SHORT_YEAR})|{_MONTH} {_DAY} {_YEAR}|{_YEAR} {_MONTH} {_DAY}"
    # Figures in groups are a date only where day and month have two figures each: "3 5 1985" may be a flat and a house.
    rf"|\d\d \d\d {_YEAR}|{_YEAR} \d\d \d\d"
)
_ONE_WORD = re.compile(
    rf"\d{{1,2}}([-/.])\d{{1,2}}\1(?:{_YEAR}|\d\d)|{_YEAR}([-/.])\d{{1,2}}\2\d{{1,2}}|{_YEAR}|\d{{1,2}}[-/]{_YEAR}"
    rf"|{_YEAR}[-/]\d{{1,2}}|{_DAY}[-/.]?{_MONTH}[-/.]?(?:{_YEAR}|\d\d)|{_YEAR}[-/.]?{_MONTH}[-/.]?\d{{1,2}}"
    rf"|\d{{4}}{_YEAR}|{_YEAR}\d{{4}}|{_MONTH}[-/.]?{_YEAR}"
)
_OLDEST = 120


def date_asks(words: list[str], as_of: date) -> tuple[Ask, ...]:
    """Return the dates of birth that words standing together may be; none where they are no date.

    Args:
        words: in upper case, as they were typed.
        as_of: the day after which nobody is born.
    """
    text = " ".join(words)
    form = _ONE_WORD if len(words) == 1 else _WRITTEN
    if form.fullmatch(text) is None:
        return ()
    found = standard_date(text.replace(" OF ", " "), as_of=as_of)
    if found.edtf is None or "impossible" in found.flags:
        return ()
    year = int(found.edtf[:4])
    # "20" is 2020 or 1920; the reader takes the later.
    years = [year, year - 100] if "two_digit_year" in found.flags else [year]
    return tuple(
        Ask("born", f"{y}{found.edtf[4:]}")
        for y in years
        if as_of.year - _OLDEST <= y and f"{y}{found.edtf[4:]}".replace("X", "0") <= as_of.isoformat()
    )
