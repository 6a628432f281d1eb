"""The streets, dwellings and small areas of the fictional borough.

Takes how many dwellings are wanted, gives one row a dwelling: UPRN, postcode, street, number, flat, tenure, and the
deprivation of the small area it lies in. Small areas lie along a line, so that who lives next to whom can depend on
where they stand on it. Outward codes are of valid form but not given out; UPRNs are of valid form only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.name_lists import ENGLISH_FAMILY_HEADS, ENGLISH_FAMILY_TAILS, words

HOUSE, BLOCK, CONVERTED = 0, 1, 2
OWNED, COUNCIL, HOUSING_ASSOCIATION, PRIVATE = 0, 1, 2, 3
TENURE_NAMES = ("owned", "social", "social", "private")
_STREET_TYPES = ("Road", "Avenue", "Street", "Close", "Gardens", "Way", "Drive", "Crescent", "Lane", "Grove", "Square")
_STREET_TYPE_SHARES = (0.32, 0.18, 0.10, 0.10, 0.09, 0.05, 0.05, 0.04, 0.03, 0.03, 0.01)
_STREET_WORDS = words(
    "Station Church Park Victoria Albert Cambridge Oxford Windsor York Lancaster Salisbury Meadow Orchard Mill "
    "Abbey Chestnut Lime Maple Willow Cedar Hawthorn Rowan Beech Acacia Alexandra George Wellington Nelson "
    "Trafalgar Harbour Creek Marsh Ferry Quay Jetty Wharf Dock Anchor Saxon Norman Tudor Stuart Becket Cromwell "
    "Shakespeare Milton Keats Byron Tennyson Dickens Hardy Faraday Newton Darwin Brunel Telford Stephenson Kingsley "
    "Arden Essex Kent Suffolk Norfolk Surrey Sussex Dorset Devon Cornwall Somerset Cumberland Durham Rutland "
    "Monmouth Pembroke Radnor "
)
_BLOCK_WORDS = ("House", "Court", "Point", "Lodge", "Heights", "Tower", "Mansions")
_UNIT_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"  # an inward code never holds C I K M O V


@dataclass(frozen=True)
class Places:
    """One row a dwelling, each array of one length."""

    uprn: NDArray[np.int64]
    kind: NDArray[np.int8]  # HOUSE, BLOCK, CONVERTED
    tenure: NDArray[np.int8]  # OWNED, COUNCIL, HOUSING_ASSOCIATION, PRIVATE
    street: NDArray[np.int32]
    number: NDArray[np.int32]
    flat: NDArray[np.int32]  # 0: none
    block: NDArray[np.int32]  # -1: none
    postcode: NDArray[np.int32]
    area: NDArray[np.int32]
    town: NDArray[np.int8]
    deprivation: NDArray[np.float64]  # of the small area: mean 0, spread 1, high is worse
    streets: tuple[str, ...]
    blocks: tuple[str, ...]
    postcodes: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.uprn)


def _unique_names(rng: np.random.Generator, firsts: list[str], seconds: NDArray[np.object_], n: int) -> tuple[str, ...]:
    """Return ``n`` different names "first second", drawn without order."""
    out: dict[str, None] = {}
    for round_ in range(1000):
        picks = rng.integers(0, len(firsts), n)
        for name in (f"{firsts[i]} {second}" for i, second in zip(picks, rng.permutation(seconds), strict=True)):
            out[name if round_ < 20 else f"{name} {['North', 'South', 'East', 'West'][round_ % 4]}"] = None
            if len(out) == n:
                return tuple(out)
    raise AssertionError("the lists of words cannot name so many streets")


def _postcodes(rng: np.random.Generator, n: int) -> tuple[str, ...]:
    """Return ``n`` postcodes, in order of outward code and sector, as neighbours have them."""
    letters = _UNIT_LETTERS
    per_outward = max(1, -(-n // len(cal.OUTWARD_CODES)))
    out: list[str] = []
    for outward in cal.OUTWARD_CODES:
        units = rng.choice(10 * 400, size=min(per_outward, 4000), replace=False)
        out += [f"{outward} {u // 400}{letters[u % 400 // 20]}{letters[u % 20]}" for u in np.sort(units)]
    return tuple(out[:n])


def build_places(rng: np.random.Generator, dwellings: int) -> Places:
    """Return at least ``dwellings`` dwellings in streets, blocks and small areas."""
    n_streets = max(6, dwellings // cal.DWELLINGS_A_STREET)
    heads = list(_STREET_WORDS) + [h + t for h in ENGLISH_FAMILY_HEADS[::3] for t in ENGLISH_FAMILY_TAILS[::2]]
    types = rng.choice(np.array(_STREET_TYPES, dtype=object), n_streets, p=_STREET_TYPE_SHARES)
    streets = _unique_names(rng, heads, types, n_streets)

    # Buildings: a house, a converted house of two to four flats, or a block; until there are dwellings enough.
    mean_units = {HOUSE: 1.0, BLOCK: float(np.mean(cal.FLATS_A_BLOCK)), CONVERTED: 3.0}
    shares = np.array([cal.DWELLING_KINDS["house"], cal.DWELLING_KINDS["block"], cal.DWELLING_KINDS["converted"]])
    per_building = shares / np.array([mean_units[k] for k in (HOUSE, BLOCK, CONVERTED)])
    per_building /= per_building.sum()
    n_buildings = int(dwellings / float(per_building @ np.array(list(mean_units.values()))) * 1.05) + 30
    kind = rng.choice(np.array([HOUSE, BLOCK, CONVERTED], dtype=np.int8), n_buildings, p=per_building)
    low, high = cal.FLATS_A_BLOCK
    flats = np.where(kind == BLOCK, rng.integers(low, high + 1, n_buildings), rng.integers(2, 5, n_buildings))
    units = np.where(kind == HOUSE, 1, flats)
    short = max(0, dwellings - int(units.sum()))  # chance may give too few: the rest are houses
    kind, units = np.r_[kind, np.full(short, HOUSE, np.int8)], np.r_[units, np.ones(short, units.dtype)]
    n_buildings = len(kind)
    street = np.sort(rng.integers(0, n_streets, n_buildings)).astype(np.int32)
    first = np.searchsorted(street, street)  # the first building of its street
    number = (np.arange(n_buildings) - first + 1).astype(np.int32)
    number = np.where(street % 3 == 0, number, 2 * number - (number % 2)).astype(np.int32)  # some streets skip a side

    of = np.repeat(np.arange(n_buildings), units)
    flat = (np.arange(len(of)) - np.repeat(np.cumsum(units) - units, units) + 1).astype(np.int32)
    dwelling_kind = kind[of]
    flat[dwelling_kind == HOUSE] = 0
    is_block = kind == BLOCK
    block_of_building = np.where(is_block, np.cumsum(is_block) - 1, -1).astype(np.int32)
    n_blocks = int(is_block.sum())
    block_types = rng.choice(np.array(_BLOCK_WORDS, dtype=object), n_blocks)
    blocks = _unique_names(rng, heads, block_types, n_blocks) if n_blocks else ()

    n = len(of)
    area = (np.arange(n) // cal.DWELLINGS_A_SMALL_AREA).astype(np.int32)
    n_areas = int(area.max()) + 1
    deprivation = rng.normal(size=n_areas)
    deprivation = (deprivation - deprivation.mean()) / max(float(deprivation.std()), 1e-9)
    postcode = _postcode_of(rng, street[of], of)
    tenure = _tenure(rng, deprivation[area], dwelling_kind)
    return Places(
        uprn=100_090_000_000 + np.sort(rng.choice(9_000_000, n, replace=False)).astype(np.int64),
        kind=dwelling_kind,
        tenure=tenure,
        street=street[of],
        number=number[of],
        flat=flat,
        block=block_of_building[of],
        postcode=postcode,
        area=area,
        town=np.minimum(area * len(cal.TOWNS) // n_areas, len(cal.TOWNS) - 1).astype(np.int8),
        deprivation=deprivation[area],
        streets=streets,
        blocks=blocks,
        postcodes=_postcodes(rng, int(postcode.max()) + 1),
    )


def _postcode_of(rng: np.random.Generator, street: NDArray[np.int32], building: NDArray[np.int64]) -> NDArray[np.int32]:
    """Give each dwelling a postcode: a run of neighbours in one street; a building never has two."""
    new_street = np.r_[True, street[1:] != street[:-1]]
    new_building = np.r_[True, building[1:] != building[:-1]]
    starts = new_street | (new_building & (rng.random(len(street)) < 1 / cal.ADDRESSES_A_POSTCODE))
    return (np.cumsum(starts) - 1).astype(np.int32)


def _tenure(rng: np.random.Generator, deprivation: NDArray[np.float64], kind: NDArray[np.int8]) -> NDArray[np.int8]:
    """Give each dwelling a tenure: rented ones lie in flats and in deprived areas."""
    pull = 0.8 * deprivation + 0.9 * (kind != HOUSE) + rng.logistic(size=len(kind)) * 0.8
    owned_up_to = np.quantile(pull, cal.TENURES["owned"])
    tenure = np.full(len(kind), OWNED, dtype=np.int8)
    rented = pull > owned_up_to
    social_share = cal.TENURES["social"] / (1 - cal.TENURES["owned"])
    social = rented & (rng.random(len(kind)) < social_share)
    tenure[rented] = PRIVATE
    tenure[social] = np.where(rng.random(int(social.sum())) < cal.COUNCIL_SHARE_OF_SOCIAL, COUNCIL, HOUSING_ASSOCIATION)
    return tenure
