"""A lock that one program at a time holds, and that the system gives back when the program ends, however it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from insighthub.errors import InsightHubError


@contextmanager
def only_holder(lock: Path, taken: InsightHubError) -> Iterator[None]:
    """Hold a lock file for the length of a block.

    Args:
        lock: the lock file, which is made, and taken away at the end.
        taken: the error to raise where another program holds it.
    """
    with lock.open("a+b") as handle:
        try:
            _take(handle)
            # A run that has just ended takes its lock file away: a lock on what is no longer there holds nobody off.
            held = os.path.samestat(os.fstat(handle.fileno()), lock.stat())
        except OSError:
            held = False
        if not held:
            raise taken
        try:
            yield
        finally:
            with suppress(OSError):
                lock.unlink()


if sys.platform == "win32":
    import msvcrt

    def _take(handle: IO[bytes]) -> None:
        handle.seek(0)
        msvcrt.locking(handle.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(handle: IO[bytes]) -> None:
        fcntl.flock(handle.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
