"""What speaks for and against each place where a resident may live now: one row a resident and place, in figures.

Takes ``residence`` of the residents in ``near_touched`` and of all who share a place with them, gives the temporary
table ``candidate``. Sources lag, so the newest address of a person is often old. What tells is what happened around
it: a council tax account at the place that is open, or that ended; people of the same family who are billed there
now, or who have moved on; strangers who moved in since. A place to which the family moved is a candidate though no
record of the person names it.
"""

from __future__ import annotations

from datetime import date

import duckdb

from insighthub.residents.address_settings import AddressSettings
from insighthub.residents.changed_rows import replace_changed

CREATE = """
CREATE TABLE IF NOT EXISTS address_trust (
    source VARCHAR NOT NULL,
    age INTEGER NOT NULL,      -- years since the address was given, 5 for more; -1: not dated
    records INTEGER NOT NULL,  -- of residents who have an open account
    right_share DOUBLE NOT NULL
);
CREATE TABLE IF NOT EXISTS address_kept (
    source VARCHAR NOT NULL,
    held VARCHAR NOT NULL,     -- how the source has a resident at a place: in force, lapsed; or not at all
    age INTEGER NOT NULL,      -- years since the address was given, as in address_trust; -1 where it is not at all
    here INTEGER NOT NULL,     -- residents with an open account whom it has so at its address
    gone INTEGER NOT NULL,     -- residents whose last account ended whom it still has so there
    weight DOUBLE NOT NULL     -- natural log of how much commoner that is among those who are here
);
CREATE TABLE IF NOT EXISTS together (
    resident_id VARCHAR NOT NULL,
    other_id VARCHAR NOT NULL,     -- with whom the resident has shared a place; each pair is there both ways round
    places INTEGER NOT NULL,       -- how many
    same_name BOOLEAN NOT NULL,    -- they have a family name in common
    same_record BOOLEAN NOT NULL,  -- one record names both
    linked BOOLEAN NOT NULL        -- they belong together: by name, by a record, or by two places
);
"""
_AGE = "CASE WHEN {0} IS NULL THEN -1 ELSE least(5, datediff('day', {0}, $as_of) // 365) END"

_LEARN_TRUST = f"""
INSERT INTO address_trust
WITH home AS (
    SELECT resident_id, arg_max(place_id, (coalesce(from_date, DATE '1900-01-01'), place_id)) AS place_id
    FROM residence WHERE stay = 1 AND to_date IS NULL GROUP BY resident_id
),
latest AS (
    SELECT resident_id, source, arg_max(place_id, (coalesce(given_on, DATE '1900-01-01'), place_id)) AS place_id,
           max(given_on) AS given_on
    FROM residence WHERE stay <> 1 AND to_date IS NULL
    GROUP BY resident_id, source
),
by_age AS (
    SELECT l.source, {_AGE.format("l.given_on")} AS age, count(*)::INTEGER AS records,
           sum((l.place_id = h.place_id)::INTEGER) AS agreeing
    FROM latest l JOIN home h ON h.resident_id = l.resident_id
    GROUP BY ALL
),
overall AS (SELECT source, sum(records) AS records, sum(agreeing) AS agreeing FROM by_age GROUP BY source)
-- A share of few records is drawn towards the share of its source, as if 20 more of that share had been seen; of an age
-- that has not been seen yet, but will be by the time of another run, that share is all that is known.
SELECT o.source, a.age, coalesce(b.records, 0),
       (coalesce(b.agreeing, 0) + 20 * (o.agreeing + 9) / (o.records + 10)) / (coalesce(b.records, 0) + 20)
FROM overall o JOIN (SELECT unnest(range(-1, 6))::INTEGER AS age) a ON true
LEFT JOIN by_age b ON b.source = o.source AND b.age = a.age
ORDER BY o.source, a.age
"""

# What a source has of somebody at a place, by who is here and who has gone: a source that drops people who leave says
# more than one that keeps them for years, and a permit of this year more than one that ran out three years ago.
_HELD = f"""
SELECT resident_id, place_id, source,
       CASE WHEN arg_min(lapsed, (lapsed, -coalesce(epoch(given_on), 0))) THEN 'lapsed' ELSE 'in force' END AS held,
       arg_min({_AGE.format("given_on")}, (lapsed, -coalesce(epoch(given_on), 0))) AS age
FROM {{records}} WHERE stay <> 1
GROUP BY resident_id, place_id, source
"""
_LEARN_KEPT = f"""
INSERT INTO address_kept
WITH here AS (
    SELECT resident_id, arg_max(place_id, (coalesce(from_date, DATE '1900-01-01'), place_id)) AS place_id
    FROM residence WHERE stay = 1 AND to_date IS NULL GROUP BY resident_id
),
gone AS (
    SELECT resident_id, arg_max(place_id, (to_date, place_id)) AS place_id
    FROM residence WHERE stay = 1 AND resident_id NOT IN (SELECT resident_id FROM here) GROUP BY resident_id
),
known AS (SELECT *, true AS is_here FROM here UNION ALL SELECT *, false FROM gone),
everybody AS (SELECT count(*) FILTER (is_here) AS here, count(*) FILTER (NOT is_here) AS gone FROM known),
counted AS (
    SELECT h.source, h.held, h.age, count(*) FILTER (k.is_here)::INTEGER AS here,
           count(*) FILTER (NOT k.is_here)::INTEGER AS gone
    FROM known k
    JOIN ({_HELD.format(records="residence")}) h ON h.resident_id = k.resident_id AND h.place_id = k.place_id
    GROUP BY ALL
),
of_source AS (
    SELECT source, sum(c.here)::INTEGER AS here, sum(c.gone)::INTEGER AS gone,
           (sum(c.here) + 1) / (sum(c.here) + sum(c.gone) + 2) AS share
    FROM counted c GROUP BY source
),
-- Few people of an age are drawn towards what holds of their source, as if ten more of that share had been seen; and of
-- what has not been seen at all yet, but will be by the time of another run, that share is all that is known.
kind AS (
    SELECT s.*, held, age::INTEGER AS age
    FROM of_source s, (SELECT unnest(['in force', 'lapsed']) AS held), (SELECT unnest(range(-1, 6)) AS age)
)
SELECT k.source, k.held, k.age, coalesce(c.here, 0), coalesce(c.gone, 0),
       ln((coalesce(c.here, 0) + 0.5 + 10 * k.share) / (coalesce(c.gone, 0) + 0.5 + 10 * (1 - k.share)))
           - ln((e.here + 1) / (e.gone + 1))
FROM kind k
LEFT JOIN counted c ON c.source = k.source AND c.held = k.held AND c.age = k.age, everybody e
UNION ALL
SELECT s.source, 'not at all', -1, e.here - s.here, e.gone - s.gone,
       ln((e.here - s.here + 1) / (e.gone - s.gone + 1)) - ln((e.here + 1) / (e.gone + 1))
FROM of_source s, everybody e
ORDER BY 1, 2, 3
"""

_STEPS = (
    # Everybody who shares a place with somebody near: their own evidence is needed, no more.
    """
    CREATE OR REPLACE TEMP TABLE around AS
    SELECT r.* FROM residence r
    WHERE r.resident_id IN (
        SELECT resident_id FROM residence WHERE place_id IN (
            SELECT place_id FROM residence WHERE resident_id IN (SELECT resident_id FROM near_touched)))
    """,
    # Each resident's open stay of the best kind, the latest begun.
    """
    CREATE OR REPLACE TEMP TABLE open_stay AS
    SELECT resident_id, stay, arg_max(place_id, (coalesce(from_date, DATE '1900-01-01'), place_id)) AS place_id,
           max(coalesce(from_date, DATE '1900-01-01')) AS since
    FROM around WHERE stay > 0 AND to_date IS NULL
    GROUP BY resident_id, stay
    """,
    "CREATE OR REPLACE TEMP TABLE home AS SELECT * FROM open_stay WHERE stay = 1",
    f"""
    CREATE OR REPLACE TEMP TABLE own_place AS
    WITH latest AS (
        SELECT resident_id, source, max(given_on) AS given_on FROM around WHERE stay = 0 GROUP BY ALL
    ),
    said AS (
        SELECT r.resident_id, r.place_id, r.source,
               max(ln(t.right_share / (1 - t.right_share))) AS weight
        FROM around r
        JOIN latest l ON l.resident_id = r.resident_id AND l.source = r.source
                     AND r.given_on IS NOT DISTINCT FROM l.given_on
        LEFT JOIN address_trust t ON t.source = r.source AND t.age = {_AGE.format("r.given_on")}
        WHERE r.stay = 0
        GROUP BY ALL
    ),
    kept AS (
        SELECT h.resident_id, h.place_id, sum(round(1000 * (k.weight - n.weight))::BIGINT) / 1000.0 AS kept
        FROM ({_HELD.format(records="around")}) h
        JOIN address_kept k ON k.source = h.source AND k.held = h.held AND k.age = h.age
        JOIN address_kept n ON n.source = h.source AND n.held = 'not at all'
        GROUP BY ALL
    ),
    -- Thousandths, because a sum of fractions depends on the order in which they are added.
    weighed AS (
        SELECT resident_id, place_id, sum(round(1000 * coalesce(weight, 1.0))::BIGINT) / 1000.0 AS weight
        FROM said GROUP BY ALL
    )
    SELECT a.*, coalesce(w.weight, 0.0) AS said,
           coalesce(k.kept, 0.0) + coalesce((
               SELECT sum(round(1000 * weight)::BIGINT) / 1000.0 FROM address_kept WHERE held = 'not at all'
           ), 0.0) AS lasting,
           coalesce(a.place_id = h1.place_id, false) AS open_first,
           coalesce(a.place_id = h2.place_id, false) AS open_second,
           h1.place_id IS NOT NULL AS has_home
    FROM (
        SELECT resident_id, place_id, count(*)::INTEGER AS records, count(DISTINCT source)::INTEGER AS sources,
               min(coalesce(from_date, given_on)) AS first_seen, max(given_on) AS last_seen,
               max(given_on) FILTER (stay = 0) AS last_given, bool_or(given_on IS NULL) AS undated,
               min(from_date) AS moved_in, max(to_date) AS ended,
               bool_or(stay > 0 AND to_date IS NULL) AS open
        FROM around GROUP BY resident_id, place_id
    ) a
    LEFT JOIN weighed w ON w.resident_id = a.resident_id AND w.place_id = a.place_id
    LEFT JOIN kept k ON k.resident_id = a.resident_id AND k.place_id = a.place_id
    LEFT JOIN home h1 ON h1.resident_id = a.resident_id
    LEFT JOIN (SELECT resident_id, max_by(place_id, (since, -stay, place_id)) AS place_id
               FROM open_stay WHERE stay > 1 GROUP BY resident_id) h2 ON h2.resident_id = a.resident_id
    """,
    # Who shares a place with whom, where not too many do; and which of them belong together.
    """
    CREATE OR REPLACE TEMP TABLE known_names AS
    SELECT m.resident_id, list(DISTINCT p.family_name) AS names
    FROM membership m JOIN person_record p ON p.source = m.source AND p.record_id = m.record_id AND p.person = m.person
    WHERE p.family_name IS NOT NULL AND m.resident_id IN (SELECT resident_id FROM own_place)
    GROUP BY m.resident_id
    """,
    """
    CREATE OR REPLACE TEMP TABLE together_now AS
    WITH crowded AS (SELECT place_id FROM own_place GROUP BY place_id HAVING count(*) > $crowd),
    pairs AS (
        SELECT a.resident_id, b.resident_id AS other_id, count(*)::INTEGER AS places
        FROM own_place a JOIN own_place b ON b.place_id = a.place_id AND b.resident_id <> a.resident_id
        WHERE a.resident_id IN (SELECT resident_id FROM near_touched)
          AND a.place_id NOT IN (SELECT place_id FROM crowded)
          -- Nothing is concluded from who lives with a hidden resident, for them or for the others.
          AND a.resident_id NOT IN (SELECT resident_id FROM resident WHERE hidden IS NOT NULL)
          AND b.resident_id NOT IN (SELECT resident_id FROM resident WHERE hidden IS NOT NULL)
        GROUP BY ALL
    ),
    one_record AS (
        SELECT DISTINCT a.resident_id, b.resident_id AS other_id
        FROM around a
        JOIN around b ON b.source = a.source AND b.record_id = a.record_id AND b.resident_id <> a.resident_id
    )
    SELECT p.*, coalesce(list_has_any(x.names, y.names), false) AS same_name, o.resident_id IS NOT NULL AS same_record,
           same_name OR same_record OR places > 1 AS linked
    FROM pairs p
    LEFT JOIN known_names x ON x.resident_id = p.resident_id
    LEFT JOIN known_names y ON y.resident_id = p.other_id
    LEFT JOIN one_record o ON o.resident_id = p.resident_id AND o.other_id = p.other_id
    """,
    """
    CREATE OR REPLACE TEMP TABLE company AS
    SELECT a.resident_id, a.place_id,
           count(*) FILTER (NOT t.linked AND NOT b.has_home AND b.ended IS NULL) AS others,
           count(*) FILTER (t.linked) AS kin,
           count(*) FILTER (t.linked AND b.open_first) AS kin_billed,
           count(*) FILTER (t.linked AND b.open_second AND NOT b.has_home) AS kin_tenant,
           count(*) FILTER (t.linked AND b.has_home AND NOT b.open_first) AS kin_moved,
           count(*) FILTER (t.linked AND NOT b.has_home AND b.ended IS NOT NULL AND NOT b.open) AS kin_left,
           max(h.since) FILTER (NOT t.linked AND b.open_first) AS stranger_since
    FROM own_place a
    JOIN own_place b ON b.place_id = a.place_id AND b.resident_id <> a.resident_id
    JOIN together_now t ON t.resident_id = a.resident_id AND t.other_id = b.resident_id
    LEFT JOIN home h ON h.resident_id = b.resident_id
    WHERE a.resident_id IN (SELECT resident_id FROM near_touched)
    GROUP BY a.resident_id, a.place_id
    """,
    """
    CREATE OR REPLACE TEMP TABLE followed AS
    SELECT t.resident_id, h.place_id, count(*) AS kin_billed, max(t.places) AS places, min(h.since) AS since,
           bool_or(t.same_name) AS same_name, bool_or(t.same_record) AS same_record
    FROM together_now t JOIN home h ON h.resident_id = t.other_id
    WHERE t.linked
      AND NOT EXISTS (SELECT 1 FROM own_place o WHERE o.resident_id = t.resident_id AND o.place_id = h.place_id)
    GROUP BY t.resident_id, h.place_id
    """,
    """
    CREATE OR REPLACE TEMP TABLE of_age AS
    SELECT resident_id,
           datediff('day', try_cast(replace(replace(value, '-XX', '-01'), 'XXXX', '0000') AS DATE), $as_of) / 365.25
               AS age
    FROM golden
    WHERE field = 'date_of_birth' AND resident_id IN (SELECT resident_id FROM near_touched)
    """,
)

_CANDIDATE = """
CREATE OR REPLACE TEMP TABLE candidate AS
WITH places AS (
    SELECT o.resident_id, o.place_id, false AS follows, o.said, o.open_first, o.open_second, o.has_home,
           o.ended IS NOT NULL AND NOT o.open AS over,
           coalesce(o.last_given > o.ended + 60, false) AS seen_since,
           coalesce(c.kin, 0) AS kin, coalesce(c.kin_billed, 0) AS kin_billed, coalesce(c.kin_tenant, 0) AS kin_tenant,
           coalesce(c.kin_moved, 0) AS kin_moved, coalesce(c.kin_left, 0) AS kin_left,
           CASE WHEN c.stranger_since IS NULL THEN 'none' WHEN o.last_given > c.stranger_since THEN 'seen after'
                WHEN o.undated THEN 'not dated' ELSE 'seen before' END AS strangers,
           o.lasting, o.sources, datediff('day', c.stranger_since, $as_of) / 365.25 AS stranger_years,
           coalesce(c.others, 0) AS others,
           o.last_seen, 0 AS shared_places, false AS same_name, false AS same_record
    FROM own_place o LEFT JOIN company c ON c.resident_id = o.resident_id AND c.place_id = o.place_id
    WHERE o.resident_id IN (SELECT resident_id FROM near_touched)
    UNION ALL
    SELECT f.resident_id, f.place_id, true, 0.0, false, false, h.resident_id IS NOT NULL, false, false,
           0, f.kin_billed, 0, 0, 0, 'none', 0.0, 0, NULL, 0, NULL, f.places, f.same_name, f.same_record
    FROM followed f LEFT JOIN home h ON h.resident_id = f.resident_id
)
SELECT p.*, a.age, coalesce(a.age < 18.5, false) AS minor,
       p.kin_billed > 0 AND NOT p.open_first AND NOT p.follows AS kin_here, n.records = 1 AS single,
       coalesce(p.last_seen = max(p.last_seen) OVER (PARTITION BY p.resident_id), false) AS newest,
       count(*) FILTER (NOT p.follows) OVER (PARTITION BY p.resident_id) AS own_places
FROM places p
JOIN resident n ON n.resident_id = p.resident_id
LEFT JOIN of_age a ON a.resident_id = p.resident_id
"""


def learn_address_trust(db: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Learn ``address_trust`` and ``address_kept`` anew, from the residents whom open and ended accounts name."""
    db.execute(CREATE)
    db.execute("DELETE FROM address_trust")
    db.execute("DELETE FROM address_kept")
    db.execute(_LEARN_KEPT, {"as_of": as_of})
    db.execute(_LEARN_TRUST, {"as_of": as_of})


def gather_candidates(db: duckdb.DuckDBPyConnection, settings: AddressSettings, as_of: date) -> None:
    """Make ``candidate`` for the residents in ``near_touched``, and bring their rows of ``together`` up to date.

    Makes ``together_changed``: the rows of ``together`` that are gone, and those that are new.
    """
    db.execute(CREATE)
    values = {"as_of": as_of, "crowd": settings.crowd}
    for step in _STEPS:
        db.execute(step, {name: value for name, value in values.items() if f"${name}" in step})
    db.execute(_CANDIDATE, {"as_of": as_of})
    pair = ("resident_id", "other_id")
    replace_changed(db, "together", among="near_touched", key=pair, order="resident_id, other_id")
