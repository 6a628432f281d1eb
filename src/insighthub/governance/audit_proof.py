"""Whether the audit is whole: every line as it was written, all of them there, in their order, and none between.

Takes a connection of the state, and the heads that the hub's folder keeps; gives what is broken first, and where. What
is found: any line that was altered, dropped, inserted or moved, the end cut off, and, as far as ``audit.head`` goes,
an audit all of whose hashes were worked out anew. The oldest lines may be gone where an anchor says so (see
``audit_expiry``), and only then. What is not found: lines that somebody who may write in the database
appends with right hashes, and a cut of what was written since the last head, together with the seal.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from insighthub.errors import RunError
from insighthub.governance.audit import START, Written, hash_of
from insighthub.governance.audit_expiry import Anchor, anchor_now, anchors
from insighthub.governance.tables import audit, audit_seal

HEADS = "audit.head"
_LOT = 20_000


class Head(NamedTuple):
    """How many lines there were at a time, and the hash of the last; and how many had been let go, with their last."""

    lines: int
    hash: str
    at: str
    gone: int = 0
    gone_hash: str = ""


@dataclass(frozen=True)
class Broken:
    """What is broken first.

    Attributes:
        line: the number of the line at which it shows.
        kind: altered, dropped, inserted, reordered, cut off, seal or rewritten.
        what: a sentence.
    """

    line: int
    kind: str
    what: str


class Heads:
    """The heads in the hub's folder: a file with one JSON line each, to which lines are only ever added.

    Args:
        home: the hub's folder.
        every: after how many lines of the audit the head is written again.
        seconds: after how many seconds it is in any case.
    """

    def __init__(self, home: Path, *, every: int = 100, seconds: float = 600) -> None:
        self._file, self._every, self._seconds = home / HEADS, every, seconds
        self._last: tuple[int, datetime] | None = None

    def note(self, written: Written, at: datetime, *, now: bool = False, anchor: Anchor | None = None) -> None:
        """Write the head, if it is time; ``now``: in any case. Call it when the line's transaction has ended.

        ``anchor``, where lines have just been let go: so that the file says it, too.

        Raises:
            RunError: the file cannot be written.
        """
        if not now and self._last is not None:
            lines, before = self._last
            if written.id - lines < self._every and (at - before).total_seconds() < self._seconds:
                return
        said: dict[str, Any] = {
            "lines": written.id,
            "hash": written.hash,
            "at": at.isoformat(timespec="seconds") + "Z",
        }
        if anchor is not None:
            said |= {"gone": anchor.lines, "gone_hash": anchor.hash}
        line = json.dumps(said)
        try:
            with self._file.open("a", encoding="ascii") as handle:
                handle.write(line + "\n")
        except OSError as error:
            raise RunError(
                f"the head of the audit cannot be written ({(error.strerror or type(error).__name__).lower()})",
                remedy="Check that there is space, and that you may write there",
                file=self._file,
            ) from error
        self._last = (written.id, at)

    def read(self) -> tuple[Head, ...]:
        """Return the heads that were written, oldest first. A last line that was broken off is left out."""
        if not self._file.is_file():
            return ()
        heads = []
        for text in self._file.read_text(encoding="utf-8", errors="replace").splitlines():
            try:
                found = json.loads(text)
                gone = int(found.get("gone", 0)), str(found.get("gone_hash", ""))
                heads.append(Head(int(found["lines"]), str(found["hash"]), str(found["at"]), *gone))
            except (ValueError, KeyError, TypeError, AttributeError):
                continue
        return tuple(heads)


def head(connection: Connection) -> Written:
    """Return how many lines the audit has, as its seal says, and the last hash."""
    seal = connection.execute(select(audit_seal.c.lines, audit_seal.c.head)).first()
    return Written(0, START) if seal is None else Written(int(seal[0]), str(seal[1]))


def verify(connection: Connection, heads: Sequence[Head] = ()) -> Broken | None:
    """Return what is broken first, or None where the audit is whole.

    Args:
        connection: of the state; it is only read.
        heads: those that the hub's folder keeps.
    """
    seal = connection.execute(select(audit_seal.c.lines, audit_seal.c.head)).first()
    known = {each.lines: each.hash for each in heads}
    start = _start(connection, heads)
    if isinstance(start, Broken):
        return start
    number, previous = start.lines, start.hash
    if known.get(number, previous) != previous:
        return Broken(number, "rewritten", f"line {number}, the last that went, is not the one that {HEADS} knows")
    for row in _rows(connection):
        number += 1
        if row[0] != number or row[-2] != previous or hash_of(row[:-1]) != row[-1]:
            return _told(connection, number, previous, row, int(seal[0]) if seal else 0)
        previous = row[-1]
        if known.get(number, previous) != previous:
            return Broken(
                number, "rewritten", f"line {number} is not the one of which {HEADS} has the hash: all was rewritten"
            )
    ended = _end(number, previous, None if seal is None else (int(seal[0]), str(seal[1])), heads)
    return ended if ended is not None or not start.lines else _allowed(start, heads)


def _start(connection: Connection, heads: Sequence[Head]) -> Anchor | Broken:
    """Return what the first line that is left follows: nothing, or what was let go, by an anchor or by ``audit.head``.

    ``line`` is 0 where it is not the audit itself that says so.
    """
    first = connection.execute(select(func.min(audit.c.id))).scalar()
    nothing = Anchor(0, START, "", 0, "")
    if first is None or first <= 1:
        return nothing
    good, bad = anchors(connection)
    of_file = [Anchor(each.gone, each.gone_hash, "", 0, "") for each in heads if each.gone]
    # Of two that say the same the anchor itself is taken, as it comes first.
    found = anchor_now(each for each in [*good, *of_file] if each.lines < first)
    if bad and (found is None or found.lines != first - 1):
        return Broken(bad[0], "altered", f"line {bad[0]} was altered")
    return found or nothing


def _allowed(start: Anchor, heads: Sequence[Head]) -> Broken | None:
    """Say what is wrong with the oldest lines' being gone; nothing where an anchor of a whole chain allows it."""
    if not start.line:
        return Broken(1, "dropped", f"{start.lines:,} lines are not there, and no line says that they were let go")
    young = [each for each in heads if each.lines <= start.lines and each.at[:10] >= start.before]
    if young or not start.is_old_enough:
        return Broken(start.line, "dropped", f"line {start.line} let lines go that were too young to go")
    return None


def _end(number: int, previous: str, seal: tuple[int, str] | None, heads: Sequence[Head]) -> Broken | None:
    most = max((each.lines for each in heads), default=0)
    sealed = seal[0] if seal is not None else 0
    if number < max(most, sealed):
        missing = max(most, sealed) - number
        by = "the seal" if sealed >= most else HEADS
        return Broken(number + 1, "cut off", f"the end is cut off: {missing:,} lines that {by} knows are not there")
    if seal is None:
        return None if number == 0 else Broken(number, "seal", "the seal is gone")
    if number > sealed:
        return Broken(sealed + 1, "inserted", f"line {sealed + 1} came after the end, past the seal")
    if previous != seal[1]:
        return Broken(number, "seal", "the seal is not of the last line")
    return None


def _told(connection: Connection, number: int, previous: str, row: tuple[Any, ...], sealed: int) -> Broken:
    """Say what was done where the chain breaks: where line ``number`` should be and ``row`` is."""
    true = _place_of(connection, number, previous)
    if row[0] != number:  # nothing stands there
        if true is not None:
            return Broken(number, "reordered", f"line {number} stands at {true} instead")
        return Broken(number, "dropped", f"line {number} is not there")
    if true == number:  # it is the line itself, and its hash right: it cannot be
        return Broken(number, "altered", f"line {number} was altered")
    twice = select(audit.c.id).where(audit.c.hash == row[-1], audit.c.id != number)
    if connection.execute(twice.limit(1)).first() is not None:
        return Broken(number, "inserted", f"line {number} was put between: it is a copy of another")
    own = _own_place(row, sealed)
    if own is not None and own > number:
        if true is None:
            return Broken(number, "dropped", f"line {number} is not there: the line that was {own} has its place")
        return Broken(number, "reordered", f"the line that was {own} stands at {number}")
    if own is not None and true is None:  # it was right until something took its own place before it
        return Broken(own, "inserted", f"line {own} was put between")
    if true is not None:
        return Broken(number, "inserted", f"line {number} was put between")
    return Broken(number, "altered", f"line {number} was altered")


def _place_of(connection: Connection, number: int, previous: str) -> int | None:
    """Return where the line stands that was line ``number`` after the one of this hash; None where it is not there."""
    query = select(audit).where(audit.c.previous == previous)
    for row in connection.execute(query).all():
        if hash_of((number, *row[1:-1])) == row[-1]:
            return int(row[0])
    return None


def _own_place(row: tuple[Any, ...], sealed: int) -> int | None:
    """Return the number that a line had when its hash was made; None where it never was a line as it is."""
    rest, wanted = tuple(row[1:-1]), row[-1]
    return next((n for n in range(1, sealed + 2) if hash_of((n, *rest)) == wanted), None)


def _rows(connection: Connection) -> Iterator[tuple[Any, ...]]:
    last: int | None = None
    while True:
        query = select(audit).order_by(audit.c.id).limit(_LOT)
        if last is not None:
            query = query.where(audit.c.id > last)
        found = connection.execute(query).all()
        yield from (tuple(row) for row in found)
        if len(found) < _LOT:
            return
        last = found[-1][0]
