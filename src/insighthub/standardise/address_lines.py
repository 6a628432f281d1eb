"""The parts of an address from its lines, in whatever order they stand.

Takes lines in canonical writing, gives flat, house number or name, street and locality. It reads each line once and
keeps what it has learnt, for a line often only makes sense after another: "12" before "HIGH ROAD", or a building's
name that turns out to have a street of its own.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from insighthub.standardise.address_text import cut_street, is_street
from insighthub.standardise.street_words import BUILDING_KINDS, FLAT_KINDS, FLOOR_FLATS, MAYBE_STREET_KINDS

_NUMBERED = re.compile(r"(?:(?:NO|NUMBER) )?(\d+[A-Z]?(?:-\d+[A-Z]?)?)(?:/(\d+[A-Z]?(?:-\d+[A-Z]?)?))?(?: (.+))?")
_INNER_NUMBER = re.compile(r"([^\d]+) (\d+[A-Z]?(?:-\d+[A-Z]?)?)(?: (.+))?")
_FLAT_NUMBER = re.compile(
    rf"\b(?:{'|'.join(sorted(FLAT_KINDS))})S? (?:(?:NO|NUMBER) )?([A-Z]?\d+[A-Z]?|[A-Z])(?:/(\d+[A-Z]?))?(?= |$)"
)
_FLOOR = re.compile(
    r"\b(?:(?:FLAT|ON|THE) )*((?:LOWER |UPPER )?(?:GROUND|FIRST|SECOND|THIRD|FOURTH|FIFTH|TOP))"
    # "FLAT 14" after a floor is the house number where a street follows it.
    r"(?: FLOOR(?: (?:FRONT|REAR|LEFT|RIGHT))?(?: FLAT(?= \d+[A-Z]? [^\d]|$))?| FLAT(?= \d+[A-Z]? [^\d]|$))(?= |$)"
)
_BASEMENT = re.compile(r"\b(?:FLAT )?BASEMENT(?: FLAT)?(?= |$)")
_PLACED_FLAT = re.compile(r"\b(?:FLAT (ABOVE|OVER|REAR|FRONT)|(REAR)(?= OF))(?: OF)?(?= |$)")
_WHOLE_FLAT = re.compile(
    r"(?:THE )?(STUDIO|ANNEXE|ANNEX|PENTHOUSE|MAISONETTE|BEDSIT|GFF|FFF|SFF|TFF|LGF)(?: FLAT)?(?= \d|$)"
)
FLAT_HINTS = (
    FLAT_KINDS | {f"{kind}S" for kind in FLAT_KINDS} | frozenset({"FLOOR", "BASEMENT", "REAR"}) | frozenset(FLOOR_FLATS)
)
_LETTERED = re.compile(r"(\d+)([A-Z])")


class AddressValue(NamedTuple):
    """An address in parts. ``postcode`` is one that stood among its lines."""

    address: str | None = None
    flat: str | None = None
    house_number: str | None = None
    street: str | None = None
    locality: str | None = None
    postcode: str | None = None


def parts_of(lines: Sequence[str]) -> AddressValue:
    """Return the parts of an address; the whole of it and its postcode are not told here."""
    reading = _Reading()
    for line in lines:
        reading.line(line)
    return reading.finished()


def _take_flat(segment: str) -> tuple[str, str | None, str | None]:
    """Return the line without its flat, the flat, and the house number of "FLAT 2/14"."""
    place: str | None = None
    while (match := _FLOOR.search(segment)) is not None:
        place = place or (match[1] if match[1] == "TOP" else f"{match[1]} FLOOR")
        segment = f"{segment[: match.start()]} {segment[match.end() :]}"
    found: list[str] = []
    number: str | None = None
    while (match := _FLAT_NUMBER.search(segment)) is not None:
        found.append(match[1].lstrip("0") or match[1])
        number = number or match[2]
        segment = f"{segment[: match.start()]} {segment[match.end() :]}"
    segment = " ".join(segment.split())
    for pattern in (_BASEMENT, _PLACED_FLAT, _WHOLE_FLAT):
        match = pattern.match(segment) if pattern is _WHOLE_FLAT else pattern.search(segment)
        if match is not None:
            word = next((g for g in match.groups() if g), "BASEMENT")
            place = place or FLOOR_FLATS.get(word, word)
            segment = " ".join(f"{segment[: match.start()]} {segment[match.end() :]}".split())
    return segment, " ".join(found) or place, number


class _Reading:
    """What the lines have told so far."""

    def __init__(self) -> None:
        self.flat: str | None = None
        self.number: str | None = None
        self.street: str | None = None
        self.before: list[str] = []  # lines without a number, before the street is found
        self.after: list[str] = []
        self.building: str | None = None  # the name that the number stood before, when it may be a building's

    def line(self, segment: str) -> None:
        if not FLAT_HINTS.isdisjoint(segment.split(" ")):
            segment, flat, number = _take_flat(segment)
            if flat is not None and self.flat is not None:
                flat = f"{self.flat} {flat}"
            self.flat = flat or self.flat
            if number is not None and self.number is None:
                self.number = number
        if not segment:
            return
        match = _NUMBERED.fullmatch(segment)
        if self.street is not None and not self._corrected(match):
            self.after.append(segment)
            return
        if match is not None:
            self._numbered(match[1], match[2], match[3])
            return
        inner = _INNER_NUMBER.fullmatch(segment)
        if inner is not None and not segment.startswith(("PO BOX", "P O BOX")):
            self._inner(inner[1], inner[2], inner[3])
        elif self.number is not None and not self.before:
            self._numbered_name(segment)
        elif is_street(segment):
            self._street(segment)
        else:
            self.before.append(segment)

    def _corrected(self, match: re.Match[str] | None) -> bool:
        """Take back a street where a later line is more of one: "2 ALPHA END, 14 HIGH ROAD" is flat 2 at 14."""
        if self.flat is not None or self.street is None or is_street(self.street):
            return False
        if match is None or match[3] is None or not is_street(match[3]):
            return False
        self.before.append(self.street)
        self.street = None
        return True

    def _numbered(self, first: str, second: str | None, rest: str | None) -> None:
        if second is not None:
            self.flat, first = self.flat or first, second
        if self.number is not None and second is None and self.flat is None:
            self.flat = self.number
        self.number = first
        if rest is None:
            return
        again = _NUMBERED.fullmatch(rest)
        if again is not None:
            self._numbered(again[1], again[2], again[3])
        else:
            self._numbered_name(rest)

    def _numbered_name(self, text: str) -> None:
        """Read what follows a number: a street, or a building that may have its street on a later line."""
        if text.rsplit(" ", maxsplit=1)[-1] in BUILDING_KINDS:
            self.building = text
            self.before.append(text)
        else:
            self._street(text)

    def _inner(self, name: str, number: str, rest: str | None) -> None:
        """Read "MAPLE COURT 14 HIGH ROAD", or "HAUPTSTRASSE 14" as the Germans write it."""
        if rest is None:
            self.number = self.number or number
            self._street(name)
        else:
            self.before.append(name)
            self._numbered(number, None, rest)

    def _street(self, text: str) -> None:
        if self.building is not None and self.flat is None:
            # "2 MAPLE COURT, HIGH ROAD": the number was a flat's.
            self.flat, self.number = self.number, None
            self.before.remove(self.building)
            self.before.append(self.building)
        self.street, locality = cut_street(text)
        if locality is not None:
            self.after.append(locality)

    def finished(self) -> AddressValue:
        number, street, before = self.number, self.street, self.before
        if number is None and before:
            # A building stands just before its street, or first where there is no street.
            place = len(before) - 1 if street is not None else 0
            number = before[place]
            before = before[:place] + before[place + 1 :]
            if street is None and before and before[0].split(" ")[-1] in MAYBE_STREET_KINDS:
                street, before = before[0], before[1:]
        elif street is None and before:
            street = self.building or before[0]
            before = [line for line in before if line != street]
        if self.flat is None and number is not None and (lettered := _LETTERED.fullmatch(number)) is not None:
            number, self.flat = lettered[1], lettered[2]
        places = [line for line in before if line.split(" ")[-1] not in BUILDING_KINDS]
        return AddressValue(None, self.flat, number, street, " ".join(places + self.after) or None)
