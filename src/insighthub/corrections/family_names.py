"""Corrections of a family name that other sources have replaced since: by marriage, divorce or deed poll.

Takes the temporary tables of ``gather`` and what records said before (``former_record``), adds rows to ``proposal``.
People bear several names for many reasons, and most are no fault. A name counts as replaced only where the new one is
another name altogether, as many sources as the settings ask for hold it, and a source was seen to replace it: it
holds the new name, and the old one as the previous name or in a former record. That records with the one name are
newer than those with the other is not enough: a record's date is seldom the day on which somebody asked for the name.
Something must show, too, that it is one person who bore both: a date of birth, a number or an e-mail address under
both names.
"""

from __future__ import annotations

import duckdb

#: Jaro-Winkler similarity from which two names are spellings of one.
_ALIKE = 0.85

_NEW_NAME = f"""
INSERT INTO proposal
WITH worn AS (  -- every family name of a resident, as open sources say it
    SELECT resident_id, token AS name, count(DISTINCT source) AS sources, max(date) AS last,
           max(linked) AS linked, count(*) FILTER (open) AS open
    FROM statement WHERE field = 'family_name' AND length(token) > 1
    GROUP BY ALL
),
replaced AS (  -- a source that was seen to replace one by another
    SELECT DISTINCT s.resident_id, s.previous_family_name AS old, s.family_name AS new
    FROM standing s
    WHERE NOT s.locked AND s.previous_family_name IS NOT NULL AND s.previous_family_name <> s.family_name
    UNION
    SELECT DISTINCT s.resident_id, f.family_name, s.family_name
    FROM standing s JOIN former_record f ON f.source = s.source AND f.record_id = s.record_id AND f.person = s.person
    WHERE NOT s.locked AND f.family_name <> s.family_name
),
-- The same date of birth or number under both names: that it is one person who bore both.
token AS (
    SELECT DISTINCT resident_id, family_name AS name, unnest([
        CASE WHEN NOT contains(date_of_birth, 'X') THEN date_of_birth END, nhs_number, nino, upn, email, mobile
    ]) AS token
    FROM standing WHERE NOT locked AND family_name IS NOT NULL
),
one_person AS (
    SELECT DISTINCT a.resident_id, a.name AS old, b.name AS new
    FROM token a JOIN token b ON b.resident_id = a.resident_id AND b.token = a.token AND b.name <> a.name
),
given AS (
    SELECT resident_id, list(DISTINCT given_name) AS names FROM standing WHERE given_name IS NOT NULL
        GROUP BY resident_id
),
change AS (
    SELECT o.resident_id, o.name AS old, n.name AS new, n.sources, n.last, n.linked
    FROM worn o
    JOIN worn n ON n.resident_id = o.resident_id AND n.name <> o.name AND n.sources >= $agreement AND n.open > 0
    JOIN one_person i ON i.resident_id = o.resident_id AND i.old = o.name AND i.new = n.name
    JOIN replaced r ON r.resident_id = o.resident_id AND r.old = o.name AND r.new = n.name
    LEFT JOIN replaced back ON back.resident_id = o.resident_id AND back.old = n.name AND back.new = o.name
    LEFT JOIN given g ON g.resident_id = o.resident_id
    WHERE jaro_winkler_similarity(o.name, n.name) < {_ALIKE}
      AND NOT contains(o.name, n.name) AND NOT contains(n.name, o.name)
      AND NOT list_contains(coalesce(g.names, []), n.name) AND NOT list_contains(coalesce(g.names, []), o.name)
      AND back.old IS NULL
      AND n.last > coalesce(o.last, DATE '1900-01-01')
),
latest AS (
    SELECT * FROM change QUALIFY count(*) OVER (PARTITION BY resident_id, old) = 1
)
SELECT s.resident_id, s.source, s.record_id, s.person, 'new_name', 'family_name', s.family_name, c.new,
    s.family_name, c.new,
       -- One source's word that a name was replaced may be a slip of linkage; each further one halves what is left.
       s.linked * c.linked * (1 - 0.5 ** (c.sources + 3)),
       'The record has a former family name, which a service has replaced.'
FROM standing s
JOIN latest c ON c.resident_id = s.resident_id AND c.old = s.family_name
JOIN told t ON t.source = s.source AND t.role = s.role AND t.field IN ('family_name', 'full_name')
WHERE s.correctable AND NOT s.moments AND (s.date IS NULL OR s.date < c.last)
"""


def propose_names(db: duckdb.DuckDBPyConnection, agreement: int) -> None:
    """Propose the new family name, which ``agreement`` sources hold, to records with the one that it replaced."""
    db.execute(_NEW_NAME, {"agreement": agreement})
