"""Identities in the state: which ids there are, whose the records are, and what became of an id.

Takes connections of the state and what a run found, gives and takes rows. An old id always resolves: through merges to
the resident that its records are with, or to the answer that nobody holds a record of it any more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa
from sqlalchemy import Connection, func, or_, select, text, update

from insighthub.errors import RunError
from insighthub.residents.identify import Identified
from insighthub.residents.identity import MERGED
from insighthub.store.run_log import now
from insighthub.store.state import insert_rows
from insighthub.store.state_tables import identity_event, membership, resident

_LOT = 400
_ALL_FROM = 50_000  # of more records, all that went are read: that is sooner than to ask for each
_OF = (membership.c.source, membership.c.record_id, membership.c.person, membership.c.resident_id)
GONE_BEFORE = pa.schema(
    [("source", pa.string()), ("record_id", pa.string()), ("person", pa.int32()), ("resident_id", pa.string())]
)
_OF_RECORD = "WHERE source = :source AND record_id = :record_id AND person = :person"


@dataclass(frozen=True)
class EventRow:
    """Something that happened to an id."""

    event_id: int
    run_id: str
    at: datetime
    kind: str
    resident_id: str
    other_id: str | None
    records: int
    reason: str


@dataclass(frozen=True)
class Resolved:
    """What became of an id.

    Attributes:
        resident_id: the id that stands for it now; None where no source holds a record of it any more.
        events: all that happened to it, and to the ids it was merged into, oldest first.
    """

    resident_id: str | None
    events: tuple[EventRow, ...]


def next_number(connection: Connection) -> int:
    """Return the number of the next resident id."""
    return int(connection.execute(select(func.max(resident.c.number))).scalar() or 0) + 1


def numbers(connection: Connection, *, closed: bool = False) -> pa.Table:
    """Return resident_id and number of every id ever issued, or of those that are closed."""
    query = select(resident.c.resident_id, resident.c.number)
    found = connection.execute(query.where(resident.c.closed_run.is_not(None)) if closed else query).all()
    ids, order = zip(*found, strict=True) if found else ((), ())
    return pa.table({"resident_id": pa.array(ids, pa.string()), "number": pa.array(order, pa.int64())})


def closed_ids(connection: Connection) -> set[str]:
    """Return the ids that are closed."""
    return set(connection.execute(select(resident.c.resident_id).where(resident.c.closed_run.is_not(None))).scalars())


def memberships(connection: Connection) -> pa.Table:
    """Return source, record_id, person and resident_id of the records that are there."""
    return _membership_table(connection.execute(select(*_OF).where(membership.c.left_run.is_(None))).all())


def gone_memberships(connection: Connection, records: pa.Table) -> pa.Table:
    """Return source, record_id, person and resident_id of those records that were there once and went.

    Args:
        connection: of the state.
        records: source and record_id; each may be named several times. Where very many are named, all that went are
            given, named or not.
    """
    query = select(*_OF).where(membership.c.left_run.is_not(None))
    if records.num_rows > _ALL_FROM:
        return _membership_table(connection.execute(query).all())
    by_source: dict[str, list[str]] = {}
    for source, record_id in dict.fromkeys(_tuples(records)):
        by_source.setdefault(source, []).append(record_id)
    found: list[Any] = []
    for source, ids in by_source.items():
        for start in range(0, len(ids), _LOT):
            some = membership.c.record_id.in_(ids[start : start + _LOT])
            found += connection.execute(query.where(membership.c.source == source, some)).all()
    return _membership_table(found)


def _membership_table(found: Sequence[Any]) -> pa.Table:
    listed: Sequence[Sequence[Any]] = list(zip(*found, strict=True)) if found else [()] * 4
    return pa.table([pa.array(c, f.type) for c, f in zip(listed, GONE_BEFORE, strict=True)], schema=GONE_BEFORE)


def keep_identities(
    connection: Connection, run_id: str, found: Identified, *, changed: pa.Table, left: pa.Table
) -> None:
    """Keep what a run did to identities.

    Args:
        connection: of the state, within a transaction that writes.
        run_id: the run.
        found: what happened.
        changed: source, record_id, person, resident_id of records whose resident is new or another one.
        left: source, record_id, person of records that are no longer there.
    """
    insert_rows(
        connection,
        resident,
        ("resident_id", "number", "issued_run"),
        ((resident_id, number, run_id) for resident_id, number in found.issued),
    )
    _set_closed(connection, found.closed, run_id)
    _set_closed(connection, found.reopened, None)
    key = ("source", "record_id", "person")
    known = connection.execute(select(membership.c.source).limit(1)).first() is not None
    if known:
        _each(connection, f"DELETE FROM membership {_OF_RECORD}", changed.select(key))
    insert_rows(connection, membership, (*key, "resident_id"), _tuples(changed))
    marked = left.append_column("run_id", pa.array([run_id] * left.num_rows, pa.string()))
    _each(connection, f"UPDATE membership SET left_run = :run_id {_OF_RECORD}", marked)
    at = _moment(connection, now())
    insert_rows(
        connection,
        identity_event,
        ("run_id", "at", "kind", "resident_id", "other_id", "records", "reason"),
        ((run_id, at, e.kind, e.resident_id, e.other_id, e.records, e.reason) for e in found.events),
    )


def resolve(connection: Connection, resident_id: str) -> Resolved:
    """Return what stands for an id now, and how that came.

    Raises:
        RunError: no such id was ever issued.
    """
    if connection.execute(select(resident.c.number).where(resident.c.resident_id == resident_id)).first() is None:
        raise RunError("no resident was ever given this id", remedy="Check it, or search by name")
    events: dict[int, EventRow] = {}
    wanted, seen = resident_id, set[str]()
    while True:
        seen.add(wanted)
        for each in _events_of(connection, wanted):
            events[each.event_id] = each
        closed = connection.execute(select(resident.c.closed_run).where(resident.c.resident_id == wanted)).scalar()
        if closed is None:
            break
        merges = [e for e in events.values() if e.kind == MERGED and e.resident_id == wanted and e.run_id == closed]
        following = merges[-1].other_id if merges else None
        if following is None or following in seen:
            return Resolved(None, _in_order(events.values()))
        wanted = following
    return Resolved(wanted, _in_order(events.values()))


def _events_of(connection: Connection, resident_id: str) -> list[EventRow]:
    query = (
        select(identity_event)
        .where(or_(identity_event.c.resident_id == resident_id, identity_event.c.other_id == resident_id))
        .order_by(identity_event.c.event_id)
    )
    return [EventRow(**row) for row in connection.execute(query).mappings()]


def _in_order(events: Iterable[EventRow]) -> tuple[EventRow, ...]:
    return tuple(sorted(events, key=lambda e: e.event_id))


def _set_closed(connection: Connection, ids: Sequence[str], run_id: str | None) -> None:
    for start in range(0, len(ids), _LOT):
        lot = ids[start : start + _LOT]
        connection.execute(update(resident).where(resident.c.resident_id.in_(lot)).values(closed_run=run_id))


def _tuples(table: pa.Table) -> Iterable[tuple[Any, ...]]:
    return zip(*(column.to_pylist() for column in table.columns), strict=True)


def _each(connection: Connection, statement: str, table: pa.Table) -> None:
    if table.num_rows:
        connection.execute(text(statement), table.to_pylist())


def _moment(connection: Connection, at: datetime) -> Any:
    """Return a time as ``insert_rows`` takes it: SQLite keeps it as the text that SQLAlchemy would write."""
    return at.isoformat(sep=" ") if connection.dialect.name == "sqlite" else at
