"""Corrections of records that hold somebody as living, where another source says that they have died.

Takes the temporary tables of ``gather``, adds rows to ``proposal``. A marker in a name ("deceased") says that somebody
has died and not when; the most complete date that may be told is proposed. A sign of life after the day, a record that
began or was changed sixty days and more later, speaks for a wrong link, and nothing is proposed then. Nor is it to a
record without a date of birth where a source has two open records of the resident: a parent and a child of one name are
mostly seen by that, and no mistake is worse than to tell of the wrong one.
"""

from __future__ import annotations

import duckdb

_SIGN_OF_LIFE_DAYS = 60  # services end in the weeks after a death, and accounts are opened by an executor

_DIED = f"""
INSERT INTO proposal
WITH death AS (
    SELECT s.resident_id, t.source AS receiver, s.token, s.source, s.linked,
           length(s.token) - length(replace(s.token, 'X', '')) AS missing
    FROM statement s
    JOIN (SELECT DISTINCT resident_id, source FROM standing WHERE correctable AND NOT moments) t
      ON t.resident_id = s.resident_id
    JOIN may_say v ON v.receiver = t.source AND v.giver = s.source
    WHERE s.field = 'date_of_death'
),
said AS (
    SELECT resident_id, receiver, token, missing, count(DISTINCT source) AS sources, max(linked) AS linked
    FROM death GROUP BY ALL
),
best AS (
    SELECT *, count(*) FILTER (missing = 0) OVER (PARTITION BY resident_id, receiver) AS days
    FROM said
    QUALIFY row_number() OVER (PARTITION BY resident_id, receiver ORDER BY missing, sources DESC, token) = 1
),
alive_since AS (
    SELECT resident_id, max(greatest(starts, CASE WHEN changed_on > first_seen AND NOT series_old
        THEN changed_on END)) AS day
    FROM (SELECT *, NOT newest AS series_old FROM standing WHERE NOT locked AND date_of_death IS NULL)
    GROUP BY resident_id
),
doubled AS (
    SELECT resident_id FROM standing WHERE one_open AND correctable AND role = 'main'
    GROUP BY resident_id, source HAVING count(DISTINCT record_id) > 1
)
SELECT s.resident_id, s.source, s.record_id, s.person, 'died', 'date_of_death', NULL, b.token, NULL, b.token,
       b.linked * s.linked / b.days_said,
       'The record holds them as living. They have died'
       || CASE WHEN b.missing = 0 THEN '.' ELSE '; the whole date is not known here.' END
FROM standing s
JOIN (SELECT *, greatest(days, 1) AS days_said FROM best) b ON b.resident_id = s.resident_id AND b.receiver = s.source
LEFT JOIN alive_since a ON a.resident_id = s.resident_id
WHERE s.correctable AND NOT s.moments
  AND (s.date_of_birth IS NOT NULL OR s.resident_id NOT IN (SELECT resident_id FROM doubled))
  AND (a.day IS NULL OR b.missing > 0 OR a.day <= b.token::DATE + {_SIGN_OF_LIFE_DAYS})
"""


def propose_deaths(db: duckdb.DuckDBPyConnection) -> None:
    """Propose the date of death to records that have none, where another source that may be told of has one."""
    db.execute(_DIED)
