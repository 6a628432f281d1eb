"""The tied five-class model, learned by expectation-maximisation over patterns.

Takes patterns with counts, and u; gives m, the size of each class, and the few free distributions. A pair is of one
person (M), of one family (F), of co-residents with other surnames (A), of namesakes (N), or unrelated (U). Almost
nothing about F, A and N is free: each follows m in what its members share and u in the rest. Left free, a class
wanders off to explain something else; tied, a class that a data set does not have shrinks to nothing.

Pairs that blocking left out count as U, so that class sizes are shares of all pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from insighthub.linkage.comparisons.comparison import Comparison, Rule
from insighthub.linkage.frequencies import NAMESAKE_ZERO, STEP
from insighthub.linkage.patterns import Patterns
from insighthub.linkage.random_pairs import share_by_level

Array = npt.NDArray[np.float64]
CLASSES = ("match", "family", "coresident", "namesake", "unrelated")
M, F, A, N, U = range(5)
PRIOR_SHARE = 0.02  # the prior on m weighs this share of the class's own mass
FREE_PRIOR = 20.0  # pseudo-pairs on the free distributions
TURNS = 3  # rounds of u and the rest in turn; the second moves little, the third nothing that shows
TINY = 1e-12


@dataclass
class Parameters:
    """What the model knows.

    Attributes:
        sizes: share of all pairs in each class, shape (5,), summing to 1.
        m, u: share at each level, a list of arrays by comparison.
        free: (class, comparison number) -> share at each level.
        iterations: rounds it took.
        converged: whether it settled before the most rounds allowed.
    """

    sizes: Array
    m: list[Array]
    u: list[Array]
    free: dict[tuple[int, int], Array] = field(default_factory=dict)
    iterations: int = 0
    converged: bool = False


def rule_of(comparison: Comparison, cls: int) -> Rule:
    """What a comparison's levels follow in a class."""
    return {M: Rule.M, F: comparison.family, A: comparison.coresident, N: comparison.namesake, U: Rule.U}[cls]


def class_levels(parameters: Parameters, comparisons: Sequence[Comparison], cls: int, k: int) -> Array:
    """Return the share of a class's pairs at each level of comparison ``k``."""
    rule = rule_of(comparisons[k], cls)
    if rule is Rule.M:
        return parameters.m[k]
    if rule is Rule.FREE:
        return parameters.free[cls, k]
    if rule is Rule.AGREES:
        agreeing = np.where(np.arange(len(parameters.m[k])) < comparisons[k].agreeing, parameters.m[k], 0.0)
        return np.asarray(np.maximum(agreeing / agreeing.sum(), TINY))
    return parameters.u[k]


def log_likelihood(parameters: Parameters, comparisons: Sequence[Comparison], levels: npt.NDArray[np.int8]) -> Array:
    """Return log P(levels | class) for each pattern, shape (patterns, 5); a level not known counts nothing."""
    out = np.zeros((len(levels), len(CLASSES)))
    for k in range(len(comparisons)):
        table = np.stack([class_levels(parameters, comparisons, c, k) for c in range(len(CLASSES))])
        padded = np.concatenate([np.log(np.maximum(table, TINY)), np.zeros((len(CLASSES), 1))], axis=1)
        out += padded[:, levels[:, k]].T
    return out


def rarity_terms(parameters: Parameters, comparisons: Sequence[Comparison], rarity: npt.NDArray[np.int8]) -> Array:
    """Return what the rarity of the names agreed on adds to log P(levels | class), shape (patterns, 5).

    Rarity is known in steps of a nat here; scoring looks at the values themselves.
    """
    out = np.zeros((len(rarity), len(CLASSES)))
    place = {c.name: k for k, c in enumerate(comparisons)}
    for column, name in enumerate(("given_name", "family_name")):
        if name in place:
            k = place[name]
            term = -STEP * rarity[:, column] - np.log(parameters.u[k][0])
            follows = np.array([rule_of(comparisons[k], c) is Rule.U for c in range(len(CLASSES))])
            out += np.where(rarity[:, column] >= 0, term, 0.0)[:, None] * follows
    out[:, N] += np.where(rarity[:, 2] >= 0, STEP * rarity[:, 2] - NAMESAKE_ZERO, 0.0)
    return out


def pattern_likelihood(parameters: Parameters, comparisons: Sequence[Comparison], patterns: Patterns) -> Array:
    """Return log P(levels, rarity | class) for each pattern, shape (patterns, 5)."""
    return log_likelihood(parameters, comparisons, patterns.levels) + rarity_terms(
        parameters, comparisons, patterns.rarity
    )


def responsibilities(parameters: Parameters, log_lik: Array, barred: npt.NDArray[np.bool_]) -> Array:
    """Return P(class | levels), shape (patterns, 5). A barred pattern cannot be of one person."""
    scored = log_lik + np.log(np.maximum(parameters.sizes, 1e-300))
    scored[barred, M] = -np.inf
    scored -= scored.max(axis=1, keepdims=True)
    posterior = np.exp(scored)
    return np.asarray(posterior / posterior.sum(axis=1, keepdims=True))


def learn(
    patterns: Patterns,
    comparisons: Sequence[Comparison],
    u: list[Array],
    *,
    rows: int,
    iterations: int,
    tolerance: float,
    start: Parameters | None = None,
) -> Parameters:
    """Learn the model from the candidate pairs' patterns.

    Args:
        patterns: of the candidate pairs.
        comparisons: in the order of the patterns' columns.
        u: from random pairs, kept as it is.
        rows: records in all, from which the number of all pairs follows.
        iterations: most rounds.
        tolerance: rounds end when no share moved by more than this.
        start: parameters to go on from.
    """
    all_pairs = max(1.0, rows * (rows - 1) / 2)
    outside = max(0.0, all_pairs - float(patterns.counts.sum()))
    parameters = replace(start, u=u) if start else _first_guess(comparisons, u, rows / all_pairs)
    counts = patterns.counts.astype(float)
    counting = _Counting.of(patterns, comparisons, outside)
    for step in range(1, iterations + 1):
        log_lik = pattern_likelihood(parameters, comparisons, patterns)
        mass = responsibilities(parameters, log_lik, patterns.barred) * counts[:, None]
        new = _maximise(parameters, counting, mass)
        moves = [float(np.abs(a - b).max()) for a, b in zip(new.m, parameters.m, strict=True)]
        moved = max([float(abs(new.sizes[M] / max(parameters.sizes[M], TINY) - 1)), *moves])
        parameters = new
        parameters.iterations = step
        if moved < tolerance:
            parameters.converged = True
            break
    return parameters


def learn_with_random_pairs(
    patterns: Patterns,
    random: Patterns,
    comparisons: Sequence[Comparison],
    *,
    rows: int,
    iterations: int,
    tolerance: float,
) -> Parameters:
    """Learn u and the rest in turn.

    Among random pairs a few are of one person or one family. In a small data set, or for a value that only one person
    holds, those few are most of what agrees; so u counts each random pair by its probability of being unrelated.

    Args:
        patterns: of the candidate pairs.
        random: of the random pairs.
        comparisons: in the order of the patterns' columns.
        rows: records in all.
        iterations: most rounds in all.
        tolerance: rounds end when no share moved by more than this.
    """
    weights = random.counts.astype(float)
    done = 0
    parameters: Parameters | None = None
    for _ in range(TURNS):
        u = share_by_level(random, comparisons, weights)
        parameters = learn(
            patterns,
            comparisons,
            u,
            rows=rows,
            iterations=max(1, iterations - done),
            tolerance=tolerance,
            start=parameters,
        )
        done += parameters.iterations
        log_lik = pattern_likelihood(parameters, comparisons, random)
        weights = random.counts * responsibilities(parameters, log_lik, random.barred)[:, U]
    if parameters is None:
        raise AssertionError("there is at least one turn")
    parameters.iterations = done
    return parameters


def _first_guess(comparisons: Sequence[Comparison], u: list[Array], per_row: float) -> Parameters:
    """Begin with half as many matches as rows, as many families, and some co-residents and namesakes."""
    sizes = np.array([0.5, 0.5, 0.2, 0.2, 0.0]) * per_row
    sizes[U] = max(1e-9, 1 - sizes.sum())
    parameters = Parameters(sizes / sizes.sum(), [c.centre() for c in comparisons], u)
    for k, comparison in enumerate(comparisons):
        for cls in (F, A, N):
            if rule_of(comparison, cls) is Rule.FREE:
                parameters.free[cls, k] = comparison.free_centre(u[k])
    return parameters


def _at_least(m: Array, comparison: Comparison) -> Array:
    """Hold the share of matches at the agreeing levels to the comparison's floor.

    Without it, where little is known of each record, M drifts to pairs that agree on what they were blocked on.
    """
    agreeing = np.arange(len(m)) < comparison.agreeing
    share = m[agreeing].sum()
    if share >= comparison.floor:
        return m
    return np.asarray(np.where(agreeing, m * (comparison.floor / share), m * ((1 - comparison.floor) / (1 - share))))


@dataclass(frozen=True)
class _Counting:
    """What every round counts the same way.

    Attributes:
        comparisons: in the order of the patterns' columns.
        at_level: for each comparison and level, the patterns at it.
        apart: for each comparison that tells people apart, which patterns it tells apart; shape (patterns,).
        outside: pairs that are no candidates.
    """

    comparisons: Sequence[Comparison]
    at_level: list[list[npt.NDArray[np.intp]]]
    apart: dict[str, npt.NDArray[np.bool_]]
    outside: float

    @classmethod
    def of(cls, patterns: Patterns, comparisons: Sequence[Comparison], outside: float) -> _Counting:
        levels = patterns.levels
        places = [
            [np.flatnonzero(levels[:, k] == level) for level in range(len(c.labels))] for k, c in enumerate(comparisons)
        ]
        apart = {c.told_by: np.zeros(len(levels), bool) for c in comparisons if c.told_by is not None}
        for k, comparison in enumerate(comparisons):
            if comparison.name in apart:
                apart[comparison.name] = levels[:, k] >= comparison.agreeing
        return cls(comparisons, places, apart, outside)


def _maximise(old: Parameters, counting: _Counting, mass: Array) -> Parameters:
    totals = mass.sum(axis=0)
    totals[U] += counting.outside
    new = Parameters(totals / totals.sum(), [], old.u)
    for k, comparison in enumerate(counting.comparisons):
        pooled = [c for c in range(len(CLASSES)) if rule_of(comparison, c) is Rule.M]
        by_level = np.array([mass[where].sum(axis=0) for where in counting.at_level[k]])
        own = by_level[:, M].sum()
        seen = by_level[:, pooled].sum(axis=1)
        posterior = seen + comparison.centre() * (PRIOR_SHARE * own + 1.0)
        new.m.append(_at_least(posterior / posterior.sum(), comparison))
        told = by_level
        if comparison.told_by is not None:
            tells = counting.apart[comparison.told_by][:, None]
            told = np.array([(mass[where] * tells[where]).sum(axis=0) for where in counting.at_level[k]])
        for cls in (F, A, N):
            if (cls, k) in old.free:
                free = told[:, cls] + FREE_PRIOR * comparison.free_centre(old.u[k])
                new.free[cls, k] = free / free.sum()
    return new
