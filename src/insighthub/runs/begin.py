"""How a run begins: which sources it may take in, and the release that it builds, a copy of the one before."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

import insighthub
from insighthub.config import HubSettings
from insighthub.errors import ContractError
from insighthub.population.build import HISTORY as POPULATION_HISTORY
from insighthub.progress import Progress
from insighthub.residents.received import Placed, contract_hash
from insighthub.residents.record_tables import RECORD_TABLES, create
from insighthub.runs.under_way import MODELS, Run
from insighthub.sources.home import load_home
from insighthub.sources.lawful import missing_entries
from insighthub.store.releases import Releases
from insighthub.store.run_log import CHANGES, FULL, RunRow, begin_run, last_figures, newest_run
from insighthub.store.state import State
from insighthub.store.tables import quoted, rows

#: Rows that are kept together, a fifteenth of DuckDB's own number. Whoever asks about one resident, or about the twenty
#: of a search, reads every group that may have them, table by table, so that smaller ones answer sooner; with much
#: smaller ones the file grows.
ROW_GROUP = 8_192
#: Tables that say what earlier releases said.
_HISTORY = ("measure_published", "measure_basis", "quality_trend", *POPULATION_HISTORY)


@dataclass(frozen=True)
class Asked:
    """What a run is asked to do.

    Attributes:
        full: say, link and index everything anew, under the model that there is.
        relearn: learn the model anew; the run is then a full one.
        accept: publish although an alarm is raised.
        as_of: the day that the run is for; today where it is not given.
        without_trace: of what is deleted nothing is to be left in the release's file: the run is a full one, and its
            file is written anew before it is published.
    """

    full: bool = False
    relearn: bool = False
    accept: bool = False
    as_of: date | None = None
    without_trace: bool = False


@dataclass(frozen=True)
class Refused:
    """A source that is not taken in, and the entries that its contract lacks."""

    source: str
    missing: tuple[str, ...]


def lawful_sources(home: Path) -> tuple[list[Placed], tuple[Refused, ...]]:
    """Return the sources that may be taken in, by name, and those that may not.

    Raises:
        ContractError: a contract is at fault, or no source may be taken in.
    """
    placed = [Placed(source, each.base) for each in load_home(home) for source in each.contract.source]
    refused = tuple(Refused(p.source.name, missing) for p in placed if (missing := missing_entries(p.source)))
    names = {each.source for each in refused}
    good = sorted((each for each in placed if each.source.name not in names), key=lambda each: each.source.name)
    if not good:
        raise ContractError(
            f"no source has all the entries that a hub asks for; {refused[0].source} lacks "
            f"{', '.join(refused[0].missing)}",
            remedy="Record by which right each source is used, in its contract",
            file=home,
        )
    return good, refused


def begin(state: State, releases: Releases, asked: Asked, *, after: int) -> RunRow:
    """Note in the state that a run begins; its number is higher than ``after``."""
    base = releases.current()
    if base is not None and not releases.file(base).is_file():
        base = None  # it was taken away: everything is read anew, and the state knows whose records are
    full = asked.full or asked.relearn or asked.without_trace
    kind = FULL if full or base is None else CHANGES
    with state.write() as connection:
        return begin_run(connection, as_of=asked.as_of or date.today(), kind=kind, base=base, after=after)


def open_release(
    settings: HubSettings,
    state: State,
    releases: Releases,
    *,
    row: RunRow,
    sources: list[Placed],
    asked: Asked,
    progress: Progress,
) -> Run:
    """Open the release that is to be built, and decide whether the run is a full one.

    It is, where it was asked for, where there is nothing to begin from, or where a contract says otherwise than before
    how its people are told apart. Where sources come or go, the model is learned anew: it knows each source's habits.
    So it is where another version of this program built the release before, and then the index is built from nothing.

    Raises:
        RunError: there is no space, it may not be written, or the release before cannot be read.
    """
    releases.folder.mkdir(parents=True, exist_ok=True)
    partial = releases.partial(row.run_id)
    releases.remove_partial(row.run_id)
    if row.base is not None:
        releases.open(row.base).close()  # one that cannot be opened is not copied
        shutil.copyfile(releases.file(row.base), partial)
    db = _opened(partial)
    try:
        full, relearn, model, estimates = _decided(state, releases, db, row=row, sources=sources, asked=asked)
    except BaseException:
        db.close()
        raise
    return Run(
        releases.home,
        settings,
        state,
        releases,
        row,
        db,
        full,
        relearn,
        model,
        progress,
        estimates,
        without_trace=asked.without_trace,
    )


def _decided(
    state: State, releases: Releases, db: duckdb.DuckDBPyConnection, *, row: RunRow, sources: list[Placed], asked: Asked
) -> tuple[bool, bool, str | None, dict[str, float]]:
    """Return whether a run is full and learns, its model, and how long each stage should take.

    ``db`` is the release that is to be built.
    """
    create(db)
    found = rows(db, "SELECT model, version FROM run ORDER BY run_id DESC LIMIT 1")
    other_version = bool(found) and found[0][1] != insighthub.__version__
    if other_version:
        _take_index_away(db)
    model = found[0][0] if found and (releases.home / MODELS / found[0][0]).is_dir() else None
    known = dict(rows(db, "SELECT source, contract FROM source"))
    relearn = asked.relearn or other_version or model is None or set(known) != {each.source.name for each in sources}
    full = asked.full or asked.without_trace or relearn or row.base is None or not releases.linkage(row.base).is_dir()
    full = full or any(known[each.source.name] != contract_hash(each.source) for each in sources)
    with state.read() as connection:
        full = full or newest_run(connection) != row.base  # an older release was published again
        estimates = last_figures(connection, FULL if full else CHANGES).get("seconds", {})
    return full, relearn, model, dict(estimates)


def _opened(file: Path) -> duckdb.DuckDBPyConnection:
    """Open the file of a release to be built, in which rows are kept in small groups."""
    db = duckdb.connect()
    try:
        db.execute(f"SET temp_directory = {quoted(file.with_name(f'{file.name}.tmp'))}")
        db.execute(f"ATTACH {quoted(file)} AS release (ROW_GROUP_SIZE {ROW_GROUP})")
        db.execute("USE release")
    except BaseException:
        db.close()
        raise
    return db


def _take_index_away(db: duckdb.DuckDBPyConnection) -> None:
    """Leave only records and history in a release: another version may have built the rest in another form."""
    for (name,) in rows(db, "SELECT table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY 1"):
        if name not in {*RECORD_TABLES, *_HISTORY}:
            db.execute(f'DROP TABLE "{name}"')
