"""Evaluation against a truth: cluster-implied pairwise and B-cubed precision, recall and F1, with intervals.

Takes links and a truth table, gives ``Evaluation``. Pairwise counts the pairs of records that a cluster implies,
whether or not the pair was ever compared; B-cubed averages over records (Bagga and Baldwin, 1998). A record of the
truth that was not linked, or never landed, stands alone.

Intervals: records are not independent, but groups of records that neither truth nor clusters connect are. Each figure
is a ratio of sums over such groups, and its variance follows by linearisation (Cochran, Sampling Techniques, 1977,
section 6.4). Where no error was seen at all, the rule of three bounds it.
"""

from __future__ import annotations

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insighthub.errors import DataError
from insighthub.linkage.cluster import components
from insighthub.linkage.evaluation_result import Evaluation, Interval, Scores, SourcePairScores

Array = npt.NDArray[np.float64]
Z = 1.959963984540054  # 95%

_RECORDS_SQL = """
SELECT t.source, t.record_id, t.person, t.entity_id, l.cluster_id
FROM (SELECT CAST(source AS VARCHAR) AS source, CAST(record_id AS VARCHAR) AS record_id,
             CAST(person AS INTEGER) AS person, CAST(entity_id AS VARCHAR) AS entity_id FROM truth) t
LEFT JOIN links l USING (source, record_id, person)
ORDER BY 1, 2, 3
"""

_TWICE_SQL = "SELECT 1 FROM {table} GROUP BY source, record_id, person HAVING count(*) > 1 LIMIT 1"

_BY_SOURCE_SQL = """
WITH counted AS (SELECT cluster, entity, source, count(*) AS c FROM records GROUP BY ALL),
found AS (SELECT cluster AS k, source, sum(c) AS c FROM counted GROUP BY ALL),
true_ AS (SELECT entity AS k, source, sum(c) AS c FROM counted GROUP BY ALL),
both_ AS (SELECT (cluster, entity) AS k, source, c FROM counted),
pairs AS (
    SELECT 'found' AS what, a.source AS l, b.source AS r,
           sum(CASE WHEN a.source = b.source THEN a.c * (a.c - 1) / 2 ELSE a.c * b.c END) AS pairs
    FROM found a JOIN found b ON a.k = b.k AND a.source <= b.source GROUP BY ALL
    UNION ALL
    SELECT 'true', a.source, b.source,
           sum(CASE WHEN a.source = b.source THEN a.c * (a.c - 1) / 2 ELSE a.c * b.c END)
    FROM true_ a JOIN true_ b ON a.k = b.k AND a.source <= b.source GROUP BY ALL
    UNION ALL
    SELECT 'both', a.source, b.source,
           sum(CASE WHEN a.source = b.source THEN a.c * (a.c - 1) / 2 ELSE a.c * b.c END)
    FROM both_ a JOIN both_ b ON a.k = b.k AND a.source <= b.source GROUP BY ALL
)
SELECT l, r,
       coalesce(sum(pairs) FILTER (what = 'true'), 0)::BIGINT AS true_pairs,
       coalesce(sum(pairs) FILTER (what = 'found'), 0)::BIGINT AS found_pairs,
       coalesce(sum(pairs) FILTER (what = 'both'), 0)::BIGINT AS both_pairs
FROM pairs GROUP BY l, r HAVING true_pairs + found_pairs > 0 ORDER BY l, r
"""


def evaluate_links(links: pa.Table, truth: pa.Table) -> Evaluation:
    """Hold links against a truth.

    Args:
        links: source, record_id, person, cluster_id.
        truth: source, record_id, entity_id, and person where records are joint.

    Raises:
        DataError: the truth lacks a column or a value, is empty, or names a record twice (or the links do); or no
            record of it is in the links.
    """
    for column in ("source", "record_id", "entity_id"):
        if column not in truth.column_names:
            raise DataError("the truth lacks a column", remedy=f"Add the column {column}", column=column)
    if "person" not in truth.column_names:
        truth = truth.append_column("person", pa.array(np.ones(truth.num_rows, np.int32)))
    for column in ("source", "record_id", "person", "entity_id"):
        if truth[column].null_count:
            raise DataError(
                f"{truth[column].null_count:,} rows of the truth lack a value",
                remedy="Give them one, or leave those rows out",
                column=column,
            )
    with duckdb.connect() as db:
        db.register("truth", truth)
        db.register("links", links)
        for name in ("truth", "links"):
            if db.execute(_TWICE_SQL.format(table=name)).fetchall():
                raise DataError(f"a record is twice in the {name}", remedy="Keep one row for each person")
        records: pa.Table = db.sql(_RECORDS_SQL).to_arrow_table()
        if not truth.num_rows or records["cluster_id"].null_count == truth.num_rows:
            raise DataError(
                "no record of the truth is in the links",
                remedy="Check that source and record_id are written as in the contract",
            )
        entity = _codes(records["entity_id"])
        cluster = _codes(records["cluster_id"])
        alone = cluster < 0
        cluster[alone] = int(cluster.max()) + 1 + np.arange(int(alone.sum()))
        coded = pa.table({"source": records["source"], "entity": entity, "cluster": cluster})
        db.register("records", coded)
        rows = db.execute(_BY_SOURCE_SQL).fetchall()
    pairwise, b_cubed = _scores(entity, cluster)
    return Evaluation(
        records=len(entity),
        entities=len(np.unique(entity)),
        clusters=len(np.unique(cluster)),
        pairwise=pairwise,
        b_cubed=b_cubed,
        by_source_pair=tuple(_source_pair(*row) for row in rows),
    )


def _codes(column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    encoded = column.combine_chunks().dictionary_encode()
    return np.asarray(encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False), np.int64).copy()


def _source_pair(left: str, right: str, true: int, found: int, both: int) -> SourcePairScores:
    return SourcePairScores(
        source_l=left,
        source_r=right,
        true_pairs=true,
        found_pairs=found,
        precision=both / found if found else 1.0,
        recall=both / true if true else 1.0,
        f1=2 * both / (found + true),
    )


def _scores(entity: npt.NDArray[np.int64], cluster: npt.NDArray[np.int64]) -> tuple[Scores, Scores]:
    n = len(entity)
    _, cell, cell_size = np.unique(entity * (cluster.max() + 1) + cluster, return_inverse=True, return_counts=True)
    entity_size = np.bincount(entity)[entity]
    cluster_size = np.bincount(cluster)[cluster]
    overlap = cell_size[cell].astype(float)
    # Groups that neither truth nor clusters connect: components of records joined to their entity and their cluster.
    entities = int(entity.max()) + 1
    group = components(entities + int(cluster.max()) + 1, entity, entities + cluster)[entity]

    def by_group(values: Array) -> Array:
        return np.asarray(np.bincount(group, weights=values))

    # Each record carries half of each pair it is in.
    both, found, true = (by_group((size - 1) / 2) for size in (overlap, cluster_size, entity_size))
    ones = by_group(np.ones(n))
    precise, recalled = by_group(overlap / cluster_size), by_group(overlap / entity_size)
    pairwise = Scores(_ratio(both, found), _ratio(both, true), _ratio(2 * both, found + true))
    p, r = _ratio(precise, ones), _ratio(recalled, ones)
    return pairwise, Scores(p, r, _harmonic(precise, recalled, ones))


def _interval(value: float, residual: Array, below: float) -> Interval:
    groups = len(residual)
    spread = float(np.sqrt((residual**2).sum() * groups / max(1, groups - 1))) / below if below else 0.0
    if spread == 0.0:
        room = 3.0 / max(below, 3.0)
        return Interval(value, max(0.0, value - room), min(1.0, value + room))
    return Interval(value, max(0.0, value - Z * spread), min(1.0, value + Z * spread))


def _ratio(above: Array, below: Array) -> Interval:
    total = float(below.sum())
    value = float(above.sum()) / total if total else 1.0
    return _interval(value, above - value * below, total)


def _harmonic(precise: Array, recalled: Array, ones: Array) -> Interval:
    n = float(ones.sum())
    p, r = float(precise.sum()) / n, float(recalled.sum()) / n
    value = 2 * p * r / (p + r) if p + r else 0.0
    by_p, by_r = (2 * (r / (p + r)) ** 2, 2 * (p / (p + r)) ** 2) if p + r else (0.0, 0.0)
    return _interval(value, by_p * (precise - p * ones) + by_r * (recalled - r * ones), n)
