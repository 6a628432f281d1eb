"""As of when a record speaks: the date of each record of the touched residents, and what that date is.

Takes the records of a release, gives the temporary table ``dated_record``. What a record says may be years old, and few
sources say so outright. A record speaks as of the last day on which somebody can be thought to have asked: when what it
says of the person was seen to change between two deliveries, when an event of the service took place, when the record
was new, when it began to hold. Nobody is asked when a balance is struck or a permit runs out, so that these are no such
days; and a record whose balance changes every month does not say anything new of the person.
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

#: What a record says of a person, but for when it holds and for what other columns follow from.
_SAID = (
    "title", "given_name", "middle_names", "family_name", "name_suffix", "previous_family_name", "date_of_birth",
    "date_of_death", "sex", "ethnicity", "address", "postcode", "uprn", "phone", "mobile", "email", "nhs_number",
    "nino", "upn",
)  # fmt: skip
_CHANGED = f"row({', '.join(f'f.{n}' for n in _SAID)}) IS DISTINCT FROM row({', '.join(f'p.{n}' for n in _SAID)})"

_DATED_RECORD = f"""
CREATE OR REPLACE TEMP TABLE dated_record AS
WITH mine AS (
    SELECT m.resident_id, p.*
    FROM membership m
    JOIN touched t ON t.resident_id = m.resident_id
    JOIN person_record p ON p.source = m.source AND p.record_id = m.record_id AND p.person = m.person
),
facts AS (
    SELECT source, record_id, person, max(date) AS date
    FROM fact
    WHERE kind <> 'amount' AND date <= $as_of AND (source, record_id) IN (SELECT source, record_id FROM mine)
    GROUP BY source, record_id, person
),
-- What the record said last that is not what it says now: since it ended, the record says what it says now.
changes AS (
    SELECT p.source, p.record_id, p.person, max(f.ended_on) FILTER ({_CHANGED}) AS changed,
           max(f.ended_on) FILTER (coalesce(f.address, f.uprn) IS DISTINCT FROM coalesce(p.address, p.uprn)) AS moved
    FROM mine p
    JOIN former_record f ON f.source = p.source AND f.record_id = p.record_id AND f.person = p.person
    GROUP BY ALL
),
dates AS (
    SELECT mine.*,
           try_cast(coalesce(mine.valid_from, main.valid_from) AS DATE) AS starts,
           try_cast(coalesce(mine.valid_to, main.valid_to) AS DATE) AS ends,
           changes.changed, changes.moved, facts.date AS fact_date,
           CASE WHEN mine.first_seen > s.first_delivery THEN mine.first_seen END AS appeared
    FROM mine
    LEFT JOIN person_record main  -- a record holds from and until the same days for all whom it names
           ON mine.person > 1 AND main.person = 1 AND main.source = mine.source AND main.record_id = mine.record_id
    LEFT JOIN facts ON facts.source = mine.source AND facts.record_id = mine.record_id AND facts.person = mine.person
    LEFT JOIN changes
           ON changes.source = mine.source AND changes.record_id = mine.record_id AND changes.person = mine.person
    LEFT JOIN source_start s ON s.source = mine.source
)
SELECT * EXCLUDE (changed, moved, fact_date, appeared),
       greatest(changed, fact_date, appeared, CASE WHEN starts <= $as_of THEN starts END) AS date,
       CASE WHEN date IS NULL THEN NULL
            WHEN date = changed THEN 'changed between deliveries'
            WHEN date = fact_date THEN 'date of a fact'
            WHEN date = appeared THEN 'new in a delivery'
            ELSE 'day it held from' END AS date_is,
       greatest(moved, fact_date, appeared, CASE WHEN starts <= $as_of THEN starts END) AS given_on
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
