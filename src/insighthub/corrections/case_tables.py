"""Where the cases of corrections are kept: in the release, with the values that the state must never hold.

A case says that one record of a source is behind what others say. Cases are rebuilt with the release; what people did
about them is a ticket in the state, which knows a case by its key alone.
"""

from __future__ import annotations

import duckdb

from insighthub.residents import rectified

CREATE = """
CREATE TABLE IF NOT EXISTS correction_case (
    key VARCHAR NOT NULL,          -- hash of who is told what: record, kind, field, held and proposed value
    resident_id VARCHAR NOT NULL,
    source VARCHAR NOT NULL,       -- that is told
    record_id VARCHAR NOT NULL,
    person INTEGER NOT NULL,
    -- moved, died, new_name, birth_date, missing_birth_date, duplicate, missing_uprn, contact, put_right
    kind VARCHAR NOT NULL,
    field VARCHAR NOT NULL,
    held VARCHAR,                  -- what the record says; null: nothing
    proposed VARCHAR NOT NULL,     -- what it should say; of a duplicate, the record to keep
    probability DOUBLE NOT NULL,   -- that the proposed value is right for this record
    -- [{"service", "says", "as_of"}]: only services that the source may know of are named
    evidence JSON NOT NULL,
    why VARCHAR NOT NULL           -- in plain words
);
CREATE TABLE IF NOT EXISTS correction_slip (
    source VARCHAR NOT NULL,
    field VARCHAR NOT NULL,
    records BIGINT NOT NULL,       -- on whose value two other sources agree
    wrong BIGINT NOT NULL,         -- that say another
    filled DOUBLE NOT NULL,        -- share of its records that say anything
    share DOUBLE NOT NULL          -- wrong, drawn towards the mean of all sources
);
CREATE TABLE IF NOT EXISTS correction_place (
    form VARCHAR NOT NULL,         -- whole, street, postcode: which parts of an address the key is of
    key VARCHAR NOT NULL,
    uprn VARCHAR NOT NULL,
    records BIGINT NOT NULL,       -- that give it
    sources VARCHAR[] NOT NULL,
    probability DOUBLE NOT NULL    -- that another record with the key has this UPRN
);
"""

#: Of each step, one row a record that it would correct; ``token`` is how the table ``statement`` calls the proposed
#: value.
CREATE_PROPOSAL = """
CREATE OR REPLACE TEMP TABLE proposal (
    resident_id VARCHAR, source VARCHAR, record_id VARCHAR, person INTEGER, kind VARCHAR, field VARCHAR,
    held VARCHAR, proposed VARCHAR, token_held VARCHAR, token VARCHAR, probability DOUBLE, why VARCHAR
)
"""


def create(db: duckdb.DuckDBPyConnection) -> None:
    """Make the tables, where they are not there."""
    db.execute(CREATE)
    db.execute(rectified.CREATE)
