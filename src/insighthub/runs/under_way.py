"""A run under way: where it stands, what each part of it needs, and how long the stages take."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import duckdb

from insighthub.config import HubSettings
from insighthub.errors import RunError
from insighthub.progress import Progress
from insighthub.store.lock import only_holder
from insighthub.store.releases import Releases
from insighthub.store.run_log import CHANGES, FULL, RunRow
from insighthub.store.state import State

LANDING, MODELS, WORK = "landing", "models", "work"
LOCK = "run.lock"
LEAST_SECONDS = 2.0  # a stage that took less last time needs no estimate


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Keep runs of a hub, and whoever publishes a release, apart for the length of a block.

    Raises:
        RunError: a run is under way, or the folder cannot be written.
    """
    taken = RunError("another run of this hub is under way", remedy="Wait until it has ended", file=home)
    with only_holder(home / LOCK, taken):
        yield


@dataclass
class Run:
    """A run under way.

    Attributes:
        home, settings, state, releases: of the hub.
        row: the run, as the state has it.
        db: the release that is built.
        full: whether everything is said, linked and indexed anew.
        relearn: whether the model is learned anew.
        model: the id of the model that it links with, None before one is learned.
        progress: told of each stage.
        estimates: seconds that each stage took last time.
        seconds: by stage, so far.
        without_trace: whether the file of the release is written anew before it is published.
    """

    home: Path
    settings: HubSettings
    state: State
    releases: Releases
    row: RunRow
    db: duckdb.DuckDBPyConnection
    full: bool
    relearn: bool
    model: str | None
    progress: Progress
    estimates: dict[str, float] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    without_trace: bool = False
    _stage: str | None = None
    _since: float = 0.0

    def stage(self, name: str) -> None:
        """Begin a stage; say how long it took last time, where that was long."""
        self.end()
        about = self.estimates.get(name, 0.0)
        self.progress.stage(f"{name} (about {about:,.0f} seconds)" if about >= LEAST_SECONDS else name)
        self._stage, self._since = name, time.perf_counter()

    def end(self) -> None:
        """End the stage."""
        if self._stage is not None:
            self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + time.perf_counter() - self._since
            self._stage = None

    @property
    def as_of(self) -> date:
        """The day that the run is for."""
        return self.row.as_of

    @property
    def kind(self) -> str:
        """Whether it is a full run or one of changes, as the state calls it."""
        return FULL if self.full else CHANGES

    @property
    def work(self) -> Path:
        """A folder for what is needed only while the run lasts.

        It is the run's own: of a run that was killed, a process may go on for a while and write into its folder.
        """
        return self.home / WORK / self.row.run_id

    @property
    def model_folder(self) -> Path:
        """The folder of the model and plan that records are linked with."""
        assert self.model is not None
        return self.home / MODELS / self.model
