"""Which links came and went, among the records that both runs linked.

Takes the links of two runs, gives counts of pairs kept, lost and new, and by source how many records have other
records beside them than before. Records of one run alone say nothing of this: their source changed, not the linkage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import pyarrow as pa

_RECORDS_SQL = """
CREATE TEMP TABLE both_runs AS
SELECT b.source, b.cluster_id AS before, a.cluster_id AS after
FROM before_links b JOIN after_links a USING (source, record_id, person)
WHERE b.cluster_id IS NOT NULL AND a.cluster_id IS NOT NULL
"""

_PAIRS_SQL = """
SELECT coalesce(sum(n * (n - 1) // 2), 0)::BIGINT
FROM (SELECT count(*) AS n FROM both_runs GROUP BY {by})
"""

_MOVED_SQL = """
WITH cell AS (SELECT before, after, count(*) AS n FROM both_runs GROUP BY ALL),
before_size AS (SELECT before, sum(n) AS n FROM cell GROUP BY ALL),
after_size AS (SELECT after, sum(n) AS n FROM cell GROUP BY ALL)
SELECT source, count(*), count(*) FILTER (cell.n < before_size.n OR cell.n < after_size.n)
FROM both_runs JOIN cell USING (before, after) JOIN before_size USING (before) JOIN after_size USING (after)
GROUP BY source ORDER BY source
"""


@dataclass(frozen=True)
class Churn:
    """Links among the records of both runs.

    records: how many there are. by_source: source -> its records in both runs, and those with other records beside
    them than before.
    """

    records: int
    kept: int
    lost: int
    new: int
    by_source: Mapping[str, tuple[int, int]]

    @property
    def agreement(self) -> float:
        """Return the share of pairs in either run that are in both; 1 where there are none."""
        every = self.kept + self.lost + self.new
        return self.kept / every if every else 1.0


def churn(before: pa.Table, after: pa.Table) -> Churn:
    """Compare the links of two runs: source, record_id, person, cluster_id."""
    with duckdb.connect() as db:
        db.register("before_links", before)
        db.register("after_links", after)
        db.execute(_RECORDS_SQL)

        def pairs(by: str) -> int:
            found = db.execute(_PAIRS_SQL.format(by=by)).fetchone()
            return int(found[0]) if found else 0

        kept = pairs("before, after")
        lost, new = pairs("before") - kept, pairs("after") - kept
        rows = db.execute(_MOVED_SQL).fetchall()
    by_source = {source: (records, moved) for source, records, moved in rows}
    return Churn(sum(records for records, _ in by_source.values()), kept, lost, new, by_source)
