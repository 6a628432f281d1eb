import math

import numpy as np
import pytest

from insighthub.area_index.build import build
from insighthub.area_index.shrink import gamma_shrink, logit_shrink, normal_shrink
from tests.unit.area_index.an_index import areas, index, indicator


def test_shares_are_drawn_towards_the_larger_areas_as_the_formula_says():
    r, n = [2, 30], [10, 100]
    m = [math.log(2.5 / 8.5), math.log(30.5 / 70.5)]
    s2 = [11 * 12 / (10 * 3 * 9), 101 * 102 / (100 * 31 * 71)]
    middle = math.log(32 / 78)
    t2 = (m[0] - middle) ** 2 + (m[1] - middle) ** 2  # over k - 1 = 1
    w = [(1 / s) / (1 / s + 1 / t2) for s in s2]
    logit = [w[i] * m[i] + (1 - w[i]) * middle for i in (0, 1)]
    found = logit_shrink(np.array(r, float), np.array(n, float))
    assert found.best == pytest.approx([math.exp(x) / (1 + math.exp(x)) for x in logit], abs=1e-14)
    assert found.variance == pytest.approx([w[0] * s2[0], w[1] * s2[1]])


def test_the_smaller_the_area_the_nearer_to_the_larger_areas():
    found = logit_shrink(np.array([5.0, 50, 200, 100]), np.array([10.0, 100, 1000, 1000])).best
    # The first two have the same share, and the whole has less.
    assert 355 / 2110 < found[0] < found[1] < 0.5


def test_each_larger_area_draws_towards_itself():
    count, population = np.array([1.0, 2, 30, 40]), np.array([50.0, 60, 50, 60])
    apart = logit_shrink(count, population, np.array([0, 0, 1, 1])).best
    assert apart[:2] == pytest.approx(logit_shrink(count[:2], population[:2]).best)
    assert apart[2:] == pytest.approx(logit_shrink(count[2:], population[2:]).best)


def test_a_larger_area_where_nobody_is_counted_has_a_share_near_0():
    found = logit_shrink(np.zeros(3), np.array([100.0, 200, 300])).best
    assert np.all((found > 0) & (found < 0.01))


def test_rates_of_events_are_drawn_towards_the_larger_areas_as_marshall_says():
    y, n = np.array([0.0, 10, 40]), np.array([10.0, 50, 100])
    m = 50 / 160
    v = (10 * (0 - m) ** 2 + 50 * (0.2 - m) ** 2 + 100 * (0.4 - m) ** 2) / 160
    a = v - m / (160 / 3)
    assert a > 0
    by_hand = [m + a / (a + m / n[i]) * (y[i] / n[i] - m) for i in range(3)]
    found = gamma_shrink(y, n)
    assert found.best == pytest.approx(by_hand, abs=1e-14)
    # The same is the mean of the gamma distribution that follows: (m^2 / a + y) / (m / a + n).
    assert found.best == pytest.approx([(m * m / a + y[i]) / (m / a + n[i]) for i in range(3)], abs=1e-14)


def test_rates_that_differ_no_more_than_chance_become_the_same():
    found = gamma_shrink(np.array([9.0, 10, 11]), np.array([100.0, 100, 100]))
    assert found.best == pytest.approx(0.1)


def test_values_with_a_variance_are_drawn_by_their_precision():
    found = normal_shrink(np.array([0.0, 10]), np.array([10.0, 10]))
    # The values' variance is 50, of which 10 is chance: each keeps 40 / 50 of its distance from 5.
    assert found.best == pytest.approx([1, 9])
    assert found.variance == pytest.approx(8)


@pytest.mark.parametrize(
    ("likely", "mean"),
    [
        (gamma_shrink(np.array([0.0, 10, 40]), np.array([10.0, 50, 100])), None),
        (normal_shrink(np.array([0.0, 10]), np.array([10.0, 4])), None),
        (logit_shrink(np.array([0.0, 10, 400]), np.array([10.0, 50, 1000])), "median"),
    ],
    ids=["events", "values", "people"],
)
def test_draws_lie_about_the_best_value(likely, mean):
    drawn = likely.draw(np.random.default_rng(1), 20_000)
    middle = np.median(drawn, axis=0) if mean else drawn.mean(axis=0)
    assert middle == pytest.approx(likely.best, rel=0.02, abs=0.05)


def test_shrinking_halves_the_error_of_small_areas_rates():
    rng = np.random.default_rng(5)
    true = 1 / (1 + np.exp(-rng.normal(-2, 0.3, 400)))
    population = rng.integers(20, 60, 400).astype(float)
    count = rng.binomial(population.astype(int), true).astype(float)
    shrunk = logit_shrink(count, population).best
    assert np.mean((shrunk - true) ** 2) < 0.5 * np.mean((count / population - true) ** 2)


def test_an_index_shrinks_where_it_says_so_within_the_larger_area_and_tells():
    table = areas(*"pqrs", x_count=[1, 2, 30, 40], x_population=[50, 60, 50, 60], larger_area=["a", "a", "b", "b"])
    found = build(index(indicator("x", shrink=True)), table)
    by_hand = logit_shrink(np.array([1.0, 2]), np.array([50.0, 60])).best
    assert found.indicators["shrunk"].to_pylist()[:2] == pytest.approx(list(by_hand))
    assert found.indicators["raw"].to_pylist()[:2] == pytest.approx([0.02, 2 / 60])
    assert "drawn towards that of the larger area" in found.notes[0]
