"""Corrections of addresses: a former one that a source still holds, and a UPRN that it lacks.

Takes the temporary tables of ``gather`` and the release's addresses, adds rows to ``proposal``.

Moved. The release says where somebody lives and how sure that is, and looks at every source for it. A locked source
must not lend its word to what another is told, nor a special category source alone; so a place is only proposed that
a record of another kind gives as well, open, and not older than the one that it corrects. Where a locked or special
source gives the place too, the others must be enough without it: an open account or tenancy there, or two sources. A
record that has ended said where somebody lived until then, and is not corrected; a tenancy that is open is only told
of an account or another tenancy that began later, and an open account of the best kind is never told, for two are
more often two people's or two homes.

Most moves that never were are two people of one name. So something must show that it is one who lived at both places:
an account or tenancy at the former one that has ended, or a date of birth, number or e-mail address that is known at
both.

Missing UPRN. Which UPRN an address has is learned from all records of open sources that have both: it is a fact of the
place, not of a person.
"""

from __future__ import annotations

import duckdb

from insighthub.residents.place_keys import FORMS

_MOVED = """
INSERT INTO proposal
WITH now AS (
    SELECT a.resident_id, a.place_id, a.probability
    FROM address a JOIN in_question q ON q.resident_id = a.resident_id
    WHERE a.is_current AND NOT a.inferred AND a.probability >= $least
),
at_home AS (  -- what is said of the current place, and by whom
    SELECT n.resident_id, n.place_id, n.probability, r.source, r.record_id, r.person, r.given_on, s.open, s.linked,
           s.address, s.postcode, s.flat, s.house_number, s.uprn, s.locked, s.starts,
           s.open AND r.stay > 0 AND r.to_date IS NULL AS stays, r.stay, r.from_date
    FROM now n
    JOIN residence r ON r.resident_id = n.resident_id AND r.place_id = n.place_id
    JOIN standing s ON s.source = r.source AND s.record_id = r.record_id AND s.person = r.person
),
behind AS (
    SELECT n.resident_id, n.place_id AS home, n.probability, r.place_id, r.given_on, r.stay, r.from_date, s.source,
        s.record_id, s.person,
           s.linked, s.address, s.postcode, s.flat, s.house_number, s.starts
    FROM now n
    JOIN residence r ON r.resident_id = n.resident_id AND r.place_id <> n.place_id
    JOIN standing s ON s.source = r.source AND s.record_id = r.record_id AND s.person = r.person
    JOIN told t ON t.source = s.source AND t.role = s.role AND t.field = 'address'
    WHERE s.correctable AND NOT s.moments AND r.to_date IS NULL AND s.address IS NOT NULL
),
-- What tells a person from a namesake, at each place: the same date or number at two places is one person's move.
token AS (
    SELECT DISTINCT r.resident_id, r.place_id, unnest([
        CASE WHEN NOT contains(s.date_of_birth, 'X') THEN s.date_of_birth END,
        s.nhs_number, s.nino, s.upn, s.email, s.mobile
    ]) AS token
    FROM residence r JOIN standing s ON s.source = r.source AND s.record_id = r.record_id AND s.person = r.person
    WHERE NOT s.locked AND r.resident_id IN (SELECT resident_id FROM behind)
),
one_person AS (
    SELECT DISTINCT b.resident_id, b.place_id
    FROM (SELECT DISTINCT resident_id, place_id, home FROM behind) b
    JOIN token a ON a.resident_id = b.resident_id AND a.place_id = b.place_id
    JOIN token h ON h.resident_id = b.resident_id AND h.place_id = b.home AND h.token = a.token
    UNION
    SELECT r.resident_id, r.place_id
    FROM residence r JOIN standing s ON s.source = r.source AND s.record_id = r.record_id AND s.person = r.person
    WHERE NOT s.locked AND r.stay > 0 AND r.to_date IS NOT NULL
),
support AS (
    SELECT b.resident_id, b.source, b.record_id, b.person,
           count(DISTINCT h.source) FILTER (v.giver IS NOT NULL AND h.open) AS seen,
           coalesce(bool_or(h.stays) FILTER (v.giver IS NOT NULL), false) AS stays,
           count(*) FILTER (h.locked OR v.giver IS NULL) AS unseen,
           coalesce(bool_or(h.stays AND h.stay <= b.stay AND h.from_date > b.from_date)
               FILTER (v.giver IS NOT NULL), false) AS stays_since,
           max(coalesce(h.given_on, h.starts)) FILTER (v.giver IS NOT NULL AND h.open) AS newest,
           max_by({text}, (h.postcode IS NOT NULL, h.uprn IS NOT NULL, coalesce(h.given_on, DATE '1900-01-01'),
                           h.source, h.record_id, h.person))
               FILTER (v.giver IS NOT NULL AND h.address IS NOT NULL) AS proposed,
           max(h.linked) FILTER (v.giver IS NOT NULL) AS linked,
           bool_or(h.postcode = b.postcode AND h.house_number = b.house_number
                   AND (h.flat IS NOT DISTINCT FROM b.flat OR h.flat IS NULL OR b.flat IS NULL))
               AS same_written_otherwise
    FROM behind b
    JOIN at_home h ON h.resident_id = b.resident_id
        AND (h.source, h.record_id, h.person) <> (b.source, b.record_id, b.person)
    LEFT JOIN may_say v ON v.receiver = b.source AND v.giver = h.source
    GROUP BY ALL
)
SELECT b.resident_id, b.source, b.record_id, b.person, 'moved', 'address',
       concat_ws(', ', b.address, b.postcode), s.proposed, b.place_id, b.home,
       b.probability * b.linked * s.linked,
       'The record gives a former address of theirs.'
FROM behind b
JOIN one_person o ON o.resident_id = b.resident_id AND o.place_id = b.place_id
JOIN support s ON s.resident_id = b.resident_id AND s.source = b.source AND s.record_id = b.record_id
    AND s.person = b.person
WHERE s.seen > 0 AND s.proposed IS NOT NULL AND NOT s.same_written_otherwise
  AND (b.given_on IS NULL OR s.newest > b.given_on)
  AND (s.unseen = 0 OR s.stays OR s.seen > 1)
  AND (b.stay = 0 OR (b.stay > 1 AND s.stays_since))
  -- An account or tenancy that is open at the former address contradicts the move, unless a later one is as good.
  AND NOT EXISTS (
    SELECT 1 FROM residence o JOIN standing os
        ON os.source = o.source AND os.record_id = o.record_id AND os.person = o.person
    WHERE o.resident_id = b.resident_id AND o.place_id = b.place_id AND o.stay > 0 AND o.to_date IS NULL AND os.open
      AND NOT EXISTS (SELECT 1 FROM at_home h WHERE h.resident_id = b.resident_id AND h.stays AND h.stay <= o.stay
                      AND h.from_date > o.from_date))
""".format(text="concat_ws(', ', h.address, h.postcode)")

#: Forms of an address whose key finds a dwelling; its whole text is too free to go by.
_PLACE_FORMS = {form: FORMS[form] for form in ("whole", "street", "postcode")}
_KEYED = " UNION ALL ".join(
    f"SELECT '{form}' AS form, {key} AS key, uprn, source FROM open_record WHERE {key} IS NOT NULL"
    for form, key in _PLACE_FORMS.items()
)
_LEARN = f"""
INSERT INTO correction_place
WITH open_record AS (
    SELECT p.* FROM person_record p JOIN service s ON s.source = p.source
    WHERE p.uprn IS NOT NULL AND p.person = 1 AND NOT s.special AND NOT s.locked
      AND NOT EXISTS (SELECT 1 FROM source_record r
          WHERE r.source = p.source AND r.record_id = p.record_id AND r.hidden IS NOT NULL)
),
counted AS (
    SELECT form, key, uprn, count(*) AS records, list_sort(list(DISTINCT source)) AS sources
        FROM ({_KEYED}) GROUP BY ALL
),
-- How often two records with one key have one UPRN, by form: what one record alone may be believed.
agreeing AS (
    SELECT form, (sum(same) + 1.0) / (sum(pairs) + 2.0) AS share
    FROM (SELECT form, key, sum(records * (records - 1)) AS same, sum(records) * (sum(records) - 1) AS pairs
          FROM counted GROUP BY form, key)
    GROUP BY form
),
whole AS (SELECT form, key, sum(records) AS records FROM counted GROUP BY form, key)
SELECT c.form, c.key, c.uprn, c.records, c.sources,
    (c.records + a.share) / (w.records + 1.0) * least(1.0, a.share + (1 - a.share) * (c.records > 1)::INTEGER)
FROM counted c JOIN whole w ON w.form = c.form AND w.key = c.key JOIN agreeing a ON a.form = c.form
QUALIFY row_number() OVER (PARTITION BY c.form, c.key ORDER BY c.records DESC, c.uprn) = 1
ORDER BY c.form, c.key
"""

_JOINS = "\n".join(
    f"LEFT JOIN correction_place {form} ON {form}.form = '{form}' AND {form}.key = {key}"
    for form, key in _PLACE_FORMS.items()
)
_FIRST = ", ".join(f"{form}.{{column}}" for form in _PLACE_FORMS)
_MISSING_UPRN = f"""
INSERT INTO proposal
SELECT resident_id, source, record_id, person, 'missing_uprn', 'uprn', NULL, uprn_found, NULL, NULL, probability,
       'The record has no UPRN. Other records of this address do: ' || records || ' of '
       || array_to_string(list_transform(sources, lambda x: replace(x, '_', ' ')), ', ') || '.'
FROM (
    SELECT s.resident_id, s.source, s.record_id, s.person,
           coalesce({_FIRST.format(column="uprn")}) AS uprn_found,
               coalesce({_FIRST.format(column="probability")}) AS probability,
           coalesce({_FIRST.format(column="records")}) AS records,
               coalesce({_FIRST.format(column="sources")}) AS sources
    FROM (
        SELECT s.* FROM standing s
        JOIN told t ON t.source = s.source AND t.role = s.role AND t.field = 'uprn'
        WHERE s.correctable AND s.uprn IS NULL AND s.address IS NOT NULL AND s.person = 1
    ) s
    {_JOINS}
)
WHERE uprn_found IS NOT NULL
"""


def learn_places(db: duckdb.DuckDBPyConnection) -> None:
    """Learn ``correction_place`` anew from all records of open sources."""
    db.execute("DELETE FROM correction_place")
    db.execute(_LEARN)


def propose_moves(db: duckdb.DuckDBPyConnection, least: float) -> None:
    """Propose the current address to records that hold a former one; ``least`` is how sure the current one must be."""
    db.execute(_MOVED, {"least": least})


def propose_uprns(db: duckdb.DuckDBPyConnection) -> None:
    """Propose a UPRN to records that have an address and none."""
    db.execute(_MISSING_UPRN)
