"""Households in the state: which ids there are, and who is of which."""

from __future__ import annotations

import pyarrow as pa
from sqlalchemy import Connection, func, select, text, update

from insighthub.residents.household_ids import HouseholdsCarriedOver
from insighthub.store.state import insert_rows
from insighthub.store.state_tables import household, household_member

_LOT = 400


def next_household_number(connection: Connection) -> int:
    """Return the number of the next household id."""
    return int(connection.execute(select(func.max(household.c.number))).scalar() or 0) + 1


def household_numbers(connection: Connection) -> pa.Table:
    """Return household_id and number of every id ever issued."""
    found = connection.execute(select(household.c.household_id, household.c.number)).all()
    ids, order = zip(*found, strict=True) if found else ((), ())
    return pa.table({"household_id": pa.array(ids, pa.string()), "number": pa.array(order, pa.int64())})


def household_members(connection: Connection) -> pa.Table:
    """Return resident_id and household_id of all who are of a household."""
    found = connection.execute(select(household_member.c.resident_id, household_member.c.household_id)).all()
    residents, households = zip(*found, strict=True) if found else ((), ())
    return pa.table(
        {"resident_id": pa.array(residents, pa.string()), "household_id": pa.array(households, pa.string())}
    )


def keep_households(connection: Connection, run_id: str, found: HouseholdsCarriedOver) -> None:
    """Keep what a run did to households; ``connection`` is within a transaction that writes."""
    insert_rows(
        connection,
        household,
        ("household_id", "number", "issued_run"),
        ((household_id, number, run_id) for household_id, number in found.issued),
    )
    for start in range(0, len(found.closed), _LOT):
        lot = found.closed[start : start + _LOT]
        connection.execute(update(household).where(household.c.household_id.in_(lot)).values(closed_run=run_id))
    residents, households = (found.members[name].to_pylist() for name in ("resident_id", "household_id"))
    if connection.execute(select(household_member.c.resident_id).limit(1)).first() is not None and residents:
        connection.execute(
            text("DELETE FROM household_member WHERE resident_id = :resident_id"),
            [{"resident_id": resident_id} for resident_id in residents],
        )
    insert_rows(
        connection,
        household_member,
        ("resident_id", "household_id"),
        ((r, h) for r, h in zip(residents, households, strict=True) if h is not None),
    )
