"""Failed attempts under addresses that nobody has: counted as those of users are, so that the answer is the same.

Were only users made to wait, a wait would tell that there is such a user. An address is kept as a hash, and forgotten
once it could have waited for longest.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from insighthub.accounts.settings import SignInSettings
from insighthub.accounts.tables import sign_in_attempt

_FORGOTTEN_AFTER = timedelta(days=1)


def locked_until(connection: Connection, email: str) -> datetime | None:
    """Return until when an address waits."""
    query = select(sign_in_attempt.c.locked_until).where(sign_in_attempt.c.address == _key(email))
    return connection.execute(query).scalar()


def count(connection: Connection, email: str, at: datetime, settings: SignInSettings) -> int:
    """Count a failure; return how many there were in a row."""
    longest = max(_FORGOTTEN_AFTER, timedelta(minutes=settings.longest_wait_minutes))
    connection.execute(delete(sign_in_attempt).where(sign_in_attempt.c.failed_at < at - longest))
    where = sign_in_attempt.c.address == _key(email)
    before = connection.execute(select(sign_in_attempt.c.failures).where(where)).scalar()
    if before is None:
        connection.execute(insert(sign_in_attempt).values(address=_key(email), failures=1, failed_at=at))
        return 1
    connection.execute(update(sign_in_attempt).where(where).values(failures=before + 1, failed_at=at))
    return int(before) + 1


def lock(connection: Connection, email: str, until: datetime | None) -> None:
    """Have an address wait."""
    where = sign_in_attempt.c.address == _key(email)
    connection.execute(update(sign_in_attempt).where(where).values(locked_until=until))


def _key(email: str) -> str:
    return hashlib.sha256(email.strip().casefold().encode("utf-8", "replace")).hexdigest()
