"""The hub: the front door of the Python API.

Takes a home folder, gives runs, releases and residents:

    hub = Hub("borough")
    hub.run()
    hub.residents.picture("R7K2M9QX4TF", purpose="safeguarding")
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from insighthub.config import load_settings
from insighthub.corrections.desk import Corrections
from insighthub.errors import RunError
from insighthub.linkage.labels.decisions import MUST
from insighthub.progress import Progress, Silent
from insighthub.residents import decisions
from insighthub.residents.access import Residents
from insighthub.residents.decisions import Decision, Record
from insighthub.residents.identity_state import Resolved, resolve
from insighthub.residents.ids import tidy_id
from insighthub.run import RunOutcome, run_hub
from insighthub.runs.begin import Asked
from insighthub.runs.publish import publish_again
from insighthub.runs.under_way import MODELS
from insighthub.store.releases import Releases
from insighthub.store.run_log import RunRow, runs
from insighthub.store.state import State


class Hub:
    """A hub in a folder.

    Args:
        home: the folder.

    Raises:
        ContractError: a setting is wrong.
        RunError: there is no such folder, or the state cannot be opened.
    """

    def __init__(self, home: Path | str) -> None:
        self.home = Path(home)
        if not self.home.is_dir():
            raise RunError("there is no such folder", remedy="Name the hub's folder with --home", file=self.home)
        self.settings = load_settings(self.home)
        self.state = State(self.settings.state_url(self.home))
        self.releases = Releases(self.home)
        self.residents = Residents(
            self.releases, self.state, self.settings.purpose, self.home / MODELS, self.settings.search
        )
        self.corrections = Corrections(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the state, and of the release that was read."""
        self.residents.close()
        self.state.close()

    def run(self, asked: Asked | None = None, *, progress: Progress | None = None) -> RunOutcome:
        """Bring the hub up to date with what its sources delivered; see ``run_hub``."""
        return run_hub(self.settings, self.state, self.releases, progress=progress or Silent(), asked=asked)

    @contextmanager
    def release(self, run_id: str | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a connection to a release, the published one where none is named; it stays the same while it is open."""
        db = self.releases.open(run_id)
        try:
            yield db
        finally:
            db.close()

    def runs(self) -> list[RunRow]:
        """Return all runs, oldest first."""
        with self.state.read() as connection:
            return runs(connection)

    def publish(self, run_id: str) -> None:
        """Publish a release that is kept, an older one perhaps. Identities and decisions stay as they are.

        Raises:
            RunError: it is not kept, or a run is under way.
        """
        publish_again(self.state, self.releases, run_id)

    def resolve(self, resident_id: str) -> Resolved:
        """Return what stands for a resident id now, and how that came.

        Raises:
            RunError: no such id was ever issued.
        """
        with self.state.read() as connection:
            return resolve(connection, tidy_id(resident_id) or resident_id)

    def same_person(self, left: Record, right: Record, *, by: str, note: str) -> None:
        """Decide that two records are of one person, in the next run and all later ones."""
        with self.state.write() as connection:
            decisions.decide(connection, MUST, [(left, right)], by=by, note=note)

    def not_same_person(self, some: Sequence[Record], others: Sequence[Record], *, by: str, note: str) -> None:
        """Decide that some records are of another person than others, in the next run and all later ones."""
        with self.state.write() as connection:
            decisions.not_one_person(connection, some, others, by=by, note=note)

    def undo(self, decision_id: int, *, by: str, note: str) -> None:
        """Decide that an earlier decision no longer holds."""
        with self.state.write() as connection:
            decisions.undo(connection, decision_id, by=by, note=note)

    def decisions(self) -> list[Decision]:
        """Return every decision, oldest first."""
        with self.state.read() as connection:
            return decisions.decisions(connection)
