"""What the audit says: who saw a resident, what somebody did; page by page, newest first.

Takes connections of the state and filters, gives lines as plain data. It asks for no right: who calls it has asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, func, or_, select

from insighthub.governance.tables import audit

_LOT = 5_000


@dataclass(frozen=True)
class AuditLine:
    """A line of the audit; ``at`` is UTC."""

    id: int
    at: datetime
    who: str
    roles: tuple[str, ...]
    action: str
    purpose: str | None
    subject: str | None
    detail: Mapping[str, Any]
    outcome: str


@dataclass(frozen=True)
class AuditFilter:
    """Which lines are wanted; what is None is not asked for.

    Attributes:
        who: of this user.
        subjects: about any of these resident ids: whoever asks for a resident gives the ids that were merged into it.
        action, purpose, outcome: of these.
        first_day, last_day: from and until these days, both with them.
    """

    who: str | None = None
    subjects: tuple[str, ...] = ()
    action: str | None = None
    purpose: str | None = None
    outcome: str | None = None
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class AuditPage:
    """A page of lines, newest first; ``older`` is what to give as ``before`` for the next page, None at the end."""

    lines: tuple[AuditLine, ...]
    older: int | None
    total: int


def page(connection: Connection, wanted: AuditFilter, *, before: int | None = None, limit: int = 50) -> AuditPage:
    """Return a page of the lines that fit.

    Args:
        connection: of the state.
        wanted: which lines.
        before: only lines of a lower number: the ``older`` of the page before.
        limit: how many at most.
    """
    query = _filtered(select(*_COLUMNS), wanted)
    total = int(connection.execute(_filtered(select(func.count()).select_from(audit), wanted)).scalar_one())
    if before is not None:
        query = query.where(audit.c.id < before)
    found = [_line(row) for row in connection.execute(query.order_by(audit.c.id.desc()).limit(limit + 1)).all()]
    more = len(found) > limit
    return AuditPage(tuple(found[:limit]), found[limit - 1].id if more else None, total)


def line(connection: Connection, number: int) -> AuditLine | None:
    """Return a line; None where there is none of this number."""
    row = connection.execute(select(*_COLUMNS).where(audit.c.id == number)).first()
    return None if row is None else _line(row)


def who_saw(connection: Connection, subjects: Sequence[str]) -> tuple[AuditLine, ...]:
    """Return every line about a resident, newest first: all who saw them, found them, wrote of them, or were refused.

    Args:
        connection: of the state.
        subjects: the resident's id, and those that were merged into it.
    """
    wanted = AuditFilter(subjects=tuple(subjects))
    query = _filtered(select(*_COLUMNS), wanted).order_by(audit.c.id.desc())
    return tuple(_line(row) for row in connection.execute(query).all())


def everything(connection: Connection) -> Iterator[tuple[Any, ...]]:
    """Give every line with its hashes, oldest first, as the table has it."""
    last = 0
    while True:
        found = connection.execute(select(audit).where(audit.c.id > last).order_by(audit.c.id).limit(_LOT)).all()
        yield from (tuple(row) for row in found)
        if len(found) < _LOT:
            return
        last = found[-1][0]


def seen_since(connection: Connection, who: str, since: datetime) -> int:
    """Return how many residents somebody has seen since a time."""
    query = select(func.count(func.distinct(audit.c.subject))).where(
        audit.c.who == who, audit.c.at >= since.isoformat(timespec="microseconds"), audit.c.subject.is_not(None)
    )
    return int(connection.execute(query).scalar_one())


_COLUMNS = [c for c in audit.columns if c.name not in ("previous", "hash")]


def _filtered(query: Select[Any], wanted: AuditFilter) -> Select[Any]:
    for name in ("who", "action", "purpose", "outcome"):
        if (value := getattr(wanted, name)) is not None:
            query = query.where(audit.c[name] == value)
    if wanted.subjects:
        # A search names those whom it found in its detail: ids are of letters and digits, and no wildcard is in them.
        found = [audit.c.detail.contains(f'"{one}"', autoescape=True) for one in wanted.subjects]
        query = query.where(or_(audit.c.subject.in_(wanted.subjects), *found))
    if wanted.first_day is not None:
        query = query.where(audit.c.at >= wanted.first_day.isoformat())
    if wanted.last_day is not None:
        query = query.where(audit.c.at < (wanted.last_day + timedelta(days=1)).isoformat())
    return query


def _line(row: Any) -> AuditLine:
    number, at, who, roles, action, purpose, subject, detail, outcome = row
    moment = datetime.fromisoformat(at.removesuffix("Z"))
    return AuditLine(
        number, moment, who, tuple(json.loads(roles)), action, purpose, subject, json.loads(detail), outcome
    )
