"""Ids of households that last: who lives together goes on under one id, wherever they live.

Takes the households that were built anew, whose ids are keys of the day, and whose members each was before; gives the
present ones ids that last, carried over as residents' are. A household that has gone keeps the key of its place and
day: its people are counted where they live now.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa

from insighthub.residents.identity import carry_over
from insighthub.residents.ids import HOUSEHOLD, LENGTH, Chance, issue
from insighthub.standardise.coded import codes_of
from insighthub.store.tables import arrow, rows

#: A lasting id is shorter than the key that a household is built with.
_LASTING = LENGTH + 2

REMEMBER = """
CREATE OR REPLACE TEMP TABLE old_household AS
SELECT m.resident_id, m.household_id
FROM household_member m JOIN household h USING (household_id)
WHERE m.is_current AND h.is_current
"""
_NEW = f"""
SELECT m.household_id AS now, o.household_id AS before
FROM household_member m
JOIN household h USING (household_id)
LEFT JOIN old_household o USING (resident_id)
WHERE m.is_current AND h.is_current AND length(m.household_id) <> {_LASTING}
ORDER BY m.household_id, m.resident_id
"""
_CHANGED = """
SELECT resident_id, n.household_id
FROM (
    SELECT m.resident_id, m.household_id
    FROM household_member m JOIN household h USING (household_id)
    WHERE m.is_current AND h.is_current
) n
FULL JOIN old_household o USING (resident_id)
WHERE n.household_id IS DISTINCT FROM o.household_id
ORDER BY resident_id
"""


@dataclass(frozen=True)
class HouseholdsCarriedOver:
    """What happened to households' ids.

    Attributes:
        issued: new ids, with their numbers.
        closed: ids whose people live together no more.
        members: resident_id and household_id of residents whose household is new or another one; null: they have none.
    """

    issued: tuple[tuple[str, int], ...]
    closed: tuple[str, ...]
    members: pa.Table


def carry_households(
    db: duckdb.DuckDBPyConnection, *, next_number: int, chance: Chance = secrets.token_bytes
) -> HouseholdsCarriedOver:
    """Give the present households that were built anew ids that last.

    The temporary tables ``old_household`` (resident_id, household_id: who was where before) and ``household_number``
    (household_id, number: every id ever issued that may be met) are there.

    Args:
        db: the release that is built.
        next_number: the number of the next id that is issued.
        chance: where ids come from.
    """
    found = arrow(db, _NEW)
    now, before = codes_of(found["now"]), codes_of(found["before"])
    keys, old_ids = now.values.to_pylist(), before.values.to_pylist()
    age = dict(rows(db, "SELECT household_id, number FROM household_number"))
    # A household of which nobody was touched keeps its id, and is not among the new ones.
    carried = carry_over(
        now.codes.astype(np.int64), before.codes.astype(np.int64), np.array([age[i] for i in old_ids], np.int64)
    )
    held = {row[0] for row in rows(db, f"SELECT household_id FROM household WHERE length(household_id) = {_LASTING}")}
    ids = [old_ids[old] if old >= 0 and old_ids[old] not in held else None for old in carried.goes_on_as.tolist()]
    new = issue(HOUSEHOLD, ids.count(None), but=set(age), chance=chance)
    issued = tuple(zip(new, range(next_number, next_number + len(new)), strict=True))
    following = iter(new)
    lasting = [each if each is not None else next(following) for each in ids]
    db.register("lasting", pa.table({"key": pa.array(keys, pa.string()), "id": pa.array(lasting, pa.string())}))
    for table in ("household", "household_member"):
        db.execute(f"UPDATE {table} SET household_id = id FROM lasting WHERE household_id = key")
    db.unregister("lasting")
    gone = rows(
        db,
        "SELECT DISTINCT household_id FROM old_household ANTI JOIN household USING (household_id) "
        "ORDER BY household_id",
    )
    return HouseholdsCarriedOver(issued, tuple(row[0] for row in gone), arrow(db, _CHANGED))
