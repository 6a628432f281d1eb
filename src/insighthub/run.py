"""The whole run of a hub, readable on one screen: land, standardise, link, index, check, publish.

Takes a hub's home, gives a new release. It is built aside, as a copy of the one before with what changed brought up to
date, checked, and published in one step; a run that ends at any moment, however it ends, changes nothing that anyone
sees. One run at a time.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

import insighthub
from insighthub.config import HubSettings
from insighthub.errors import ContractError, InsightHubError, RunError
from insighthub.linkage.settings import LinkSettings
from insighthub.linkage.standing import Relinked, learn, link_all, relink
from insighthub.progress import Progress
from insighthub.residents.checks import broken_rules
from insighthub.residents.decisions import in_force
from insighthub.residents.identify import Identified, changed_memberships, identify, left_memberships
from insighthub.residents.identity_state import closed_ids, keep_identities, memberships, next_number, numbers
from insighthub.residents.received import RECORD, Placed, Received, SourceChange, land_sources, take_in_changes
from insighthub.residents.record_tables import create
from insighthub.sources.contract import Contract
from insighthub.sources.home import load_home
from insighthub.sources.lawful import missing_entries
from insighthub.store.lock import only_holder
from insighthub.store.releases import Releases
from insighthub.store.run_log import (
    CHANGES,
    FAILED,
    FULL,
    STOPPED,
    RunRow,
    begin_run,
    end_run,
    last_figures,
    publish_run,
    published_run,
)
from insighthub.store.state import State
from insighthub.store.tables import rows

LANDING, MODELS, LOCK, WORK = "landing", "models", "run.lock", "work"


@dataclass
class Run:
    """A run under way: where it stands, and what each part needs.

    Attributes:
        home, settings, state, releases: of the hub.
        row: the run, as the state has it.
        db: the release that is built.
        as_of: the day that it is for.
        full: whether everything is said, linked and indexed anew.
        model: the id of the model that it links with.
        seconds: by stage, so far.
    """

    home: Path
    settings: HubSettings
    state: State
    releases: Releases
    row: RunRow
    db: duckdb.DuckDBPyConnection
    as_of: date
    full: bool
    model: str | None
    progress: Progress
    estimates: dict[str, float] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def stage(self, name: str) -> None:
        """Begin a stage; say how long it took last time, where that was long."""
        self._end()
        about = self.estimates.get(name, 0.0)
        self.progress.stage(f"{name} (about {about:,.0f} seconds)" if about >= 2 else name)
        self._stage, self._since = name, time.perf_counter()

    def _end(self) -> None:
        if hasattr(self, "_stage"):
            self.seconds[self._stage] = self.seconds.get(self._stage, 0.0) + time.perf_counter() - self._since

    def end(self) -> None:
        """End the last stage."""
        self._end()

    @property
    def model_folder(self) -> Path:
        """The folder of the model and plan that records are linked with."""
        assert self.model is not None
        return self.home / MODELS / self.model


@dataclass(frozen=True)
class RunOutcome:
    """What a run gave.

    Attributes:
        run_id: the release that is published now.
        nothing_new: whether nothing had changed, so that the release before stays.
        sources: what became of each source.
        refused: sources that were not taken in, and what their contracts lack.
        identities: what happened to identities; None where nothing was new.
        figures: counts, as the state keeps them.
        seconds: by stage.
        findings: what somebody should know, in sentences.
    """

    run_id: str
    nothing_new: bool
    sources: tuple[SourceChange, ...]
    refused: tuple[tuple[str, tuple[str, ...]], ...]
    identities: Identified | None
    figures: dict[str, Any]
    seconds: dict[str, float]
    findings: tuple[str, ...]


def run_hub(
    home: Path,
    settings: HubSettings,
    state: State,
    *,
    progress: Progress,
    full: bool = False,
    relearn: bool = False,
    accept: bool = False,
    as_of: date | None = None,
) -> RunOutcome:
    """Bring a hub up to date with what its sources delivered.

    Args:
        home: the hub's folder.
        settings: of the hub.
        state: of the hub.
        progress: told of each stage.
        full: say, link and index everything anew, under the model that there is.
        relearn: learn the model anew; the run is then a full one.
        accept: publish although an alarm is raised.
        as_of: the day that the run is for; today where it is not given.

    Raises:
        InsightHubError: a contract or a delivery is at fault, another run is under way, an alarm was raised, or there
            is no space; what is published stays as it was.
    """
    taken = RunError("another run of this hub is under way", remedy="Wait until it has ended", file=home)
    with only_holder(home / LOCK, taken):
        releases = Releases(home)
        recover(state, releases)
        sources, refused = _sources(home)
        base = releases.current()
        with state.write() as connection:
            estimates = last_figures(connection, FULL if full or base is None else CHANGES).get("seconds", {})
            row = begin_run(connection, as_of=as_of or date.today(), kind=FULL if full else CHANGES, base=base)
        partial = releases.partial(row.run_id)
        try:
            run = _begin(home, settings, state, releases, row, base, progress)
            run.estimates, run.full = estimates, full or relearn or base is None
            try:
                return _go(run, sources, refused, relearn=relearn, accept=accept)
            finally:
                with suppress(duckdb.Error):
                    run.db.close()
        except BaseException as error:
            _give_up(state, releases, row, error)
            raise
        finally:
            shutil.rmtree(home / WORK, ignore_errors=True)
            partial.unlink(missing_ok=True)


def recover(state: State, releases: Releases) -> None:
    """Finish what a run that was killed had decided: what the state says is published, is."""
    with state.read() as connection:
        wanted = published_run(connection)
    if wanted is not None and releases.current() != wanted and releases.file(wanted).is_file():
        releases.publish(wanted)
    releases.tidy([r for r in (*releases.kept(), wanted) if r is not None and _is_known(state, r)])


def _go(
    run: Run,
    sources: Sequence[Placed],
    refused: tuple[tuple[str, tuple[str, ...]], ...],
    *,
    relearn: bool,
    accept: bool,
) -> RunOutcome:
    run.stage("Landing the deliveries")
    deliveries = land_sources(sources, run.home / LANDING, run.progress)
    run.stage("Reading what changed")
    received = take_in_changes(
        run.db, sources, deliveries, run.home / WORK, as_of=run.as_of, full=run.full, progress=run.progress
    )
    _alarm_shrinkage(run, received, accept=accept)
    run.stage("Linking")
    relinked = _link(run, sources, received, relearn=relearn)
    run.stage("Carrying identities over")
    identified = _identify(run, received, relinked)
    _alarm_churn(run, identified, accept=accept)
    index(run)
    run.stage("Checking the release")
    broken = broken_rules(run.db)
    if broken:
        raise RunError(
            f"the release that was built is not sound, and is not published: {'; '.join(broken)}",
            remedy="Run again with --full; if it happens again, report it",
        )
    run.stage("Publishing")
    figures = _figures(run, received, identified, relinked)
    _publish(run, identified, figures)
    run.end()
    return RunOutcome(
        run.row.run_id,
        False,
        received.sources,
        refused,
        identified,
        figures,
        run.seconds,
        relinked.findings,
    )


def index(run: Run) -> None:
    """Build all that follows from who is who, for the residents in the table ``touched``."""
    for name, build in INDEX:
        run.stage(name)
        build(run)


#: The parts of the index, in order: what they are called, and what builds them.
INDEX: list[tuple[str, Callable[[Run], None]]] = []


def _sources(home: Path) -> tuple[list[Placed], tuple[tuple[str, tuple[str, ...]], ...]]:
    """Return the sources that may be taken in, by name, and those that may not with what their contracts lack."""
    placed = [Placed(source, each.base) for each in load_home(home) for source in each.contract.source]
    lacking = [(each.source.name, missing_entries(each.source)) for each in placed]
    refused = tuple((name, missing) for name, missing in lacking if missing)
    names = {name for name, _ in refused}
    good = sorted((each for each in placed if each.source.name not in names), key=lambda each: each.source.name)
    if not good:
        raise ContractError(
            f"no source has all the entries that a hub asks for; {refused[0][0]} lacks {', '.join(refused[0][1])}",
            remedy="Record by which right each source is used, in its contract",
            file=home,
        )
    return good, refused


def _begin(
    home: Path,
    settings: HubSettings,
    state: State,
    releases: Releases,
    row: RunRow,
    base: str | None,
    progress: Progress,
) -> Run:
    """Open the release that is to be built: a copy of the one before."""
    releases.folder.mkdir(parents=True, exist_ok=True)
    partial = releases.partial(row.run_id)
    partial.unlink(missing_ok=True)
    try:
        if base is not None:
            shutil.copyfile(releases.file(base), partial)
        db = duckdb.connect(str(partial))
        create(db)
    except (OSError, duckdb.Error) as error:
        raise RunError(
            f"the new release cannot be written ({type(error).__name__})",
            remedy="Check that there is space, and that you may write there",
            file=releases.folder,
        ) from None
    found = rows(db, "SELECT model FROM run ORDER BY run_id DESC LIMIT 1")
    model = found[0][0] if found and (home / MODELS / found[0][0]).is_dir() else None
    return Run(home, settings, state, releases, row, db, row.as_of, False, model, progress)


def _link(run: Run, sources: Sequence[Placed], received: Received, *, relearn: bool) -> Relinked:
    contract = Contract(source=tuple(each.source for each in sources))
    single = [s.name for s in contract.source if s.one_record_per_person]
    kinds = {f"other_{name}": field.kind for s in contract.source for name, field in s.person.other.items()}
    with run.state.read() as connection:
        decisions = in_force(connection)
    settings = LinkSettings()
    told: dict[str, Any] = {
        "single_sources": single,
        "other_kinds": kinds,
        "settings": settings,
        "progress": run.progress,
    }
    out = run.releases.linkage(run.row.run_id)
    if run.full:
        if relearn or run.model is None:
            learned = learn(received.added, decisions=decisions, **told)
            run.model = f"m{run.row.number:06d}"
            run.model_folder.mkdir(parents=True, exist_ok=True)
            learned.save(run.model_folder)
        return link_all(received.added, run.model_folder, out, decisions=decisions, **told)
    assert run.row.base is not None
    base = run.releases.linkage(run.row.base)
    return relink(
        base, run.model_folder, out, removed=received.removed, added=received.added, decisions=decisions, **told
    )


def _identify(run: Run, received: Received, relinked: Relinked) -> Identified:
    db = run.db
    with run.state.read() as connection:
        known, gone, closed = numbers(connection), memberships(connection, there=False), closed_ids(connection)
        following, decisions = next_number(connection), in_force(connection)
        state_is_base = published_run(connection) == run.row.base
        there = None if state_is_base else memberships(connection, there=True)
    for name, table in (("resident_numbers", known), ("gone", gone)):
        db.register(name, table)
    db.execute("CREATE OR REPLACE TEMP TABLE resident_number AS FROM resident_numbers")
    db.execute("CREATE OR REPLACE TEMP TABLE gone_before AS FROM gone")
    if (
        there is not None
    ):  # the release that this began from is not the newest: the state knows better whose records are
        db.register("held", there)
        db.execute("DELETE FROM membership")
        db.execute("INSERT INTO membership SELECT resident_id, source, record_id, person, NULL FROM held")
        db.unregister("held")
    for name in ("resident_numbers", "gone"):
        db.unregister(name)
    said = pa.table([received.added[name].cast(pa.string()) for name in RECORD.names], schema=RECORD)
    return identify(
        db,
        relinked.rows,
        relinked.pairs,
        removed=received.removed,
        said=said,
        decided=decisions,
        closed_before=closed,
        next_number=following,
        everybody=run.full,
    )


def _alarm_shrinkage(run: Run, received: Received, *, accept: bool) -> None:
    most = run.settings.run.most_shrinkage
    for each in received.sources:
        if each.before and each.removed / each.before > most and not accept:
            raise AlarmError(
                f"{each.source} would lose {each.removed:,} of its {each.before:,} records, more than {most:.0%}",
                remedy="Check that the delivery is whole; if it is right, run again with --accept",
            )


def _alarm_churn(run: Run, identified: Identified, *, accept: bool) -> None:
    most = run.settings.run.most_churn
    if identified.churn > most and not accept:
        raise AlarmError(
            f"{identified.moved:,} records would change resident, {identified.churn:.1%} of those known before "
            f"(the limit is {most:.0%})",
            remedy="Look at what was delivered, and at the model; if it is right, run again with --accept",
        )


class AlarmError(RunError):
    """A run was stopped before it was published, because it would change more than it should."""


def _publish(run: Run, identified: Identified, figures: dict[str, Any]) -> None:
    run.db.execute(
        "INSERT INTO run VALUES (?, ?, ?, ?, ?, now()::TIMESTAMP)",
        [run.row.run_id, run.as_of, FULL if run.full else CHANGES, run.model, insighthub.__version__],
    )
    changed, left = changed_memberships(run.db), left_memberships(run.db)
    run.db.execute("CHECKPOINT")
    run.db.close()
    run.releases.finish(run.row.run_id)
    with run.state.write() as connection:  # from here on the run has happened; recovery finishes the rest
        keep_identities(connection, run.row.run_id, identified, changed=changed, left=left)
        kind = FULL if run.full else CHANGES
        publish_run(connection, run.row.run_id, model=str(run.model), kind=kind, figures=figures)
    run.releases.publish(run.row.run_id)
    kept = run.releases.kept()[-run.settings.run.keep_releases :]
    run.releases.tidy(kept)


def _figures(run: Run, received: Received, identified: Identified, relinked: Relinked) -> dict[str, Any]:
    residents, records = rows(run.db, "SELECT count(*), coalesce(sum(records), 0) FROM resident")[0]
    return {
        "records": int(records),
        "residents": int(residents),
        "records_changed": sum(s.added + s.changed + s.removed for s in received.sources),
        "residents_touched": int(rows(run.db, "SELECT count(*) FROM touched")[0][0]),
        "ids_issued": len(identified.issued),
        "ids_closed": len(identified.closed),
        "ids_reopened": len(identified.reopened),
        "records_moved": identified.moved,
        "churn": identified.churn,
        "linkage": relinked.figures,
        "seconds": {name: round(took, 3) for name, took in run.seconds.items()},
    }


def _give_up(state: State, releases: Releases, row: RunRow, error: BaseException) -> None:
    """Note how a run ended that was not published; its files go."""
    reason = str(error) if isinstance(error, InsightHubError) else type(error).__name__
    with suppress(Exception), state.write() as connection:
        if published_run(connection) == row.run_id:
            return  # it had happened already
        end_run(connection, row.run_id, STOPPED if isinstance(error, AlarmError) else FAILED, reason)
    with suppress(Exception), state.read() as connection:
        if published_run(connection) != row.run_id:
            releases.remove(row.run_id)


def _is_known(state: State, run_id: str) -> bool:
    from sqlalchemy import select

    from insighthub.store.run_log import PUBLISHED
    from insighthub.store.state_tables import run as run_table

    with state.read() as connection:
        return connection.execute(select(run_table.c.status).where(run_table.c.run_id == run_id)).scalar() == PUBLISHED
