"""Scores: the match probability and match weight of each pair.

Takes patterns, the learned model and term frequencies; gives P(same person | levels, rarity) and its log odds in
bits. The weight of a pattern is looked up; only term frequencies are worked out a pair at a time.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import reduce

import numpy as np
import numpy.typing as npt

from insighthub.linkage.comparisons.comparison import Rows, Rule
from insighthub.linkage.em import CLASSES, M, N, log_likelihood, rule_of, source_terms
from insighthub.linkage.em import rarity_terms as learned_rarity
from insighthub.linkage.fitted import Fitted
from insighthub.linkage.patterns import Patterns

Array = npt.NDArray[np.float64]
CHUNK = 1 << 18
MOST_BITS = 60.0
FAR_BITS = -12.0


def probability_of(weight: npt.NDArray[np.floating]) -> npt.NDArray[np.float64]:
    """Turn bits of log odds into a probability."""
    return np.asarray(1.0 / (1.0 + np.exp2(-weight.astype(np.float64))))


def rarity_terms(fitted: Fitted, k: int, levels: npt.NDArray[np.int8], left: Rows) -> Array:
    """Return what the value's rarity adds to the log-likelihood of classes in which comparison ``k`` follows u.

    Nought where the pair is not at level 0. Where values agree, either row will do, so only the left is looked at.
    """
    out = np.zeros(len(levels))
    at = np.flatnonzero(levels == 0)
    field = fitted.comparisons[k].rarity
    if len(at) and field is not None:
        codes = fitted.data.codes[field][left[at]]
        out[at] = np.where(codes >= 0, fitted.frequencies[k][codes] - np.log(fitted.parameters.u[k][0]), 0.0)
    return out


def namesake_terms(fitted: Fitted, levels: npt.NDArray[np.int8], left: Rows) -> Array:
    """Return what a common full name adds to the log-likelihood of namesakes; nought unless both names are the same.

    Args:
        fitted: the learned model on its rows.
        levels: levels of the pairs, shape (pairs, comparisons).
        left: left rows of the pairs.
    """
    names = [k for k, c in enumerate(fitted.comparisons) if c.name in ("given_name", "family_name")]
    if len(names) < 2:
        return np.zeros(len(left))
    return np.where((levels[:, names] == 0).all(axis=1), fitted.namesakes[left], 0.0)


def score(fitted: Fitted, patterns: Patterns, left: Rows, *, threads: int = 1) -> npt.NDArray[np.float32]:
    """Return the match weight of every pair: log2 of the odds that it is one person, within 60 bits either way.

    Args:
        fitted: the learned model on its rows.
        patterns: of the pairs.
        left: left row of each pair, shape (pairs,).
        threads: how many lots of pairs to score at once.
    """
    comparisons, parameters, frequencies = fitted.comparisons, fitted.parameters, fitted.frequencies
    base = log_likelihood(parameters, comparisons, patterns.levels) + parameters.log_sizes(patterns.source_pair)
    base[:, M] += source_terms(parameters, patterns.levels, patterns.source_pair)
    base[patterns.barred, M] = -np.inf
    follow_u = {k: np.array([rule_of(comparisons[k], c) is Rule.U for c in range(len(CLASSES))]) for k in frequencies}
    # To half a nat a pattern's weight is known already; pairs far under any threshold need no better.
    rough = base + learned_rarity(parameters, comparisons, patterns.rarity)
    weight = _within_bounds(match_bits(rough))[patterns.of_pair]
    near = np.flatnonzero(weight > FAR_BITS)

    def lot(start: int) -> None:
        part = near[start : start + CHUNK]
        of = patterns.of_pair[part]
        total = np.take(base, of, axis=0)
        for k, follows in follow_u.items():
            terms = rarity_terms(fitted, k, patterns.levels[of, k], left[part])
            for c in np.flatnonzero(follows):
                total[:, c] += terms
        total[:, N] += namesake_terms(fitted, np.take(patterns.levels, of, axis=0), left[part])
        weight[part] = _within_bounds(match_bits(total))

    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(lot, range(0, len(near), CHUNK)):
            pass
    return weight


def match_bits(joint: Array) -> Array:
    """Return log2 odds of the match class, from joint log-likelihoods of the classes; (pairs, 5) gives (pairs,)."""
    # Column by column, as in learning.
    others = joint[:, 1:]
    best = reduce(np.maximum, others.T)
    against = best + np.log(reduce(np.add, np.exp(others - best[:, None]).T))
    return np.asarray((joint[:, M] - against) / np.log(2.0))


def _within_bounds(bits: Array) -> npt.NDArray[np.float32]:
    return np.clip(bits, -MOST_BITS, MOST_BITS).astype(np.float32)
