"""Blocking: the pairs of rows worth comparing.

Takes coded rows, gives candidate pairs, each once, and what each rule brought. A rule is a key; rows with the same
key are paired. Each pair is packed with its rule into one integer, so that one sort puts the pairs in order, brings
together those that several rules gave, and shows which rule gave each first. Blocks over the cap (a default date, a
hostel) are left out and reported.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from insighthub.linkage.encode import MISSING, Encoded, combine, dense, number_rows
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.prepare import IDENTIFIERS
from insighthub.linkage.result import BlockingYield
from insighthub.progress import Progress
from insighthub.standardise.schema import OTHER_PREFIX

Keys = npt.NDArray[np.int64]
COPIES = "identical records, each with the first"  # what stands before the rules where yields are told


@dataclass(frozen=True)
class BlockingRule:
    """Rows with one value in all of these fields are paired."""

    label: str
    fields: tuple[str, ...]
    share_of_cap: float = 1.0  # names alone tell people apart only where few share them
    in_any_order: bool = False  # the fields share a pool of values, and swapped ones meet too

    def cap(self, cap: int) -> int:
        """Return this rule's cap, given the run's."""
        return max(2, round(cap * self.share_of_cap))

    def key(self, data: Encoded) -> Keys:
        """Return the key of every row, -1 where a part of it is not known; shape (n,)."""
        parts = [data.codes[name] for name in self.fields]
        # Sorted, a part that is not known stays -1, and the key with it.
        return combine(*(np.sort(parts, axis=0) if self.in_any_order else parts))


FULL_NAME = BlockingRule(
    "same given and family names, in either order", ("given_name", "family_name"), 0.3, in_any_order=True
)

_RULES = (
    *(
        BlockingRule(f"same {label}", (name,))
        for name, label in zip(IDENTIFIERS, ("NHS number", "NINO", "UPN"), strict=True)
    ),
    BlockingRule("same e-mail", ("email",)),
    BlockingRule("same mobile", ("mobile",)),
    BlockingRule("same phone", ("phone",)),
    BlockingRule("same family name and date of birth", ("family_name", "birth_date")),
    BlockingRule("same given name and date of birth", ("given_name", "birth_date")),
    FULL_NAME,
    BlockingRule("same postcode and given name", ("postcode", "given_name")),
    BlockingRule("same postcode and family name", ("postcode", "family_name")),
    BlockingRule("same dwelling and initial", ("dwelling", "given_initial")),
    BlockingRule("same UPRN and initial", ("uprn", "given_initial")),
    BlockingRule("same number and street, and initial", ("street_dwelling", "given_initial")),
    BlockingRule("same number and street, and family name", ("street_dwelling", "family_name")),
    BlockingRule("same postcode and date of birth", ("postcode", "birth_date")),
    BlockingRule(
        "family name sounds alike, same initial and year of birth", ("family_sound", "given_initial", "birth_year")
    ),
    BlockingRule("same date of birth and initial of the given name", ("birth_date", "given_initial")),
    BlockingRule("same date of birth and initial of the family name", ("birth_date", "family_initial")),
    BlockingRule("given and family names sound alike", ("given_sound", "family_sound"), 0.3),
    BlockingRule(
        "given name sounds alike, same postcode sector and year of birth", ("given_sound", "sector", "birth_year")
    ),
)


def choose_rules(data: Encoded) -> tuple[BlockingRule, ...]:
    """Return the rules whose fields these rows have."""
    others = sorted(n for n in data.codes if n.startswith(OTHER_PREFIX) and data.has(n))
    extra = [
        BlockingRule(f"same {n.removeprefix(OTHER_PREFIX)}", (n,)) for n in others if len(data.pools[n]) > data.n / 4
    ]
    extra += [
        BlockingRule(f"same {n.removeprefix(OTHER_PREFIX)} and {label}", (n, field))
        for n in others
        if len(data.pools[n]) <= data.n / 4
        for field, label in (("family_name", "family name"), ("birth_date", "date of birth"))
        if data.has(field)
    ]
    return tuple(r for r in _RULES if data.has(*r.fields)) + tuple(extra)


_CONTENT = (
    "person",
    "given_name",
    "middle_names",
    "family_name",
    "previous_family_name",
    "date_of_birth",
    "sex",
    "address",
    "flat",
    "house_number",
    "street",
    "postcode",
    "uprn",
    "phone",
    "mobile",
    "email",
    *IDENTIFIERS,
)


def first_identical(data: Encoded) -> npt.NDArray[np.int32]:
    """Return, for each row, the first row that says the same of a person; shape (n,).

    A resubmitted claim, a pupil in three censuses, two hundred reports by one caller: pairing each with each would
    bring nothing. The first stands for them in blocking, and each copy is paired with it alone. Only rows that say who
    somebody is (both names, and a home or a date of birth) are copies, and none in a source that holds one record a
    person.
    """
    names = [*_CONTENT, *(n for n in data.codes if n.startswith(OTHER_PREFIX))]
    code = data.codes
    tells = (code["given_name"] >= 0) & (code["family_name"] >= 0)
    tells &= (code["dwelling"] >= 0) | (code["uprn"] >= 0) | (code["birth_date"] >= 0)
    tells &= ~data.single[data.source] & ~data.flags["given_is_initial"]
    rows = np.flatnonzero(tells)
    out = np.arange(data.n, dtype=np.int32)
    if not len(rows):
        return out
    values = (*(code[name] for name in names), data.days["valid_from"], data.days["valid_to"])
    same = number_rows(column[rows] for column in values)
    where = np.empty(int(same.max()) + 1, np.int64)
    where[same[::-1]] = rows[::-1]  # of several rows the first is written last
    out[rows] = where[same].astype(np.int32)
    return out


def _without(key: Keys, rows: npt.NDArray[np.int32]) -> Keys:
    out = key.copy()
    out[rows] = MISSING
    return out


def paired_by_name(data: Encoded, cap: int) -> npt.NDArray[np.bool_]:
    """Whether each row is paired with all who share its full name, or its name is too common for that; shape (n,)."""
    number = dense(FULL_NAME.key(data))
    counts = np.append(np.bincount(number[number >= 0]), 0)
    return np.asarray((number >= 0) & (counts[number] <= FULL_NAME.cap(cap)))


def candidate_pairs(
    data: Encoded,
    rules: tuple[BlockingRule, ...],
    *,
    cap: int,
    threads: int = 1,
    progress: Progress,
) -> tuple[Pairs, tuple[BlockingYield, ...]]:
    """Pair the rows.

    Args:
        data: coded rows.
        rules: blocking rules, in order.
        cap: most records in a block.
        threads: rules to work at once.
        progress: told of each rule.

    Returns:
        The pairs, and each rule's yield.
    """
    first = first_identical(data)
    copies = np.flatnonzero(first != np.arange(data.n)).astype(np.int32)
    bits = (len(rules) + 1).bit_length()
    packed = [_packed(first[copies], copies, 0, data.n, bits)]
    most = int(np.bincount(first, minlength=1).max())
    facts = [(COPIES, len(copies), most, 0, 0)]

    def pair_up(i: int) -> tuple[npt.NDArray[np.int64], tuple[str, int, int, int, int]]:
        rule = rules[i]
        left, right, largest, blocks, records = pairs_of_blocks(_without(rule.key(data), copies), rule.cap(cap))
        return _packed(left, right, i + 1, data.n, bits), (rule.label, len(left), largest, blocks, records)

    with ThreadPoolExecutor(threads) as pool:
        for done, (found, fact) in enumerate(pool.map(pair_up, range(len(rules))), start=1):
            progress.advance(done, len(rules))
            packed.append(found)
            facts.append(fact)
    every = np.concatenate(packed)
    del packed
    every.sort()
    pair = every >> bits
    is_first = np.ones(len(pair), bool)
    is_first[1:] = pair[1:] != pair[:-1]
    new = np.bincount(every[is_first] & (2**bits - 1), minlength=len(facts))
    yields = tuple(
        BlockingYield(label, pairs, int(brought), largest, blocks, records)
        for (label, pairs, largest, blocks, records), brought in zip(facts, new, strict=True)
        if pairs or label != COPIES
    )
    left, right = np.divmod(pair[is_first], max(1, data.n))
    return Pairs(left.astype(np.int32), right.astype(np.int32)), yields


def _packed(
    left: npt.NDArray[np.int32], right: npt.NDArray[np.int32], rule: int, n: int, bits: int
) -> npt.NDArray[np.int64]:
    """One integer a pair and rule: sorted, they stand by pair, and for one pair by rule."""
    return ((left.astype(np.int64) * max(1, n) + right) << bits) | rule


def pairs_of_blocks(key: Keys, cap: int) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], int, int, int]:
    """Return all pairs of rows that have the same key, left < right; rows with key -1 are in none.

    Args:
        key: shape (n,).
        cap: most rows in a block; larger ones are left out.

    Returns:
        Left rows, right rows, the largest block, and how many blocks and rows were left out.
    """
    rows = np.flatnonzero(key >= 0)
    order = rows[np.argsort(key[rows])].astype(np.int32)
    sizes = block_sizes(key[order])
    over = sizes > cap
    left_out = int(sizes[over].sum())
    largest = int(sizes.max(initial=0))
    if left_out:
        order, sizes = order[np.repeat(~over, sizes)], sizes[~over]
    starts = np.cumsum(sizes) - sizes
    # A row in a block of s rows, with o rows before it, is the left of s - 1 - o pairs: those with the rows after it.
    follow = np.repeat(sizes + starts - 1, sizes) - np.arange(len(order))
    left = np.repeat(np.arange(len(order)), follow)
    step = np.arange(len(left)) - np.repeat(np.cumsum(follow) - follow, follow)
    a, b = order[left], order[left + 1 + step]
    return np.minimum(a, b), np.maximum(a, b), largest, int(over.sum()), left_out


def block_sizes(sorted_key: Keys) -> npt.NDArray[np.int64]:
    """Return the sizes of the runs of equal keys."""
    if not len(sorted_key):
        return np.empty(0, np.int64)
    starts = np.flatnonzero(np.r_[True, sorted_key[1:] != sorted_key[:-1]])
    return np.asarray(np.diff(np.r_[starts, len(sorted_key)]))


#: Fields that say where a row lives; rows that share one are co-residents.
_HOME = ("dwelling", "uprn", "street_dwelling")


def coresident_pairs(data: Encoded, candidates: Pairs, *, cap: int, most: int) -> tuple[Pairs, float]:
    """Sample the pairs of co-residents that no blocking rule gave.

    They cannot be one person, or a rule would have paired them; but they show what co-residents look like. Learned from
    candidates alone, that class would hold only those co-residents who have an initial in common.

    Args:
        data: coded rows.
        candidates: the pairs that the rules gave.
        cap: most records in a home.
        most: about how many pairs to take.

    Returns:
        The pairs, sorted, and how many pairs each of them stands for.
    """
    home = next((name for name in _HOME if data.has(name)), None)
    if home is None:
        return Pairs(np.empty(0, np.int32), np.empty(0, np.int32)), 1.0
    key = data.codes[home].astype(np.int64)
    sizes = np.bincount(key[key >= 0]).astype(float)
    sizes = sizes[sizes <= cap]
    every = max(1, int(np.ceil((sizes * (sizes - 1) / 2).sum() / max(1, most))))
    key[key % every != 0] = MISSING
    left, right, *_ = pairs_of_blocks(key, cap)
    n = max(1, data.n)
    pair = np.sort(left.astype(np.int64) * n + right)
    given = candidates.left.astype(np.int64) * n + candidates.right
    at = np.minimum(np.searchsorted(given, pair), max(0, len(given) - 1))
    new = pair[given[at] != pair] if len(given) else pair
    return Pairs(*(x.astype(np.int32) for x in np.divmod(new, n))), float(every)
