"""Blocking: the pairs of rows worth comparing.

Takes coded rows, gives candidate pairs, each once, and what each rule brought. A rule is a key; rows with the same
key are paired. A rule leaves out the pairs that an earlier rule gave, by comparing integers as it joins, so that the
pairs never have to be sorted or made distinct. Blocks over the cap (a default date, a hostel) are left out and
reported.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insighthub.linkage.encode import MISSING, Encoded, combine, dense
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.prepare import IDENTIFIERS
from insighthub.linkage.result import BlockingYield
from insighthub.progress import Progress
from insighthub.standardise.schema import OTHER_PREFIX

Keys = npt.NDArray[np.int64]


@dataclass(frozen=True)
class BlockingRule:
    """Rows with one value in all of these fields are paired."""

    label: str
    fields: tuple[str, ...]
    share_of_cap: float = 1.0  # names alone tell people apart only where few share them

    def cap(self, cap: int) -> int:
        """Return this rule's cap, given the run's."""
        return max(2, round(cap * self.share_of_cap))

    def key(self, data: Encoded) -> Keys:
        """Return the key of every row, -1 where a part of it is not known; shape (n,)."""
        if self.fields == ("given_name", "family_name"):
            # Order does not matter here, so that swapped names meet too.
            given, family = data.codes["given_name"], data.codes["family_name"]
            whole = (family >= 0) & (given >= 0)
            low, high = np.minimum(given, family), np.maximum(given, family)
            return combine(np.where(whole, low, MISSING).astype(np.int32), high)
        total: Keys | None = None
        for name in self.fields:
            part = data.codes[name]
            total = part.astype(np.int64) if total is None else combine(dense(total), part)
        if total is None:
            raise ValueError("a blocking rule needs a field")
        return total


FULL_NAME = BlockingRule("same given and family names, in either order", ("given_name", "family_name"), 0.3)

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
    same = np.zeros(len(rows), np.int64)
    for values in (*(code[name] for name in names), data.days["valid_from"], data.days["valid_to"]):
        same = dense_pairs(same, values[rows])
    _, where, inverse = np.unique(same, return_index=True, return_inverse=True)
    out[rows] = rows[where][inverse].astype(np.int32)
    return out


def dense_pairs(numbers: npt.NDArray[np.int64], values: npt.NDArray[np.int32]) -> npt.NDArray[np.int64]:
    """Number the distinct pairs of two columns; a missing value counts as a value."""
    keys = numbers * (int(values.max()) + 2) + (values.astype(np.int64) + 1)
    return np.asarray(np.unique(keys, return_inverse=True)[1], np.int64)


def _without(key: Keys, rows: npt.NDArray[np.int32]) -> Keys:
    out = key.copy()
    out[rows] = MISSING
    return out


def paired_by_name(data: Encoded, cap: int) -> npt.NDArray[np.bool_]:
    """Whether each row is paired with all who share its full name, or its name is too common for that; shape (n,)."""
    return np.asarray(_cap(FULL_NAME.key(data), FULL_NAME.cap(cap))[0] >= 0)


def candidate_pairs(
    data: Encoded,
    rules: tuple[BlockingRule, ...],
    *,
    cap: int,
    connect: Callable[[], duckdb.DuckDBPyConnection],
    progress: Progress,
) -> tuple[Pairs, tuple[BlockingYield, ...]]:
    """Pair the rows.

    Args:
        data: coded rows.
        rules: blocking rules, in order.
        cap: most records in a block.
        connect: opens a DuckDB connection with the run's limits.
        progress: told of each rule.

    Returns:
        The pairs, and each rule's yield.
    """
    columns: dict[str, pa.Array] = {"r": pa.array(np.arange(data.n, dtype=np.int32))}
    facts = []
    first = first_identical(data)
    copies = np.flatnonzero(first != np.arange(data.n)).astype(np.int32)
    for i, rule in enumerate(rules):
        key, largest, blocks, records = _cap(_without(rule.key(data), copies), rule.cap(cap))
        columns[f"k{i}"] = pa.array(key, mask=key < 0)
        facts.append((largest, blocks, records))
    left, right = [first[copies]], [copies]
    yields = []
    if len(copies):
        most = int(np.bincount(first).max())
        yields.append(BlockingYield("identical records, each with the first", len(copies), len(copies), most, 0, 0))
    with connect() as db:
        db.register("coded", pa.table(columns))
        # DuckDB's own table compresses and filters integers better than a registered Arrow table does.
        db.execute("CREATE TEMP TABLE keys AS SELECT * FROM coded")
        for i, rule in enumerate(rules):
            progress.advance(i, len(rules))
            found = db.execute(_pairs_sql(i)).fetchnumpy()
            a, b = (np.asarray(found[c], np.int32) for c in ("l", "r"))
            left.append(a)
            right.append(b)
            largest, blocks, records = facts[i]
            total = db.execute(_TOTAL_SQL.format(i=i)).fetchone()
            yields.append(BlockingYield(rule.label, int(total[0]) if total else 0, len(a), largest, blocks, records))
    l_all, r_all = np.concatenate(left), np.concatenate(right)
    packed = np.sort(l_all.astype(np.int64) * max(1, data.n) + r_all)
    l_sorted, r_sorted = np.divmod(packed, max(1, data.n))
    return Pairs(l_sorted.astype(np.int32), r_sorted.astype(np.int32)), tuple(yields)


#: Fields that say where a row lives; rows that share one are co-residents.
_HOME = ("dwelling", "uprn", "street_dwelling")


def coresident_pairs(
    data: Encoded,
    rules: tuple[BlockingRule, ...],
    *,
    cap: int,
    most: int,
    connect: Callable[[], duckdb.DuckDBPyConnection],
) -> tuple[Pairs, float]:
    """Sample the pairs of co-residents that no blocking rule gave.

    They cannot be one person, or a rule would have paired them; but they show what co-residents look like. Learned from
    candidates alone, that class would hold only those co-residents who have an initial in common.

    Args:
        data: coded rows.
        rules: the rules that gave the candidates.
        cap: most records in a block, or in a home.
        most: about how many pairs to take.
        connect: opens a DuckDB connection with the run's limits.

    Returns:
        The pairs, sorted, and how many pairs each of them stands for.
    """
    home = next((name for name in _HOME if data.has(name)), None)
    if home is None:
        return Pairs(np.empty(0, np.int32), np.empty(0, np.int32)), 1.0
    keys = {f"k{i}": _cap(rule.key(data), rule.cap(cap))[0] for i, rule in enumerate(rules)}
    keys["h"] = _cap(data.codes[home].astype(np.int64), cap)[0]
    columns = {"r": pa.array(np.arange(data.n, dtype=np.int32))}
    columns |= {name: pa.array(key, mask=key < 0) for name, key in keys.items()}
    sizes = np.bincount(keys["h"][keys["h"] >= 0]).astype(float)
    every = max(1, int(np.ceil((sizes * (sizes - 1) / 2).sum() / max(1, most))))
    earlier = "".join(f" AND (a.k{j} = b.k{j}) IS NOT TRUE" for j in range(len(rules)))
    with connect() as db:
        db.register("coded", pa.table(columns))
        found = db.execute(
            f"SELECT a.r AS l, b.r AS r FROM coded a JOIN coded b ON a.h = b.h AND a.r < b.r{earlier} "
            "WHERE a.h % $every = 0 ORDER BY 1, 2",
            {"every": every},
        ).fetchnumpy()
    return Pairs(np.asarray(found["l"], np.int32), np.asarray(found["r"], np.int32)), float(every)


_TOTAL_SQL = """
SELECT coalesce(sum(c * (c - 1) // 2), 0)::BIGINT
FROM (SELECT count(*) AS c FROM keys WHERE k{i} IS NOT NULL GROUP BY k{i})
"""


def _pairs_sql(i: int) -> str:
    earlier = "".join(f" AND (a.k{j} = b.k{j}) IS NOT TRUE" for j in range(i))
    return f"SELECT a.r AS l, b.r AS r FROM keys a JOIN keys b ON a.k{i} = b.k{i} AND a.r < b.r{earlier}"


def _cap(key: Keys, cap: int) -> tuple[Keys, int, int, int]:
    """Drop the keys of blocks that are too large: the key, its largest block, blocks and records dropped."""
    known = key >= 0
    _, inverse, counts = np.unique(key[known], return_inverse=True, return_counts=True)
    if not len(counts):
        return key, 0, 0, 0
    over = counts > cap
    if not over.any():
        return key, int(counts.max()), 0, 0
    out = key.copy()
    rows = np.flatnonzero(known)
    out[rows[over[inverse]]] = MISSING
    return out, int(counts.max()), int(over.sum()), int(counts[over].sum())
