"""What the model learns from patterns made by a model that is known."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from insighthub.linkage.comparisons.comparison import Comparison, Rule
from insighthub.linkage.em import CLASSES, A, F, M, N, Parameters, Sources, U, class_levels, learn, log_likelihood
from insighthub.linkage.em import responsibilities as posterior
from insighthub.linkage.patterns import Patterns

ROWS = 20_000
PAIRS = ROWS * (ROWS - 1) / 2


def no_levels(data, left, right):
    raise AssertionError("levels are given")


def comparison(name, levels, **rules):
    return Comparison(name, tuple(f"level {n}" for n in range(levels)), no_levels, **rules)


COMPARISONS = (
    comparison("forename", 3, namesake=Rule.M),
    comparison("surname", 3, family=Rule.M, namesake=Rule.M),
    comparison("home", 3, family=Rule.AGREES, coresident=Rule.AGREES, floor=0.3),
    comparison("birth", 3),
    comparison("phone", 2, family=Rule.FREE, coresident=Rule.FREE, shared=0.3, floor=0.3),
)
M_SHARES = [
    np.array(shares)
    for shares in ([0.88, 0.09, 0.03], [0.92, 0.05, 0.03], [0.7, 0.1, 0.2], [0.95, 0.03, 0.02], [0.6, 0.4])
]
U_SHARES = [
    np.array(shares)
    for shares in (
        [0.01, 0.02, 0.97],
        [0.004, 0.006, 0.99],
        [0.001, 0.02, 0.979],
        [0.0002, 0.03, 0.9698],
        [0.001, 0.999],
    )
]
FREE = {(F, 4): np.array([0.45, 0.55]), (A, 4): np.array([0.2, 0.8])}


def known(matches=15_000, families=12_000, coresidents=8_000, namesakes=9_000):
    """Return a model with so many pairs of each class."""
    sizes = np.array([matches, families, coresidents, namesakes, 0.0]) / PAIRS
    sizes[U] = 1 - sizes.sum()
    return Parameters(sizes, [m.copy() for m in M_SHARES], U_SHARES, dict(FREE))


def patterns_of(model, comparisons=COMPARISONS, *, least=0.0):
    """Return the patterns that all pairs would show, were they just as the model expects."""
    levels = np.array(list(product(*(range(len(c.labels)) for c in comparisons))), np.int8)
    shares = np.exp(log_likelihood(model, comparisons, levels)) @ model.sizes
    counts = np.rint(shares * PAIRS).astype(np.int64)
    levels, counts = levels[counts > least], counts[counts > least]
    n = len(counts)
    return Patterns(
        levels, np.zeros(n, np.int32), np.zeros(n, bool), np.full((n, 3), -1, np.int8), counts, np.empty(0, np.int32)
    )


def some_of(patterns, rows):
    """Return these patterns alone, in this order."""
    columns = (patterns.levels, patterns.source_pair, patterns.barred, patterns.rarity, patterns.counts)
    return Patterns(*(column[rows] for column in columns), patterns.of_pair)


def learned(patterns, comparisons=COMPARISONS, u=U_SHARES, iterations=500):
    return learn(patterns, comparisons, u, rows=ROWS, iterations=iterations, tolerance=1e-6)


def test_it_finds_the_model_that_made_the_patterns():
    truth = known()
    found = learned(patterns_of(truth))
    assert found.converged
    for k, m in enumerate(M_SHARES):
        assert found.m[k] == pytest.approx(m, abs=0.02)
    assert found.sizes == pytest.approx(truth.sizes, rel=0.06)
    for place, shares in FREE.items():
        assert found.free[place] == pytest.approx(shares, abs=0.05)
    assert found.sizes.sum() == pytest.approx(1)


@pytest.mark.parametrize("absent", ["families", "coresidents", "namesakes"])
def test_a_kind_of_pair_that_is_not_there_goes_to_nothing(absent):
    truth = known(**{absent: 0})
    found = learned(patterns_of(truth))
    place = CLASSES.index({"families": "family", "coresidents": "coresident", "namesakes": "namesake"}[absent])
    assert found.sizes[place] < 0.05 * truth.sizes[M]
    assert found.sizes[M] == pytest.approx(truth.sizes[M], rel=0.06)


def test_where_there_is_no_kind_but_matches_it_finds_them():
    truth = known(families=0, coresidents=0, namesakes=0)
    found = learned(patterns_of(truth))
    assert found.sizes[M] == pytest.approx(truth.sizes[M], rel=0.06)
    assert found.sizes[[F, A, N]].max() < 0.1 * truth.sizes[M]


def test_pairs_that_blocking_left_out_count_as_unrelated():
    every = patterns_of(known())
    agreeing = (every.levels == 0).any(axis=1)
    some = some_of(every, agreeing)
    assert some.counts.sum() < every.counts.sum() / 10
    found = learned(some)
    assert found.sizes[U] == pytest.approx(known().sizes[U], rel=1e-4)
    assert found.sizes[M] == pytest.approx(known().sizes[M], rel=0.06)


def test_no_comparison_falls_under_its_floor():
    """Matches whose dates of birth mostly differ: the floor says that they cannot be."""
    truth = known()
    truth.m[3] = np.array([0.3, 0.05, 0.65])
    found = learned(patterns_of(truth))
    assert found.m[3][0] >= 0.75 - 1e-9
    lower = tuple(comparison(c.name, 3, floor=0.1) if c.name == "birth" else c for c in COMPARISONS)
    assert learned(patterns_of(truth), lower).m[3][0] < 0.75


def test_known_non_matches_are_of_no_one_person():
    every = patterns_of(known())
    barred = replace(every, barred=np.ones(len(every.counts), bool))
    assert learned(barred).sizes[M] < 1e-9
    model = known()
    assert (posterior(model, log_likelihood(model, COMPARISONS, every.levels), barred)[:, M] == 0).all()


def test_classes_share_what_they_are_tied_to():
    model = known()
    for k in range(len(COMPARISONS)):
        assert class_levels(model, COMPARISONS, M, k) is model.m[k]
        assert class_levels(model, COMPARISONS, U, k) is model.u[k]
        for c in range(len(CLASSES)):
            assert class_levels(model, COMPARISONS, c, k).sum() == pytest.approx(1)
    assert class_levels(model, COMPARISONS, F, 1) is model.m[1]
    assert class_levels(model, COMPARISONS, N, 1) is model.m[1]
    assert class_levels(model, COMPARISONS, A, 1) is model.u[1]
    assert class_levels(model, COMPARISONS, F, 2) == pytest.approx([1, 0, 0], abs=1e-9)


def test_a_level_that_is_not_known_says_nothing():
    model = known()
    unknown = np.full((1, len(COMPARISONS)), -1, np.int8)
    assert (log_likelihood(model, COMPARISONS, unknown) == 0).all()
    one = some_of(patterns_of(model), [0])
    assert posterior(model, np.zeros((1, 5)), one)[0] == pytest.approx(model.sizes)


def test_patterns_in_another_order_teach_the_same():
    patterns = patterns_of(known())
    order = np.random.Generator(np.random.PCG64(1)).permutation(len(patterns.counts))
    other = some_of(patterns, order)
    assert learned(other).sizes == pytest.approx(learned(patterns).sizes, rel=1e-9)


@pytest.mark.parametrize("rounds", [1, 2, 5])
def test_it_stops_after_the_most_rounds_and_says_so(rounds):
    found = learned(patterns_of(known()), iterations=rounds)
    assert (found.iterations, found.converged) == (rounds, False)


def two_sources(first, second):
    """Return what two sources show with each other and among themselves, each after a model of its own."""
    parts = [patterns_of(model) for model in (first, second)]
    together = [np.concatenate(x) for x in zip(*((p.levels, p.barred, p.rarity, p.counts) for p in parts), strict=True)]
    pair = np.repeat(np.array([0, 1], np.int32), [len(p.counts) for p in parts])
    return Patterns(together[0], pair, *together[1:], np.empty(0, np.int32))


def test_a_pair_of_sources_has_sizes_of_its_own():
    """One source within itself holds no one twice; with the other it shares most people."""
    few, many = known(matches=10), known(matches=30_000)
    sources = Sources(("a", "b"), np.array([ROWS // 2, ROWS // 2]))
    found = learn(
        two_sources(few, many), COMPARISONS, U_SHARES, rows=ROWS, iterations=500, tolerance=1e-6, sources=sources
    )
    within, between = found.by_source.sizes[0], found.by_source.sizes[1]
    assert within[M] < between[M] / 20
    assert found.by_source.sizes.sum(axis=1) == pytest.approx(np.ones(4))


def test_a_pair_of_sources_nobody_has_seen_has_what_all_have():
    sources = Sources(("a", "b"), np.array([ROWS, 0]))
    found = learn(
        patterns_of(known()), COMPARISONS, U_SHARES, rows=ROWS, iterations=50, tolerance=1e-6, sources=sources
    )
    assert found.by_source.sizes[3] == pytest.approx(found.sizes, rel=1e-6)


def test_where_people_live_is_as_often_out_of_date_as_the_two_sources_are():
    lags = replace(COMPARISONS[3], by_source=True)
    comparisons = (*COMPARISONS[:3], lags, *COMPARISONS[4:])
    fresh, stale = known(), known()
    stale.m[3] = np.array([0.76, 0.04, 0.2])
    sources = Sources(("a", "b"), np.array([ROWS // 2, ROWS // 2]))
    found = learn(
        two_sources(fresh, stale), comparisons, U_SHARES, rows=ROWS, iterations=500, tolerance=1e-6, sources=sources
    )
    own = found.by_source.m[3]
    assert own[0][2] < 0.05 < 0.12 < own[1][2]
    assert own[3] == pytest.approx(found.m[3])  # a pair of sources that shows nothing has the common m
