"""Dates: read in the declared formats, else where only one reading is likely, and never trusted blindly.

Takes the text of a source, gives an EDTF date (ISO 8601-2: 1985-03-27, 1985-03-XX, XXXX-01-XX) and flags that say what
should be known before it is believed. Numbers in day-month order are read as British. A part that cannot be is not
known (month 13 gives 1985-XX-27), and the date is flagged impossible.
"""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from insighthub.standardise.plain_dates import plain_days
from insighthub.standardise.text import known

Flag = Literal["default", "future", "impossible", "january_first", "month_first", "two_digit_year", "unreadable"]

#: Dates that systems write when they know none.
DEFAULTS = frozenset(
    {
        "0001-01-01", "0001-01-03", "1111-11-11", "1752-09-14", "1753-01-01", "1799-12-31", "1899-12-30",
        "1899-12-31", "1900-01-01", "1901-01-01", "2099-12-31", "2999-12-31", "3000-01-01", "9999-01-01", "9999-12-31",
    }
)  # fmt: skip

_LAST_YEAR = 2999  # the last that a part date may have; later ones are fillers
_MONTH_NAMES = (
    "JANUARY", "FEBRUARY", "MARCH", "APRIL", "MAY", "JUNE",
    "JULY", "AUGUST", "SEPTEMBER", "OCTOBER", "NOVEMBER", "DECEMBER",
)  # fmt: skip
_MONTHS = {name[:size]: number for number, name in enumerate(_MONTH_NAMES, start=1) for size in range(3, len(name) + 1)}
_TIME = r"(?:[T ]+\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?\s*(?:[AP]M)?\s*(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?"
_NAME = r"[A-Z]{3,9}\.?"
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)")
_EDTF = re.compile(r"(\d{4}|XXXX)-(\d\d|XX)-(\d\d|XX)")
# Tried in order where no declared format fits; groups are named for what they hold.
_GUESSES = tuple(
    re.compile(pattern + _TIME)
    for pattern in (
        r"(?P<y>\d{4})(?P<s>[-/.])(?P<m>\d{1,2})(?P=s)(?P<d>\d{1,2})",
        r"(?P<d>\d{1,2})(?P<s>[-/. ])\s?(?P<m>\d{1,2})(?P=s)\s?(?P<y>\d{4}|\d{2})",
        (
            r"(?:[A-Z]{3,9},? )?(?P<d>\d{1,2})(?:ST|ND|RD|TH)?[-/. ]*(?:OF )?"
            rf"(?P<b>{_NAME})[-/., ]*'?(?P<y>\d{{4}}|\d{{2}})"
        ),
        rf"(?P<b>{_NAME})[-/. ]*(?P<d>\d{{1,2}})(?:ST|ND|RD|TH)?[-/., ]+(?P<y>\d{{4}})",
        rf"(?P<y>\d{{4}})[-/. ]*(?P<b>{_NAME})[-/. ]*(?P<d>\d{{1,2}})",
        r"(?P<y>\d{4})[-/](?P<m>\d{1,2})",
        r"(?P<m>\d{1,2})[-/](?P<y>\d{4})",
        rf"(?P<b>{_NAME})[-/., ]*(?P<y>\d{{4}})",
        r"(?P<y>\d{4})",
    )
)
_COMPACT = re.compile(r"(\d{2})(\d{2})(\d{2})(\d{2})")
_FLOAT_TAIL = re.compile(r"(?<=\d)\.0+$")

_DIRECTIVES = {
    "d": r"(?P<d>\d{1,2})", "m": r"(?P<m>\d{1,2})", "Y": r"(?P<y>\d{4})", "y": r"(?P<y>\d{2})",
    "b": rf"(?P<b>{_NAME})", "B": rf"(?P<b>{_NAME})", "e": r"(?P<d>\d{1,2})",
    "H": r"\d{1,2}", "I": r"\d{1,2}", "M": r"\d{1,2}", "S": r"\d{1,2}",
    "f": r"\d{1,9}", "p": r"[AP]M", "a": r"[A-Z]+", "A": r"[A-Z]+", "z": r"[+-]\d{2}:?\d{2}|Z",
    "Z": r"[A-Z]+", "%": "%",
}  # fmt: skip


class DateValue(NamedTuple):
    """A date in EDTF, or none, and what is to be known about it."""

    edtf: str | None = None
    flags: tuple[Flag, ...] = ()


_NOTHING = DateValue()


@lru_cache(maxsize=256)
def _pattern(declared: str) -> re.Pattern[str] | None:
    """Return a pattern for a strptime format, or nothing where it uses a part that only strptime knows."""
    pieces = re.split(r"%-?(.)", declared.upper() if "%" not in declared else declared)
    out = []
    for place, piece in enumerate(pieces):
        if place % 2 == 0:
            out.append(re.escape(piece.upper()).replace(r"\ ", r"\s+"))
        elif piece in _DIRECTIVES:
            out.append(_DIRECTIVES[piece])
        else:
            return None
    try:
        return re.compile("".join(out))
    except re.error:  # the same part twice
        return None


@lru_cache(maxsize=1 << 17)
def _day(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _flagged(edtf: str, as_of: date, flags: tuple[Flag, ...], nulls: frozenset[str]) -> DateValue:
    if edtf in DEFAULTS or edtf in nulls:
        return DateValue(None, (*flags, "default"))
    if edtf.endswith("-01-01"):
        flags = (*flags, "january_first")
    if "X" not in edtf and edtf > as_of.isoformat():
        flags = (*flags, "future")
    return DateValue(edtf, flags)


def _from_parts(found: dict[str, str | None], as_of: date, *, may_swap: bool) -> tuple[str | None, tuple[Flag, ...]]:
    """Return EDTF and flags from the text of year, month (``m``, or ``b`` by name) and day."""
    flags: tuple[Flag, ...] = ()
    name, year_text = found.get("b"), found.get("y") or ""
    month = _MONTHS.get(name.rstrip("."), 0) if name is not None else int(found.get("m") or -1)
    day = int(found.get("d") or -1)
    year = int(year_text) if year_text else -1
    if len(year_text) == 2:
        flags = ("two_digit_year",)
        year += 1900 if year > as_of.year % 100 else 2000
    if may_swap and month > 12 and 1 <= day <= 12:
        month, day = day, month
        flags = (*flags, "month_first")
    edtf, wrong = _assembled(year, month, day)
    return edtf, (*flags, *wrong)


def _assembled(year: int, month: int, day: int) -> tuple[str | None, tuple[Flag, ...]]:
    """Return EDTF of the parts that are known (-1 for one that is not) and that can be.

    A month of 81 is no month, yet the year and the day beside it may well be right; of 31 February nobody can say
    which part is wrong, so only its year is kept.
    """
    if min(year, month, day) >= 0:
        whole = _day(year, month, day)
        if whole is not None:
            return whole, ()
    parts = (
        year if 1 <= year <= _LAST_YEAR else -1,
        month if 1 <= month <= 12 else -1,
        day if 1 <= day <= 31 else -1,
    )
    # A leap year stands in for a year that is not known, January for a month.
    if parts[2] > 0 and _day(max(parts[0], 0) or 2000, max(parts[1], 0) or 1, parts[2]) is None:
        parts = (parts[0], -1, -1)
    flags: tuple[Flag, ...] = () if parts == (year, month, day) else ("impossible",)
    if max(parts) < 0:
        return None, flags
    texts = (f"{part:0{width}}" if part > 0 else "X" * width for part, width in zip(parts, (4, 2, 2), strict=True))
    return "-".join(texts), flags


def _excel(text: str) -> str | None:
    """Return the day of an Excel serial number, counted from 30 December 1899 as Excel for Windows does."""
    try:
        serial = float(text)
    except ValueError:
        return None
    if not 1 <= serial < 2958466:
        return None
    return (date(1899, 12, 30) + timedelta(days=int(serial))).isoformat()


def _declared(text: str, declared: str, as_of: date) -> tuple[str | None, tuple[Flag, ...]]:
    if declared.lower() == "excel":
        return _excel(text), ()
    pattern = _pattern(declared)
    if pattern is None:
        try:
            return datetime.strptime(text, declared).date().isoformat(), ()
        except ValueError:
            return None, ()
    match = pattern.fullmatch(text)
    if match is None:
        return None, ()
    found = match.groupdict()
    if "m" in found and "d" in found and len(found.get("y", "")) == 4:
        return _assembled(int(found["y"]), int(found["m"]), int(found["d"]))
    return _from_parts(found, as_of, may_swap=False)


def _guessed(text: str, as_of: date) -> tuple[str | None, tuple[Flag, ...]]:
    for pattern in _GUESSES:
        match = pattern.fullmatch(text)
        if match is not None:
            return _from_parts(match.groupdict(), as_of, may_swap=True)
    compact = _COMPACT.fullmatch(text)
    if compact is None:
        return None, ("unreadable",)
    a, b, c, d = compact.groups()
    readings = [
        _assembled(int(year), int(month), int(day))
        for year, month, day in ((a + b, c, d), (c + d, b, a))
        if 1500 <= int(year) <= _LAST_YEAR
    ]
    return next((r for r in readings if not r[1]), readings[0] if readings else (None, ("impossible",)))


def standard_date(
    text: str | None,
    formats: tuple[str, ...] = (),
    null_values: Iterable[str] = (),
    as_of: date | None = None,
) -> DateValue:
    """Return the date a text tells.

    Args:
        text: the cell.
        formats: strptime formats that the contract declares, tried first; ``excel`` for a serial number.
        null_values: dates, written as in the source, that mean "not known".
        as_of: the day after which a date is in the future; today where it is not given.
    """
    if text is None:
        return _NOTHING
    nulls = tuple(null_values)
    return _read(text, formats, nulls, as_of or date.today())


@lru_cache(maxsize=256)
def _null_days(nulls: tuple[str, ...], formats: tuple[str, ...], as_of: date) -> frozenset[str]:
    days = (_find(" ".join(text.upper().split()), formats, as_of)[0] for text in nulls)
    return frozenset(day for day in days if day is not None)


def dates_of(
    texts: pa.Array, formats: tuple[str, ...], null_values: Iterable[str], as_of: date
) -> tuple[pa.Array, pa.Array]:
    """Return ``standard_date`` of distinct texts, none of them null: the dates, and their flags joined by commas."""
    nulls = tuple(null_values)
    null_days = _null_days(nulls, formats, as_of) if nulls else frozenset()
    plain = plain_days(texts, formats, DEFAULTS | null_days, as_of)
    rest = pc.indices_nonzero(pc.is_null(plain))
    values = [_read(text, formats, nulls, as_of) for text in texts.take(rest).to_pylist()]
    places = np.full(len(texts), -1, np.int64)
    places[rest.to_numpy()] = np.arange(len(rest))
    at = pa.array(places, mask=places < 0)
    dates = pa.array([value.edtf for value in values], pa.string()).take(at)
    flags = pa.array([",".join(value.flags) or None for value in values], pa.string()).take(at)
    return pc.coalesce(plain, dates), flags


@lru_cache(maxsize=1 << 17)
def _read(text: str, formats: tuple[str, ...], nulls: tuple[str, ...], as_of: date) -> DateValue:
    if text in nulls:
        return DateValue(None, ("default",))
    upper = known(text.upper())
    if upper is None:
        return _NOTHING
    null_days = _null_days(nulls, formats, as_of) if nulls else frozenset()
    edtf, flags = _find(" ".join(upper.split()), formats, as_of)
    return DateValue(None, flags) if edtf is None else _flagged(edtf, as_of, flags, null_days)


def _find(text: str, formats: tuple[str, ...], as_of: date) -> tuple[str | None, tuple[Flag, ...]]:
    # A reading that cannot be is kept only where no other format gives one that can.
    first: tuple[str | None, tuple[Flag, ...]] | None = None
    for declared in formats:
        edtf, flags = _declared(text, declared, as_of)
        if edtf is not None and "impossible" not in flags:
            return edtf, flags
        if flags and first is None:
            first = edtf, flags
    edtf, flags = _undeclared(text, as_of)
    return (edtf, flags) if first is None or (edtf is not None and "impossible" not in flags) else first


def _undeclared(text: str, as_of: date) -> tuple[str | None, tuple[Flag, ...]]:
    iso = _ISO.fullmatch(text)
    if iso is not None:
        return _assembled(int(iso[1]), int(iso[2]), int(iso[3]))
    if (edtf_form := _EDTF.fullmatch(text)) is not None:
        y, m, d = (None if "X" in part else part for part in edtf_form.groups())
        return _from_parts({"y": y, "m": m, "d": d}, as_of, may_swap=False)
    return _guessed(_FLOAT_TAIL.sub("", text), as_of)


def date_from_parts(year: str | None, month: str | None, day: str | None, as_of: date | None = None) -> DateValue:
    """Return the date that separate columns tell; the parts that are not known are X."""
    found: dict[str, str | None] = {}
    for key, text in (("y", year), ("m", month), ("d", day)):
        plain = _FLOAT_TAIL.sub("", known(text) or "").upper()
        if plain.isascii() and plain.isdigit() and len(plain) <= 4:
            found[key] = (plain if len(plain) in {2, 4} else plain.zfill(4)) if key == "y" else plain
            if int(plain) == 0:
                found[key] = None
        elif key == "m" and plain in _MONTHS:
            found["b"] = plain
        elif plain:
            return DateValue(None, ("unreadable",))
    today = as_of or date.today()
    edtf, flags = _from_parts(found, today, may_swap=False)
    return DateValue(None, flags) if edtf is None else _flagged(edtf, today, flags, frozenset())
