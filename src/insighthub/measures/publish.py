"""The way out for measures: by disclosure control, and for a purpose that the measure is allowed for.

Takes a release's ``measure_value`` and what the release before published, writes

    measure_published   figures that may be read
    measure_basis       the raw counts that they were published for; these stay inside

and gives ``measure_published`` of one measure out to those who have a purpose for it. Nothing else reads
``measure_value`` or ``measure_basis``.
"""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches
from typing import NamedTuple

import duckdb
import pyarrow as pa

from insighthub.errors import MeasureError
from insighthub.governance.disclosure import FIGURES, PUBLISHED, DisclosureSettings, Protected, protect
from insighthub.governance.purposes import Purpose, allowed_sources
from insighthub.measures.definition import Measure

CREATE = """
CREATE TABLE IF NOT EXISTS measure_published (
    name VARCHAR NOT NULL,
    "by" VARCHAR NOT NULL,             -- none: the whole
    group_value VARCHAR NOT NULL,
    month DATE,
    numerator BIGINT,                  -- rounded; null where it is hidden
    denominator BIGINT,
    share DOUBLE,                      -- of the rounded counts, where those counted are some of those counted of
    per_thousand DOUBLE,               -- of the rounded counts, where they are not
    numerator_is VARCHAR NOT NULL,     -- new, as before, not updated, hidden
    denominator_is VARCHAR NOT NULL
);
CREATE TABLE IF NOT EXISTS measure_basis (
    name VARCHAR NOT NULL,
    "by" VARCHAR NOT NULL,
    group_value VARCHAR NOT NULL,
    month DATE,
    numerator BIGINT NOT NULL,         -- as it was when this was last published anew; never to be given out
    denominator BIGINT NOT NULL,
    people BIGINT NOT NULL,
    is_share BOOLEAN NOT NULL
);
"""

_FIGURES = """
SELECT v.name, v."by", v.group_value, v.month, v.numerator, v.denominator, v.people, m.unit <> 'record' AS is_share
FROM measure_value v JOIN measure m USING (name)
ORDER BY v.name, v.month, v."by", v.group_value
"""
_READ = """SELECT * FROM {table} ORDER BY name, month, "by", group_value"""
_HAS_MEASURES = "SELECT count(*) > 0 FROM duckdb_tables() WHERE table_name = 'measure'"
_HAS_TABLES = "SELECT count(*) = 2 FROM duckdb_tables() WHERE table_name IN ('measure_published', 'measure_basis')"
_DECLARED = "SELECT definition FROM measure ORDER BY name"
_DELIVERED = "SELECT source, delivered_on FROM source"
_SQL = "SELECT sql FROM measure WHERE name = $name"
_SPECIAL = "SELECT source, special_category FROM source"
_ONE = """
SELECT name, "by", group_value, month, numerator, denominator, share, per_thousand, numerator_is, denominator_is
FROM measure_published WHERE name = $name
ORDER BY "by" <> 'none', "by", group_value NOT LIKE 'under %', group_value, month
"""


class Delivered(NamedTuple):
    """A source that a measure rests on, and the day of its delivery; None where it has none."""

    source: str
    on: date | None


def publish_measures(
    db: duckdb.DuckDBPyConnection,
    settings: DisclosureSettings | None = None,
    before: duckdb.DuckDBPyConnection | None = None,
) -> None:
    """Write what may be read of the measures of a release, all anew.

    Args:
        db: the release, after ``build_measures``.
        settings: threshold and rounding.
        before: the release that was published before this one; one without these tables counts as none.
    """
    figures: pa.Table = db.sql(_FIGURES).to_arrow_table()
    done = protect(figures.cast(FIGURES), settings, _published_before(before) if before else None)
    db.execute(CREATE)
    for table, rows in (("measure_published", done.published), ("measure_basis", done.basis)):
        db.execute(f"DELETE FROM {table}")
        db.register("given_rows", rows)
        try:
            db.execute(f"INSERT INTO {table} SELECT * FROM given_rows")
        finally:
            db.unregister("given_rows")


def declared_measures(db: duckdb.DuckDBPyConnection) -> tuple[Measure, ...]:
    """Return the measures that a release has, by name.

    Raises:
        MeasureError: the release is older than measures are.
    """
    if not db.execute(_HAS_MEASURES).fetchall()[0][0]:
        raise MeasureError("this release has no measures", remedy="Run insighthub run")
    return tuple(Measure.model_validate_json(row[0]) for row in db.execute(_DECLARED).fetchall())


def declared_measure(db: duckdb.DuckDBPyConnection, name: str) -> Measure:
    """Return one measure of a release.

    Raises:
        MeasureError: there is no such measure.
    """
    measures = declared_measures(db)
    for measure in measures:
        if measure.name == name:
            return measure
    near = get_close_matches(name, [m.name for m in measures], n=1)
    remedy = f"Did you mean {near[0]}? insighthub measures list shows all" if near else "Choose one of measures list"
    raise MeasureError(f"there is no measure {name}", remedy=remedy)


def measure_sources(db: duckdb.DuckDBPyConnection, measure: Measure) -> tuple[Delivered, ...]:
    """Return the sources that a measure rests on, and when they were delivered.

    How many records of each are behind a figure is in ``measure_lineage``, and is not told here: it would give hidden
    counts away.
    """
    days = dict(db.execute(_DELIVERED).fetchall())
    names = dict.fromkeys((*measure.sources, *measure.denominator.known_to))
    return tuple(Delivered(name, days.get(name)) for name in names)


def measure_sql(db: duckdb.DuckDBPyConnection, name: str) -> str:
    """Return the statements that computed a measure, each after what was bound to it."""
    return str(db.execute(_SQL, {"name": declared_measure(db, name).name}).fetchall()[0][0])


def published_measure(db: duckdb.DuckDBPyConnection, name: str, purpose: Purpose) -> pa.Table:
    """Return the published figures of one measure, as ``PUBLISHED``: the whole first, then group by group.

    Raises:
        MeasureError: there is no such measure, or it is not allowed for that purpose, or that purpose may not use one
            of its sources.
    """
    measure = declared_measure(db, name)
    if purpose.name not in measure.purposes:
        raise MeasureError(
            f"'{measure.title}' may not be given out for {purpose.name}",
            remedy=f"It is allowed for: {', '.join(measure.purposes)}",
        )
    allowed = allowed_sources(purpose, db.execute(_SPECIAL).fetchall())
    if refused := sorted({*measure.sources, *measure.denominator.known_to} - allowed):
        raise MeasureError(
            f"'{measure.title}' rests on sources that {purpose.name} may not use: {', '.join(refused)}",
            remedy="Name another purpose, or have its sources changed in the settings by those who agree them",
        )
    table: pa.Table = db.sql(_ONE, params={"name": name}).to_arrow_table()
    return table.cast(PUBLISHED)


def _published_before(before: duckdb.DuckDBPyConnection) -> Protected | None:
    if not before.execute(_HAS_TABLES).fetchall()[0][0]:
        return None
    published: pa.Table = before.sql(_READ.format(table="measure_published")).to_arrow_table()
    basis: pa.Table = before.sql(_READ.format(table="measure_basis")).to_arrow_table()
    return Protected(published.cast(PUBLISHED), basis.cast(FIGURES))
