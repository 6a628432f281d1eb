"""How names, dates, addresses and numbers are put on paper, before anything goes wrong with them.

Takes columns of values, gives columns of text (object arrays of str). A dwelling's address is written once in each
style that a source uses and then looked up, because there are far fewer dwellings than records.
"""

from __future__ import annotations

import functools
import unicodedata
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.places import BLOCK, CONVERTED, HOUSE, Places

Text = NDArray[np.object_]

#: Letters that do not come apart into a letter and a mark.
_NO_MARK = str.maketrans("łŁøØđĐßæÆœŒıİşȘșŞțȚţŢ", "lLoOdDsaAoOiIsSsStTtT")
_SHORT_TYPES = {
    "Road": "Rd", "Avenue": "Ave", "Street": "St", "Close": "Cl", "Gardens": "Gdns", "Drive": "Dr",
    "Crescent": "Cres", "Lane": "Ln", "Grove": "Gr", "Square": "Sq", "Way": "Way",
}  # fmt: skip
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@functools.cache
def plain(text: str) -> str:
    """Return a text without accents, as systems that know none keep it."""
    spread = unicodedata.normalize("NFKD", text.translate(_NO_MARK))
    return "".join(c for c in spread if not unicodedata.combining(c))


def objects(values: list[Any]) -> Text:
    """Return a list as an object array."""
    out = np.empty(len(values), dtype=object)
    out[:] = values
    return out


def mapped(text: Text, function: Any) -> Text:
    """Apply a function to every text, each different text once."""
    cache: dict[str, str] = {}
    return objects([cache[t] if t in cache else cache.setdefault(t, function(t)) for t in text.tolist()])


def dates(days: NDArray[np.integer], style: str = "%d/%m/%Y") -> Text:
    """Write days since 1970 in a strftime style; each different day is written once."""
    unique, inverse = np.unique(days, return_inverse=True)
    written = [d.strftime(style) for d in unique.astype("datetime64[D]").tolist()]
    return objects(written)[inverse]


def blank(text: Text, where: NDArray[np.bool_]) -> Text:
    """Return the column with some cells empty."""
    out = text.copy()
    out[where] = ""
    return out


def money(amount: NDArray[np.floating]) -> Text:
    """Write pounds and pence."""
    return objects([f"{a:.2f}" for a in amount.tolist()])


def phones(number: NDArray[np.int64], style: NDArray[np.integer]) -> Text:
    """Write national numbers in one of four ways: run together, spaced, +44, in two parts. -1 is empty."""
    out = []
    for value, how in zip(number.tolist(), style.tolist(), strict=True):
        if value < 0:
            out.append("")
            continue
        digits = f"0{value}"
        if how == 0:
            out.append(digits)
        elif how == 1:
            out.append(f"{digits[:5]} {digits[5:]}")
        elif how == 2:
            out.append(f"+44 {digits[1:5]} {digits[5:]}")
        else:
            out.append(f"{digits[:3]} {digits[3:7]} {digits[7:]}")
    return objects(out)


def _street_text(places: Places, short: bool) -> Text:
    if not short:
        return objects(list(places.streets))
    out = []
    for street in places.streets:
        words = street.split(" ")
        out.append(" ".join(_SHORT_TYPES.get(w, w) for w in words))
    return objects(out)


class AddressBook:
    """Every dwelling's address in the ways that sources write it: four lines, the last ones often empty.

    Styles: "flat_first" (Flat 2 / 14 Alpha Road), "letter" (14B Alpha Rd), "slash" (2/14 Alpha Road),
    "block" (2 Alpha House / 14 Alpha Road), "number_apart" (number, street).
    """

    def __init__(self, places: Places) -> None:
        self._places = places
        self._books: dict[tuple[str, bool, bool], tuple[Text, Text, Text, Text]] = {}

    def lines(self, style: str, *, short: bool = False, upper: bool = False) -> tuple[Text, Text, Text, Text]:
        """Return the four lines of every dwelling in a style."""
        key = (style, short, upper)
        if key not in self._books:
            self._books[key] = self._write(style, short, upper)
        return self._books[key]

    def _write(self, style: str, short: bool, upper: bool) -> tuple[Text, Text, Text, Text]:
        p = self._places
        street = _street_text(p, short)[p.street]
        town = objects(list(cal.TOWNS))[p.town]
        block = objects([*p.blocks, ""])[p.block]
        flats, numbers, kinds = p.flat.tolist(), p.number.tolist(), p.kind.tolist()
        first, second, third, fourth = [], [], [], []
        for flat, number, kind, name, road, place in zip(flats, numbers, kinds, block, street, town, strict=True):
            a, b, c, d = _one_address(style, kind, flat=flat, number=number, block=name, road=road, town=place)
            first.append(a)
            second.append(b)
            third.append(c)
            fourth.append(d)
        columns = (first, second, third, fourth)
        if upper:
            columns = tuple([t.upper() for t in column] for column in columns)  # type: ignore[assignment]
        one, two, three, four = (objects(column) for column in columns)
        return one, two, three, four


def _one_address(
    style: str, kind: int, *, flat: int, number: int, block: str, road: str, town: str
) -> tuple[str, str, str, str]:
    if kind == HOUSE:
        if style == "number_apart":
            return str(number), road, town, ""
        return f"{number} {road}", town, "", ""
    letter = _LETTERS[(flat - 1) % 26]
    if kind == CONVERTED:
        if style in ("letter", "number_apart"):
            return f"{number}{letter} {road}", town, "", ""
        if style == "slash":
            return f"{flat}/{number} {road}", town, "", ""
        return f"Flat {letter}", f"{number} {road}", town, ""
    assert kind == BLOCK
    if style in ("block", "number_apart"):
        return f"{flat} {block}", f"{number} {road}", town, ""
    if style == "slash":
        return f"{flat}/{number} {road}", town, "", ""
    if style == "letter":
        return f"Flat {flat}, {number} {road}", town, "", ""
    return f"Flat {flat}", f"{block}", f"{number} {road}", town


def postcodes(places: Places) -> Text:
    """Return every dwelling's postcode as Royal Mail writes it."""
    return objects(list(places.postcodes))[places.postcode]
