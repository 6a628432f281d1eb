"""Registers of premises: each row has a place, or stands in quarantine with its reason."""

import datetime as dt

import numpy as np
import pytest

from insighthub.errors import DataError
from insighthub.places.locate import Postcodes
from insighthub.places.premises import QUARANTINED, read_premises
from tests.unit.places.squares import EAST, NORTH

POSTCODES = Postcodes(np.array(["IG11 8AA"], object), np.array([EAST]), np.array([NORTH]))

REGISTER = f"""\
premises_id,name,kind,postcode,easting,northing,opened,closed,capacity
1,First,Betting shop,ig118aa,,,2001-05-04,,4
2,Second,school,,{EAST + 10},{NORTH + 20},01/09/1999,31/08/2020,900
3,Third,school,IG11 9ZZ,,,,,
4,Fourth,school,,,,,,
5,Fifth,school,IG11 8AA,,,2020-01-01,2019-01-01,
6,Sixth,school,IG11 8AA,,,yesterday,,
7,Seventh,,IG11 8AA,,,,,
1,Eighth,school,IG11 8AA,,,,,
,Ninth,school,IG11 8AA,,,,,
10,Tenth,school,IG11 8AA,,,,,many
11,Eleventh,school,IG11 8AA,1,99999999,,,
12,Twelfth,school,IG11 8AA,west,,,,
"""


@pytest.fixture
def register(tmp_path):
    path = tmp_path / "premises.csv"
    path.write_text(REGISTER, encoding="utf-8")
    return path


def test_rows_with_a_place_are_premises(register):
    premises, _ = read_premises(register, POSTCODES)
    assert premises.ids.tolist() == ["1", "2"]
    assert premises.kinds.tolist() == ["betting shop", "school"]
    assert premises.easting.tolist() == [EAST, EAST + 10]
    assert premises.northing.tolist() == [NORTH, NORTH + 20]
    assert premises.opened.tolist() == [dt.date(2001, 5, 4), dt.date(1999, 9, 1)]
    assert premises.closed.tolist() == [None, dt.date(2020, 8, 31)]
    assert premises.capacity.tolist() == [4, 900]


def test_rows_without_one_are_kept_with_a_reason(register):
    premises, quarantined = read_premises(register, POSTCODES)
    assert quarantined.schema == QUARANTINED
    assert {row["row"]: row["reason"] for row in quarantined.to_pylist()} == {
        4: "its postcode is not known",
        5: "it has neither coordinates nor a postcode",
        6: "it closed before it opened",
        7: "its day of being opened is no date",
        8: "it does not say what kind it is",
        9: "its id is that of an earlier row",
        10: "it has no id",
        11: "its capacity is no number",
        12: "its coordinates lie outside Great Britain",
        13: "its easting is no number",
    }
    assert len(premises) + quarantined.num_rows == REGISTER.count("\n") - 1


def test_without_postcodes_only_coordinates_place(register):
    premises, quarantined = read_premises(register)
    assert premises.ids.tolist() == ["2"]
    assert quarantined["reason"][0].as_py() == "its postcode is not known"


def test_premises_of_a_day_and_a_kind(register):
    premises, _ = read_premises(register, POSTCODES)
    assert premises.open_on(dt.date(2020, 8, 30)).ids.tolist() == ["1", "2"]
    assert premises.open_on(dt.date(2020, 8, 31)).ids.tolist() == ["1"]  # the day of closing is the first shut
    assert premises.open_on(dt.date(2000, 1, 1)).ids.tolist() == ["2"]
    assert premises.of_kind("school", "bingo").ids.tolist() == ["2"]


def test_columns_and_kind_may_be_told(tmp_path):
    path = tmp_path / "shops.csv"
    path.write_text("Shop,Where\nOne,IG11 8AA\nTwo,IG11 8AA\n", encoding="utf-8")
    with pytest.raises(DataError, match="no column says the kind of premises"):
        read_premises(path, POSTCODES)
    premises, _ = read_premises(path, POSTCODES, kind="pawnbroker", columns={"name": "Shop", "postcode": "Where"})
    assert premises.names.tolist() == ["One", "Two"]
    assert premises.ids.tolist() == ["2", "3"]  # the row of the file, where nothing else is an id
    assert set(premises.kinds) == {"pawnbroker"}
    with pytest.raises(DataError, match="columns are shop, where"):
        read_premises(path, POSTCODES, kind="pawnbroker", columns={"name": "Trading name"})


def test_degrees_place_too(tmp_path):
    path = tmp_path / "schools.csv"
    path.write_text("urn,latitude,longitude\n9,51.535,0.105\n", encoding="utf-8")
    premises, _ = read_premises(path, kind="school")
    assert 545_000 < premises.easting[0] < 547_000
