"""What is withheld: the keyed hashes of records that were erased, or kept for as long as they may be.

Takes the state and the hub's key, gives ``Withheld`` by source, which landing keeps to. The key is a file of the hub's
folder, or a setting of the environment, and never in the state: whoever has the state alone cannot find out whether a
reference is among what was erased. The state knows the right key by a hash, so that a lost key is an error and not a
list that recognises nobody.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from insighthub.errors import RunError
from insighthub.governance.rights.tables import withheld_record, withholding_key
from insighthub.sources.withheld import Withheld
from insighthub.store.run_log import now

KEY_FILE = "withholding.key"
#: The key in hexadecimal, where it is kept elsewhere than in the hub's folder.
KEY_VARIABLE = "INSIGHTHUB_WITHHOLDING_KEY"
ERASURE, RETENTION = "erasure", "retention"
_BYTES = 32


class ToWithhold(NamedTuple):
    """A record to be withheld: its source, its hash, and which of its people (0: the whole of it)."""

    source: str
    hash: str
    person: int = 0


def make_key(connection: Connection, home: Path) -> bytes:
    """Return the hub's key; make one where there is none.

    Args:
        connection: within a transaction that writes.
        home: the hub's folder.

    Raises:
        RunError: the key is another than before, is lost, or cannot be kept.
    """
    known = connection.execute(select(withholding_key.c.check)).scalar()
    if known is not None:
        return the_key(connection, home)
    key = _read(home)
    if key is None:
        key = secrets.token_bytes(_BYTES)
        file = home / KEY_FILE
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as opened:
                opened.write(f"{key.hex()}\n")
                opened.flush()
                os.fsync(opened.fileno())
        except OSError as error:
            raise RunError(
                f"the key cannot be kept ({(error.strerror or type(error).__name__).lower()})",
                remedy=f"See that the folder can be written, or set {KEY_VARIABLE}",
                file=file,
            ) from None
    connection.execute(insert(withholding_key).values(only=1, check=_check(key)))
    return key


def the_key(connection: Connection, home: Path) -> bytes:
    """Return the hub's key.

    Raises:
        RunError: it is lost, or another than before.
    """
    key = _read(home)
    known = connection.execute(select(withholding_key.c.check)).scalar()
    if key is None or known != _check(key):
        raise RunError(
            "the key by which erased records are recognised is lost, or another one",
            remedy=f"Restore {KEY_FILE} from its backup, or set {KEY_VARIABLE}; else they would be taken in again",
            file=home / KEY_FILE,
        )
    return key


def withhold(connection: Connection, records: Iterable[ToWithhold], *, why: str, because_of: int) -> int:
    """Withhold records from now on; return how many were not withheld before.

    Args:
        connection: within a transaction that writes.
        records: those to be withheld.
        why: erasure or retention.
        because_of: the number of the request, or of the report of retention.
    """
    known = {tuple(row) for row in connection.execute(select(withheld_record.c.hash, withheld_record.c.person))}
    new = [record for record in dict.fromkeys(records) if (record.hash, record.person) not in known]
    at = now()
    rows = [
        {"hash": r.hash, "person": r.person, "source": r.source, "why": why, "because_of": because_of, "at": at}
        for r in new
    ]
    if rows:
        connection.execute(insert(withheld_record), rows)
    return len(rows)


def withheld_by_source(connection: Connection, home: Path) -> dict[str, Withheld]:
    """Return what is withheld, by source; nothing where nothing is.

    Raises:
        RunError: something is, and the key is lost.
    """
    columns = (withheld_record.c.source, withheld_record.c.hash, withheld_record.c.person, withheld_record.c.why)
    found = connection.execute(select(*columns)).all()
    if not found:
        return {}
    key = the_key(connection, home)
    out = {}
    for source in sorted({row.source for row in found}):
        mine = [row for row in found if row.source == source]
        people: dict[str, frozenset[int]] = {}
        for row in mine:
            if row.person:
                people[row.hash] = people.get(row.hash, frozenset()) | {row.person}
        out[source] = Withheld(
            source,
            key,
            frozenset(row.hash for row in mine if not row.person and row.why == ERASURE),
            people,
            frozenset(row.hash for row in mine if row.why == RETENTION),
        )
    return out


def _read(home: Path) -> bytes | None:
    text = os.environ.get(KEY_VARIABLE)
    if text is None:
        try:
            text = (home / KEY_FILE).read_text(encoding="ascii")
        except (OSError, UnicodeDecodeError):
            return None
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        return None
    return key if 16 <= len(key) <= 64 else None


def _check(key: bytes) -> str:
    return hashlib.blake2b(b"insighthub.withholding", key=key, digest_size=_BYTES).hexdigest()
