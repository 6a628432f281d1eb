"""Users: who they are, which roles they have, and whether they may come in.

Takes connections of the state, gives users as plain data. A user is named everywhere by the e-mail address that they
sign in with. Nothing is deleted: a user who leaves is disabled, so that the audit goes on to name somebody.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from insighthub.accounts.passwords import hash_password, one_time_password
from insighthub.accounts.settings import SignInSettings
from insighthub.accounts.tables import account, api_token, recovery_code, session
from insighthub.errors import RunError


@dataclass(frozen=True)
class User:
    """A user.

    Attributes:
        resident_id: whom they are in the index, if their account says so: for alerts, and for nothing else.
        has_password, has_second_factor: what they sign in with.
        must_change: whether their password is a one-time password, which they change first of all.
        locked_until: when an account that was tried too often may be tried again.
    """

    user_id: int
    name: str
    email: str
    roles: tuple[str, ...]
    resident_id: str | None
    active: bool
    has_password: bool
    has_second_factor: bool
    must_change: bool
    locked_until: datetime | None


def add_user(
    connection: Connection,
    *,
    name: str,
    email: str,
    roles: Sequence[str],
    known_roles: Collection[str],
    at: datetime,
    resident_id: str | None = None,
) -> User:
    """Add a user, who has no password yet; see ``invite``.

    Args:
        connection: within a transaction that writes.
        name: as people say it.
        email: the address that they sign in with.
        roles: theirs.
        known_roles: those that the policy has.
        at: the time.
        resident_id: whom they are in the index.

    Raises:
        RunError: the address is none or another user's, or there is no such role.
    """
    email = tidy_email(email)
    _check_roles(roles, known_roles)
    if find_user(connection, email) is not None:
        raise RunError("there is a user with this e-mail address already", remedy="Name another, or change that user")
    if not name.strip():
        raise RunError("a user has a name", remedy="Give one")
    result = connection.execute(
        insert(account)
        .values(
            name=name.strip(),
            email=email,
            roles=_roles(roles),
            resident_id=resident_id,
            active=True,
            created_at=at,
            must_change=False,
            totp_on=False,
            failures=0,
        )
        .returning(account.c.user_id)
    )
    return user(connection, int(result.scalar_one()))


def invite(connection: Connection, user_id: int, at: datetime, settings: SignInSettings) -> str:
    """Give a user a one-time password, which they change when they first sign in; return it: it is kept nowhere.

    Whatever they signed in with before no longer holds: their password, second factor, recovery codes, sessions, and
    the tokens of their programs.
    """
    user(connection, user_id)
    password = one_time_password()
    connection.execute(
        update(account)
        .where(account.c.user_id == user_id)
        .values(
            password=hash_password(password),
            password_until=at + timedelta(days=settings.invitation_days),
            must_change=True,
            totp_secret=None,
            totp_on=False,
            totp_last=None,
            failures=0,
            locked_until=None,
        )
    )
    connection.execute(delete(recovery_code).where(recovery_code.c.user_id == user_id))
    end_sessions(connection, user_id, at)
    end_tokens(connection, user_id, at)
    return password


def disable(connection: Connection, user_id: int, at: datetime) -> User:
    """Let a user come in no more; their sessions and tokens end at once."""
    user(connection, user_id)
    connection.execute(update(account).where(account.c.user_id == user_id).values(active=False))
    end_sessions(connection, user_id, at)
    end_tokens(connection, user_id, at)
    return user(connection, user_id)


def enable(connection: Connection, user_id: int) -> User:
    """Let a user who was disabled come in again."""
    user(connection, user_id)
    connection.execute(
        update(account).where(account.c.user_id == user_id).values(active=True, failures=0, locked_until=None)
    )
    return user(connection, user_id)


def set_roles(connection: Connection, user_id: int, roles: Sequence[str], known_roles: Collection[str]) -> User:
    """Give a user these roles and no others.

    Raises:
        RunError: there is no such user or role.
    """
    user(connection, user_id)
    _check_roles(roles, known_roles)
    connection.execute(update(account).where(account.c.user_id == user_id).values(roles=_roles(roles)))
    return user(connection, user_id)


def set_resident(connection: Connection, user_id: int, resident_id: str | None) -> User:
    """Keep whom a user is in the index, or that it is not told."""
    user(connection, user_id)
    connection.execute(update(account).where(account.c.user_id == user_id).values(resident_id=resident_id))
    return user(connection, user_id)


def users(connection: Connection) -> tuple[User, ...]:
    """Return all users, by name."""
    return tuple(map(_user, connection.execute(select(account).order_by(account.c.name, account.c.user_id)).mappings()))


def user(connection: Connection, user_id: int) -> User:
    """Return a user.

    Raises:
        RunError: there is none.
    """
    row = connection.execute(select(account).where(account.c.user_id == user_id)).mappings().first()
    if row is None:
        raise RunError("there is no such user", remedy="Choose one that is listed")
    return _user(row)


def find_user(connection: Connection, email: str) -> User | None:
    """Return the user of an e-mail address; None where there is none."""
    wanted = email.strip().casefold()
    row = connection.execute(select(account).where(account.c.email == wanted)).mappings().first()
    return None if row is None else _user(row)


def colleagues(connection: Connection, but: int | None = None) -> dict[str, str]:
    """Return the residents whom users' accounts name, each with the user's address; without one user's own."""
    query = select(account.c.resident_id, account.c.email, account.c.user_id).where(account.c.resident_id.is_not(None))
    return {resident: email for resident, email, number in connection.execute(query).all() if number != but}


def end_sessions(connection: Connection, user_id: int, at: datetime) -> None:
    """End every session of a user."""
    connection.execute(
        update(session).where(session.c.user_id == user_id, session.c.ended_at.is_(None)).values(ended_at=at)
    )


def end_tokens(connection: Connection, user_id: int, at: datetime) -> None:
    """End every token of a user's programs."""
    connection.execute(
        update(api_token).where(api_token.c.user_id == user_id, api_token.c.ended_at.is_(None)).values(ended_at=at)
    )


def tidy_email(email: str) -> str:
    """Return an e-mail address in lower case.

    Raises:
        RunError: it is none.
    """
    tidy = email.strip().casefold()
    name, at, host = tidy.partition("@")
    if not (name and at and host) or "@" in host or any(c.isspace() or not c.isprintable() for c in tidy):
        raise RunError("this is no e-mail address", remedy="Write one such as sam.okafor@council.example")
    if len(tidy) > 200:
        raise RunError("this e-mail address is too long", remedy="Name one of 200 characters at most")
    return tidy


def _check_roles(roles: Sequence[str], known: Collection[str]) -> None:
    unknown = sorted(set(roles) - set(known))
    if unknown:
        raise RunError(
            f"the policy has no role {', '.join(unknown)}", remedy=f"Name some of: {', '.join(sorted(known)) or 'none'}"
        )


def _roles(roles: Sequence[str]) -> str:
    return json.dumps(sorted(set(roles)))


def _user(row: object) -> User:
    found: dict[str, object] = dict(row)  # type: ignore[call-overload]
    return User(
        user_id=found["user_id"],  # type: ignore[arg-type]
        name=str(found["name"]),
        email=str(found["email"]),
        roles=tuple(json.loads(str(found["roles"]))),
        resident_id=found["resident_id"],  # type: ignore[arg-type]
        active=bool(found["active"]),
        has_password=found["password"] is not None,
        has_second_factor=bool(found["totp_on"]),
        must_change=bool(found["must_change"]),
        locked_until=found["locked_until"],  # type: ignore[arg-type]
    )
