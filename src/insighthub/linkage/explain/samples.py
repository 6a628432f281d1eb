"""Pairs near the threshold, explained: those on which a person's judgement says most about whether it is right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from insighthub.linkage.explain.learned import Learned
from insighthub.linkage.explain.pair import PairExplanation, explain_pair
from insighthub.linkage.fitted import Fitted
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.patterns import Patterns
from insighthub.linkage.tables import evidence_table

SAMPLES = 24
NEAR_BITS = 6.0


def sample_pairs(
    fitted: Fitted,
    pairs: Pairs,
    patterns: Patterns,
    weight: npt.NDArray[np.float32],
    labels: npt.NDArray[np.int32],
    *,
    model: Mapping[str, Any],
) -> tuple[PairExplanation, ...]:
    """Return pairs near the threshold, spread evenly from six bits under it to six bits over it.

    Args:
        fitted: the learned model on its rows.
        pairs: candidate pairs.
        patterns: of the pairs.
        weight: match weight of each pair, in bits.
        labels: cluster of each row.
        model: content of the model file.
    """
    learned = Learned.read(model)
    near = np.abs(weight - learned.threshold_bits) <= NEAR_BITS
    at = np.flatnonzero(near & ~patterns.barred[patterns.of_pair])
    if len(at) > SAMPLES:
        at = at[np.lexsort((at, weight[at]))]
        at = at[np.linspace(0, len(at) - 1, SAMPLES).astype(int)]
    at = at[np.lexsort((at, -weight[at]))]
    rows = evidence_table(fitted, pairs, patterns, weight, at).to_pylist()
    together = labels[pairs.left[at]] == labels[pairs.right[at]]
    return tuple(explain_pair(learned, row, same_cluster=bool(same)) for row, same in zip(rows, together, strict=True))
