"""Lists of residents and of their records, for use elsewhere: as far as one purpose may see them.

Takes a release and the sources that a purpose may use, gives Arrow tables. What no allowed source says is not in them,
and a resident of whom none holds a record is not either; nor is a hidden one, unless the purpose may see those.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import duckdb
import pyarrow as pa

from insighthub.residents.rectified import RULE
from insighthub.store.tables import arrow

#: Golden values that a list of residents has, a column each.
FIELDS = ("title", "given_name", "middle_names", "family_name", "date_of_birth", "date_of_death", "sex")

_SEEN = """
SELECT r.resident_id, count(*) AS records, list_sort(list(DISTINCT m.source)) AS sources
FROM resident r JOIN membership m USING (resident_id)
WHERE (r.hidden IS NULL OR $hidden) AND list_contains($sources, m.source) AND NOT list_contains($but, r.resident_id)
GROUP BY r.resident_id
"""
_LINKS = """
SELECT m.resident_id, m.source, m.record_id, m.person, m.probability
FROM membership m JOIN resident r USING (resident_id)
WHERE (r.hidden IS NULL OR $hidden) AND list_contains($sources, m.source) AND NOT list_contains($but, r.resident_id)
ORDER BY ALL
"""
_RESIDENTS = f"""
WITH seen AS ({_SEEN}),
said AS (
    SELECT resident_id, field, value
    FROM (
        SELECT resident_id, field, value, rank, source, record_id FROM golden_value
        WHERE list_contains($sources, source)
        UNION ALL SELECT resident_id, field, value, 0, NULL, NULL FROM golden WHERE rule = '{RULE}'
    )
    WHERE list_contains($fields, field)
    QUALIFY row_number() OVER (PARTITION BY resident_id, field ORDER BY rank, source, record_id) = 1
),
person AS (
    SELECT resident_id, {", ".join(f"max(value) FILTER (field = '{name}') AS {name}" for name in FIELDS)}
    FROM said GROUP BY resident_id
),
home AS (
    SELECT resident_id, address, postcode, uprn, probability AS address_probability
    FROM address WHERE is_current AND list_has_any(sources, $sources)
)
SELECT s.resident_id, p.* EXCLUDE (resident_id), h.* EXCLUDE (resident_id), s.records, s.sources
FROM seen s LEFT JOIN person p USING (resident_id) LEFT JOIN home h USING (resident_id)
ORDER BY s.resident_id
"""


def resident_list(
    db: duckdb.DuckDBPyConnection, sources: Sequence[str], *, hidden: bool, but: Collection[str] = ()
) -> pa.Table:
    """Return a row a resident: ``FIELDS``, the current address and how sure it is, records and sources.

    Args:
        db: a release.
        sources: those that may be used.
        hidden: whether hidden residents may be seen.
        but: residents who are left out.
    """
    return arrow(
        db, _RESIDENTS, {"sources": list(sources), "hidden": hidden, "but": sorted(but), "fields": list(FIELDS)}
    )


def record_list(
    db: duckdb.DuckDBPyConnection, sources: Sequence[str], *, hidden: bool, but: Collection[str] = ()
) -> pa.Table:
    """Return a row a person-record: resident_id, source, record_id, person, and how sure it is that it is theirs."""
    return arrow(db, _LINKS, {"sources": list(sources), "hidden": hidden, "but": sorted(but)})
