"""As of when a record speaks: the date of each record of the touched residents, and what that date is.

Takes the records of a release, gives the temporary table ``dated_record``. What a record says may be years old, and few
sources say so outright. The strongest sign is a change that was seen between two deliveries; then come the dates that
the record holds itself (of its facts, the days it held from and until), and that it is new in a later delivery.
"""

from __future__ import annotations

from datetime import date

import duckdb

CREATE_SOURCE_START = """
CREATE TABLE IF NOT EXISTS source_start (
    source VARCHAR NOT NULL,
    first_delivery DATE NOT NULL  -- learned from all records: one that came later is new, and its date says something
)
"""
LEARN_SOURCE_START = (
    "INSERT INTO source_start SELECT source, min(first_seen) FROM person_record GROUP BY source ORDER BY 1"
)

_DATED_RECORD = """
CREATE OR REPLACE TEMP TABLE dated_record AS
WITH mine AS (
    SELECT m.resident_id, p.*
    FROM membership m
    JOIN touched t ON t.resident_id = m.resident_id
    JOIN person_record p ON p.source = m.source AND p.record_id = m.record_id AND p.person = m.person
),
facts AS (
    SELECT source, record_id, person,
           greatest(max(date) FILTER (date <= $as_of), max(end_date) FILTER (end_date <= $as_of)) AS date,
           max(date) FILTER (date <= $as_of AND kind <> 'amount') AS given
    FROM fact
    WHERE (source, record_id) IN (SELECT source, record_id FROM mine)
    GROUP BY source, record_id, person
),
dates AS (
    SELECT mine.*,
           try_cast(coalesce(mine.valid_from, main.valid_from) AS DATE) AS starts,
           try_cast(coalesce(mine.valid_to, main.valid_to) AS DATE) AS ends,
           CASE WHEN mine.changed_on > mine.first_seen THEN mine.changed_on END AS changed,
           facts.date AS fact_date, facts.given AS fact_given,
           CASE WHEN mine.first_seen > s.first_delivery THEN mine.first_seen END AS appeared
    FROM mine
    LEFT JOIN person_record main  -- a record holds from and until the same days for all whom it names
           ON mine.person > 1 AND main.person = 1 AND main.source = mine.source AND main.record_id = mine.record_id
    LEFT JOIN facts ON facts.source = mine.source AND facts.record_id = mine.record_id AND facts.person = mine.person
    LEFT JOIN source_start s ON s.source = mine.source
)
SELECT * EXCLUDE (changed, fact_date, fact_given, appeared),
       changed,
       coalesce(changed, greatest(fact_date, appeared, CASE WHEN starts <= $as_of THEN starts END,
                                  CASE WHEN ends <= $as_of THEN ends END)) AS date,
       CASE WHEN changed IS NOT NULL THEN 'changed between deliveries'
            WHEN date IS NULL THEN NULL
            WHEN date = fact_date THEN 'date of a fact'
            WHEN date = appeared THEN 'new in a delivery'
            WHEN date = ends THEN 'day it held until'
            ELSE 'day it held from' END AS date_is,
       -- An address is known as of the day on which somebody gave it: nobody gives one when a permit runs out or when
       -- a balance is struck.
       coalesce(changed, greatest(fact_given, appeared, CASE WHEN starts <= $as_of THEN starts END)) AS given_on
FROM dates
"""


def date_records(db: duckdb.DuckDBPyConnection, as_of: date, *, learn: bool = False) -> None:
    """Make ``dated_record``: the records of the residents in ``touched``, each with ``date`` and ``date_is``.

    ``learn`` says anew which delivery of each source was its first.
    """
    db.execute(CREATE_SOURCE_START)
    if learn:
        db.execute("DELETE FROM source_start")
        db.execute(LEARN_SOURCE_START)
    db.execute(_DATED_RECORD, {"as_of": as_of})
