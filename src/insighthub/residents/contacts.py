"""How a resident is reached, and the numbers that they are known by, with who else has the same.

Takes the values of golden fields, gives two tables

    contact      every phone number and e-mail address, in order of the field's rule, with how many others have it
    identifier   every NHS, National Insurance and pupil number, with whether two sources agree and whether
                 anything conflicts

A parent's phone stands on each child's record and a carer's on ten clients': who rings should know whose it may be.
What one resident's change makes of a value that others have too is put right in the others' rows, so they need not be
touched.
"""

from __future__ import annotations

import duckdb

CREATE = """
CREATE TABLE IF NOT EXISTS contact (
    resident_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,         -- phone, mobile, email
    value VARCHAR NOT NULL,
    rank INTEGER NOT NULL,         -- 1: the golden value of its kind
    sources VARCHAR[] NOT NULL,
    newest DATE,
    shared_with INTEGER NOT NULL   -- other residents who have it, as whichever kind
);
CREATE TABLE IF NOT EXISTS identifier (
    resident_id VARCHAR NOT NULL,
    kind VARCHAR NOT NULL,         -- nhs_number, nino, upn
    value VARCHAR NOT NULL,
    sources VARCHAR[] NOT NULL,
    verified BOOLEAN NOT NULL,     -- two sources or more give it
    conflict BOOLEAN NOT NULL      -- the resident has another of the kind, or somebody else has this one
);
"""

# Values that the touched residents had or have: what other residents' rows about them say may change.
_VALUES = """
CREATE OR REPLACE TEMP TABLE value_in_question AS
SELECT DISTINCT value FROM {table} WHERE resident_id IN (SELECT resident_id FROM touched)
UNION
SELECT DISTINCT value FROM golden_value
WHERE field IN ({fields}) AND resident_id IN (SELECT resident_id FROM touched)
"""
_DELETE = "DELETE FROM {table} WHERE resident_id IN (SELECT resident_id FROM touched)"

_NEW = """
CREATE OR REPLACE TEMP TABLE new_value AS
SELECT resident_id, field AS kind, value, min(rank) AS rank, list_sort(list(DISTINCT source)) AS sources,
       max(date) AS newest
FROM golden_value
WHERE field IN ({fields}) AND resident_id IN (SELECT resident_id FROM touched)
GROUP BY resident_id, field, value
"""
_HOLDERS = """
CREATE OR REPLACE TEMP TABLE holder_count AS
SELECT value, count(DISTINCT resident_id)::INTEGER AS holders
FROM (SELECT resident_id, value FROM new_value
      UNION ALL
      SELECT resident_id, value FROM {table} WHERE value IN (SELECT value FROM value_in_question))
GROUP BY value
"""
_CONTACT = """
INSERT INTO contact
SELECT n.resident_id, n.kind, n.value, n.rank, n.sources, n.newest, h.holders - 1
FROM new_value n JOIN holder_count h ON h.value = n.value
ORDER BY n.resident_id, n.kind, n.rank
"""
# What a number is worth to a correction depends on who else has it.
_SHARED_ANEW = """
CREATE OR REPLACE TEMP TABLE contact_changed AS
SELECT DISTINCT c.resident_id FROM contact c JOIN holder_count h ON h.value = c.value
WHERE c.shared_with <> h.holders - 1
"""
_CONTACT_OF_OTHERS = """
UPDATE contact SET shared_with = h.holders - 1
FROM holder_count h
WHERE h.value = contact.value AND contact.shared_with <> h.holders - 1
"""
_IDENTIFIER = """
INSERT INTO identifier
SELECT n.resident_id, n.kind, n.value, n.sources, len(n.sources) > 1,
       h.holders > 1 OR count(*) OVER (PARTITION BY n.resident_id, n.kind) > 1
FROM new_value n JOIN holder_count h ON h.value = n.value
ORDER BY n.resident_id, n.kind, n.value
"""
_IDENTIFIER_OF_OTHERS = """
UPDATE identifier SET conflict = now.conflict
FROM (
    SELECT i.resident_id, i.kind, i.value,
           h.holders > 1 OR (
               SELECT count(*) FROM identifier o WHERE o.resident_id = i.resident_id AND o.kind = i.kind
           ) > 1 AS conflict
    FROM identifier i JOIN holder_count h ON h.value = i.value
    WHERE i.resident_id NOT IN (SELECT resident_id FROM touched)
) now
WHERE now.resident_id = identifier.resident_id AND now.kind = identifier.kind AND now.value = identifier.value
  AND identifier.conflict <> now.conflict
"""
_PARTS = (
    ("contact", "'phone', 'mobile', 'email'", (_CONTACT, _SHARED_ANEW, _CONTACT_OF_OTHERS)),
    ("identifier", "'nhs_number', 'nino', 'upn'", (_IDENTIFIER, _IDENTIFIER_OF_OTHERS)),
)


def build_contacts(db: duckdb.DuckDBPyConnection) -> None:
    """Rebuild ``contact`` and ``identifier`` for the residents in ``touched``, from ``golden_value``.

    Makes ``contact_changed``: the other residents of whose contacts more or fewer people have one now.
    """
    db.execute(CREATE)
    for table, fields, statements in _PARTS:
        db.execute(_VALUES.format(table=table, fields=fields))
        db.execute(_DELETE.format(table=table))
        db.execute(_NEW.format(fields=fields))
        db.execute(_HOLDERS.format(table=table))
        for statement in statements:
            db.execute(statement)
    for name in ("value_in_question", "new_value", "holder_count"):
        db.execute(f"DROP TABLE {name}")
