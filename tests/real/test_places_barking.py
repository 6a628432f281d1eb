"""Barking and Dagenham as it is published: its areas, postcodes, betting shops, and two censuses' areas."""

import csv
import os
from pathlib import Path

import numpy as np
import pytest
import shapely

from insighthub.places.areas import read_areas, write_areas
from insighthub.places.grid import to_grid
from insighthub.places.interpolate import extensive, shares_by_ground, shares_by_points
from insighthub.places.locate import area_of, locate, read_postcodes
from insighthub.places.near import counts_within, nearest
from insighthub.places.neighbours import contiguity
from insighthub.places.premises import read_premises

pytestmark = pytest.mark.real

FOLDER = Path(os.environ.get("INSIGHTHUB_REAL_DATA", Path(__file__).parents[3] / "shared" / "data")) / "geo"


@pytest.fixture(scope="module")
def data():
    if not FOLDER.is_dir() and not os.environ.get("CI"):
        pytest.skip(f"public data not found: {FOLDER}")
    assert FOLDER.is_dir(), "the public data must be there in CI"
    return FOLDER


@pytest.fixture(scope="module")
def areas(data):
    return read_areas(data / "bd_lsoa21.geojson")


@pytest.fixture(scope="module")
def old_areas(data):
    return read_areas(data / "bd_lsoa11.geojson")


@pytest.fixture(scope="module")
def postcodes(data):
    return read_postcodes(data / "bd_postcodes.csv")


@pytest.fixture(scope="module")
def published(data):
    with (data / "bd_postcodes.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def old_population(data):
    with (data / "bd_population20_lsoa11.csv").open(encoding="utf-8") as file:
        return {row["lsoa11_code"]: float(row["total_population"]) for row in csv.DictReader(file)}


def test_all_areas_are_read(data, areas, old_areas):
    wards = read_areas(data / "bd_wards22.geojson")
    assert (len(areas), len(old_areas), len(wards)) == (115, 110, 19)
    assert areas.codes[0] == "E01000006"
    assert areas.names[0] == "Barking and Dagenham 016A"
    assert wards.names[0] == "Abbey"
    assert 35.9e6 < areas.square_metres().sum() < 36.3e6  # 36 square kilometres


def test_what_is_written_is_what_was_read(areas, tmp_path):
    write_areas(tmp_path / "again.geojson", areas)
    again = read_areas(tmp_path / "again.geojson")
    assert again.codes == areas.codes
    assert shapely.hausdorff_distance(again.shapes, areas.shapes).max() < 0.01


def test_every_postcode_lies_in_the_area_that_the_file_says(areas, old_areas, postcodes, published):
    given = [row["pcd"] for row in published]
    found = locate(areas, postcodes=given, postcode_table=postcodes)
    old = area_of(old_areas, found.easting, found.northing)
    assert len(published) == len(postcodes) == 4_703
    for there, rows, name in ((areas, found.area, "lsoa21_by_point"), (old_areas, old, "lsoa11_by_point")):
        codes = np.array([*there.codes, ""])  # the last stands for none
        assert codes[rows].tolist() == [row[name] for row in published]
    # Four lie in none: boundaries drawn with fewer corners leave them out, by less than 5 metres.
    outside = found.area < 0
    assert outside.sum() == 4
    points = shapely.points(found.easting[outside], found.northing[outside])
    assert shapely.distance(shapely.union_all(areas.shapes), points).max() < 5
    reached = locate(areas, postcodes=given, postcode_table=postcodes, reach=5)
    assert (reached.area >= 0).all()
    assert np.array_equal(reached.area[~outside], found.area[~outside])


def test_degrees_and_metres_of_the_file_agree(published):
    east, north = to_grid(*([float(row[name]) for row in published] for name in ("lon", "lat")))
    metres = np.array([[float(row[name]) for row in published] for name in ("oseast1m", "osnrth1m")])
    apart = np.hypot(*(np.array([east, north]) - metres))
    assert apart.max() < 0.5  # metres


def test_the_boroughs_betting_shops_are_placed_by_postcode(data, areas, postcodes):
    file = data / "betting_shops_bd_and_neighbours.csv"
    shops, quarantined = read_premises(file, postcodes, kind="betting shop")
    with file.open(encoding="utf-8") as lines:
        register = list(csv.DictReader(lines))
    ours = {str(k + 2): row["lsoa"] for k, row in enumerate(register) if row["area_name"] == "Barking and Dagenham"}
    assert len(ours) == len(shops) == 40
    assert set(shops.ids) == set(ours)
    assert set(quarantined["reason"].to_pylist()) == {"its postcode is not known"}  # the neighbours'
    assert len(shops) + quarantined.num_rows == len(register)
    assert (area_of(areas, shops.easting, shops.northing) >= 0).all()
    metres, _ = nearest(postcodes.easting, postcodes.northing, shops)
    near = counts_within(postcodes.easting, postcodes.northing, shops, [400])[:, 0]
    assert np.array_equal(near > 0, metres <= 400)
    assert 0.2 < (near > 0).mean() < 0.8


@pytest.fixture(scope="module")
def census(data):
    with (data / "bd_ethnicity21_lsoa21.csv").open(encoding="utf-8") as file:
        return {row["lsoa21_code"]: float(row["total_residents"]) for row in csv.DictReader(file)}


def test_the_population_of_2011_areas_is_kept_in_those_of_2021(areas, old_areas, postcodes, old_population, census):
    people = np.array([old_population[code] for code in old_areas.codes])
    true = np.array([census[code] for code in areas.codes])
    new = ~np.isin(areas.codes, old_areas.codes)
    errors = []
    for shares in (
        shares_by_ground(old_areas, areas),
        shares_by_points(old_areas, areas, postcodes.easting, postcodes.northing),
    ):
        told = extensive(shares, people)
        assert told.sum() == pytest.approx(people.sum())
        # An area that is the same in both keeps nearly all of its people.
        same = [(areas.rows([code])[0], old_areas.rows([code])[0]) for code in areas.codes if code in old_areas.codes]
        kept = np.array([told[row] / people[old] for row, old in same])
        assert len(same) == 104
        assert np.median(np.abs(kept - 1)) < 0.005
        errors.append(np.abs(told - true)[new].sum())
    # Of new areas the next year's census shows that postcodes, which stand where people live, come nearer than ground.
    assert new.sum() == 11
    shares_off = np.array(errors) / true[new].sum()
    assert shares_off == pytest.approx([0.33, 0.28], abs=0.005)  # as the page on places says


def test_every_area_has_neighbours(areas):
    queen = contiguity(areas, standardised=False)
    assert (queen != queen.T).nnz == 0
    assert (np.asarray(queen.sum(axis=1)).ravel() >= 2).all()
