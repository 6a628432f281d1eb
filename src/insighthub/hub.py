"""The hub: the front door of the Python API.

Takes a home folder, gives runs, releases and residents:

    hub = Hub("borough")
    hub.run()
    hub.residents.picture("R7K2M9QX4TF", purpose="safeguarding")
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from insighthub.config import load_settings
from insighthub.corrections.desk import Corrections
from insighthub.errors import ContractError, RunError
from insighthub.governance.policy import POLICY, Policy
from insighthub.governance.policy_versions import file_is_news, live_version, take_in_file
from insighthub.linkage.labels.decisions import MUST
from insighthub.places.home import HubPlaces
from insighthub.progress import Progress, Silent
from insighthub.residents import decisions
from insighthub.residents.access import Residents
from insighthub.residents.decisions import Decision, Record
from insighthub.residents.identity_state import Resolved, resolve
from insighthub.residents.ids import tidy_id
from insighthub.review.review import Review
from insighthub.run import RunOutcome, run_hub
from insighthub.runs.begin import Asked
from insighthub.runs.publish import publish_again
from insighthub.runs.under_way import MODELS
from insighthub.sources.home import CONTRACTS, SETTINGS, load_home
from insighthub.store.releases import Releases
from insighthub.store.run_log import RunRow, now, runs
from insighthub.store.state import State
from insighthub.vulnerability.kept import remove_gone


class Hub:
    """A hub in a folder.

    Args:
        home: the folder.

    Raises:
        ContractError: a setting is wrong, or the policy's file.
        RunError: there is no such folder, or the state cannot be opened.
    """

    def __init__(self, home: Path | str) -> None:
        self.home = Path(home)
        if not self.home.is_dir():
            raise RunError("there is no such folder", remedy="Name the hub's folder with --home", file=self.home)
        self.settings = load_settings(self.home)
        self.state = State(self.settings.state_url(self.home))
        self.releases = Releases(self.home)
        self._policy: tuple[int | None, Policy] = (None, Policy())
        self._closed: tuple[tuple[int, ...], frozenset[str]] = ((), frozenset())
        try:
            self._take_in_policy()
        except BaseException:
            self.state.close()
            raise
        self.residents = Residents(self.releases, self.state, self.policy, self.home / MODELS, self.settings.search)
        self.places = HubPlaces(self.home, self.settings.places)
        self.corrections = Corrections(self)
        self.review = Review(self.state, self.releases, self.home / MODELS, self.settings.review)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the state, and of the release that was read."""
        self.residents.close()
        self.review.close()
        self.state.close()

    def policy(self) -> Policy:
        """Return the policy that holds: the one approved last. Without any, nothing is allowed.

        A source whose contract records no lawful gateway is closed in it, whatever a purpose says.
        """
        with self.state.read() as connection:
            version = live_version(connection)
        number = None if version is None else version.version
        if self._policy[0] != number or number is None:
            self._policy = (number, Policy() if version is None else version.policy)
        policy, closed = self._policy[1], self._without_gateway()
        return policy.model_copy(update={"closed": policy.closed | closed}) if closed else policy

    def run(self, asked: Asked | None = None, *, progress: Progress | None = None) -> RunOutcome:
        """Bring the hub up to date with what its sources delivered; see ``run_hub``."""
        outcome = run_hub(self.settings, self.state, self.releases, progress=progress or Silent(), asked=asked)
        remove_gone(self.releases)
        return outcome

    @contextmanager
    def release(self, run_id: str | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """Give a connection to a release, the published one where none is named; it stays the same while it is open."""
        db = self.releases.open(run_id)
        try:
            yield db
        finally:
            db.close()

    @cached_property
    def source_links(self) -> dict[str, str]:
        """By source, the address of a record in the source's own system, with ``{record_id}`` in it; read once.

        Raises:
            ContractError: a contract is wrong.
        """
        sources = [source for each in load_home(self.home) for source in each.contract.source]
        return {source.name: source.record_url for source in sources if source.record_url}

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

    def _take_in_policy(self) -> None:
        """Keep the policy's file: as the first version, or as a proposal where somebody has changed it."""
        file = self.home / POLICY
        if not file.is_file():
            return
        try:
            text = file.read_text(encoding="utf-8-sig")
        except (OSError, ValueError) as error:
            raise ContractError(
                f"the policy cannot be read ({type(error).__name__})", remedy="Mend the file; it is TOML", file=file
            ) from None
        with self.state.read() as connection:
            if not file_is_news(connection, text):
                return
        with self.state.write() as connection:
            take_in_file(connection, text, now())

    def _without_gateway(self) -> frozenset[str]:
        """Return the sources whose contract records no gateway; the contracts are read again when a file changes."""
        files = [self.home / SETTINGS, *sorted((self.home / CONTRACTS).glob("*.toml"))]
        times = tuple(file.stat().st_mtime_ns for file in files if file.is_file())
        if times != self._closed[0]:
            try:
                sources = [source for each in load_home(self.home) for source in each.contract.source]
            except ContractError:
                return self._closed[1]  # what was known of them before; a run will say what is wrong
            self._closed = (times, frozenset(source.name for source in sources if not source.legal_gateway))
        return self._closed[1]
