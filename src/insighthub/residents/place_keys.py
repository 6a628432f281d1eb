"""One id for one dwelling, however a record writes it: with its UPRN, with a flat in words, without a postcode.

Takes addresses of person records, gives ``U:<uprn>`` where a UPRN is known and ``A:<normal form>`` where none is. An
address without a UPRN is looked up in ``place_key``, learned from the records that have both: by flat, number, street
and postcode; else by flat, number and street, which fits only one dwelling of most boroughs; else by flat, number and
postcode, so that a misspelt street does not make another dwelling.
"""

from __future__ import annotations

import duckdb

CREATE = """
CREATE TABLE IF NOT EXISTS place_key (
    form VARCHAR NOT NULL,      -- whole, street, postcode, text: which parts of an address the key is of
    key VARCHAR NOT NULL,
    place_id VARCHAR NOT NULL   -- the dwelling that nearly all records with this key are of
);
CREATE TABLE IF NOT EXISTS flats_at (
    key VARCHAR NOT NULL,       -- house number, street and postcode
    flats INTEGER NOT NULL      -- how many different flats records name there
);
"""

_NUMBERED = "coalesce(flat, '') || '|' || house_number"
#: Forms of an address in the order in which they are looked up, with the expression that makes their keys
#: (null: cannot).
FORMS = {
    "whole": f"{_NUMBERED} || '|' || street || '|' || postcode",
    "street": f"{_NUMBERED} || '|' || street",
    "postcode": f"{_NUMBERED} || '|' || postcode",
    "text": "address || '|' || coalesce(postcode, '')",
}
#: Share of the records with a key that must be of one dwelling.
_NEARLY_ALL = 0.8

_KEYS = ", ".join(f"{expression} AS key_{form}" for form, expression in FORMS.items())

# Keys that lead to a UPRN; then, of addresses that no key leads to one, the keys that lead to one normal form.
_LEARN_UPRN = " UNION ALL ".join(
    f"""SELECT '{form}' AS form, key, 'U:' || max_by(uprn, (n, uprn)) AS place_id
    FROM (
        SELECT key_{form} AS key, uprn, count(*) AS n
        FROM keyed WHERE uprn IS NOT NULL AND key_{form} IS NOT NULL GROUP BY ALL
    )
    GROUP BY key HAVING max(n) >= {_NEARLY_ALL} * sum(n)"""
    for form in FORMS
)
_LEARN = (
    f"CREATE OR REPLACE TEMP TABLE keyed AS SELECT uprn, {_KEYS} FROM person_record WHERE address IS NOT NULL",
    f"INSERT INTO place_key SELECT * FROM ({_LEARN_UPRN}) ORDER BY form, key",
    f"""
    INSERT INTO place_key
    WITH unresolved AS (
        SELECT key_street, key_postcode FROM keyed
        WHERE uprn IS NULL AND key_street IS NOT NULL AND key_postcode IS NOT NULL
          AND NOT EXISTS (SELECT 1 FROM place_key k WHERE k.form = 'whole' AND k.key = keyed.key_whole)
          AND NOT EXISTS (SELECT 1 FROM place_key k WHERE k.form = 'street' AND k.key = keyed.key_street)
          AND NOT EXISTS (SELECT 1 FROM place_key k WHERE k.form = 'postcode' AND k.key = keyed.key_postcode)
    )
    SELECT 'street', key_street, 'A:' || max_by(key_postcode, (n, key_postcode))
    FROM (SELECT key_street, key_postcode, count(*) AS n FROM unresolved GROUP BY ALL)
    GROUP BY key_street HAVING max(n) >= {_NEARLY_ALL} * sum(n)
    ORDER BY 2
    """,
    """
    INSERT INTO flats_at
    SELECT house_number || '|' || street || '|' || postcode, count(DISTINCT flat)::INTEGER
    FROM person_record
    WHERE flat IS NOT NULL AND house_number IS NOT NULL AND street IS NOT NULL AND postcode IS NOT NULL
    GROUP BY 1 HAVING count(DISTINCT flat) > 1
    ORDER BY 1
    """,
    "DROP TABLE keyed",
)

_JOINS = "\n".join(
    f"LEFT JOIN place_key {form} ON {form}.form = '{form}' AND {form}.key = r.key_{form}" for form in FORMS
)

#: ``{records}`` with ``place_id``; null where the record has no address and no UPRN.
PLACED = f"""
SELECT r.* EXCLUDE ({", ".join(f"key_{form}" for form in FORMS)}),
       CASE WHEN r.uprn IS NOT NULL THEN 'U:' || r.uprn
            ELSE coalesce({", ".join(f"{form}.place_id" for form in FORMS)},
                          'A:' || coalesce(r.key_postcode, r.key_street, r.key_text)) END AS place_id
FROM (SELECT *, {_KEYS} FROM {{records}}) r
{_JOINS}
"""


def learn_place_keys(db: duckdb.DuckDBPyConnection) -> None:
    """Learn ``place_key`` and ``flats_at`` anew from all records of the release."""
    db.execute(CREATE)
    db.execute("DELETE FROM place_key")
    db.execute("DELETE FROM flats_at")
    for statement in _LEARN:
        db.execute(statement)
