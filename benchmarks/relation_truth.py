"""How often relations between residents are right, by the reason that is given: a release held against its borough.

    python -m benchmarks.relation_truth RELEASE.duckdb BOROUGH --residents 20000 --seed 1

BOROUGH is the folder of a borough that was generated with so many residents and that seed: who is whose parent or
partner stands in no file, so the world is made once more. For each reason are printed the pairs that it is given for,
the probability that is stated, and the share that is right. The probabilities of
``insighthub.residents.relations.CASES`` are the shares of a borough of 30,000 (seed 7).
"""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from insighthub.synthetic.people_truth import entity_ids
from insighthub.synthetic.population import CHILD, GRANDPARENT, HEAD, PARTNER, World
from insighthub.synthetic.world import build_world

_SHARES = f"""
WITH who AS (
    SELECT m.resident_id, t.entity_id, count(*) AS n
    FROM membership m
    JOIN read_parquet($truth) t ON t.source = m.source AND t.record_id = m.record_id AND t.person = m.person
    GROUP BY ALL
),
person_of AS (
    SELECT resident_id, entity_id FROM who
    QUALIFY row_number() OVER (PARTITION BY resident_id ORDER BY n DESC, entity_id) = 1
),
judged AS (
    SELECT r.kind, r.why, r.probability, CASE r.kind
        WHEN 'parent' THEN y.father = x.entity_id OR y.mother = x.entity_id
        WHEN 'partner' THEN x.household = y.household AND x.role + y.role = {HEAD + PARTNER} AND x.role <> y.role
        WHEN 'sibling' THEN x.household = y.household AND x.role = {CHILD} AND y.role = {CHILD}
        WHEN 'grandparent' THEN x.household = y.household AND x.role = {GRANDPARENT} AND y.role = {CHILD}
        ELSE x.household = y.household END AS is_right
    FROM relation r
    JOIN person_of e ON e.resident_id = r.resident_a
    JOIN person_of f ON f.resident_id = r.resident_b
    JOIN world x ON x.entity_id = e.entity_id
    JOIN world y ON y.entity_id = f.entity_id
    WHERE r.kind IN ('parent', 'grandparent')
       OR (r.kind IN ('partner', 'sibling', 'same address') AND r.resident_a < r.resident_b)
)
SELECT kind, why, count(*), any_value(probability), avg(coalesce(is_right, false)::INTEGER)
FROM judged GROUP BY kind, why ORDER BY kind, count(*) DESC
"""


def relatives(world: World) -> pa.Table:
    """Return entity_id, household, role, father and mother (entity ids; null: not in the household) of each person."""
    people, contacts = world.people, world.contacts
    return pa.table(
        {
            "entity_id": entity_ids(np.arange(len(contacts.father))),
            "household": people.household,
            "role": people.role,
            "father": pa.array(entity_ids(contacts.father), pa.string(), mask=contacts.father < 0),
            "mother": pa.array(entity_ids(contacts.mother), pa.string(), mask=contacts.mother < 0),
        }
    )


def main() -> None:
    """Read the command line and print the shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("release", type=Path)
    parser.add_argument("borough", type=Path)
    parser.add_argument("--residents", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    given = parser.parse_args()
    with duckdb.connect(str(given.release), read_only=True) as db:
        db.register("world", relatives(build_world(given.residents, given.seed)))
        shares = db.execute(_SHARES, {"truth": str(given.borough / "truth.parquet")}).fetchall()
    for kind, why, pairs, stated, right in shares:
        print(f"{kind:13s}{pairs:7,} pairs, stated {stated:.2f}, right {right:.3f}: {why}")


if __name__ == "__main__":
    main()
