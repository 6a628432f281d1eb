"""Who is reached less than others with the same need: shares and gaps, with intervals.

Takes counts of those in need and of those reached, in a group and in all, gives the group's share and its gap to all
others in need. Everybody is counted and nobody sampled, so the interval answers another question: how far shares lie
from each other by chance alone, where each of those in need were reached with the same probability. Intervals of shares
are Wilson's (1927, "Probable inference, the law of succession, and statistical inference"), those of gaps Newcombe's
(1998, "Interval estimation for the difference between independent proportions", method 10), each at 95%, and made wider
by what rounding may hide.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_Z = 1.959963984540054  # of a 95% interval


@dataclass(frozen=True)
class Gap:
    """A group's share that is reached, and how far that is from the share of all others in need.

    Attributes:
        share, low, high: of the group that is reached, from 0 to 1.
        gap, gap_low, gap_high: the share less that of all others; below nought: the group is reached less.
    """

    share: float
    low: float
    high: float
    gap: float
    gap_low: float
    gap_high: float

    @property
    def is_behind(self) -> bool:
        """Whether the group is reached less than others, by more than chance and rounding would do."""
        return self.gap_high < 0


def wilson(reached: float, of: float) -> tuple[float, float]:
    """Return Wilson's 95% interval of a share; nought to one where there is nobody."""
    if of <= 0:
        return 0.0, 1.0
    share, spread = reached / of, _Z * _Z / of
    middle = (share + spread / 2) / (1 + spread)
    half = _Z * math.sqrt(share * (1 - share) / of + spread / (4 * of)) / (1 + spread)
    return max(0.0, middle - half), min(1.0, middle + half)


def newcombe(one: tuple[float, float, float], other: tuple[float, float, float]) -> tuple[float, float]:
    """Return Newcombe's interval of the difference of two shares, each given with its own interval."""
    (p, low, high), (q, q_low, q_high) = one, other
    gap = p - q
    return gap - math.hypot(p - low, q_high - q), gap + math.hypot(high - p, q - q_low)


def gap(group: tuple[float, float], whole: tuple[float, float], off: float) -> Gap | None:
    """Return the gap of a group to all others in need; None where there are no others.

    Args:
        group: how many are reached, and of how many, in the group.
        whole: the same of all.
        off: how far each of these counts may be from the true one.
    """
    others = whole[0] - group[0], whole[1] - group[1]
    if group[1] <= 0 or others[1] <= 0:
        return None
    one, other = _share(group, off), _share(others, 2 * off)
    return Gap(*one, one[0] - other[0], *newcombe(one, other))


def _share(counts: tuple[float, float], off: float) -> tuple[float, float, float]:
    of = counts[1]
    reached = min(max(counts[0], 0.0), of)
    low = wilson(max(reached - off, 0.0), of)[0]
    high = wilson(min(reached + off, of), of)[1]
    return reached / of, low, high
