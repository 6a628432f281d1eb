"""From landed rows to one row for every person they name."""

from datetime import date

import pyarrow as pa
import pytest

from insighthub.errors import ContractError
from insighthub.standardise import PERSON_RECORDS, standardise, standardise_all

TODAY = date(2026, 1, 15)


def told(table: pa.Table, *columns: str) -> list[tuple]:
    return list(zip(*(table[c].to_pylist() for c in columns), strict=True))


def test_the_table_has_the_schema_and_the_contracts_own_columns(landed, contract):
    source = contract({"full_name": "name", "other": {"birth_place": {"column": "bp"}}})
    table = standardise(landed(ref=["1"], name=["JOHN SMITH"], bp=["Devon"]), source)
    assert table.schema.names == [*PERSON_RECORDS.names, "other_birth_place"]
    assert table.schema.field("record_id").nullable is False
    assert told(table, "source", "record_id", "person", "role") == [("council_tax", "1", 1, "main")]
    assert table["other_birth_place"].to_pylist() == ["DEVON"]


def test_an_empty_delivery_gives_an_empty_table(landed, contract):
    table = standardise(landed(ref=[], name=[], dob=[]), contract({"full_name": "name", "date_of_birth": "dob"}))
    assert table.num_rows == 0
    assert table.schema.names == PERSON_RECORDS.names


def test_joint_names_are_numbered_and_only_the_place_is_shared(landed, contract):
    source = contract(
        {
            "full_name": "name", "date_of_birth": "dob", "address": ["a1", "a2"], "postcode": "pc", "uprn": "uprn",
            "mobile": "tel", "valid_from": "since",
        }
    )  # fmt: skip
    rows = landed(
        ref=["7"], name=["MR J & MRS K SMITH"], dob=["27/03/1985"], a1=["Flat 2"], a2=["14 High Rd"], pc=["ig118aa"],
        uprn=["100023336956"], tel=["07911 123450"], since=["2020-01-31"],
    )  # fmt: skip
    table = standardise(rows, source)
    assert told(table, "record_id", "person", "given_name") == [("7", 1, "J"), ("7", 2, "K")]
    assert table["date_of_birth"].to_pylist() == ["1985-03-27", None]
    assert table["mobile"].to_pylist() == ["+447911123450", None]
    for column, value in (
        ("flat", "2"),
        ("postcode", "IG11 8AA"),
        ("uprn", "100023336956"),
        ("valid_from", "2020-01-31"),
    ):
        assert table[column].to_pylist() == [value, value]


def test_a_further_person_takes_the_place_and_counts_on(landed, contract):
    source = contract(
        {"full_name": "name", "address": "addr", "date_of_birth": "dob"},
        other_person=[{"role": "other liable person", "full_name": "other"}],
    )
    rows = landed(
        ref=["1", "2", "3"], name=["MR J & MRS K SMITH", "A JONES", "B KHAN"], other=["L SMITH", None, "C & D KHAN"],
        addr=["1 HIGH ROAD", "2 HIGH ROAD", "3 HIGH ROAD"], dob=["1985-03-27", None, None],
    )  # fmt: skip
    table = standardise(rows, source)
    assert told(table, "record_id", "person", "role", "given_name", "house_number", "date_of_birth") == [
        ("1", 1, "main", "J", "1", "1985-03-27"),
        ("1", 2, "main", "K", "1", None),
        ("1", 3, "other liable person", "L", "1", None),
        ("2", 1, "main", "A", "2", None),
        ("3", 1, "main", "B", "3", None),
        ("3", 2, "other liable person", "C", "3", None),
        ("3", 3, "other liable person", "D", "3", None),
    ]


def test_a_further_persons_own_place_is_not_overwritten(landed, contract):
    source = contract(
        {"full_name": "name", "address": "addr", "postcode": "pc"},
        other_person=[{"role": "landlord", "full_name": "other", "address": "other_addr"}],
    )
    rows = landed(
        ref=["1"], name=["A JONES"], addr=["2 HIGH ROAD"], pc=["IG11 8AA"], other=["B KHAN"], other_addr=["9 LOW LANE"]
    )
    table = standardise(rows, source)
    assert told(table, "street", "postcode") == [("HIGH ROAD", "IG11 8AA"), ("LOW LANE", None)]


def test_a_contact_alone_is_no_further_person(landed, contract):
    source = contract({"full_name": "name"}, other_person=[{"role": "guardian", "full_name": "other", "mobile": "tel"}])
    rows = landed(
        ref=["1", "2"], name=["A JONES", "B KHAN"], other=[None, "C KHAN"], tel=["07911123450", "07911123450"]
    )
    assert told(standardise(rows, source), "given_name", "mobile") == [("A", None), ("B", None), ("C", "+447911123450")]


def test_an_empty_main_person_gives_way_to_a_further_one(landed, contract):
    source = contract({"full_name": "name"}, other_person=[{"role": "guardian", "full_name": "other"}])
    rows = landed(ref=["1", "2"], name=[None, None], other=["C KHAN", None])
    assert told(standardise(rows, source), "record_id", "person", "given_name", "not_linked_reason") == [
        ("1", 1, "C", None),
        ("2", 1, None, "names no person"),
    ]


def test_no_record_is_dropped_and_each_that_is_not_linked_says_why(landed, contract):
    source = contract({"full_name": "name", "email": "mail"})
    rows = landed(
        ref=list("12345"),
        name=["EXECUTORS OF J SMITH", "ACME LTD", None, "J SMITH", None],
        mail=[None, "info@acme.example", "j@mail.example", None, None],
    )
    assert told(standardise(rows, source), "record_id", "person", "not_linked_reason") == [
        ("1", 1, "executors or estate"),
        ("2", 1, "organisation"),
        ("3", 1, None),
        ("4", 1, None),
        ("5", 1, "names no person"),
    ]


def test_a_source_that_maps_no_name_names_people_by_their_numbers(landed, contract):
    rows = landed(ref=["1", "2"], nhs=["943 476 5919", "943 476 5918"])
    assert told(standardise(rows, contract({"nhs_number": "nhs"})), "nhs_number", "not_linked_reason") == [
        ("9434765919", None),
        (None, "names no person"),
    ]


def test_the_contracts_exclusions_come_first_and_hold_for_all_persons_of_the_record(landed, contract):
    source = contract(
        {"full_name": "name"},
        exclude=[
            {"column": "sealed", "values": ["y"], "reason": "sealed adoption"},
            {"column": "note", "reason": "has a note"},
        ],
    )
    rows = landed(
        ref=["1", "2", "3"], name=["J & K SMITH", "ACME LTD", "A JONES"], sealed=["Y", None, "n"], note=["x", "x", None]
    )
    assert told(standardise(rows, source), "record_id", "not_linked_reason") == [
        ("1", "sealed adoption"),
        ("1", "sealed adoption"),
        ("2", "has a note"),
        ("3", None),
    ]


def test_record_ids_of_several_columns_are_joined(landed, contract):
    source = contract({"full_name": "name"}, record_id=["claim", "member"])
    table = standardise(landed(claim=["1", "1"], member=["01", None], name=["A JONES", "B JONES"]), source)
    assert table["record_id"].to_pylist() == ["1|01", "1|"]


def test_a_death_without_a_date_is_told_as_a_date_not_known(landed, contract):
    rows = landed(ref=["1", "2", "3"], name=["J SMITH DECD", "K SMITH", "L SMITH DECD"], dod=[None, None, "01/02/2020"])
    table = standardise(rows, contract({"full_name": "name", "date_of_death": "dod"}))
    assert table["date_of_death"].to_pylist() == ["XXXX-XX-XX", None, "2020-02-01"]


def test_dates_carry_their_flags(landed, contract):
    field = {"column": "dob", "format": "%d/%m/%Y", "null_values": ["06/06/2000"]}
    rows = landed(ref=list("1234"), name=["A JONES"] * 4, dob=["01/01/1985", "06/06/2000", "31/02/1985", "27/03/1985"])
    table = standardise(rows, contract({"full_name": "name", "date_of_birth": field}), TODAY)
    assert told(table, "date_of_birth", "date_of_birth_flags") == [
        ("1985-01-01", "january_first"),
        (None, "default"),
        ("1985-XX-XX", "impossible"),
        ("1985-03-27", None),
    ]


def test_dates_may_stand_in_three_columns(landed, contract):
    field = {"year": "y", "month": "m", "day": "d"}
    rows = landed(
        ref=["1", "2", "3"], y=["1960", None, None], m=["6", "1", None], d=["1", None, None], name=["A JONES"] * 3
    )
    table = standardise(rows, contract({"full_name": "name", "date_of_birth": field}))
    assert table["date_of_birth"].to_pylist() == ["1960-06-01", "XXXX-01-XX", None]


def test_numbers_go_where_their_kind_belongs(landed, contract):
    rows = landed(
        ref=list("1234"),
        name=["A JONES"] * 4,
        phone=["07911 123450", "020 8227 5915", "07911 123450", "020 8227 5915 / 07911 123450"],
        mobile=[None, "07911 123450", "07911 123461", "020 8227 5999"],
    )
    table = standardise(rows, contract({"full_name": "name", "phone": "phone", "mobile": "mobile"}))
    assert told(table, "phone", "mobile") == [
        (None, "+447911123450"),
        ("+442082275915", "+447911123450"),
        ("+447911123450", "+447911123461"),
        ("+442082275915", "+447911123450"),
    ]


def test_a_postcode_among_the_lines_serves_where_its_column_is_empty(landed, contract):
    rows = landed(ref=["1", "2"], name=["A JONES"] * 2, addr=["14 HIGH ROAD IG11 8AA"] * 2, pc=[None, "RM8 3SS"])
    table = standardise(rows, contract({"full_name": "name", "address": "addr", "postcode": "pc"}))
    assert told(table, "postcode", "address") == [("IG11 8AA", "14 HIGH ROAD"), ("RM8 3SS", "14 HIGH ROAD")]


def test_null_values_of_the_contract_are_nothing_whatever_the_case(landed, contract):
    field = {"column": "given", "null_values": ["na"]}
    rows = landed(ref=["1", "2"], given=["NA", "ANNA"], family=["JONES", "JONES"])
    table = standardise(rows, contract({"given_name": field, "family_name": "family"}))
    assert table["given_name"].to_pylist() == [None, "ANNA"]


def test_a_name_in_separate_columns_falls_back_on_the_full_name(landed, contract):
    rows = landed(ref=["1", "2"], given=["Anna", None], family=["Jones", None], full=["X Y", "MR J & MRS K SMITH"])
    source = contract({"given_name": "given", "family_name": "family", "full_name": "full"})
    assert told(standardise(rows, source), "record_id", "person", "given_name", "family_name") == [
        ("1", 1, "ANNA", "JONES"),
        ("2", 1, "J", "SMITH"),
        ("2", 2, "K", "SMITH"),
    ]


def test_a_column_that_is_not_there_is_told(landed, contract):
    with pytest.raises(ContractError, match="surname"):
        standardise(landed(ref=["1"]), contract({"family_name": "surname"}))


def test_several_sources_make_one_table_with_nulls_for_what_one_lacks(landed, contract):
    one = contract({"full_name": "name", "other": {"job": {"column": "job"}}}, name="one")
    two = contract({"full_name": "name", "email": "mail"}, name="two")
    table = standardise_all(
        [
            (landed(ref=["1"], name=["A JONES"], job=["Cook"]), one),
            (landed(ref=["1"], name=["B KHAN"], mail=["b@mail.example"]), two),
        ]
    )
    assert told(table, "source", "given_name", "email", "other_job") == [
        ("one", "A", None, "COOK"),
        ("two", "B", "b@mail.example", None),
    ]
    assert standardise_all([]).schema.names == PERSON_RECORDS.names


def test_a_landed_file_is_read_as_the_table_that_it_holds(landed, contract, tmp_path):
    import pyarrow.parquet as pq

    rows = landed(ref=["1", "2"], name=["MR J & MRS K SMITH", "ANN LEE"], dob=["27/03/1985", None])
    source = contract({"full_name": "name", "date_of_birth": "dob"})
    path = tmp_path / "landed.parquet"
    pq.write_table(rows, path)
    assert standardise_all([(path, source)], as_of=TODAY).equals(standardise_all([(rows, source)], as_of=TODAY))
