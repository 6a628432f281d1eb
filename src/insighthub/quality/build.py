"""Data quality of a release, source by source and field by field.

Takes the release, the landed files and their contracts, writes

    quality             how many rows keep each rule: complete, valid, consistent, timely, unique
    quality_trend       the shares of this run and of all before it
    quality_source      how old what each source delivers is
    quality_quarantine  why rows were set aside
    quality_linkage     what the lack of a field goes with: records alone in their resident, and less sure matches

It is worked out whole in every run; only the trend is kept from run to run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from insighthub.quality import statements
from insighthub.quality.delivered import STANDARD, delivered_fields, measured_fields
from insighthub.sources.contract import Source

_QUARANTINE = pa.schema([("source", pa.string()), ("reason", pa.string()), ("rows", pa.int64())])


def build_quality(
    db: duckdb.DuckDBPyConnection,
    landed: Mapping[str, Path],
    sources: Sequence[Source],
    as_of: date,
    *,
    run_id: str | None = None,
) -> None:
    """Measure data quality anew into the ``quality`` tables, and add this run to the trend.

    Args:
        db: the release, with its records, residents and golden records. A ``quality_trend`` that it has already is
            that of the runs before.
        landed: source -> its landed records; what was quarantined lies beside them.
        sources: the contracts.
        as_of: the day of the release.
        run_id: what the run is called in the trend; the day where it is not given. A run that is there already is
            replaced.

    Raises:
        ContractError: a contract names a column that is not in the landed file.
    """
    db.execute(statements.CREATE)
    for table in ("quality", "quality_source", "quality_quarantine", "quality_linkage"):
        db.execute(f"DELETE FROM {table}")
    for source in sources:
        if source.name in landed:
            _measure_delivered(db, landed[source.name], source)
    db.execute(statements.LINKED)
    db.execute(statements.CONSISTENT)
    for field in statements.LINKING_FIELDS:
        db.execute(statements.LINKAGE.format(field=field), {"field": field})
    db.execute(statements.RECORD_DAY, {"as_of": as_of})
    db.execute(statements.TIMELY, {"as_of": as_of})
    db.execute(statements.SOURCE, {"as_of": as_of})
    db.execute(statements.UNIQUE)
    run = run_id or as_of.isoformat()
    db.execute("DELETE FROM quality_trend WHERE run_id = $run_id", {"run_id": run})
    db.execute(statements.TREND, {"run_id": run, "as_of": as_of})
    _count_quarantine(db, landed)
    for table in ("linked", "record_day"):
        db.execute(f"DROP TABLE temp.{table}")


def _measure_delivered(db: duckdb.DuckDBPyConnection, path: Path, source: Source) -> None:
    db.register("delivered", delivered_fields(path, source))
    try:
        for field in measured_fields(source):
            statement = statements.DELIVERED.format(field=field, standard=STANDARD.get(field, field))
            db.execute(statement, {"source": source.name, "field": field})
    finally:
        db.unregister("delivered")


def _count_quarantine(db: duckdb.DuckDBPyConnection, landed: Mapping[str, Path]) -> None:
    counted = []
    for source, path in sorted(landed.items()):
        aside = path.with_name(f"{path.stem}.quarantine.parquet")
        if aside.is_file():
            reasons = pc.value_counts(pq.read_table(aside, columns=["reason"])["reason"].combine_chunks())
            counted += [{"source": source, "reason": r["values"], "rows": r["counts"]} for r in reasons.to_pylist()]
    db.register("given_rows", pa.Table.from_pylist(counted, schema=_QUARANTINE))
    try:
        db.execute("INSERT INTO quality_quarantine SELECT * FROM given_rows")
    finally:
        db.unregister("given_rows")
