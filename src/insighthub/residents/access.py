"""Access to residents: the one way to a person's data in the index.

Takes a hub's releases, state and purposes, gives ``Residents``, whose calls all name a purpose. A release is opened
once and kept until another is published, so that a call costs no opening; each thread asks on a cursor of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock

import duckdb
import pyarrow as pa

from insighthub.errors import RunError
from insighthub.governance.purposes import LOCKED, Purpose, named
from insighthub.residents.identity_state import resolve
from insighthub.residents.ids import tidy_id
from insighthub.residents.listing import record_list, resident_list
from insighthub.residents.picture import Asking, Levels, no_such_resident, picture
from insighthub.residents.picture_parts import Picture
from insighthub.residents.search import Found, Search, SearchSettings
from insighthub.store.releases import Releases
from insighthub.store.state import State
from insighthub.store.tables import rows


@dataclass(frozen=True)
class _Opened:
    """A release that is open, and what is known of it."""

    run_id: str
    file: Path
    db: duckdb.DuckDBPyConnection
    levels: Levels
    special: dict[str, bool]
    settings: SearchSettings

    def allowed(self, purpose: Purpose) -> frozenset[str]:
        """Return the sources that a purpose may use."""
        return frozenset(
            source
            for source, special in self.special.items()
            if purpose.allows(source, special=special, locked=source in LOCKED)
        )

    @cached_property
    def search(self) -> Search:
        """The release's search, which takes a second or two to open and is opened when somebody first asks."""
        return Search(self.file, self.settings)


class Residents:
    """The residents of a hub.

    Args:
        releases: of the hub.
        state: of the hub.
        purposes: of the hub.
        models: the folder of its models.
        search: how residents are searched for.
    """

    def __init__(
        self,
        releases: Releases,
        state: State,
        purposes: Sequence[Purpose],
        models: Path,
        search: SearchSettings | None = None,
    ) -> None:
        self._releases, self._state, self._purposes, self._models = releases, state, purposes, models
        self._search = search or SearchSettings()
        self._opened: _Opened | None = None
        self._lock = Lock()
        self._opening_search = Lock()  # of its own, so that nobody waits for a search who wants a picture

    def picture(self, resident_id: str, purpose: str) -> Picture:
        """Return the full picture of a resident, as far as a purpose may see it.

        Args:
            resident_id: an id, an old one perhaps.
            purpose: the name of the purpose.

        Raises:
            RunError: the hub knows no such purpose, there is no release, or no such resident that it may see.
        """
        why = named(self._purposes, purpose)
        opened = self._open()
        asked = tidy_id(resident_id) or resident_id
        allowed = opened.allowed(why)
        asking = Asking(self._now(asked), asked, why, allowed, tuple(sorted(set(opened.special) - allowed)))
        with opened.db.cursor() as cursor:
            return picture(cursor, asking, opened.levels)

    def find(self, query: str, purpose: str, *, limit: int = 20) -> list[Found]:
        """Return the residents whom a query fits, best first, as far as a purpose may find them.

        Args:
            query: what is known of somebody, in any order; see ``Search.find``.
            purpose: the name of the purpose.
            limit: how many at most.

        Raises:
            RunError: the hub knows no such purpose, or there is no release.
            QueryError: nobody could be found by this.
        """
        why = named(self._purposes, purpose)
        opened = self._open()
        with self._opening_search:  # of callers who ask at once, one opens the search for all
            search = opened.search
        return search.find(query, purpose_sources=opened.allowed(why), see_hidden=why.hidden, limit=limit)

    def everybody(self, purpose: str) -> pa.Table:
        """Return all residents that a purpose may see, a row each; see ``resident_list``.

        Raises:
            RunError: the hub knows no such purpose, or there is no release.
        """
        return self._listed(resident_list, purpose)

    def records(self, purpose: str) -> pa.Table:
        """Return which record is of which resident, as far as a purpose may see; see ``record_list``.

        Raises:
            RunError: the hub knows no such purpose, or there is no release.
        """
        return self._listed(record_list, purpose)

    def close(self) -> None:
        """Let go of the release."""
        with self._lock:
            if self._opened is not None:
                self._opened.db.close()
            self._opened = None

    def _listed(self, listing: Callable[..., pa.Table], purpose: str) -> pa.Table:
        why, opened = named(self._purposes, purpose), self._open()
        with opened.db.cursor() as cursor:
            return listing(cursor, sorted(opened.allowed(why)), hidden=why.hidden)

    def _now(self, asked: str) -> str:
        try:
            with self._state.read() as connection:
                now = resolve(connection, asked).resident_id
        except RunError:
            now = None
        if now is None:
            raise no_such_resident()
        return now

    def _open(self) -> _Opened:
        current = self._releases.current()
        with self._lock:
            if self._opened is None or self._opened.run_id != current:
                self._opened = self._opening(current)
            return self._opened

    def _opening(self, run_id: str | None) -> _Opened:
        db = self._releases.open(run_id)
        model = rows(db, "SELECT model FROM run ORDER BY run_id DESC LIMIT 1")[0][0]
        special = dict(rows(db, "SELECT source, special_category FROM source"))
        file = json.loads((self._models / model / "model.json").read_text(encoding="utf-8"))
        levels = {part["name"]: tuple(part["levels"]) for part in file["comparisons"]}
        return _Opened(str(run_id), self._releases.file(str(run_id)), db, levels, special, self._search)
