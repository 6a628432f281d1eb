"""Distances, counts, circles and catchments, held against what is counted one by one."""

import numpy as np
import pytest
import shapely

from insighthub.places.locate import Postcodes
from insighthub.places.near import buffers, catchments, counts_within, edge, nearest, within
from tests.unit.places.squares import EAST, NORTH, squares


def points(*places):
    xy = np.array(places, float).reshape(-1, 2)
    return Postcodes(np.array([str(k) for k in range(len(xy))], object), EAST + xy[:, 0], NORTH + xy[:, 1])


SHOPS = points((0, 0), (300, 0), (0, 400), (2_000, 2_000))
NONE = points()


def test_pairs_are_those_within_and_no_others():
    rng = np.random.default_rng(5)
    here, there = rng.uniform(0, 1_000, (60, 2)), rng.uniform(-200, 1_200, (25, 2))
    found = within(here[:, 0], here[:, 1], Postcodes(np.empty(25, object), there[:, 0], there[:, 1]), 250)
    metres = np.hypot(here[:, None, 0] - there[None, :, 0], here[:, None, 1] - there[None, :, 1])
    expected = np.argwhere(metres <= 250)
    assert np.column_stack([found.point, found.other]).tolist() == expected.tolist()
    assert found.metres == pytest.approx(metres[metres <= 250])


def test_a_radius_holds_its_rim():
    assert within([EAST], [NORTH], SHOPS, 400).other.tolist() == [0, 1, 2]
    assert within([EAST], [NORTH], SHOPS, 399.9).other.tolist() == [0, 1]
    assert within([EAST], [NORTH], NONE, 400).other.tolist() == []
    with pytest.raises(ValueError, match="radius"):
        within([EAST], [NORTH], SHOPS, -1)
    with pytest.raises(ValueError, match="not known"):
        within([np.nan], [NORTH], SHOPS, 1)


def test_counts_at_several_radii():
    counts = counts_within([EAST, EAST + 5_000], [NORTH, NORTH], SHOPS, [0, 300, 400, 5_000])
    assert counts.tolist() == [[1, 2, 3, 4], [0, 0, 0, 3]]
    assert counts_within([EAST], [NORTH], NONE, [400]).tolist() == [[0]]


def test_the_nearest_and_none():
    metres, row = nearest([EAST + 290, EAST], [NORTH, NORTH + 390], SHOPS)
    assert metres.tolist() == [10, 10]
    assert row.tolist() == [1, 2]
    metres, row = nearest([EAST], [NORTH], NONE)
    assert (metres.tolist(), row.tolist()) == ([np.inf], [-1])


def test_circles_are_nearly_round():
    area = shapely.area(buffers([EAST], [NORTH], 400))[0]
    assert area == pytest.approx(np.pi * 400**2, rel=0.002)
    assert area < np.pi * 400**2


def test_catchments_part_the_ground_by_the_nearest():
    ground = squares(4, 4)
    rng = np.random.default_rng(2)
    shops = points(*rng.uniform(0, 400, (5, 2)), (900, 900))
    parts = catchments(shops.easting, shops.northing, ground)
    assert shapely.area(parts).sum() == pytest.approx(160_000)
    east, north = EAST + rng.uniform(0, 400, 300), NORTH + rng.uniform(0, 400, 300)
    _, row = nearest(east, north, shops)
    assert shapely.dwithin(parts[row], shapely.points(east, north), 1e-6).all()


def test_catchments_of_few_points():
    ground = squares(2, 2)
    assert shapely.area(catchments([EAST], [NORTH], ground)).tolist() == [40_000]
    assert catchments([], [], ground).tolist() == []
    twice = shapely.area(catchments([EAST, EAST, EAST + 200], [NORTH, NORTH, NORTH], ground))
    assert twice == pytest.approx([20_000, 0, 20_000])


def test_shops_across_the_boundary_are_counted():
    ground = squares(2, 2)
    shops = points((100, 100), (250, 100), (700, 100))
    near = edge(ground, shops.easting, shops.northing, 400)
    assert near.tolist() == [True, True, False]
    assert edge(ground, shops.easting, shops.northing, 0).tolist() == [True, False, False]
    assert counts_within([EAST + 199], [NORTH + 100], shops, [100]).tolist() == [[2]]
