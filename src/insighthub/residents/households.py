"""Who lives together now, and who did before.

Takes the addresses of the places in ``place_touched``, gives two tables

    household         one row a household: where, since when, until when, how many, of which kind
    household_member  one row a member: since when, until when, how sure it is, and why they are thought to be one

Those who live in one home now are its household. Of those who lived there before, who belongs to a present member (by
name, by a record that names both, or by another place that they shared) was a member who has left; the others were
households of their own, told apart by the day on which their account ended. A hostel, a care home or a building
whose flats are not known is no household, and a hidden resident is in none.

``household_id`` is a key made of the place and the day: it is worked out anew each time and is no lasting name.
"""

from __future__ import annotations

from datetime import date

import duckdb

from insighthub.residents.household_settings import HouseholdSettings
from insighthub.residents.place_kinds import build_places

CREATE = """
CREATE TABLE IF NOT EXISTS household (
    household_id VARCHAR NOT NULL,
    place_id VARCHAR NOT NULL,
    from_date DATE,                -- the first day on which a member is known to have lived there
    to_date DATE,                  -- of a former household: the day its account ended
    members INTEGER NOT NULL,      -- now; of a former household, those who left together
    is_current BOOLEAN NOT NULL,
    kind VARCHAR NOT NULL          -- one person, two adults, several adults, one adult with children,
                                   -- adults with children, not known
);
CREATE TABLE IF NOT EXISTS household_member (
    household_id VARCHAR NOT NULL,
    resident_id VARCHAR NOT NULL,
    from_date DATE,
    to_date DATE,
    is_current BOOLEAN NOT NULL,
    probability DOUBLE,            -- that they live there now; null for who lived there before: not estimated
    why VARCHAR NOT NULL
);
"""

_MEMBER = """
CREATE OR REPLACE TEMP TABLE new_member AS
WITH at_home AS (
    SELECT a.resident_id, a.place_id, a.from_date, a.to_date, a.is_current AND a.probability >= $member_from AS now,
           a.is_current, a.probability, a.inferred, a.why
    FROM address a
    JOIN place p ON p.place_id = a.place_id AND p.kind = 'home'
    JOIN resident r ON r.resident_id = a.resident_id AND r.hidden IS NULL
    WHERE a.place_id IN (SELECT place_id FROM place_touched)
),
former AS (SELECT * FROM at_home WHERE NOT is_current AND NOT inferred),
of_present AS (  -- who has left people that are there still
    SELECT f.resident_id, f.place_id, count(*) AS kin
    FROM former f
    JOIN together t ON t.resident_id = f.resident_id AND t.linked
    JOIN at_home n ON n.resident_id = t.other_id AND n.place_id = f.place_id AND n.now
    GROUP BY f.resident_id, f.place_id
),
ended AS (
    SELECT resident_id, place_id, max(to_date) AS ended FROM residence
    WHERE to_date IS NOT NULL AND place_id IN (SELECT place_id FROM place_touched)
    GROUP BY ALL
),
gone AS (
    SELECT f.*, e.ended FROM former f
    LEFT JOIN ended e ON e.resident_id = f.resident_id AND e.place_id = f.place_id
    WHERE NOT EXISTS (SELECT 1 FROM of_present o WHERE o.resident_id = f.resident_id AND o.place_id = f.place_id)
),
kin_gone AS (
    SELECT g.resident_id, g.place_id, max(k.ended) AS ended
    FROM gone g
    JOIN together t ON t.resident_id = g.resident_id AND t.linked
    JOIN gone k ON k.resident_id = t.other_id AND k.place_id = g.place_id
    GROUP BY ALL
),
told AS (
    SELECT place_id, NULL::DATE AS left_on, resident_id, from_date, NULL::DATE AS to_date, true AS is_current,
           probability, why FROM at_home WHERE now
    UNION ALL
    SELECT f.place_id, NULL, f.resident_id, f.from_date, f.to_date, false, NULL,
           'lived here with ' || o.kin
               || CASE WHEN o.kin = 1 THEN ' person who still does' ELSE ' people who still do' END
    FROM former f JOIN of_present o ON o.resident_id = f.resident_id AND o.place_id = f.place_id
    UNION ALL
    SELECT g.place_id, greatest(g.ended, k.ended), g.resident_id, g.from_date, greatest(g.ended, k.ended), false, NULL,
           CASE WHEN g.ended IS NOT NULL AND k.ended > g.ended THEN 'left before the people they belong with'
                WHEN g.ended IS NOT NULL THEN 'named on the account or tenancy that ended'
                ELSE 'belongs with people whose account ended' END
    FROM gone g LEFT JOIN kin_gone k ON k.resident_id = g.resident_id AND k.place_id = g.place_id
    WHERE g.ended IS NOT NULL OR k.ended IS NOT NULL
)
SELECT 'H' || upper(left(md5(place_id || '|' || coalesce(left_on::VARCHAR, 'now')), 15)) AS household_id, *
FROM told
"""

_HOUSEHOLD = """
INSERT INTO household
WITH aged AS (
    SELECT m.*, CASE WHEN g.value IS NOT NULL
                     THEN coalesce(m.left_on, $as_of)
                          < try_cast(left(g.value, 4) || '-12-31' AS DATE) + INTERVAL 18 YEAR END AS child
    FROM new_member m
    LEFT JOIN golden g ON g.resident_id = m.resident_id AND g.field = 'date_of_birth'
    WHERE m.is_current OR m.left_on IS NOT NULL
),
counted AS (
    SELECT household_id, place_id, left_on, min(from_date) AS from_date, count(*)::INTEGER AS members,
           count(*) FILTER (coalesce(child, false)) AS children
    FROM aged GROUP BY household_id, place_id, left_on
)
SELECT household_id, place_id, from_date, left_on, members, left_on IS NULL,
       CASE WHEN children = members THEN 'not known'
            WHEN children > 0 AND members - children = 1 THEN 'one adult with children'
            WHEN children > 0 THEN 'adults with children'
            WHEN members = 1 THEN 'one person' WHEN members = 2 THEN 'two adults' ELSE 'several adults' END
FROM counted
ORDER BY household_id
"""

_MEMBERS = """
INSERT INTO household_member
SELECT household_id, resident_id, from_date, to_date, is_current, probability, why
FROM new_member
ORDER BY resident_id, household_id  -- as they are mostly asked for
"""

_HOME_BEFORE = """
CREATE OR REPLACE TEMP TABLE home_before AS
SELECT h.place_id, m.resident_id
FROM household_member m JOIN household h ON h.household_id = m.household_id
WHERE m.is_current AND h.place_id IN (SELECT place_id FROM place_touched)
"""
_DELETE = (
    """
    DELETE FROM household_member
    WHERE household_id IN (
        SELECT household_id FROM household WHERE place_id IN (SELECT place_id FROM place_touched))
    """,
    "DELETE FROM household WHERE place_id IN (SELECT place_id FROM place_touched)",
)
# What those of one household are to each other follows from who they are.
_HOME_CHANGED = """
CREATE OR REPLACE TEMP TABLE household_touched AS
WITH home_now AS (SELECT place_id, resident_id FROM new_member WHERE is_current),
changed AS (
    SELECT place_id FROM (FROM home_before EXCEPT FROM home_now)
    UNION SELECT place_id FROM (FROM home_now EXCEPT FROM home_before)
)
SELECT resident_id FROM (FROM home_before UNION ALL FROM home_now) WHERE place_id IN (SELECT place_id FROM changed)
GROUP BY resident_id
"""


def build_households(db: duckdb.DuckDBPyConnection, settings: HouseholdSettings, as_of: date) -> None:
    """Rebuild ``place``, ``household`` and ``household_member`` for the places in ``place_touched``.

    Makes ``household_touched``: the residents who live or lived in a home in which others live now than before.
    """
    db.execute(CREATE)
    build_places(db, settings, as_of)
    db.execute(_HOME_BEFORE)
    for statement in _DELETE:
        db.execute(statement)
    db.execute(_MEMBER, {"member_from": settings.member_from})
    db.execute(_HOUSEHOLD, {"as_of": as_of})
    db.execute(_MEMBERS)
    db.execute(_HOME_CHANGED)
    for name in ("new_member", "home_before"):
        db.execute(f"DROP TABLE {name}")
