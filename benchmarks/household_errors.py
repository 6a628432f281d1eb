"""Why households are wrong: the pairs of people that are found wrongly or missed, by cause.

    python -m benchmarks.household_errors RELEASE.duckdb BOROUGH

A pair found wrongly is counted for each of the two who does not live at the place: by whether they have died, have left
the borough or live elsewhere in it, and whether the resident is but a part of the person's records, the others being of
another resident. A pair missed is counted for each of the two who is not where they live, by what the index says.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb

from insighthub.index_evaluation import evaluate_index

_FALSE = """
WITH found AS (
    SELECT a.entity_id, b.entity_id AS other, a.household_id
    FROM housed a JOIN housed b ON b.household_id = a.household_id AND b.entity_id <> a.entity_id
),
wrong AS (
    SELECT f.* FROM found f
    JOIN person_truth x ON x.entity_id = f.entity_id
    JOIN person_truth y ON y.entity_id = f.other
    WHERE NOT (x.lives_here AND y.lives_here AND coalesce(x.household_id = y.household_id, false))
),
placed AS (
    SELECT DISTINCT w.entity_id, w.other, h.place_id, o.resident_id
    FROM wrong w
    JOIN household h ON h.household_id = w.household_id
    JOIN household_member m ON m.household_id = w.household_id AND m.is_current
    JOIN person_of o ON o.resident_id = m.resident_id AND o.entity_id = w.entity_id
)
SELECT CASE WHEN NOT p.alive THEN 'has died' WHEN NOT p.lives_here THEN 'has left the borough'
            WHEN 'U:' || p.uprn <> w.place_id THEN 'lives elsewhere in the borough'
            ELSE 'lives here, in a hostel or care home' END
       || CASE WHEN r.resident_id IS DISTINCT FROM w.resident_id
               THEN ', and is but a part of the person''s records' ELSE '' END AS cause,
       count(*) AS pairs, count(DISTINCT w.resident_id) AS residents
FROM placed w
JOIN person_truth p ON p.entity_id = w.entity_id
LEFT JOIN resident_of r ON r.entity_id = w.entity_id
WHERE NOT (p.lives_here AND 'U:' || p.uprn = w.place_id AND p.household_id IS NOT NULL)
GROUP BY cause ORDER BY pairs DESC
"""
_MISSED = """
WITH true_ AS (
    SELECT a.entity_id, b.entity_id AS other, p.uprn
    FROM truly_housed a JOIN truly_housed b ON b.household_id = a.household_id AND b.entity_id <> a.entity_id
    JOIN person_truth p ON p.entity_id = a.entity_id
    WHERE a.held AND b.held AND NOT EXISTS (
        SELECT 1 FROM housed x JOIN housed y ON y.household_id = x.household_id
        WHERE x.entity_id = a.entity_id AND y.entity_id = b.entity_id)
)
SELECT CASE WHEN a.place_id IS NULL THEN 'has no current address'
            WHEN a.place_id <> 'U:' || t.uprn THEN 'is thought to live elsewhere'
            ELSE 'is thought to live here, and not surely enough for a member' END AS cause,
       count(*) AS pairs, count(DISTINCT r.resident_id) AS residents
FROM true_ t
JOIN resident_of r ON r.entity_id = t.entity_id
LEFT JOIN address a ON a.resident_id = r.resident_id AND a.is_current
LEFT JOIN household_member m ON m.resident_id = r.resident_id AND m.is_current
LEFT JOIN household h ON h.household_id = m.household_id
WHERE h.place_id IS DISTINCT FROM 'U:' || t.uprn
GROUP BY cause ORDER BY pairs DESC
"""


def main() -> None:
    """Read the command line and print the causes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("release", type=Path)
    parser.add_argument("borough", type=Path)
    given = parser.parse_args()
    with duckdb.connect(str(given.release), read_only=True) as db:
        evaluate_index(db, given.borough / "truth.parquet", given.borough / "people.parquet")
        for name, query in (("pairs found wrongly, of whom one", _FALSE), ("pairs missed, of whom one", _MISSED)):
            print(name)
            for cause, pairs, residents in db.execute(query).fetchall():
                print(f"  {cause}: {pairs:,} pairs, {residents:,} residents")


if __name__ == "__main__":
    main()
