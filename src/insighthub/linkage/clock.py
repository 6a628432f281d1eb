"""How long each stage of a run takes.

Takes a watcher, tells it of each stage as it begins, and keeps the wall seconds that the report shows.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from insighthub.progress import Progress


class Clock:
    """Wall seconds by stage."""

    def __init__(self, progress: Progress) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress

    @contextmanager
    def stage(self, name: str, words: str) -> Iterator[None]:
        """Time what is done within, under a name for the report, told in words for the watcher."""
        self._progress.stage(words)
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start
