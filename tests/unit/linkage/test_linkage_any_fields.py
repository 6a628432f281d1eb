"""Linkage works on whatever a contract maps: every person has one row of links, and nothing raises."""

import json

import pyarrow as pa
import pytest

from insighthub.linkage.engine import link_records
from insighthub.linkage.settings import LinkSettings
from insighthub.report.page import write_report
from insighthub.standardise.schema import PERSON_RECORDS

GIVEN = ("ANN", "BEN", "CLARA", "DAVID", "EVE", "FRANK", "GRACE", "HENRY", "IRIS", "JACK")
FAMILY = tuple(
    a + b
    for a in ("BAR", "CHO", "DAV", "FEL", "GOM", "HUS", "JEN", "KOV", "LIM", "MOR")
    for b in ("AND", "BURY", "COTT", "DEZ", "ERS", "FIELD", "GATE", "HAM", "ISH", "KOSKI")
)


#: Fields that are kept, and compared only beside others or not at all.
NOT_COMPARED = (
    *("previous_family_name", "house_number", "street", "flat", "valid_from", "valid_to"),
    *("title", "name_suffix", "ethnicity", "date_of_death"),
)


def value(field, n):
    """Return the n-th person's value of a field: no two of a hundred people share a family name."""
    values = {
        "given_name": GIVEN[n % 10],
        "middle_names": GIVEN[(n + 3) % 10],
        "family_name": FAMILY[n],
        "previous_family_name": FAMILY[(n + 1) % 100],
        "date_of_birth": f"19{10 + n % 90:02}-0{1 + n % 9}-1{n % 10}",
        "sex": "FM"[n % 2],
        "address": f"{n} HIGH STREET",
        "house_number": str(n),
        "street": "HIGH STREET",
        "flat": str(n),
        "postcode": f"IG{n % 10} {n % 9}AA",
        "uprn": str(1000 + n),
        "phone": f"+4420{n:08}",
        "mobile": f"+447{n:09}",
        "email": f"person{n}@example.org",
        "nhs_number": f"{n:010}",
        "nino": f"AB{n:06}C",
        "upn": f"A{n:012}",
        "valid_from": f"20{10 + n % 10}-01-01",
        "valid_to": f"20{20 + n % 10}-01-01",
        "title": "MX",
        "name_suffix": "JR",
        "ethnicity": "A",
        "date_of_death": "2024-01-01",
        "other_ref": f"REF{n}",
    }
    return values[field]


def two_sources(fields, people=100):
    return [
        {"source": source, "record_id": f"{n:03}", **{f: value(f, n) for f in fields}}
        for source in ("one", "two")
        for n in range(people)
    ]


def link(table, **settings):
    """Link, and hold what must be true of any result."""
    result = link_records(table, **settings)
    keys = ("source", "record_id", "person")
    given = sorted(zip(*(table[k].to_pylist() for k in keys), strict=True))
    assert list(zip(*(result.links[k].to_pylist() for k in keys), strict=True)) == given
    assert result.links["cluster_id"].null_count == len(table) - table["not_linked_reason"].null_count
    json.dumps(result.model, allow_nan=False)
    assert all(0 <= p <= 1 for p in result.pairs["match_probability"].to_pylist())
    return result


def people(result):
    return len(result.links["cluster_id"].drop_null().unique())


def test_no_rows_at_all():
    result = link(PERSON_RECORDS.empty_table())
    assert result.links.column_names == ["source", "record_id", "person", "cluster_id"]
    assert result.links.num_rows == result.pairs.num_rows == 0


def test_one_row(records):
    assert people(link(records([{"given_name": "ANN"}]))) == 1


def test_no_field_but_the_record_id(records):
    result = link(records(two_sources(())))
    assert people(result) == 200
    assert result.pairs.num_rows == 0


def test_no_row_that_can_be_linked(records):
    rows = [{**row, "not_linked_reason": "a company"} for row in two_sources(("given_name", "family_name"), 5)]
    result = link(records(rows))
    assert result.links["cluster_id"].null_count == 10


def test_rows_that_are_not_linked_stand_among_the_others_without_a_cluster(records):
    rows = two_sources(("email",), 5)
    rows[3]["not_linked_reason"] = "a company"
    result = link(records(rows))
    assert [row["cluster_id"] is None for row in result.links.to_pylist()] == [n == 3 for n in range(10)]


@pytest.mark.parametrize(
    "field",
    ["email", "mobile", "phone", "nhs_number", "nino", "upn", "uprn", "other_ref"],
)
def test_one_field_with_a_value_a_person(records, field):
    result = link(records(two_sources((field,))))
    if field not in {"uprn", "phone"}:  # one home, or one landline, is not one person
        assert people(result) <= 200


@pytest.mark.parametrize(
    "field",
    [
        *("given_name", "middle_names", "family_name", "date_of_birth", "sex", "address", "postcode"),
        *NOT_COMPARED,
    ],
)
def test_one_field_that_many_share(records, field):
    link(records(two_sources((field,))))


def test_names_alone(records):
    result = link(records(two_sources(("given_name", "family_name"))))
    assert people(result) == 100
    joined = {}
    for row in result.links.to_pylist():
        joined.setdefault(row["cluster_id"], set()).add(row["record_id"])
    assert all(len(ids) == 1 for ids in joined.values())


def test_all_fields(records):
    fields = [f for f in PERSON_RECORDS.names[5:] if f not in {"locality", "date_of_birth_flags"}] + ["other_ref"]
    assert people(link(records(two_sources(fields)))) == 100


def test_one_source(records):
    rows = [{**row, "source": "only"} for row in two_sources(("given_name", "family_name", "date_of_birth"))[:100]]
    result = link(records(rows), single_sources=["only"])
    assert people(result) == 100


def test_each_half_of_the_records_holds_other_fields(records):
    rows = two_sources(("email",))[:100] + two_sources(("family_name", "postcode"))[100:]
    assert people(link(records(rows))) == 200


def test_every_record_says_the_same(records):
    rows = [{"given_name": "JOHN", "family_name": "SMITH", "postcode": "IG11 8AA", "house_number": "1"}] * 300
    link(records(rows))
    link(records(rows), single_sources=["a"])


def test_a_record_of_many_people_is_never_joined_into_one(records):
    rows = [
        {"record_id": "joint", "person": n, "given_name": "JOHN", "family_name": "SMITH", "email": "j@example.org"}
        for n in range(1, 6)
    ]
    assert people(link(records(rows))) == 5


@pytest.mark.parametrize("sources", [63, 64, 65, 130])
def test_many_sources_that_hold_one_record_a_person(records, sources):
    rows = [
        {"source": f"s{s:03}", "record_id": f"{n}", **{f: value(f, n) for f in ("given_name", "family_name", "email")}}
        for s in range(sources)
        for n in (1, 2, 2, 13)
    ]
    rows = [{**row, "record_id": f"{row['record_id']}-{n}"} for n, row in enumerate(rows)]
    settings = LinkSettings(block_cap=10_000, shared_value_limit=10_000)
    result = link(records(rows), single_sources=[f"s{s:03}" for s in range(sources)], settings=settings)
    held = {}
    for row in result.links.to_pylist():
        held.setdefault(row["cluster_id"], []).append(row["source"])
    assert all(len(set(s)) == len(s) for s in held.values())
    assert max(len(s) for s in held.values()) > 60


@pytest.mark.parametrize("fields", [5, 40])
def test_many_fields_of_the_contracts_own(records, fields):
    rows = [
        {
            "source": source,
            "record_id": str(n),
            "family_name": FAMILY[n],
            "date_of_birth": value("date_of_birth", n),
            **{f"other_f{k:02}": f"V{(n * (k + 3) + n // 17 * k * k) % 17}" for k in range(fields)},
        }
        for source in ("one", "two")
        for n in range(100)
    ]
    assert people(link(records(rows))) == 100


def test_settings_at_their_ends(records):
    table = records(two_sources(("given_name", "family_name", "email"), 30))
    for settings in (
        LinkSettings(threshold=0.999999),
        LinkSettings(threshold=0.000001),
        LinkSettings(keep_probability=0.0),
        LinkSettings(keep_probability=1.0),
        LinkSettings(random_pairs=10),
        LinkSettings(block_cap=1),
        LinkSettings(iterations=1),
        LinkSettings(shared_value_limit=0),
    ):
        link(table, settings=settings)


@pytest.mark.parametrize("fields", [(), ("email",), ("given_name", "family_name", "date_of_birth")])
@pytest.mark.parametrize("people_in_it", [1, 12])
def test_a_report_can_be_made_of_any_result(records, tmp_path, fields, people_in_it):
    result = link(records(two_sources(fields, people_in_it)))
    write_report(tmp_path / "report.html", result=result, deliveries=(), evaluation=None, title="Any")
    assert (tmp_path / "report.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_table_in_many_small_pieces(records):
    rows = two_sources(("given_name", "family_name", "email"), 20)
    pieces = pa.concat_tables([records([row]) for row in rows])
    assert link(pieces).links.equals(link(records(rows)).links)
