"""The statements that compute a measure, in the order in which they are run.

Each is one step that reads named tables and makes one. Everything that a definition says is bound as a parameter, so
the statements are the same for all measures, and what is kept of a run is these texts and what was bound. None of them
sorts: DuckDB 2.0.0 can sort sums into too narrow a number (480 becomes -32), and readers sort anyway.

``period`` (starts, ends, month, and the last day as a number) holds the days of the measure at hand; the tables that
measures share are those of ``insighthub.measures.population``.
"""

from insighthub.measures.population import AGE, ALIVE, KNOWN, STANDS, TODAY

PERIOD = f"""
CREATE OR REPLACE TEMP TABLE period AS
SELECT *, {TODAY} AS today
FROM (SELECT unnest($starts::DATE[]) AS starts, unnest($ends::DATE[]) AS ends, unnest($months::DATE[]) AS month)
"""

#: Which records meet which condition, for whom and when; a record twice where two of its facts do.
MET = """
CREATE OR REPLACE TEMP TABLE met (
    condition INTEGER, ends DATE, resident INTEGER, member BIGINT, source VARCHAR, changed_on DATE
)
"""

#: A condition on a fact. The newest facts are found before it is asked what they say: an older one is superseded.
FACT_MEETS = """
INSERT INTO met
WITH at_the_time AS (
    SELECT p.ends, f.resident, f.member, f.source, f.changed_on, f.date, f.value, f.amount
    FROM period p JOIN fact_of f ON CASE $at
        WHEN 'holds' THEN coalesce(f.date <= p.ends, TRUE) AND coalesce(f.end_date >= p.starts, TRUE)
        WHEN 'begins' THEN f.date BETWEEN p.starts AND p.ends
        WHEN 'ends' THEN f.end_date BETWEEN p.starts AND p.ends
        ELSE coalesce(f.date <= p.ends, TRUE) END
    WHERE f.name = $fact AND list_contains($sources::VARCHAR[], f.source)
),
newest AS (SELECT ends, resident, max(date) AS date FROM at_the_time WHERE $at = 'newest' GROUP BY ends, resident)
SELECT $condition, a.ends, a.resident, a.member, a.source, a.changed_on
FROM at_the_time a LEFT JOIN newest n ON n.ends = a.ends AND n.resident = a.resident
WHERE ($at <> 'newest' OR a.date IS NOT DISTINCT FROM n.date)
  AND (len($values::VARCHAR[]) = 0 OR list_contains($values::VARCHAR[], a.value))
  AND NOT coalesce(list_contains($not_values::VARCHAR[], a.value), FALSE)
  AND ($over::DOUBLE IS NULL OR a.amount > $over::DOUBLE)
  AND ($under::DOUBLE IS NULL OR a.amount < $under::DOUBLE)
QUALIFY $at_least = 1 OR count(DISTINCT a.member) OVER (PARTITION BY a.ends, a.resident) >= $at_least
"""

#: A condition on the sources that know a resident.
KNOWN_MEETS = """
INSERT INTO met
WITH known AS (
    SELECT resident FROM resident_source WHERE list_contains($known_to::VARCHAR[], source)
    GROUP BY resident HAVING count(*) >= $at_least
)
SELECT $condition, p.ends, m.resident, m.rowid, m.source, m.changed_on
FROM period p CROSS JOIN member m JOIN known USING (resident)
WHERE list_contains($known_to::VARCHAR[], m.source)
"""

#: Whether somebody who is alive is one of those whom a measure counts of, as far as this does not rest on sources.
_FITS = """(is_here OR NOT $living_here)
           AND coalesce(age >= $age_from::INTEGER, $age_from::INTEGER IS NULL)
           AND coalesce(age <= $age_to::INTEGER, $age_to::INTEGER IS NULL)
           AND coalesce(sex = $sex::VARCHAR, $sex::VARCHAR IS NULL)"""

#: A row a unit that is counted, and of households also those that are counted of. ``counted`` is how many times: 0 or
#: 1, but for records.
UNIT_ROW = {
    "resident": f"""
CREATE OR REPLACE TEMP TABLE unit_row AS
WITH counted AS (
    SELECT ends, resident FROM met GROUP BY ends, resident HAVING count(DISTINCT condition) >= $needed
),
{KNOWN},
alive AS (
    SELECT ends, resident, sex, {AGE} AS age, is_here, place
    FROM counted JOIN period USING (ends) JOIN stay USING (resident) WHERE {STANDS} AND {ALIVE}
)
SELECT ends, resident, sex, age, place, FALSE AS is_base, 1 AS counted FROM alive
WHERE {_FITS} AND (len($known_to::VARCHAR[]) = 0 OR resident IN (FROM known))
""",
    "household": f"""
CREATE OR REPLACE TEMP TABLE unit_row AS
WITH {KNOWN},
lived AS (
    SELECT ends, household_id, place,
           is_alive AND (len($known_to::VARCHAR[]) = 0 OR resident IN (FROM known)) AND {_FITS} AS is_base
    FROM house_at WHERE ends IN (SELECT ends FROM period)
),
household AS (
    SELECT ends, household_id, min(place) AS place FROM lived GROUP BY ends, household_id HAVING bool_or(is_base)
),
counted AS (
    SELECT m.ends, h.household_id
    FROM met m JOIN house_at h ON h.ends = m.ends AND h.resident = m.resident AND h.is_alive
    GROUP BY ALL HAVING count(DISTINCT m.condition) >= $needed
)
SELECT h.ends, h.household_id, NULL::VARCHAR AS sex, NULL::SMALLINT AS age, h.place, TRUE AS is_base,
       CASE WHEN c.household_id IS NULL THEN 0 ELSE 1 END AS counted
FROM household h LEFT JOIN counted c ON c.ends = h.ends AND c.household_id = h.household_id
""",
    # Events count whoever they are of, also those who have no home here; what they are held against are residents.
    "record": f"""
CREATE OR REPLACE TEMP TABLE unit_row AS
WITH counted AS (
    SELECT ends, resident, count(DISTINCT member)::INTEGER AS counted FROM met GROUP BY ends, resident
)
SELECT ends, resident, sex, {AGE} AS age, place, FALSE AS is_base, counted
FROM counted JOIN period USING (ends) JOIN stay USING (resident) WHERE {STANDS}
""",
}

#: Every group of every period has a row, also where there is nobody in it.
VALUES = f"""
INSERT INTO measure_value
WITH cut AS (SELECT unnest($by::VARCHAR[]) AS "by", unnest($by_area::BOOLEAN[]) AS is_area),
band AS (
    SELECT unnest($bands::VARCHAR[]) AS band, unnest($first_ages::INTEGER[]) AS first_age,
           unnest($last_ages::INTEGER[]) AS last_age
),
alike AS (
    SELECT ends, sex, age, CASE WHEN list_bool_or($by_area::BOOLEAN[]) THEN place END AS place, sum(counted) AS counted,
           count(*) FILTER (counted > 0) AS people, count(*) FILTER (is_base) AS base
    FROM unit_row GROUP BY ALL
),
every AS (
    SELECT c."by", a.ends, a.sex, a.age, g.group_value AS area, a.counted, a.people, a.base
    FROM alike a CROSS JOIN cut c LEFT JOIN place_group g ON g."by" = c."by" AND g.place = a.place
    UNION ALL
    SELECT c."by", w.ends, w.sex, w.age, w.area, 0, 0, w.residents
    FROM crowd w JOIN cut c ON w."by" = CASE WHEN c.is_area THEN c."by" ELSE $whole END
    WHERE $unit <> 'household' AND w.known_to = $known_to::VARCHAR[] AND w.ends IN (SELECT ends FROM period)
      AND {_FITS}
),
told AS (
    SELECT e."by", e.ends,
           CASE e."by" WHEN $whole THEN 'all'
               WHEN 'sex' THEN coalesce(e.sex, $not_known)
               WHEN 'age_band' THEN coalesce(b.band, $not_known)
               ELSE coalesce(e.area, $not_known) END AS group_value,
           sum(e.counted)::BIGINT AS numerator, sum(e.base)::BIGINT AS denominator, sum(e.people)::BIGINT AS people
    FROM every e LEFT JOIN band b ON e."by" = 'age_band' AND e.age BETWEEN b.first_age AND b.last_age
    GROUP BY ALL
),
grid AS (
    SELECT p.starts, p.ends, p.month, g."by", g.group_value
    FROM period p CROSS JOIN (SELECT DISTINCT "by", group_value FROM told UNION SELECT $whole, 'all') g
)
SELECT $measure, g."by", g.group_value, g.month, g.starts, g.ends, coalesce(t.numerator, 0),
       coalesce(t.denominator, 0), coalesce(t.people, 0)
FROM grid g LEFT JOIN told t ON t."by" = g."by" AND t.ends = g.ends AND t.group_value = g.group_value
"""

#: What a figure rests on: the records that made somebody count, and those of all who are counted of on the last day.
_USED = """
SELECT $measure, 'counted', source, count(*), count(DISTINCT resident), min(changed_on), max(changed_on)
FROM (
    SELECT any_value(resident) AS resident, any_value(source) AS source, any_value(changed_on) AS changed_on
    FROM used GROUP BY member
)
GROUP BY source
UNION ALL
"""
_OF_RESIDENTS = f"""
INSERT INTO measure_lineage
WITH used AS (SELECT m.* FROM met m SEMI JOIN unit_row u ON u.ends = m.ends AND u.resident = m.resident)
{_USED.strip()}
SELECT $measure, 'counted of', source, sum(records), sum(residents), min(first_delivered), max(last_delivered)
FROM held WHERE known_to = $known_to::VARCHAR[] AND ends = (SELECT max(ends) FROM period) AND {_FITS}
GROUP BY source
"""
LINEAGE = {
    "resident": _OF_RESIDENTS,
    "household": f"""
INSERT INTO measure_lineage
WITH used AS (
    SELECT m.* FROM met m JOIN house_at h ON h.ends = m.ends AND h.resident = m.resident
    SEMI JOIN unit_row u ON u.ends = h.ends AND u.household_id = h.household_id AND u.counted > 0
),
of_whom AS (
    SELECT h.resident FROM house_at h SEMI JOIN unit_row u ON u.ends = h.ends AND u.household_id = h.household_id
    WHERE h.ends = (SELECT max(ends) FROM period)
)
{_USED.strip()}
SELECT $measure, 'counted of', r.source, sum(r.records), count(*), min(r.first_delivered), max(r.last_delivered)
FROM of_whom w JOIN resident_source r ON r.resident = w.resident
GROUP BY r.source
""",
    "record": _OF_RESIDENTS,
}
