"""Learning with labels: what people said of some pairs refines what the model learned from all.

Takes labelled pairs and the patterns of the candidates, gives patterns with the labels in them, and decides how far the
model may follow them. A label is evidence like any other: it shifts the odds of its pair by as much as people are right
more often than wrong, so that one slip of the pen cannot turn what is plain. It also speaks for others that look the
same at every comparison: where many such pairs were labelled, a good part of them goes by the labels' word, where one
was, a little. The number of pairs stays what it was.

No label may make worse what was not labelled. So the model learned with labels is held against the one learned without:
where no label is, it may change its mind only about pairs that were undecided anyway. What such a change would cost, if
the first model were right, is counted; where it is more than one match in a thousand, labels speak for fewer pairs,
and at last for none. It must also fit the labels better than the first, or the first stays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from insighthub.linkage.comparisons.comparison import Comparison
from insighthub.linkage.em import Evidence, M, Parameters, pattern_likelihood, responsibilities
from insighthub.linkage.encode import number_rows
from insighthub.linkage.patterns import Patterns

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
WRONG = 0.02  # how often people are taken to be wrong about a pair
SAID = float(np.log((1 - WRONG) / WRONG))
#: Labels that it takes until half of the pairs that look the same go by them. Tried one after the other.
RELUCTANCE = (20.0, 200.0, 2000.0)
REGRET = 0.001  # matches that following the labels may cost where none is, as a share of all


@dataclass(frozen=True)
class Labelled:
    """Labels, and which pairs look like the labelled ones.

    Attributes:
        match: what people say of each labelled pair, shape (labels,).
        look: number of what each labelled pair looks like, shape (labels,).
        patterns: the labelled pairs' patterns.
        looks: the same number for each pattern that is learned from, -1 where no labelled pair looks so; (patterns,).
    """

    match: npt.NDArray[np.bool_]
    look: Ints
    patterns: Patterns
    looks: Ints

    @classmethod
    def of(cls, match: npt.NDArray[np.bool_], labelled: Patterns, patterns: Patterns) -> Labelled:
        """Find which patterns have the levels of a labelled pair; sources and rarity may differ.

        Args:
            match: what people say of each labelled pair.
            labelled: the labelled pairs' patterns, with the pattern of each pair.
            patterns: those that are learned from.
        """
        number = number_rows(
            np.concatenate([a.astype(np.int64), b.astype(np.int64)])
            for a, b in [(labelled.barred, patterns.barred), *zip(labelled.levels.T, patterns.levels.T, strict=True)]
        ).astype(np.int64)
        own, others = number[: len(labelled.counts)], number[len(labelled.counts) :]
        # Numbers are given as they first come, so those of the labelled ones are the first.
        return cls(match, own[labelled.of_pair], labelled, np.where(others <= own.max(initial=-1), others, -1))


@dataclass(frozen=True)
class Refined:
    """A model that has seen labels.

    Attributes:
        parameters: what was learned, with labels where that was safe, and otherwise without.
        reluctance: how many labels it took until half of the pairs that look the same went by them; None where none do.
        regret: share of all matches that following the labels would cost, where none is, were the first model right.
    """

    parameters: Parameters
    reluctance: float | None
    regret: float


def refine(
    base: Parameters,
    learn: Callable[[Patterns], Parameters],
    patterns: Patterns,
    labelled: Labelled,
    *,
    comparisons: Sequence[Comparison],
    threshold_bits: float,
) -> Refined:
    """Learn again, with labels, as far as that makes nothing worse.

    Args:
        base: what was learned without labels.
        learn: learns a model from patterns.
        patterns: what it learned from.
        labelled: the labels.
        comparisons: in the order of the patterns' columns.
        threshold_bits: the match weight over which a pair joins.
    """
    before = log_odds(base, comparisons, patterns)
    fit_before = _fit(base, comparisons, labelled)
    untouched = np.where(labelled.looks < 0, patterns.counts, 0)
    regret = 0.0
    for reluctance in RELUCTANCE:
        refined = learn(with_labels(patterns, labelled, reluctance))
        after = log_odds(refined, comparisons, patterns)
        regret = _regret(before, after, untouched, threshold_bits * float(np.log(2.0)))
        regret /= max(1.0, float(_share(before) @ patterns.counts))
        if regret <= REGRET and _fit(refined, comparisons, labelled) >= fit_before:
            return Refined(refined, reluctance, regret)
    return Refined(base, None, regret)


def with_labels(patterns: Patterns, labelled: Labelled, reluctance: float) -> Patterns:
    """Return patterns with labels in them: some of the pairs that look like a labelled one go by what people said.

    Args:
        patterns: of all pairs to learn from.
        labelled: the labels.
        reluctance: labels until half of the pairs that look the same go by them.
    """
    size = int(labelled.look.max(initial=-1)) + 1
    labels = np.bincount(labelled.look, minlength=size)
    matches = np.bincount(labelled.look, weights=labelled.match.astype(float), minlength=size)
    touched = np.flatnonzero(labelled.looks >= 0)
    of = labelled.looks[touched]
    moved = patterns.counts[touched] * labels[of] / (labels[of] + reluctance)
    as_match = _whole(moved * matches[of] / labels[of])
    as_not = np.minimum(_whole(moved * (1 - matches[of] / labels[of])), patterns.counts[touched] - as_match)
    counts = patterns.counts.copy()
    counts[touched] -= as_match + as_not

    def thrice(column: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
        return np.concatenate([column, column[touched], column[touched]])

    return Patterns(
        levels=np.asarray(thrice(patterns.levels), np.int8),
        source_pair=np.asarray(thrice(patterns.source_pair), np.int32),
        barred=np.asarray(thrice(patterns.barred), bool),
        rarity=np.asarray(thrice(patterns.rarity), np.int8),
        counts=np.concatenate([counts, as_match, as_not]),
        of_pair=patterns.of_pair,
        said=np.repeat([0.0, SAID, -SAID], [len(counts), len(touched), len(touched)]),
    )


def log_odds(parameters: Parameters, comparisons: Sequence[Comparison], patterns: Patterns) -> Array:
    """Return the log odds of a match by pattern, without what labels say; shape (patterns,)."""
    unsaid = replace(patterns, said=None)
    known = responsibilities(parameters, pattern_likelihood(parameters, comparisons, Evidence.of(unsaid)), unsaid)
    return np.asarray(np.log(np.maximum(known[:, M], 1e-300)) - np.log(np.maximum(1 - known[:, M], 1e-16)))


def _whole(values: Array) -> Ints:
    """Round so that the sum is right, each value up or down."""
    return np.asarray(np.diff(np.rint(np.cumsum(values)), prepend=0.0), np.int64)


def _share(odds: Array) -> Array:
    return np.asarray(1 / (1 + np.exp(-odds)))


def _regret(before: Array, after: Array, counts: Ints, threshold: float) -> float:
    """Return how many more pairs would be wrong, were the first odds right and decisions by the second."""
    turned = (before >= threshold) != (after >= threshold)
    against = np.abs(2 * _share(before) - 1)
    return float((counts * against)[turned].sum())


def _fit(parameters: Parameters, comparisons: Sequence[Comparison], labelled: Labelled) -> float:
    """Return the log-likelihood of the labels, people being wrong now and then."""
    p = _share(log_odds(parameters, comparisons, labelled.patterns))[labelled.patterns.of_pair]
    right = np.where(labelled.match, p, 1 - p)
    return float(np.log(right * (1 - WRONG) + (1 - right) * WRONG).sum())
