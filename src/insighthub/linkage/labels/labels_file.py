"""Labels: what people say of pairs of records, from a sample or from review.

Takes a file of labels, gives a table; and finds the rows of the linkage that they are about. A label is ``match``,
``not`` or ``cannot say``; a row without one is a pair that nobody has judged yet.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from insighthub.errors import DataError
from insighthub.linkage.labels.pair_file import REFERENCES, numbers_of, places_of, read_pair_file
from insighthub.linkage.labels.threshold import Drawn
from insighthub.linkage.pairs import Pairs

WORDS = {"match": 1.0, "not": 0.0, "cannot say": np.nan, "": np.nan}
DRAWN = ("stratum", "stratum_pairs", "inclusion_probability")


@dataclass(frozen=True)
class LabelledPairs:
    """Labels on pairs of the linkage's rows.

    Attributes:
        pairs: the labelled pairs, sorted.
        match: whether people say that they are one person, shape (labels,).
        drawn: those of them that were drawn by a plan; None where none were.
        unused: labels on a record that is not among the rows.
    """

    pairs: Pairs
    match: npt.NDArray[np.bool_]
    drawn: Drawn | None
    unused: int


def read_labels(path: Path) -> pa.Table:
    """Read a file of labels: the reference columns, ``label``, and the columns of the sample where they are there.

    Raises:
        DataError: the file cannot be used, holds a word that is no label, or a pair twice.
    """
    table = read_pair_file(path, answer="label", optional=DRAWN)
    known = pc.is_in(table["label"], pa.array(list(WORDS))).to_numpy()
    if not known.all():
        raise DataError(
            "this is no label",
            remedy="Write match, not or cannot say, or leave it empty",
            file=path,
            row=int(np.flatnonzero(~known)[0]) + 2,
            column="label",
        )
    seen: set[frozenset[tuple[str, str, int]]] = set()
    for row, pair in enumerate(zip(*(table[name].to_pylist() for name in REFERENCES), strict=True), start=2):
        both = frozenset((pair[:3], pair[3:]))
        if both in seen:
            raise DataError("this pair is there twice", remedy="Keep one row for each pair", file=path, row=row)
        seen.add(both)
    return table


def answers_of(labels: pa.Table) -> npt.NDArray[np.float64]:
    """Return 1.0 for a match, 0.0 for none, and NaN where nobody could say or nobody was asked."""
    return np.array([WORDS[word] for word in labels["label"].to_pylist()])


def drawn_rows(labels: pa.Table, path: Path | None = None) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
    """Return which rows were drawn by a plan, and how many pairs the stratum of each stands for.

    Raises:
        DataError: a probability or a size is no number.
    """
    if not all(name in labels.column_names for name in DRAWN):
        return np.zeros(labels.num_rows, bool), np.full(labels.num_rows, np.nan)
    probability = numbers_of(labels, "inclusion_probability", path)
    size = numbers_of(labels, "stratum_pairs", path)
    return (probability > 0) & (size > 0) & pc.is_valid(labels["stratum"]).to_numpy(), size


def labelled_pairs(labels: pa.Table, rows: pa.Table) -> LabelledPairs:
    """Find the rows that labels are about.

    Args:
        labels: see ``read_labels``.
        rows: source, record_id, person of the rows that are linked.
    """
    labels = labels.filter(pa.array(~np.isnan(answers_of(labels))))
    answer = answers_of(labels)
    drawn, size = drawn_rows(labels)
    left, right = places_of(labels, rows)
    there = (left >= 0) & (right >= 0) & (left != right)
    low, high = np.minimum(left, right), np.maximum(left, right)
    order = np.flatnonzero(there)[np.lexsort((high[there], low[there]))]
    match = answer == 1
    kept = order[drawn[order]]
    plan = None
    if len(kept):
        _, stratum = np.unique(np.asarray(labels["stratum"].to_pylist(), np.str_)[kept], return_inverse=True)
        plan = Drawn(low[kept], high[kept], match[kept], stratum, size[kept])
    pairs = Pairs(low[order].astype(np.int32), high[order].astype(np.int32))
    return LabelledPairs(pairs, match[order], plan, int((~there).sum()))
