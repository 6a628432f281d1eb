"""Two records side by side, field by field: what agrees, what is near, what differs, and in which characters.

Takes two person-records, gives their fields. Records are compared as a person reads them, and the model does not come
into it; what it made of them is told elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from rapidfuzz.distance import OSA, Levenshtein

Verdict = Literal["same", "near", "differs", "one missing", "both missing"]

#: The fields that are set side by side, in order, with their names in words.
FIELDS = {
    "title": "Title",
    "given_name": "Given name",
    "middle_names": "Middle names",
    "family_name": "Family name",
    "name_suffix": "Suffix",
    "previous_family_name": "Previous family name",
    "date_of_birth": "Date of birth",
    "date_of_death": "Date of death",
    "sex": "Sex",
    "ethnicity": "Ethnicity",
    "flat": "Flat",
    "house_number": "House number or name",
    "street": "Street",
    "locality": "Locality",
    "postcode": "Postcode",
    "uprn": "UPRN",
    "phone": "Telephone",
    "mobile": "Mobile",
    "email": "E-mail address",
    "nhs_number": "NHS number",
    "nino": "National Insurance number",
    "upn": "Unique pupil number",
    "valid_from": "From",
    "valid_to": "Until",
}
#: Values with a lesser share of letters in common are marked as a whole.
_MARKED = 0.5
_NEAR = 0.75  # similarity from which two texts are near
#: Of these a slip of two characters is near; more is another number, or another day.
_NUMBERS = frozenset({"date_of_birth", "date_of_death", "phone", "mobile", "nhs_number", "nino", "upn", "postcode"})
_MOST_SLIPS = 2
#: Of these nothing is near: another value is another thing.
_EXACT = frozenset({"sex", "title", "ethnicity", "uprn", "valid_from", "valid_to", "flat"})


@dataclass(frozen=True)
class Span:
    """A stretch of a value, and whether the other record's value is otherwise there."""

    text: str
    differs: bool


@dataclass(frozen=True)
class FieldPair:
    """One field of two records.

    Attributes:
        name: the field.
        title: the same in words.
        verdict: how the two values are to each other.
        left: the value of the one record in stretches, which joined are the value; empty where it has none.
        right: that of the other.
        hidden: the values are not shown; the verdict stands all the same.
    """

    name: str
    title: str
    verdict: Verdict
    left: tuple[Span, ...]
    right: tuple[Span, ...]
    hidden: bool = False


def side_by_side(
    left: Mapping[str, Any], right: Mapping[str, Any], *, hide: Collection[str] = ()
) -> tuple[FieldPair, ...]:
    """Set two records side by side.

    Args:
        left: a row of ``person_record``.
        right: another.
        hide: fields whose values are not shown.

    Returns:
        Every field that one of the two holds, in order.
    """
    out = []
    for name, title in FIELDS.items():
        one, other = _text(left.get(name)), _text(right.get(name))
        if not one and not other:
            continue
        found = verdict(name, one, other)
        if name in hide:
            out.append(FieldPair(name, title, found, (), (), hidden=True))
        else:
            out.append(FieldPair(name, title, found, *spans(one, other)))
    return tuple(out)


def verdict(name: str, left: str, right: str) -> Verdict:
    """Say how two values of a field are to each other; capitals, spaces and hyphens do not matter."""
    if not left and not right:
        return "both missing"
    if not left or not right:
        return "one missing"
    one, other = _plain(left), _plain(right)
    if one == other:
        return "same"
    if name in _EXACT:
        return "differs"
    if name in _NUMBERS:
        swapped = name.startswith("date_") and sorted(one) == sorted(other)  # such as day and month
        return "near" if swapped or OSA.distance(one, other) <= _MOST_SLIPS else "differs"
    if one in other or other in one:  # an initial, or a double name of which one half is given
        return "near"
    if set(_words(left)) & set(_words(right)):
        return "near"
    return "near" if OSA.normalized_similarity(one, other) >= _NEAR else "differs"


def spans(left: str, right: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Return two values in stretches, those marked that differ; a value beside nothing is all of one piece.

    Of values that have less than half their letters in common, all differs: single letters that happen to be the same
    are no help to a reader.
    """
    if not left or not right:
        return _pieces([(left, False)]), _pieces([(right, False)])
    ones, others = [], []
    for step in Levenshtein.opcodes(left.casefold(), right.casefold()) if _comparable(left, right) else ():
        same = step.tag == "equal"
        ones.append((left[step.src_start : step.src_end], not same))
        others.append((right[step.dest_start : step.dest_end], not same))
    if not ones and not others:
        ones, others = [(left, True)], [(right, True)]
    return _pieces(ones), _pieces(others)


def _comparable(left: str, right: str) -> bool:
    one, other = left.casefold(), right.casefold()
    # Folding may lengthen a text ("ß"), and then places in it are no places in the value.
    aligned = len(one) == len(left) and len(other) == len(right)
    return aligned and Levenshtein.normalized_similarity(one, other) >= _MARKED


def _pieces(parts: list[tuple[str, bool]]) -> tuple[Span, ...]:
    out: list[Span] = []
    for text, differs in parts:
        if not text:
            continue
        if out and out[-1].differs == differs:
            out[-1] = Span(out[-1].text + text, differs)
        else:
            out.append(Span(text, differs))
    return tuple(out)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum() or character in "@.")


def _words(text: str) -> list[str]:
    return re.findall(r"\w{3,}", text.casefold())
