"""UPRNs and postcodes to points, and points to areas."""

import numpy as np
import pytest

from insighthub.errors import DataError
from insighthub.measures.population import read_areas
from insighthub.places.locate import (
    BY_POSTCODE,
    BY_UPRN,
    NOWHERE,
    Postcodes,
    area_of,
    locate,
    read_postcodes,
    read_uprns,
    write_look_up,
)
from tests.unit.places.squares import EAST, NORTH, squares

BOARD = squares(3, 2)


def written(path, text):
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def postcodes(tmp_path):
    rows = ["pcd,oseast1m,osnrth1m", f"IG118AA,{EAST + 50},{NORTH + 50}", f"RM8  1AB,{EAST + 250},{NORTH + 150}"]
    return read_postcodes(written(tmp_path / "postcodes.csv", "\n".join([*rows, "RM9 1AB,,", "ZZ99 3VZ,,\n"])))


@pytest.fixture
def uprns(tmp_path):
    text = f"UPRN,X_COORDINATE,Y_COORDINATE\n100,{EAST + 150},{NORTH + 50}\n7,{EAST + 950},{NORTH}\n"
    return read_uprns(written(tmp_path / "uprns.csv", text))


def test_points_lie_in_areas_or_in_none():
    east = [EAST + 50, EAST + 299, EAST - 1, np.nan, EAST + 100, EAST]
    north = [NORTH + 50, NORTH + 199, NORTH + 50, NORTH, NORTH + 100, NORTH]
    # The fifth is a corner of four areas, the sixth the corner of all.
    assert area_of(BOARD, east, north).tolist() == [0, 5, -1, -1, 0, 0]
    assert area_of(BOARD, [], []).tolist() == []


def test_points_at_the_rim_may_be_given_to_the_nearest():
    east, north = (
        [EAST - 3, EAST + 305, EAST - 30, np.nan, EAST + 50],
        [NORTH + 50, NORTH + 150, NORTH, NORTH, NORTH + 50],
    )
    assert area_of(BOARD, east, north).tolist() == [-1, -1, -1, -1, 0]
    assert area_of(BOARD, east, north, reach=5).tolist() == [0, 5, -1, -1, 0]


def test_every_point_of_a_board_is_in_its_square():
    rng = np.random.default_rng(3)
    x, y = rng.uniform(0, 300, 500), rng.uniform(0, 200, 500)
    assert area_of(BOARD, EAST + x, NORTH + y).tolist() == (x // 100 + 3 * (y // 100)).astype(int).tolist()


def test_a_postcode_is_found_however_it_is_written(postcodes):
    assert postcodes.codes.tolist() == ["IG11 8AA", "RM8 1AB"]
    easting, northing = postcodes.find(["ig11 8aa", "RM81AB", "IG11 9ZZ", None, ""])
    assert easting.tolist()[:2] == [EAST + 50, EAST + 250]
    assert northing.tolist()[:2] == [NORTH + 50, NORTH + 150]
    assert np.isnan(easting[2:]).all()


def test_a_uprn_is_found_with_and_without_noughts(uprns):
    easting, _ = uprns.find(["000000000100", 7, "8", None, "7.0", "9" * 15])
    assert easting.tolist()[:2] == [EAST + 150, EAST + 950]
    assert np.isnan(easting[2:]).all()


def test_degrees_will_do(tmp_path):
    read = read_postcodes(written(tmp_path / "p.csv", "Postcode,Latitude,Longitude\nIG11 8AA,51.535,0.105\n"))
    assert 545_000 < read.easting[0] < 547_000
    assert 183_000 < read.northing[0] < 186_000


def test_the_uprn_is_believed_before_the_postcode(postcodes, uprns):
    found = locate(
        BOARD,
        postcodes=["IG11 8AA", "IG11 8AA", "IG11 9ZZ", None],
        uprns=["100", "55", None, 7],
        postcode_table=postcodes,
        uprn_table=uprns,
    )
    assert found.how.tolist() == [BY_UPRN, BY_POSTCODE, NOWHERE, BY_UPRN]
    assert found.area.tolist() == [1, 0, -1, -1]  # the last lies outside
    assert found.easting[3] == EAST + 950
    assert locate(BOARD, postcodes=["RM8 1AB"], postcode_table=postcodes).area.tolist() == [5]
    with pytest.raises(ValueError, match="as many"):
        locate(BOARD, postcodes=["RM8 1AB"], uprns=[])


@pytest.mark.parametrize(
    ("text", "said", "row"),
    [
        ("", "the file is empty", None),
        ("town,easting,northing\nA,1,1\n", "no column says the postcode", None),
        ("pcd,town\nIG11 8AA,B\n", "no columns hold coordinates", None),
        ("pcd,easting,northing\nIG11 8AA,x,1\n", "this is not a number", 2),
        ("pcd,easting,northing\nIG11 8AA,1,1\nIG11 8AB,1,9999999\n", "outside Great Britain", 3),
        ("pcd,easting,northing\nIG11 8AA,1,1\nIG118AA,1,2\n", "in two places", 3),
        ("pcd,easting,northing\nIG11 8AA,,\n", "no row has a place", None),
        ("pcd,easting,northing\nIG11 8AA,1\n", "not a table", None),
        ("pcd,PCD,northing\nIG11 8AA,1,1\n", "two columns", None),
    ],
)
def test_a_postcode_file_at_fault_says_where(tmp_path, text, said, row):
    with pytest.raises(DataError, match=said) as caught:
        read_postcodes(written(tmp_path / "p.csv", text))
    assert caught.value.row == row


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_postcodes(tmp_path / "none.csv")
    (tmp_path / "latin.csv").write_bytes("pcd,easting,northing\nIG11 8AA,1,1\n".encode("utf-16"))
    with pytest.raises(DataError, match="UTF-8"):
        read_postcodes(tmp_path / "latin.csv")


def test_columns_without_a_name_are_passed_over(tmp_path):
    assert len(read_postcodes(written(tmp_path / "p.csv", "pcd,easting,northing,,\nIG11 8AA,1,1,,\n"))) == 1


def test_a_look_up_is_what_measures_take(tmp_path, postcodes):
    outside = Postcodes(
        np.append(postcodes.codes, "RM9 9ZZ"), *(np.append(x, 1.0) for x in (postcodes.easting, postcodes.northing))
    )
    assert write_look_up(tmp_path / "lsoa.csv", BOARD, outside) == 2
    assert read_areas({"lsoa": tmp_path / "lsoa.csv"}).to_pylist() == [
        {"kind": "lsoa", "code": "IG118AA", "area": "A1"},
        {"kind": "lsoa", "code": "RM81AB", "area": "A6"},
    ]


def test_an_empty_table_finds_nothing(postcodes):
    none = Postcodes(postcodes.codes[:0], postcodes.easting[:0], postcodes.northing[:0])
    assert np.isnan(none.find(["IG11 8AA"])[0]).all()
    assert locate(BOARD, postcodes=["IG11 8AA"], postcode_table=none).how.tolist() == [NOWHERE]


def test_a_uprn_that_is_none_is_a_fault(tmp_path):
    with pytest.raises(DataError, match="no UPRN") as caught:
        read_uprns(written(tmp_path / "u.csv", "uprn,easting,northing\n1,1,1\n1E+11,1,1\n"))
    assert caught.value.row == 3
    same = read_uprns(written(tmp_path / "v.csv", "uprn,easting,northing\n1,1,1\n001,1,1\n"))
    assert len(same) == 1
