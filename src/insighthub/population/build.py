"""Figures of residents, counted and published in a run: what may be told of them, and what it was told for.

Takes a release whose index and measures are built, writes

    population_told       counts that may be read, as disclosure control gives them
    population_basis      the raw counts behind them; these stay inside
    population_sum        which of these add up, for the next release to be held against
    population_share      how few residents take how much of the contacts
    population_estimate   the official estimates, as the council gave them
    population_declared   services, needs and segments, as they were declared, and the day

All counts of all figures are protected together (``insighthub.governance.linked``), as they are of the same people.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import duckdb
import pyarrow as pa

from insighthub.governance.disclosure import DisclosureSettings
from insighthub.governance.linked import Before, Equal, Key, Linked, Told, protect_linked
from insighthub.population.cells import Cells
from insighthub.population.concentration import Share, concentration, read_contacts
from insighthub.population.declared import Declared
from insighthub.population.estimates import Estimate, read_estimates
from insighthub.population.people_counts import count_ethnicity, count_households, count_people, tie_households
from insighthub.population.service_counts import AND, count_reach, count_segments, count_services
from insighthub.population.settings import PopulationSettings
from insighthub.population.working import drop_working_tables, make_working_tables
from insighthub.store.tables import rows

CREATE = """
CREATE TABLE IF NOT EXISTS population_told (
    figure VARCHAR NOT NULL,
    one VARCHAR NOT NULL,          -- the group
    other VARCHAR NOT NULL,        -- the group across; empty where there is none
    value BIGINT,                  -- rounded; null where it is hidden
    told VARCHAR NOT NULL          -- new, as before, hidden
);
CREATE TABLE IF NOT EXISTS population_basis (
    figure VARCHAR NOT NULL,
    one VARCHAR NOT NULL,
    other VARCHAR NOT NULL,
    count BIGINT NOT NULL          -- as it was; never to be given out
);
CREATE TABLE IF NOT EXISTS population_sum (
    "left" VARCHAR[][] NOT NULL,   -- cells that add up to the same
    "right" VARCHAR[][] NOT NULL   -- as these
);
CREATE TABLE IF NOT EXISTS population_share (
    top DOUBLE NOT NULL,           -- the part of residents who have the most contacts
    share DOUBLE                   -- of all contacts, in whole per cent; null where it is not told
);
CREATE TABLE IF NOT EXISTS population_estimate (
    band VARCHAR NOT NULL,
    sex VARCHAR NOT NULL,
    population DOUBLE NOT NULL,
    lower DOUBLE NOT NULL,
    upper DOUBLE NOT NULL
);
CREATE TABLE IF NOT EXISTS population_declared (
    as_of DATE NOT NULL,
    declared VARCHAR NOT NULL,     -- JSON, whole
    estimates_name VARCHAR NOT NULL
);
"""
#: Tables that say what the release before told.
HISTORY = ("population_told", "population_basis", "population_sum", "population_share")

_TOLD = "SELECT figure, one, other, value, told FROM population_told"
_BASIS = "SELECT figure, one, other, count FROM population_basis"
_SUMS = 'SELECT "left", "right" FROM population_sum'
_SHARES = "SELECT top, share FROM population_share"


def build_population(
    db: duckdb.DuckDBPyConnection,
    declared: Declared,
    as_of: date,
    settings: PopulationSettings | None = None,
    disclosure: DisclosureSettings | None = None,
) -> None:
    """Count, protect and write the figures of residents, all anew.

    Args:
        db: the release, after ``build_measures``; what the release before told still stands in its tables.
        declared: services, needs and segments.
        as_of: the day of the release.
        settings: where the estimates are; their path is whole.
        disclosure: threshold and rounding.

    Raises:
        MeasureError: the official estimates cannot be used.
    """
    settings, disclosure = settings or PopulationSettings(), disclosure or DisclosureSettings()
    estimates = read_estimates(settings.estimates) if settings.estimates else {}
    db.execute(CREATE)
    before = _before(db)
    make_working_tables(db, declared, as_of)
    try:
        figures = count_all(db, declared, as_of, threshold=disclosure.threshold, before=before)
        contacts = read_contacts(db)
    finally:
        drop_working_tables(db)
    told = protect_linked(figures, disclosure, before)
    shares = concentration(contacts, disclosure.threshold, dict(rows(db, _SHARES)))
    _write(db, figures, told, shares)
    _replace(db, "population_estimate", [(*key, *each) for key, each in sorted(estimates.items())])
    _replace(db, "population_declared", [(as_of, declared.model_dump_json(), settings.estimates_name)])


def count_all(
    db: duckdb.DuckDBPyConnection, declared: Declared, as_of: date, *, threshold: int, before: Before
) -> Linked:
    """Return every count of every figure, with what adds up; the working tables must be there."""
    cells = Cells()
    count_people(db, cells, as_of)
    count_households(db, cells)
    count_ethnicity(db, cells)
    if declared.services:
        told_before = {key[1] for key, told in before.told.items() if key[0] == "combination"}
        known = {name for name in told_before if set(name.split(AND)) <= set(declared.services)}
        count_services(db, cells, declared.services, threshold=threshold, told_before=known)
    count_segments(db, cells, declared)
    if declared.segment:
        tie_households(db, cells, declared.segment)
    count_reach(db, cells, declared)
    return cells.linked()


def _before(db: duckdb.DuckDBPyConnection) -> Before:
    told = {(figure, one, other): Told(value, state) for figure, one, other, value, state in rows(db, _TOLD)}
    counts = {(figure, one, other): int(count) for figure, one, other, count in rows(db, _BASIS)}
    sums = tuple(Equal(_keys(left), _keys(right)) for left, right in rows(db, _SUMS))
    return Before(counts, told, sums)


def _keys(cells: Sequence[Sequence[str]]) -> tuple[Key, ...]:
    return tuple((figure, one, other) for figure, one, other in cells)


def _write(db: duckdb.DuckDBPyConnection, figures: Linked, told: dict[Key, Told], shares: tuple[Share, ...]) -> None:
    _replace(db, "population_told", [(*key, value, state) for key, (value, state) in sorted(told.items())])
    _replace(db, "population_basis", [(*key, count) for key, count in sorted(figures.counts.items())])
    _replace(db, "population_sum", [(list(map(list, left)), list(map(list, right))) for left, right in figures.sums])
    _replace(db, "population_share", [(each.top, each.share) for each in shares])


def _replace(db: duckdb.DuckDBPyConnection, table: str, lines: Sequence[Sequence[object]]) -> None:
    """Put rows in the place of those of a table."""
    db.execute(f"DELETE FROM {table}")
    if not lines:
        return
    names = [name for name, *_ in db.execute(f"DESCRIBE {table}").fetchall()]
    given = pa.table({name: list(column) for name, column in zip(names, zip(*lines, strict=True), strict=True)})
    db.register("given_rows", given)
    try:
        db.execute(f"INSERT INTO {table} BY NAME SELECT * FROM given_rows")
    finally:
        db.unregister("given_rows")


__all__ = ["CREATE", "HISTORY", "Estimate", "build_population", "count_all"]
