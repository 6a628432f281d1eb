"""Alerts: what in the audit somebody should look at.

Takes a line that is being written and what is known of who wrote it and whom it is about, gives alerts: seeing oneself,
a neighbour, a colleague, a hidden person, unusually many, out of hours, by breaking the glass. An alert says that
somebody should ask, not that anything is wrong. It is open until it is reviewed: by whom, what was found, and a note.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, insert, select, update

from insighthub.errors import RunError
from insighthub.governance.alert_settings import AlertSettings
from insighthub.governance.audit import Line, Written
from insighthub.governance.audit_read import seen_since
from insighthub.governance.tables import alert

OPEN, REVIEWED = "open", "reviewed"


class AlertKind(StrEnum):
    """Why an alert was raised."""

    ONESELF = "oneself"
    NEIGHBOUR = "neighbour"
    COLLEAGUE = "colleague"
    HIDDEN = "hidden"
    VOLUME = "volume"
    OUT_OF_HOURS = "out_of_hours"
    BREAK_GLASS = "break_glass"


class Finding(StrEnum):
    """What a review of an alert found."""

    NOTHING_WRONG = "nothing_wrong"
    FOLLOW_UP = "follow_up"
    MISUSE = "misuse"


#: Raised once in a while and not at every line: after one, no other of its kind for so long.
_QUIET = {AlertKind.VOLUME: timedelta(hours=1), AlertKind.OUT_OF_HOURS: timedelta(hours=12)}


@dataclass(frozen=True)
class Watched:
    """What is known of who looks, and of whom they look at.

    Attributes:
        own: the resident whom the user is, if their account names one.
        neighbours: residents of the user's household, or of the same address.
        colleagues: residents whom other users' accounts name.
        hidden: whether the resident whom the line is about is hidden.
    """

    own: str | None = None
    neighbours: frozenset[str] = frozenset()
    colleagues: frozenset[str] = frozenset()
    hidden: bool = False


@dataclass(frozen=True)
class Alert:
    """An alert as it is kept."""

    alert_id: int
    at: datetime
    kind: str
    who: str
    subject: str | None
    line: int
    status: str
    reviewed_by: str | None
    reviewed_at: datetime | None
    finding: str | None
    note: str | None


def kinds_of(line: Line, watched: Watched, at: datetime, settings: AlertSettings) -> Iterator[AlertKind]:
    """Give the kinds of alert that one line calls for by itself: all but those that count lines.

    A refused attempt at a hidden person calls for one as well: somebody tried.
    """
    about = line.subject
    if about is not None:
        if about == watched.own:
            yield AlertKind.ONESELF
        elif about in watched.neighbours:
            yield AlertKind.NEIGHBOUR
        if about != watched.own and about in watched.colleagues:
            yield AlertKind.COLLEAGUE
        if watched.hidden:
            yield AlertKind.HIDDEN
    if is_out_of_hours(at, settings):
        yield AlertKind.OUT_OF_HOURS


def is_out_of_hours(at: datetime, settings: AlertSettings) -> bool:
    """Say whether a time, UTC without a zone, is outside of the council's hours of work."""
    local = at.replace(tzinfo=UTC).astimezone(ZoneInfo(settings.time_zone))
    if local.weekday() >= 5 and not settings.weekends:
        return True
    return not settings.opens <= local.time() < settings.closes


def raise_alerts(
    connection: Connection, line: Line, written: Written, watched: Watched, *, at: datetime, settings: AlertSettings
) -> tuple[AlertKind, ...]:
    """Raise what a line that touches a person's data calls for; return which.

    Args:
        connection: within the transaction that wrote the line.
        line: the line, as it was written: ``written``.
        written: its number and hash.
        watched: what is known of the user and the resident.
        at: the time.
        settings: of the hub.
    """
    kinds = list(kinds_of(line, watched, at, settings))
    if line.subject is not None and seen_since(connection, line.who, at - timedelta(hours=1)) > (
        settings.residents_per_hour
    ):
        kinds.append(AlertKind.VOLUME)
    raised = tuple(kind for kind in kinds if not _said_lately(connection, line.who, kind, at))
    for kind in raised:
        raise_alert(connection, kind, who=line.who, subject=line.subject, line=written.id, at=at)
    return raised


def raise_alert(
    connection: Connection, kind: AlertKind, *, who: str, subject: str | None, line: int, at: datetime
) -> int:
    """Raise an alert; return its number."""
    values = {"at": at, "kind": str(kind), "who": who, "subject": subject, "line": line, "status": OPEN}
    return int(connection.execute(insert(alert).values(**values).returning(alert.c.alert_id)).scalar_one())


def alerts(
    connection: Connection, *, status: str | None = OPEN, kind: str | None = None, limit: int = 200
) -> tuple[Alert, ...]:
    """Return alerts, newest first; those that are open unless another status, or None for all, is asked for."""
    query = select(alert).order_by(alert.c.alert_id.desc()).limit(limit)
    if status is not None:
        query = query.where(alert.c.status == status)
    if kind is not None:
        query = query.where(alert.c.kind == kind)
    return tuple(Alert(**row) for row in connection.execute(query).mappings())


def find_alert(connection: Connection, alert_id: int) -> Alert | None:
    """Return an alert; None where there is none of this number."""
    row = connection.execute(select(alert).where(alert.c.alert_id == alert_id)).mappings().first()
    return None if row is None else Alert(**row)


def open_alerts(connection: Connection) -> int:
    """Return how many alerts are open."""
    return int(connection.execute(select(func.count()).where(alert.c.status == OPEN)).scalar_one())


def review(connection: Connection, alert_id: int, finding: Finding, *, by: str, note: str, at: datetime) -> Alert:
    """Keep what somebody found of an alert, which nobody does of their own.

    Raises:
        RunError: there is no such alert, it is reviewed already, or it is about who reviews it.
    """
    row = connection.execute(select(alert).where(alert.c.alert_id == alert_id)).mappings().first()
    if row is None:
        raise RunError(f"there is no alert {alert_id}", remedy="Choose one that is listed")
    if row["status"] != OPEN:
        raise RunError(f"alert {alert_id} was reviewed already", remedy="Look at what was found")
    if row["who"] == by:
        raise RunError("nobody reviews an alert about themselves", remedy="Ask somebody else who may review alerts")
    changes = {"status": REVIEWED, "reviewed_by": by, "reviewed_at": at, "finding": str(finding), "note": note}
    connection.execute(update(alert).where(alert.c.alert_id == alert_id).values(**changes))
    return Alert(**{**row, **changes})


def _said_lately(connection: Connection, who: str, kind: AlertKind, at: datetime) -> bool:
    quiet = _QUIET.get(kind)
    if quiet is None:
        return False
    query = select(alert.c.alert_id).where(alert.c.who == who, alert.c.kind == str(kind), alert.c.at > at - quiet)
    return connection.execute(query.limit(1)).first() is not None
