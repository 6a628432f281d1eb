"""Which pairs to ask about next: those whose labels teach most.

Takes the pairs of a run and its clusters, gives pairs to be judged. Labels teach about all pairs that look the same at
every comparison, so what counts is what hangs on a look: how unsure the model is of its pairs, and in how many of them
pair and clusters contradict each other, which says that the model is wrong of one or the other. The looks with most at
stake are asked about first, the linked pairs of a look apart from the others; within one a few pairs suffice, spread
from its likeliest to its least likely, and no record is asked about twice, so that one odd household does not speak
for all.

These pairs are chosen, not drawn: they teach, and can measure nothing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from insighthub.linkage.encode import number_rows
from insighthub.linkage.labels.pair_file import REFERENCES, places_of

A_LOOK = 12  # labels that one look gets
CONTRADICTION = 0.25  # what pair and clusters at odds count for: as much as a pair that is even
PREFIX = "level_"


def to_review(links: pa.Table, pairs: pa.Table, number: int) -> pa.Table:
    """Choose the pairs whose labels teach most.

    Args:
        links: ``links.parquet``.
        pairs: ``pairs.parquet``.
        number: how many to choose; fewer where there are not so many without a record that was asked about already.

    Returns:
        The reference columns of the pairs, what teaches most first.
    """
    links = links.filter(pc.is_valid(links["cluster_id"]))
    left, right = places_of(pairs.select(list(REFERENCES)), links)
    cluster = np.asarray(links["cluster_id"].combine_chunks().dictionary_encode().indices, np.int64)
    probability = pairs["match_probability"].to_numpy()
    linked = cluster[left] == cluster[right]
    levels = [pairs[n].to_numpy().astype(np.int64) for n in pairs.column_names if n.startswith(PREFIX)]
    look = number_rows([linked.astype(np.int64), *levels])
    at_odds = (probability >= 0.5) != linked
    stake = np.bincount(look, weights=probability * (1 - probability) + CONTRADICTION * at_odds)
    # By look, and within a look from one end to the other.
    order = np.lexsort((right, left, -probability, look, -stake[look]))
    starts = np.flatnonzero(np.r_[True, np.diff(look[order]) != 0]) if len(order) else np.empty(0, np.int64)
    asked = np.zeros(links.num_rows, bool)
    chosen: list[int] = []
    for start, end in zip(starts, np.r_[starts[1:], len(order)], strict=True):
        if len(chosen) == number:
            break
        chosen += _spread(order[start:end], left, right, asked, min(A_LOOK, number - len(chosen)))
    return pairs.select(list(REFERENCES)).take(pa.array(chosen, pa.int64()))


def _spread(
    members: npt.NDArray[np.int64],
    left: npt.NDArray[np.int64],
    right: npt.NDArray[np.int64],
    asked: npt.NDArray[np.bool_],
    number: int,
) -> list[int]:
    """Choose pairs at even steps through a look, each the next without a record that was asked about; mark those."""
    out: list[int] = []
    for step in np.linspace(0, len(members) - 1, number).astype(int):
        for i in members[step : step + A_LOOK * A_LOOK]:
            if not asked[left[i]] and not asked[right[i]]:
                asked[[left[i], right[i]]] = True
                out.append(int(i))
                break
    return out
