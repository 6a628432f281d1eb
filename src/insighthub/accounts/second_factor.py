"""The second factor: six digits of an app, RFC 6238, and recovery codes for when the telephone is lost.

A code is good for its half-minute and the one before and after it, and once only. Recovery codes are kept as hashes;
each is used once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime

import pyotp
from sqlalchemy import Connection, delete, func, insert, select, update

from insighthub.accounts.tables import account, recovery_code
from insighthub.errors import RunError

STEP = 30  # seconds
RECOVERY_CODES = 10
_CLEAR = "abcdefghjkmnpqrstuvwxyz23456789"


def begun(connection: Connection, user_id: int, *, issuer: str = "Insight Hub") -> str | None:
    """Return the otpauth address of a secret that was given and does not hold yet; None where there is none."""
    query = select(account.c.email, account.c.totp_secret, account.c.totp_on).where(account.c.user_id == user_id)
    row = connection.execute(query).one()
    if row.totp_on or row.totp_secret is None:
        return None
    return pyotp.TOTP(row.totp_secret).provisioning_uri(name=row.email, issuer_name=issuer)


def remove(connection: Connection, user_id: int) -> None:
    """Let a user's second factor and recovery codes hold no longer; who calls it has had a code shown."""
    connection.execute(
        update(account).where(account.c.user_id == user_id).values(totp_secret=None, totp_on=False, totp_last=None)
    )
    connection.execute(delete(recovery_code).where(recovery_code.c.user_id == user_id))


def begin(connection: Connection, user_id: int, *, issuer: str = "Insight Hub") -> str:
    """Give a user a new secret, which holds once a code of it was shown to be right; return its otpauth address.

    Raises:
        RunError: they have a second factor already.
    """
    row = connection.execute(select(account.c.email, account.c.totp_on).where(account.c.user_id == user_id)).one()
    if row.totp_on:
        raise RunError("there is a second factor already", remedy="Have an administrator reset the account first")
    secret = pyotp.random_base32()
    connection.execute(update(account).where(account.c.user_id == user_id).values(totp_secret=secret, totp_last=None))
    return pyotp.TOTP(secret).provisioning_uri(name=row.email, issuer_name=issuer)


def confirm(connection: Connection, user_id: int, code: str, at: datetime) -> tuple[str, ...]:
    """Have the second factor hold, as a code of it is right; return recovery codes, which are kept nowhere.

    Raises:
        RunError: none was begun, or the code is wrong.
    """
    if not _is_code(connection, user_id, code, at):
        raise RunError("this code is not right", remedy="Wait for the next code that the app shows, and type that")
    connection.execute(update(account).where(account.c.user_id == user_id).values(totp_on=True))
    return new_recovery_codes(connection, user_id)


def is_right(connection: Connection, user_id: int, code: str, at: datetime) -> bool:
    """Say whether a code of the app, or a recovery code, is right; it is used up if so.

    Args:
        connection: within a transaction that writes.
        user_id: whose it is.
        code: what was typed; spaces and strokes do not matter.
        at: the time, UTC.
    """
    tidy = "".join(c for c in code.casefold() if c.isalnum())
    if tidy.isdigit() and len(tidy) == 6:
        return _is_code(connection, user_id, tidy, at)
    wanted = _hashed(user_id, tidy)
    used = connection.execute(
        update(recovery_code)
        .where(recovery_code.c.user_id == user_id, recovery_code.c.code == wanted, recovery_code.c.used_at.is_(None))
        .values(used_at=at)
    )
    return used.rowcount == 1


def new_recovery_codes(connection: Connection, user_id: int) -> tuple[str, ...]:
    """Give a user new recovery codes; those from before no longer hold."""
    codes = tuple("-".join("".join(secrets.choice(_CLEAR) for _ in range(5)) for _ in "ab") for _ in range(10))
    connection.execute(delete(recovery_code).where(recovery_code.c.user_id == user_id))
    rows = [{"user_id": user_id, "code": _hashed(user_id, code.replace("-", ""))} for code in codes]
    connection.execute(insert(recovery_code), rows)
    return codes


def recovery_codes_left(connection: Connection, user_id: int) -> int:
    """Return how many recovery codes a user has left."""
    query = select(func.count()).where(recovery_code.c.user_id == user_id, recovery_code.c.used_at.is_(None))
    return int(connection.execute(query).scalar_one())


def _is_code(connection: Connection, user_id: int, code: str, at: datetime) -> bool:
    row = connection.execute(
        select(account.c.totp_secret, account.c.totp_last).where(account.c.user_id == user_id)
    ).first()
    if row is None or row.totp_secret is None:
        return False
    totp, now = pyotp.TOTP(row.totp_secret), int(at.replace(tzinfo=UTC).timestamp()) // STEP
    tidy = "".join(c for c in code if c.isdigit())
    for step in (now - 1, now, now + 1):
        fresh = row.totp_last is None or step > row.totp_last
        if hmac.compare_digest(totp.at(step * STEP), tidy) and fresh:
            connection.execute(update(account).where(account.c.user_id == user_id).values(totp_last=step))
            return True
    return False


def _hashed(user_id: int, code: str) -> str:
    return hashlib.sha256(f"{user_id}:{code}".encode()).hexdigest()
