"""The audit: who did, saw or was refused what, when, and for which purpose; each line holds the one before it fast.

Takes lines, gives them a number and a hash over all that they say and the hash of the line before, within the caller's
own transaction: what is done and what is noted of it are kept together, or neither. A seal keeps how many lines there
are, and the last hash. ``audit_proof`` verifies all of it, and ``audit_read`` answers who saw whom.

A hash holds off nobody who may write in the database and works all later hashes and the seal out anew. Against that,
the head is written to ``audit.head`` in the hub's folder now and then (``audit_proof.Heads``): a copy of that
file that is kept elsewhere proves every line up to its last entry.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from insighthub.governance.tables import audit, audit_seal

ALLOWED, REFUSED = "allowed", "refused"
#: What the first line holds in place of the hash of the line before.
START = "0" * 64

_encode = json.JSONEncoder(separators=(",", ":"), default=repr).encode


@dataclass(frozen=True)
class Line:
    """A line that is to be written.

    Attributes:
        who: the address that the user signs in with, or ``command line: NAME``.
        roles: theirs.
        action: what they did, or would have done.
        purpose: what for.
        subject: the resident whom it is about.
        detail: what else matters: numbers and ids, never a person's data.
        outcome: allowed or refused.
    """

    who: str
    action: str
    roles: Sequence[str] = ()
    purpose: str | None = None
    subject: str | None = None
    detail: Mapping[str, Any] | None = None
    outcome: str = ALLOWED


@dataclass(frozen=True)
class Written:
    """A line that was written: its number, and its hash, which is the head of the audit now."""

    id: int
    hash: str


def append(connection: Connection, line: Line, at: datetime) -> Written:
    """Write a line.

    Args:
        connection: of the state, within a transaction that writes: which lets one in at a time.
        line: the line.
        at: the time, UTC.
    """
    return append_all(connection, [line], at)[-1]


def append_all(connection: Connection, lines: Sequence[Line], at: datetime) -> list[Written]:
    """Write several lines, in their order."""
    seal = connection.execute(select(audit_seal.c.lines, audit_seal.c.head)).first()
    count, head = (int(seal[0]), str(seal[1])) if seal is not None else (0, START)
    moment = at.isoformat(timespec="microseconds") + "Z"
    rows, out = [], []
    for line in lines:
        count += 1
        row: dict[str, Any] = {
            "id": count,
            "at": moment,
            "who": line.who[:200],
            "roles": _encode(sorted(line.roles)),
            "action": line.action,
            "purpose": line.purpose,
            "subject": line.subject,
            "detail": _encode(dict(line.detail or {})),
            "outcome": line.outcome,
            "previous": head,
        }
        head = hash_of(tuple(row.values()))
        rows.append({**row, "hash": head})
        out.append(Written(count, head))
    if rows:
        connection.execute(insert(audit), rows)
        if seal is None:
            connection.execute(insert(audit_seal).values(only=1, lines=count, head=head))
        else:
            connection.execute(update(audit_seal).values(lines=count, head=head))
    return out


def hash_of(columns: Sequence[Any]) -> str:
    """Return the hash of a line: SHA-256 over all its columns but the hash, in the table's order, as a JSON list."""
    return hashlib.sha256(_encode(columns).encode("ascii", "backslashreplace")).hexdigest()
