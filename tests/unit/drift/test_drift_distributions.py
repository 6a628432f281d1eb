"""Measures of distance between distributions, and what chance makes of them."""

import math

import numpy as np
import pytest

from insighthub.drift.distributions import of_counts, of_shares


def test_by_hand():
    found = of_shares((0.5, 0.5), (0.25, 0.75))
    assert found.psi == pytest.approx(-0.25 * math.log(0.5) + 0.25 * math.log(1.5))
    middle = (0.375, 0.625)
    expected = sum(
        s / 2 * math.log2(s / m) for shares in ((0.5, 0.5), (0.25, 0.75)) for s, m in zip(shares, middle, strict=True)
    )
    assert found.divergence == pytest.approx(expected)
    assert found.severity == 2


def test_the_same_is_at_no_distance_and_nothing_in_common_at_one_bit():
    assert (of_counts((3, 7), (30, 70)).psi, of_counts((3, 7), (30, 70)).divergence) == pytest.approx((0, 0))
    assert of_shares((1, 0), (0, 1)).divergence == pytest.approx(1, abs=0.01)
    assert of_shares((0, 0), (0, 0)).psi == 0
    assert of_counts((0, 0), (5, 5)).by_chance == 0


def test_distance_is_the_same_both_ways():
    one, other = of_counts((5, 10, 85), (20, 30, 50)), of_counts((20, 30, 50), (5, 10, 85))
    assert (one.psi, one.divergence) == pytest.approx((other.psi, other.divergence))


def test_small_samples_of_one_population_are_rarely_marked():
    random = np.random.Generator(np.random.PCG64(5))
    shares = [0.4, 0.3, 0.2, 0.1]
    found = [
        of_counts(random.multinomial(60, shares).tolist(), random.multinomial(40, shares).tolist()) for _ in range(500)
    ]
    assert sum(f.psi >= 0.1 for f in found) > 100  # by custom alone, every fourth
    assert sum(f.severity > 0 for f in found) < 20
