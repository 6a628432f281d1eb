"""The tables that a run writes: links, pairs, and the distribution of weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from insighthub.linkage.encode import Encoded
from insighthub.linkage.fitted import Fitted
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.patterns import Patterns
from insighthub.linkage.score import probability_of
from insighthub.standardise.coded import codes_of

BIN_BITS = 2.0
ROW_GROUP = 1 << 20


def links_table(data: Encoded, labels: npt.NDArray[np.int32]) -> pa.Table:
    """Return one row for every person that a record names, sorted; no cluster where a row was not linked.

    Cluster ids are numbers in the order in which the sorted rows first show them, written as text: ``c0000001``.
    """
    clusters = int(labels.max(initial=-1)) + 1
    width = max(7, len(str(max(1, clusters))))
    numbers = pc.utf8_lpad(pa.array(np.arange(1, clusters + 1)).cast(pa.string()), width, "0")
    names = pc.binary_join_element_wise("c", numbers, "")
    of_rows = pa.array(labels)
    if data.linkable is not None:
        every = np.full(data.everyone.num_rows, -1, np.int32)
        every[data.linkable] = labels
        of_rows = pa.array(every, mask=every < 0)
    return data.everyone.append_column("cluster_id", names.take(of_rows))


def pairs_table(
    fitted: Fitted, pairs: Pairs, patterns: Patterns, weight: npt.NDArray[np.float32], *, keep: float
) -> pa.Table:
    """Return the pairs at or over a match probability, with weight, probability, and the level of each comparison."""
    data = fitted.data
    kept = np.flatnonzero(probability_of(weight) >= keep)
    columns: dict[str, pa.Array | pa.ChunkedArray] = {}
    sources = pa.array(data.sources, pa.string())
    ids = codes_of(data.rows["record_id"])  # millions of pairs repeat the references of far fewer rows
    for side, rows in (("l", pairs.left[kept]), ("r", pairs.right[kept])):
        columns[f"source_{side}"] = pa.DictionaryArray.from_arrays(pa.array(data.source[rows]), sources)
        columns[f"record_id_{side}"] = pa.DictionaryArray.from_arrays(pa.array(ids.codes[rows]), ids.values)
        columns[f"person_{side}"] = pa.array(data.codes["person"][rows])
    columns["match_weight"] = pa.array(weight[kept].astype(np.float64))
    columns["match_probability"] = pa.array(probability_of(weight[kept]))
    of = patterns.of_pair[kept]
    for k, comparison in enumerate(fitted.comparisons):
        columns[f"level_{comparison.name}"] = pa.array(patterns.levels[of, k])
    return pa.table(columns)


def write_pairs(pairs: pa.Table, path: Path) -> None:
    """Write pairs as Parquet, a row group at a time.

    References are written out as text: there are nearly as many as pairs, and a dictionary of them costs three times
    the time, and space as well. What repeats itself (sources, levels) is written by dictionary.
    """
    references = [name for name in pairs.column_names if name.startswith("record_id_")]
    schema = pa.schema([pa.field(f.name, pa.string()) if f.name in references else f for f in pairs.schema])
    repeating = [f.name for f in schema if f.type == pa.int8() or f.name.startswith(("source_", "person_"))]
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=1, use_dictionary=repeating) as writer:
        for start in range(0, max(1, pairs.num_rows), ROW_GROUP):
            writer.write_table(pairs.slice(start, ROW_GROUP).cast(schema))


def weight_histogram(
    weight: npt.NDArray[np.float32], pairs: npt.NDArray[np.int64] | None = None
) -> tuple[tuple[float, float, int], ...]:
    """Count candidate pairs by match weight, in bins of two bits from the lowest to the highest.

    Pairs that cannot be one person by the sources' own word are for the caller to leave out: no evidence weighed there.

    Args:
        weight: match weights, in bits.
        pairs: how many pairs each weight stands for; one where it is not given.
    """
    if not len(weight):
        return ()
    low = np.floor(float(weight.min()) / BIN_BITS) * BIN_BITS
    high = np.floor(float(weight.max()) / BIN_BITS) * BIN_BITS + BIN_BITS
    edges = np.arange(low, high + BIN_BITS / 2, BIN_BITS)
    counts, _ = np.histogram(weight, bins=edges, weights=pairs)
    return tuple((float(a), float(b), int(c)) for a, b, c in zip(edges[:-1], edges[1:], counts, strict=True))
