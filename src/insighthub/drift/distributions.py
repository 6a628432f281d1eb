"""How far apart two distributions are: the population stability index and the Jensen-Shannon divergence.

Takes shares or counts over the same bins, gives both measures. The index is the sum over bins of (after - before) times
log(after / before); by custom (Siddiqi, Credit Risk Scorecards, 2006) under 0.1 is steady, and over 0.25 calls for
action. It has no upper end and dwells on rare bins. The divergence (Lin, 1991) is in bits, from 0 for the same to 1 for
nothing in common. Small counts drift by chance: the index of two samples of one population is about chi-squared over
their sizes (Yurdakul, 2018, "Statistical properties of population stability index"), so an index counts only where it
is over the 99th percentile of that too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri

Array = npt.NDArray[np.float64]

#: From these the index says: look, and act.
LOOK, ACT = 0.1, 0.25
_LEAST_SHARE = 1e-4  # an empty bin counts as this much


@dataclass(frozen=True)
class Distance:
    """How far apart two distributions are.

    psi: population stability index. divergence: Jensen-Shannon, in bits. by_chance: the index that one in a hundred
    pairs of samples of these sizes would pass though nothing changed; 0 where the sizes are not known.
    """

    psi: float
    divergence: float
    by_chance: float = 0.0

    @property
    def severity(self) -> int:
        """0 steady, 1 look, 2 act."""
        if self.psi <= self.by_chance:
            return 0
        return 2 if self.psi >= ACT else 1 if self.psi >= LOOK else 0


def of_shares(before: Sequence[float], after: Sequence[float]) -> Distance:
    """Return the distance of two distributions that are given as shares over the same bins."""
    p, q = _shares(before), _shares(after)
    middle = (p + q) / 2
    divergence = float((p * np.log2(p / middle) + q * np.log2(q / middle)).sum()) / 2
    return Distance(float(((q - p) * np.log(q / p)).sum()), max(0.0, divergence))


def of_counts(before: Sequence[int], after: Sequence[int]) -> Distance:
    """Return the distance of two samples that are given as counts over the same bins."""
    found = of_shares(before, after)
    sizes = sum(before), sum(after)
    bins = sum(1 for b, a in zip(before, after, strict=True) if b or a)
    if not all(sizes) or bins < 2:
        return found
    by_chance = float(chdtri(bins - 1, 0.01)) * (1 / sizes[0] + 1 / sizes[1])
    return Distance(found.psi, found.divergence, by_chance)


def _shares(values: Sequence[float]) -> Array:
    shares = np.asarray(values, np.float64)
    total = float(shares.sum())
    shares = np.full(len(shares), 1.0) if total <= 0 else shares / total
    floored = np.maximum(shares, _LEAST_SHARE)
    return np.asarray(floored / floored.sum())
