"""Metres and degrees, held against the worked examples of Ordnance Survey's guide to coordinate systems."""

import numpy as np
import pyproj
import pytest

from insighthub.places.grid import in_britain, to_grid, to_lonlat


def degrees(whole, minutes, seconds):
    return whole + minutes / 60 + seconds / 3600


def test_the_projection_is_that_of_the_guide_to_the_millimetre():
    """The guide's example of projecting a point that is already on the datum of the grid."""
    seven = "+towgs84=446.448,-125.157,542.06,0.1502,0.247,0.8421,-20.4894"
    datum = pyproj.Transformer.from_crs(
        f"+proj=longlat +ellps=airy {seven} +no_defs", "+proj=longlat +datum=WGS84 +no_defs", always_xy=True
    )
    there = datum.transform(degrees(1, 43, 4.5177), degrees(52, 39, 27.2531))
    assert to_grid(*there) == (pytest.approx(651_409.903, abs=0.002), pytest.approx(313_177.270, abs=0.002))


def test_the_shift_of_datum_is_as_near_as_is_claimed():
    """The same water tower in satellite coordinates, and where the grid's own definition puts it."""
    easting, northing = to_grid(degrees(1, 42, 57.8663), degrees(52, 39, 28.8282))
    assert np.hypot(easting - 651_409.804, northing - 313_177.448) < 5


def test_there_and_back():
    rng = np.random.default_rng(1)
    e, n = rng.uniform(100_000, 650_000, (20, 5)), rng.uniform(20_000, 1_000_000, (20, 5))
    back = to_grid(*to_lonlat(e, n))
    assert back[0].shape == e.shape
    assert np.abs(back[0] - e).max() < 0.001
    assert np.abs(back[1] - n).max() < 0.001


def test_unknown_stays_unknown():
    easting, northing = to_grid([0.1, np.nan, 0.2], [51.5, 51.5, np.nan])
    assert np.isfinite(easting).tolist() == [True, False, False]
    assert np.isfinite(northing).tolist() == [True, False, False]


def test_britain_has_an_edge():
    assert in_britain([546_000, -1, 546_000, np.nan], [184_000, 184_000, 1_400_000, 1]).tolist() == [True, *[False] * 3]
