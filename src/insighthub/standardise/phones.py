"""Telephone numbers in E.164, mobiles told from landlines, dummies and switchboards left out.

Takes the text of a cell, which may hold several numbers and a note, gives the first valid ones. phonenumbers (Google's
libphonenumber) decides what is valid; British numbers in their usual writing take a short way through that library's
own patterns, which a property test holds equal to the long way.
"""

import re
from functools import lru_cache
from typing import Any, NamedTuple

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberType

#: Kinds of number that a person has at home or about them; freephone and switchboard numbers tell nobody apart.
_OWN = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.PERSONAL_NUMBER,
        PhoneNumberType.VOIP,
    }
)
_USUAL = re.compile(r"(?:0|\+44|0044|44)([1-9]\d{8,9})")
_FILLERS = str.maketrans(dict.fromkeys(" ()-.\u00a0\t", ""))
_BETWEEN = re.compile(r"[/;,|&\n]|\bor\b|\band\b", re.IGNORECASE)
_NUMBER = re.compile(r"\+?\(?\d[\d\s().\-+]{4,}\d")
_RUNS_ON = re.compile(r"(?:\+44|0)\d{10}(?=(?:\+44|0)\d{9})")
_FLOAT_TAIL = re.compile(r"(?<=\d)\.0+$")
_EXTENSION = re.compile(r"\s*(?:ext?n?\.?|extension|x|#)\s*:?\s*\d{1,6}\s*$", re.IGNORECASE)
_DUMMY = re.compile(r"(\d)\1{6}$|1234567|2345678|3456789|7654321|8765432|^\d{1,4}0{6,}$|1231231")


class Phones(NamedTuple):
    """The numbers of one cell: up to two mobiles and two others."""

    mobile: str | None = None
    other: str | None = None
    second_mobile: str | None = None
    second_other: str | None = None


_NONE = Phones()


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the library's own patterns of British mobiles and landlines."""
    metadata: Any = PhoneMetadata.metadata_for_region("GB")
    return re.compile(metadata.mobile.national_number_pattern), re.compile(metadata.fixed_line.national_number_pattern)


def usual_british(text: str) -> tuple[str, bool] | None:
    """Return E.164 and whether it is a mobile, for a number in the usual British writing; nothing where it is not one.

    Nothing does not mean that there is no number: it means that the library should look.
    """
    if not text.isascii():
        return None
    match = _USUAL.fullmatch(text.replace(" ", "")) or _USUAL.fullmatch(text.translate(_FILLERS))
    if match is None:
        return None
    national = match[1]
    mobile, fixed = _patterns()
    # A number in Jersey, Guernsey or the Isle of Man has the same country code; the library tells them apart.
    if national[0] == "7":
        return (f"+44{national}", True) if mobile.fullmatch(national) else None
    return (f"+44{national}", False) if fixed.fullmatch(national) else None


def library_number(text: str, country: str) -> tuple[str, bool] | None:
    """Return E.164 and whether it is a mobile, where phonenumbers reads a valid number that can be a person's."""
    try:
        number = phonenumbers.parse(text, None if country == "XX" else country)
    except phonenumbers.NumberParseException:
        return None
    kind = phonenumbers.number_type(number)
    if kind not in _OWN:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164), kind == PhoneNumberType.MOBILE


def is_dummy_number(e164: str) -> bool:
    """Say whether a number is one that people make up: one digit over and over, or digits in order."""
    national = e164[3:] if e164.startswith("+44") else e164[1:]
    return _DUMMY.search(national) is not None


def standard_phones(text: str | None, country: str = "GB") -> Phones:
    """Return the valid numbers that a cell holds."""
    if text is None:
        return _NONE
    found = usual_british(text) if country == "GB" else None
    if found is not None:
        e164, is_mobile = found
        if is_dummy_number(e164):
            return _NONE
        return Phones(mobile=e164) if is_mobile else Phones(other=e164)
    return _several(text, country)


def _several(text: str, country: str) -> Phones:
    mobiles: list[str] = []
    others: list[str] = []
    for piece in _BETWEEN.split(_FLOAT_TAIL.sub("", text.strip())):
        for chunk in _NUMBER.findall(_EXTENSION.sub("", piece)):
            for number in _apart(chunk):
                found = (usual_british(number) if country == "GB" else None) or library_number(number, country)
                if found is None or is_dummy_number(found[0]):
                    continue
                into = mobiles if found[1] else others
                if found[0] not in into:
                    into.append(found[0])
    return Phones(*(next(iter(side[n : n + 1]), None) for n in (0, 1) for side in (mobiles, others)))


def _apart(chunk: str) -> list[str]:
    """Part numbers that only a space divides, or nothing: "07700900123 07700900124"."""
    digits = chunk.replace("(0)", "").translate(_FILLERS)
    if len(digits) < 20:
        return [digits if digits.startswith("+") else chunk.replace("(0)", "")]
    numbers = []
    while (match := _RUNS_ON.match(digits)) is not None:
        numbers.append(match[0])
        digits = digits[match.end() :]
    return [*numbers, digits]
