"""Flags: what holds of a resident from a decision on, whatever the sources deliver later.

Takes connections of the state, gives and takes rows:

    rectify    a value stands in the golden record, in the place of what sources say
    restrict   the records are kept, and shown and used for the purposes that are named and no other
    object     the records are not used for the purposes that are named

A flag is of the records that its resident had when it was made, and of the resident's id. Whoever has one of those
records now, or is what became of that id, is meant: it survives reloads, merges and splits. Flags are looked up
whenever somebody asks, so they hold from the moment they are made; only what a run derives waits for the next run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, insert, select, update

from insighthub.errors import RunError
from insighthub.governance.rights.requests import RecordKey
from insighthub.governance.rights.tables import rights_flag, rights_flag_record, rights_flag_resident
from insighthub.store.run_log import now
from insighthub.store.state_tables import identity_event, membership, resident

#: The purpose for which residents are told what is held of them, which no flag stands in the way of.
SUBJECT_ACCESS = "subject_access"
RECTIFY, RESTRICT, OBJECT = "rectify", "restrict", "object"
_MERGED = "merged"  # as the table of what became of ids calls it


@dataclass(frozen=True)
class Flag:
    """A flag in force; see the table ``rights_flag``."""

    flag_id: int
    request_id: int
    kind: str
    purposes: tuple[str, ...]
    counted: bool
    field: str | None
    value: str | None
    at: datetime
    by: str

    def allows(self, purpose: str) -> bool:
        """Say whether a purpose may see and use the resident."""
        if purpose == SUBJECT_ACCESS:
            return True
        if self.kind == RESTRICT:
            return purpose in self.purposes
        return self.kind != OBJECT or purpose not in self.purposes


def set_flag(
    connection: Connection,
    request_id: int,
    kind: str,
    residents: Sequence[str],
    *,
    by: str,
    purposes: Sequence[str] = (),
    counted: bool = True,
    field: str | None = None,
    value: str | None = None,
    records: Iterable[RecordKey] = (),
) -> int:
    """Set a flag; return its number.

    Args:
        connection: within a transaction that writes.
        request_id: the request that is granted.
        kind: rectify, restrict or object.
        residents: whom it is of.
        by: who sets it.
        purposes: of a restriction those for which alone the resident is shown, of an objection those for which not.
        counted: whether the resident counts in measures.
        field: of a rectification.
        value: what stands, as the standard has it: names in capitals, dates as 1980-05-17.
        records: those that the residents have now, where they are not all meant.

    Raises:
        RunError: a part is missing that this kind needs.
    """
    if kind == RECTIFY and (not field or value is None or not value.strip()):
        raise RunError("a rectification needs a field and a value", remedy="Say what stands, and in which field")
    if kind == OBJECT and not purposes:
        raise RunError("an objection needs a purpose", remedy="Say for what the data is not to be used")
    values = {
        "request_id": request_id,
        "kind": kind,
        "purposes": json.dumps(sorted(set(purposes))),
        "counted": counted,
        "field": field,
        "value": value,
        "at": now(),
        "by": by,
    }
    flag_id = int(connection.execute(insert(rights_flag).values(values).returning(rights_flag.c.flag_id)).scalar_one())
    chosen = list(dict.fromkeys(records))
    for resident_id in dict.fromkeys(residents):
        connection.execute(insert(rights_flag_resident).values(flag_id=flag_id, resident_id=resident_id))
    for record in chosen or records_of(connection, residents):
        connection.execute(insert(rights_flag_record).values(flag_id=flag_id, **record._asdict()))
    return flag_id


def lift_flag(connection: Connection, flag_id: int, *, by: str, why: str) -> None:
    """Note that a flag no longer holds. It stays in the log.

    Raises:
        RunError: there is no such flag in force.
    """
    there = (rights_flag.c.flag_id == flag_id) & rights_flag.c.lifted_at.is_(None)
    done = connection.execute(update(rights_flag).where(there).values(lifted_at=now(), lifted_by=by, lifted_why=why))
    if done.rowcount != 1:
        raise RunError(f"no flag {flag_id} is in force", remedy="Check its number")


def records_of(connection: Connection, residents: Sequence[str]) -> list[RecordKey]:
    """Return the records that residents have now."""
    query = (
        select(membership.c.source, membership.c.record_id, membership.c.person)
        .where(membership.c.resident_id.in_(list(residents)), membership.c.left_run.is_(None))
        .order_by(membership.c.source, membership.c.record_id, membership.c.person)
    )
    return [RecordKey(*row) for row in connection.execute(query)]


def flags_in_force(connection: Connection, kinds: Sequence[str] = (RECTIFY, RESTRICT, OBJECT)) -> list[Flag]:
    """Return the flags in force of some kinds, oldest first."""
    columns = [rights_flag.c[name] for name in Flag.__dataclass_fields__]
    query = (
        select(*columns)
        .where(rights_flag.c.lifted_at.is_(None), rights_flag.c.kind.in_(list(kinds)))
        .order_by(rights_flag.c.flag_id)
    )
    return [
        Flag(**{**row, "purposes": tuple(json.loads(row["purposes"]))}) for row in connection.execute(query).mappings()
    ]


def flagged_residents(
    connection: Connection,
    kinds: Sequence[str] = (RECTIFY, RESTRICT, OBJECT),
    of_record: Mapping[tuple[str, str, int], str] | None = None,
) -> dict[str, list[Flag]]:
    """Return whom flags are of now: resident id -> flags, oldest first.

    Args:
        connection: of the state.
        kinds: of flags.
        of_record: whose each flagged record is, where a run knows it better than the state; see ``flagged_records``.
    """
    flags = {flag.flag_id: flag for flag in flags_in_force(connection, kinds)}
    if not flags:
        return {}
    of = rights_flag_resident
    pairs = {
        (_now(connection, resident_id), flag_id)
        for flag_id, resident_id in connection.execute(select(of.c.flag_id, of.c.resident_id))
        if flag_id in flags
    }
    if of_record is None:
        has = rights_flag_record
        same = and_(
            membership.c.source == has.c.source,
            membership.c.record_id == has.c.record_id,
            membership.c.person == has.c.person,
        )
        query = select(membership.c.resident_id, has.c.flag_id).join_from(has, membership, same)
        pairs |= {(resident_id, flag_id) for resident_id, flag_id in connection.execute(query) if flag_id in flags}
    else:
        pairs |= {
            (of_record[key], flag_id)
            for flag_id, key in flagged_records(connection)
            if flag_id in flags and key in of_record
        }
    out: dict[str, list[Flag]] = {}
    for resident_id, flag_id in sorted(pairs, key=lambda pair: pair[1]):
        out.setdefault(resident_id, []).append(flags[flag_id])
    return out


def flagged_records(connection: Connection) -> list[tuple[int, tuple[str, str, int]]]:
    """Return the records of all flags: number of the flag, and source, reference and person."""
    has = rights_flag_record
    query = select(has.c.flag_id, has.c.source, has.c.record_id, has.c.person).order_by(has.c.flag_id)
    return [(flag_id, (source, record_id, person)) for flag_id, source, record_id, person in connection.execute(query)]


def not_for(flagged: Mapping[str, Sequence[Flag]], purpose: str) -> frozenset[str]:
    """Return the residents whom a purpose may not see or use."""
    return frozenset(
        resident_id for resident_id, flags in flagged.items() if not all(flag.allows(purpose) for flag in flags)
    )


def not_counted(flagged: Mapping[str, Sequence[Flag]]) -> frozenset[str]:
    """Return the residents who do not count in measures."""
    return frozenset(resident_id for resident_id, flags in flagged.items() if not all(flag.counted for flag in flags))


def _now(connection: Connection, resident_id: str) -> str:
    """Return the id that stands for an id now: where it was merged, the one it went into."""
    seen: set[str] = set()
    while resident_id not in seen:
        seen.add(resident_id)
        closed = connection.execute(select(resident.c.closed_run).where(resident.c.resident_id == resident_id)).scalar()
        if closed is None:
            break
        into = connection.execute(
            select(identity_event.c.other_id)
            .where(
                identity_event.c.resident_id == resident_id,
                identity_event.c.kind == _MERGED,
                identity_event.c.run_id == closed,
            )
            .order_by(identity_event.c.event_id.desc())
            .limit(1)
        ).scalar()
        if into is None:
            break
        resident_id = into
    return resident_id
