"""Ratios of sums over groups of records, with intervals that know that records of a group are not independent.

Takes numerator and denominator by group, gives estimates with 95% intervals. The variance of a ratio follows by
linearisation (Cochran, Sampling Techniques, 1977, section 6.4): groups are independent, records within one are not.
Two forms of interval: symmetric, where no error was seen bounded by the rule of three; and Wilson's (1927) on the
number of independent trials that would have that variance (Korn and Graubard, 1998, "Confidence intervals for
proportions with small expected number of positive counts"), which is right for rare errors in small groups too.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from insighthub.linkage.evaluation_result import Interval

Array = npt.NDArray[np.float64]
Z = 1.959963984540054  # 95%


def interval(value: float, residual: Array, below: float) -> Interval:
    """Return a symmetric interval from the residuals of groups and the sum of the denominator."""
    spread = _spread(residual, below)
    if spread == 0.0:
        room = 3.0 / max(below, 3.0)
        return Interval(value, max(0.0, value - room), min(1.0, value + room))
    return Interval(value, max(0.0, value - Z * spread), min(1.0, value + Z * spread))


def ratio(above: Array, below: Array) -> Interval:
    """Return the ratio of two sums over groups; 1 where there is nothing to count. Shapes (groups,)."""
    total = float(below.sum())
    value = float(above.sum()) / total if total else 1.0
    return interval(value, above - value * below, total)


def harmonic(precise: Array, recalled: Array, ones: Array) -> Interval:
    """Return the harmonic mean of two means over records, by the delta method. Shapes (groups,)."""
    n = float(ones.sum())
    p, r = float(precise.sum()) / n, float(recalled.sum()) / n
    value = 2 * p * r / (p + r) if p + r else 0.0
    by_p, by_r = (2 * (r / (p + r)) ** 2, 2 * (p / (p + r)) ** 2) if p + r else (0.0, 0.0)
    return interval(value, by_p * (precise - p * ones) + by_r * (recalled - r * ones), n)


def rare(above: Array, below: Array) -> Interval | None:
    """Return a rate of errors with Wilson's interval; None where there is nothing to count.

    Args:
        above: errors by group, shape (groups,).
        below: what could have been one, by group.
    """
    counted = below > 0
    groups, total = int(counted.sum()), float(below.sum())
    if not groups:
        return None
    value = float(above.sum()) / total
    spread = _spread((above - value * below)[counted], total)
    # Where all groups say the same, each of them counts as one trial.
    trials = value * (1 - value) / spread**2 if spread > 0 else float(groups)
    return wilson(value, min(trials, total))


def wilson(value: float, trials: float) -> Interval:
    """Return Wilson's interval of a share seen in a number of independent trials (1927, equation 2)."""
    middle = (value + Z**2 / (2 * trials)) / (1 + Z**2 / trials)
    room = Z / (1 + Z**2 / trials) * float(np.sqrt(value * (1 - value) / trials + Z**2 / (4 * trials**2)))
    low, high = max(0.0, middle - room), min(1.0, middle + room)
    return Interval(value, min(value, low) if value else 0.0, max(value, high) if value < 1 else 1.0)


def _spread(residual: Array, below: float) -> float:
    groups = len(residual)
    return float(np.sqrt((residual**2).sum() * groups / max(1, groups - 1))) / below if below else 0.0
