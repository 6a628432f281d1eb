"""What the state knows of runs: that one began, how it ended, and which release is published.

Takes connections of the state, gives and takes rows. A run is published in the same transaction that keeps what it did
to identities, so that either all of it happened or none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from insighthub.errors import RunError
from insighthub.store.state_tables import published, run

BUILDING, PUBLISHED, STOPPED, FAILED = "building", "published", "stopped", "failed"
FULL, CHANGES = "full", "changes"


@dataclass(frozen=True)
class RunRow:
    """A run as the state has it; ``figures`` are counts, and seconds by stage."""

    run_id: str
    number: int
    as_of: date
    started_at: datetime
    finished_at: datetime | None
    status: str
    kind: str
    model: str | None
    base: str | None
    figures: Mapping[str, Any]
    reason: str | None


def now() -> datetime:
    """Return the time, as the state keeps it: UTC, without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


def begin_run(connection: Connection, *, as_of: date, kind: str, base: str | None, after: int = 0) -> RunRow:
    """Note that a run begins, and give it its id. Runs that were broken off are noted as failed.

    Args:
        connection: within a transaction that writes.
        as_of: the day that it is for.
        kind: full, or of changes.
        base: the run whose release it begins from.
        after: its number is higher, although the state knows of no such run: it may have been restored from a backup.
    """
    connection.execute(
        update(run)
        .where(run.c.status == BUILDING)
        .values(status=FAILED, finished_at=now(), reason="it was broken off before it ended")
    )
    number = max(connection.execute(select(func.max(run.c.number))).scalar() or 0, after) + 1
    row = RunRow(f"r{number:06d}", number, as_of, now(), None, BUILDING, kind, None, base, {}, None)
    connection.execute(
        insert(run).values(
            run_id=row.run_id,
            number=number,
            as_of=as_of,
            started_at=row.started_at,
            status=BUILDING,
            kind=kind,
            base=base,
        )
    )
    return row


def end_run(connection: Connection, run_id: str, status: str, reason: str) -> None:
    """Note that a run ended without being published."""
    connection.execute(
        update(run).where(run.c.run_id == run_id).values(status=status, finished_at=now(), reason=reason)
    )


def publish_run(connection: Connection, run_id: str, *, model: str, kind: str, figures: Mapping[str, Any]) -> None:
    """Note that a run is whole and its release is the published one.

    Raises:
        RunError: it is not under way any more, as the state has it: another run began since.
    """
    values = {"status": PUBLISHED, "finished_at": now(), "model": model, "kind": kind, "figures": json.dumps(figures)}
    under_way = (run.c.run_id == run_id) & (run.c.status == BUILDING)
    if connection.execute(update(run).where(under_way).values(**values)).rowcount != 1:
        raise RunError(
            "another run began before this one ended, and this one is not published",
            remedy="Let one hub alone use a state; then run again",
        )
    set_published(connection, run_id)


def set_published(connection: Connection, run_id: str) -> None:
    """Note which release is published."""
    connection.execute(delete(published))
    connection.execute(insert(published).values(only=1, run_id=run_id, at=now()))


def published_run(connection: Connection) -> str | None:
    """Return the run whose release is published, as the state has it."""
    return connection.execute(select(published.c.run_id)).scalar()


def runs(connection: Connection) -> list[RunRow]:
    """Return all runs, oldest first."""
    return [_row(r) for r in connection.execute(select(run).order_by(run.c.number)).mappings()]


def last_figures(connection: Connection, kind: str) -> Mapping[str, Any]:
    """Return the figures of the last published run of a kind, none where there is none."""
    query = select(run).where(run.c.status == PUBLISHED, run.c.kind == kind).order_by(run.c.number.desc()).limit(1)
    row = connection.execute(query).mappings().first()
    return {} if row is None else _row(row).figures


def _row(row: Any) -> RunRow:
    values = dict(row)
    values["figures"] = json.loads(values["figures"]) if values["figures"] else {}
    return RunRow(**values)


def published_runs(connection: Connection) -> dict[str, str]:
    """Return the runs that were published, each with its model."""
    found = connection.execute(select(run.c.run_id, run.c.model).where(run.c.status == PUBLISHED))
    return {run_id: str(model) for run_id, model in found.all()}


def newest_run(connection: Connection) -> str | None:
    """Return the last run that was published: the one whose identities the state has."""
    query = select(run.c.run_id).where(run.c.status == PUBLISHED).order_by(run.c.number.desc()).limit(1)
    return connection.execute(query).scalar()
