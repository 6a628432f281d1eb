"""Intervals and tests of rates, held against textbook values and simulation."""

import numpy as np
import pytest
from scipy.stats import binomtest, fisher_exact

from insighthub.linkage.differences import difference, stand_out
from insighthub.linkage.ratios import rare, wilson


@pytest.mark.parametrize(("errors", "trials"), [(0, 20), (3, 40), (20, 20), (50, 100)])
def test_wilson_is_wilson(errors, trials):
    expected = binomtest(errors, trials).proportion_ci(method="wilson")
    found = wilson(errors / trials, trials)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_blocks_of_one_are_a_binomial():
    above = np.array([1.0] * 5 + [0.0] * 95)
    found, plain = rare(above, np.ones(100)), wilson(0.05, 100)
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high), rel=0.02)


def test_errors_that_come_in_blocks_make_the_interval_wider():
    alone = rare(np.array([1.0] * 20 + [0.0] * 180), np.ones(200))
    in_blocks = rare(np.array([10.0] * 2 + [0.0] * 18), np.full(20, 10.0))
    assert alone.value == in_blocks.value == 0.1
    assert in_blocks.high - in_blocks.low > 2.5 * (alone.high - alone.low)


def test_no_error_seen_counts_blocks_and_not_links():
    assert rare(np.zeros(10), np.full(10, 45.0)).high == pytest.approx(wilson(0.0, 10).high)
    assert rare(np.zeros(3), np.zeros(3)) is None


def test_intervals_hold_the_truth_as_often_as_they_say():
    random = np.random.Generator(np.random.PCG64(3))
    held = 0
    for _ in range(400):
        risk = random.beta(0.4, 7.6, 300)  # people differ: mean 0.05
        links = random.integers(1, 12, 300).astype(float)
        found = rare(random.binomial(links.astype(int), risk).astype(float), links)
        held += found.low <= 0.05 <= found.high
    assert 0.91 <= held / 400 <= 0.99


def test_differences_are_seen_as_often_as_chance_has_it():
    random = np.random.Generator(np.random.PCG64(4))
    seen = 0
    for _ in range(400):
        links = random.integers(1, 12, 400).astype(float)
        errors = random.binomial(links.astype(int), random.beta(0.4, 3.6, 400)).astype(float)
        own = np.arange(400) < 80
        p = difference(errors * own, links * own, errors * ~own, links * ~own)
        seen += p < 0.05
    assert 0.02 <= seen / 400 <= 0.09


def test_few_errors_are_compared_exactly():
    own, rest = np.array([1.0] * 4 + [0.0] * 8), np.array([1.0] * 1 + [0.0] * 99)
    zeros = np.zeros
    p = difference(
        np.r_[own, zeros(100)], np.r_[np.ones(12), zeros(100)], np.r_[zeros(12), rest], np.r_[zeros(12), np.ones(100)]
    )
    assert p == pytest.approx(fisher_exact([[4, 8], [1, 99]]).pvalue)


def test_where_one_side_has_nothing_nothing_is_compared():
    assert difference(np.zeros(2), np.zeros(2), np.ones(2), np.ones(2)) is None


def test_the_share_of_false_alarms_is_held():
    """Benjamini and Hochberg's own example: of fifteen p-values, four stand out at one in twenty."""
    values = [
        0.0001,
        0.0004,
        0.0019,
        0.0095,
        0.0201,
        0.0278,
        0.0298,
        0.0344,
        0.0459,
        0.3240,
        0.4262,
        0.5719,
        0.6528,
        0.7590,
        1.0,
    ]
    assert stand_out(values) == [True] * 4 + [False] * 11
    assert stand_out([None, 0.0001]) == [False, True]
    assert stand_out([]) == []
    assert stand_out([None]) == [False]
