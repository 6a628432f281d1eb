"""The records of a release: what each source says of each person, since when, and which resident it is of.

Takes person records, facts and memberships as Arrow tables, keeps them in the release's DuckDB file. A run replaces the
records that changed and leaves the others; so a full run and a run of changes write the same rows.

Tables
    run             the runs that the release was built by
    source          one row a source: what was delivered last
    quarantine      rows that could not be used, and why
    source_record   one row a record of a source: its content hash, when it was first seen and when it last changed
    former_record   what a source said of a person before it said something else, or nothing
    person_record   one row a person whom a record names, standardised (see ``insighthub.standardise.schema``)
    fact            one row a fact that a service knows: amount, status or event
    membership      which resident each person-record is of
    resident        one row a resident
    evidence        the pairs of records that bring a resident's records together
    possible_match  residents who may be one person (see ``possible_matches``)
"""

from __future__ import annotations

import re

import duckdb
import pyarrow as pa

from insighthub.residents import possible_matches
from insighthub.standardise.schema import PERSON_RECORDS

#: Columns of ``person_record`` after those of ``PERSON_RECORDS``.
SEEN = ("first_seen", "changed_on")

_PERSON_COLUMNS = ",\n    ".join(
    f"{f.name} {'INTEGER' if f.type == pa.int32() else 'VARCHAR'}{'' if f.nullable else ' NOT NULL'}"
    for f in PERSON_RECORDS
)

CREATE = f"""
CREATE TABLE IF NOT EXISTS run (
    run_id VARCHAR NOT NULL,       -- the runs that this release was built by, the last of them its own
    as_of DATE NOT NULL,
    kind VARCHAR NOT NULL,         -- full, changes
    model VARCHAR NOT NULL,
    version VARCHAR NOT NULL,      -- of this program
    finished_at TIMESTAMP NOT NULL
);
CREATE TABLE IF NOT EXISTS source (
    source VARCHAR NOT NULL,
    landed_file VARCHAR NOT NULL,  -- name of the landed file, which is the hash of its content
    contract VARCHAR NOT NULL,     -- hash of the contract
    delivered_on DATE NOT NULL,    -- day of the run that first landed this delivery
    delivered BIGINT NOT NULL,     -- rows; delivered = landed + quarantined
    landed BIGINT NOT NULL,
    quarantined BIGINT NOT NULL,
    special_category BOOLEAN NOT NULL
);
CREATE TABLE IF NOT EXISTS quarantine (
    source VARCHAR NOT NULL,
    file VARCHAR NOT NULL,
    "row" BIGINT NOT NULL,
    "column" VARCHAR,
    reason VARCHAR NOT NULL,
    raw VARCHAR
);
CREATE TABLE IF NOT EXISTS source_record (
    source VARCHAR NOT NULL,
    record_id VARCHAR NOT NULL,
    content UBIGINT NOT NULL,      -- hash of the row as it was landed
    hidden VARCHAR,                -- why its people are hidden from all but the purposes that may see them; null: not
    first_seen DATE NOT NULL,      -- day of the run that first landed it
    changed_on DATE NOT NULL       -- day of the run that landed it as it is now
);
CREATE TABLE IF NOT EXISTS person_record (
    {_PERSON_COLUMNS},
    first_seen DATE NOT NULL,
    changed_on DATE NOT NULL
);
CREATE TABLE IF NOT EXISTS former_record (
    {_PERSON_COLUMNS},
    first_seen DATE NOT NULL,      -- from when the source said this,
    changed_on DATE NOT NULL,
    ended_on DATE NOT NULL         -- until it said something else, or nothing
);
CREATE TABLE IF NOT EXISTS fact (
    source VARCHAR NOT NULL,
    record_id VARCHAR NOT NULL,
    person INTEGER NOT NULL,
    name VARCHAR NOT NULL,         -- as the contract calls it: council_tax_arrears
    kind VARCHAR NOT NULL,         -- amount, status, event
    value VARCHAR,                 -- what the status or event is; the amount as it is written
    amount DOUBLE,                 -- of an amount
    date DATE,
    end_date DATE
);
CREATE TABLE IF NOT EXISTS membership (
    resident_id VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    record_id VARCHAR NOT NULL,
    person INTEGER NOT NULL,
    probability DOUBLE             -- that the record is of this resident; null where it is the only one
);
CREATE TABLE IF NOT EXISTS resident (
    resident_id VARCHAR NOT NULL,
    number BIGINT NOT NULL,        -- in order of issue: the lower is the older
    records INTEGER NOT NULL,      -- person-records
    sources INTEGER NOT NULL,      -- sources that know the resident
    confidence DOUBLE,             -- lowest probability among the records; null where there is one record
    hidden VARCHAR                 -- why the resident is hidden from all but the purposes that may see it; null: not
);
CREATE TABLE IF NOT EXISTS evidence (
    resident_id VARCHAR NOT NULL,
    source_l VARCHAR NOT NULL, record_id_l VARCHAR NOT NULL, person_l INTEGER NOT NULL,
    source_r VARCHAR NOT NULL, record_id_r VARCHAR NOT NULL, person_r INTEGER NOT NULL,
    match_weight DOUBLE NOT NULL,
    match_probability DOUBLE NOT NULL,
    levels VARCHAR NOT NULL        -- JSON: comparison -> level, as the model numbers them; those that are known
);
"""

#: The tables' names, and that of the possible matches.
RECORD_TABLES = tuple(re.findall(r"CREATE TABLE IF NOT EXISTS (\w+)", CREATE + possible_matches.CREATE))


def create(db: duckdb.DuckDBPyConnection) -> None:
    """Make the tables, where they are not there."""
    db.execute(CREATE)
    db.execute(possible_matches.CREATE)
