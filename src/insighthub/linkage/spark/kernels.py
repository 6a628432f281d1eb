"""What workers do with a batch of pairs: compare, score, and take components apart.

Each function here makes the function that Spark calls, from what all batches share. That function builds small inputs
of its batch and calls what the default engine calls, ``compare``, ``score`` or ``cluster``: no level, weight or
cluster is worked out in any other way here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insighthub.linkage.cluster import cluster, exclusive_of
from insighthub.linkage.comparisons.comparison import Comparison
from insighthub.linkage.em import Parameters
from insighthub.linkage.fitted import Fitted
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.patterns import Patterns, compare, distinct_rows
from insighthub.linkage.score import score
from insighthub.linkage.spark.rows import arrays, encoded_rows, rarity_rows

BATCH = 100_000  # pairs at once: enough to find each value pair many times over, and some tens of megabytes
PAIR = ("left_no", "right_no", "rules")
PAIR_TYPES = "left_no int, right_no int, rules bigint"
STEP = "step_"
LEVEL = "level_"
Batches = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]
Groups = Callable[[pa.Table, pa.Table], pa.Table]


class Sent(Protocol):
    """Something sent to the workers once: a Spark broadcast, or anything else that has a value."""

    @property
    def value(self) -> Any:
        """What was sent."""


def pattern_columns(steps: int, comparisons: int) -> list[str]:
    """Return the names of the columns that make up a pattern, in order."""
    return [
        "source_pair",
        "barred",
        *(f"{STEP}{i}" for i in range(steps)),
        *(f"{LEVEL}{i}" for i in range(comparisons)),
    ]


def pattern_types(names: Sequence[str]) -> str:
    """Return those columns as Spark declares them."""
    kinds = {"source_pair": "int", "barred": "boolean"}
    return ", ".join(f"{name} {kinds.get(name, 'tinyint')}" for name in names)


def patterns_from(columns: dict[str, npt.NDArray[Any]]) -> Patterns:
    """Group pairs by the columns of their patterns, in the order in which the pairs first show them."""
    steps = [values for name, values in columns.items() if name.startswith(STEP)]
    levels = [values for name, values in columns.items() if name.startswith(LEVEL)]
    small = [columns["barred"].astype(np.int8), *steps, *levels]
    first, counts, of_pair = distinct_rows([columns["source_pair"], *small])
    table = np.stack([values[first] for values in small], axis=1)
    split = 1 + len(steps)
    sources = columns["source_pair"][first]
    return Patterns(table[:, split:], sources, table[:, 0] == 1, table[:, 1:split], counts, of_pair)


def comparing(shared: Sent, comparisons: Sequence[Comparison]) -> Batches:
    """Make the function that compares batches of pairs.

    It takes left_no, right_no, rules and the columns of both rows; it gives left_no, right_no, rules and the columns of
    the pattern.
    """

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in whole_batches(batches):
            n = batch.num_rows
            left, right = arrays(batch, "l_"), arrays(batch, "r_")
            both = {name: np.concatenate([left[name], right[name]]) for name in left}
            data = encoded_rows(shared.value, both)
            pairs = Pairs(np.arange(n, dtype=np.int32), np.arange(n, 2 * n, dtype=np.int32))
            found = compare(data, comparisons, rarity_rows(both), pairs)
            of = found.of_pair
            values = [found.source_pair[of], found.barred[of], *found.rarity[of].T, *found.levels[of].T]
            names = pattern_columns(found.rarity.shape[1], found.levels.shape[1])
            yield pa.RecordBatch.from_arrays(
                [*(batch.column(name) for name in PAIR), *map(pa.array, values)], [*PAIR, *names]
            )

    return run


def scoring(
    shared: Sent, frequencies: Sent, comparisons: Sequence[Comparison], parameters: Parameters, names: Sequence[str]
) -> Batches:
    """Make the function that scores batches of pairs.

    It takes left_no, right_no, rules, the columns of the pattern and those of the left row; it gives the pairs with
    their weight in bits.

    Args:
        shared: what all rows share.
        frequencies: of the values; see ``Fitted.frequencies``.
        comparisons: in the order of the parameters.
        parameters: what was learned.
        names: columns of the pattern.
    """

    def run(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in whole_batches(batches):
            left = arrays(batch, "l_")
            data = encoded_rows(shared.value, left)
            namesakes = rarity_rows(left).namesakes
            fitted = Fitted(data, tuple(comparisons), parameters, frequencies.value, namesakes)
            every = arrays(batch)
            patterns = patterns_from({name: every[name] for name in names})
            weight = score(fitted, patterns, np.arange(batch.num_rows, dtype=np.int32))
            kept = [*PAIR, *names]
            yield pa.RecordBatch.from_arrays(
                [*(batch.column(name) for name in kept), pa.array(weight)], [*kept, "weight"]
            )

    return run


def clustering(shared: Sent, threshold_bits: float, telling: Sequence[str]) -> Groups:
    """Make the function that clusters the components of a bucket.

    It takes the records of whole components with their columns, and the scored pairs within them; it gives row_no and
    first_no, the lowest row of the record's cluster. Components do not touch each other, so that those of a bucket
    are clustered at once.
    """

    def run(records: pa.Table, pairs: pa.Table) -> pa.Table:
        records = records.sort_by("row_no")
        pairs = pairs.sort_by([("left_no", "ascending"), ("right_no", "ascending")])
        data = encoded_rows(shared.value, arrays(records))
        row_no = records["row_no"].to_numpy()
        left, right = (
            np.searchsorted(row_no, pairs[name].to_numpy()).astype(np.int32) for name in ("left_no", "right_no")
        )
        labels = cluster(
            data.n,
            Pairs(left, right),
            pairs["weight"].to_numpy(),
            exclusive_of(data, telling),
            threshold_bits=threshold_bits,
        )
        _, first = np.unique(labels, return_index=True)
        return pa.table({"row_no": row_no, "first_no": row_no[first[labels]]})

    return run


def whole_batches(batches: Iterable[pa.RecordBatch], rows: int = BATCH) -> Iterator[pa.RecordBatch]:
    """Bring small batches together into ones of about so many rows: a call costs the same for few rows as for many."""
    waiting: list[pa.RecordBatch] = []
    held = 0
    for batch in batches:
        if not batch.num_rows:
            continue
        waiting.append(batch)
        held += batch.num_rows
        if held >= rows:
            yield _as_one(waiting)
            waiting, held = [], 0
    if waiting:
        yield _as_one(waiting)


def _as_one(batches: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    return pa.Table.from_batches(batches).combine_chunks().to_batches()[0]
