"""Addresses: flat, house number or name, street and locality, from lines in any order and any shorthand.

Takes the lines of an address joined by commas, gives its parts and the whole in one canonical writing: upper case,
short forms written out, single spaces, no postcode. "2/14 HIGH RD" and "FLAT 2, 14 HIGH ROAD" are flat 2 at number 14.
"14B HIGH ROAD" and "FLAT B, 14 HIGH ROAD" are flat B at number 14: some sources write the one and some the other, and
where 14B is a house of its own nothing is lost, for all who write it so still agree. The whole address keeps "14B".
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from insighthub.standardise.postcodes import IN_TEXT, standard_postcode
from insighthub.standardise.street_words import (
    BUILDING_KINDS,
    COMPASS,
    COUNTRIES,
    FLAT_KINDS,
    FLOOR_FLATS,
    MAYBE_STREET_KINDS,
    NO_ADDRESS,
    SHORT_FORMS,
    STREET_KINDS,
)
from insighthub.standardise.text import fold, known, without_apostrophes

_SEGMENT = re.compile(r"[,;|\n\r\t]+")
_UNIT_END = re.compile(r"\d[ABD-HJLNP-UW-Z]{2}\b")
_CARE_OF = re.compile(r"\b(?:C/O|CARE OF)\b[^,;|\n\d]*")
_NOT_KEPT = re.compile(r"[^\w/-]+|_+")
_RANGE = re.compile(r"(?<=\d) ?- ?(?=\d)|(?<=\d[A-Z]) ?- ?(?=\d)")
_NUMBER_LETTER = re.compile(
    r"\b(\d+)(?: ?- ?| )([A-DF-MO-RT-VX-Z])(?= [^\W\d]|$)(?! (?:ROAD|RD|STREET|ST|AVENUE|AVE|CLOSE|LANE)\b)"
)
_STRAY = re.compile(r"(?<!\d)(?<!\d[A-Z])[-/]|[-/](?!\d)")
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
_FLAT_HINTS = (
    FLAT_KINDS | {f"{kind}S" for kind in FLAT_KINDS} | frozenset({"FLOOR", "BASEMENT", "REAR"}) | frozenset(FLOOR_FLATS)
)
_LETTERED = re.compile(r"(\d+)([A-Z])")
_IS_NUMBER = re.compile(r"\d+[A-Z]?(?:[-/]\d+[A-Z]?)?")
_FOLLOWED_BY_NAME = {"ST": "SAINT", "DR": "DOCTOR"}
_AFTER_NAME = {"ST": "STREET", "DR": "DRIVE"}


@dataclass(frozen=True, slots=True)
class AddressValue:
    """An address in parts. ``postcode`` is one that stood among its lines."""

    address: str | None = None
    flat: str | None = None
    house_number: str | None = None
    street: str | None = None
    locality: str | None = None
    postcode: str | None = None


_NONE = AddressValue()


def standard_address(text: str | None, country: str = "GB") -> AddressValue:
    """Return the parts of an address whose lines are joined by commas; all empty where it says there is none."""
    text = known(text)
    if text is None:
        return _NONE
    folded = without_apostrophes(fold(text))
    if "C/O" in folded or "CARE OF" in folded:
        folded = _CARE_OF.sub(" ", folded)
    postcode = None
    if country == "GB":
        while _UNIT_END.search(folded) and (match := IN_TEXT.search(folded)):
            postcode = standard_postcode(match[0])
            folded = f"{folded[: match.start()]} {folded[match.end() :]}"
    segments = [s for s in (_canonical_segment(piece) for piece in _SEGMENT.split(folded)) if s]
    if country == "GB":
        segments = _without_country(segments)
    whole = " ".join(segments)
    if not whole or whole in NO_ADDRESS or whole.startswith(("NFA ", "NO FIXED ", "OF NO FIXED ")):
        return _NONE
    return replace(_parts(segments), address=whole, postcode=postcode)


def _without_country(segments: list[str]) -> list[str]:
    while segments and (segments[-1] in COUNTRIES or segments[-1].split(" ")[-1] == "UK"):
        rest = "" if segments[-1] in COUNTRIES else segments[-1].removesuffix("UK").rstrip()
        segments = [*segments[:-1], *([rest] if rest else [])]
    return segments


@lru_cache(maxsize=1 << 17)
def _canonical_segment(piece: str) -> str:
    """Return one line in canonical writing."""
    piece = piece.replace("&", " AND ").replace("#", " FLAT ")
    piece = " ".join(_NOT_KEPT.sub(" ", piece).split())
    if any(c.isdigit() for c in piece):
        piece = _NUMBER_LETTER.sub(r"\1\2", _RANGE.sub("-", piece))
    if "-" in piece or "/" in piece:
        piece = " ".join(_STRAY.sub(" ", piece).split())
    return _written_out(piece.split(" "))


def _written_out(words: list[str]) -> str:
    out: list[str] = []
    for place, word in enumerate(words):
        if word in _AFTER_NAME:
            after_name = place > 0 and not _IS_NUMBER.fullmatch(words[place - 1]) and words[place - 1] not in FLAT_KINDS
            is_name = not after_name or (word == "ST" and _names_a_saint(words, place))
            out.append(_FOLLOWED_BY_NAME[word] if is_name else _AFTER_NAME[word])
        else:
            out.append(SHORT_FORMS.get(word, word).lstrip("0") if word[:1] == "0" else SHORT_FORMS.get(word, word))
    return " ".join(w for w in out if w)


def _names_a_saint(words: list[str], place: int) -> bool:
    """Say whether ST inside a line is a saint: "UPPER ST MARTINS LANE", but not "HIGH ST BARKING"."""
    before = SHORT_FORMS.get(words[place - 1], words[place - 1])
    if place == len(words) - 1:
        return False
    ahead = [SHORT_FORMS.get(w, w) for w in words[place + 1 : place + 4]]
    return before in STREET_KINDS or any(w in STREET_KINDS for w in ahead[1:])


@lru_cache(maxsize=1 << 16)
def _cut_street(text: str) -> tuple[str, str | None]:
    """Return the street and what follows it in one line: "HIGH ROAD BARKING" is HIGH ROAD, BARKING."""
    words = text.split(" ")
    end = next((i for i, w in enumerate(words) if i and w in STREET_KINDS), None)
    if end is not None:
        while end + 1 < len(words) and words[end + 1] in STREET_KINDS:
            end += 1
    elif words[-1] in MAYBE_STREET_KINDS:
        return text, None
    else:
        end = next((i for i, w in enumerate(words) if i and w in MAYBE_STREET_KINDS), len(words) - 1)
    if end + 2 == len(words) and words[-1] in COMPASS:
        end += 1
    return " ".join(words[: end + 1]), " ".join(words[end + 1 :]) or None


def _is_street(segment: str) -> bool:
    words = segment.split(" ")
    last = words[-2] if len(words) > 2 and words[-1] in COMPASS else words[-1]
    return len(words) > 1 and last in STREET_KINDS


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
        if not _FLAT_HINTS.isdisjoint(segment.split(" ")):
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
        elif _is_street(segment):
            self._street(segment)
        else:
            self.before.append(segment)

    def _corrected(self, match: re.Match[str] | None) -> bool:
        """Take back a street where a later line is more of one: "2 ALPHA POINTS, 14 HIGH ROAD" is flat 2 at number 14."""
        if self.flat is not None or self.street is None or _is_street(self.street):
            return False
        if match is None or match[3] is None or not _is_street(match[3]):
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
        self.street, locality = _cut_street(text)
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


def _parts(segments: list[str]) -> AddressValue:
    reading = _Reading()
    for segment in segments:
        reading.line(segment)
    return reading.finished()
