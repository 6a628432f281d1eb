"""Why a pair scored as it did: the weight of each level, and the waterfall of one pair.

Takes the learned model, gives weights in bits. With five kinds of pair there is no single u, so the waterfall weighs
the match against all other kinds together: each step is what the match weight gains when that comparison becomes
known, in order, and so the steps add up to the match weight exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from insighthub.linkage.comparisons.comparison import Comparison, Rule
from insighthub.linkage.em import CLASSES, N, Parameters, class_levels, rule_of
from insighthub.linkage.fitted import Fitted
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.patterns import Patterns
from insighthub.linkage.result import LevelWeight, SamplePair, WaterfallStep
from insighthub.linkage.score import match_bits, namesake_terms, probability_of, rarity_terms

Array = npt.NDArray[np.float64]
SAMPLES = 24
NEAR_BITS = 6.0


def level_weights(
    comparisons: Sequence[Comparison], parameters: Parameters, patterns: Patterns
) -> tuple[LevelWeight, ...]:
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
    return tuple(out)


def waterfall(fitted: Fitted, levels: npt.NDArray[np.int8], left: int) -> tuple[WaterfallStep, ...]:
    """Return the steps from the prior to the match weight of one pair.

    Args:
        fitted: the learned model on its rows.
        levels: the pair's levels, shape (comparisons,).
        left: the pair's left row.
    """
    comparisons, parameters = fitted.comparisons, fitted.parameters
    joint = np.log(np.maximum(parameters.sizes, 1e-300))
    at = float(match_bits(joint[None, :])[0])
    steps = [WaterfallStep("Before any evidence", at)]
    for k, comparison in enumerate(comparisons):
        level = int(levels[k])
        name = comparison.name.removeprefix("other_").replace("_", " ").capitalize()
        if level < 0:
            steps.append(WaterfallStep(f"{name}: not known", 0.0))
            continue
        joint = joint + np.log(
            [max(1e-12, class_levels(parameters, comparisons, c, k)[level]) for c in range(len(CLASSES))]
        )
        now = float(match_bits(joint[None, :])[0])
        steps.append(WaterfallStep(f"{name}: {comparison.labels[level]}", now - at))
        at = now
        if k in fitted.frequencies and level == 0:
            term = rarity_terms(fitted, k, levels[k : k + 1], np.array([left], np.int32))[0]
            joint = joint + term * np.array([rule_of(comparison, c) is Rule.U for c in range(len(CLASSES))])
            now = float(match_bits(joint[None, :])[0])
            steps.append(WaterfallStep(f"{name}: how rare the value is", now - at))
            at = now
    joint[N] += namesake_terms(fitted, levels[None, :], np.array([left], np.int32))[0]
    now = float(match_bits(joint[None, :])[0])
    if now != at:
        steps.append(WaterfallStep("How many share the full name", now - at))
    return tuple(steps)


def sample_pairs(
    fitted: Fitted,
    pairs: Pairs,
    patterns: Patterns,
    weight: npt.NDArray[np.floating],
    labels: npt.NDArray[np.int32],
    *,
    threshold_bits: float,
    steps_of: Callable[[int], tuple[WaterfallStep, ...]] | None = None,
) -> tuple[SamplePair, ...]:
    """Return pairs near the threshold, spread evenly from six bits under it to six bits over it.

    Args:
        fitted: the learned model on its rows.
        pairs: candidate pairs.
        patterns: of the pairs.
        weight: match weight of each pair, in bits.
        labels: cluster of each row.
        threshold_bits: the threshold as a match weight.
        steps_of: gives the steps of a pair, where the model has a way of its own.
    """
    near = np.flatnonzero((np.abs(weight - threshold_bits) <= NEAR_BITS) & ~patterns.barred[patterns.of_pair])
    if len(near) > SAMPLES:
        near = near[np.lexsort((near, weight[near]))]
        near = near[np.linspace(0, len(near) - 1, SAMPLES).astype(int)]
    out = []
    for i in sorted(near.tolist(), key=lambda i: (-float(weight[i]), i)):
        ends = [fitted.data.rows.slice(int(row[i]), 1).to_pylist()[0] for row in (pairs.left, pairs.right)]
        steps = (
            steps_of(i)
            if steps_of is not None
            else waterfall(fitted, patterns.levels[patterns.of_pair[i]], int(pairs.left[i]))
        )
        out.append(
            SamplePair(
                source_l=ends[0]["source"],
                record_id_l=ends[0]["record_id"],
                source_r=ends[1]["source"],
                record_id_r=ends[1]["record_id"],
                match_weight=float(weight[i]),
                match_probability=float(probability_of(weight[i : i + 1])[0]),
                same_cluster=bool(labels[pairs.left[i]] == labels[pairs.right[i]]),
                steps=steps,
            )
        )
    return tuple(out)
