"""What each service knows of the residents in question, and which service may know of which.

Takes a release and the contracts, gives temporary tables that every kind of correction reads

    made_anew     the residents whose cases are made anew: those in ``touched``, and those whose addresses or whose
                  contacts have changed by what was touched (``address_changed``, ``contact_changed``)
    in_question   of them, who may have cases: nobody with hidden status, nor whose records seem to be of two people
    service       one row a source: whether it is special category, locked, of moments, a series, of one open record
    told          one row a source, role and field: the contract has a column for it
    sees          one row a pair of sources: the first may be told that the second knows somebody
    standing      one row a record: as of when it speaks, whether it is open, whether it can be corrected
    statement     one row a record and field: what it says, for evidence; a record of a locked source says nothing here

A hidden resident has no case at all: that another service knows them is itself what must not be told.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import duckdb
import pyarrow as pa

from insighthub.corrections.settings import CorrectionSettings
from insighthub.governance.purposes import LOCKED
from insighthub.sources.contract import PersonMap, Source
from insighthub.store.tables import rows

# Two whole dates of birth that no slip makes of one another: some record is somebody else's, and nobody can say which.
_MIXED = """
DELETE FROM in_question WHERE resident_id IN (
    WITH said AS (
        SELECT DISTINCT m.resident_id, p.date_of_birth AS d
        FROM membership m JOIN in_question q ON q.resident_id = m.resident_id
        JOIN person_record p ON p.source = m.source AND p.record_id = m.record_id AND p.person = m.person
        WHERE NOT contains(p.date_of_birth, 'X')
    )
    SELECT a.resident_id FROM said a JOIN said b ON b.resident_id = a.resident_id AND a.d < b.d
    WHERE damerau_levenshtein(a.d, b.d) > 2
      AND NOT (left(a.d, 4) = left(b.d, 4)
               AND (right(a.d, 6) = '-01-01' OR right(b.d, 6) = '-01-01'
                    OR (substr(a.d, 6, 2) = right(b.d, 2) AND substr(b.d, 6, 2) = right(a.d, 2)))))
"""

_QUESTION = """
CREATE OR REPLACE TEMP TABLE in_question AS
SELECT r.resident_id
FROM made_anew t
JOIN resident r ON r.resident_id = t.resident_id
WHERE r.hidden IS NULL
  AND r.resident_id NOT IN (
    SELECT m.resident_id
    FROM membership m
    JOIN (FROM source_record WHERE hidden IS NOT NULL) s ON s.source = m.source AND s.record_id = m.record_id)
"""

# A record of which every fact with an end has ended is over: an expired badge, a service that was stopped.
_STANDING = """
CREATE OR REPLACE TEMP TABLE standing AS
WITH mine AS (
    SELECT m.resident_id, coalesce(m.probability, 1.0) AS linked, m.source, m.record_id, m.person
    FROM membership m JOIN in_question q ON q.resident_id = m.resident_id
),
dates AS (
    SELECT source, record_id, person, max(date) AS date
    FROM golden_value
    WHERE field IN ('given_name', 'family_name') AND date IS NOT NULL AND resident_id IN (FROM in_question)
    GROUP BY ALL
),
ended AS (
    SELECT source, record_id
    FROM fact WHERE (source, record_id) IN (SELECT source, record_id FROM mine)
    GROUP BY source, record_id
    HAVING count(end_date) > 0 AND count(*) FILTER (end_date IS NULL OR end_date > $as_of) = 0
),
newest AS (
    SELECT m.resident_id, m.source, max_by((m.record_id, m.person), (coalesce(d.date, DATE '1900-01-01'),
        m.record_id, -m.person)) AS one
    FROM mine m JOIN service s ON s.source = m.source AND s.series
    LEFT JOIN dates d ON d.source = m.source AND d.record_id = m.record_id AND d.person = m.person
    GROUP BY ALL
),
further AS (  -- a record holds from and until the same days for all whom it names
    SELECT m.source, m.record_id, m.person, main.valid_from, main.valid_to
    FROM mine m JOIN person_record main ON main.person = 1 AND main.source = m.source AND main.record_id = m.record_id
    WHERE m.person > 1
),
first_of_role AS (
    SELECT source, record_id, role, min(person) AS person FROM person_record
    WHERE (source, record_id) IN (SELECT source, record_id FROM mine WHERE person > 1)
    GROUP BY ALL
)
SELECT m.resident_id, m.linked, p.* EXCLUDE (not_linked_reason, title, sex, ethnicity, locality, valid_from, valid_to),
       d.date,
       try_cast(coalesce(p.valid_from, f.valid_from) AS DATE) AS starts,
       try_cast(coalesce(p.valid_to, f.valid_to) AS DATE) AS ends,
       (ends IS NULL OR ends > $as_of) AND e.record_id IS NULL AND p.date_of_death IS NULL AS open,
       n.one IS NULL OR n.one = (m.record_id, m.person) AS newest,
       open AND newest AS correctable,
       m.person = 1 OR o.person = m.person AS first_of_role,
       s.special, s.locked, s.moments, s.single, s.one_open
FROM mine m
JOIN person_record p ON p.source = m.source AND p.record_id = m.record_id AND p.person = m.person
JOIN service s ON s.source = m.source
LEFT JOIN further f ON f.source = m.source AND f.record_id = m.record_id AND f.person = m.person
LEFT JOIN dates d ON d.source = m.source AND d.record_id = m.record_id AND d.person = m.person
LEFT JOIN ended e ON e.source = m.source AND e.record_id = m.record_id
LEFT JOIN newest n ON n.source = m.source AND n.resident_id = m.resident_id
LEFT JOIN first_of_role o ON o.source = m.source AND o.record_id = m.record_id AND o.role = p.role
"""

_FIELDS = ("date_of_birth", "date_of_death", "family_name", "phone", "mobile", "email")
_SAID = " UNION ALL ".join(
    f"SELECT resident_id, '{field}' AS field, {field} AS token, source, record_id, person, date, open, linked"
    f" FROM standing WHERE {field} IS NOT NULL AND NOT locked"
    + (
        " AND NOT contains(date_of_birth, 'X')"
        " AND NOT regexp_matches(coalesce(date_of_birth_flags, ''), 'future|impossible|default')"
        if field == "date_of_birth"
        else ""
    )
    for field in _FIELDS
)
_STATEMENT = f"""
CREATE OR REPLACE TEMP TABLE statement AS
{_SAID}
UNION ALL
SELECT s.resident_id, 'address', r.place_id, s.source, s.record_id, s.person, r.given_on, s.open, s.linked
FROM standing s JOIN residence r ON r.source = s.source AND r.record_id = s.record_id AND r.person = s.person
WHERE NOT s.locked
"""

#: Temporary tables of the stages before, in which others stand of whom something is different now.
CHANGED = ("address_changed", "contact_changed")
_THERE = "SELECT table_name FROM duckdb_tables() WHERE temporary AND list_contains($tables, table_name) ORDER BY 1"

TEMPORARY = ("made_anew", "in_question", "service", "told", "sees", "standing", "statement")


def gather(db: duckdb.DuckDBPyConnection, settings: CorrectionSettings, sources: Sequence[Source], as_of: date) -> None:
    """Make the temporary tables.

    Args:
        db: a release with ``touched``, and with the golden record and the addresses of the residents in it.
        settings: what may be told to whom.
        sources: the contracts of the hub's sources.
        as_of: the day on which the release speaks.
    """
    there = [f"SELECT resident_id FROM {name}" for (name,) in rows(db, _THERE, {"tables": list(CHANGED)})]
    touched = " UNION ".join(["SELECT resident_id FROM touched", *there])
    db.execute(f"CREATE OR REPLACE TEMP TABLE made_anew AS SELECT resident_id FROM ({touched}) ORDER BY 1")
    db.execute(_QUESTION)
    db.execute(_MIXED)
    _keep(db, "service", _services(settings, sources))
    _keep(db, "told", _told(sources))
    _keep(db, "sees", _sees(settings, sources))
    db.execute(_STANDING, {"as_of": as_of})
    db.execute(_STATEMENT)


def may_see(settings: CorrectionSettings, receiver: str, giver: Source) -> bool:
    """Say whether one source may be told that another knows somebody, and what it says.

    Never that a locked source does, whatever the settings are; that a special category source does only where the
    settings say so. A source knows itself.
    """
    if giver.name == receiver:
        return True
    if giver.name in LOCKED:
        return False
    return not giver.special_category or giver.name in settings.may_see.get(receiver, ())


def _services(settings: CorrectionSettings, sources: Sequence[Source]) -> pa.Table:
    flags = {
        "special": [s.special_category for s in sources],
        "locked": [s.name in LOCKED for s in sources],
        "moments": [s.name in settings.moments for s in sources],
        "series": [s.name in settings.series for s in sources],
        "single": [s.one_record_per_person for s in sources],
        "one_open": [s.one_record_per_person or s.name in settings.one_open_record for s in sources],
    }
    return pa.table(
        {
            "source": pa.array([s.name for s in sources], pa.string()),
            **{name: pa.array(values, pa.bool_()) for name, values in flags.items()},
        }
    )


def _told(sources: Sequence[Source]) -> pa.Table:
    found = [(s.name, role, field) for s in sources for role, person in roles(s) for field in person.fields()]
    columns = zip(*found, strict=True) if found else ((), (), ())
    return pa.table([pa.array(c, pa.string()) for c in columns], names=["source", "role", "field"])


def roles(source: Source) -> list[tuple[str, PersonMap]]:
    """Return the people whom a source's records name, by role, with where their fields are."""
    return [("main", source.person), *((each.role, each) for each in source.other_person)]


def _sees(settings: CorrectionSettings, sources: Sequence[Source]) -> pa.Table:
    pairs = [(r.name, g.name) for r in sources for g in sources if may_see(settings, r.name, g)]
    columns = zip(*pairs, strict=True) if pairs else ((), ())
    return pa.table([pa.array(c, pa.string()) for c in columns], names=["receiver", "giver"])


def _keep(db: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    db.register("given", table)
    db.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS FROM given")
    db.unregister("given")
