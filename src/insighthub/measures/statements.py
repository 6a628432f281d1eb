"""The statements that compute a measure, in the order in which they are run.

Each is one step that reads named tables and makes one. Everything that a definition says is bound as a parameter, so
the statements are the same for all measures, and what is kept of a run is these texts and what was bound. None of them
sorts: DuckDB 2.0.0 can sort sums into too narrow a number (480 becomes -32), and readers sort anyway.

``period`` (starts, ends, month) holds the days of the measure at hand; the tables that measures share are those of
``insighthub.measures.population``.
"""

PERIOD = """
CREATE OR REPLACE TEMP TABLE period AS
SELECT unnest($starts::DATE[]) AS starts, unnest($ends::DATE[]) AS ends, unnest($months::DATE[]) AS month
"""

#: Which records meet which condition, for whom and when.
MET = """
CREATE OR REPLACE TEMP TABLE met (condition INTEGER, ends DATE, resident INTEGER, member INTEGER)
"""

#: A condition on a fact. The newest facts are found before it is asked what they say: an older one is superseded.
FACT_MEETS = """
INSERT INTO met
WITH at_the_time AS (
    SELECT p.ends, f.resident, f.member, f.value, f.amount
    FROM period p JOIN fact_of f ON CASE $at
        WHEN 'holds' THEN coalesce(f.date <= p.ends, TRUE) AND coalesce(f.end_date >= p.starts, TRUE)
        WHEN 'begins' THEN f.date BETWEEN p.starts AND p.ends
        WHEN 'ends' THEN f.end_date BETWEEN p.starts AND p.ends
        ELSE coalesce(f.date <= p.ends, TRUE) END
    WHERE f.name = $fact AND list_contains($sources::VARCHAR[], f.source)
    QUALIFY $at <> 'newest' OR f.date IS NOT DISTINCT FROM max(f.date) OVER (PARTITION BY p.ends, f.resident)
),
says_so AS (
    SELECT DISTINCT ends, resident, member
    FROM at_the_time
    WHERE (len($values::VARCHAR[]) = 0 OR list_contains($values::VARCHAR[], value))
      AND NOT coalesce(list_contains($not_values::VARCHAR[], value), FALSE)
      AND ($over::DOUBLE IS NULL OR amount > $over::DOUBLE)
      AND ($under::DOUBLE IS NULL OR amount < $under::DOUBLE)
)
SELECT $condition, ends, resident, member
FROM says_so
QUALIFY count(*) OVER (PARTITION BY ends, resident) >= $at_least
"""

#: A condition on the sources that know a resident.
KNOWN_MEETS = """
INSERT INTO met
WITH known AS (
    SELECT resident FROM resident_source WHERE list_contains($known_to::VARCHAR[], source)
    GROUP BY resident HAVING count(*) >= $at_least
)
SELECT $condition, p.ends, m.resident, m.member
FROM period p CROSS JOIN member m JOIN known USING (resident)
WHERE list_contains($known_to::VARCHAR[], m.source)
"""

#: Residents on the days of the measure; ``is_base`` where they are counted of.
_BASE = """
known AS (SELECT DISTINCT resident FROM resident_source WHERE list_contains($known_to::VARCHAR[], source)),
base AS (
    SELECT p.ends, p.resident, p.sex, p.age, p.place, p.is_alive,
           p.is_alive AND (p.is_here OR NOT $living_here)
           AND coalesce(p.age >= $age_from::INTEGER, $age_from::INTEGER IS NULL)
           AND coalesce(p.age <= $age_to::INTEGER, $age_to::INTEGER IS NULL)
           AND coalesce(p.sex = $sex::VARCHAR, $sex::VARCHAR IS NULL)
           AND (len($known_to::VARCHAR[]) = 0 OR known.resident IS NOT NULL) AS is_base
    FROM population p LEFT JOIN known ON known.resident = p.resident
    WHERE p.ends IN (SELECT ends FROM period)
)"""

#: A row a unit that is counted or counted of. ``counted`` is how many times: 0 or 1, but for records.
UNIT_ROW = {
    "resident": f"""
CREATE OR REPLACE TEMP TABLE unit_row AS
WITH {_BASE.strip()},
counted AS (SELECT ends, resident FROM met GROUP BY ALL HAVING count(DISTINCT condition) >= $needed)
SELECT b.ends, b.resident, NULL::VARCHAR AS household_id, b.sex, b.age, b.place, b.is_base,
       CASE WHEN c.resident IS NULL THEN 0 ELSE 1 END::BIGINT AS counted
FROM base b LEFT JOIN counted c ON c.ends = b.ends AND c.resident = b.resident
WHERE b.is_base
""",
    "household": f"""
CREATE OR REPLACE TEMP TABLE unit_row AS
WITH {_BASE.strip()},
counted AS (
    SELECT m.ends, h.household_id
    FROM met m JOIN base b ON b.ends = m.ends AND b.resident = m.resident AND b.is_alive
    JOIN house_at h ON h.ends = m.ends AND h.resident = m.resident
    GROUP BY ALL HAVING count(DISTINCT m.condition) >= $needed
),
household AS (
    SELECT h.ends, h.household_id, min(b.place) AS place
    FROM house_at h JOIN base b ON b.ends = h.ends AND b.resident = h.resident
    GROUP BY ALL HAVING bool_or(b.is_base)
)
SELECT h.ends, NULL::INTEGER AS resident, h.household_id, NULL::VARCHAR AS sex, NULL::SMALLINT AS age, h.place,
       TRUE AS is_base, CASE WHEN c.household_id IS NULL THEN 0 ELSE 1 END::BIGINT AS counted
FROM household h LEFT JOIN counted c ON c.ends = h.ends AND c.household_id = h.household_id
""",
    # Events count whoever they are of, also those who have no home here; what they are held against are residents.
    "record": f"""
CREATE OR REPLACE TEMP TABLE unit_row AS
WITH {_BASE.strip()},
counted AS (SELECT ends, resident, count(*) AS records FROM met WHERE $needed = 1 GROUP BY ALL)
SELECT b.ends, b.resident, NULL::VARCHAR AS household_id, b.sex, b.age, b.place, b.is_base,
       coalesce(c.records, 0) AS counted
FROM base b LEFT JOIN counted c ON c.ends = b.ends AND c.resident = b.resident
WHERE b.is_base OR c.records > 0
""",
}

#: Every group of every period has a row, also where there is nobody in it.
VALUES = """
INSERT INTO measure_value
WITH band AS (
    SELECT unnest($bands::VARCHAR[]) AS band, unnest($first_ages::INTEGER[]) AS first_age,
           unnest($last_ages::INTEGER[]) AS last_age
),
told AS (
    SELECT u.ends, u.counted, u.is_base,
           CASE $by
               WHEN 'none' THEN 'all'
               WHEN 'sex' THEN coalesce(u.sex, $not_known)
               WHEN 'age_band' THEN coalesce(b.band, $not_known)
               ELSE coalesce(g.group_value, $not_known) END AS group_value
    FROM unit_row u
    LEFT JOIN place_group g ON g."by" = $by AND g.place = u.place
    LEFT JOIN band b ON $by = 'age_band' AND u.age BETWEEN b.first_age AND b.last_age
),
grid AS (
    SELECT p.starts, p.ends, p.month, g.group_value
    FROM period p CROSS JOIN
        (SELECT DISTINCT group_value FROM told UNION SELECT 'all' WHERE $by = 'none') g
),
total AS (
    SELECT ends, group_value, sum(counted) AS numerator, count(*) FILTER (is_base) AS denominator,
           count(*) FILTER (counted > 0) AS people
    FROM told GROUP BY ALL
)
SELECT $measure, $by, g.group_value, g.month, g.starts, g.ends,
       coalesce(t.numerator, 0)::BIGINT, coalesce(t.denominator, 0)::BIGINT, coalesce(t.people, 0)::BIGINT
FROM grid g LEFT JOIN total t ON t.ends = g.ends AND t.group_value = g.group_value
"""

#: What a figure rests on: the records that made somebody count, and those of all who are counted of on the last day.
LINEAGE = """
INSERT INTO measure_lineage
WITH used AS (
    SELECT DISTINCT m.resident, m.member
    FROM met m LEFT JOIN house_at h ON $unit = 'household' AND h.ends = m.ends AND h.resident = m.resident
    JOIN unit_row u ON u.ends = m.ends AND u.counted > 0
        AND u.resident IS NOT DISTINCT FROM CASE WHEN $unit <> 'household' THEN m.resident END
        AND u.household_id IS NOT DISTINCT FROM h.household_id
),
of_whom AS (
    SELECT DISTINCT coalesce(u.resident, h.resident) AS resident
    FROM unit_row u LEFT JOIN house_at h ON h.ends = u.ends AND h.household_id = u.household_id
    WHERE u.is_base AND u.ends = (SELECT max(ends) FROM period)
)
SELECT $measure, 'counted', m.source, count(*), count(DISTINCT u.resident), min(m.changed_on), max(m.changed_on)
FROM used u JOIN member m USING (member)
GROUP BY m.source
UNION ALL
SELECT $measure, 'counted of', r.source, sum(r.records), count(*), min(r.first_delivered), max(r.last_delivered)
FROM of_whom w JOIN resident_source r ON r.resident = w.resident
GROUP BY r.source
"""
