"""What each record says of where a resident lives: at which dwelling, from when, until when, and as of which day.

Takes ``dated_record`` and ``place_key``, gives the table ``residence``, one row a record with an address. Records are
of two kinds. An account or a tenancy says that somebody moved in on a day and out on another, and while it is open
that they are there still. Any other record only says that this was the address when it was given.
"""

from __future__ import annotations

from datetime import date

import duckdb

from insighthub.residents.place_keys import PLACED

CREATE = """
CREATE TABLE IF NOT EXISTS residence (
    resident_id VARCHAR NOT NULL,
    place_id VARCHAR NOT NULL,
    source VARCHAR NOT NULL,
    record_id VARCHAR NOT NULL,
    person INTEGER NOT NULL,
    stay INTEGER NOT NULL,    -- 1, 2, ...: place of the source among those whose dates are of the stay; 0: it is none
    from_date DATE,           -- of a stay
    to_date DATE,             -- of a stay that has ended
    given_on DATE,            -- as of which the record gives the address; null: not dated
    lapsed BOOLEAN NOT NULL   -- the record has run out, as a permit or a tenancy does
);
"""

_OLD_PLACES = """
CREATE OR REPLACE TEMP TABLE place_in_question AS
SELECT DISTINCT place_id FROM residence WHERE resident_id IN (SELECT resident_id FROM touched)
"""
_DELETE = "DELETE FROM residence WHERE resident_id IN (SELECT resident_id FROM touched)"
_INSERT = f"""
INSERT INTO residence
WITH placed AS ({PLACED.format(records="dated_record")})
SELECT resident_id, place_id, source, record_id, person, coalesce(list_position($stays, source), 0)::INTEGER AS stay,
       CASE WHEN stay > 0 THEN starts END,
       CASE WHEN stay > 0 AND ends <= $as_of THEN ends END,
       CASE WHEN stay > 0 AND ends <= $as_of THEN ends ELSE given_on END,
       coalesce(ends <= $as_of, false)
FROM placed
WHERE place_id IS NOT NULL
ORDER BY resident_id, place_id, source, record_id, person
"""
_NEW_PLACES = """
INSERT INTO place_in_question
SELECT DISTINCT place_id FROM residence
WHERE resident_id IN (SELECT resident_id FROM touched) AND place_id NOT IN (SELECT place_id FROM place_in_question)
"""
_NEAR = """
CREATE OR REPLACE TEMP TABLE near_touched AS
SELECT resident_id FROM touched
UNION
SELECT resident_id FROM residence WHERE place_id IN (SELECT place_id FROM place_in_question)
UNION  -- who is thought to have moved there with others, though no record says so
SELECT resident_id FROM address WHERE place_id IN (SELECT place_id FROM place_in_question)
"""


def build_residence(db: duckdb.DuckDBPyConnection, stays: tuple[str, ...], as_of: date) -> None:
    """Rebuild ``residence`` for the residents in ``touched``, and make ``near_touched``.

    ``near_touched`` holds those in ``touched`` and all who share a place with one of them, before the change or after
    it: what is concluded of where they live may be different now.

    Args:
        db: a release with ``dated_record``, the table ``address`` and a learned ``place_key``.
        stays: sources whose dates are of the stay, the most reliable first.
        as_of: the day on which the release speaks.
    """
    db.execute(CREATE)
    db.execute(_OLD_PLACES)
    db.execute(_DELETE)
    db.execute(_INSERT, {"stays": list(stays), "as_of": as_of})
    db.execute(_NEW_PLACES)
    db.execute(_NEAR)
