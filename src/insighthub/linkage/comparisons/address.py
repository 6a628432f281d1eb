"""Address: one comparison with ordered levels, so that the same evidence is not counted twice.

UPRN, flat, number, street and postcode all say where somebody lives; taken as separate fields their agreement would be
multiplied as if each were news.
"""

from __future__ import annotations

import numpy as np
from rapidfuzz import fuzz
from rapidfuzz.process import cpdist

from insighthub.linkage.comparisons.comparison import UNKNOWN, Comparison, Levels, Rows, Rule, value_pair_levels
from insighthub.linkage.encode import Codes, Encoded

SAME, ALIKE, POSTCODE, NEAR, FAR = range(5)
ALIKE_TEXT = 82.0  # percent of the indel similarity of sorted words


def address_levels(data: Encoded, left: Rows, right: Rows) -> Levels:
    """Levels of the addresses of pairs; see ``ADDRESS.labels``."""
    code = data.codes
    out = np.full(len(left), SAME, np.int8)
    same = np.zeros(len(left), bool)
    for name in ("dwelling", "uprn"):
        a = code[name][left]
        same |= (a >= 0) & (a == code[name][right])
    # Most pairs live together; the rest is worked out for the others alone.
    others = np.flatnonzero(~same)
    out[others] = _levels_of_different_dwellings(data, left[others], right[others])
    return out


def _levels_of_different_dwellings(data: Encoded, left: Rows, right: Rows) -> Levels:
    code = data.codes
    ends = {
        name: (code[name][left], code[name][right])
        for name in ("postcode", "house_number", "street", "address", "flat", "uprn", "sector", "street_dwelling")
    }
    equal = {name: (a >= 0) & (a == b) for name, (a, b) in ends.items()}
    known = {name: (a >= 0) & (b >= 0) for name, (a, b) in ends.items()}
    postcode, number, street, address = (equal[n] for n in ("postcode", "house_number", "street", "address"))
    out = np.full(len(left), UNKNOWN, np.int8)
    out[known["postcode"] | known["address"] | known["uprn"] | known["street"]] = FAR
    out[equal["sector"] | (street & ~known["postcode"])] = NEAR
    out[postcode] = POSTCODE
    number_unknown = ~known["house_number"]
    flat_unclear = ~known["flat"]
    same_number = number & (street | postcode)
    out[(postcode & number_unknown & ~known["uprn"]) | (same_number & flat_unclear)] = ALIKE
    # Text is looked at only where numbers agree or one is missing: elsewhere it cannot be one address.
    unclear = (out > ALIKE) & known["address"] & (number | number_unknown) & ~(postcode & known["house_number"])
    where = np.flatnonzero(unclear)
    if len(where):
        out[where] = np.minimum(out[where], _text_levels(data, left[where], right[where]))
    no_postcode = ~known["postcode"]
    out[(equal["street_dwelling"] & no_postcode) | (address & (postcode | no_postcode))] = SAME
    return out


def _text_levels(data: Encoded, left: Rows, right: Rows) -> Levels:
    pool = data.pools["address"].values

    def kernel(a: Codes, b: Codes) -> Levels:
        sim = cpdist(pool[a], pool[b], scorer=fuzz.token_sort_ratio, dtype=np.float32, workers=-1, score_cutoff=50)
        return np.where(sim >= ALIKE_TEXT, ALIKE, FAR).astype(np.int8)

    codes = data.codes["address"]
    out = value_pair_levels(codes[left], codes[right], kernel, size=max(1, len(pool)))
    return np.where(out == 0, ALIKE, out).astype(np.int8)


ADDRESS = Comparison(
    "address",
    (
        "same dwelling",
        "alike, with flat, number or spelling in doubt",
        "same postcode, another number",
        "near: the same postcode sector or street",
        "far",
    ),
    address_levels,
    family=Rule.AGREES,
    coresident=Rule.AGREES,
    agreeing=2,
    floor=0.3,
    by_source=True,
)
