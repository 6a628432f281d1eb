"""Evaluation against a truth: cluster-implied pairwise and B-cubed precision, recall and F1, with intervals.

Takes links and a truth table, gives ``Evaluation``. Pairwise counts the pairs of records that a cluster implies,
whether or not the pair was ever compared; B-cubed averages over records (Bagga and Baldwin, 1998). A record of the
truth that was not linked, or never landed, stands alone.

Intervals: records are not independent, but groups of records that neither truth nor clusters connect are; see
``insighthub.linkage.ratios``.
"""

from __future__ import annotations

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insighthub.linkage.evaluation_result import Evaluation, Scores, SourcePairScores
from insighthub.linkage.judged import Judged, judge
from insighthub.linkage.ratios import harmonic, ratio

Array = npt.NDArray[np.float64]

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
    return evaluate_judged(judge(links, truth))


def evaluate_judged(judged: Judged) -> Evaluation:
    """Return the scores of records that are put beside the truth."""
    entity, cluster = judged.entity, judged.cluster
    with duckdb.connect() as db:
        db.register("records", pa.table({"source": judged.keys["source"], "entity": entity, "cluster": cluster}))
        rows = db.execute(_BY_SOURCE_SQL).fetchall()
    pairwise, b_cubed = _scores(judged)
    return Evaluation(
        records=len(entity),
        entities=len(np.unique(entity)),
        clusters=len(np.unique(cluster)),
        pairwise=pairwise,
        b_cubed=b_cubed,
        by_source_pair=tuple(_source_pair(*row) for row in rows),
    )


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


def sizes(judged: Judged) -> tuple[Array, Array, Array]:
    """Return for each record how many records share its person and its cluster, its cluster, and its person."""
    entity, cluster = judged.entity, judged.cluster
    _, cell, cell_size = np.unique(entity * (cluster.max() + 1) + cluster, return_inverse=True, return_counts=True)
    return (
        cell_size[cell].astype(float),
        np.bincount(cluster)[cluster].astype(float),
        np.bincount(entity)[entity].astype(float),
    )


def _scores(judged: Judged) -> tuple[Scores, Scores]:
    overlap, cluster_size, entity_size = sizes(judged)

    def by_group(values: Array) -> Array:
        return np.asarray(np.bincount(judged.connected, weights=values))

    # Each record carries half of each pair it is in.
    both, found, true = (by_group((size - 1) / 2) for size in (overlap, cluster_size, entity_size))
    ones = by_group(np.ones(len(judged)))
    precise, recalled = by_group(overlap / cluster_size), by_group(overlap / entity_size)
    pairwise = Scores(ratio(both, found), ratio(both, true), ratio(2 * both, found + true))
    p, r = ratio(precise, ones), ratio(recalled, ones)
    return pairwise, Scores(p, r, harmonic(precise, recalled, ones))
