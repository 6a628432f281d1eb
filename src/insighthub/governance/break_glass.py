"""Breaking the glass: a purpose for one resident, for some hours, for somebody whose roles do not have it.

Takes who, whom, what for and why; keeps it until it expires, and raises an alert, which those who review alerts
answer. It is never asked first whether there is such a resident: the answer would tell of people who are hidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select

from insighthub.errors import RunError
from insighthub.governance.alerts import AlertKind, raise_alert
from insighthub.governance.tables import broken_glass

LEAST_REASON = 10  # characters


@dataclass(frozen=True)
class Glass:
    """A glass that was broken; ``resident_id`` is the id that was named then, an old one perhaps now."""

    glass_id: int
    who: str
    resident_id: str
    purpose: str
    reason: str
    at: datetime
    expires_at: datetime


def break_the_glass(
    connection: Connection,
    *,
    who: str,
    resident_id: str,
    purpose: str,
    reason: str,
    at: datetime,
    hours: float,
    line: int,
) -> Glass:
    """Give somebody a purpose for one resident for some hours, and raise the alert.

    Args:
        connection: within the transaction that writes line ``line`` of the audit.
        who: the user; whether they may was asked before.
        resident_id: whom it is about.
        purpose: the purpose that they get.
        reason: why, in their words.
        at: the time.
        hours: for how long.
        line: the line of the audit.

    Raises:
        RunError: no reason is given.
    """
    check_reason(reason)
    values = {
        "who": who,
        "resident_id": resident_id,
        "purpose": purpose,
        "reason": reason.strip(),
        "at": at,
        "expires_at": at + timedelta(hours=hours),
    }
    result = connection.execute(insert(broken_glass).values(**values).returning(broken_glass.c.glass_id))
    raise_alert(connection, AlertKind.BREAK_GLASS, who=who, subject=resident_id, line=line, at=at)
    return Glass(int(result.scalar_one()), **values)  # type: ignore[arg-type]


def check_reason(reason: str) -> None:
    """Refuse a reason that says nothing.

    Raises:
        RunError: it is too short.
    """
    if len(reason.strip()) < LEAST_REASON:
        raise RunError("no reason is given", remedy="Say in a sentence why you need to see this resident now")


def held(connection: Connection, who: str, at: datetime) -> tuple[Glass, ...]:
    """Return what somebody has by breaking the glass, at a time."""
    query = (
        select(broken_glass)
        .where(broken_glass.c.who == who, broken_glass.c.at <= at, broken_glass.c.expires_at > at)
        .order_by(broken_glass.c.glass_id)
    )
    return tuple(Glass(**row) for row in connection.execute(query).mappings())


def glasses(connection: Connection, limit: int = 200) -> tuple[Glass, ...]:
    """Return every glass that was broken, newest first."""
    query = select(broken_glass).order_by(broken_glass.c.glass_id.desc()).limit(limit)
    return tuple(Glass(**row) for row in connection.execute(query).mappings())
