"""The answer to a subject access request: all that a hub holds of a resident, for the resident.

Takes a hub and a resident, gives an ``AccessExport``: what every source says in its own columns, what the hub derived
and why, who looked, for which purposes and by which law it is used; and, for the officer alone, what a person has to
read and choose before it goes out. The search that was done is part of it. Others are left out: who lives with the
resident is a number, and what joint records say of others is not told (see ``own_records``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

import duckdb
from sqlalchemy import Connection, or_, select

from insighthub.config import HubSettings
from insighthub.errors import RunError
from insighthub.governance.policy import Policy
from insighthub.governance.purposes import LOCKED, Purpose
from insighthub.governance.rights.flags import SUBJECT_ACCESS, flagged_residents
from insighthub.governance.rights.requests import RecordKey, redactions, requests
from insighthub.residents.access import Residents
from insighthub.residents.identity_state import resolve
from insighthub.residents.ids import tidy_id
from insighthub.residents.picture_parts import Picture
from insighthub.rights.own_records import HIDDEN, NOT_TOLD, TO_READ, OwnRecord, own_records
from insighthub.runs.under_way import LANDING, MODELS
from insighthub.sources.contract import Source
from insighthub.sources.home import load_home
from insighthub.store.releases import Releases
from insighthub.store.state import State
from insighthub.store.state_tables import decision, membership
from insighthub.store.tables import rows

_FORMER = """
SELECT source, record_id, person, first_seen, ended_on, * EXCLUDE (source, record_id, person, first_seen, ended_on)
FROM former_record WHERE source = ? AND record_id = ? AND person = ? ORDER BY ended_on
"""
_QUARANTINED = "SELECT source, file, row, reason, raw FROM quarantine WHERE source = ? AND contains(raw, ?)"
_MAYBE = """
SELECT CASE WHEN resident_a = $id THEN resident_b ELSE resident_a END
FROM possible_match WHERE $id IN (resident_a, resident_b) ORDER BY 1
"""
_WHERE = "SELECT source, delivered_on, landed_file FROM source ORDER BY source"
#: Columns of a former record that are of how it was read, and not of what it said.
_NOT_SAID = frozenset({"changed_on", "not_linked_reason", "role"})


class OfHub(Protocol):
    """What is needed of a hub."""

    home: Path
    settings: HubSettings
    state: State
    releases: Releases

    def policy(self) -> Policy:
        """Return the policy that holds."""
        ...


@dataclass(frozen=True)
class Looked:
    """Somebody looked: when, who or in which role, for which purpose, and at what; as the caller's audit has it."""

    at: datetime
    who: str
    purpose: str
    what: str


@dataclass(frozen=True)
class Written:
    """What an officer wrote of the resident: its place, what it is, the day, and the text, which may name others."""

    place: str
    kind: str
    on: date
    text: str


@dataclass(frozen=True)
class AccessExport:
    """All that is held of a resident.

    Attributes:
        resident_id: the id now; ``asked`` is the one that was asked for.
        made_on: the day.
        by: who made it.
        request_id: of the log, None where it was made without one.
        release, as_of: of the release that it is from.
        picture: what the hub derived, without anybody else.
        lived_with: how many others are thought to live with the resident; None where that is not told.
        records: what sources say in their own columns, version by version.
        former: what sources said before, as it was read, without what they still say.
        written: what officers wrote, each text only where a person read it and chose to tell it.
        decided: what officers decided about the records: the day, what, and whether a person has to read the note.
        rights: requests and flags of the resident.
        looked: who looked; None where the caller gave no audit.
        purposes: the purposes that may use any of it.
        sources: the contracts of the sources that hold it.
        searched: source, day of its delivery, landed file, records found: the search that was done.
        to_check: for the officer alone, what a person has to look at before this goes out.
        read_by_officers: for the officer alone, every text that officers wrote: its place, and what it says.
    """

    resident_id: str
    asked: str
    made_on: date
    by: str
    request_id: int | None
    release: str
    as_of: date
    picture: Picture
    lived_with: int | None
    records: tuple[OwnRecord, ...]
    former: tuple[dict[str, str], ...]
    written: tuple[dict[str, str], ...]
    decided: tuple[dict[str, str], ...]
    rights: tuple[dict[str, str], ...]
    looked: tuple[Looked, ...] | None
    purposes: tuple[Purpose, ...]
    sources: tuple[Source, ...]
    searched: tuple[tuple[str, date, str, int], ...]
    to_check: tuple[dict[str, str], ...]
    read_by_officers: tuple[dict[str, str], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return what the resident is told, in what JSON can say."""
        told = {
            name: value
            for name, value in asdict(self).items()
            if name not in {"purposes", "sources", "to_check", "read_by_officers", "picture", "records"}
        }
        derived = {
            name: value
            for name, value in asdict(self.picture).items()
            if name not in {"household", "purpose", "asked", "flags", "not_allowed"}
        }
        records = [
            {
                "source": each.source,
                "record_id": each.record_id,
                "landed_file": each.landed_file,
                "is_current": each.is_current,
                "says": {cell.column: cell.told for cell in each.cells},
            }
            for each in self.records
        ]
        return told | {
            "derived": derived,
            "records": records,
            "purposes": [{"name": p.name, "title": p.title, "basis": p.basis} for p in self.purposes],
            "sources": [lawful_entries(source) for source in self.sources],
        }


def access_export(
    hub: OfHub,
    resident: str,
    *,
    by: str,
    on: date,
    request_id: int | None = None,
    looked: Iterable[Looked] | None = None,
    written: Iterable[Written] = (),
) -> AccessExport:
    """Return all that a hub holds of a resident.

    Args:
        hub: the hub.
        resident: an id, an old one perhaps.
        by: who makes it.
        on: the day.
        request_id: the request that it answers, whose redactions by hand are kept to.
        looked: who looked at the resident, from the caller's audit.
        written: what officers wrote of the resident: a person reads each before it is told.

    Raises:
        RunError: there is no such resident, or no release.
    """
    sources = {source.name: source for each in load_home(hub.home) for source in each.contract.source}
    everything = Purpose(
        name=SUBJECT_ACCESS,
        title="Telling residents what is held of them",
        basis="UK GDPR, Article 15",
        sources=tuple(sorted(sources)),
        identifiers=True,
        hidden=True,
    )
    policy = Policy(purpose=(everything,))
    residents = Residents(hub.releases, hub.state, lambda: policy, hub.home / MODELS)
    db = hub.releases.open()
    try:
        shown = residents.picture(resident, SUBJECT_ACCESS)
        with hub.state.read() as connection:
            known = resolve(connection, tidy_id(resident) or resident)
            ids = {shown.resident_id, shown.asked, *(event.resident_id for event in known.events)}
            records = _records(connection, ids & _led_to(connection, ids, shown.resident_id))
            chosen = {} if request_id is None else redactions(connection, request_id)
            decided, to_read = _decided(connection, records)
            rights = _rights(connection, shown.resident_id)
        names = [word for mate in shown.household for word in (mate.name or "").split()[:1]]
        own = own_records(db, hub.home / LANDING, sources, records, mates=names, chosen=chosen)
        found = [(s, day, file, len({o.record_id for o in own if o.source == s})) for s, day, file in rows(db, _WHERE)]
        check = [
            {"place": cell.place, "why": NOT_TOLD[cell.treatment].strip("[]"), "says": cell.withheld or ""}
            for each in own
            for cell in each.cells
            if cell.treatment == TO_READ
        ]
        check += to_read
        texts = list(written)
        told, unread = _told_of(texts, chosen)
        check += unread
        check += [
            {"place": f"resident {other}", "why": "may be the same person, and is not told of here", "says": ""}
            for (other,) in rows(db, _MAYBE, {"id": shown.resident_id})
        ]
        check += _quarantined(db, records)
        if any("Hidden" in flag for flag in shown.flags):
            check.append({"place": "the whole", "why": "the resident is hidden: nobody else may get this", "says": ""})
        return AccessExport(
            resident_id=shown.resident_id,
            asked=shown.asked,
            made_on=on,
            by=by,
            request_id=request_id,
            release=shown.release,
            as_of=shown.as_of,
            picture=shown,
            lived_with=None if not shown.household else sum(mate.is_current for mate in shown.household),
            records=tuple(own),
            former=tuple(_former(db, records)),
            written=tuple(told),
            decided=tuple(decided),
            rights=tuple(rights),
            looked=None if looked is None else tuple(looked),
            purposes=tuple(p for p in hub.policy().purpose if _uses(p, sources, {o.source for o in own})),
            sources=tuple(sources[name] for name in sorted({o.source for o in own})),
            searched=tuple(found),
            to_check=tuple(check),
            read_by_officers=tuple({"place": each.place, "text": each.text} for each in texts),
        )
    finally:
        db.close()
        residents.close()


def lawful_entries(source: Source) -> dict[str, str]:
    """Return by which right a source is used, whose it is, and for how long it is kept."""
    months = source.retention_months
    return {
        "source": source.name,
        "owner": source.owner or "",
        "lawful_basis": source.lawful_basis or "",
        "article_9_condition": source.article_9_condition or "",
        "schedule_1_condition": source.schedule_1_condition or "",
        "legal_gateway": source.legal_gateway or "",
        "kept_for": "" if months is None else f"{months} months",
    }


def _led_to(connection: Connection, ids: Iterable[str], now: str) -> set[str]:
    """Return those of some ids that lead to one that stands now."""
    out = set()
    for each in ids:
        try:
            if resolve(connection, each).resident_id == now:
                out.add(each)
        except RunError:
            continue
    return out


def _records(connection: Connection, ids: Iterable[str]) -> list[RecordKey]:
    """Return the records of a resident, those that are gone among them."""
    query = select(membership.c.source, membership.c.record_id, membership.c.person).where(
        membership.c.resident_id.in_(sorted(ids))
    )
    return sorted(RecordKey(*row) for row in connection.execute(query))


def _uses(purpose: Purpose, sources: dict[str, Source], held: set[str]) -> bool:
    return any(
        purpose.allows(name, special=sources[name].special_category, locked=name in LOCKED) for name in sorted(held)
    )


def _former(db: duckdb.DuckDBPyConnection, records: Sequence[RecordKey]) -> Iterable[dict[str, str]]:
    for record in records:
        cursor = db.execute(_FORMER, list(record))
        names = [column[0] for column in cursor.description or ()]
        for row in cursor.fetchall():
            said = dict(zip(names, row, strict=True))
            yield {name: str(value) for name, value in said.items() if value is not None and name not in _NOT_SAID}


def _decided(connection: Connection, records: Sequence[RecordKey]) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return what was decided of records, without what was decided of others, and the notes that are to be read."""
    told, to_read = [], []
    for record in records:
        sides = [
            (decision.c[f"source_{side}"] == record.source) & (decision.c[f"record_id_{side}"] == record.record_id)
            for side in "lr"
        ]
        query = select(decision.c.decision_id, decision.c.at, decision.c.kind, decision.c.note).where(or_(*sides))
        for number, at, kind, note in connection.execute(query):
            what = "is of the same person as another record" if kind == "must_link" else "is of another person"
            told.append({"on": at.date().isoformat(), "record": f"{record.source}/{record.record_id}", "decided": what})
            if note:
                why = "a note on a decision, which may name others"
                to_read.append({"place": f"decision {number}", "why": why, "says": note})
    return told, to_read


def _told_of(
    written: Iterable[Written], chosen: Mapping[str, bool]
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return what is told of what officers wrote, and what waits for a person to read it."""
    told, to_read = [], []
    for each in written:
        hidden = chosen.get(each.place)
        says = NOT_TOLD[TO_READ if hidden is None else HIDDEN] if hidden in (None, True) else each.text
        told.append({"on": each.on.isoformat(), "what": each.kind, "says": says})
        if hidden is None:
            why = f"a {each.kind} that an officer wrote, which may name others"
            to_read.append({"place": each.place, "why": why, "says": each.text})
    return told, to_read


def _rights(connection: Connection, resident_id: str) -> Iterable[dict[str, str]]:
    out = [
        {"what": f"request to {r.kind}" if r.kind != "access" else "request for access", "on": r.received.isoformat(),
         "status": r.status}
        for r in requests(connection)
        if resident_id in r.residents
    ]  # fmt: skip
    flags = flagged_residents(connection).get(resident_id, ())
    return out + [{"what": flag.kind, "on": flag.at.date().isoformat(), "status": "in force"} for flag in flags]


def _quarantined(db: duckdb.DuckDBPyConnection, records: Sequence[RecordKey]) -> list[dict[str, str]]:
    out = []
    for source, record_id in sorted({(r.source, r.record_id) for r in records}):
        for name, file, row, reason, raw in rows(db, _QUARANTINED, [source, record_id]):
            why = f"a row that could not be used ({reason}), which may be of this resident"
            out.append({"place": f"{name}, {file}, row {row}", "why": why, "says": raw or ""})
    return out
