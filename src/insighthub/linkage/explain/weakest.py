"""Where a cluster is weakest: the split that comes first as the threshold rises.

Takes the records of one cluster, gives two sides and the weight between them. Clusters are joined by the mean weight of
their pairs, so the two groups that were joined last, at the lowest mean, are the two that part first. They are found by
clustering again at ever closer thresholds, and so are right whatever clustering goes by.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from insighthub.linkage.explain.region import Mask, Region
from insighthub.linkage.score import MOST_BITS

STEPS = 16  # halvings: to a thousandth of a bit


@dataclass(frozen=True)
class WeakestLink:
    """The split at which a cluster is weakest; records by their places in it.

    Attributes:
        one, other: the two sides, the side of the first record first.
        mean: mean weight of the pairs compared between them, in bits, none counting by more than 20 bits from the
            threshold; None where none was.
        pairs: how many those are.
        strongest: the two records of the strongest of them.
        strongest_weight: its weight in bits.
        holds_to: threshold in bits up to which the cluster stays whole; None where the second pass joined its sides.
    """

    one: tuple[int, ...]
    other: tuple[int, ...]
    mean: float | None
    pairs: int
    strongest: tuple[int, int] | None
    strongest_weight: float | None
    holds_to: float | None


def weakest_link(cluster: Region) -> WeakestLink | None:
    """Return where the records of one cluster would part first; None for one record.

    Args:
        cluster: the cluster's records alone.
    """
    if cluster.n < 2:
        return None
    low, high = cluster.threshold_bits, MOST_BITS + 1
    labels = cluster.clustered()
    whole = labels.max(initial=0) == 0
    if whole:
        for _ in range(STEPS):
            middle = (low + high) / 2
            if cluster.clustered(threshold_bits=middle).max(initial=0) > 0:
                high = middle
            else:
                low = middle
        labels = cluster.clustered(threshold_bits=high)
    other = _side_apart(cluster, labels)
    between = cluster.between(~other, other)
    strongest = None
    if len(between):
        strongest = int(cluster.pairs.left[between[0]]), int(cluster.pairs.right[between[0]])
    return WeakestLink(
        tuple(np.flatnonzero(~other).tolist()),
        tuple(np.flatnonzero(other).tolist()),
        cluster.mean(between),
        len(between),
        strongest,
        float(cluster.weight[between[0]]) if len(between) else None,
        low if whole else None,
    )


def _side_apart(cluster: Region, labels: np.ndarray) -> Mask:
    """Return the side without the first record; of several parts, the one with the lowest mean to all the rest."""
    parts = [labels == label for label in np.unique(labels)]

    def mean(part: Mask) -> float:
        return cluster.mean(cluster.between(part, ~part)) or 0.0

    part: Mask = min(parts, key=mean)
    return ~part if part[0] else part
