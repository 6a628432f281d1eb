"""Addresses: flat, house number or name, street and locality, from lines in any order and any shorthand.

Takes the lines of an address joined by commas, gives its parts and the whole in one canonical writing: upper case,
short forms written out, single spaces, no postcode. "2/14 HIGH RD" and "FLAT 2, 14 HIGH ROAD" are flat 2 at number 14.
"14B HIGH ROAD" and "FLAT B, 14 HIGH ROAD" are flat B at number 14: some sources write the one and some the other, and
where 14B is a house of its own nothing is lost, for all who write it so still agree. The whole address keeps "14B".
"""

import re
from functools import lru_cache

from insighthub.standardise.address_lines import FLAT_HINTS, AddressValue, parts_of
from insighthub.standardise.address_text import canonical_line, cut_street, is_street
from insighthub.standardise.postcodes import IN_TEXT, standard_postcode
from insighthub.standardise.street_words import BUILDING_KINDS, COUNTRIES, NO_ADDRESS
from insighthub.standardise.text import fold, known, without_apostrophes

__all__ = ["AddressValue", "standard_address"]

_LINE_END = re.compile(r"[,;|\n\r\t]+")
_UNIT_END = re.compile(r"\d[ABD-HJLNP-UW-Z]{2}\b")
_CARE_OF = re.compile(r"\b(?:C/O|CARE OF)\b[^,;|\n\d]*")
_NAME = "[A-Z][A-Z ]*[A-Z]"
_FLAT = r"[A-Z]?[1-9]\d{0,3}[A-Z]?|[A-Z]"
# "FLAT 2," and perhaps a building, or "2/", or "2 ALPHA COURT,"; then "14B HIGH ROAD"; then places.
_QUICK = re.compile(
    rf"(?:FLAT (?P<flat>{_FLAT}), ?(?:(?P<building>{_NAME}), ?)?|(?P<slash>[1-9]\d{{0,3}})/"
    rf"|(?P<unit>[1-9]\d{{0,3}}) (?P<block>{_NAME}), ?)?"
    rf"(?P<number>[1-9]\d{{0,4}}(?P<letter>[A-Z]?)),? (?P<street>{_NAME})(?P<places>(?:, ?{_NAME})*)"
)
_MOST_READINGS = 5
_NONE = AddressValue()


def standard_address(text: str | None, country: str = "GB") -> AddressValue:
    """Return the parts of an address whose lines are joined by commas; all empty where it says there is none."""
    if text is None:
        return _NONE
    quick = quick_address(text, country)
    return address_at_length(text, country) if quick is None else quick


def quick_address(text: str, country: str) -> AddressValue | None:
    """Read "FLAT 2, 14 HIGH ROAD, BARKING", the usual shape, at a fraction of the cost.

    Nothing where the address needs the long way; a property test holds the two ways equal.
    """
    match = _QUICK.fullmatch(text.upper().replace("'", "").rstrip(", "))
    if match is None or not text.isascii():
        return None
    flat, building, slash, unit, block, number, letter, street_text, places_text = match.groups()
    tail = _quick_tail(street_text, places_text, country)
    if tail is None:
        return None
    line, street, after = tail
    first = None
    if building or block:
        first = _quick_place(building or block)
        if first is None or is_street(first) or (block and not _is_building(first)):
            return None
        if not _is_building(first):
            after = f"{first} {after}" if after else first
    whole_number = number
    if flat is not None:
        start = f"FLAT {flat} {first} " if first else f"FLAT {flat} "
    elif slash is not None:
        flat, start = slash, f"{slash}/"
    elif unit is not None:
        flat, start = unit, f"{unit} {first} "
    else:
        start = ""
        if letter:
            flat, number = letter, number[:-1]
    return AddressValue(f"{start}{whole_number} {line}", flat, number, street, after)


def _is_building(line: str) -> bool:
    return line.rsplit(" ", 1)[-1] in BUILDING_KINDS


def _ends_in_country(line: str) -> bool:
    return line in COUNTRIES or line.endswith(" UK")


@lru_cache(maxsize=1 << 16)
def _quick_tail(text: str, places: str, country: str) -> tuple[str, str, str | None] | None:
    """Return the lines after a house number joined, the street in them and what follows it."""
    words = text.split()
    if len(words) < 2 or len(words[0]) == 1 or "CARE" in words:
        return None
    line = canonical_line(text)
    written = line.split(" ")
    if not FLAT_HINTS.isdisjoint(written) or written[-1] in BUILDING_KINDS:
        return None
    street, locality = cut_street(line)
    lines = [_quick_place(piece) for piece in places.split(",")[1:]]
    known_lines = [place for place in lines if place is not None]
    if len(known_lines) < len(lines) or (country == "GB" and _ends_in_country([line, *known_lines][-1])):
        return None
    after = ([locality] if locality else []) + known_lines
    return " ".join([line, *known_lines]), street, " ".join(after) or None


@lru_cache(maxsize=1 << 16)
def _quick_place(text: str) -> str | None:
    """Return a line that only names a place."""
    line = canonical_line(text)
    words = line.split(" ")
    return None if not line or not FLAT_HINTS.isdisjoint(words) or "CARE" in words else line


def address_at_length(text: str, country: str) -> AddressValue:
    """Read an address of any kind."""
    said = known(fold(text))
    if said is None:
        return _NONE
    lines, postcode = _lines_of(without_apostrophes(said), country)
    whole = " ".join(lines)
    # Two lines may make one thing ("IG11", "8AA"), so what they give together has to be read again until it stays.
    for _ in range(_MOST_READINGS):
        again, found = _lines_of(whole, country)
        joined = " ".join(again)
        if joined == whole:
            break
        lines, whole, postcode = again, joined, postcode or found
    if not whole or whole in NO_ADDRESS or whole.startswith(("NFA ", "NO FIXED ", "OF NO FIXED ")):
        return _NONE
    return parts_of(lines)._replace(address=whole, postcode=postcode)


def _lines_of(folded: str, country: str) -> tuple[list[str], str | None]:
    """Return the lines in canonical writing, and the postcode that stood among them."""
    if "C/O" in folded or "CARE OF" in folded:
        folded = _CARE_OF.sub(" ", folded)
    postcode = None
    if country == "GB":
        while _UNIT_END.search(folded) and (match := IN_TEXT.search(folded)):
            postcode = standard_postcode(match[0])
            folded = f"{folded[: match.start()]} {folded[match.end() :]}"
    lines = [line for line in (canonical_line(piece) for piece in _LINE_END.split(folded)) if line]
    return (_without_country(lines) if country == "GB" else lines), postcode


def _without_country(lines: list[str]) -> list[str]:
    while lines and (lines[-1] in COUNTRIES or lines[-1].split(" ")[-1] == "UK"):
        rest = "" if lines[-1] in COUNTRIES else lines[-1].removesuffix("UK").rstrip()
        lines = [*lines[:-1], *([rest] if rest else [])]
    return lines
