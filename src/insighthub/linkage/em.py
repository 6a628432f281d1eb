"""The tied five-class model, learned by expectation-maximisation over patterns.

Takes patterns with counts, and u; gives m, the size of each class, and the few free distributions. A pair is of one
person (M), of one family (F), of co-residents with other surnames (A), of namesakes (N), or unrelated (U). Almost
nothing about F, A and N is free: each follows m in what its members share and u in the rest. Left free, a class
wanders off to explain something else; tied, a class that a data set does not have shrinks to nothing.

Pairs that blocking left out count as U, so that class sizes are shares of all pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import reduce

import numpy as np
import numpy.typing as npt

from insighthub.linkage.comparisons.comparison import Comparison, Rule
from insighthub.linkage.frequencies import NAMESAKE_ZERO, STEP
from insighthub.linkage.patterns import Patterns, distinct_rows
from insighthub.linkage.random_pairs import share_by_level

Array = npt.NDArray[np.float64]
CLASSES = ("match", "family", "coresident", "namesake", "unrelated")
M, F, A, N, U = range(5)
PRIOR_SHARE = 0.02  # the prior on m weighs this share of the class's own mass
FREE_PRIOR = 20.0  # pseudo-pairs on the free distributions
TURNS = 3  # rounds of u and the rest in turn; the second moves little, the third nothing that shows
TINY = 1e-12
LEAST_PART = 20_000  # patterns under which sharing out costs more than it gives
SIZE_PRIOR = 30.0  # pairs of each class that a pair of sources has to show before it counts as much as all sources do
M_PRIOR = 100.0  # and matches, for an m of its own


@dataclass(frozen=True)
class SourcePairs:
    """What is particular to each pair of sources.

    Attributes:
        names: of the sources, by code.
        rows: of each source.
        sizes: share of the pairs of rows of two sources in each class, shape (sources squared, 5).
        m: comparison number -> share at each level, shape (sources squared, levels).
    """

    names: tuple[str, ...]
    rows: npt.NDArray[np.int64]
    sizes: Array
    m: dict[int, Array]

    def all_pairs(self) -> Array:
        """Return how many pairs of rows each pair of sources has, shape (sources squared,)."""
        return pairs_of_rows(self.rows)


def pairs_of_rows(rows: npt.NDArray[np.int64]) -> Array:
    """Return how many pairs of rows each pair of sources has, counted under smaller code x sources + larger."""
    n = rows.astype(float)
    both = np.triu(np.outer(n, n), 1) + np.diag(n * (n - 1) / 2)
    return np.asarray(both.ravel())


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
    by_source: SourcePairs | None = None

    def log_sizes(self, source_pair: npt.NDArray[np.int32]) -> Array:
        """Return the log of the class sizes for each pair of sources given, shape (pairs, 5)."""
        if self.by_source is None:
            return np.broadcast_to(np.log(np.maximum(self.sizes, 1e-300)), (len(source_pair), len(CLASSES)))
        return np.take(np.log(np.maximum(self.by_source.sizes, 1e-300)), source_pair, axis=0)


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
        table = np.stack([class_levels(parameters, comparisons, c, k) for c in range(len(CLASSES))], axis=1)
        padded = np.concatenate([np.log(np.maximum(table, TINY)), np.zeros((1, len(CLASSES)))])
        out += np.take(padded, levels[:, k], axis=0)
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


@dataclass(frozen=True)
class Evidence:
    """Patterns and, of their levels and rarity, the distinct ones: pairs of many sources show the same evidence.

    Attributes:
        patterns: the patterns.
        first: where each distinct evidence first comes, shape (distinct,).
        place: the distinct evidence of each pattern, shape (patterns,).
    """

    patterns: Patterns
    first: npt.NDArray[np.int64]
    place: npt.NDArray[np.int32]

    @classmethod
    def of(cls, patterns: Patterns) -> Evidence:
        """Find the distinct evidence."""
        first, _, place = distinct_rows([*patterns.levels.T, *patterns.rarity.T])
        return cls(patterns, first, place)

    def gathered(self, mass: Array) -> Array:
        """Sum a mass by pattern and class over the patterns of each distinct evidence, shape (distinct, 5)."""
        columns = [np.bincount(self.place, weights=column, minlength=len(self.first)) for column in mass.T]
        return np.stack(columns, axis=1)


def pattern_likelihood(parameters: Parameters, comparisons: Sequence[Comparison], evidence: Evidence) -> Array:
    """Return log P(levels, rarity | class) for each pattern, shape (patterns, 5)."""
    everything = slice(None)
    return _of_patterns(parameters, evidence, _of_evidence(parameters, comparisons, evidence, everything), everything)


def _of_evidence(parameters: Parameters, comparisons: Sequence[Comparison], evidence: Evidence, part: slice) -> Array:
    """Return log P(levels, rarity | class) for some of the distinct evidence, without what is the sources' own."""
    levels, rarity = (of_all[evidence.first[part]] for of_all in (evidence.patterns.levels, evidence.patterns.rarity))
    return log_likelihood(parameters, comparisons, levels) + rarity_terms(parameters, comparisons, rarity)


def _of_patterns(parameters: Parameters, evidence: Evidence, distinct: Array, part: slice) -> Array:
    """Return log P(levels, rarity | class) for some of the patterns, given that of all distinct evidence."""
    out = np.take(distinct, evidence.place[part], axis=0)
    out[:, M] += source_terms(parameters, evidence.patterns.levels[part], evidence.patterns.source_pair[part])
    return out


def source_terms(parameters: Parameters, levels: npt.NDArray[np.int8], source_pair: npt.NDArray[np.int32]) -> Array:
    """Return what the two sources' own m adds to log P(levels | match), shape (patterns,)."""
    out = np.zeros(len(levels))
    if parameters.by_source is not None:
        for k, m in parameters.by_source.m.items():
            ratio = np.log(m) - np.log(parameters.m[k])
            padded = np.concatenate([ratio, np.zeros((len(ratio), 1))], axis=1)  # a level not known counts nothing
            out += padded[source_pair, levels[:, k]]
    return out


def responsibilities(parameters: Parameters, log_lik: Array, patterns: Patterns) -> Array:
    """Return P(class | levels, labels), shape (patterns, 5). A barred pattern cannot be of one person."""
    scored = log_lik + parameters.log_sizes(patterns.source_pair)
    if patterns.said is not None:
        scored[:, M] += patterns.said
    scored[patterns.barred, M] = -np.inf
    # Column by column: numpy's own maximum and sum over rows of five take several times as long.
    scored -= reduce(np.maximum, scored.T)[:, None]
    posterior = np.exp(scored, out=scored)
    posterior /= reduce(np.add, posterior.T)[:, None]
    return np.asarray(posterior)


@dataclass(frozen=True)
class Sources:
    """The sources' names, by code, and how many rows each has."""

    names: tuple[str, ...]
    rows: npt.NDArray[np.int64]


def learn(
    patterns: Patterns,
    comparisons: Sequence[Comparison],
    u: list[Array],
    *,
    rows: int,
    iterations: int,
    tolerance: float,
    start: Parameters | None = None,
    sources: Sources | None = None,
    threads: int = 1,
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
        sources: if given, each pair of sources has class sizes of its own, and an m of its own where a comparison may.
        threads: parts of the patterns to look at at once.
    """
    all_pairs = max(1.0, rows * (rows - 1) / 2)
    outside = max(0.0, all_pairs - float(patterns.counts.sum()))
    parameters = replace(start, u=u) if start else _first_guess(comparisons, u, rows / all_pairs)
    counting = _Counting.of(Evidence.of(patterns), comparisons, outside, sources)
    with ThreadPoolExecutor(threads) as pool:
        for step in range(1, iterations + 1):
            mass = _mass(parameters, comparisons, counting.evidence, pool, threads)
            new = _maximise(parameters, counting, mass, pool)
            moves = [float(np.abs(a - b).max()) for a, b in zip(new.m, parameters.m, strict=True)]
            moved = max([float(abs(new.sizes[M] / max(parameters.sizes[M], TINY) - 1)), *moves])
            parameters = new
            parameters.iterations = step
            if moved < tolerance:
                parameters.converged = True
                break
    return parameters


def _mass(
    parameters: Parameters, comparisons: Sequence[Comparison], evidence: Evidence, pool: ThreadPoolExecutor, parts: int
) -> Array:
    """Return how many of each pattern's pairs are of each class, shape (patterns, 5), worked out in parts."""
    patterns = evidence.patterns
    distinct = np.empty((len(evidence.first), len(CLASSES)))
    out = np.empty((len(patterns.levels), len(CLASSES)))

    def of_evidence(part: slice) -> None:
        distinct[part] = _of_evidence(parameters, comparisons, evidence, part)

    def of_patterns(part: slice) -> None:
        some = patterns.part(part)
        log_lik = _of_patterns(parameters, evidence, distinct, part)
        np.multiply(responsibilities(parameters, log_lik, some), some.counts[:, None], out=out[part])

    list(pool.map(of_evidence, _parts(len(distinct), parts)))
    list(pool.map(of_patterns, _parts(len(out), parts)))
    return out


def _parts(size: int, parts: int) -> list[slice]:
    """Cut a length into parts of about one size; one part where there is little."""
    step = max(LEAST_PART, -(-size // parts))
    return [slice(start, start + step) for start in range(0, size, step)]


def learn_with_random_pairs(
    patterns: Patterns,
    random: Patterns,
    comparisons: Sequence[Comparison],
    *,
    rows: int,
    iterations: int,
    tolerance: float,
    sources: Sources | None = None,
    threads: int = 1,
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
        sources: as for ``learn``.
        threads: as for ``learn``.
    """
    weights = random.counts.astype(float)
    evidence = Evidence.of(random)
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
            sources=sources,
            threads=threads,
        )
        done += parameters.iterations
        log_lik = pattern_likelihood(parameters, comparisons, evidence)
        weights = random.counts * responsibilities(parameters, log_lik, random)[:, U]
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
        evidence: the patterns.
        comparisons: in the order of the patterns' columns.
        at_level: for each comparison and level, the distinct evidence at it.
        apart: for each comparison that tells people apart, which evidence it tells apart; shape (distinct,).
        outside: pairs that are no candidates.
        sources: the sources, where each pair of them is learned about.
        seen: candidate pairs of each pair of sources.
    """

    evidence: Evidence
    comparisons: Sequence[Comparison]
    at_level: list[list[npt.NDArray[np.intp]]]
    apart: dict[str, npt.NDArray[np.bool_]]
    outside: float
    sources: Sources | None
    seen: Array

    @classmethod
    def of(
        cls, evidence: Evidence, comparisons: Sequence[Comparison], outside: float, sources: Sources | None
    ) -> _Counting:
        patterns = evidence.patterns
        levels = patterns.levels[evidence.first]
        places = [
            [np.flatnonzero(levels[:, k] == level) for level in range(len(c.labels))] for k, c in enumerate(comparisons)
        ]
        apart = {c.told_by: np.zeros(len(levels), bool) for c in comparisons if c.told_by is not None}
        for k, comparison in enumerate(comparisons):
            if comparison.name in apart:
                apart[comparison.name] = levels[:, k] >= comparison.agreeing
        size = len(sources.names) ** 2 if sources else 0
        seen = np.bincount(patterns.source_pair, weights=patterns.counts.astype(float), minlength=size)
        return cls(evidence, comparisons, places, apart, outside, sources, np.asarray(seen, np.float64))


def _maximise(old: Parameters, counting: _Counting, mass: Array, pool: ThreadPoolExecutor) -> Parameters:
    totals = mass.sum(axis=0)
    totals[U] += counting.outside
    new = Parameters(totals / totals.sum(), [], old.u)
    gathered = counting.evidence.gathered(mass)

    def summed(k: int) -> Array:
        return np.array([np.take(gathered, where, axis=0).sum(axis=0) for where in counting.at_level[k]])

    every = list(pool.map(summed, range(len(counting.comparisons))))
    for k, comparison in enumerate(counting.comparisons):
        pooled = [c for c in range(len(CLASSES)) if rule_of(comparison, c) is Rule.M]
        by_level = every[k]
        own = by_level[:, M].sum()
        seen = by_level[:, pooled].sum(axis=1)
        posterior = seen + comparison.centre() * (PRIOR_SHARE * own + 1.0)
        new.m.append(_at_least(posterior / posterior.sum(), comparison))
        told = by_level
        if comparison.told_by is not None:
            tells = counting.apart[comparison.told_by][:, None]
            told = np.array([(gathered[where] * tells[where]).sum(axis=0) for where in counting.at_level[k]])
        for cls in (F, A, N):
            if (cls, k) in old.free:
                free = told[:, cls] + FREE_PRIOR * comparison.free_centre(old.u[k])
                new.free[cls, k] = free / free.sum()
    if counting.sources is not None:
        new.by_source = _by_source(new, counting, counting.sources, mass)
    return new


def _by_source(new: Parameters, counting: _Counting, sources: Sources, mass: Array) -> SourcePairs:
    """Learn what is particular to each pair of sources, shrunk to what all have in common.

    A class's size is the mean of a gamma posterior for the rate of a Poisson count whose prior has the common rate as
    its mean; m is the mean of a Dirichlet posterior about the common m.
    """
    patterns = counting.evidence.patterns
    pairs = len(sources.names) ** 2
    every = np.maximum(pairs_of_rows(sources.rows), counting.seen)
    by_pair = np.stack([np.bincount(patterns.source_pair, weights=x, minlength=pairs) for x in mass.T], axis=1)
    expected = every[:, None] * new.sizes
    sizes = new.sizes * (by_pair + SIZE_PRIOR) / (expected + SIZE_PRIOR)
    sizes[:, U] = 0.0
    sizes *= np.minimum(1.0, 0.999 / np.maximum(sizes.sum(axis=1, keepdims=True), TINY))
    sizes[:, U] = 1.0 - sizes.sum(axis=1)
    own = {}
    for k, comparison in enumerate(counting.comparisons):
        if comparison.by_source:
            levels = patterns.levels[:, k]
            known = np.flatnonzero(levels >= 0)
            n = len(comparison.labels)
            cell = patterns.source_pair[known].astype(np.int64) * n + levels[known]
            seen = np.bincount(cell, weights=mass[known, M], minlength=pairs * n).reshape(pairs, n)
            posterior = seen + M_PRIOR * new.m[k]
            own[k] = posterior / posterior.sum(axis=1, keepdims=True)
    return SourcePairs(sources.names, sources.rows, sizes, own)
