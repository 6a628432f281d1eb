"""Pairs near the threshold, explained: those on which a person's judgement says most about whether it is right."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from insighthub.linkage.explain.learned import Learned
from insighthub.linkage.explain.ledger import Step
from insighthub.linkage.explain.pair import PairExplanation, explain_by_steps, explain_pair
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
    weight: npt.NDArray[np.floating],
    labels: npt.NDArray[np.int32],
    *,
    threshold: float,
    learned: Learned | None,
    steps_of: Callable[[Patterns, Pairs, int], tuple[Step, ...] | None] | None = None,
) -> tuple[PairExplanation, ...]:
    """Return pairs near the threshold, spread evenly from six bits under it to six bits over it.

    Args:
        fitted: the learned model on its rows.
        pairs: candidate pairs.
        patterns: of the pairs.
        weight: match weight of each pair, in bits.
        labels: cluster of each row.
        threshold: match probability from which two records may be joined.
        learned: the model, where its five kinds of pair explain a weight.
        steps_of: gives the steps of a pair by its place, where the model weighs in a way of its own.

    Raises:
        ValueError: there is neither a model of five kinds nor steps.
    """
    near = np.abs(weight - np.log2(threshold / (1 - threshold))) <= NEAR_BITS
    at = np.flatnonzero(near & ~patterns.barred[patterns.of_pair])
    if len(at) > SAMPLES:
        at = at[np.lexsort((at, weight[at]))]
        at = at[np.linspace(0, len(at) - 1, SAMPLES).astype(int)]
    at = at[np.lexsort((at, -weight[at]))]
    rows = evidence_table(fitted, pairs, patterns, weight, at).to_pylist()
    together = labels[pairs.left[at]] == labels[pairs.right[at]]
    out = []
    for i, row, same in zip(at.tolist(), rows, together.tolist(), strict=True):
        steps = None if steps_of is None else steps_of(patterns, pairs, i)
        if steps is not None:
            out.append(explain_by_steps(steps, row, threshold=threshold, same_cluster=same))
        elif learned is not None:
            out.append(explain_pair(learned, row, same_cluster=same))
        else:
            raise ValueError("a pair needs a model of five kinds or steps of its own to be explained")
    return tuple(out)
