"""What a place is: a home, a building whose flats records leave out, or a hostel or care home.

Takes the addresses of the places in ``place_touched``, gives the table ``place``. Eighty people of eighty names at
one UPRN are no household, and nor are those whom records put into a tower without saying at which door. How many live
there, how many family names they have and whether other records name flats at the same number tell which it is.
"""

from __future__ import annotations

from datetime import date

import duckdb

from insighthub.residents.household_settings import HouseholdSettings

CREATE = """
CREATE TABLE IF NOT EXISTS place (
    place_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,         -- home, shared building, hostel or care home
    address VARCHAR NOT NULL,
    postcode VARCHAR,
    uprn VARCHAR,
    residents INTEGER NOT NULL,    -- who live there now
    names INTEGER NOT NULL,        -- family names among them
    why VARCHAR NOT NULL
);
"""

_PLACE = """
INSERT INTO place
WITH here AS (
    SELECT a.place_id, a.resident_id, g.value AS family_name,
           try_cast(left(b.value, 4) AS INTEGER) AS born
    FROM address a
    LEFT JOIN golden g ON g.resident_id = a.resident_id AND g.field = 'family_name'
    LEFT JOIN golden b ON b.resident_id = a.resident_id AND b.field = 'date_of_birth'
    WHERE a.is_current AND a.place_id IN (SELECT place_id FROM place_touched)
),
counted AS (
    SELECT place_id, count(*)::INTEGER AS residents, count(DISTINCT family_name)::INTEGER AS names, median(born) AS born
    FROM here GROUP BY place_id
),
flats AS (
    SELECT r.place_id, max(f.flats) FILTER (p.flat IS NULL) AS flats, bool_or(p.flat IS NOT NULL) AS has_flat
    FROM residence r
    JOIN person_record p ON p.source = r.source AND p.record_id = r.record_id AND p.person = r.person
    LEFT JOIN flats_at f ON f.key = p.house_number || '|' || p.street || '|' || p.postcode
    WHERE r.place_id IN (SELECT place_id FROM place_touched)
    GROUP BY r.place_id
),
text AS (
    SELECT place_id, any_value(address) AS address, any_value(postcode) AS postcode, any_value(uprn) AS uprn
    FROM address WHERE place_id IN (SELECT place_id FROM place_touched) GROUP BY place_id
),
told AS (
    SELECT t.*, coalesce(c.residents, 0) AS residents, coalesce(c.names, 0) AS names,
           coalesce(f.flats >= $flats AND NOT f.has_flat, false) AS is_building, f.flats,
           coalesce(c.residents >= $unrelated AND c.names > 0.6 * c.residents, false) AS of_strangers,
           $year - c.born AS age
    FROM text t
    LEFT JOIN counted c ON c.place_id = t.place_id
    LEFT JOIN flats f ON f.place_id = t.place_id
)
SELECT place_id,
       CASE WHEN is_building THEN 'shared building'
            WHEN of_strangers OR residents > $most THEN 'hostel or care home' ELSE 'home' END,
       address, postcode, uprn, residents, names,
       CASE WHEN is_building THEN 'records name ' || flats || ' flats at this number, and none for this address'
            WHEN of_strangers THEN residents || ' people of ' || names || ' family names'
                 || CASE WHEN age >= 75 THEN ', half of them aged ' || age::INTEGER || ' or more' ELSE '' END
            WHEN residents > $most THEN 'more people than one household: ' || residents
            ELSE residents || CASE WHEN residents = 1 THEN ' person' ELSE ' people' END
                 || CASE WHEN residents = 0 THEN ' known to live there now'
                         WHEN names = 1 THEN ' of 1 family name' ELSE ' of ' || names || ' family names' END
            END
FROM told
ORDER BY place_id
"""


def build_places(db: duckdb.DuckDBPyConnection, settings: HouseholdSettings, as_of: date) -> None:
    """Rebuild ``place`` for the places in ``place_touched``."""
    db.execute(CREATE)
    db.execute("DELETE FROM place WHERE place_id IN (SELECT place_id FROM place_touched)")
    values = {"flats": settings.flats, "unrelated": settings.unrelated, "most": settings.most, "year": as_of.year}
    db.execute(_PLACE, values)
