"""The tables that a run writes: links, pairs, and the distribution of weights."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from insighthub.linkage.encode import Encoded
from insighthub.linkage.fitted import Fitted
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.patterns import Patterns
from insighthub.linkage.score import probability_of

KEY = ("source", "record_id", "person")
BIN_BITS = 2.0


def links_table(records: pa.Table, data: Encoded, labels: npt.NDArray[np.int32]) -> pa.Table:
    """Return one row for every person that a record names, sorted; no cluster where a row was not linked.

    Cluster ids are numbers in the order in which the sorted rows first show them, written as text: ``c0000001``.
    """
    width = max(7, len(str(int(labels.max(initial=0)) + 1)))
    names = pa.array([f"c{i:0{width}d}" for i in range(1, int(labels.max(initial=-1)) + 2)], pa.string())
    linked = data.rows.append_column("cluster_id", names.take(pa.array(labels)))
    apart = records.filter(pc.is_valid(records["not_linked_reason"])).select(list(KEY))
    apart = apart.append_column("cluster_id", pa.nulls(apart.num_rows, pa.string()))
    both = pa.concat_tables([linked, apart.cast(linked.schema)])
    return both.sort_by([(name, "ascending") for name in KEY]).combine_chunks()


def pairs_table(
    fitted: Fitted, pairs: Pairs, patterns: Patterns, weight: npt.NDArray[np.floating], *, keep: float
) -> pa.Table:
    """Return the pairs at or over a match probability, with weight, probability, and the level of each comparison."""
    kept = np.flatnonzero(probability_of(weight) >= keep)
    columns: dict[str, pa.Array | pa.ChunkedArray] = {}
    keys = {name: _dictionary(fitted.data.rows[name]) for name in KEY}
    for side, rows in (("l", pairs.left[kept]), ("r", pairs.right[kept])):
        taken = pa.array(rows)
        for name in KEY:
            columns[f"{name}_{side}"] = keys[name].take(taken)
    columns["match_weight"] = pa.array(weight[kept].astype(np.float64))
    columns["match_probability"] = pa.array(probability_of(weight[kept]))
    of = patterns.of_pair[kept]
    for k, comparison in enumerate(fitted.comparisons):
        columns[f"level_{comparison.name}"] = pa.array(patterns.levels[of, k])
    return pa.table(columns)


def _dictionary(column: pa.ChunkedArray) -> pa.Array:
    """Text as codes: millions of pairs repeat the references of far fewer rows."""
    chunk = column.combine_chunks()
    return chunk.dictionary_encode() if pa.types.is_string(chunk.type) else chunk


def weight_histogram(weight: npt.NDArray[np.floating]) -> tuple[tuple[float, float, int], ...]:
    """Count candidate pairs by match weight, in bins of two bits from the lowest to the highest.

    Pairs that cannot be one person by the sources' own word are for the caller to leave out: no evidence weighed there.
    """
    if not len(weight):
        return ()
    low = np.floor(float(weight.min()) / BIN_BITS) * BIN_BITS
    high = np.floor(float(weight.max()) / BIN_BITS) * BIN_BITS + BIN_BITS
    edges = np.arange(low, high + BIN_BITS / 2, BIN_BITS)
    counts, _ = np.histogram(weight, bins=edges)
    return tuple((float(a), float(b), int(c)) for a, b, c in zip(edges[:-1], edges[1:], counts, strict=True))
