from decimal import Decimal, getcontext

import numpy as np
import pytest
from scipy.stats import norm, rankdata

from insighthub.area_index.normalise import exponential, exponential_of_rank, min_max, normal_scores, rank, z


def test_the_english_indices_exponential_scale_agrees_with_decimals_of_fifty_digits():
    getcontext().prec = 50
    stretch = Decimal(23)
    depth = 1 - (-Decimal(100) / stretch).exp()
    number = 33_755
    places = [1, 2, 17, number // 10, number // 2, number - number // 10, number - 1, number]
    exact = [float(-stretch * (1 - Decimal(place) / number * depth).ln()) for place in places]
    found = exponential_of_rank(np.array(places) / number)
    assert np.abs(found - exact).max() < 1e-10
    assert found[-1] == pytest.approx(100, abs=1e-10)
    # As the indices' report has it, the worst tenth has half of the scale, from 50 to 100.
    assert exponential_of_rank(np.array(0.9)) == pytest.approx(50, abs=0.5)


def test_exponential_ranks_first():
    assert exponential(np.array([5.0, -1, 700])) == pytest.approx(exponential_of_rank(np.array([2, 1, 3]) / 3))


def test_ranks_are_scipys_mean_ranks_in_every_row():
    values = np.random.default_rng(1).integers(0, 9, (3, 40)).astype(float)
    assert (rank(values) == rankdata(values, axis=-1)).all()


def test_z_has_mean_0_and_deviation_1_in_every_row():
    found = z(np.random.default_rng(1).random((3, 40)))
    assert found.mean(axis=1) == pytest.approx(0, abs=1e-12)
    assert found.std(axis=1) == pytest.approx(1)


def test_min_max_goes_from_1_to_100():
    assert min_max(np.array([[3.0, 4, 5], [7, 7, 7]])) == pytest.approx(np.array([[1, 50.5, 100], [50.5] * 3]))


def test_normal_scores_are_the_normal_values_at_the_ranks():
    assert normal_scores(np.array([30.0, 10, 20])) == pytest.approx(norm.ppf([3 / 4, 1 / 4, 2 / 4]))
