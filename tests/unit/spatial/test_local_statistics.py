"""Local statistics by hand, islands, seeds, and the control of false discovery."""

import numpy as np
import pytest
from scipy.sparse import csr_array

from insighthub.errors import DataError
from insighthub.spatial import adjusted, global_moran, local_g, local_moran, row_standardised, significant
from tests.unit.spatial.neighbourhoods import lattice, smooth, with_island


def test_morans_i_by_hand():
    # Four in a row, 1 2 3 4: z = -1.5 -0.5 0.5 1.5; neighbours' products 0.75 - 0.25 + 0.75 = 1.25, counted both ways.
    line = lattice(1, 4)
    assert global_moran([1, 2, 3, 4], line, permutations=0).i == pytest.approx(4 / 6 * 2.5 / 5, abs=1e-15)


def test_a_chessboard_is_as_unlike_as_can_be():
    board = np.indices((6, 6)).sum(axis=0).ravel() % 2
    found = global_moran(board, lattice(6, 6), permutations=999)
    assert found.i == pytest.approx(-1)
    assert found.p_permutation == pytest.approx(0.002)
    assert "less than chance" in found.words()


def test_an_island_has_no_neighbours_to_be_like_and_is_named():
    weights = row_standardised(with_island(lattice(5, 5)))
    values = np.append(smooth(5, 5), 99.0)
    assert global_moran(values, weights, permutations=9).islands.tolist() == [25]
    assert "1 of them have no neighbours" in global_moran(values, weights, permutations=9).words()
    local = local_moran(values, weights, permutations=99)
    assert local.quadrant[25] == "no neighbours"
    assert local.i[25] == 0
    assert np.isnan([local.z[25], local.p[25], local.p_adjusted[25]]).all()
    assert not local.significant(1.0)[25]
    for star in (True, False):
        getis = local_g(values, weights, star=star, permutations=99)
        assert getis.islands.tolist() == [25]
        assert np.isnan([getis.g[25], getis.z[25], getis.p[25]]).all()
        assert not getis.hot(1.0)[25]


def test_one_seed_one_result():
    values, weights = smooth(6, 6), row_standardised(lattice(6, 6))
    one, same, other = (local_moran(values, weights, permutations=199, seed=s).p for s in (4, 4, 5))
    assert (one == same).all()
    assert (one != other).any()


def test_a_hot_corner_and_a_cold_one_are_told_apart():
    r, c = np.indices((9, 9)).reshape(2, -1)
    values = 10 + np.random.default_rng(1).uniform(0, 1, 81)
    values[(r < 3) & (c < 3)] += 12
    values[(r > 5) & (c > 5)] -= 9
    found = local_g(values, lattice(9, 9), permutations=1999)
    assert found.hot()[10]
    assert found.cold()[70]
    assert not found.hot()[70]
    assert not found.cold()[10]
    assert not found.hot()[40]


def test_getis_ord_is_the_same_by_binary_and_by_row_standardised_weights():
    values, weights = smooth(6, 6), lattice(6, 6)
    for star in (True, False):
        one = local_g(values, weights, star=star, permutations=0)
        other = local_g(values, row_standardised(weights), star=star, permutations=0)
        np.testing.assert_allclose(one.z, other.z, rtol=1e-10)


@pytest.mark.parametrize("size", [1e-12, 1e-6, 1e6])
def test_the_size_of_weights_changes_nothing(size):
    # By inverse squared distance in metres, weights are a millionth and less.
    values, weights = smooth(6, 6), lattice(6, 6)
    for statistic in (local_moran, local_g):
        one, other = (statistic(values, w, permutations=99) for w in (weights, weights * size))
        np.testing.assert_allclose(other.z, one.z, rtol=1e-10)
        np.testing.assert_array_equal(other.p, one.p)
    one, other = (global_moran(values, w, permutations=99) for w in (weights, weights * size))
    assert other.z == pytest.approx(one.z, rel=1e-10)
    assert other.p_permutation == one.p_permutation


def test_the_level_of_values_does_not_change_z():
    values, weights = smooth(6, 6), lattice(6, 6)
    for star in (True, False):
        one, other = (local_g(v, weights, star=star, permutations=0).z for v in (values, values + 1e6))
        np.testing.assert_allclose(other, one, rtol=1e-7)


def test_where_nothing_can_vary_there_is_no_z():
    # One shop in all: of the area that has it, every other area is like every other.
    one_shop = np.eye(1, 36, 7).ravel()
    found = local_g(one_shop, lattice(6, 6), star=False, permutations=0)
    assert np.flatnonzero(np.isnan(found.z)).tolist() == [7]
    everyone = csr_array(1.0 - np.eye(5))
    assert np.isnan(local_g([1.0, 2.0, 3.0, 4.0, 6.0], everyone, permutations=0).z).all()
    assert np.isnan(local_moran([1.0, 2.0, 3.0, 4.0, 6.0], everyone, permutations=0).z).all()


def test_false_discovery_by_hand():
    # 0.01 x 4 / 1, 0.02 x 4 / 2, 0.03 x 4 / 3 and 0.5; each no more than the one above it.
    np.testing.assert_allclose(adjusted([0.5, 0.01, 0.03, 0.02]), [0.5, 0.04, 0.04, 0.04])
    np.testing.assert_allclose(adjusted([0.04, np.nan, 0.01]), [0.04, np.nan, 0.02])
    assert significant([0.5, 0.01, 0.03, 0.02, np.nan], 0.05).tolist() == [False, True, True, True, False]


def test_where_nothing_is_unusual_few_stand():
    weights = row_standardised(lattice(8, 8))
    random = np.random.default_rng(8)
    trials = 60
    plain = controlled = 0
    for _ in range(trials):
        found = local_moran(random.normal(size=64), weights, permutations=0)
        plain += (found.p < 0.05).any()
        controlled += found.significant().any()
    assert plain > 0.85 * trials
    assert controlled <= 0.25 * trials


@pytest.mark.parametrize(
    ("values", "weights", "what"),
    [
        ([1, 2, np.nan, 4], lattice(2, 2), "1 of 4 areas have no value"),
        ([1, 1, 1, 1], lattice(2, 2), "same value"),
        ([1, 2, 3], lattice(2, 2), "do not fit"),
        ([1, 2, 3, 4], csr_array((4, 4)), "no area has a neighbour"),
        ([1, 2, 3, 4], csr_array(np.eye(4)), "its own neighbour"),
        ([1, 2, 3, 4], -lattice(2, 2), "negative"),
        ([1, 2], lattice(1, 2), "fewer than three"),
    ],
)
def test_what_cannot_be_computed_is_said(values, weights, what):
    with pytest.raises(DataError, match=what):
        global_moran(values, weights)


def test_g_takes_no_value_below_nothing():
    with pytest.raises(DataError, match="below nothing"):
        local_g([-1, 2, 3, 4], lattice(2, 2))
