"""Figures as officers type them: telephone numbers, postcodes, references, house numbers, ages.

Takes a word with figures in it, or words that stand together, gives what they may mean. Most figures may mean several
things, and the index finds out which: eight of them may be a date, a reference, or the end of a telephone number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from insighthub.residents.search.parts import Ask
from insighthub.residents.search.query_dates import date_asks
from insighthub.standardise.phones import standard_phones
from insighthub.standardise.postcodes import AREAS, standard_postcode

#: Most groups that a telephone number or a reference is written in.
MOST_GROUPS = 6
#: Fewest figures by which a telephone number is found from its end.
LEAST_PHONE_FIGURES = 4

_AREA = "|".join(sorted(AREAS, key=lambda area: (-len(area), area)))
_OUTWARD = re.compile(rf"(?:{_AREA})(?:[1-9]\d?|[1-9][A-HJKMNP-Y])")
_INWARD = re.compile(r"\d[ABD-HJLNP-UW-Z]{2}")
_SECTOR = re.compile(rf"(?:{_OUTWARD.pattern})\d[ABD-HJLNP-UW-Z]?")
_PHONE_WORD = re.compile(r"\+?\(?\+?[\d().\-/]*\d\)?")
_AREA_CODE = re.compile(r"\(?0\d{2,5}\)?")
_NOT_CODE = re.compile(r"[^A-Z0-9]+")
_AGE = re.compile(r"(\d{1,3})(?:YO|Y/O|YRS?|Y)")
_HOUSE = re.compile(r"\d{1,4}[A-Z]?|[A-Z]\d{1,3}|\d{1,4}[A-Z]?-\d{1,4}[A-Z]?")
_LOCAL_PART = re.compile(r"[\w.+-]{5,}")
_OLDEST = 115


def reference_code(text: str) -> str:
    """Return a reference as ``search_reference`` has it: letters and digits, upper case, no zeros in front."""
    return _NOT_CODE.sub("", text.upper()).lstrip("0")


def phone_digits(text: str) -> str | None:
    """Return the digits of a whole telephone number without its country, nothing where the text is none."""
    found = standard_phones(text)
    return plain_phone(found.mobile or found.other)


def plain_phone(e164: str | None) -> str | None:
    """Return the digits of a number in E.164, a British one without its country."""
    return None if e164 is None else e164.removeprefix("+44").removeprefix("+")


def phone_in_groups(words: list[str]) -> str | None:
    """Return the digits of the telephone number that these words make together, and none of them alone."""
    if words[0][0] not in "+0(" or not all(_PHONE_WORD.fullmatch(word) for word in words):
        return None
    if any(phone_digits(word) for word in words):
        return None
    whole = "".join(words)
    # A number that no exchange has is still looked for, where it has the length of one and an area code in front.
    figures = re.sub(r"\D", "", whole)
    made_up = figures.lstrip("0") if _AREA_CODE.fullmatch(words[0]) and len(figures) in (10, 11) else None
    return phone_digits(whole) or made_up


def take_postcode(rest: list[str]) -> Ask | None:
    """Take the two halves of a postcode out of a list of words, wherever they stand, where there is one of each."""
    out = [word for word in rest if _OUTWARD.fullmatch(word)]
    inward = [word for word in rest if _INWARD.fullmatch(word)]
    if len(out) != 1 or len(inward) != 1:
        return None
    code = standard_postcode(f"{out[0]} {inward[0]}")
    if code is None:
        return None
    rest.remove(out[0])
    rest.remove(inward[0])
    return Ask("postcode", code)


def lone_outward(rest: list[str]) -> str | None:
    """Return the first half of a postcode, where one alone was typed: a figure beside it may be its sector."""
    out = [word for word in rest if _OUTWARD.fullmatch(word)]
    return out[0] if len(out) == 1 else None


def number_asks(word: str, as_of: date, outward: str | None) -> Iterator[Ask]:
    """Return what a word with figures in it may mean, references set aside.

    Args:
        word: in upper case.
        as_of: the day after which nobody is born.
        outward: the first half of a postcode that stands elsewhere in the query, if one does.
    """
    if (age := _AGE.fullmatch(word)) is not None:
        yield Ask("age", str(int(age[1])))
        return
    yield from date_asks([word], as_of)
    code = _NOT_CODE.sub("", word)
    postcodes = tuple(_postcode_asks(word, code, outward))
    yield from postcodes
    yield from _phone_asks(word)
    if _HOUSE.fullmatch(word):
        number = word.lstrip("0") or word
        yield Ask("address", number)
        if number.isdigit() and len(number) < 4 and int(number) <= _OLDEST:
            yield Ask("age", number, 0.9)
    if not postcodes and not code.isdigit() and _LOCAL_PART.fullmatch(word):
        yield Ask("email", word.lower(), 0.8)


def _postcode_asks(word: str, code: str, outward: str | None) -> Iterator[Ask]:
    postcode = None if code.isdigit() or len(code) < 5 else standard_postcode(word)
    if postcode is not None:
        yield Ask("postcode", postcode)
    elif _OUTWARD.fullmatch(code) or _SECTOR.fullmatch(code):
        yield Ask("postcode_part", code)
    elif _INWARD.fullmatch(code):
        yield Ask("postcode_part", f" {code}")
    if outward is not None and re.fullmatch(r"\d[A-Z]?", code):
        yield Ask("postcode_part", f"{outward} {code}")


def _phone_asks(word: str) -> Iterator[Ask]:
    if not _PHONE_WORD.fullmatch(word):
        return
    figures = re.sub(r"\D", "", word)
    if (number := phone_digits(word)) is not None:
        yield Ask("phone", number)
    elif len(figures) >= LEAST_PHONE_FIGURES:
        yield Ask("phone", figures.lstrip("0") if len(figures) > 9 else figures)
