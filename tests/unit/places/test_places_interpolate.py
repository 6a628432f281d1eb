"""Figures of old areas told of new ones."""

import numpy as np
import pytest
import shapely

from insighthub.places.areas import Areas
from insighthub.places.interpolate import extensive, intensive, shares_by_ground, shares_by_points
from tests.unit.places.squares import EAST, NORTH, squares

OLD = squares(2, 1, side=200.0, prefix="O")  # two squares side by side
NEW = squares(4, 2, prefix="N")  # eight quarters


def test_ground_is_shared_out_evenly():
    shares = shares_by_ground(OLD, NEW)
    assert extensive(shares, [80, 20]) == pytest.approx([20, 20, 5, 5, 20, 20, 5, 5])
    assert extensive(shares, [[80, 8], [20, 2]])[:, 1] == pytest.approx([2, 2, 0.5, 0.5, 2, 2, 0.5, 0.5])


def test_points_stand_where_people_live():
    east = EAST + np.array([50, 50, 150, 350])
    north = NORTH + np.array([50, 60, 150, 150])
    shares = shares_by_points(OLD, NEW, east, north)
    assert extensive(shares, [90, 20]) == pytest.approx([60, 0, 0, 0, 0, 30, 0, 20])
    weighed = shares_by_points(OLD, NEW, east, north, [1, 1, 8, 0.5])
    assert extensive(weighed, [90, 20]) == pytest.approx([18, 0, 0, 0, 0, 72, 0, 20])
    with pytest.raises(ValueError, match="below 0"):
        shares_by_points(OLD, NEW, east, north, [1, 1, -8, 1])


def test_an_area_without_points_is_shared_by_ground():
    shares = shares_by_points(OLD, NEW, [EAST + 50], [NORTH + 50])
    assert extensive(shares, [90, 20]) == pytest.approx([90, 0, 5, 5, 0, 0, 5, 5])


def test_rates_are_weighed_by_people():
    whole = squares(1, 1, side=400.0, prefix="W")
    shares = shares_by_ground(OLD, whole)
    assert intensive(shares, [0.1, 0.4], [300, 100]) == pytest.approx([0.175])
    assert intensive(shares, [0.1, np.nan], [300, 0]) == pytest.approx([0.1])
    assert np.isnan(intensive(shares, [0.1, 0.4], [0, 0])).all()
    down = shares_by_ground(OLD, NEW)
    assert intensive(down, [0.1, 0.4], [300, 100]) == pytest.approx([0.1, 0.1, 0.4, 0.4] * 2)


def test_what_falls_beside_all_targets_is_shared_out_like_the_rest():
    half = Areas(NEW.codes[:1], NEW.names[:1], NEW.shapes[:1])
    first = Areas(OLD.codes[:1], OLD.names[:1], OLD.shapes[:1])
    assert extensive(shares_by_ground(first, half), [80]).tolist() == [80]
    with pytest.raises(ValueError, match="none of the target areas"):
        extensive(shares_by_ground(OLD, half), [80, 20])
    assert extensive(shares_by_ground(OLD, half), [80, 0]).tolist() == [80]


def test_slivers_may_be_left_out():
    moved = Areas(OLD.codes, OLD.names, shapely.transform(OLD.shapes, lambda xy: xy + np.array([1.0, 0.0])))
    assert shares_by_ground(OLD, moved).nnz == 3
    assert shares_by_ground(OLD, moved, least=0.01).nnz == 2
