"""Releases that are open for review, each with the model of its run.

Takes a hub's state, releases and models, gives ``Opened``. A release and its model are opened once and kept: the last
two that were asked for anew. Whoever has a cursor on one that is let go keeps it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import duckdb

from insighthub.errors import DataError, RunError
from insighthub.review.items import Item
from insighthub.review.weighing import RunModel
from insighthub.store.releases import Releases
from insighthub.store.run_log import published_runs
from insighthub.store.state import State

_KEPT = 2


@dataclass(frozen=True)
class Opened:
    """A release, and the model of its run."""

    run_id: str
    db: duckdb.DuckDBPyConnection
    model: RunModel


class OpenReleases:
    """The releases of a hub that are open for review.

    Args:
        state: of the hub.
        releases: of the hub.
        models: the folder of its models.
    """

    def __init__(self, state: State, releases: Releases, models: Path) -> None:
        self._state, self._releases, self._models = state, releases, models
        self._opened: dict[str, Opened] = {}
        self._lock = Lock()

    def named(self, run_id: str | None = None) -> str:
        """Return the release that is named, or the published one.

        Raises:
            RunError: there is no release yet.
        """
        wanted = run_id or self._releases.current()
        if wanted is None:
            raise RunError("this hub has no release yet", remedy="Run insighthub run", file=self._releases.home)
        return wanted

    def of(self, run_id: str) -> Opened:
        """Return a release, opened.

        Raises:
            RunError: it was never published, or is not kept.
            DataError: its model or its linkage cannot be read.
        """
        with self._lock:
            if run_id in self._opened:
                return self._opened[run_id]
            with self._state.read() as connection:
                model = published_runs(connection).get(run_id)
            if model is None:
                raise RunError(
                    f"no run {run_id} was published", remedy="Choose one that insighthub releases list shows"
                )
            db = self._releases.open(run_id)
            try:
                opened = Opened(run_id, db, RunModel.open(self._models / model, self._releases.linkage(run_id)))
            except DataError:
                db.close()
                raise
            while len(self._opened) >= _KEPT:
                self._opened.pop(next(iter(self._opened))).db.close()
            self._opened[run_id] = opened
            return opened

    def of_item(self, item: Item) -> tuple[Opened, bool]:
        """Return the release of an item, or the published one where that is not kept; and whether it is its own."""
        own = item.run_id in self._releases.kept()
        return self.of(item.run_id if own else self.named()), own

    def close(self) -> None:
        """Let go of all."""
        with self._lock:
            for opened in self._opened.values():
                opened.db.close()
            self._opened.clear()
