"""Every form of a resident's name: as it is now, as it was, as they are called, as it is misspelt.

Takes ``dated_record`` and the golden names, gives ``name_form``, in which an officer who asks for somebody by a
maiden name, a nickname or initials finds them. A kind is what tells the form from the golden name; a name that is
like it is another spelling of it, one that is not is another name.
"""

from __future__ import annotations

import duckdb

CREATE = """
CREATE TABLE IF NOT EXISTS name_form (
    resident_id VARCHAR NOT NULL,
    given_name VARCHAR,
    middle_names VARCHAR,
    family_name VARCHAR,
    kind VARCHAR NOT NULL,      -- current, former, known as, other spelling, initials, other order, other
    sources VARCHAR[] NOT NULL, -- by name
    newest DATE                 -- as of which a record bears it; null: none is dated
);
"""

#: Jaro-Winkler similarity from which two names are spellings of one.
_ALIKE = 0.85

_NAME_FORM = f"""
INSERT INTO name_form
WITH forms AS (
    SELECT resident_id, given_name, middle_names, family_name, false AS said_to_be_former,
           list_sort(list(DISTINCT source)) AS sources, max(date) AS newest
    FROM dated_record
    WHERE given_name IS NOT NULL OR family_name IS NOT NULL
    GROUP BY resident_id, given_name, middle_names, family_name
),
golden_name AS (
    SELECT resident_id, max(value) FILTER (field = 'given_name') AS given_name,
           max(value) FILTER (field = 'family_name') AS family_name,
           max(newest) FILTER (field = 'family_name') AS newest
    FROM golden
    WHERE field IN ('given_name', 'family_name') AND resident_id IN (SELECT resident_id FROM touched)
    GROUP BY resident_id
),
former AS (
    SELECT d.resident_id, g.given_name, NULL::VARCHAR, d.previous_family_name, true,
           list_sort(list(DISTINCT d.source)), max(d.date)
    FROM dated_record d JOIN golden_name g ON g.resident_id = d.resident_id
    WHERE d.previous_family_name <> coalesce(g.family_name, '')
      AND NOT EXISTS (
          SELECT 1 FROM forms f WHERE f.resident_id = d.resident_id AND f.family_name = d.previous_family_name
      )
    GROUP BY d.resident_id, g.given_name, d.previous_family_name
),
said_former AS (
    SELECT DISTINCT resident_id, previous_family_name FROM dated_record WHERE previous_family_name IS NOT NULL
),
compared AS (
    SELECT f.*, g.given_name AS gg, g.family_name AS gf, g.newest AS golden_newest,
           said_to_be_former OR s.resident_id IS NOT NULL AS is_former,
           coalesce(f.given_name = g.given_name, f.given_name IS NULL) AS same_given,
           coalesce(f.family_name = g.family_name, f.family_name IS NULL) AS same_family,
           coalesce(jaro_winkler_similarity(f.given_name, g.given_name) >= {_ALIKE}, true) AS like_given,
           coalesce(jaro_winkler_similarity(f.family_name, g.family_name) >= {_ALIKE}
                    OR contains(f.family_name, g.family_name)
                    OR contains(g.family_name, f.family_name), true) AS like_family
    FROM (SELECT * FROM forms UNION ALL SELECT * FROM former) f
    JOIN golden_name g ON g.resident_id = f.resident_id
    LEFT JOIN said_former s ON s.resident_id = f.resident_id AND s.previous_family_name = f.family_name
)
SELECT resident_id, given_name, middle_names, family_name,
       CASE WHEN same_given AND same_family THEN 'current'
            WHEN NOT same_family AND is_former THEN 'former'
            WHEN given_name = gf AND family_name = gg THEN 'other order'
            WHEN same_family AND length(given_name) = 1 AND given_name = left(gg, 1) THEN 'initials'
            WHEN NOT like_family AND newest < golden_newest THEN 'former'
            WHEN NOT like_family THEN 'other'
            WHEN NOT like_given THEN 'known as'
            ELSE 'other spelling' END AS kind,
       sources, newest
FROM compared
ORDER BY resident_id, kind, family_name, given_name, middle_names
"""


def build_names(db: duckdb.DuckDBPyConnection) -> None:
    """Rebuild ``name_form`` for the residents in ``touched``, from ``dated_record`` and ``golden``."""
    db.execute(CREATE)
    db.execute("DELETE FROM name_form WHERE resident_id IN (SELECT resident_id FROM touched)")
    db.execute(_NAME_FORM)
