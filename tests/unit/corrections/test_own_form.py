"""What is proposed, written as the source writes it."""

import pytest

from insighthub.corrections.own_form import AddressParts, own_address, own_date, own_family_name, own_text
from insighthub.sources.contract import FieldMap, PersonMap

NEW = AddressParts("FLAT 3 ROSE COURT 14 NEW ROAD BARKING", "NEW ROAD", "IG11 9BB", "100")


@pytest.mark.parametrize(
    ("formats", "held", "written"),
    [
        (("%d/%m/%Y",), "05/03/1980", "06/04/1981"),
        (("%d/%m/%Y", "%Y-%m-%d"), "1980-03-05", "1981-04-06"),
        (("%d-%b-%Y",), "05-Mar-1980", "06-Apr-1981"),
        (("excel",), "29285", "29682"),
        ((), None, "06/04/1981"),
        (("%Y-%m-%d",), "nonsense", "1981-04-06"),
    ],
)
def test_a_date_is_written_as_the_row_has_its_own(formats, held, written):
    assert own_date(FieldMap(column="dob", format=formats), {"dob": held}, "1981-04-06") == {"dob": written}


def test_a_date_in_parts_goes_into_its_columns_and_one_known_in_part_nowhere():
    parts = FieldMap(year="y", month="m", day="d")
    assert own_date(parts, {}, "1981-04-06") == {"y": "1981", "m": "04", "d": "06"}
    assert own_date(parts, {}, "1981-XX-XX") == {}


def test_an_address_goes_line_by_line_and_leaves_no_old_line():
    person = PersonMap(address=["a1", "a2", "a3", "a4"], postcode="pc", uprn="uprn")
    held = {"a1": "1 OLD ROAD", "a4": "LONDON"}
    assert own_address(person, held, NEW) == {
        "a1": "FLAT 3 ROSE COURT", "a2": "14 NEW ROAD", "a3": "BARKING", "a4": "", "pc": "IG11 9BB", "uprn": "100",
    }  # fmt: skip


def test_an_address_goes_into_columns_that_are_named_for_its_parts():
    person = PersonMap(address=["house_name_number", "street", "town"], postcode="pc")
    parts = AddressParts("14 NEW ROAD BARKING", "NEW ROAD", "IG11 9BB")
    assert own_address(person, {"street": "Old Road"}, parts) == {
        "house_name_number": "14", "street": "New Road", "town": "Barking", "pc": "IG11 9BB",
    }  # fmt: skip


def test_an_address_in_one_column_has_its_postcode_there_where_there_is_no_other():
    assert own_address(PersonMap(address="home"), {}, NEW) == {
        "home": "FLAT 3 ROSE COURT, 14 NEW ROAD, BARKING, IG11 9BB"
    }


def test_a_name_is_written_in_the_capitals_of_the_row():
    person = PersonMap(given_name="f", family_name="s")
    assert own_family_name(person, {"s": "Smith"}, "SMITH", "OKAFOR") == {"s": "Okafor"}
    assert own_family_name(person, {"s": "SMITH"}, "SMITH", "OKAFOR") == {"s": "OKAFOR"}


def test_a_name_within_a_full_name_is_replaced_only_where_it_stands_once():
    person = PersonMap(full_name="name")
    assert own_family_name(person, {"name": "Mrs Ann Smith"}, "SMITH", "OKAFOR") == {"name": "Mrs Ann Okafor"}
    assert own_family_name(person, {"name": "A Smith & B Smith"}, "SMITH", "OKAFOR") == {}


def test_a_british_number_is_written_as_people_do():
    assert own_text(FieldMap(column="m"), {"m": "07700 900222"}, "+447700900111") == {"m": "07700900111"}
    assert own_text(FieldMap(column="m"), {"m": "+447700900222"}, "+447700900111") == {"m": "+447700900111"}
