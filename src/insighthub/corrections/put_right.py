"""Corrections that a resident asked for: a value was put right, and the sources that hold another are told.

Takes ``rectified`` and the records of the residents in ``made_anew``, adds rows to ``proposal``. It is the resident's
own word, and the council's decision: no other service's evidence is needed, none is named, and no setting turns it off.
A source that says nothing in the field is not told, as it may have no need to know.
"""

from __future__ import annotations

import duckdb

from insighthub.residents.rectified import FIELDS

_CASES = " ".join(f"WHEN '{field}' THEN p.{field}" for field in FIELDS)
_PUT_RIGHT = f"""
INSERT INTO proposal
WITH held AS (
    SELECT r.resident_id, p.source, p.record_id, p.person, r.field, r.value, r.decided_on,
           CASE r.field {_CASES} END AS held
    FROM rectified r
    SEMI JOIN made_anew USING (resident_id)
    JOIN (SELECT resident_id FROM resident WHERE hidden IS NULL) USING (resident_id)
    JOIN membership m ON m.resident_id = r.resident_id
    JOIN person_record p ON p.source = m.source AND p.record_id = m.record_id AND p.person = m.person
)
SELECT resident_id, source, record_id, person, 'put_right', field, held, value, NULL, NULL, 1.0,
       'The resident asked for this to be put right, which was granted on ' || strftime(decided_on, '%-d %B %Y') || '.'
FROM held WHERE held <> value
"""


def propose_put_right(db: duckdb.DuckDBPyConnection) -> None:
    """Propose what was put right to every source that holds another value."""
    db.execute(_PUT_RIGHT)
