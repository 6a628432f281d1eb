"""One line of an address in canonical writing, and where its street ends.

Takes the text of a line, folded, gives letters, digits and single spaces with short forms written out. Lines repeat
themselves over a whole council, so what a line is read as is remembered.
"""

import re
from functools import lru_cache

from insighthub.standardise.street_words import COMPASS, FLAT_KINDS, MAYBE_STREET_KINDS, SHORT_FORMS, STREET_KINDS

_NOT_KEPT = re.compile(r"[^\w/-]+|_+")
_RANGE = re.compile(r"(?<=\d) ?- ?(?=\d)|(?<=\d[A-Z]) ?- ?(?=\d)")
_NUMBER_LETTER = re.compile(
    r"\b(\d+)(?: ?- ?| )([A-DF-MO-RT-VX-Z])(?= [^\W\d]|$)(?! (?:ROAD|RD|STREET|ST|AVENUE|AVE|CLOSE|LANE)\b)"
)
_STRAY = re.compile(r"(?<!\d)(?<!\d[A-Z])[-/]|[-/](?!\d)")
_IS_NUMBER = re.compile(r"\d+[A-Z]?(?:[-/]\d+[A-Z]?)?")
_FLAT_ID = re.compile(r"\d+[A-Z]?|[A-Z]")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# One slip from FLAT: on a line with nothing but a number after it, it can be nothing else.
_NEARLY_FLAT = frozenset(
    ["FLT", "FAT", "FLA", "LAT", "LFAT", "FALT", "FLTA"]
    + ["FLAT"[:n] + letter + "FLAT"[n + 1 :] for n in range(4) for letter in _LETTERS]
    + ["FLAT"[:n] + letter + "FLAT"[n:] for n in range(5) for letter in _LETTERS]
)
_FOLLOWED_BY_NAME = {"ST": "SAINT", "DR": "DOCTOR"}
_AFTER_NAME = {"ST": "STREET", "DR": "DRIVE"}


@lru_cache(maxsize=1 << 17)
def canonical_line(piece: str) -> str:
    """Return one line in canonical writing."""
    piece = piece.replace("&", " AND ").replace("#", " FLAT ")
    piece = " ".join(_NOT_KEPT.sub(" ", piece).split())
    numbered = any(c.isdigit() for c in piece)
    if numbered:
        piece = _RANGE.sub("-", piece)
        if "-" in piece or "/" in piece:
            piece = " ".join(_STRAY.sub(" ", piece).split())
        piece = _NUMBER_LETTER.sub(r"\1\2", piece)
    elif "-" in piece or "/" in piece:
        piece = " ".join(piece.replace("-", " ").replace("/", " ").split())
    words = piece.split(" ")
    if len(words) == 2 and words[0] in _NEARLY_FLAT and _FLAT_ID.fullmatch(words[1]):
        words[0] = "FLAT"
    written = _written_out(words)
    # A word written out, 1ST as FIRST, may set free a letter that a number stood behind.
    return _NUMBER_LETTER.sub(r"\1\2", written) if numbered else written


def _written_out(words: list[str]) -> str:
    out: list[str] = []
    for place, word in enumerate(words):
        if word in _AFTER_NAME:
            after_name = place > 0 and not _IS_NUMBER.fullmatch(words[place - 1]) and words[place - 1] not in FLAT_KINDS
            is_name = not after_name or (word == "ST" and _names_a_saint(words, place))
            out.append(_FOLLOWED_BY_NAME[word] if is_name else _AFTER_NAME[word])
        elif word[:1] == "0" and (number := word.lstrip("0"))[:1].isdigit():
            out.append(number)
        else:
            out.append(SHORT_FORMS.get(word, word))
    return " ".join(out)


def _names_a_saint(words: list[str], place: int) -> bool:
    """Say whether ST inside a line is a saint: "UPPER ST MARTINS LANE", but not "HIGH ST BARKING"."""
    before = SHORT_FORMS.get(words[place - 1], words[place - 1])
    if place == len(words) - 1:
        return False
    ahead = [SHORT_FORMS.get(w, w) for w in words[place + 1 : place + 4]]
    return before in STREET_KINDS or any(w in STREET_KINDS for w in ahead[1:])


@lru_cache(maxsize=1 << 16)
def cut_street(text: str) -> tuple[str, str | None]:
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


def is_street(line: str) -> bool:
    """Say whether a line ends as the name of a street must."""
    words = line.split(" ")
    last = words[-2] if len(words) > 2 and words[-1] in COMPASS else words[-1]
    return len(words) > 1 and last in STREET_KINDS
