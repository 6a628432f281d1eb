"""Where residents live and lived: a dated history of addresses, with how sure it is that one is where they are now.

Takes the records of the residents in ``touched`` (``dated_record``), gives three tables

    address      one row a resident and place: since when, until when, whether they live there now and how sure that is
    whereabouts  one row a resident: lives at a known address, has died, has probably left, or is not known
    residence    one row a record with an address (see ``residence``)

What is concluded of a resident rests on the people around them as well, so that the rows of all who share a place
with a touched resident are worked out anew: these are in the temporary table ``near_touched``. Of most of them the
same is concluded as before. What follows is made anew only where it is not: ``address_changed`` has the rows of
``address`` that are gone or new, and ``place_touched`` the places of which anything is different; households,
relations and corrections go by these.
"""

from __future__ import annotations

from datetime import date

import duckdb

from insighthub.residents.address_evidence import gather_candidates, learn_address_trust
from insighthub.residents.address_model import weigh
from insighthub.residents.address_settings import AddressSettings
from insighthub.residents.changed_rows import replace_changed
from insighthub.residents.place_keys import learn_place_keys
from insighthub.residents.place_text import describe_places
from insighthub.residents.residence import build_residence

CREATE = """
CREATE TABLE IF NOT EXISTS address (
    resident_id VARCHAR NOT NULL,
    place_id VARCHAR NOT NULL,     -- one dwelling, however it is written
    address VARCHAR NOT NULL,      -- as most records write it
    postcode VARCHAR,
    uprn VARCHAR,
    from_date DATE,                -- moved in; or the first day as of which a record gives the address
    to_date DATE,                  -- moved out; or moved in to where they live now
    last_seen DATE,                -- last day as of which a record gives the address
    is_current BOOLEAN NOT NULL,
    probability DOUBLE NOT NULL,   -- that they live there now
    sources VARCHAR[] NOT NULL,    -- that give it for this resident
    records INTEGER NOT NULL,
    inferred BOOLEAN NOT NULL,     -- no record of the resident gives it
    why VARCHAR NOT NULL
);
CREATE TABLE IF NOT EXISTS whereabouts (
    resident_id VARCHAR NOT NULL,
    status VARCHAR NOT NULL,       -- lives here, died, probably left, not known, no address
    place_id VARCHAR,              -- of who lives here
    probability DOUBLE NOT NULL,   -- of the likeliest place, current or not
    why VARCHAR NOT NULL
);
"""

_DAY = "strftime({0}, '%-d %B %Y')"
# What speaks for and against a place, in the words of an officer.
_WHY = f"""
    array_to_string(list_filter([
        CASE WHEN w.died THEN 'the resident has died' END,
        CASE WHEN w.open_first THEN 'named on an open account or tenancy here'
             || coalesce(' since ' || {_DAY.format("o.moved_in")}, '') END,
        CASE WHEN w.open_second AND NOT w.open_first THEN 'a tenancy here has not been ended' END,
        CASE WHEN w.over THEN 'moved out on ' || {_DAY.format("o.ended")} END,
        CASE WHEN w.has_home AND NOT w.open_first THEN 'has an open account at another address' END,
        CASE WHEN w.follows THEN 'no record gives this address; ' || w.kin_billed
             || CASE WHEN w.kin_billed = 1 THEN ' person with whom they shared a home has'
                     ELSE ' people with whom they shared a home have' END
             || ' an open account here' END,
        CASE WHEN w.kin_here THEN 'people they belong with have an open account here' END,
        CASE WHEN w.kin_tenant > 0 AND w.kin_billed = 0 THEN 'people they belong with have a tenancy here' END,
        CASE WHEN w.kin_moved > 0 AND w.kin_billed = 0
             THEN 'people they lived with here have moved to another address' END,
        CASE WHEN w.kin_left > 0 AND w.kin_billed = 0 THEN 'people they lived with here have left' END,
        CASE WHEN w.strangers <> 'none' AND NOT w.kin_here THEN 'others have an open account here' END,
        CASE WHEN NOT w.follows THEN 'given by ' || o.sources
             || CASE WHEN o.sources = 1 THEN ' source' ELSE ' sources' END
             || coalesce(', last as of ' || {_DAY.format("o.last_seen")}, ', not dated') END
    ], lambda x: x IS NOT NULL), '; ')"""

_ADDRESS = f"""
CREATE OR REPLACE TEMP TABLE address_now AS
WITH ranked AS (
    SELECT *, row_number() OVER (PARTITION BY resident_id ORDER BY probability DESC, place_id) AS rank FROM weighed
),
told AS (
    SELECT w.resident_id, w.place_id, w.follows, w.probability,
           w.rank = 1 AND w.probability >= greatest($current_from, w.elsewhere) AND NOT w.died AS is_current,
           CASE WHEN w.follows THEN f.since ELSE coalesce(o.moved_in, o.first_seen) END AS from_date,
           o.ended, o.last_seen, coalesce(o.records, 0) AS records,
           {_WHY} AS why
    FROM ranked w
    LEFT JOIN own_place o ON o.resident_id = w.resident_id AND o.place_id = w.place_id
    LEFT JOIN followed f ON f.resident_id = w.resident_id AND f.place_id = w.place_id
),
now AS (SELECT resident_id, from_date AS since FROM told WHERE is_current),
given_by AS (
    SELECT resident_id, place_id, list_sort(list(DISTINCT source)) AS sources
    FROM residence WHERE resident_id IN (SELECT resident_id FROM near_touched) GROUP BY ALL
)
SELECT t.resident_id, t.place_id, d.address, d.postcode, d.uprn,
       nullif(t.from_date, DATE '1900-01-01') AS from_date,
       CASE WHEN t.is_current THEN NULL
            WHEN t.ended IS NOT NULL THEN t.ended
            WHEN n.since > coalesce(t.last_seen, t.from_date, DATE '1900-01-01') THEN n.since END AS to_date,
       t.last_seen, t.is_current, round(t.probability, 4) AS probability, coalesce(g.sources, []) AS sources,
       t.records, t.follows AS inferred, t.why
FROM told t
JOIN place_text d ON d.place_id = t.place_id
LEFT JOIN now n ON n.resident_id = t.resident_id
LEFT JOIN given_by g ON g.resident_id = t.resident_id AND g.place_id = t.place_id
WHERE NOT t.follows OR t.is_current  -- a guess that is not the best one is no part of a history
"""
_ADDRESS_ORDER = "resident_id, is_current DESC, from_date DESC NULLS LAST, place_id"

_WHEREABOUTS_TOUCHED = """
CREATE OR REPLACE TEMP TABLE whereabouts_touched AS
SELECT resident_id FROM touched UNION SELECT resident_id FROM address_changed
"""

_WHEREABOUTS = """
INSERT INTO whereabouts
WITH best AS (
    SELECT resident_id, max(probability) AS probability, max(place_id) FILTER (is_current) AS place_id,
           max(why) FILTER (is_current) AS why, count(*) AS places, count(*) FILTER (to_date IS NOT NULL) AS ended
    FROM address WHERE resident_id IN (SELECT resident_id FROM whereabouts_touched) GROUP BY resident_id
),
died AS (SELECT resident_id, value FROM golden WHERE field = 'date_of_death')
SELECT m.resident_id,
       CASE WHEN d.resident_id IS NOT NULL THEN 'died' WHEN b.place_id IS NOT NULL THEN 'lives here'
            WHEN b.resident_id IS NULL THEN 'no address' WHEN b.ended = b.places THEN 'probably left'
            ELSE 'not known' END,
       b.place_id, coalesce(b.probability, 0.0),
       CASE WHEN d.value LIKE '%X%' THEN 'a record says that they have died; the day is not known'
            WHEN d.resident_id IS NOT NULL
                THEN 'a record says that they died on ' || strftime(d.value::DATE, '%-d %B %Y')
            WHEN b.place_id IS NOT NULL THEN b.why
            WHEN b.resident_id IS NULL THEN 'no record gives an address'
            WHEN b.ended = b.places THEN 'they moved out of every address that is known'
            ELSE 'no address that is known is likely enough to be the current one' END
FROM (
    SELECT resident_id FROM membership WHERE resident_id IN (SELECT resident_id FROM whereabouts_touched) GROUP BY ALL
) m
LEFT JOIN best b ON b.resident_id = m.resident_id
LEFT JOIN died d ON d.resident_id = m.resident_id
ORDER BY m.resident_id
"""

_MADE_ANEW = ("residence", "address_trust", "address_kept")
# What a place is, and who is of its household, follows from the addresses there, from who belongs together, and from
# what is known of the touched residents themselves.
_PLACES = """
CREATE OR REPLACE TEMP TABLE place_touched AS
SELECT place_id FROM address_changed
UNION
SELECT place_id FROM address WHERE resident_id IN (
    SELECT resident_id FROM touched UNION SELECT resident_id FROM together_changed WHERE linked)
"""


def build_addresses(
    db: duckdb.DuckDBPyConnection, settings: AddressSettings, as_of: date, *, learn: bool = False
) -> None:
    """Rebuild ``residence`` for the residents in ``touched``, ``address`` and ``whereabouts`` for ``near_touched``.

    Makes ``address_changed``, ``together_changed`` and ``place_touched``.

    Args:
        db: a release with ``dated_record`` and ``golden`` of the touched residents.
        settings: which sources tell of stays, and from when an address is called current.
        as_of: the day on which the release speaks.
        learn: learn anew which writings are of one dwelling, and how far each source is to be believed. In a run of
            changes what was learned before is used.
    """
    if learn:  # everybody's rows are made anew, so that tables as an older version made them may go
        for table in _MADE_ANEW:
            db.execute(f"DROP TABLE IF EXISTS {table}")
    db.execute(CREATE)
    if learn:
        learn_place_keys(db)
    build_residence(db, settings.stays, as_of)
    if learn:
        learn_address_trust(db, as_of)
    gather_candidates(db, settings, as_of)
    weigh(db)
    describe_places(db)
    db.execute(_ADDRESS, {"current_from": settings.current_from})
    replace_changed(db, "address", among="near_touched", key=("resident_id", "place_id"), order=_ADDRESS_ORDER)
    db.execute(_WHEREABOUTS_TOUCHED)
    db.execute("DELETE FROM whereabouts WHERE resident_id IN (SELECT resident_id FROM whereabouts_touched)")
    db.execute(_WHEREABOUTS)
    db.execute(_PLACES)
