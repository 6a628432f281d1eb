"""What goes wrong between a person and a row: slips of key, eye and ear, swapped dates, mangled postcodes.

Takes columns of text and shares, gives the columns with that share of cells spoilt. Each kind of error is a small
function of one text and some random numbers; columns pick the rows, so that the cost is that of the errors only.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from insighthub.synthetic.population import TODAY
from insighthub.synthetic.writing import Text


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Return "a:b c:d" as pairs."""
    return tuple((one, other) for one, _, other in (pair.partition(":") for pair in text.split()))


_NEIGHBOURS = dict(
    _pairs(
        "q:wa w:qes e:wrd r:etf t:ryg y:tuh u:yij i:uok o:ipl p:ol a:qsz s:awdx d:sefc f:drgv g:fthb h:gyjn j:hukm "
        "k:jil l:kop z:asx x:zsdc c:xdfv v:cfgb b:vghn n:bhjm m:njk"
    )
)
_LOOK_ALIKE = _pairs("m:rn rn:m cl:d d:cl l:i i:l u:v h:b e:c")
_SOUND_ALIKE = _pairs(
    "ph:f f:ph ck:k k:ck ie:y y:ie ee:ea ea:ee c:k s:z z:s ll:l tt:t nn:n ss:s mm:m gh:g ou:u i:e e:i a:e o:u"
)
#: What an old system fills in when the form leaves a birthday empty.
DEFAULT_DATES = (dt.date(1900, 1, 1), dt.date(1900, 1, 1), dt.date(1901, 1, 1), dt.date(1899, 12, 30))

Spoil = Callable[[str, float, float], str]


def pick(rng: np.random.Generator, n: int, share: float) -> NDArray[np.intp]:
    """Return the rows, of ``n``, that an error of this share falls on."""
    return np.flatnonzero(rng.random(n) < share)


def spoil(rng: np.random.Generator, column: Text, share: float, how: Spoil) -> Text:
    """Return the column with ``how`` applied to a share of its cells that are not empty."""
    rows = pick(rng, len(column), share)
    a, b = rng.random(len(rows)).tolist(), rng.random(len(rows)).tolist()
    out = column.copy()
    for row, x, y in zip(rows.tolist(), a, b, strict=True):
        if out[row]:
            out[row] = how(out[row], x, y)
    return out


def _cased(letter: str, like: str) -> str:
    return letter.upper() if like.isupper() else letter


def _keyboard(text: str, x: float, y: float) -> str:
    at = int(x * len(text))
    near = _NEIGHBOURS.get(text[at].lower())
    if near is None:
        return text
    return text[:at] + _cased(near[int(y * len(near))], text[at]) + text[at + 1 :]


def _swap(text: str, x: float, _: float) -> str:
    if len(text) < 3:
        return text
    at = 1 + int(x * (len(text) - 2))
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :] if at + 1 < len(text) else text


def _drop(text: str, x: float, _: float) -> str:
    at = 1 + int(x * (len(text) - 1))
    return text[:at] + text[at + 1 :] if len(text) > 3 else text


def _double(text: str, x: float, _: float) -> str:
    at = int(x * len(text))
    return text[: at + 1] + text[at].lower() + text[at + 1 :] if text[at].isalpha() else text


def _one_of(pairs: tuple[tuple[str, str], ...], text: str, x: float) -> str:
    low = text.lower()
    start = int(x * len(pairs))
    for k in range(len(pairs)):
        wrong, right = pairs[(start + k) % len(pairs)]
        at = low.find(wrong, 1)
        if at > 0:
            put = right.upper() if text[at].isupper() else right
            return text[:at] + put + text[at + len(wrong) :]
    return text


def typo(text: str, x: float, y: float) -> str:
    """Return a name or street with one slip: of the keys, of the eye (scanned forms) or of the ear."""
    kind, y = int(y * 10), y * 10 % 1
    if kind < 3:
        return _keyboard(text, x, y)
    if kind == 3:
        return _swap(text, x, y)
    if kind < 6:
        return _drop(text, x, y)
    if kind == 6:
        return _double(text, x, y)
    if kind == 7:
        return _one_of(_LOOK_ALIKE, text, x)
    return _one_of(_SOUND_ALIKE, text, x)


def wrong_number(text: str, x: float, y: float) -> str:
    """Return an address with one digit of its first number changed."""
    digits = [i for i, c in enumerate(text) if c.isdigit()]
    if not digits:
        return text
    at = digits[int(x * len(digits)) % len(digits)]
    new = str((int(text[at]) + 1 + int(y * 8)) % 10)
    return text[:at] + (new if new != "0" else "1") + text[at + 1 :]


def letters_for_digits(text: str, x: float, _: float) -> str:
    """Return a postcode with O for 0 or I for 1, or a digit typed for a letter."""
    if "0" in text:
        return text.replace("0", "O")
    if "1" in text:
        return text.replace("1", "I" if x < 0.7 else "L")
    return text.replace("I", "1", 1)


def wrong_postcode(text: str, x: float, y: float) -> str:
    """Return a postcode with its last letter, or its sector, wrong."""
    if len(text) < 5:
        return text
    if x < 0.6:
        return text[:-1] + "ABDEFGHJLNPQRSTUWXYZ"[int(y * 20)]
    return text[:-3] + str(int(y * 10)) + text[-2:]


def no_space(text: str, _: float, __: float) -> str:
    """Return a postcode run together."""
    return text.replace(" ", "")


def wrong_digit(text: str, x: float, y: float) -> str:
    """Return a number with one digit wrong, so that a check digit fails."""
    at = int(x * len(text))
    return text[:at] + str((int(text[at]) + 1 + int(y * 8)) % 10) + text[at + 1 :] if text[at].isdigit() else text


def birth_days(
    rng: np.random.Generator,
    born: NDArray[np.int32],
    *,
    swapped: float,
    digit: float,
    first_january: float,
    latest: int = TODAY,
) -> NDArray[np.int32]:
    """Return dates of birth (days since 1970) as entered: day and month swapped, a digit wrong, 1 January.

    A wrong digit gives no day after ``latest``.
    """
    out = born.copy()
    for row in pick(rng, len(born), swapped):
        out[row] = _swapped(int(born[row]))
    rows = pick(rng, len(born), digit)
    for row, x in zip(rows, rng.random(len(rows)).tolist(), strict=True):
        out[row] = _one_digit_wrong(int(born[row]), x, latest)
    rows = pick(rng, len(born), first_january)
    for row in rows:
        out[row] = _days(dt.date(_date(int(born[row])).year, 1, 1))
    return out


def _date(days: int) -> dt.date:
    return dt.date(1970, 1, 1) + dt.timedelta(days=days)


def _days(date: dt.date) -> int:
    return (date - dt.date(1970, 1, 1)).days


def _swapped(days: int) -> int:
    date = _date(days)
    return _days(date.replace(month=date.day, day=date.month)) if date.day <= 12 else days


def _one_digit_wrong(days: int, x: float, latest: int) -> int:
    date = _date(days)
    step = (1, -1, 10, -10, 3, -3)[int(x * 6)]
    which = int(x * 60) % 3
    try:
        if which == 0:
            return min(_days(date.replace(year=date.year + step)), latest)
        if which == 1:
            return min(_days(date.replace(day=date.day + step)), latest)
        return min(_days(date.replace(month=date.month + (1 if step > 0 else -1))), latest)
    except ValueError:
        return days
