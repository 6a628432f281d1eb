"""What a place is called: of all the ways in which records write its address, the one that most use.

Takes ``residence`` and the records, gives the temporary table ``place_text`` with one row a candidate place: address,
postcode, UPRN, and the parts that tell whether it is a flat.
"""

from __future__ import annotations

import duckdb

_WRITTEN = """
CREATE OR REPLACE TEMP TABLE place_text AS
WITH wanted AS (SELECT DISTINCT place_id FROM candidate),
written AS (
    SELECT r.place_id, p.address, p.postcode, p.flat, p.house_number, p.street
    FROM residence r
    JOIN person_record p ON p.source = r.source AND p.record_id = r.record_id AND p.person = r.person
    WHERE r.place_id IN (SELECT place_id FROM wanted)
),
address AS (
    SELECT place_id, max_by(address, (n, length(address), address)) AS address
    FROM (SELECT place_id, address, count(*) AS n FROM written WHERE address IS NOT NULL GROUP BY ALL) GROUP BY place_id
),
postcode AS (
    SELECT place_id, max_by(postcode, (n, postcode)) AS postcode
    FROM (SELECT place_id, postcode, count(*) AS n FROM written WHERE postcode IS NOT NULL GROUP BY ALL)
    GROUP BY place_id
)
SELECT w.place_id, coalesce(a.address, 'UPRN ' || substr(w.place_id, 3)) AS address, p.postcode,
       CASE WHEN w.place_id LIKE 'U:%' THEN substr(w.place_id, 3) END AS uprn
FROM wanted w
LEFT JOIN address a ON a.place_id = w.place_id
LEFT JOIN postcode p ON p.place_id = w.place_id
"""


def describe_places(db: duckdb.DuckDBPyConnection) -> None:
    """Make ``place_text`` for the places in ``candidate``."""
    db.execute(_WRITTEN)
