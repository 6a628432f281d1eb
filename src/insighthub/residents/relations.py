"""Who is whose parent, partner, brother or sister, as far as records tell, with a probability and the reason.

Takes pairs of residents who share a household or a record, gives the table ``relation``; each pair is there both ways
round. What tells: a record on which one is the other's guardian or contact, an account or tenancy in two names, the
years between them, family names, and who else lives there. Each kind of evidence is a case with its own probability,
which is the share of pairs that were right on a fictional borough (see ``docs/explanation/households.md``). Where no
kind is likelier than not, the pair is said to live at one address, and no more. No relation is shown of a hidden
resident.
"""

from __future__ import annotations

from datetime import date

import duckdb
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

CREATE = """
CREATE TABLE IF NOT EXISTS relation (
    resident_a VARCHAR NOT NULL,   -- a is the <kind> of b
    resident_b VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,         -- parent, child, partner, sibling, grandparent,
                                   -- grandchild, same address
    probability DOUBLE NOT NULL,
    why VARCHAR NOT NULL,
    sources VARCHAR[] NOT NULL     -- whose records name both
);
"""


class RelationSettings(BaseModel):
    """Which roles on a record say what somebody is to the main person."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    guardian_roles: tuple[str, ...] = Field(
        default=("guardian", "contact", "parent"),
        description="roles of an adult who answers for the child whose record it is",
    )
    joint_sources: tuple[str, ...] = Field(
        default=("council_tax", "housing_rents", "benefits"),
        description="sources in which a record or claim in two adults' names is mostly a couple's",
    )


#: Case -> (kind of the first of the pair to the second, probability, reason). The first is the guardian, else the
#: elder.
CASES: dict[str, tuple[str, float, str]] = {
    "guardian": ("parent", 0.99, "a record names them as guardian or contact of the child"),
    "joint": ("partner", 0.99, "an account, tenancy or claim is in both names"),
    "parent, one name": (
        "parent",
        0.98,
        "they live together, one is a child, with one family name and 16 to 45 years between them",
    ),
    "parent, other name": ("parent", 0.94, "they live together, one is a child, with 16 to 45 years between them"),
    "parent, no age": ("parent", 0.69, "they live together; one is a child, and the other's age is not known"),
    "parent, grown": (
        "parent",
        0.65,
        "they live together, both grown, with one family name and 16 to 45 years between them",
    ),
    "grandparent": ("grandparent", 0.85, "they live together, one is a child, with 46 years or more between them"),
    "grandparent, grown": (
        "grandparent",
        0.67,
        "they live together, both grown, with one family name and 46 years or more between them",
    ),
    "siblings, one name": (
        "sibling",
        0.97,
        "they live together, one is a child, with one family name and less than 16 years between them",
    ),
    "siblings, other name": (
        "sibling",
        0.89,
        "they live together, one is a child, with less than 16 years between them",
    ),
    "siblings, one parent": ("sibling", 0.72, "they live together, with a parent of both"),
    "couple, one child": ("partner", 0.89, "they live together, with a child of both"),
    "same address": ("same address", 0.91, "they live at one address; no record says what they are to each other"),
}

_TOUCHED = (
    """
    CREATE OR REPLACE TEMP TABLE relation_touched AS
    SELECT resident_id FROM touched
    UNION SELECT resident_id FROM household_touched
    UNION SELECT resident_id FROM together_changed WHERE same_name
    """,
    # What two people are to each other is also told from whom else they live with.
    """
    INSERT INTO relation_touched
    SELECT DISTINCT o.resident_id
    FROM household_member m JOIN household_member o ON o.household_id = m.household_id AND o.is_current
    WHERE m.is_current AND m.resident_id IN (SELECT resident_id FROM relation_touched)
      AND o.resident_id NOT IN (SELECT resident_id FROM relation_touched)
    """,
)
_DELETE = """
DELETE FROM relation
WHERE resident_a IN (SELECT resident_id FROM relation_touched)
   OR resident_b IN (SELECT resident_id FROM relation_touched)
"""

_PAIRS = (
    """
    CREATE OR REPLACE TEMP TABLE pair AS
    WITH found AS (
        SELECT least(a.resident_id, b.resident_id) AS a, greatest(a.resident_id, b.resident_id) AS b, a.household_id
        FROM household_member a
        JOIN household_member b ON b.household_id = a.household_id AND b.resident_id <> a.resident_id
        WHERE a.is_current AND b.is_current AND a.resident_id IN (SELECT resident_id FROM relation_touched)
        UNION ALL
        SELECT least(m.resident_id, n.resident_id), greatest(m.resident_id, n.resident_id), NULL
        FROM membership m
        JOIN membership n ON n.source = m.source AND n.record_id = m.record_id AND n.resident_id <> m.resident_id
        WHERE m.resident_id IN (SELECT resident_id FROM relation_touched)
    )
    SELECT a, b, max(household_id) AS household_id FROM found GROUP BY a, b
    """,
    """
    CREATE OR REPLACE TEMP TABLE named_together AS
    WITH mine AS (
        SELECT m.*, p.role
        FROM membership m
        JOIN person_record p ON p.source = m.source AND p.record_id = m.record_id AND p.person = m.person
        WHERE m.resident_id IN (SELECT a FROM pair UNION SELECT b FROM pair)
    )
    SELECT m.resident_id AS a, n.resident_id AS b, list_sort(list(DISTINCT m.source)) AS sources,
           bool_or(list_contains($guardian_roles, m.role) AND n.role = 'main') AS a_guards,
           bool_or(list_contains($guardian_roles, n.role) AND m.role = 'main') AS b_guards,
           bool_or(list_contains($joint_sources, m.source)) AS joint
    FROM mine m JOIN mine n ON n.source = m.source AND n.record_id = m.record_id AND n.resident_id > m.resident_id
    GROUP BY m.resident_id, n.resident_id
    """,
    """
    CREATE OR REPLACE TEMP TABLE age_of AS
    SELECT resident_id, datediff('day', try_cast(replace(value, '-XX', '-01') AS DATE), $as_of) / 365.25 AS age
    FROM golden WHERE field = 'date_of_birth' AND resident_id IN (SELECT a FROM pair UNION SELECT b FROM pair)
    """,
    # The first of each pair is the guardian; else the elder; else the one whose age is not known, beside a child.
    """
    CREATE OR REPLACE TEMP TABLE relative AS
    WITH told AS (
        SELECT p.*, coalesce(t.same_name, false) AS same_name, coalesce(n.sources, []) AS sources,
               coalesce(n.joint, false) AS joint, coalesce(n.a_guards, false) AS a_guards,
               coalesce(n.b_guards, false) AS b_guards, x.age AS age_a, y.age AS age_b
        FROM pair p
        JOIN resident ra ON ra.resident_id = p.a AND ra.hidden IS NULL
        JOIN resident rb ON rb.resident_id = p.b AND rb.hidden IS NULL
        LEFT JOIN together t ON t.resident_id = p.a AND t.other_id = p.b
        LEFT JOIN named_together n ON n.a = p.a AND n.b = p.b
        LEFT JOIN age_of x ON x.resident_id = p.a
        LEFT JOIN age_of y ON y.resident_id = p.b
    ),
    turned AS (
        SELECT *, CASE WHEN a_guards <> b_guards THEN b_guards
                       WHEN age_a IS NOT NULL AND age_b IS NOT NULL THEN age_b > age_a
                       ELSE coalesce(age_a < 18.5, false) END AS turn
        FROM told
    )
    SELECT CASE WHEN turn THEN b ELSE a END AS a, CASE WHEN turn THEN a ELSE b END AS b, household_id, same_name,
           sources, joint, a_guards <> b_guards AS guards,
           CASE WHEN turn THEN age_b ELSE age_a END AS age_a, CASE WHEN turn THEN age_a ELSE age_b END AS age_b,
           abs(age_a - age_b) AS older
    FROM turned
    """,
    """
    CREATE OR REPLACE TEMP TABLE first_case AS
    SELECT *, CASE
        WHEN guards AND coalesce(older >= 12, true) THEN 'guardian'
        WHEN joint AND coalesce(age_a >= 18, true) AND coalesce(age_b >= 18, true) AND coalesce(older < 16, true)
            THEN 'joint'
        WHEN household_id IS NULL THEN NULL
        WHEN older >= 46 AND age_b < 18.5 THEN 'grandparent'
        WHEN older >= 46 AND same_name THEN 'grandparent, grown'
        WHEN older BETWEEN 16 AND 46 AND age_b < 18.5 AND same_name THEN 'parent, one name'
        WHEN older BETWEEN 16 AND 46 AND age_b < 18.5 THEN 'parent, other name'
        WHEN older BETWEEN 16 AND 46 AND same_name THEN 'parent, grown'
        WHEN age_a IS NULL AND age_b < 18.5 THEN 'parent, no age'
        WHEN older < 16 AND age_b < 18.5 AND same_name THEN 'siblings, one name'
        WHEN older < 16 AND age_b < 18.5 THEN 'siblings, other name'
        ELSE 'same address' END AS found
    FROM relative
    """,
    """
    CREATE OR REPLACE TEMP TABLE told_pair AS
    WITH parent AS (
        SELECT a, b, household_id, found IN ('guardian', 'parent, one name', 'parent, other name') AS sure
        FROM first_case WHERE starts_with(found, 'parent') OR found = 'guardian'
    ),
    sex AS (SELECT resident_id, value AS sex FROM golden WHERE field = 'sex' AND resident_id IN (SELECT a FROM parent)),
    both_parents AS (
        SELECT DISTINCT x.a, y.a AS b
        FROM parent x JOIN parent y ON y.b = x.b AND y.household_id = x.household_id AND y.a <> x.a
        JOIN sex s ON s.resident_id = x.a JOIN sex u ON u.resident_id = y.a AND u.sex <> s.sex
        WHERE x.sure AND y.sure
    ),
    both_children AS (
        SELECT DISTINCT x.b AS a, y.b
        FROM parent x JOIN parent y ON y.a = x.a AND y.household_id = x.household_id AND y.b <> x.b
    )
    SELECT f.* EXCLUDE (found), CASE
        WHEN found <> 'same address' THEN found
        WHEN p.a IS NOT NULL AND coalesce(older < 16, true) THEN 'couple, one child'
        WHEN c.a IS NOT NULL AND coalesce(older < 25, true) THEN 'siblings, one parent'
        ELSE found END AS found
    FROM first_case f
    LEFT JOIN both_parents p ON p.a = f.a AND p.b = f.b
    LEFT JOIN both_children c ON c.a = f.a AND c.b = f.b
    WHERE found IS NOT NULL
    """,
)
_RELATION = """
INSERT INTO relation
SELECT a, b, kind, probability, why, sources FROM (
    SELECT t.a, t.b, c.kind, c.probability, c.why, t.sources FROM told_pair t JOIN relation_case c ON c.name = t.found
    UNION ALL
    SELECT t.b, t.a, CASE c.kind WHEN 'parent' THEN 'child' WHEN 'grandparent' THEN 'grandchild' ELSE c.kind END,
           c.probability, c.why, t.sources
    FROM told_pair t JOIN relation_case c ON c.name = t.found
)
ORDER BY a, b
"""


def build_relations(db: duckdb.DuckDBPyConnection, settings: RelationSettings, as_of: date) -> None:
    """Rebuild ``relation`` for the residents in ``touched`` and ``household_touched``, and those who live with them.

    Of those whose names are found to be one, or not to be, it is rebuilt too (``together_changed``).

    Args:
        db: a release with addresses and households as they are now.
        settings: which roles and sources tell of guardians and couples.
        as_of: the day on which ages are counted.
    """
    db.execute(CREATE)
    for statement in (*_TOUCHED, _DELETE):
        db.execute(statement)
    values = {
        "as_of": as_of,
        "guardian_roles": list(settings.guardian_roles),
        "joint_sources": list(settings.joint_sources),
    }
    for statement in _PAIRS:
        db.execute(statement, {name: value for name, value in values.items() if f"${name}" in statement})
    kind, probability, why = zip(*CASES.values(), strict=True)
    db.register("relation_case", pa.table({"name": list(CASES), "kind": kind, "probability": probability, "why": why}))
    try:
        db.execute(_RELATION)
    finally:
        db.unregister("relation_case")
    for name in ("relation_touched", "pair", "named_together", "age_of", "relative", "first_case", "told_pair"):
        db.execute(f"DROP TABLE {name}")
