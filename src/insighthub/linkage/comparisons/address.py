"""Address: one comparison with ordered levels, so that the same evidence is not counted twice.

UPRN, flat, number, street and postcode all say where somebody lives; taken as separate fields their agreement would be
multiplied as if each were news.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz
from rapidfuzz.process import cpdist

from insighthub.linkage.comparisons.comparison import UNKNOWN, Comparison, Levels, Rows, Rule, value_pair_levels
from insighthub.linkage.encode import Codes, Encoded

SAME, ALIKE, POSTCODE, NEAR, FAR = range(5)
ALIKE_TEXT = 82.0  # percent of the indel similarity of sorted words


def address_levels(data: Encoded, left: Rows, right: Rows) -> Levels:
    """Levels of the addresses of pairs; see ``ADDRESS.labels``."""
    code = data.codes

    def equal(name: str) -> npt.NDArray[np.bool_]:
        a = code[name][left]
        return np.asarray((a >= 0) & (a == code[name][right]))

    def known(name: str) -> npt.NDArray[np.bool_]:
        return np.asarray((code[name][left] >= 0) & (code[name][right] >= 0))

    postcode, number = equal("postcode"), equal("house_number")
    street, address = equal("street"), equal("address")
    out = np.full(len(left), UNKNOWN, np.int8)
    out[known("postcode") | known("address") | known("uprn") | known("street")] = FAR
    out[equal("sector") | (street & ~known("postcode"))] = NEAR
    out[postcode] = POSTCODE
    number_unknown = ~known("house_number")
    flat_unclear = (code["flat"][left] < 0) | (code["flat"][right] < 0)
    same_number = number & (street | postcode)
    out[(postcode & number_unknown & ~known("uprn")) | (same_number & flat_unclear)] = ALIKE
    # Text is looked at only where numbers agree or one is missing: elsewhere it cannot be one address.
    unclear = (out > ALIKE) & known("address") & (number | number_unknown) & ~(postcode & known("house_number"))
    where = np.flatnonzero(unclear)
    if len(where):
        out[where] = np.minimum(out[where], _text_levels(data, left[where], right[where]))
    same_dwelling = equal("dwelling") | (equal("street_dwelling") & ~known("postcode"))
    out[same_dwelling | equal("uprn") | (address & (postcode | ~known("postcode")))] = SAME
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
)
