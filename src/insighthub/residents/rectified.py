"""Values that were put right at a resident's request: they stand in the golden record, whatever sources deliver.

Takes what was decided (resident, field, value, day), brings the table ``rectified`` of the release up to date, and puts
each value in its place: in ``golden`` with the day of the decision as its reason, and in ``golden_value`` above what
sources say, which stays there and is shown as what it is. Search finds the resident by it too. Nothing is changed in
what the sources said: they are told by a correction, and until they follow, the value stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import duckdb
import pyarrow as pa

from insighthub.residents.golden_settings import GOLDEN_FIELDS

CREATE = """
CREATE TABLE IF NOT EXISTS rectified (
    resident_id VARCHAR NOT NULL,
    field VARCHAR NOT NULL,
    value VARCHAR NOT NULL,
    decided_on DATE NOT NULL
);
"""
RULE = "put right"
#: Fields that may be put right: those of the golden record.
FIELDS = GOLDEN_FIELDS

_SCHEMA = pa.schema(
    [("resident_id", pa.string()), ("field", pa.string()), ("value", pa.string()), ("decided_on", pa.date32())]
)
# Whose values are others than in the release before: they are built anew as if a record of theirs had changed.
_TOUCH = """
INSERT INTO touched
SELECT resident_id FROM (
    (FROM rectified EXCEPT FROM told_rectified) UNION (FROM told_rectified EXCEPT FROM rectified)
)
WHERE resident_id IN (SELECT resident_id FROM resident) AND resident_id NOT IN (FROM touched)
GROUP BY resident_id
"""
_KEEP = """
DELETE FROM rectified;
INSERT INTO rectified SELECT t.* FROM told_rectified t SEMI JOIN resident USING (resident_id) ORDER BY ALL;
"""
_MINE = "(SELECT r.* FROM rectified r SEMI JOIN touched USING (resident_id))"
_GOLDEN = f"""
INSERT INTO golden
SELECT r.resident_id, r.field, r.value, '{RULE}',
       count(v.source) FILTER (v.value = r.value)::INTEGER,
       count(DISTINCT v.source) FILTER (v.value = r.value)::INTEGER,
       count(DISTINCT v.source)::INTEGER,
       max(v.date) FILTER (v.value = r.value), false,
       'put right at the request of the resident on ' || strftime(r.decided_on, '%-d %B %Y')
FROM {_MINE} r LEFT JOIN golden_value v ON v.resident_id = r.resident_id AND v.field = r.field
GROUP BY r.resident_id, r.field, r.value, r.decided_on
ORDER BY r.resident_id, r.field
"""
_AWAY = f"DELETE FROM golden g USING {_MINE} r WHERE g.resident_id = r.resident_id AND g.field = r.field"
_LOST = f"""
UPDATE golden_value v
SET rank = CASE WHEN v.value = r.value THEN 1 ELSE v.rank + 1 END,
    why_lost = CASE WHEN v.value <> r.value
        THEN 'put right at the request of the resident on ' || strftime(r.decided_on, '%-d %B %Y') END
FROM {_MINE} r
WHERE v.resident_id = r.resident_id AND v.field = r.field
"""
_ROLES = {
    "given_name": "given",
    "middle_names": "middle",
    "family_name": "family",
    "previous_family_name": "previous",
}
_SOURCES = """
SELECT r.resident_id, r.field, r.value,
       (SELECT array_to_string(list_sort(list(DISTINCT m.source)), ',') FROM membership m
        WHERE m.resident_id = r.resident_id) AS sources
FROM {mine} r
"""
_SEARCH_NAMES = """
INSERT INTO search_name
SELECT DISTINCT resident_id, unnest(string_split(value, ' ')), {role}, NULL, sources FROM ({sources})
WHERE {role} IS NOT NULL ORDER BY ALL
"""
_SEARCH_BIRTHS = """
INSERT INTO search_birth
SELECT resident_id, value, sources FROM ({sources}) WHERE field = 'date_of_birth' ORDER BY ALL
"""


_NAME_FORMS = f"""
UPDATE name_form SET kind = 'other' WHERE kind = 'current' AND resident_id IN (
    SELECT resident_id FROM {_MINE} WHERE field IN ('given_name', 'middle_names', 'family_name')
);
INSERT INTO name_form
SELECT g.resident_id, max(g.value) FILTER (g.field = 'given_name'), max(g.value) FILTER (g.field = 'middle_names'),
       max(g.value) FILTER (g.field = 'family_name'), 'current',
       (SELECT list_sort(list(DISTINCT m.source)) FROM membership m WHERE m.resident_id = g.resident_id),
       (SELECT max(r.decided_on) FROM rectified r WHERE r.resident_id = g.resident_id)
FROM golden g
WHERE g.field IN ('given_name', 'middle_names', 'family_name') AND g.resident_id IN (
    SELECT resident_id FROM {_MINE} WHERE field IN ('given_name', 'middle_names', 'family_name')
)
GROUP BY g.resident_id ORDER BY g.resident_id
"""


class Rectified(NamedTuple):
    """A value that stands: of whom, in which field, and the day on which that was decided."""

    resident_id: str
    field: str
    value: str
    decided_on: date


def take_rectified(db: duckdb.DuckDBPyConnection, told: Iterable[Rectified]) -> None:
    """Bring ``rectified`` up to date, and add those of whom something else stands now to ``touched``.

    Args:
        db: the release, with ``resident`` as this run has it and ``touched``.
        told: what stands, of one resident and field the last alone.
    """
    db.execute(CREATE)
    last = {(one.resident_id, one.field): one for one in told}
    table = pa.Table.from_pylist([one._asdict() for one in last.values()], schema=_SCHEMA)
    db.register("told_rectified", table)
    db.execute(_TOUCH)
    db.execute(_KEEP)
    db.unregister("told_rectified")


def stand_rectified(db: duckdb.DuckDBPyConnection) -> None:
    """Put the values in the golden record of the residents in ``touched``, which is built."""
    for statement in (_AWAY, _GOLDEN, _LOST):
        db.execute(statement)


def name_rectified(db: duckdb.DuckDBPyConnection) -> None:
    """Put the names among the forms of name of the residents in ``touched``, which are built: they are the current."""
    db.execute(_NAME_FORMS)


def find_rectified(db: duckdb.DuckDBPyConnection) -> None:
    """Let search find the residents in ``touched`` by the values, for whoever may see any record of theirs."""
    sources = _SOURCES.format(mine=_MINE)
    role = "CASE field " + " ".join(f"WHEN '{f}' THEN '{r}'" for f, r in _ROLES.items()) + " END"
    db.execute(_SEARCH_NAMES.format(role=role, sources=sources))
    db.execute(_SEARCH_BIRTHS.format(sources=sources))
