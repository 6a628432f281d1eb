"""Data quality of a release, source by source and field by field.

Takes the release, the landed files and their contracts, writes

    quality             how many rows keep each rule: complete, valid, consistent, timely, unique
    quality_trend       the shares of this run and of all before it
    quality_source      how old what each source delivers is
    quality_quarantine  why rows were set aside
    quality_linkage     what the lack of a field goes with: records alone in their resident, and less sure matches
    quality_said        the counts that quality_linkage is made of

A run of changes counts on from the release before (see ``counts``), but for days: which of them are past, and how old
what is said is, is another tomorrow. What a landed file has of complete and valid fields stays while the source, its
contract and its landed file stay the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from insighthub.quality import counts, statements
from insighthub.quality.delivered import delivered_fields, measured_fields
from insighthub.sources.contract import Source
from insighthub.store.tables import number, quoted, rows

_MEASURED = "SELECT source, landed_file, contract FROM quality_source"
_LANDED = "SELECT source, landed_file, contract FROM source"
_GO_ON = """
INSERT INTO counted SELECT source, field, rule, rows, failed FROM quality
WHERE list_contains($rules::VARCHAR[], rule) AND ($sources::VARCHAR[] IS NULL OR list_contains($sources, source))
"""
_OF_NONE = "INSERT INTO counted SELECT $source, unnest($fields::VARCHAR[]), $rule, 0, 0"
_DELIVERED = ("complete", "valid")
_OF_RESIDENTS = ("consistent", "unique")


@dataclass(frozen=True)
class Since:
    """The release before, as a copy of which a release began, and what is different now.

    Of residents it is what is different of those in the temporary table ``touched``.

    Attributes:
        release: the file of the release before.
        records: source, record_id of the records that came, went or are said anew.
    """

    release: Path
    records: pa.Table


def build_quality(
    db: duckdb.DuckDBPyConnection,
    landed: Mapping[str, Path],
    sources: Sequence[Source],
    as_of: date,
    *,
    run_id: str | None = None,
    anew: bool = False,
    since: Since | None = None,
) -> None:
    """Measure data quality into the ``quality`` tables, and add this run to the trend.

    Args:
        db: the release, with its records, residents and golden records. A ``quality_trend`` that it has already is
            that of the runs before.
        landed: source -> its landed records.
        sources: the contracts.
        as_of: the day of the release.
        run_id: what the run is called in the trend; the day where it is not given. A run that is there already is
            replaced.
        anew: look at every landed file, also at those that were measured in the run before.
        since: what to count on from; everything is counted where it is not given. The figures are the same.

    Raises:
        ContractError: a contract names a column that is not in the landed file.
    """
    db.execute(statements.CREATE)
    db.execute(counts.CREATE)
    with _beside(db, None if anew else since) as there:
        _count_delivered(db, landed, sources, anew=anew, since=there)
        _count_residents(db, since=there)
    for table in ("quality", "quality_source", "quality_quarantine", "quality_linkage"):
        db.execute(f"DELETE FROM {table}")
    counts.sum_up(db)
    db.execute(statements.QUALITY)
    db.execute(statements.LINKAGE)
    db.execute(statements.RECORD_DAY, {"as_of": as_of})
    db.execute(statements.TIMELY, {"as_of": as_of})
    db.execute(statements.SOURCE, {"as_of": as_of})
    for table in ("record_day", "counted"):
        db.execute(f"DROP TABLE temp.{table}")
    db.execute(statements.QUARANTINE)
    run = run_id or as_of.isoformat()
    db.execute("DELETE FROM quality_trend WHERE run_id = $run_id", {"run_id": run})
    db.execute(statements.TREND, {"run_id": run, "as_of": as_of})


@contextmanager
def _beside(db: duckdb.DuckDBPyConnection, since: Since | None) -> Iterator[Since | None]:
    """Let the release before be looked at for the length of a block, where there is one that was counted as this is."""
    if since is None or not number(db, "SELECT count(*) FROM quality_said"):
        yield None
        return
    db.execute(f"ATTACH {quoted(since.release)} AS {counts.BEFORE} (READ_ONLY)")
    try:
        yield since
    finally:
        db.execute(f"DETACH {counts.BEFORE}")


def _count_residents(db: duckdb.DuckDBPyConnection, *, since: Since | None) -> None:
    if since is None:
        db.execute("DELETE FROM quality_said")
        counts.count_residents(db)
        return
    db.execute(_GO_ON, {"rules": list(_OF_RESIDENTS), "sources": None})
    counts.count_residents(db, touched=True, before=True)
    counts.count_residents(db, touched=True)


def _count_delivered(
    db: duckdb.DuckDBPyConnection,
    landed: Mapping[str, Path],
    sources: Sequence[Source],
    *,
    anew: bool,
    since: Since | None,
) -> None:
    """Count what the landed rows fill in: of a source whose file is another one, of the records that changed."""
    measured, there = ({row[0]: row[1:] for row in rows(db, query)} for query in (_MEASURED, _LANDED))
    kept = set() if anew else {s.name for s in sources if s.name in there and measured.get(s.name) == there[s.name]}
    now, before = [], []
    for source in sources:
        if source.name not in landed or source.name in kept:
            continue
        file, contract = measured.get(source.name, (None, None))
        former = file if contract == there.get(source.name, (None, None))[1] else None
        changed = _changed_rows(landed[source.name], former, source, since)
        if changed is None:
            now.append(delivered_fields(landed[source.name], source))
            for rule in _DELIVERED:
                fields = list(measured_fields(source))
                db.execute(_OF_NONE, {"source": source.name, "fields": fields, "rule": rule})
        else:
            now.append(changed[0])
            before.append(changed[1])
            kept.add(source.name)
    db.execute(_GO_ON, {"rules": list(_DELIVERED), "sources": sorted(kept)})
    for tables, then in ((now, False), (before, True)):
        if any(each.num_rows for each in tables):
            db.register("delivered", pa.concat_tables(tables))
            try:
                counts.count_delivered(db, before=then)
            finally:
                db.unregister("delivered")


def _changed_rows(
    path: Path, file: str | None, source: Source, since: Since | None
) -> tuple[pa.Table, pa.Table] | None:
    """Return what the records of a source that changed fill in, as they are now and as they were.

    ``file`` is the landed file that was measured under the same contract in the run before. None, where that does not
    tell everything that is different: there is none, or it is gone, or the contract leaves out records that it has.
    """
    if since is None or source.deleted or file is None:
        return None
    former = path.with_name(f"{file}.parquet")
    if not former.is_file():
        return None
    ids = since.records.filter(pc.equal(since.records["source"], source.name))["record_id"]
    now, before = (delivered_fields(each, source, ids) for each in (path, former))
    grown = pq.read_metadata(path).num_rows - pq.read_metadata(former).num_rows
    return (now, before) if grown == now.num_rows - before.num_rows else None
