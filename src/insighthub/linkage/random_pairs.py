"""u: how often two people taken at random agree by chance.

Takes the number of rows, gives pairs drawn by a fixed sequence, so that the same rows always give the same u; and from
their patterns the share at each level. Nothing here depends on blocking.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from insighthub.linkage.comparisons.comparison import Comparison
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.patterns import Patterns

SEED = 20_240_229


def draw_pairs(n: int, most: int) -> Pairs:
    """Draw random pairs of rows (left < right): each once where there are at most ``most``, else with repeats."""
    if n < 2:
        return Pairs(np.empty(0, np.int32), np.empty(0, np.int32))
    if n * (n - 1) // 2 <= most:
        left, right = np.triu_indices(n, 1)
        return Pairs(left.astype(np.int32), right.astype(np.int32))
    rng = np.random.Generator(np.random.PCG64(SEED))
    left = rng.integers(0, n, most, dtype=np.int32)
    right = rng.integers(0, n, most, dtype=np.int32)
    keep = left != right
    return Pairs(np.minimum(left, right)[keep], np.maximum(left, right)[keep])


def share_by_level(
    patterns: Patterns, comparisons: Sequence[Comparison], weights: npt.NDArray[np.float64]
) -> list[npt.NDArray[np.float64]]:
    """Return the share of pairs at each level, where each pattern counts ``weights``; one array a comparison.

    A level that no pair showed gets the share that half a pair would be, so that u is never nought.
    """
    out = []
    for k, comparison in enumerate(comparisons):
        levels = patterns.levels[:, k]
        known = levels >= 0
        counts = np.bincount(levels[known], weights=weights[known], minlength=len(comparison.labels)) + 0.5
        out.append(counts / counts.sum())
    return out
