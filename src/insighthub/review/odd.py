"""What looks odd in a release: residents whose records may be of several people, and residents who may be one.

Takes a release, gives clusters and pairs to be checked, the oddest first. They are chosen, not drawn, so they measure
nothing; but this is where most of what is wrong can be found.

    conflict          two NHS numbers, two dates of birth that several sources hold, or two sexes likewise
    one_source_twice  two records of one source, which most of its people have one of
    weak_link         the best evidence of one of the records is weak
    possible_match    two residents whom strong evidence connects and something keeps apart
"""

from __future__ import annotations

import duckdb
import pyarrow as pa

from insighthub.store.tables import arrow

CONFLICT, TWICE, WEAK, POSSIBLE = "conflict", "one_source_twice", "weak_link", "possible_match"
#: Of so many records a resident is shown; more are no cluster that a person can judge at one look.
MOST_RECORDS = 40

# A value that one record alone holds is a slip; one that two sources hold is another person's, perhaps.
_CONFLICT = """
WITH said AS (
    SELECT m.resident_id, unnest([
        {'field': 'date_of_birth', 'value': p.date_of_birth}, {'field': 'sex', 'value': p.sex}
    ], recursive := true), p.source
    FROM membership m JOIN person_record p USING (source, record_id, person)
    JOIN resident r ON r.resident_id = m.resident_id AND r.records BETWEEN 2 AND $most
),
held AS (
    SELECT resident_id, field, value, count(DISTINCT source) AS sources
    FROM said WHERE value IS NOT NULL GROUP BY ALL
),
fields AS (
    SELECT resident_id, count(*) FILTER (sources > 1) > 1 AS conflict
    FROM held GROUP BY resident_id, field HAVING count(*) > 1
    UNION ALL
    SELECT resident_id, true FROM identifier WHERE conflict AND kind = 'nhs_number' GROUP BY resident_id
)
SELECT resident_id, count(*) FILTER (conflict) AS conflicts, count(*) AS differing
FROM fields GROUP BY resident_id HAVING count(*) FILTER (conflict) > 0
"""
_CLUSTERS = f"""
WITH conflict AS ({_CONFLICT}),
of_source AS (
    SELECT resident_id, source, count(*) AS records FROM membership GROUP BY ALL
),
usually_once AS (
    SELECT source FROM of_source GROUP BY source HAVING avg((records = 1)::INTEGER) > 0.9
),
twice AS (
    SELECT e.resident_id, min(e.match_probability) AS probability
    FROM of_source s JOIN usually_once USING (source)
    JOIN evidence e ON e.resident_id = s.resident_id AND e.source_l = s.source AND e.source_r = s.source
    WHERE s.records > 1 GROUP BY ALL
),
odd AS (
    SELECT resident_id, '{CONFLICT}' AS reason, 1.0 / (conflicts + 0.1 * differing) AS oddness FROM conflict
    UNION ALL SELECT resident_id, '{TWICE}', probability FROM twice
    UNION ALL SELECT resident_id, '{WEAK}', confidence FROM resident WHERE records > 1
),
first AS (
    SELECT resident_id, reason, row_number() OVER (PARTITION BY reason ORDER BY oddness, resident_id) AS turn
    FROM odd JOIN resident r USING (resident_id)
    WHERE oddness IS NOT NULL AND r.records BETWEEN 2 AND $most
    QUALIFY turn <= $limit
)
SELECT resident_id, first(reason ORDER BY turn, reason) AS reason, min(turn) AS turn
FROM first GROUP BY resident_id ORDER BY turn, reason, resident_id LIMIT $limit
"""
# Of a cluster the two records across its weakest link: the record with the weakest best evidence, and that evidence.
_WEAKEST = """
WITH ends AS (
    SELECT e.*, least(l.probability, r.probability) AS weakest
    FROM evidence e
    JOIN membership l ON l.source = e.source_l AND l.record_id = e.record_id_l AND l.person = e.person_l
    JOIN membership r ON r.source = e.source_r AND r.record_id = e.record_id_r AND r.person = e.person_r
    WHERE e.resident_id IN (SELECT resident_id FROM chosen)
)
SELECT c.resident_id, c.reason, c.turn, r.records, source_l, record_id_l, person_l, source_r, record_id_r, person_r
FROM chosen c JOIN resident r USING (resident_id) JOIN ends USING (resident_id)
QUALIFY row_number() OVER (
    PARTITION BY c.resident_id ORDER BY weakest, match_probability DESC, source_l, record_id_l, source_r, record_id_r
) = 1
ORDER BY c.turn, c.reason, c.resident_id
"""
_POSSIBLE = """
SELECT resident_a, resident_b, match_probability FROM possible_match
ORDER BY abs(match_probability - 1) < 0.5 DESC, match_probability DESC, resident_a, resident_b LIMIT $limit
"""


def odd_clusters(db: duckdb.DuckDBPyConnection, limit: int) -> pa.Table:
    """Choose residents to be checked, the reasons in turn.

    Args:
        db: a release; a temporary table is made in it.
        limit: how many at most.

    Returns:
        resident_id, reason, turn, records, and the references of the two records across the weakest link.
    """
    chosen = arrow(db, _CLUSTERS, {"most": MOST_RECORDS, "limit": limit})
    db.register("chosen", chosen)
    try:
        return arrow(db, _WEAKEST)
    finally:
        db.unregister("chosen")


def kept_apart(db: duckdb.DuckDBPyConnection, limit: int) -> pa.Table:
    """Choose pairs of residents whom strong evidence connects: resident_a, resident_b, match_probability."""
    return arrow(db, _POSSIBLE, {"limit": limit})
