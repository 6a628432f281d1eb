"""Whether a group's error rate differs from everybody else's by more than chance explains.

Takes errors and what could have been one, by independent block of records, for the group and for the rest; gives a
p-value, and of many p-values which stand out. A rate is a ratio of sums over blocks, and so is the difference of two;
its variance where both rates are the same follows by linearisation, as in ``insighthub.linkage.ratios`` (a score test).
Where errors are too few for that, blocks with any error are counted, and Fisher's exact test compares them. Many groups
are looked at together, so the share of false alarms among the alarms is held to one in twenty (Benjamini and Hochberg,
1995, "Controlling the false discovery rate").
"""

from __future__ import annotations

from collections.abc import Sequence
from math import erfc, sqrt

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
FALSE_ALARMS = 0.05
_EXPECTED = 5.0  # blocks with an error, and blocks without, that the normal distribution needs


def difference(above: Array, below: Array, rest_above: Array, rest_below: Array) -> float | None:
    """Return the two-sided p-value of one rate against another; None where one of them has nothing to count.

    Args:
        above: the group's errors by block, shape (blocks,).
        below: the group's chances of one.
        rest_above: everybody else's errors, in the same blocks.
        rest_below: everybody else's chances.
    """
    total, rest = float(below.sum()), float(rest_below.sum())
    if not total or not rest:
        return None
    own, other = below > 0, rest_below > 0
    wrong, amiss = int((above[own] > 0).sum()), int((rest_above[other] > 0).sum())
    blocks, others = int(own.sum()), int(other.sum())
    share = (wrong + amiss) / (blocks + others)
    if min(blocks, others) * min(share, 1 - share) < _EXPECTED:
        from scipy.stats import fisher_exact  # takes a third of a second to load, and few runs need it

        return float(fisher_exact([[wrong, blocks - wrong], [amiss, others - amiss]]).pvalue)
    pooled = float(above.sum() + rest_above.sum()) / (total + rest)
    residual = (above - pooled * below) / total - (rest_above - pooled * rest_below) / rest
    counted = own | other
    n = int(counted.sum())
    spread = float(np.sqrt((residual[counted] ** 2).sum() * n / max(1, n - 1)))
    if spread == 0.0:
        return 1.0
    return erfc(abs(float(above.sum()) / total - float(rest_above.sum()) / rest) / spread / sqrt(2))


def stand_out(p_values: Sequence[float | None]) -> list[bool]:
    """Return which p-values stand out among all of them; None never does."""
    known = np.array([p for p in p_values if p is not None])
    if not len(known):
        return [False] * len(p_values)
    ordered = np.sort(known)
    under = np.flatnonzero(ordered <= FALSE_ALARMS * np.arange(1, len(ordered) + 1) / len(ordered))
    limit = ordered[under[-1]] if len(under) else -1.0
    return [p is not None and p <= limit for p in p_values]
