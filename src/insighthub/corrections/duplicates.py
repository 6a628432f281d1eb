"""Corrections of duplicates: two open records of one resident in a source that should hold one.

Takes the temporary tables of ``gather``, adds rows to ``proposal``. In a source of one record a person any two are
too many; elsewhere two that are open at one address, in the sources that the settings name. What is proposed is the
record to keep, the one that began first; the source needs no other service's word for it, so that no evidence names
one.

Two open records at one address are what a father and a son of one name look like, too. So a link is not enough: the
records must have one date of birth and names that are alike, or a number or e-mail address in common, or where
neither has a date, the very same name and nothing that differs.
"""

from __future__ import annotations

import duckdb

_DUPLICATE = """
INSERT INTO proposal
WITH held AS (
    SELECT s.resident_id, s.source, s.record_id, s.person, s.linked, s.starts, s.single,
           CASE WHEN s.single THEN '' ELSE r.place_id END AS place
    FROM standing s
    LEFT JOIN residence r ON r.source = s.source AND r.record_id = s.record_id AND r.person = s.person
    WHERE s.correctable AND s.one_open AND s.role = 'main' AND (s.single OR r.place_id IS NOT NULL)
),
one_each AS (  -- a record that names the resident twice is one record
    SELECT * FROM held
    QUALIFY row_number() OVER (PARTITION BY resident_id, source, record_id ORDER BY person) = 1
),
kept AS (
    SELECT resident_id, source, place, min_by(record_id, (coalesce(starts, DATE '2999-12-31'), record_id)) AS record_id
    FROM one_each GROUP BY ALL HAVING count(*) > 1
),
pair AS (
    SELECT o.*, k.record_id AS keep, other.linked AS keep_linked
    FROM one_each o
    JOIN kept k ON k.resident_id = o.resident_id AND k.source = o.source AND k.place = o.place
        AND k.record_id <> o.record_id
    JOIN one_each other ON other.source = k.source AND other.record_id = k.record_id
        AND other.resident_id = k.resident_id
    JOIN standing a ON a.source = o.source AND a.record_id = o.record_id AND a.person = o.person
    JOIN standing b ON b.source = other.source AND b.record_id = other.record_id AND b.person = other.person
    WHERE a.name_suffix IS NOT DISTINCT FROM b.name_suffix
      AND jaro_winkler_similarity(a.given_name, b.given_name) >= 0.85
      AND CASE WHEN a.date_of_birth IS NOT NULL AND b.date_of_birth IS NOT NULL THEN a.date_of_birth = b.date_of_birth
               ELSE coalesce(a.nino = b.nino, false) OR coalesce(a.nhs_number = b.nhs_number, false)
                    OR coalesce(a.upn = b.upn, false) OR coalesce(a.email = b.email, false)
                    OR (a.given_name = b.given_name AND a.family_name = b.family_name AND length(a.given_name) > 1
                        AND a.date_of_birth IS NULL AND b.date_of_birth IS NULL
                        AND a.middle_names IS NOT DISTINCT FROM b.middle_names AND coalesce(a.email = b.email, true)
                        AND coalesce(a.mobile = b.mobile, true)) END
)
SELECT p.resident_id, p.source, p.record_id, p.person, 'duplicate', 'record_id', p.record_id, p.keep, NULL, NULL,
       coalesce(max(e.match_probability), least(any_value(p.linked), any_value(p.keep_linked))),
       CASE WHEN any_value(p.single) THEN 'The source holds one record a person, and has two of them.'
            ELSE 'Two records of them are open at one address.' END || ' The other began first.'
FROM pair p
LEFT JOIN evidence e ON e.resident_id = p.resident_id AND e.source_l = p.source AND e.source_r = p.source
     AND ((e.record_id_l, e.record_id_r) = (p.record_id, p.keep)
         OR (e.record_id_r, e.record_id_l) = (p.record_id, p.keep))
GROUP BY p.resident_id, p.source, p.record_id, p.person, p.keep
"""


def propose_duplicates(db: duckdb.DuckDBPyConnection) -> None:
    """Propose to merge the later of two records of one resident into the one that began first."""
    db.execute(_DUPLICATE)
