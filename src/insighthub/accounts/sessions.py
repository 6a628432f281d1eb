"""Sessions: a random token that the browser keeps, of which the state has the hash alone.

A session ends when nothing was done for a while, after a day's work in any case, and when the user signs out, is
disabled, or gets a new password.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from insighthub.accounts.settings import SignInSettings
from insighthub.accounts.tables import account, session
from insighthub.accounts.users import User, user

#: How seldom it is noted that a session was used, so that reading a page does not always write.
_NOTED = timedelta(seconds=30)


@dataclass(frozen=True)
class Session:
    """A session that is open; ``key`` is the hash that the state knows it by."""

    key: str
    user: User
    method: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Open:
    """A session that is open, as its own user is told of it; ``key`` is the hash that the state knows it by."""

    key: str
    method: str
    created_at: datetime
    seen_at: datetime


def open_session(connection: Connection, user_id: int, *, method: str, at: datetime, settings: SignInSettings) -> str:
    """Open a session of a user who has shown who they are; return its token, which is kept nowhere."""
    token = secrets.token_urlsafe(32)
    connection.execute(
        insert(session).values(
            token=key_of(token),
            user_id=user_id,
            method=method,
            created_at=at,
            seen_at=at,
            expires_at=at + timedelta(hours=settings.longest_hours),
        )
    )
    return token


def look(connection: Connection, token: str, at: datetime, settings: SignInSettings) -> Session | None:
    """Return the session of a token, if it is open and its user may come in; None else. It only reads."""
    row = connection.execute(select(session).where(session.c.token == key_of(token))).first()
    if row is None or row.ended_at is not None or not row.seen_at - _NOTED <= at < row.expires_at:
        return None
    if at >= row.seen_at + timedelta(minutes=settings.idle_minutes):
        return None
    found = user(connection, row.user_id)
    return Session(row.token, found, row.method, row.created_at, row.expires_at) if found.active else None


def is_to_be_noted(connection: Connection, token: str, at: datetime) -> bool:
    """Say whether it is time to note that a session is in use: call ``note_use`` then."""
    seen = connection.execute(select(session.c.seen_at).where(session.c.token == key_of(token))).scalar()
    return seen is not None and at - seen >= _NOTED


def note_use(connection: Connection, token: str, at: datetime) -> None:
    """Note that a session is in use."""
    where = (session.c.token == key_of(token), session.c.ended_at.is_(None), session.c.seen_at < at)
    connection.execute(update(session).where(*where).values(seen_at=at))


def close_session(connection: Connection, token: str, at: datetime) -> None:
    """End a session."""
    where = (session.c.token == key_of(token), session.c.ended_at.is_(None))
    connection.execute(update(session).where(*where).values(ended_at=at))


def sessions_of(connection: Connection, user_id: int, at: datetime, settings: SignInSettings) -> tuple[Open, ...]:
    """Return a user's sessions that are open, the one that was used last first."""
    query = select(session).where(
        session.c.user_id == user_id,
        session.c.ended_at.is_(None),
        session.c.expires_at > at,
        session.c.seen_at > at - timedelta(minutes=settings.idle_minutes),
    )
    found = connection.execute(query.order_by(session.c.seen_at.desc(), session.c.token)).all()
    return tuple(Open(row.token, row.method, row.created_at, row.seen_at) for row in found)


def end_other_sessions(connection: Connection, user_id: int, key: str, at: datetime) -> int:
    """End every session of a user but the one of a key; return how many."""
    where = (session.c.user_id == user_id, session.c.ended_at.is_(None), session.c.token != key)
    return connection.execute(update(session).where(*where).values(ended_at=at)).rowcount


def forget_sessions(connection: Connection, before: datetime) -> int:
    """Delete the sessions that could no longer be used at a time; return how many."""
    return connection.execute(delete(session).where(session.c.expires_at < before)).rowcount


def key_of(token: str) -> str:
    """Return the hash of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


__all__ = [
    "Open", "Session", "account", "close_session", "end_other_sessions", "forget_sessions", "is_to_be_noted", "key_of",
    "look", "note_use", "open_session", "sessions_of",
]  # fmt: skip
