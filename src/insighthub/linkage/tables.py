"""The tables that a run writes: links, pairs, what else clusters follow from, and the distribution of weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from insighthub.linkage.cluster import components
from insighthub.linkage.encode import Encoded
from insighthub.linkage.fitted import Fitted
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.patterns import Patterns
from insighthub.linkage.score import namesake_terms, probability_of, rarity_terms
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
    fitted: Fitted, pairs: Pairs, patterns: Patterns, weight: npt.NDArray[np.floating], *, keep: float
) -> pa.Table:
    """Return the pairs at or over a match probability, with their evidence; see ``evidence_table``."""
    return evidence_table(fitted, pairs, patterns, weight, np.flatnonzero(probability_of(weight) >= keep))


def against_table(
    fitted: Fitted,
    pairs: Pairs,
    patterns: Patterns,
    weight: npt.NDArray[np.floating],
    labels: npt.NDArray[np.int32],
    *,
    keep: float,
    threshold_bits: float,
) -> pa.Table:
    """Return the pairs under that probability which clustering weighed all the same, because other records join them.

    These and the pairs that are kept are all that clusters follow from, beside what a person can have one of.
    """
    low = np.flatnonzero(probability_of(weight) < keep)
    joins = weight >= threshold_bits
    label = components(fitted.data.n, pairs.left[joins], pairs.right[joins])
    left, right = pairs.left[low], pairs.right[low]
    weighed = low[(label[left] == label[right]) | (labels[left] == labels[right])]
    return evidence_table(fitted, pairs, patterns, weight, weighed)


def identifiers_table(data: Encoded, identifier: npt.NDArray[np.int32]) -> pa.Table:
    """Return, for each row with an identifier of which a person has one, a number that stands for it."""
    held = np.flatnonzero(identifier >= 0)
    return data.rows.take(pa.array(held)).append_column("identifier", pa.array(identifier[held]))


def evidence_table(
    fitted: Fitted,
    pairs: Pairs,
    patterns: Patterns,
    weight: npt.NDArray[np.floating],
    at: npt.NDArray[np.intp],
) -> pa.Table:
    """Return some pairs with weight, probability, the level of each comparison, and what rarity adds.

    Rarity is in bits for a match: of a value, where the pair is at level 0; of the full name, where both names agree.

    Args:
        fitted: the learned model on its rows.
        pairs: the pairs compared.
        patterns: of the pairs.
        weight: match weight of each pair, in bits.
        at: places of the pairs wanted.
    """
    columns: dict[str, pa.Array | pa.ChunkedArray] = {}
    data, left = fitted.data, pairs.left[at]
    sources = pa.array(data.sources, pa.string())
    ids = codes_of(data.rows["record_id"])  # millions of pairs repeat the references of far fewer rows
    for side, rows in (("l", left), ("r", pairs.right[at])):
        columns[f"source_{side}"] = pa.DictionaryArray.from_arrays(pa.array(data.source[rows]), sources)
        columns[f"record_id_{side}"] = pa.DictionaryArray.from_arrays(pa.array(ids.codes[rows]), ids.values)
        columns[f"person_{side}"] = pa.array(data.codes["person"][rows])
    columns["match_weight"] = pa.array(weight[at].astype(np.float64))
    columns["match_probability"] = pa.array(probability_of(weight[at]))
    levels = patterns.levels[patterns.of_pair[at]]
    for k, comparison in enumerate(fitted.comparisons):
        columns[f"level_{comparison.name}"] = pa.array(np.ascontiguousarray(levels[:, k]))
    for k in fitted.frequencies:
        columns[f"rarity_{fitted.comparisons[k].name}"] = _bits(rarity_terms(fitted, k, levels[:, k], left))
    columns["rarity_full_name"] = _bits(namesake_terms(fitted, levels, left))
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


def _bits(log_likelihood: npt.NDArray[np.float64]) -> pa.Array:
    """Turn what is added to the likelihood of two people into bits for one person; nought has no sign."""
    return pa.array((0.0 - log_likelihood / np.log(2.0)).astype(np.float32))


def weight_histogram(
    weight: npt.NDArray[np.floating], pairs: npt.NDArray[np.int64] | None = None
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
