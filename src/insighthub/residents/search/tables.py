"""The search tables of a release: every word, date, address, number and reference that a resident may be found by.

Takes ``person_record``, ``former_record`` and ``membership``, gives five tables with a row for each thing that some
record says of a resident, the sources that say it (names joined by commas, in order) and until when they said it. A
resident has rows of every record, so that a former name or address finds them too. Nothing here is numbered or learned:
the rows of one resident depend on that resident's records alone, so that a run of changes writes what a full run would.
"""

from __future__ import annotations

from datetime import date

import duckdb

from insighthub.residents.search.settings import SearchSettings

#: Tables that ``build_search`` writes a resident's rows into.
TABLES = ("search_name", "search_birth", "search_address", "search_contact", "search_reference")

CREATE = """
CREATE TABLE IF NOT EXISTS search_name (
    resident_id VARCHAR NOT NULL,
    word VARCHAR NOT NULL,         -- one word of a name, or a name of several words written as one
    role VARCHAR NOT NULL,         -- given, middle, family, previous
    until VARCHAR,                 -- last day on which it was said, ISO; null: it still is
    sources VARCHAR NOT NULL
);
CREATE TABLE IF NOT EXISTS search_birth (
    resident_id VARCHAR NOT NULL,
    date_of_birth VARCHAR NOT NULL,  -- EDTF
    sources VARCHAR NOT NULL
);
CREATE TABLE IF NOT EXISTS search_address (
    resident_id VARCHAR NOT NULL,
    address VARCHAR,
    flat VARCHAR,
    house_number VARCHAR,
    postcode VARCHAR,
    until VARCHAR,                 -- the day on which the record ended, ISO; null: it has not
    sources VARCHAR NOT NULL
);
CREATE TABLE IF NOT EXISTS search_contact (
    resident_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,         -- phone, email
    value VARCHAR NOT NULL,
    until VARCHAR,
    sources VARCHAR NOT NULL
);
CREATE TABLE IF NOT EXISTS search_reference (
    resident_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,         -- record, part (of a record's reference), nhs_number, nino, upn, uprn
    reference VARCHAR NOT NULL,    -- letters and digits only, upper case, no zeros in front
    sources VARCHAR NOT NULL
);
CREATE TABLE IF NOT EXISTS search_about (
    as_of DATE NOT NULL            -- day of the run: ages, and what is former, are as of this day
);
"""

# What each record says of its resident. A record that has ended said all that it says until then, though a name or a
# date of birth is no less true for it.
_SAID = """
CREATE OR REPLACE TEMP TABLE search_said AS
SELECT m.resident_id, p.source, p.record_id, p.given_name, p.middle_names, p.family_name, p.previous_family_name,
       p.date_of_birth, p.address, p.flat, p.house_number, p.postcode, p.phone, p.mobile, p.email,
       p.nhs_number, p.nino, p.upn, p.uprn, p.valid_to AS until, CAST(NULL AS VARCHAR) AS renamed
FROM membership m JOIN person_record p USING (source, record_id, person)
WHERE m.resident_id IN (SELECT resident_id FROM touched)
UNION ALL
SELECT m.resident_id, p.source, p.record_id, p.given_name, p.middle_names, p.family_name, p.previous_family_name,
       p.date_of_birth, p.address, p.flat, p.house_number, p.postcode, p.phone, p.mobile, p.email,
       p.nhs_number, p.nino, p.upn, p.uprn, p.ended_on::VARCHAR, p.ended_on::VARCHAR
FROM membership m JOIN former_record p USING (source, record_id, person)
WHERE m.resident_id IN (SELECT resident_id FROM touched)
"""

_NAMES = """
INSERT INTO search_name
WITH named AS (
    SELECT resident_id, source, renamed AS until, given_name AS name, 'given' AS role FROM search_said
    UNION ALL SELECT resident_id, source, renamed, middle_names, 'middle' FROM search_said
    UNION ALL SELECT resident_id, source, renamed, family_name, 'family' FROM search_said
    UNION ALL SELECT resident_id, source, renamed, previous_family_name, 'previous' FROM search_said
), whole AS (
    SELECT DISTINCT * FROM named WHERE name IS NOT NULL
), words AS (
    SELECT DISTINCT resident_id, source, until, role, unnest(string_split(name, ' ')) AS word FROM whole
    UNION
    SELECT resident_id, source, until, role, replace(name, ' ', '') FROM whole
    WHERE role <> 'middle' AND contains(name, ' ')
)
SELECT resident_id, word, role, until, array_to_string(list_sort(list(source)), ',') AS sources
FROM words WHERE word <> ''
GROUP BY resident_id, word, role, until ORDER BY ALL
"""

_BIRTHS = """
INSERT INTO search_birth
SELECT resident_id, date_of_birth, array_to_string(list_sort(list(source)), ',') AS sources
FROM (SELECT DISTINCT resident_id, date_of_birth, source FROM search_said WHERE date_of_birth IS NOT NULL)
GROUP BY resident_id, date_of_birth ORDER BY ALL
"""

_ADDRESSES = """
INSERT INTO search_address
SELECT resident_id, address, flat, house_number, postcode, until,
       array_to_string(list_sort(list(source)), ',') AS sources
FROM (
    SELECT DISTINCT resident_id, address, flat, house_number, postcode, until, source
    FROM search_said WHERE address IS NOT NULL OR postcode IS NOT NULL
)
GROUP BY resident_id, address, flat, house_number, postcode, until ORDER BY ALL
"""

_CONTACTS = """
INSERT INTO search_contact
SELECT resident_id, kind, value, until, array_to_string(list_sort(list(source)), ',') AS sources
FROM (
    SELECT resident_id, 'phone' AS kind, phone AS value, until, source FROM search_said WHERE phone IS NOT NULL
    UNION SELECT resident_id, 'phone', mobile, until, source FROM search_said WHERE mobile IS NOT NULL
    UNION SELECT resident_id, 'email', email, until, source FROM search_said WHERE email IS NOT NULL
)
GROUP BY resident_id, kind, value, until ORDER BY ALL
"""

# A reference made of several columns is found by each of its parts that is long enough to be one and is no date.
_REFERENCES = r"""
INSERT INTO search_reference
WITH pieces AS (
    SELECT DISTINCT resident_id, source, unnest(string_split(record_id, '|')) AS piece
    FROM search_said WHERE contains(record_id, '|')
), found AS (
    SELECT resident_id, 'record' AS kind, record_id AS reference, source FROM search_said
    UNION ALL SELECT resident_id, 'part', piece, source FROM pieces
    WHERE length(piece) >= 5 AND regexp_matches(piece, '\d') AND NOT regexp_matches(piece, '^\d{4}[-/ ]')
    UNION ALL SELECT resident_id, 'nhs_number', nhs_number, source FROM search_said
    WHERE nhs_number IS NOT NULL AND list_contains($identifiers, 'nhs_number')
    UNION ALL SELECT resident_id, 'nino', nino, source FROM search_said
    WHERE nino IS NOT NULL AND list_contains($identifiers, 'nino')
    UNION ALL SELECT resident_id, 'upn', upn, source FROM search_said
    WHERE upn IS NOT NULL AND list_contains($identifiers, 'upn')
    UNION ALL SELECT resident_id, 'uprn', uprn, source FROM search_said
    WHERE uprn IS NOT NULL AND list_contains($identifiers, 'uprn')
), plain AS (
    SELECT DISTINCT resident_id, kind, ltrim(regexp_replace(upper(reference), '[^A-Z0-9]', '', 'g'), '0') AS reference,
           source
    FROM found
)
SELECT resident_id, kind, reference, array_to_string(list_sort(list(source)), ',') AS sources
FROM plain WHERE reference <> '' GROUP BY resident_id, kind, reference ORDER BY ALL
"""


def build_search(db: duckdb.DuckDBPyConnection, settings: SearchSettings, as_of: date) -> None:
    """Write the search rows of the residents in the temporary table ``touched`` anew.

    Args:
        db: the release being built, with the tables of ``record_tables`` and ``touched(resident_id)``.
        settings: which identifiers may find a resident.
        as_of: the day of the run.
    """
    db.execute(CREATE)
    for table in TABLES:
        db.execute(f"DELETE FROM {table} WHERE resident_id IN (SELECT resident_id FROM touched)")
    db.execute(_SAID)
    for query in (_NAMES, _BIRTHS, _ADDRESSES, _CONTACTS):
        db.execute(query)
    db.execute(_REFERENCES, {"identifiers": list(settings.identifiers)})
    db.execute("DROP TABLE search_said")
    db.execute("DELETE FROM search_about")
    db.execute("INSERT INTO search_about VALUES (?)", [as_of])
