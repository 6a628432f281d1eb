"""Releases to search in: from rows written by hand, or from a small fictional borough."""

import datetime as dt
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from insighthub.pipeline import standardise_landed
from insighthub.residents.record_tables import create
from insighthub.residents.search import SearchSettings, build_search
from insighthub.sources.contract import load_contract
from insighthub.sources.landing import land_all
from insighthub.standardise.schema import PERSON_RECORDS
from insighthub.synthetic.borough import generate

AS_OF = dt.date(2026, 9, 30)
SETTINGS = SearchSettings()


def record(resident, source="benefits", record_id=None, **fields):
    """Return a person record of a resident; an address such as "FLAT 2 14 HIGH ROAD" is taken apart."""
    words = (fields.get("address") or "").split()
    if words[:1] == ["FLAT"]:
        fields.setdefault("flat", words[1])
        words = words[2:]
    if words and words[0][0].isdigit():
        fields.setdefault("house_number", words[0])
        fields.setdefault("street", " ".join(words[1:]))
    return {"resident": resident, "source": source, "record_id": record_id, **fields}


def write_release(path, records, hidden=(), former=(), build=True):
    """Write a release of these records; residents in ``hidden`` are so; ``former`` are rows of ``former_record``."""
    with duckdb.connect(str(path)) as db:
        create(db)
        add_records(db, records)
        for n, row in enumerate(former):
            _insert(db, "former_record", {**row, "record_id": row["record_id"] or f"F{n}"})
        close(db, hidden)
        if build:
            build_all(db)
    return path


def add_records(db, records):
    """Add records and the memberships of their residents."""
    start = db.execute("SELECT count(*) FROM person_record").fetchone()[0]
    for n, row in enumerate(records, start=start):
        record_id = row["record_id"] or f"{row['source'][:2].upper()}{90000 + n}"
        _insert(db, "person_record", {**row, "record_id": record_id})
        db.execute("INSERT INTO membership VALUES (?, ?, ?, 1, NULL)", [row["resident"], row["source"], record_id])


def _insert(db, table, row):
    values = {name: row.get(name) for name in PERSON_RECORDS.names} | {
        "person": 1,
        "first_seen": dt.date(2020, 1, 1),
        "changed_on": dt.date(2020, 1, 1),
    }
    if table == "former_record":
        values["ended_on"] = row["ended_on"]
    names, marks = ", ".join(values), ", ".join("?" for _ in values)
    db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(values.values()))


def close(db, hidden=()):
    """Write ``resident`` from ``membership``."""
    db.execute("DELETE FROM resident")
    db.execute(
        "INSERT INTO resident (resident_id, number, records, sources, hidden) "
        "SELECT resident_id, row_number() OVER (ORDER BY resident_id), count(*), count(DISTINCT source), "
        "CASE WHEN list_contains(?::VARCHAR[], resident_id) THEN 'refuge' END FROM membership GROUP BY 1",
        [list(hidden)],
    )


def build_all(db, settings=SETTINGS, as_of=AS_OF):
    """Build the search tables of every resident."""
    db.execute("CREATE OR REPLACE TEMP TABLE touched AS SELECT resident_id FROM resident")
    build_search(db, settings, as_of)


def write_borough(folder: Path, residents=500, seed=3) -> Path:
    """Write a release whose residents are the people of a fictional borough, without search tables."""
    made = generate(folder / "extracts", residents=residents, seed=seed)
    contract = load_contract(made.contract)
    people = standardise_landed(contract, land_all(contract, made.folder, folder / "landing"))
    path = folder / "borough.duckdb"
    with duckdb.connect(str(path)) as db:
        create(db)
        db.register("people", people.select(PERSON_RECORDS.names))
        db.execute("INSERT INTO person_record SELECT *, DATE '2020-01-01', DATE '2020-01-01' FROM people")
        truth: pa.Table = pq.read_table(made.truth)
        db.register("truth", truth)
        db.execute(
            "INSERT INTO membership "
            "SELECT 'R' || substr(upper(md5(entity_id)), 1, 11), source, record_id, person, NULL FROM truth "
            "JOIN person_record USING (source, record_id, person) WHERE not_linked_reason IS NULL"
        )
        close(db)
    return path


def rows(db, table):
    """Return the rows of a table in order."""
    return db.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall()
