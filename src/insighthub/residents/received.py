"""What the sources delivered, held against the release before, and taken into the new one.

Takes the contracts of a hub and the release that is being built, which begins as a copy of the one before; gives what
changed, for linkage, with the tables of records and facts brought up to date. A delivery that is landed already under
the same contract is not looked at again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from insighthub.linkage.standing.relinked import RECORD
from insighthub.progress import Progress
from insighthub.sources.contract import Source
from insighthub.sources.landing import Delivery, land
from insighthub.sources.withheld import Withheld
from insighthub.standardise.changes import content_of
from insighthub.standardise.coded import coded
from insighthub.standardise.intake import with_columns
from insighthub.standardise.landed import LandedRows, Standardised, standardise_landed_rows
from insighthub.standardise.records import other_columns, person_records_schema
from insighthub.standardise.schema import PERSON_RECORDS
from insighthub.store.tables import arrow

_NAMES = [field.name for field in PERSON_RECORDS]
_KEY = ("source", "record_id", "person")
_SAID = ", ".join(name for name in _NAMES if name not in _KEY)

_COMPARE = """
CREATE OR REPLACE TEMP TABLE compared AS
SELECT
    $source AS source, record_id, now.content, now.hidden, now.place,
    coalesce(before.first_seen, $as_of) AS first_seen,
    CASE WHEN before.content = now.content THEN before.changed_on ELSE $as_of END AS changed_on,
    CASE
        WHEN before.record_id IS NULL THEN 'added'
        WHEN now.record_id IS NULL THEN 'removed'
        WHEN before.content <> now.content OR before.hidden IS DISTINCT FROM now.hidden THEN 'changed'
        ELSE 'same'
    END AS what
FROM content AS now
FULL JOIN (FROM source_record WHERE source = $source) AS before USING (record_id)
"""
_COUNT = "SELECT what, count(*) FROM compared GROUP BY what"
# What is said anew: what changed, or all, whether it did or not.
_CHANGE = "CREATE OR REPLACE TEMP TABLE {table} AS FROM compared WHERE $all OR what <> 'same'"
_ROWS = "SELECT place FROM {table} WHERE what <> 'removed' ORDER BY place"
_OUT = "SELECT record_id FROM {table} WHERE what <> 'added' ORDER BY record_id"
_FORMER = f"""
INSERT INTO former_record
SELECT p.*, $as_of
FROM person_record p JOIN change USING (source, record_id)
WHERE what IN ('changed', 'removed')
AND NOT EXISTS (
    FROM records r
    WHERE r.source = p.source AND r.record_id = p.record_id AND r.person = p.person
    AND row({", ".join(f"r.{n}" for n in _SAID.split(", "))}) IS NOT DISTINCT FROM
        row({", ".join(f"p.{n}" for n in _SAID.split(", "))})
)
"""
# Over is what ended long ago, by its own word or since it was replaced.
_FORMER_OVER = """
DELETE FROM former_record WHERE source = $source
AND (ended_on < $as_of::DATE - to_months($months) OR (record_id, ended_on) IN (
    SELECT (record_id, ended_on) FROM former_record
    WHERE source = $source AND try_cast(valid_to AS DATE) < $as_of::DATE - to_months($months)
))
"""
_LEAVE = "DELETE FROM {table} WHERE (source, record_id) IN (SELECT (source, record_id) FROM change)"
_TAKE_RECORDS = f"""
INSERT INTO person_record
SELECT {", ".join(f"r.{n}" for n in _NAMES)}, first_seen, changed_on
FROM records r JOIN change USING (source, record_id)
ORDER BY ALL
"""
_TAKE_FACTS = "INSERT INTO fact SELECT * FROM facts ORDER BY ALL"
_TAKE_SOURCE_RECORDS = """
INSERT INTO source_record
SELECT source, record_id, content, hidden, first_seen, changed_on
FROM change WHERE what <> 'removed' ORDER BY source, record_id
"""
_TAKE_SOURCE = """
INSERT INTO source
SELECT $source, $landed_file, $contract,
    coalesce((SELECT delivered_on FROM before WHERE landed_file = $landed_file), $as_of),
    $delivered, $landed, $quarantined, $special_category
"""


@dataclass(frozen=True)
class SourceChange:
    """What a delivery changed, in records.

    Attributes:
        source: its name.
        delivered, landed, quarantined: rows; delivered = landed + quarantined.
        before: records that the release before held.
        added, changed, removed: records.
        new_delivery: whether it was looked at, as its content or contract is new.
    """

    source: str
    delivered: int
    landed: int
    quarantined: int
    before: int
    added: int
    changed: int
    removed: int
    new_delivery: bool


@dataclass(frozen=True)
class Received:
    """What changed since the release before.

    Attributes:
        removed: records that went or are said anew, under ``RECORD``.
        added: person records of the records that came or are said anew; in a full run of all.
        sources: what became of each source.
    """

    removed: pa.Table
    added: pa.Table
    sources: tuple[SourceChange, ...]

    @cached_property
    def said(self) -> pa.Table:
        """The record of each row of ``added``, under ``RECORD``."""
        return pa.table([self.added[name].cast(pa.string()) for name in RECORD.names], schema=RECORD)


@dataclass(frozen=True)
class Placed:
    """A source and the folder that its path starts from."""

    source: Source
    base: Path


def contract_hash(source: Source) -> str:
    """Return a hash of all that a contract says."""
    return hashlib.sha256(json.dumps(source.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()[:32]


def land_sources(
    sources: Sequence[Placed],
    landing: Path,
    progress: Progress,
    *,
    threads: int = 2,
    withheld: Mapping[str, Withheld] | None = None,
) -> list[Delivery]:
    """Land every source, several at a time; without the records that are withheld, by source.

    Raises:
        DataError, RunError: the first source at fault.
    """
    deliveries: list[Delivery] = []
    with ThreadPoolExecutor(max_workers=threads) as pool:
        futures = [
            pool.submit(land, each.source, each.base, landing, withheld=(withheld or {}).get(each.source.name))
            for each in sources
        ]
        try:
            for future in futures:
                deliveries.append(future.result())
                progress.advance(len(deliveries), len(futures))
        finally:
            pool.shutdown(cancel_futures=True)
    return deliveries


def take_in_changes(
    db: duckdb.DuckDBPyConnection,
    sources: Sequence[Placed],
    deliveries: Sequence[Delivery],
    folder: Path,
    *,
    as_of: date,
    full: bool,
    progress: Progress,
    withheld: Mapping[str, Withheld] | None = None,
) -> Received:
    """Bring records and facts up to date with what was landed.

    Args:
        db: the release that is built; its record tables are there.
        sources: the sources of the hub.
        deliveries: what was landed of each, in the same order.
        folder: where tables are kept while the run lasts.
        as_of: the day of the run.
        full: say everything anew, changed or not.
        progress: hears of each source.
        withheld: by source, the people of joint records of whom nothing is to be said. That others are withheld than
            before changes their records, so that a run of changes says those anew; what was said of them before goes.
    """
    withheld = withheld or {}
    known = {row[0]: row[1:] for row in db.execute("SELECT source, landed_file, contract FROM source").fetchall()}
    fresh = [
        (each.source, delivery)
        for each, delivery in zip(sources, deliveries, strict=True)
        if full or known.get(each.source.name) != (_landed_name(delivery), contract_hash(each.source))
    ]
    wanted, out, changes = [], [], {}
    for number, ((source, delivery), (landed, said_now)) in enumerate(zip(fresh, _read_ahead(fresh), strict=True)):
        assert delivery.path is not None
        content = _with_people_withheld(said_now, withheld.get(source.name))
        changes[source.name] = _compared(db, source.name, content, as_of, delivery)
        db.execute(_CHANGE.format(table=_change(number)), {"all": full or _is_restated(known, source)})
        left = arrow(db, _OUT.format(table=_change(number)))["record_id"]
        out.append(pa.table([pa.repeat(source.name, len(left)), left.cast(pa.string())], schema=RECORD))
        rows = arrow(db, _ROWS.format(table=_change(number)))["place"]
        every = len(rows) == landed.num_rows
        wanted.append(LandedRows(source, delivery.path, None if every else landed.take(pa.array(rows.to_numpy()))))
    said = standardise_landed_rows(wanted, folder, as_of=as_of, progress=progress)
    said = [_without_people(s, withheld.get(source.name)) for (source, _), s in zip(fresh, said, strict=True)]
    # All at once, where little changed: the tables are gone through once. One after the other, where there is much.
    at_once = 1 if full else max(1, len(fresh))
    for first in range(0, len(fresh), at_once):
        _replace(db, range(first, first + at_once), said[first : first + at_once], as_of)
    for source, delivery in fresh:
        _note_delivery(db, source, delivery, as_of)
    gone = sorted(set(known) - {each.source.name for each in sources})
    for name in gone:
        out.append(_leave_source(db, name, as_of))
        changes[name] = SourceChange(name, 0, 0, 0, out[-1].num_rows, 0, 0, out[-1].num_rows, True)
    for one in withheld.values():
        _forget_former(db, one)
    for each in sources:
        _forget_over(db, each.source, as_of)
    for each, delivery in zip(sources, deliveries, strict=True):
        if each.source.name not in changes:
            changes[each.source.name] = _unchanged(db, each.source.name, delivery)
    schema = person_records_schema(
        tuple(dict.fromkeys(name for each in sources for name in other_columns(each.source)))
    )
    added = [with_columns(coded(standardised.records), schema) for standardised in said]
    return Received(
        pa.concat_tables(out) if out else RECORD.empty_table(),
        pa.concat_tables(added) if added else with_columns(coded(schema.empty_table()), schema),
        tuple(changes[name] for name in [*(each.source.name for each in sources), *gone]),
    )


def _read_ahead(fresh: Sequence[tuple[Source, Delivery]]) -> Iterator[tuple[pa.Table, pa.Table]]:
    """Give what was landed of each source, and the content of its records; the next is read meanwhile."""

    def read(source: Source, delivery: Delivery) -> tuple[pa.Table, pa.Table]:
        landed = pq.read_table(delivery.path)
        return landed, content_of(landed, source)

    with ThreadPoolExecutor(1) as pool:
        ahead = [pool.submit(read, *each) for each in fresh[:1]]
        for number in range(len(fresh)):
            found = ahead.pop().result()
            ahead += [pool.submit(read, *each) for each in fresh[number + 1 : number + 2]]
            yield found


def _with_people_withheld(content: pa.Table, withheld: Withheld | None) -> pa.Table:
    """Return the contents of records with another hash where people of theirs are withheld."""
    if withheld is None or not withheld.people:
        return content
    people = withheld.people_of(content["record_id"])
    hashes = content["content"].to_pylist()
    for at, persons in enumerate(people):
        if persons is not None:
            told = hashlib.blake2b(f"{hashes[at]} without {persons}".encode(), digest_size=8)
            hashes[at] = int.from_bytes(told.digest(), "big")
    at = content.column_names.index("content")
    return content.set_column(at, content.schema.field("content"), pa.array(hashes, pa.uint64()))


def _without_people(said: Standardised, withheld: Withheld | None) -> Standardised:
    """Leave out what is said of people who are withheld."""
    if withheld is None or not withheld.people:
        return said
    kept = [
        table.filter(pa.array(~withheld.person_rows(table["record_id"], table["person"])))
        for table in (said.records, said.facts)
    ]
    return Standardised(*kept)


def _forget_former(db: duckdb.DuckDBPyConnection, withheld: Withheld) -> None:
    """Take away what a source said before of people who are withheld now."""
    former = arrow(db, "SELECT DISTINCT record_id, person FROM former_record WHERE source = ?", [withheld.source])
    ids, persons = former["record_id"], former["person"]
    gone = former.filter(pa.array(withheld.rows(ids) | withheld.person_rows(ids, persons)))
    if gone.num_rows:
        db.register("forgotten", gone)
        query = "DELETE FROM former_record WHERE source = ? AND (record_id, person) IN (FROM forgotten)"
        db.execute(query, [withheld.source])
        db.unregister("forgotten")


def _forget_over(db: duckdb.DuckDBPyConnection, source: Source, as_of: date) -> None:
    """Take away what a source said before and has been kept for as long as its contract lets it be."""
    if source.retention_months is not None:
        db.execute(_FORMER_OVER, {"source": source.name, "as_of": as_of, "months": source.retention_months})


def _landed_name(delivery: Delivery) -> str:
    assert delivery.path is not None
    return delivery.path.stem


def _is_restated(known: dict[str, tuple[str, str]], source: Source) -> bool:
    """Whether every record of a source is to be said anew, as its contract is another than before."""
    return source.name in known and known[source.name][1] != contract_hash(source)


def _compared(
    db: duckdb.DuckDBPyConnection, source: str, content: pa.Table, as_of: date, delivery: Delivery
) -> SourceChange:
    """Hold what was delivered against what there was, as ``compared``; return how much changed."""
    db.register("content", content)
    db.execute(_COMPARE, {"source": source, "as_of": as_of})
    db.unregister("content")
    counts = dict(db.execute(_COUNT).fetchall())
    before = sum(counts.get(what, 0) for what in ("same", "changed", "removed"))
    added, changed, removed = (counts.get(what, 0) for what in ("added", "changed", "removed"))
    rows = (delivery.delivered, delivery.landed, delivery.quarantined)
    return SourceChange(source, *rows, before, added, changed, removed, new_delivery=True)


def _change(number: int) -> str:
    """Return the name of the temporary table of what is said anew by the source of a number."""
    return f"change_{number}"


def _unchanged(db: duckdb.DuckDBPyConnection, source: str, delivery: Delivery) -> SourceChange:
    held = db.execute("SELECT count(*) FROM source_record WHERE source = ?", [source]).fetchall()[0][0]
    return SourceChange(source, delivery.delivered, delivery.landed, delivery.quarantined, held, 0, 0, 0, False)


def _replace(db: duckdb.DuckDBPyConnection, numbers: Sequence[int], said: Sequence[Standardised], as_of: date) -> None:
    """Put what sources say now in the place of what they said before."""
    every = " UNION ALL ".join(f"FROM {_change(number)}" for number in numbers)
    db.execute(f"CREATE OR REPLACE TEMP VIEW change AS {every}")
    db.register("records", pa.concat_tables([each.records.select(_NAMES).cast(PERSON_RECORDS) for each in said]))
    db.register("facts", pa.concat_tables([each.facts for each in said]))
    db.execute(_FORMER, {"as_of": as_of})
    for table in ("person_record", "fact", "source_record"):
        db.execute(_LEAVE.format(table=table))
    for statement in (_TAKE_RECORDS, _TAKE_FACTS, _TAKE_SOURCE_RECORDS):
        db.execute(statement)
    db.unregister("records")
    db.unregister("facts")
    db.execute("DROP VIEW temp.change")
    for number in numbers:
        db.execute(f"DROP TABLE temp.{_change(number)}")


def _note_delivery(db: duckdb.DuckDBPyConnection, source: Source, delivery: Delivery, as_of: date) -> None:
    db.execute("CREATE OR REPLACE TEMP TABLE before AS FROM source WHERE source = ?", [source.name])
    db.execute("DELETE FROM source WHERE source = ?", [source.name])
    db.execute(
        _TAKE_SOURCE,
        {
            "source": source.name,
            "landed_file": _landed_name(delivery),
            "contract": contract_hash(source),
            "as_of": as_of,
            "delivered": delivery.delivered,
            "landed": delivery.landed,
            "quarantined": delivery.quarantined,
            "special_category": source.special_category,
        },
    )
    db.execute("DELETE FROM quarantine WHERE source = ?", [source.name])
    db.execute("INSERT INTO quarantine FROM read_parquet(?)", [str(delivery.quarantine)])


def _leave_source(db: duckdb.DuckDBPyConnection, source: str, as_of: date) -> pa.Table:
    """Take out a source that has no contract any more; return its records."""
    query = "SELECT source, record_id FROM source_record WHERE source = ? ORDER BY record_id"
    left = arrow(db, query, [source]).cast(RECORD)
    db.execute("INSERT INTO former_record SELECT p.*, ? FROM person_record p WHERE source = ?", [as_of, source])
    for table in ("person_record", "fact", "source_record", "source", "quarantine"):
        db.execute(f"DELETE FROM {table} WHERE source = ?", [source])
    return left
