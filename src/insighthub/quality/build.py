"""Data quality of a release, source by source and field by field.

Takes the release, the landed files and their contracts, writes

    quality             how many rows keep each rule: complete, valid, consistent, timely, unique
    quality_trend       the shares of this run and of all before it
    quality_source      how old what each source delivers is
    quality_quarantine  why rows were set aside
    quality_linkage     what the lack of a field goes with: records alone in their resident, and less sure matches

All of it is worked out anew in every run, but for two things: the trend is kept from run to run, and what a landed file
has of complete and valid fields is kept while the source, its contract and its landed file stay the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb

from insighthub.quality import statements
from insighthub.quality.delivered import delivered_fields, measured_fields
from insighthub.sources.contract import Source

_MEASURED = "SELECT source, landed_file, contract FROM quality_source"
_LANDED = "SELECT source, landed_file, contract FROM source"
_LEAVE = """
DELETE FROM quality
WHERE NOT (rule IN ('complete', 'valid') AND list_contains($kept::VARCHAR[], source))
"""


def build_quality(
    db: duckdb.DuckDBPyConnection,
    landed: Mapping[str, Path],
    sources: Sequence[Source],
    as_of: date,
    *,
    run_id: str | None = None,
    anew: bool = False,
) -> None:
    """Measure data quality anew into the ``quality`` tables, and add this run to the trend.

    Args:
        db: the release, with its records, residents and golden records. A ``quality_trend`` that it has already is
            that of the runs before.
        landed: source -> its landed records.
        sources: the contracts.
        as_of: the day of the release.
        run_id: what the run is called in the trend; the day where it is not given. A run that is there already is
            replaced.
        anew: look at every landed file, also at those that were measured in the run before.

    Raises:
        ContractError: a contract names a column that is not in the landed file.
    """
    db.execute(statements.CREATE)
    kept = set() if anew else _unchanged(db) & {source.name for source in sources}
    db.execute(_LEAVE, {"kept": sorted(kept)})
    for table in ("quality_source", "quality_quarantine", "quality_linkage"):
        db.execute(f"DELETE FROM {table}")
    for source in sources:
        if source.name in landed and source.name not in kept:
            _measure_delivered(db, landed[source.name], source)
    db.execute(statements.CONSISTENT)
    db.execute(statements.LINKAGE)
    db.execute(statements.RECORD_DAY, {"as_of": as_of})
    db.execute(statements.TIMELY, {"as_of": as_of})
    db.execute(statements.SOURCE, {"as_of": as_of})
    db.execute("DROP TABLE temp.record_day")
    db.execute(statements.UNIQUE)
    db.execute(statements.QUARANTINE)
    run = run_id or as_of.isoformat()
    db.execute("DELETE FROM quality_trend WHERE run_id = $run_id", {"run_id": run})
    db.execute(statements.TREND, {"run_id": run, "as_of": as_of})


def _unchanged(db: duckdb.DuckDBPyConnection) -> set[str]:
    """Return the sources whose landed file was measured under the same contract in the run before."""
    measured = {row[0]: row[1:] for row in db.execute(_MEASURED).fetchall()}
    return {row[0] for row in db.execute(_LANDED).fetchall() if measured.get(row[0]) == row[1:]}


def _measure_delivered(db: duckdb.DuckDBPyConnection, path: Path, source: Source) -> None:
    if not (fields := measured_fields(source)):
        return
    filled = ", ".join(f"count(*) FILTER (d.{name})" for name in fields)
    invalid = ", ".join(
        f"count(*) FILTER (d.{name} AND {statements.standardised(name, fields)} IS NULL)" for name in fields
    )
    statement = statements.DELIVERED.format(filled=f"[{filled}]", invalid=f"[{invalid}]")
    db.register("delivered", delivered_fields(path, source))
    try:
        db.execute(statement, {"source": source.name, "fields": list(fields)})
    finally:
        db.unregister("delivered")
