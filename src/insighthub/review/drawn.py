"""Figures that are drawn already: drawing takes longer than all else that a reviewer waits for.

Takes a function that draws the figures of an item, keeps what it drew of the last few hundred, and draws ahead in a
thread of its own: while a reviewer looks at an item, those of the next are made.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Generic, TypeVar

from insighthub.charts import Drawing

Key = TypeVar("Key", bound=Hashable)
MOST = 256


class DrawnAhead(Generic[Key]):
    """Drawings by key, each made once.

    Args:
        make: draws.
        most: how many are kept; those that were asked for longest ago go first.
    """

    def __init__(self, make: Callable[[Key], dict[str, Drawing]], most: int = MOST) -> None:
        self._make, self._most = make, most
        self._known: OrderedDict[Key, Future[dict[str, Drawing]]] = OrderedDict()
        self._lock = Lock()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="review-drawings")

    def of(self, key: Key) -> dict[str, Drawing]:
        """Return the drawings of a key, drawing them if nobody has; an error of drawing is raised, and not kept."""
        future = self._begun(key)
        try:
            return future.result()
        except BaseException:
            with self._lock:
                if self._known.get(key) is future:
                    del self._known[key]
            raise

    def ahead(self, keys: Iterable[Key]) -> None:
        """Begin to draw, and do not wait."""
        for key in keys:
            self._begun(key)

    def close(self) -> None:
        """Leave what is not begun, and wait for what is."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _begun(self, key: Key) -> Future[dict[str, Drawing]]:
        with self._lock:
            future = self._known.get(key)
            if future is None:
                future = self._pool.submit(self._make, key)
                self._known[key] = future
            self._known.move_to_end(key)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
            return future
