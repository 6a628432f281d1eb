"""Tokens of programs: what a program sends in place of a session, made by a user and good for a part of their roles.

Takes connections of the state, gives tokens as plain data. The token itself is shown once; the state has its hash. It
is worth what its user is: it ends with their account, and a role that they lose it loses too.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select, update

from insighthub.accounts.sessions import key_of
from insighthub.accounts.tables import api_token
from insighthub.accounts.users import User, user
from insighthub.errors import RunError

#: What every token begins with, so that one that lies about somewhere is known for what it is.
PREFIX = "ihub_"
MOST_DAYS = 366
_NOTED = timedelta(minutes=1)


@dataclass(frozen=True)
class ApiToken:
    """A token of a user's program; ``used_at`` is None where it was never used."""

    token_id: int
    name: str
    roles: tuple[str, ...]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None
    ended_at: datetime | None

    def is_good(self, at: datetime) -> bool:
        """Say whether it can be used at a time."""
        return self.ended_at is None and at < self.expires_at


def make_token(
    connection: Connection, who: User, *, name: str, roles: Sequence[str], days: int, at: datetime
) -> tuple[ApiToken, str]:
    """Make a token; return it, and what the program sends, which is kept nowhere.

    Args:
        connection: within a transaction that writes.
        who: its user.
        name: what it is for.
        roles: those of the user's roles that it has.
        days: for how many days it is good.
        at: the time, UTC.

    Raises:
        RunError: it has no name, no role or one that the user has not, or is good for too long.
    """
    tidy = " ".join(name.split())[:100]
    if not tidy:
        raise RunError("a token has a name", remedy="Say which program it is for")
    if not roles or not set(roles) <= set(who.roles):
        raise RunError("a token has some of its user's own roles", remedy="Choose one or more of them")
    if not 1 <= days <= MOST_DAYS:
        raise RunError(f"a token is good for 1 to {MOST_DAYS} days", remedy="Choose a number of days")
    text = PREFIX + secrets.token_urlsafe(32)
    values = {"created_at": at, "expires_at": at + timedelta(days=days)}
    number = connection.execute(
        insert(api_token)
        .values(user_id=who.user_id, name=tidy, token=key_of(text), roles=json.dumps(sorted(set(roles))), **values)
        .returning(api_token.c.token_id)
    ).scalar_one()
    return ApiToken(int(number), tidy, tuple(sorted(set(roles))), used_at=None, ended_at=None, **values), text


def tokens_of(connection: Connection, user_id: int) -> tuple[ApiToken, ...]:
    """Return a user's tokens that were not ended, newest first; those that are too old among them."""
    query = select(api_token).where(api_token.c.user_id == user_id, api_token.c.ended_at.is_(None))
    return tuple(map(_token, connection.execute(query.order_by(api_token.c.token_id.desc())).mappings()))


def end_token(connection: Connection, user_id: int, token_id: int, at: datetime) -> ApiToken:
    """End a token.

    Raises:
        RunError: the user has none of this number.
    """
    mine = (api_token.c.user_id == user_id, api_token.c.token_id == token_id, api_token.c.ended_at.is_(None))
    row = connection.execute(select(api_token).where(*mine)).mappings().first()
    if row is None:
        raise RunError("there is no such token", remedy="Choose one that is listed")
    connection.execute(update(api_token).where(*mine).values(ended_at=at))
    return replace(_token(row), ended_at=at)


def look(connection: Connection, text: str, at: datetime) -> tuple[ApiToken, User] | None:
    """Return the token that a program sent and its user, with the roles that it has; None where it is not good."""
    row = connection.execute(select(api_token).where(api_token.c.token == key_of(text))).mappings().first()
    if row is None:
        return None
    found, who = _token(row), user(connection, int(row["user_id"]))
    if not found.is_good(at) or not who.active:
        return None
    return found, replace(who, roles=tuple(role for role in who.roles if role in found.roles))


def is_to_be_noted(token: ApiToken, at: datetime) -> bool:
    """Say whether it is time to note that a token is in use: call ``note_use`` then."""
    return token.used_at is None or at - token.used_at >= _NOTED


def note_use(connection: Connection, token: ApiToken, at: datetime) -> None:
    """Note that a token is in use."""
    connection.execute(update(api_token).where(api_token.c.token_id == token.token_id).values(used_at=at))


def _token(row: object) -> ApiToken:
    found: dict[str, object] = dict(row)  # type: ignore[call-overload]
    return ApiToken(
        token_id=found["token_id"],  # type: ignore[arg-type]
        name=str(found["name"]),
        roles=tuple(json.loads(str(found["roles"]))),
        created_at=found["created_at"],  # type: ignore[arg-type]
        expires_at=found["expires_at"],  # type: ignore[arg-type]
        used_at=found["used_at"],  # type: ignore[arg-type]
        ended_at=found["ended_at"],  # type: ignore[arg-type]
    )
