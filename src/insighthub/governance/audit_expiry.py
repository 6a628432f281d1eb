"""Letting the oldest lines of the audit go, so that what is left can still be proved.

Takes a connection of the state and a day. The lines before that day go together, from the first on, and a line is
written that says so: how many went, and the hash of the last of them, which the first line that is left holds as the
hash of the one before it. That line is the anchor: it is of the chain itself, under the seal and in ``audit.head``, so
that whoever lets lines go otherwise is found. Lines that are younger than a year never go.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select

from insighthub.errors import RunError
from insighthub.governance.audit import Line, append, hash_of
from insighthub.governance.tables import audit

LET_GO = "let_audit_go"
#: No setting lets younger lines go, and an anchor that says otherwise is none.
LEAST_MONTHS = 12


@dataclass(frozen=True)
class Anchor:
    """Where the audit begins.

    Attributes:
        lines: how many lines went; the first that is left is the next one.
        hash: of the last that went.
        before: the day before which they were written.
        line: the number of the line that says so.
        at: when it was written, as the audit has it.
    """

    lines: int
    hash: str
    before: str
    line: int
    at: str

    @property
    def is_old_enough(self) -> bool:
        """Whether what went was old enough when it went."""
        return self.before <= least_age(date.fromisoformat(self.at[:10])).isoformat()


def least_age(today: date) -> date:
    """Return the day before which lines may go at all."""
    years, months = divmod(today.year * 12 + today.month - 1 - LEAST_MONTHS, 12)
    return date(years, months + 1, min(today.day, 28))


def let_go(connection: Connection, before: date, *, who: str, roles: Sequence[str], at: datetime) -> int:
    """Let the lines go that were written before a day; return how many went.

    Args:
        connection: within a transaction that writes.
        before: the day.
        who: who does it; the anchor says so.
        roles: theirs.
        at: the time, UTC.

    Raises:
        RunError: the day is less than a year ago.
    """
    if before > least_age(at.date()):
        raise RunError("lines of the audit are kept for a year at least", remedy="Name a day that is longer ago")
    first_kept = connection.execute(select(func.min(audit.c.id)).where(audit.c.at >= before.isoformat())).scalar()
    last = connection.execute(select(func.max(audit.c.id))).scalar() if first_kept is None else first_kept - 1
    row = connection.execute(select(audit.c.id, audit.c.hash).where(audit.c.id == last)).first()
    if row is None:
        return 0
    detail = {"lines": int(row.id), "hash": row.hash, "before": before.isoformat()}
    append(connection, Line(who, LET_GO, roles, detail=detail), at)
    return connection.execute(delete(audit).where(audit.c.id <= row.id)).rowcount


def anchors(connection: Connection) -> tuple[list[Anchor], list[int]]:
    """Return the anchors of the audit, oldest first, and the numbers of lines that say they are one and are not."""
    good: list[Anchor] = []
    bad: list[int] = []
    for row in connection.execute(select(audit).where(audit.c.action == LET_GO).order_by(audit.c.id)).all():
        found = _anchor(tuple(row))
        if found is None:
            bad.append(int(row[0]))
        else:
            good.append(found)
    return good, bad


def anchor_now(found: Iterable[Anchor]) -> Anchor | None:
    """Return the anchor that the audit begins at: the one up to which most went."""
    return max(found, key=lambda each: each.lines, default=None)


def _anchor(row: tuple[Any, ...]) -> Anchor | None:
    if hash_of(row[:-1]) != row[-1]:
        return None
    try:
        said = json.loads(row[7])
        made = Anchor(int(said["lines"]), str(said["hash"]), str(said["before"]), int(row[0]), str(row[1]))
        date.fromisoformat(made.before), date.fromisoformat(made.at[:10])
    except (ValueError, KeyError, TypeError):
        return None
    return made if 0 < made.lines < made.line else None
