"""Which fields of a landed row are filled in."""

from insighthub.quality.delivered import delivered_fields, measured_fields
from insighthub.sources.contract import parse_contract
from tests.unit.quality.conftest import TAX


def test_a_field_of_several_columns_is_filled_in_where_one_of_them_is(release):
    entry = {**TAX, "person": {"address": ["line1", "line2"], "postcode": "post"}}
    source = parse_contract({"source": [entry]}, "contract.toml").source[0]
    release.land(
        "tax",
        ref=["1", "2", "3"],
        line1=["", "1 High Road", None],
        line2=["Flat 2", None, " - "],
        post=["", "?", "n/a"],
    )
    found = delivered_fields(release.landed["tax"], source)
    assert measured_fields(source) == ("address", "postcode")
    assert found.to_pydict() == {
        "record_id": ["1", "2", "3"],
        "address": [True, True, False],
        "postcode": [False, False, False],
    }


def test_fields_of_the_contract_of_its_own_are_left_out():
    entry = {
        **TAX,
        "person": {"given_name": "first", "other": {"staff_number": {"column": "staff", "kind": "identifier"}}},
    }
    source = parse_contract({"source": [entry]}, "contract.toml").source[0]
    assert measured_fields(source) == ("given_name",)
