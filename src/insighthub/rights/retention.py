"""Retention: what has been kept for as long as it may be goes, with proof of what went.

Takes a hub and a day, gives a report of counts and hashes with nothing of a person, which somebody else signs off. How
long a source's records are kept its contract says, in months, and they are counted from

    the day it ended     of a record that has one (the last valid_to of those whom it names)
    its last fact        of a source whose records have no such day, and tell of events: the newest of the record
    the day it was gone  of a record that is no longer delivered, and of what a record said before: when that ended

A record that goes on, and is still delivered, is kept. One whose time is over is withheld as it is: the same row is not
taken in again however often it comes, and one that says something new is. Its owner is told, as the service still has
it. Landed files are written anew without such rows, and a full run that leaves no trace builds the only release.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from sqlalchemy import Connection, delete, insert, select, update

from insighthub.config import HubSettings
from insighthub.errors import RunError
from insighthub.governance.rights.requests import months_after
from insighthub.governance.rights.tables import (
    redaction,
    retention_report,
    subject_request,
    subject_request_record,
    subject_request_resident,
    subject_request_step,
)
from insighthub.governance.rights.withholding import RETENTION, ToWithhold, make_key, withheld_by_source, withhold
from insighthub.progress import Progress, Silent
from insighthub.rights.erase import rewrite_landing
from insighthub.run import RunOutcome
from insighthub.runs.begin import Asked
from insighthub.runs.publish import keep_newest
from insighthub.runs.under_way import LANDING, alone
from insighthub.sources.contract import Source
from insighthub.sources.home import load_home
from insighthub.sources.landed_erasure import landed_files, take_away
from insighthub.sources.withheld import row_hashes
from insighthub.standardise.records import record_ids
from insighthub.store.releases import Releases
from insighthub.store.run_log import now
from insighthub.store.state import State
from insighthub.store.state_tables import correction, correction_event, membership, run
from insighthub.store.tables import rows
from insighthub.store.whole_file import write_whole

FOLDER = "retention"
UNDER_WAY, APPLIED, SIGNED_OFF = "under way", "applied", "signed off"
_ENDED = ("refused", "done", "withdrawn")

_OVER = """
WITH ended AS (
    SELECT record_id, max(try_cast(valid_to AS DATE)) AS last
    FROM person_record WHERE source = $source
    GROUP BY record_id HAVING count(*) FILTER (person = 1 AND try_cast(valid_to AS DATE) IS NULL) = 0
),
told AS (
    SELECT record_id, max(greatest(date, end_date)) AS last
    FROM fact WHERE source = $source AND $by_facts GROUP BY record_id
    HAVING count(*) FILTER (kind <> 'event') = 0
),
last AS (
    SELECT record_id, last, 'the day it ended' AS measured_from FROM ended
    UNION ALL SELECT record_id, last, 'its last fact' FROM told ANTI JOIN ended USING (record_id)
)
SELECT record_id, measured_from FROM last WHERE last < $before ORDER BY ALL
"""
_FORMER_OVER = "SELECT count(*) FROM former_record WHERE source = $source AND ended_on < $before"


class OfHub(Protocol):
    """What is needed of a hub."""

    home: Path
    settings: HubSettings
    state: State
    releases: Releases

    def run(self, asked: Asked | None = None, *, progress: Progress | None = None) -> RunOutcome:
        """Bring it up to date."""
        ...


@dataclass(frozen=True)
class Expiring:
    """Something else that is kept for a time: sessions, audit. ``expire`` takes away what is older, and counts it.

    Where it is only asked how much that would be, the transaction is given up afterwards.
    """

    name: str
    expire: Callable[[Connection, date], int]
    before: Callable[[HubSettings, date], date]


@dataclass(frozen=True)
class RetentionReport:
    """What went, or would go; see ``content`` for the counts. ``report_id`` is None of a rehearsal."""

    report_id: int | None
    content: dict[str, Any]
    hash: str

    @property
    def records(self) -> int:
        """How many records' time was over."""
        return sum(sum(source["over"].values()) for source in self.content["sources"])


def apply_retention(
    hub: OfHub,
    *,
    on: date,
    by: str,
    dry_run: bool = False,
    accept: bool = False,
    expiring: Sequence[Expiring] = (),
    progress: Progress | None = None,
) -> RetentionReport:
    """Take away what has been kept for as long as it may be.

    Args:
        hub: the hub.
        on: the day.
        by: who does it.
        dry_run: only count.
        accept: publish although the run raises an alarm: many records may go at once, the first time.
        expiring: what else is kept for a time.
        progress: told of each stage.

    Raises:
        RunError: there is no release, a run is under way, or the run fails; what is withheld stays so, and the next
            time goes on from there.
    """
    sources = {source.name: source for each in load_home(hub.home) for source in each.contract.source}
    over = _over(hub, sources, on)
    content: dict[str, Any] = {"on": on.isoformat(), "by": by, "sources": over.told}
    if dry_run:
        content["deliveries"] = [path.name for path in _old_deliveries(hub, on)]
        content["releases"] = _old_releases(hub, on)
        content["state"] = _rehearsed(hub, sources, on, expiring)
        return RetentionReport(None, content, _hash(content))
    with hub.state.write() as connection:
        report_id = int(
            connection.execute(
                insert(retention_report)
                .values(at=now(), by=by, status=UNDER_WAY, content="{}", hash="")
                .returning(retention_report.c.report_id)
            ).scalar_one()
        )
        withheld = {}
        if over.ids:
            key = make_key(connection, hub.home)
            withhold(connection, _to_withhold(hub, sources, over.ids, key), why=RETENTION, because_of=report_id)
            withheld = withheld_by_source(connection, hub.home)
    with alone(hub.home):
        rewritten = [
            done
            for name in over.ids
            for done in rewrite_landing(hub.home / LANDING, name, sources[name], withheld.get(name))
        ]
    content["landed"] = [vars(each) for each in rewritten]
    before = hub.releases.kept()
    if over.ids or over.former:
        outcome = hub.run(Asked(without_trace=True, as_of=on, accept=accept), progress=progress or Silent())
        content["run"] = outcome.run_id
        with alone(hub.home):
            keep_newest(hub.state, hub.releases, 1)
    with alone(hub.home):
        for run_id in _old_releases(hub, on):
            hub.releases.remove(run_id)
        content["deliveries"] = [vars(gone) for path in _old_deliveries(hub, on) for gone in take_away(path)]
    content["releases"] = sorted(set(before) - set(hub.releases.kept()))
    with hub.state.write() as connection:
        content["state"] = _expire_state(connection, hub.settings, sources, on, expiring)
        report = RetentionReport(report_id, content, _hash(content))
        connection.execute(
            update(retention_report)
            .where(retention_report.c.report_id == report_id)
            .values(status=APPLIED, content=json.dumps(content), hash=report.hash)
        )
    hub.state.leave_no_trace()
    _write(hub.home, report)
    return report


def sign_off(hub: OfHub, report_id: int, *, by: str) -> None:
    """Sign a report off: somebody else than who applied it has looked at what went.

    Raises:
        RunError: there is no such report that waits for it, its file is another than what was kept, or it is the same
            person.
    """
    with hub.state.write() as connection:
        row = connection.execute(
            select(retention_report).where(
                retention_report.c.report_id == report_id, retention_report.c.status == APPLIED
            )
        ).first()
        if row is None:
            raise RunError(f"no report {report_id} waits to be signed off", remedy="Check its number")
        if row.by == by:
            raise RunError("who applied it cannot sign it off", remedy="Have somebody else look at it")
        if _hash(json.loads(row.content)) != row.hash:
            raise RunError("the report is not what it was when it was made", remedy="Find out who changed it")
        connection.execute(
            update(retention_report)
            .where(retention_report.c.report_id == report_id)
            .values(status=SIGNED_OFF, signed_by=by, signed_at=now())
        )


@dataclass(frozen=True)
class _Over:
    """Whose time is over: by source the references, what the report says, and how many earlier versions."""

    ids: dict[str, list[str]]
    told: list[dict[str, Any]]
    former: int


def cutoff(source: Source, on: date) -> date | None:
    """Return the day before which a source's records are over; None where its contract gives no time."""
    return None if source.retention_months is None else months_after(on, -source.retention_months)


def _over(hub: OfHub, sources: dict[str, Source], on: date) -> _Over:
    ids: dict[str, list[str]] = {}
    told: list[dict[str, Any]] = []
    former = 0
    db = hub.releases.open()
    try:
        for name, source in sorted(sources.items()):
            before = cutoff(source, on)
            if before is None:
                continue
            by_facts = source.person.valid_to is None
            found = rows(db, _OVER, {"source": name, "before": before, "by_facts": by_facts})
            versions = int(rows(db, _FORMER_OVER, {"source": name, "before": before})[0][0])
            counts: dict[str, int] = {}
            for _, measured_from in found:
                counts[measured_from] = counts.get(measured_from, 0) + 1
            if found:
                ids[name] = [record_id for record_id, _ in found]
            former += versions
            told.append(
                {
                    "source": name,
                    "owner": source.owner or "",
                    "months": source.retention_months,
                    "before": before.isoformat(),
                    "over": counts,
                    "earlier_versions": versions,
                }
            )
    finally:
        db.close()
    return _Over(ids, told, former)


def _to_withhold(hub: OfHub, sources: dict[str, Source], ids: dict[str, list[str]], key: bytes) -> list[ToWithhold]:
    """Return the rows of records that are over, as every landed file that is kept has them."""
    out = []
    for name, over in ids.items():
        wanted = pa.array(over, pa.string())
        for path in landed_files(hub.home / LANDING, name):
            table = pq.read_table(path)
            found = record_ids(table, sources[name])
            mask = pc.is_in(found, value_set=wanted)
            some = table.filter(mask)
            out += [ToWithhold(name, each) for each in row_hashes(key, name, some, found.filter(mask))]
    return out


def _old_deliveries(hub: OfHub, on: date) -> list[Path]:
    """Return the landed files that no kept release was built from, and that are older than is kept."""
    used = set()
    for run_id in hub.releases.kept():
        db = hub.releases.open(run_id)
        try:
            used |= set(rows(db, "SELECT source, landed_file FROM source"))
        finally:
            db.close()
    oldest = on - timedelta(days=hub.settings.retention.landing_days)
    folder = hub.home / LANDING
    return [
        path
        for place in sorted(folder.iterdir() if folder.is_dir() else ())
        for path in landed_files(folder, place.name)
        if (place.name, path.stem) not in used and _landed_on(path) < oldest
    ]


def _landed_on(path: Path) -> date:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).date()


def _old_releases(hub: OfHub, on: date) -> list[str]:
    """Return the kept releases that are older than is kept, but for the published one."""
    oldest = on - timedelta(days=hub.settings.retention.release_days)
    with hub.state.read() as connection:
        made = dict(connection.execute(select(run.c.run_id, run.c.finished_at)).all())
    current = hub.releases.current()
    return [
        run_id
        for run_id in hub.releases.kept()
        if run_id != current and made.get(run_id) is not None and made[run_id].date() < oldest
    ]


def _expire_state(
    connection: Connection,
    settings: HubSettings,
    sources: dict[str, Source],
    on: date,
    expiring: Sequence[Expiring],
) -> dict[str, int]:
    """Take away what the state has kept for long enough; return how many rows of each kind."""
    out: dict[str, int] = {"memberships of records that are gone": 0, "corrections that are closed": 0}
    for name, source in sorted(sources.items()):
        before = cutoff(source, on)
        if before is None:
            continue
        left = select(run.c.run_id).where(run.c.as_of < before)
        gone = connection.execute(
            delete(membership).where(membership.c.source == name, membership.c.left_run.in_(left))
        )
        out["memberships of records that are gone"] += gone.rowcount
        closed = correction.c.source == name, correction.c.closed_on < before
        tickets = select(correction.c.correction_id).where(*closed)
        connection.execute(delete(correction_event).where(correction_event.c.correction_id.in_(tickets)))
        out["corrections that are closed"] += connection.execute(delete(correction).where(*closed)).rowcount
    out["subject requests that have ended"] = _expire_requests(
        connection, months_after(on, -settings.retention.requests_months)
    )
    for each in expiring:
        out[each.name] = each.expire(connection, each.before(settings, on))
    return out


def _expire_requests(connection: Connection, before: date) -> int:
    over = select(subject_request.c.request_id).where(
        subject_request.c.status.in_(_ENDED), subject_request.c.due < before
    )
    for table in (redaction, subject_request_step, subject_request_record, subject_request_resident):
        connection.execute(delete(table).where(table.c.request_id.in_(over)))
    gone = delete(subject_request).where(subject_request.c.status.in_(_ENDED), subject_request.c.due < before)
    return connection.execute(gone).rowcount


def _rehearsed(hub: OfHub, sources: dict[str, Source], on: date, expiring: Sequence[Expiring]) -> dict[str, int]:
    with hub.state.write() as connection:
        given_up = connection.begin_nested()
        counts = _expire_state(connection, hub.settings, sources, on, expiring)
        given_up.rollback()
    return counts


def _hash(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _write(home: Path, report: RetentionReport) -> None:
    text = json.dumps({"report": report.report_id, "sha256": report.hash, **report.content}, indent=1) + "\n"
    file = home / FOLDER / f"report-{report.report_id:04d}.json"

    def write(path: Path) -> None:
        path.write_text(text, encoding="utf-8", newline="\n")

    write_whole(file, write)
