"""A threshold chosen from labels, where they tell that another is better.

Takes labels that were drawn by the plan, and a way to cluster at any threshold; gives the threshold. Another threshold
links some pairs that were not linked, or parts some that were. A change is to the good where a pair that it links is a
match, or a pair that it parts is none; F1 rises where more than half of F1 of the pairs it links are matches, and fewer
of those it parts. So all turns on the labels among the pairs that would change, and a threshold is taken only where the
99% interval of Wilson (1927) for the share of good changes, at the number of labels that their weights leave them
worth (Kish, "Survey Sampling", 1965, section 11.7), lies above what is needed. Few labels there, and nothing moves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
STEPS = (-1.0, 1.0, -2.0, 2.0, -3.0, 3.0)  # bits away from the threshold that was set; of equals the nearest
Z = 2.5758293035489004  # 99%


@dataclass(frozen=True)
class Drawn:
    """Labelled pairs that were drawn, each with what it stands for.

    Attributes:
        left, right: rows, shape (labels,).
        match: whether they are one person, shape (labels,).
        stratum: number of the stratum, shape (labels,).
        stratum_pairs: pairs that the stratum stands for, shape (labels,).
    """

    left: npt.NDArray[np.int64]
    right: npt.NDArray[np.int64]
    match: npt.NDArray[np.bool_]
    stratum: npt.NDArray[np.int64]
    stratum_pairs: Array


def choose_threshold(drawn: Drawn, cluster_at: Callable[[float], npt.NDArray[np.int32]], bits: float) -> float:
    """Return the threshold in bits: the one that was set, or another where labels tell that it is better.

    Args:
        drawn: the labels.
        cluster_at: gives the cluster of each row, at a threshold in bits.
        bits: the threshold that was set.
    """
    weight = drawn.stratum_pairs / np.bincount(drawn.stratum)[drawn.stratum]
    linked = _linked(drawn, cluster_at(bits))
    sure_of = float(weight @ linked) + float(weight @ drawn.match)
    f1 = 2 * float(weight @ (linked & drawn.match)) / sure_of if sure_of else 1.0
    best, most = bits, 0.0
    for step in STEPS:
        changed = _linked(drawn, cluster_at(bits + step)) != linked
        good = linked != drawn.match
        needed = 1 - f1 / 2  # for pairs that are parted; for pairs that are linked a little less would do
        gain = (at_least(good[changed], weight[changed]) - needed) * float(weight[changed].sum())
        if gain > most:
            best, most = bits + step, gain
    return best


def _linked(drawn: Drawn, person: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
    return np.asarray(person[drawn.left] == person[drawn.right])


def at_least(good: npt.NDArray[np.bool_], weight: Array, *, z: float = Z) -> float:
    """Return the lower end of Wilson's interval for the weighted share; nought where there is nothing to go by."""
    if not len(good):
        return 0.0
    labels = float(weight.sum() ** 2 / (weight**2).sum())
    share = float(weight @ good / weight.sum())
    centre = share + z**2 / (2 * labels)
    half = z * float(np.sqrt(share * (1 - share) / labels + z**2 / (4 * labels**2)))
    return (centre - half) / (1 + z**2 / labels)
