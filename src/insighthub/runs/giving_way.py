"""A run gives way to whoever waits at a screen of the same machine.

Takes how far, as ``nice`` counts, and holds it for a block. Threads that begin within the block give way too; where
the operating system knows nothing of the kind, nothing happens.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def giving_way(nice: int) -> Iterator[None]:
    """Give way for the length of a block.

    Args:
        nice: from 0, not at all, to 19: a process with 10 gets about a tenth of a processor that another one wants
            too, and all of one that nobody else wants. Who gives way further already goes on so.
    """
    if not hasattr(os, "setpriority"):
        yield
        return
    before = os.getpriority(os.PRIO_PROCESS, 0)
    os.setpriority(os.PRIO_PROCESS, 0, max(before, nice))
    try:
        yield
    finally:
        with suppress(PermissionError):  # only who runs the machine may take it back
            os.setpriority(os.PRIO_PROCESS, 0, before)
