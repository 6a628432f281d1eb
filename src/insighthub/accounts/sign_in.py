"""Signing in with a password and a code: one answer for every way in which it can fail.

Takes what was typed and a time, gives a session's token or the reason why there is none. Every attempt is a line of
the audit, written with what it changed. Who fails several times in a row waits, twice as long each time; what is said
then, and how long it takes, is the same whether there is such a user or not.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, select, update

from insighthub.accounts import attempts, second_factor
from insighthub.accounts.passwords import check_password, hash_password, is_outdated, is_right
from insighthub.accounts.sessions import open_session
from insighthub.accounts.settings import SignInSettings
from insighthub.accounts.tables import account
from insighthub.accounts.users import User, end_sessions, find_user, user
from insighthub.errors import RunError
from insighthub.governance.audit import ALLOWED, REFUSED, Line, append

SIGN_IN, SIGN_OUT, CHANGE_PASSWORD, SECOND_FACTOR = "sign_in", "sign_out", "change_password", "second_factor"
#: What somebody is told who did not come in: nothing that tells which part was wrong.
WRONG = "The e-mail address, the password or the code is not right. After several attempts an account waits a while."
#: Why somebody did not come in who has shown the password and is asked for the code: no failure yet.
NO_CODE = "no code yet"


class Needs(StrEnum):
    """What is still to be done before anything else, once somebody is in."""

    NOTHING = "nothing"
    NEW_PASSWORD = "new_password"  # noqa: S105 - the name of a step
    SECOND_FACTOR = "second_factor"


@dataclass(frozen=True)
class SignedIn:
    """What came of signing in.

    Attributes:
        token, user: None where it failed, or is not done yet.
        says: what to tell them.
        proof: that the password was right, where a code is still to be given: see ``proven``. It tells nothing else.
    """

    token: str | None
    user: User | None
    says: str
    proof: str | None = None


@dataclass(frozen=True)
class Checked:
    """A password that was checked: against which hash, None where there is no such user, and whether it is right."""

    kept: str | None
    right: bool
    newer: str | None = None


def check(connection: Connection, email: str, password: str) -> Checked:
    """Check a password, which takes a tenth of a second or so: before the transaction that writes, and not within it.

    Args:
        connection: of the state; it is only read.
        email: the address that was typed.
        password: what was typed.
    """
    found = find_user(connection, email)
    kept = None
    if found is not None:
        kept = connection.execute(select(account.c.password).where(account.c.user_id == found.user_id)).scalar()
    right = is_right(kept, password)
    newer = hash_password(password) if right and kept is not None and is_outdated(kept) else None
    return Checked(kept, right, newer)


def proven(connection: Connection, email: str, proof: str) -> Checked:
    """Return what ``check`` gave when the proof was made, as long as the password is the same."""
    found = find_user(connection, email)
    if found is None:
        return Checked(None, False)
    kept = connection.execute(select(account.c.password).where(account.c.user_id == found.user_id)).scalar()
    return Checked(kept, kept is not None and hmac.compare_digest(_proof(kept), proof))


def sign_in(
    connection: Connection, email: str, checked: Checked, code: str, *, at: datetime, settings: SignInSettings
) -> SignedIn:
    """Sign somebody in, or not. It never raises for a wrong password: what it counts has to be kept.

    Args:
        connection: within a transaction that writes.
        email: the address that was typed.
        checked: what ``check`` gave for it and the password.
        code: of the app, or a recovery code; where it is empty and the user has a second factor, it is asked for.
        at: the time, UTC.
        settings: of the hub.
    """
    found = find_user(connection, email)
    row = None
    if found is not None:
        row = connection.execute(select(account).where(account.c.user_id == found.user_id)).one()
    right = checked.right and row is not None and row.password == checked.kept  # not changed meanwhile
    reason = _why_not(connection, found, row, right=right, code=code, at=at, settings=settings)
    who = found.email if found is not None else "unknown user"
    roles = found.roles if found is not None else ()
    if reason is not None or found is None or row is None:
        append(connection, Line(who, SIGN_IN, roles, detail={"reason": reason}, outcome=REFUSED), at)
        if reason == NO_CODE:
            return SignedIn(None, None, "", _proof(str(checked.kept)))
        until = found.locked_until if found is not None else attempts.locked_until(connection, email)
        if until is None or at >= until:
            until = _count_failure(connection, found, row, email=email, reason=reason, at=at, settings=settings)
        return SignedIn(None, None, WRONG if until is None else too_often(until - at))
    changes: dict[str, object] = {"failures": 0, "locked_until": None}
    if checked.newer is not None:
        changes["password"] = checked.newer
    connection.execute(update(account).where(account.c.user_id == found.user_id).values(**changes))
    token = open_session(connection, found.user_id, method="password", at=at, settings=settings)
    append(connection, Line(who, SIGN_IN, roles, detail={"method": "password"}, outcome=ALLOWED), at)
    return SignedIn(token, user(connection, found.user_id), "")


def needs(who: User, method: str, settings: SignInSettings) -> Needs:
    """Return what a user who is in must do before anything else: screens lead there and nowhere else."""
    if method != "password":
        return Needs.NOTHING
    if who.must_change:
        return Needs.NEW_PASSWORD
    if settings.second_factor and not who.has_second_factor:
        return Needs.SECOND_FACTOR
    return Needs.NOTHING


def change_password(
    connection: Connection, user_id: int, old: str, new: str, *, at: datetime, settings: SignInSettings
) -> str:
    """Change a user's password; every session ends, and a new one is opened, whose token is returned.

    Raises:
        RunError: the old one is not right, or the new one is none that is taken.
    """
    who = user(connection, user_id)
    kept = connection.execute(select(account.c.password).where(account.c.user_id == user_id)).scalar()
    if not is_right(kept, old):
        raise RunError("your password is not right", remedy="Type the one that you signed in with")
    if old == new:
        raise RunError("this is your password already", remedy="Choose another")
    check_password(new, least=settings.least_password, email=who.email, name=who.name)
    connection.execute(
        update(account)
        .where(account.c.user_id == user_id)
        .values(password=hash_password(new), password_until=None, must_change=False)
    )
    end_sessions(connection, user_id, at)
    append(connection, Line(who.email, CHANGE_PASSWORD, who.roles), at)
    return open_session(connection, user_id, method="password", at=at, settings=settings)


def set_password(connection: Connection, user_id: int, password: str) -> None:
    """Give a user a password that they need not change: as for a demonstration, by whoever runs the hub.

    Raises:
        RunError: it is none that is taken.
    """
    who = user(connection, user_id)
    check_password(password, least=8, email=who.email, name=who.name)
    connection.execute(
        update(account)
        .where(account.c.user_id == user_id)
        .values(password=hash_password(password), password_until=None, must_change=False)
    )


def wait_after(failures: int, settings: SignInSettings) -> timedelta:
    """Return how long an account waits after so many failures in a row."""
    over = failures - settings.free_failures
    if over <= 0:
        return timedelta(0)
    longest = timedelta(minutes=settings.longest_wait_minutes)
    # 2 ** 40 seconds is longer than any wait: without the bound, the number would grow for ever.
    return min(longest, timedelta(seconds=settings.first_wait_seconds * 2 ** min(over - 1, 30)))


def too_often(wait: timedelta) -> str:
    """Say that an account waits, and how long."""
    seconds = max(1, -(-int(wait.total_seconds() * 1000) // 1000))
    minutes = -(-seconds // 60)
    said = f"{seconds} second{'s' * (seconds > 1)}" if seconds < 100 else f"{minutes} minutes"
    return f"There were too many attempts with this e-mail address. Try again in {said}."


def _why_not(
    connection: Connection,
    found: User | None,
    row: object,
    *,
    right: bool,
    code: str,
    at: datetime,
    settings: SignInSettings,
) -> str | None:
    """Return why somebody does not come in, for the audit; None where they do."""
    if found is None or row is None:
        return "no such user"
    if not settings.local:
        return "passwords are not used"
    if found.locked_until is not None and at < found.locked_until:
        return "locked"
    if not right:
        return "password"
    until = getattr(row, "password_until", None)
    if until is not None and at >= until:
        return "one-time password is too old"
    if found.has_second_factor and found.active and not code.strip():
        return NO_CODE
    if found.has_second_factor and not second_factor.is_right(connection, found.user_id, code, at):
        return "code"
    return None if found.active else "disabled"


def _count_failure(
    connection: Connection,
    found: User | None,
    row: object,
    *,
    email: str,
    reason: str | None,
    at: datetime,
    settings: SignInSettings,
) -> datetime | None:
    """Count a failure where it is one; return until when the account waits."""
    if found is None:
        failures = attempts.count(connection, email, at, settings)
    elif reason in ("password", "code"):
        failures = int(getattr(row, "failures", 0)) + 1
    else:
        return None
    wait = wait_after(failures, settings)
    until = at + wait if wait else None
    if found is None:
        attempts.lock(connection, email, until)
    else:
        connection.execute(
            update(account).where(account.c.user_id == found.user_id).values(failures=failures, locked_until=until)
        )
    return until


def _proof(kept: str) -> str:
    return hashlib.sha256(f"proof of {kept}".encode()).hexdigest()
