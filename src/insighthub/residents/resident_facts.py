"""What services know of each resident: facts by resident, so that a picture finds them all in one place."""

from __future__ import annotations

import duckdb

CREATE = """
CREATE TABLE IF NOT EXISTS resident_fact (
    resident_id VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    record_id VARCHAR NOT NULL,
    name VARCHAR NOT NULL,         -- as the contract calls it
    kind VARCHAR NOT NULL,         -- amount, status, event
    value VARCHAR,
    amount DOUBLE,
    date DATE,
    end_date DATE
)
"""
_LEAVE = "DELETE FROM resident_fact WHERE resident_id IN (FROM touched)"
_TAKE = """
INSERT INTO resident_fact
SELECT resident_id, f.source, f.record_id, name, kind, value, amount, date, end_date
FROM membership m JOIN fact f USING (source, record_id, person)
WHERE resident_id IN (FROM touched)
ORDER BY ALL
"""


def build_resident_facts(db: duckdb.DuckDBPyConnection) -> None:
    """Bring the facts of the residents in the temporary table ``touched`` up to date."""
    for statement in (CREATE, _LEAVE, _TAKE):
        db.execute(statement)
