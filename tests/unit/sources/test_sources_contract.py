"""Contracts: what may stand in one, and what the user is told when something may not."""

import jsonschema
import pytest

from insighthub.errors import ContractError
from insighthub.sources.contract import contract_schema, load_contract, parse_contract

START = '[[source]]\nname = "rents"\npath = "r.csv"\nrecord_id = "id"\n'


def load(text):
    return parse_contract(text, "c.toml")


def test_short_and_long_forms_of_a_field_mean_the_same():
    (source,) = load(
        START + '[source.person]\npostcode = "pc"\naddress = ["a", "b"]\n'
        'date_of_birth = { column = "dob", format = "%d/%m/%Y", null_values = "1900-01-01" }\n'
        'valid_from = { year = "y", month = "m" }\n[source.person.other.car]\ncolumn = "plate"\nkind = "identifier"\n'
    ).source
    fields = source.person.fields()
    assert {n: f.names() for n, f in fields.items()} == {
        "address": ("a", "b"),
        "date_of_birth": ("dob",),
        "postcode": ("pc",),
        "valid_from": ("y", "m"),
        "other_car": ("plate",),
    }
    assert fields["date_of_birth"].format == ("%d/%m/%Y",)
    assert fields["date_of_birth"].null_values == ("1900-01-01",)


def test_every_column_that_is_read_is_known_with_the_setting_that_names_it():
    (source,) = load(
        START.replace('"id"', '["id", "n"]') + '[source.person]\nfull_name = "name"\n'
        '[[source.other_person]]\nrole = "partner"\nfull_name = "p"\npostcode = "name"\n'
        '[[source.exclude]]\ncolumn = "sealed"\nreason = "sealed adoption"\n'
        '[[source.fact]]\nname = "arrears"\nkind = "amount"\nvalue = "owed"\ndate = "on"\nend_date = "to"\n'
    ).source
    assert source.columns() == {
        "id": "record_id",
        "n": "record_id",
        "name": "person.full_name",
        "p": "other_person[1].full_name",
        "sealed": "exclude[1].column",
        "owed": "fact[1].value",
        "on": "fact[1].date",
        "to": "fact[1].end_date",
    }


FAULTS = [
    ("", "source", "no source", "[[source]]"),
    ('[[sources]]\nname = "a"\n', "sources", "no such setting", "Did you mean source?"),
    ('[source]\nname = "a"\n', "source", "two square brackets", "[[source]]"),
    ('[[source]]\nname = "a"\nrecord_id = "id"\n', "a.path", "missing", "path ="),
    ('[[source]]\npath = "a"\nrecord_id = "id"\n', "source[1].name", "missing", "name ="),
    (START.replace("rents", "Rents 2024"), "source[1].name", "no name for a source", "council_tax"),
    (START.replace('"id"', "[]"), "rents.record_id", "empty", "at least one"),
    (START.replace('"id"', '" "'), "rents.record_id[1]", "empty", "at least one"),
    (START.replace('"id"', "7"), "rents.record_id", "text in quotes, or a list", "contract"),
    (START.replace('"id"', '["id", "id"]'), "rents.record_id", "once", "contract"),
    (START + 'format = "xls"\n', "rents.format", "none of the words", "'excel'"),
    (START + 'encoding = "utf-9"\n', "rents.encoding", "no such encoding", "contract"),
    (START + 'encoding = "hex"\n', "rents.encoding", "no such encoding", "contract"),
    (START + 'encoding = "idna"\n', "rents.encoding", "no such encoding", "contract"),
    (START + 'delimiter = "||"\n', "rents.delimiter", "one character", "contract"),
    (START + "header_row = 0\n", "rents.header_row", "too small", "1 or more"),
    (START + "header_row = 1.5\n", "rents.header_row", "cannot stand here", "contract"),
    (START + "special_category = 7\n", "rents.special_category", "cannot stand here", "contract"),
    (START + 'totals = "Sum"\n', "rents.totals", "no such setting", "totals_row"),
    (START + 'recordid = "x"\n', "rents.recordid", "no such setting", "record_id"),
    (START + "zzz = 1\n", "rents.zzz", "no such setting", "one_record_per_person"),
    (START + '[source.person]\nsurname = "x"\n', "rents.person.surname", "no such setting", "family_name"),
    (START + '[source.person]\ndob = "x"\n', "rents.person.dob", "no such setting", "date_of_birth"),
    (
        START + '[source.person]\nshoe_size = "x"\n',
        "rents.person.shoe_size",
        "no such setting",
        "[source.person.other]",
    ),
    (START + "[source.person]\nphone = 3\n", "rents.person.phone", "form", "column in quotes"),
    (START + '[source.person]\nphone = ["a", 3]\n', "rents.person.phone.columns[2]", "text in quotes", "contract"),
    (START + "[source.person]\nphone = []\n", "rents.person.phone", "one of column, columns", "contract"),
    (
        START + '[source.person]\nphone = { colum = "x" }\n',
        "rents.person.phone.colum",
        "no such",
        "Did you mean column?",
    ),
    (START + '[source.person]\nphone = { column = "x", year = "y" }\n', "rents.person.phone", "only one", "contract"),
    (
        START + '[source.person.other.car]\ncolumn = "x"\nkind = "fuzzy"\n',
        "rents.person.other.car.kind",
        "words",
        "'exact'",
    ),
    (
        START + '[source.person.other.car]\ncolumn = "x"\nkin = "text"\n',
        "rents.person.other.car.kin",
        "no such",
        "kind",
    ),
    (START + '[[source.fact]]\nname = "x"\nkind = "sum"\n', "rents.fact[1].kind", "words", "'amount'"),
    (START + '[[source.exclude]]\ncolumn = "x"\n', "rents.exclude[1].reason", "missing", "reason ="),
    (START + START, None, "unique; repeated: rents", "contract"),
]


@pytest.mark.parametrize(("text", "setting", "what", "remedy"), FAULTS, ids=range(len(FAULTS)))
def test_a_fault_names_the_setting_and_what_to_write(text, setting, what, remedy):
    with pytest.raises(ContractError) as caught:
        load(text)
    assert caught.value.column == setting
    assert what in caught.value.what
    assert remedy in caught.value.remedy
    assert caught.value.file == "c.toml"


def test_further_faults_are_named_after_the_first():
    with pytest.raises(ContractError, match=r"Also at fault: rents\.delimiter, rents\.header_row"):
        load(START + 'delimiter = "||"\nformat = "x"\nheader_row = 0\n')


@pytest.mark.parametrize(
    ("text", "line"),
    [("a = \n", 1), (START + "name = rents\n", 5), (START + 'name = "again"\n', None), ("a = " + "[" * 5000, None)],
)
def test_what_is_not_toml_is_told_by_line(text, line):
    with pytest.raises(ContractError, match="this is not TOML") as caught:
        load(text)
    assert line is None or caught.value.row == line


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00\x00junk", "folder"], ids=["missing", "not text", "a folder"])
def test_a_contract_file_that_cannot_be_read_is_told(tmp_path, content):
    path = tmp_path / "c.toml"
    if content == "folder":
        path.mkdir()
    elif content:
        path.write_bytes(content)
    with pytest.raises(ContractError) as caught:
        load_contract(path)
    assert caught.value.file == str(path)
    assert caught.value.remedy


def test_a_contract_saved_with_a_byte_order_mark_is_read(tmp_path):
    path = tmp_path / "c.toml"
    path.write_bytes(b"\xef\xbb\xbf" + START.encode())
    assert load_contract(path).source[0].name == "rents"


@pytest.mark.parametrize(
    ("tables", "fits"),
    [
        (
            {"source": [{"name": "a", "path": "p", "record_id": "i", "person": {"postcode": "x", "address": ["a"]}}]},
            True,
        ),
        ({"source": [{"name": "a", "path": ["p"], "record_id": ["i"], "person": {"sex": {"column": "x"}}}]}, True),
        ({"source": [{"name": "a", "path": "p", "record_id": "i", "person": {"other": {"x": {"column": "c"}}}}]}, True),
        ({"source": [{"name": "a", "path": "p", "record_id": "i", "person": {"dob": "x"}}]}, False),
        ({"source": [{"name": "A", "path": "p", "record_id": "i"}]}, False),
        ({"source": []}, False),
    ],
)
def test_the_exported_schema_says_what_the_model_says(tables, fits):
    valid = jsonschema.Draft202012Validator(contract_schema()).is_valid(tables)
    assert valid == fits
    if fits:
        parse_contract(tables, "c.toml")
    else:
        with pytest.raises(ContractError):
            parse_contract(tables, "c.toml")
