"""Residents who may be one person, and how many people there may be: what linkage left in doubt.

Takes the pairs of records that linkage compared and the residents that it gave them to, keeps in the table
``possible_match`` the pairs of residents between whom some pair of records came near. Two residents of whom nobody
knows enough stay two: a council tax account with a name and no date of birth is kept apart from a library member of
that name unless more speaks for it. So an index holds more residents than there are people. How many more can be
said: each resident counts less by the chance that it is the same person as the resident whom it is most like.
"""

from __future__ import annotations

import duckdb

from insighthub.linkage.labels.decisions import CANNOT
from insighthub.linkage.second_pass import NEAR_BITS
from insighthub.store.tables import number

CREATE = """
CREATE TABLE IF NOT EXISTS possible_match (
    resident_a VARCHAR NOT NULL,   -- in order of the text
    resident_b VARCHAR NOT NULL,
    match_probability DOUBLE NOT NULL,  -- of the likeliest pair of their records
    pairs INTEGER NOT NULL         -- pairs of records that came near
);
"""
# Whoever may match somebody is of one region with them, and linkage looks at whole regions.
_LOOKED_AT = """
CREATE OR REPLACE TEMP TABLE looked_at AS
SELECT resident_id FROM assigned
UNION SELECT before FROM assigned WHERE before IS NOT NULL
UNION SELECT resident_id FROM left_record
UNION SELECT resident_id FROM reassigned
"""
_LEAVE = "DELETE FROM possible_match WHERE resident_a IN (FROM looked_at) OR resident_b IN (FROM looked_at)"
# One end after the other: joined at once, every resident may be set beside every other.
_FIRST_END = """
CREATE OR REPLACE TEMP TABLE first_end AS
SELECT a.resident_id AS one, p.source_r AS source, p.record_id_r AS record_id, p.person_r AS person, p.match_probability
FROM pairs p
JOIN assigned a ON a.source = p.source_l AND a.record_id = p.record_id_l AND a.person = p.person_l
WHERE p.match_weight > $near
"""
_FIRST_DECIDED = """
CREATE OR REPLACE TEMP TABLE first_decided AS
SELECT a.resident_id AS one, d.source_r AS source, d.record_id_r AS record_id, d.person_r AS person
FROM decided d
JOIN assigned a ON a.source = d.source_l AND a.record_id = d.record_id_l AND a.person = d.person_l
WHERE d.decision = $cannot
"""
_TAKE = """
INSERT INTO possible_match
WITH decided_apart AS (
    SELECT least(one, resident_id) AS resident_a, greatest(one, resident_id) AS resident_b
    FROM first_decided JOIN assigned USING (source, record_id, person)
),
between_residents AS (
    SELECT least(one, resident_id) AS resident_a, greatest(one, resident_id) AS resident_b, match_probability
    FROM first_end JOIN assigned USING (source, record_id, person)
)
SELECT resident_a, resident_b, max(match_probability), count(*)
FROM between_residents ANTI JOIN decided_apart USING (resident_a, resident_b)
WHERE resident_a <> resident_b
GROUP BY ALL
ORDER BY ALL
"""
# Over the threshold, what keeps two residents apart is a rule (two identifiers, one account a person), and no doubt.
_EXPECTED = """
WITH doubt AS (FROM possible_match WHERE match_probability < $threshold),
likeliest AS (
    SELECT DISTINCT resident_a, resident_b, match_probability
    FROM (SELECT resident_a AS resident, * FROM doubt UNION ALL SELECT resident_b, * FROM doubt)
    QUALIFY row_number() OVER (PARTITION BY resident ORDER BY match_probability DESC, resident_a, resident_b) = 1
)
SELECT (SELECT count(*) FROM resident) - (SELECT coalesce(sum(match_probability), 0) FROM likeliest)
"""


def take_possible_matches(db: duckdb.DuckDBPyConnection) -> None:
    """Bring the table up to date, from ``pairs``, ``decided``, ``assigned``, ``left_record`` and ``reassigned``."""
    db.execute(_LOOKED_AT)
    db.execute(_LEAVE)
    db.execute(_FIRST_END, {"near": NEAR_BITS})
    db.execute(_FIRST_DECIDED, {"cannot": CANNOT})
    db.execute(_TAKE)


def expected_people(db: duckdb.DuckDBPyConnection, *, threshold: float) -> int:
    """Return how many people the residents of a release are, as far as linkage can tell."""
    return round(float(number(db, _EXPECTED, {"threshold": threshold})))
