"""The search that a hub answers with, while releases come and go.

Takes what opens a release's search, gives the search of the release that is asked for; or, where nobody is to wait, the
one before it until the new one is open in a thread of its own. Opening takes seconds at a borough's size, and all
officers would wait for it on every morning after a run. What an older search finds must be held against the release
that is published, by whoever asked: somebody may be gone from it, or be hidden in it.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock, Thread

from insighthub.residents.search import Search


class Searching:
    """The search that is open, and the one that is being opened."""

    def __init__(self) -> None:
        self._lock = Lock()  # of its own, so that nobody waits for a search who wants a picture
        self._search: Search | None = None
        self._run_id: str | None = None
        self._opening: str | None = None
        self.meanwhile = False

    def of(self, run_id: str, opened: Callable[[], Search]) -> tuple[Search, bool]:
        """Return a search, and whether it is that of the release.

        Args:
            run_id: the release.
            opened: opens its search.
        """
        with self._lock:  # of callers who ask at once, one opens the search for all
            if self._search is not None and self._run_id == run_id:
                return self._search, True
            if self._search is None or not self.meanwhile:
                self._search = None  # let go of first, so that two are not held at once
                self._search, self._run_id = opened(), run_id
                return self._search, True
            if self._opening != run_id:
                self._opening = run_id
                Thread(target=self._open, args=(run_id, opened), daemon=True, name="opens the next search").start()
            return self._search, False

    def _open(self, run_id: str, opened: Callable[[], Search]) -> None:
        try:
            search = opened()
        except Exception:  # whoever asks next opens it, and is told what is wrong
            with self._lock:
                self._opening, self._search = None, None
            return
        with self._lock:
            if self._opening == run_id:  # otherwise a newer one is being opened
                self._opening, self._search, self._run_id = None, search, run_id

    def close(self) -> None:
        """Let go of what is open."""
        with self._lock:
            self._search, self._run_id, self._opening = None, None, None
