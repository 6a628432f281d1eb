"""Cases: what an officer works on, and the purpose that was chosen when it was opened.

Takes connections of the state, gives cases as plain data. A case holds the resident whom it is about, if one is known
yet, and follows them through merges where it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from insighthub.desk.tables import case


@dataclass(frozen=True)
class Case:
    """A case; ``closed_at`` is None while it is open."""

    case_id: int
    user_id: int
    resident_id: str | None
    purpose: str
    reference: str | None
    opened_at: datetime
    closed_at: datetime | None


def open_case(
    connection: Connection,
    *,
    user_id: int,
    purpose: str,
    resident_id: str | None,
    reference: str | None,
    at: datetime,
) -> Case:
    """Keep a new case."""
    values = {
        "user_id": user_id,
        "purpose": purpose,
        "resident_id": resident_id,
        "reference": (reference or "").strip()[:100] or None,
        "opened_at": at,
    }
    number = connection.execute(insert(case).values(**values).returning(case.c.case_id)).scalar_one()
    return Case(case_id=int(number), closed_at=None, **values)  # type: ignore[arg-type]


def cases(connection: Connection, user_id: int, *, closed: bool = False) -> tuple[Case, ...]:
    """Return a user's cases, newest first; the closed ones too, if asked for."""
    query = select(case).where(case.c.user_id == user_id).order_by(case.c.case_id.desc())
    if not closed:
        query = query.where(case.c.closed_at.is_(None))
    return tuple(Case(**row) for row in connection.execute(query).mappings())


def find_case(connection: Connection, user_id: int, case_id: int) -> Case | None:
    """Return a case of a user; None where they have none of this number."""
    query = select(case).where(case.c.case_id == case_id, case.c.user_id == user_id)
    row = connection.execute(query).mappings().first()
    return None if row is None else Case(**row)


def set_resident(connection: Connection, case_id: int, resident_id: str) -> None:
    """Keep whom a case is about."""
    connection.execute(update(case).where(case.c.case_id == case_id).values(resident_id=resident_id))


def close_case(connection: Connection, case_id: int, at: datetime) -> None:
    """Close a case; one that is closed stays as it is."""
    connection.execute(update(case).where(case.c.case_id == case_id, case.c.closed_at.is_(None)).values(closed_at=at))
