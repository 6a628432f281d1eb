"""Erasure: a resident's records leave everything that a hub keeps, and stay away.

Takes a hub and a request that was granted, gives proof. In this order, so that whoever was killed begins again and no
half-done erasure forgets itself:

    withhold    a keyed hash of each record is kept; from here on no run takes the record in
    landing     every landed file of its sources is written anew without its rows
    run         a full run without them, whose file keeps no trace of what was deleted; where the model lists a value
                that too few others hold without them, it is learned anew
    releases    every other release goes, with its linkage and the models that only it needed
    state       decisions, tickets and memberships of the records go; of the resident only the id is left
    check       nothing of the records, and nothing of the resident but the id, is found in what is kept

A record that names others too cannot be taken out of what was landed: what it says of this person is left out of all
that is derived from it, and its owner is told to change it. So are the owners of all records: what a service holds is
for the service to erase.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
from sqlalchemy import Connection, MetaData, Table, delete, select

from insighthub.errors import RunError
from insighthub.governance.rights.flags import records_of
from insighthub.governance.rights.requests import (
    DONE,
    GRANTED,
    RecordKey,
    go_to,
    needs_identity,
    note_step,
    the_request,
)
from insighthub.governance.rights.tables import (
    TABLES,
    redaction,
    rights_flag,
    rights_flag_record,
    rights_flag_resident,
    subject_request_record,
)
from insighthub.governance.rights.withholding import ERASURE, ToWithhold, make_key, withheld_by_source, withhold
from insighthub.linkage.model import LEAST_RECORDS
from insighthub.progress import Progress, Silent
from insighthub.residents.merged_ids import ids_of
from insighthub.run import RunOutcome
from insighthub.runs.begin import Asked
from insighthub.runs.publish import keep_newest
from insighthub.runs.under_way import LANDING, MODELS, alone
from insighthub.sources.contract import Source
from insighthub.sources.home import load_home
from insighthub.sources.landed_erasure import Rewritten, landed_files, take_out
from insighthub.sources.withheld import Withheld, record_hash
from insighthub.standardise.records import record_ids
from insighthub.store.releases import Releases
from insighthub.store.state import State
from insighthub.store.state_tables import correction, correction_event, decision, membership
from insighthub.store.tables import number, rows

_OWN = frozenset(table.name for table in TABLES)
#: Tables of the state whose rows of a resident go with the resident: what officers wrote of them. Tables are read from
#: the database itself, so that nothing hangs on which modules somebody imported.
GO_WITH_RESIDENT = ("remark", "suggestion")

_PEOPLE = """
SELECT record_id, max(person) > 1 AS joint FROM person_record WHERE source = ? AND record_id = ? GROUP BY record_id
"""
_COLUMNS = """
SELECT table_name, list(column_name) FROM duckdb_columns() WHERE NOT internal GROUP BY table_name ORDER BY table_name
"""
_TOO_FEW = "SELECT count(DISTINCT (source, record_id, person)) FROM person_record WHERE {field} = ?"


class OfHub(Protocol):
    """What is needed of a hub."""

    home: Path
    state: State
    releases: Releases

    def run(self, asked: Asked | None = None, *, progress: Progress | None = None) -> RunOutcome:
        """Bring it up to date."""
        ...


@dataclass(frozen=True)
class Erased:
    """Proof of an erasure: counts and hashes, nothing of a person but the ids of the hub.

    Attributes:
        request_id: the request.
        residents: ids of whom nothing is left but the id.
        remaining: ids that have other records, which were not to be erased or came since.
        withheld: records that are withheld from now on, by source.
        joint: records that name others too, whose owner has to change them, by source.
        landed: landed files that were written anew, with their hashes before and after.
        run_id: the release without them, which is the only one now.
        releases_gone: releases that went.
        model_learned_anew: whether the model was.
        state_rows: rows that went from each table of the state.
        found: what was found of them afterwards, in the releases and in the state: nought.
        owners: source -> whom to tell.
    """

    request_id: int
    residents: tuple[str, ...]
    remaining: tuple[str, ...]
    withheld: dict[str, int]
    joint: dict[str, int]
    landed: tuple[Rewritten, ...]
    run_id: str
    releases_gone: tuple[str, ...]
    model_learned_anew: bool
    state_rows: dict[str, int]
    found: dict[str, int]
    owners: dict[str, str]

    def as_json(self) -> str:
        """Return the proof as a file or a log keeps it."""
        return json.dumps(asdict(self), indent=1)


def erase(
    hub: OfHub,
    request_id: int,
    *,
    by: str,
    as_of: date | None = None,
    accept: bool = False,
    progress: Progress | None = None,
) -> Erased:
    """Erase the residents of a request that was granted; see the module.

    Args:
        hub: the hub.
        request_id: a request to erase, which is granted.
        by: who does it.
        as_of: the day of the run; today where it is not given.
        accept: publish although the run raises an alarm.
        progress: told of each stage.

    Raises:
        RunError: the request is not one to erase, or not granted; a run is under way, or fails; or something is left
            of them, which the message counts.
    """
    sources = {source.name: source for each in load_home(hub.home) for source in each.contract.source}
    with hub.state.write() as connection:
        request = the_request(connection, request_id)
        if request.kind != "erase" or request.status != GRANTED:
            raise RunError(f"request {request_id} is no granted request to erase", remedy="Grant it first")
        needs_identity(request)
        records = list(request.records) or records_of(connection, request.residents)
        key = make_key(connection, hub.home)
        whole, joint = _whole_and_joint(hub, records)
        told = [ToWithhold(r.source, record_hash(key, r.source, r.record_id)) for r in whole]
        told += [ToWithhold(r.source, record_hash(key, r.source, r.record_id), r.person) for r in joint]
        withhold(connection, told, why=ERASURE, because_of=request_id)
        for record in records:  # until it is done the records are known, so that it can be taken up again
            known = subject_request_record
            values = {"request_id": request_id, **record._asdict()}
            if record not in request.records:
                connection.execute(known.insert().values(values))
        # Now, or the run's linkage would keep decisions about them; and while it is known which ids lead to whom.
        gone = _out_of_state(connection, [*whole, *joint], _all_of(connection, request.residents, records))
        told_of = {"records": len(whole), "joint records": len(joint), "rows gone": gone}
        note_step(connection, request_id, "withheld", by=by, note=json.dumps(told_of))
        withheld = withheld_by_source(connection, hub.home)
    listed = _values_of(hub, records)
    with alone(hub.home):
        landed = [
            done
            for name in sorted({record.source for record in records})
            for done in rewrite_landing(hub.home / LANDING, name, sources.get(name), withheld.get(name))
        ]
    before = hub.releases.kept()
    asked = Asked(without_trace=True, as_of=as_of, accept=accept, relearn=_lists_one_of(hub, listed, records))
    outcome = hub.run(asked, progress=progress or Silent())
    with alone(hub.home):
        keep_newest(hub.state, hub.releases, 1)
    with hub.state.write() as connection:
        remaining = tuple(each for each in request.residents if records_of(connection, [each]))
        residents = tuple(each for each in request.residents if each not in remaining)
        for name, count in _out_of_state(connection, records, residents, membership, *TABLES).items():
            gone[name] = gone.get(name, 0) + count
        found = _found(hub, connection, records, residents)
        if any(found.values()):
            places = ", ".join(f"{place} ({count})" for place, count in found.items() if count)
            raise RunError(f"something is left of what was to be erased: {places}", remedy="Run the erasure again")
        proof = Erased(
            request_id,
            residents,
            remaining,
            _by_source(whole),
            _by_source(joint),
            tuple(landed),
            outcome.run_id,
            tuple(run_id for run_id in before if run_id != outcome.run_id),
            asked.relearn,
            gone,
            found,
            {name: sources[name].owner or "" for name in sorted({r.source for r in records}) if name in sources},
        )
        go_to(connection, request_id, DONE, by=by, note=proof.as_json())
    hub.state.leave_no_trace()
    return proof


def _all_of(connection: Connection, residents: Iterable[str], records: Sequence[RecordKey]) -> list[str]:
    """Return every id that leads to those residents who have no record but these."""
    mine = set(records)
    whole = [each for each in residents if mine.issuperset(records_of(connection, [each]))]
    return sorted({each for resident_id in whole for each in ids_of(connection, resident_id)})


def rewrite_landing(landing: Path, name: str, source: Source | None, withheld: Withheld | None) -> Iterable[Rewritten]:
    """Write the landed files of a source anew without what is withheld; nothing where its contract is gone.

    Raises:
        RunError: the source has landed files and no contract, so that nobody can say which rows are whose.
    """
    files = landed_files(landing, name)
    if withheld is None or not files:
        return []
    if source is None:
        raise RunError(
            f"the source {name} has landed files and no contract, so that its rows cannot be told apart",
            remedy="Put its contract back, or take its folder of landed files away",
            file=landing / name,
        )
    mine, kept = source, withheld
    return [
        done
        for path in files
        for done in take_out(
            path,
            lambda table: kept.landed_rows(table, record_ids(table, mine)),
            lambda aside, columns: kept.raw_rows(aside["raw"].to_pylist(), columns, mine.record_id),
        )
    ]


def _whole_and_joint(hub: OfHub, records: Sequence[RecordKey]) -> tuple[list[RecordKey], list[RecordKey]]:
    """Part records that name none but those who are erased from people of records that name others too."""
    mine = set(records)
    whole: list[RecordKey] = []
    joint: list[RecordKey] = []
    with hub.state.read() as connection:
        for record in records:
            named = connection.execute(
                select(membership.c.person).where(
                    membership.c.source == record.source,
                    membership.c.record_id == record.record_id,
                    membership.c.left_run.is_(None),
                )
            ).scalars()
            others = {RecordKey(record.source, record.record_id, person) for person in named} - mine
            (joint if others else whole).append(record)
    return whole, joint


def _by_source(records: Iterable[RecordKey]) -> dict[str, int]:
    out: dict[str, int] = {}
    for record in records:
        out[record.source] = out.get(record.source, 0) + 1
    return dict(sorted(out.items()))


def _values_of(hub: OfHub, records: Sequence[RecordKey]) -> dict[str, set[str]]:
    """Return what the records say in the fields of which a model lists common values."""
    fields = ("given_name", "family_name", "middle_names")
    out: dict[str, set[str]] = {field: set() for field in fields}
    if hub.releases.current() is None:
        return out
    db = hub.releases.open()
    try:
        for record in records:
            query = f"SELECT {', '.join(fields)} FROM person_record WHERE source = ? AND record_id = ? AND person = ?"
            for row in rows(db, query, list(record)):
                for field, value in zip(fields, row, strict=True):
                    if value is not None:
                        out[field].add(value)
    finally:
        db.close()
    return out


def _lists_one_of(hub: OfHub, values: dict[str, set[str]], records: Sequence[RecordKey]) -> bool:
    """Say whether the model lists a value of theirs that fewer than ``LEAST_RECORDS`` others hold.

    A model lists no address, contact or number, and no name that few records hold; a name that just enough held may be
    one of too few without them.
    """
    current = hub.releases.current()
    if current is None:
        return False
    mine = {tuple(record) for record in records}
    db = hub.releases.open()
    try:
        model = rows(db, "SELECT model FROM run ORDER BY run_id DESC LIMIT 1")[0][0]
        text = (hub.home / MODELS / model / "model.json").read_text(encoding="utf-8")
        said = set(_texts(json.loads(text)))
        for field, found in values.items():
            for value in sorted(found & said):
                query = f"SELECT source, record_id, person FROM person_record WHERE {field} = ? LIMIT 1000"
                if len({tuple(row) for row in rows(db, query, [value])} - mine) < LEAST_RECORDS:
                    return True
    finally:
        db.close()
    return False


def _texts(part: Any) -> Iterable[str]:
    """Give every key and text of a JSON document, whole and, of several words, each."""
    if isinstance(part, dict):
        for key, value in part.items():
            yield key
            yield from key.split()
            yield from _texts(value)
    elif isinstance(part, list):
        for value in part:
            yield from _texts(value)
    elif isinstance(part, str):
        yield part


def _out_of_state(
    connection: Connection, records: Sequence[RecordKey], residents: Sequence[str], *and_also: Table
) -> dict[str, int]:
    """Take what is about records, and what was written of residents, out of the state; return rows gone by table.

    Whose the records are, and what was asked, goes only where those tables are among ``and_also``: until it is done, a
    run has to know the one, and whoever takes the erasure up again the other.
    """
    gone: dict[str, int] = {}
    tables = _tables(connection)

    def count(table: Table, condition: Any) -> None:
        done = connection.execute(delete(table).where(condition)).rowcount
        gone[table.name] = gone.get(table.name, 0) + int(done)

    keys = {(record.source, record.record_id, record.person) for record in records}
    tickets = [
        row.correction_id
        for row in connection.execute(
            select(correction.c.correction_id, correction.c.source, correction.c.record_id, correction.c.person)
        )
        if (row.source, row.record_id, row.person) in keys
    ]
    for ticket in tickets:
        count(correction_event, correction_event.c.correction_id == ticket)
    taken_back: list[int] = []
    for source, record_id, person in sorted(keys):
        for side in "lr":
            named = _named(decision, source, record_id, person, f"_{side}")
            taken_back += connection.execute(select(decision.c.decision_id).where(named)).scalars()
        for table in tables:
            if table.name in _OWN or (table.name == membership.name and membership not in and_also):
                continue
            for suffix in ("", "_l", "_r"):
                if f"source{suffix}" in table.c and f"record_id{suffix}" in table.c:
                    count(table, _named(table, source, record_id, person, suffix))
    if taken_back:
        count(decision, decision.c.undoes.in_(taken_back))
    for resident_id in residents:
        for table in tables:
            if table.name in GO_WITH_RESIDENT:
                count(table, table.c.resident_id == resident_id)
    if rights_flag in and_also:
        _out_of_rights(connection, keys, residents, count)
    return {name: n for name, n in sorted(gone.items()) if n}


def _named(table: Table, source: str, record_id: str, person: int, suffix: str) -> Any:
    condition = (table.c[f"source{suffix}"] == source) & (table.c[f"record_id{suffix}"] == record_id)
    if f"person{suffix}" in table.c:
        condition &= table.c[f"person{suffix}"] == person
    return condition


def _out_of_rights(
    connection: Connection,
    keys: Iterable[tuple[str, str, int]],
    residents: Sequence[str],
    count: Callable[[Table, Any], None],
) -> None:
    """Take the records out of the log of requests and the flags; values that were put right go, the log of it stays."""
    for source, record_id, person in sorted(keys):
        for table in (subject_request_record, rights_flag_record):
            count(table, _named(table, source, record_id, person, ""))
        count(redaction, redaction.c.place.startswith(f"{source}/{record_id}/", autoescape=True))
    flags = select(rights_flag_resident.c.flag_id).where(rights_flag_resident.c.resident_id.in_(list(residents)))
    connection.execute(
        rights_flag.update().where(rights_flag.c.flag_id.in_(flags), rights_flag.c.value.is_not(None)).values(value="")
    )


def _found(
    hub: OfHub, connection: Connection, records: Sequence[RecordKey], residents: Sequence[str]
) -> dict[str, int]:
    """Count what is still found of records and residents in every kept release, and of records in the state."""
    told = pa.table(
        {
            "source": pa.array([r.source for r in records], pa.string()),
            "record_id": pa.array([r.record_id for r in records], pa.string()),
            "person": pa.array([r.person for r in records], pa.int32()),
        }
    )
    out: dict[str, int] = {}
    for run_id in hub.releases.kept():
        db = hub.releases.open(run_id)
        try:
            db.register("erased", told)
            for table, columns in rows(db, _COLUMNS):
                out |= {
                    f"{run_id}.{table}": count
                    for count in [_left(db, table, set(columns), list(residents))]
                    if count is not None
                }
        finally:
            db.close()
    for table in _tables(connection):
        if table.name in GO_WITH_RESIDENT:
            left = connection.execute(select(table).where(table.c.resident_id.in_(residents))).all()
            out[f"state.{table.name}"] = len(left)
        if table.name in _OWN or "source" not in table.c or "record_id" not in table.c:
            continue
        asked = (select(table.c.source).where(_named(table, *record, "")) for record in records)
        of_records = sum(len(connection.execute(query).all()) for query in asked)
        out[f"state.{table.name}"] = out.get(f"state.{table.name}", 0) + of_records
    return out


def _tables(connection: Connection) -> list[Table]:
    """Return every table of the state, as the database has them."""
    found = MetaData()
    found.reflect(connection)
    return found.sorted_tables


def _left(db: Any, table: str, columns: set[str], residents: list[str]) -> int | None:
    """Return how many rows of a table of a release are of the erased; None where none could be."""
    conditions = []
    for suffix in ("", "_l", "_r"):
        if {f"source{suffix}", f"record_id{suffix}"} <= columns:
            own = ["source", "record_id", *(["person"] if f"person{suffix}" in columns else [])]
            # A row of no person is of the whole record, which stays where it names others.
            of = "FROM erased" if len(own) == 3 else "FROM erased ANTI JOIN person_record USING (source, record_id)"
            names = ", ".join(f"{name}{suffix}" for name in own)
            conditions.append(f"({names}) IN (SELECT ({', '.join(own)}) {of})")
    conditions += [
        f"list_contains($residents, {name})" for name in ("resident_id", "resident_a", "resident_b") if name in columns
    ]
    if not conditions or table == "erased":
        return None
    query = f'SELECT count(*) FROM "{table}" WHERE {" OR ".join(conditions)}'
    return int(number(db, query, {"residents": residents} if "$residents" in query else None))
