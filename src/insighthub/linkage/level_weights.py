"""What each level of each comparison weighs, as the model learned it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from insighthub.linkage.comparisons.comparison import Comparison
from insighthub.linkage.em import Parameters
from insighthub.linkage.patterns import Patterns
from insighthub.linkage.result import LevelWeight, LevelWeights


def level_weights(comparisons: Sequence[Comparison], parameters: Parameters, patterns: Patterns) -> LevelWeights:
    """Return what each level weighs against an unrelated pair, with the candidate pairs at it."""
    out = []
    for k, comparison in enumerate(comparisons):
        levels = patterns.levels[:, k]
        for level, label in enumerate(comparison.labels):
            m, u = float(parameters.m[k][level]), float(parameters.u[k][level])
            pairs = int(patterns.counts[levels == level].sum())
            out.append(LevelWeight(comparison.name, level, label, m, u, float(np.log2(m / u)), pairs))
        unknown = int(patterns.counts[levels < 0].sum())
        out.append(LevelWeight(comparison.name, -1, "not known", 1.0, 1.0, 0.0, unknown))
    return LevelWeights(out)
