"""Groups of records are coarse: what each value becomes, and that nothing finer is kept."""

from datetime import date

import pytest

from insighthub.groups.attributes import AGE_BANDS, GROUPS, age_band, groups_table, outward_code, with_name_origin
from insighthub.standardise.schema import PERSON_RECORDS

DAY = date(2026, 3, 5)


def records(*rows):
    whole = [{"source": "a", "record_id": f"r{n}", "person": 1} | row for n, row in enumerate(rows)]
    return PERSON_RECORDS.empty_table().from_pylist(whole, schema=PERSON_RECORDS)


@pytest.mark.parametrize(
    ("born", "flags", "band"),
    [
        ("2010-03-06", None, "under 16"),  # sixteen tomorrow
        ("2010-03-05", None, "16 to 24"),  # sixteen today
        ("2001-03-06", None, "16 to 24"),
        ("2001-03-05", None, "25 to 44"),
        ("1981-03-05", "january_first", "45 to 64"),
        ("1961-03-05", None, "65 and over"),
        ("1850-01-01", None, "65 and over"),
        ("2010-XX-XX", None, "under 16"),  # July, if the month is not known
        ("2010-03-XX", None, "under 16"),  # the 15th, if the day is not
        ("2009-12-XX", None, "16 to 24"),
        ("XXXX-01-01", None, None),
        ("2026-03-06", None, None),
        ("1980-01-01", "january_first,future", None),
        ("1980-01-01", "default", None),
        (None, None, None),
        ("", "", None),
    ],
)
def test_age_bands_are_those_of_the_day(born, flags, band):
    assert age_band(born, flags, DAY) == band


def test_every_age_is_in_one_band():
    found = {age_band(f"{2026 - age}-01-01", None, DAY) for age in range(110)}
    assert found == {name for _, name in AGE_BANDS}


@pytest.mark.parametrize(
    ("postcode", "code"),
    [("IG11 8AA", "IG11"), ("E1W 2AA", "E1W"), ("M1 1AE", "M1"), ("75008", None), ("", None), (None, None)],
)
def test_an_area_is_the_first_half_of_a_postcode(postcode, code):
    assert outward_code(postcode) == code


def test_the_table_has_a_row_for_every_record_and_nothing_finer():
    table = groups_table(
        records(
            {"given_name": "ZEBEDEE", "date_of_birth": "1980-05-17", "sex": "M", "postcode": "IG21 8AA"},
            {"family_name": "QUILL", "address": "9 ROAD"},
        ),
        DAY,
    )
    assert table.schema.equals(GROUPS)
    assert table.to_pylist() == [
        {"source": "a", "record_id": "r0", "person": 1, "sex": "male", "age_band": "45 to 64", "area": "IG21"},
        {"source": "a", "record_id": "r1", "person": 1, "sex": None, "age_band": None, "area": None},
    ]


def test_no_records_give_no_groups():
    assert groups_table(records(), DAY).num_rows == 0
    assert with_name_origin(groups_table(records(), DAY), records()).num_rows == 0


def test_name_origin_is_added_for_one_use():
    rows = records({"given_name": "MOHAMMED", "family_name": "HUSSAIN"}, {"given_name": None})
    named = with_name_origin(groups_table(rows, DAY), rows)
    assert named["name_origin"].to_pylist() == ["Arabic or Muslim", "Other or not told"]
    assert "name_origin" not in GROUPS.names
