"""Numbers that registers give out: NHS number, National Insurance number, pupil number, property number.

Takes the text of a source, gives the number in one form where its check digit and form are right, and else the reason
why there is none. A wrong number is worse than none: it would hold two people together or keep one apart.
"""

import re
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

_NOT_CODE = re.compile(r"[^A-Z0-9]+")
_FLOAT_TAIL = re.compile(r"\.0+$")
_NHS = re.compile(r"\d{10}")
# HMRC manual NIM39110: letters and prefixes that are never given out; the last letter is A to D, or not yet known.
_NINO = re.compile(r"(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\d{6}[A-D]?")
_NINO_DUMMIES = frozenset({"AB123456", "AA000000", "AA111111", "AA123456"})
_UPN = re.compile(r"[A-HJ-NP-RT-Z]\d{11}(?:\d|[A-HJ-NP-RT-Z])")
# DfE, "Unique pupil numbers: technical specification": 23 letters, I, O and S left out.
_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+?\d{1,2}")
_USUAL_UPRN = re.compile(r"[1-9][0-9]{6,11}")
_DIGITS = {"O": "0", "I": "1", "L": "1"}


class Identifier(NamedTuple):
    """A number, or why there is none."""

    value: str | None = None
    reason: str | None = None


def _code(text: str) -> str:
    return _NOT_CODE.sub("", _FLOAT_TAIL.sub("", text.strip().upper()))


def nhs_number(text: str | None) -> Identifier:
    """Return ten digits whose check digit is right (modulus 11, NHS Data Dictionary)."""
    if text is None:
        return Identifier()
    code = _code(text)
    if not code:
        return Identifier()
    if not _NHS.fullmatch(code) or not code.isascii():
        return Identifier(reason="not ten digits")
    if len(set(code)) == 1:
        return Identifier(reason="dummy number")
    remainder = sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), code, strict=False)) % 11
    return Identifier(code) if (11 - remainder) % 11 == int(code[9]) else Identifier(reason="check digit wrong")


def nino(text: str | None) -> Identifier:
    """Return a National Insurance number of a form that is given out; its last letter may be missing."""
    if text is None:
        return Identifier()
    code = _code(text)
    if not code:
        return Identifier()
    if len(code) in (8, 9):
        code = code[:2] + "".join(_DIGITS.get(c, c) for c in code[2:8]) + code[8:]
    if code.startswith("TN"):
        return Identifier(reason="temporary number")
    if not _NINO.fullmatch(code):
        return Identifier(reason="not the form of a National Insurance number")
    return Identifier(reason="dummy number") if code[:8] in _NINO_DUMMIES else Identifier(code)


def upn(text: str | None) -> Identifier:
    """Return a permanent unique pupil number whose check letter is right.

    A temporary number ends in a letter, and the next school gives another one, so it says nothing of who the pupil is.
    """
    if text is None:
        return Identifier()
    code = _code(text)
    if not code:
        return Identifier()
    if not _UPN.fullmatch(code):
        return Identifier(reason="not the form of a pupil number")
    values = [_UPN_LETTERS.index(c) if c.isalpha() else int(c) for c in code[1:]]
    if _UPN_LETTERS[sum(w * v for w, v in zip(range(2, 14), values, strict=True)) % 23] != code[0]:
        return Identifier(reason="check letter wrong")
    return Identifier(reason="temporary number") if code[-1].isalpha() else Identifier(code)


def uprn(text: str | None) -> Identifier:
    """Return a property number of up to 12 digits without leading zeros.

    A spreadsheet's "1.00023E+11" has lost its last digits and is nothing; "1.00023336956E+11" has them all.
    """
    if text is None:
        return Identifier()
    if _USUAL_UPRN.fullmatch(text) and len(set(text)) > 1:
        return Identifier(text)
    code = text.strip().upper().replace(" ", "").replace(",", "")
    if _SCIENTIFIC.fullmatch(code):
        return _from_scientific(code)
    code = _FLOAT_TAIL.sub("", code)
    if not code:
        return Identifier()
    if not (code.isascii() and code.isdigit()):
        return Identifier(reason="not a number")
    digits = code.lstrip("0")
    if not digits or len(digits) > 12 or (len(digits) > 4 and len(set(digits)) == 1):
        return Identifier(reason="not the form of a property number")
    return Identifier(digits)


def _from_scientific(code: str) -> Identifier:
    try:
        number = Decimal(code)
    except InvalidOperation:
        return Identifier(reason="not a number")
    mantissa, exponent = code.split("E")
    if len(mantissa.partition(".")[2]) < int(exponent):
        return Identifier(reason="digits lost in a spreadsheet's scientific notation")
    return uprn(str(int(number))) if number == number.to_integral_value() else Identifier(reason="not a number")
