"""Kernel density: by hand, against a direct sum, and what an edge does."""

import numpy as np
import pytest

from insighthub.errors import DataError
from insighthub.spatial.density import (
    BANDWIDTHS,
    Edge,
    density_at,
    density_grid,
    density_of_cells,
    quartic,
    share_inside,
)


def ground(rows=40, columns=40, cell=50.0):
    return Edge(0.0, 0.0, cell, np.ones((rows, columns), bool))


@pytest.mark.parametrize("bandwidth", BANDWIDTHS)
def test_the_kernel_integrates_to_one(bandwidth):
    step = bandwidth / 200
    side = np.arange(-bandwidth, bandwidth, step) + step / 2
    x, y = np.meshgrid(side, side)
    assert quartic(np.hypot(x, y), bandwidth).sum() * step**2 == pytest.approx(1.0, abs=1e-5)


def test_by_hand():
    # At the point itself 3 / (pi 0.4^2); half a bandwidth off, (1 - 1/4)^2 of it; at the bandwidth and beyond nothing.
    peak = 3 / (np.pi * 0.4**2)
    found = density_at([0], [0], [2.0], [0, 200, 400, 500], [0, 0, 0, 0], 400)
    np.testing.assert_allclose(found, [2 * peak, 2 * peak * 0.5625, 0, 0], rtol=1e-12)


def test_equals_a_direct_sum():
    random = np.random.default_rng(2)
    x, y, w = random.uniform(0, 2000, 60), random.uniform(0, 2000, 60), random.uniform(0, 3, 60)
    at_x, at_y = random.uniform(0, 2000, 25), random.uniform(0, 2000, 25)
    direct = []
    for a, b in zip(at_x, at_y, strict=True):
        total = 0.0
        for c, d, weight in zip(x, y, w, strict=True):
            distance = ((a - c) ** 2 + (b - d) ** 2) ** 0.5
            if distance < 400:
                total += weight * 3 / (np.pi * 0.4**2) * (1 - (distance / 400) ** 2) ** 2
        direct.append(total)
    np.testing.assert_allclose(density_at(x, y, w, at_x, at_y, 400), direct, rtol=1e-12, atol=1e-12)


def test_the_share_at_a_side_is_a_half_and_at_a_corner_a_quarter():
    edge = ground(cell=20.0, rows=100, columns=100)
    shares = share_inside([1000, 0, 0], [1000, 1000, 0], edge, 400)
    np.testing.assert_allclose(shares, [1.0, 0.5, 0.25], atol=0.002)


def test_points_across_the_boundary_count_and_the_correction_leaves_them_out():
    edge = ground()
    across = density_at([-100], [1000], None, [50], [1000], 400)
    assert across[0] > 0
    assert density_at([-100], [1000], None, [50], [1000], 400, edge=edge)[0] == 0


def test_an_even_spread_stays_even_to_the_side_once_corrected():
    edge = ground(cell=40.0, rows=30, columns=30)
    x, y = edge.middles()
    even = 1e6 / 40**2
    plain = density_grid(x.ravel(), y.ravel(), None, edge, [400])
    corrected = density_grid(x.ravel(), y.ravel(), None, edge, [400], correct=True)
    assert plain.layer(400)[0, 0] < 0.35 * even
    np.testing.assert_allclose(corrected.layer(400), even, rtol=1e-3)


def test_a_grid_gives_every_bandwidth_and_nothing_outside():
    inside = np.ones((20, 30), bool)
    inside[:5] = False
    edge = Edge(500.0, 0.0, 50.0, inside)
    grid = density_grid([1000, 1200], [600, 700], [1, 4], edge)
    assert grid.density.shape == (4, 20, 30)
    assert np.isnan(grid.density[:, :5]).all()
    east, north = edge.middles()
    for bandwidth in BANDWIDTHS:
        direct = density_at([1000, 1200], [600, 700], [1, 4], east[inside], north[inside], bandwidth)
        np.testing.assert_allclose(grid.layer(bandwidth)[inside], direct)
        shares = share_inside(east[inside], north[inside], edge, bandwidth)
        np.testing.assert_allclose(grid.share[BANDWIDTHS.index(bandwidth)][inside], shares, atol=1e-9)


def test_no_points_no_density_and_away_from_the_ground_nothing_is_known():
    assert density_at([], [], None, [0], [0], 400).tolist() == [0.0]
    assert np.isnan(density_at([500], [500], None, [9000], [9000], 400, edge=ground()))[0]


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (([1], [1, 2], None, [0], [0], 400), "do not fit northings"),
        (([1], [np.nan], None, [0], [0], 400), "no coordinates"),
        (([1], [1], [1, 2], [0], [0], 400), "do not fit 1 points"),
        (([1], [1], None, [0], [0], 0), "bandwidth of 0"),
    ],
)
def test_what_cannot_be_computed_is_said(arguments, what):
    with pytest.raises(DataError, match=what):
        density_at(*arguments)


def test_points_summed_by_cell_give_the_density_of_points_at_the_middles_and_lose_nothing():
    inside = np.ones((60, 60), bool)
    edge = Edge(0.0, 0.0, 50.0, inside)
    weights = np.zeros(inside.shape)
    weights[25, 30], weights[33, 28] = 3.0, 2.0
    east, north = edge.middles()
    there = weights > 0
    grid = density_of_cells(weights, edge)
    direct = density_grid(east[there], north[there], weights[there], edge)
    for bandwidth in BANDWIDTHS:
        found, exact = grid.layer(bandwidth), direct.layer(bandwidth)
        assert found.sum() * 50**2 / 1e6 == pytest.approx(5.0)
        np.testing.assert_allclose(found, exact, atol=0.02 * exact.max())
        assert ((found > 0) == (exact > 1e-9)).all()
    with pytest.raises(DataError, match="on cells of 50"):
        density_of_cells(weights, edge, [40.0])
    with pytest.raises(DataError, match="do not fit cells"):
        density_of_cells(weights[:5], edge)
