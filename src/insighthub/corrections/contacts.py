"""Corrections of phone numbers and e-mail addresses, where a clearly newer one is known. Off unless asked for.

Takes the temporary tables of ``gather`` and the release's contacts, adds rows to ``proposal``. People have several
numbers and give different ones on purpose, so that a newer one is only proposed where two sources hold it, nobody
else does, and it is newer by as much as the settings say.
"""

from __future__ import annotations

import duckdb

_CONTACT = """
INSERT INTO proposal
WITH newest AS (
    SELECT s.resident_id, s.field, s.token, max(s.date) AS newest, count(DISTINCT s.source) AS sources,
        max(s.linked) AS linked
    FROM statement s
    JOIN contact c ON c.resident_id = s.resident_id AND c.kind = s.field AND c.value = s.token AND c.shared_with = 0
    WHERE s.open AND s.date IS NOT NULL
    GROUP BY s.resident_id, s.field, s.token
    HAVING count(DISTINCT s.source) > 1
    QUALIFY row_number() OVER (PARTITION BY s.resident_id, s.field ORDER BY max(s.date) DESC, s.token) = 1
),
held AS (
    SELECT resident_id, source, record_id, person, role, date, linked, field, value
    FROM (UNPIVOT (SELECT resident_id, source, record_id, person, role, date, linked, phone, mobile, email
                   FROM standing WHERE correctable AND NOT moments AND person = 1)
          ON phone, mobile, email INTO NAME field VALUE value)
)
SELECT h.resident_id, h.source, h.record_id, h.person, 'contact', h.field, h.value, n.token, h.value, n.token,
       h.linked * n.linked * (1 - 0.5 ** (n.sources + 2)),
       'Other services were given a newer ' || CASE h.field WHEN 'email' THEN 'e-mail address.' ELSE 'number.' END
FROM held h
JOIN newest n ON n.resident_id = h.resident_id AND n.field = h.field AND n.token <> h.value
WHERE h.date IS NOT NULL AND n.newest >= h.date + $days::INTEGER
  AND EXISTS (SELECT 1 FROM told t WHERE t.source = h.source AND t.role = h.role AND t.field = h.field)
"""


def propose_contacts(db: duckdb.DuckDBPyConnection, newer_by_days: int) -> None:
    """Propose the newest number and e-mail address that two sources hold, to records with a clearly older one."""
    db.execute(_CONTACT, {"days": newer_by_days})
