"""Postcodes: repaired where one reading is certain, then checked against the official form.

Takes the text of a source, gives "IG11 8AA" or nothing. The form is Royal Mail's (BS 7666): an area that exists, a
district, a sector, and a unit of letters that the alphabet of units allows (no C, I, K, M, O or V).
"""

import re
from functools import lru_cache
from itertools import product

from insighthub.standardise.text import word_set

#: The postcode areas of the United Kingdom, the Crown dependencies and the forces.
AREAS = word_set(
    "AB AL B BA BB BD BF BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX",
    "FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG",
    "NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS",
    "TW UB W WA WC WD WF WN WR WS WV YO ZE",
)

_AREA = "|".join(sorted(AREAS, key=lambda area: (-len(area), area)))
_UNIT = "[ABD-HJLNP-UW-Z]{2}"
_FORM = re.compile(rf"(?P<out>(?:{_AREA})(?:[1-9]\d?|[1-9][ABCDEFGHJKMNPRSTUVWXY]|0))(?P<in>\d{_UNIT})")
#: A postcode in running text, its two halves apart or not.
IN_TEXT = re.compile(rf"\b(?:{_AREA})(?:[1-9]\d?|[1-9][ABCDEFGHJKMNPRSTUVWXY]|0) ?\d{_UNIT}\b")

_NOT_CODE = re.compile(r"[^A-Z0-9]+")
_TO_DIGIT = {"O": "0", "I": "1", "L": "1", "S": "5", "B": "8", "Z": "2"}
_TO_LETTER = {"0": ("O",), "1": ("I", "L"), "5": ("S",), "8": ("B",), "2": ("Z",)}
# L a letter, D a digit; the inward half is always digit, letter, letter.
_SHAPES = {
    5: ("LDDLL",),
    6: ("LDDDLL", "LLDDLL", "LDLDLL"),
    7: ("LLDDDLL", "LLDLDLL"),
}


def _readings(code: str, shape: str) -> list[tuple[int, str]]:
    """Return what the code could be if it has this shape, each with the count of characters changed."""
    slots: list[list[tuple[int, str]]] = []
    for character, kind in zip(code, shape, strict=True):
        if character.isdigit() == (kind == "D"):
            slots.append([(0, character)])
        elif kind == "D":
            slots.append([(1, _TO_DIGIT[character])] if character in _TO_DIGIT else [])
        else:
            slots.append([(1, letter) for letter in _TO_LETTER.get(character, ())])
    return [(sum(n for n, _ in way), "".join(c for _, c in way)) for way in product(*slots)]


@lru_cache(maxsize=1 << 16)
def _repaired(code: str, *, halves_known: bool) -> str | None:
    found: dict[str, int] = {}
    if not halves_known and not code[-2:].isalpha():
        # "IG118A" may have lost its last letter, or have an 8 for a B: nobody can tell.
        return None
    for shape in _SHAPES.get(len(code), ()):
        for changes, reading in _readings(code, shape):
            if _FORM.fullmatch(reading):
                found[reading] = min(changes, found.get(reading, 9))
    best = [reading for reading, changes in found.items() if changes == min(found.values())]
    return f"{best[0][:-3]} {best[0][-3:]}" if len(best) == 1 else None


def standard_postcode(text: str | None, country: str = "GB") -> str | None:
    """Return the postcode, or nothing where there is none or no one reading is certain.

    In GB, "ig118aa", "IG11.8AA" and "1G11 8AA" are "IG11 8AA", and dummy areas such as ZZ99 are nothing. Elsewhere
    (``XX`` for any country) the letters and digits are kept as written, and a British code keeps its space.
    """
    if text is None:
        return None
    code = _NOT_CODE.sub("", text.upper())
    if not code:
        return None
    match = _FORM.fullmatch(code)
    if match is not None:
        return f"{match['out']} {match['in']}"
    if country != "GB":
        return code
    halves = text.split()
    if len(halves) == 2 and len(_NOT_CODE.sub("", halves[1].upper())) != 3:
        return None
    return _repaired(code, halves_known=len(halves) == 2)
