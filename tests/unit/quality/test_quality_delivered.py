"""Which fields of a landed row are filled in."""

import pyarrow as pa

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
    assert found.select(["source", "record_id", "address", "postcode"]).to_pydict() == {
        "source": ["tax", "tax", "tax"],
        "record_id": ["1", "2", "3"],
        "address": [True, True, False],
        "postcode": [False, False, False],
    }
    assert found["email"].null_count == 3, "a field that the contract does not map is neither there nor wanting"


def test_only_the_records_that_are_asked_for_are_looked_at(release):
    release.land("tax", ref=["1", "2", "3"], name=["Ann Lee", "N/A", None], dob=[None] * 3, post=["x", "y", "z"])
    found = delivered_fields(release.landed["tax"], release.sources[0], pa.array(["3", "1", "9"]))
    assert found.select(["record_id", "full_name"]).to_pylist() == [
        {"record_id": "1", "full_name": True},
        {"record_id": "3", "full_name": False},
    ]


def test_fields_of_the_contract_of_its_own_are_left_out():
    entry = {
        **TAX,
        "person": {"given_name": "first", "other": {"staff_number": {"column": "staff", "kind": "identifier"}}},
    }
    source = parse_contract({"source": [entry]}, "contract.toml").source[0]
    assert measured_fields(source) == ("given_name",)
