"""From landed rows to what the service knows."""

from datetime import date

import pyarrow as pa
import pytest

from insighthub.errors import ContractError
from insighthub.standardise.facts import FACTS, amount, facts_of

TODAY = date(2026, 1, 15)
ARREARS = {"name": "arrears", "kind": "amount", "value": "owed", "date": {"column": "on", "format": "%d/%m/%Y"}}


def told(table, *columns):
    return list(zip(*(table[c].to_pylist() for c in columns), strict=True))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234.50", 1234.5), ("£12", 12.0), ("(45.00)", -45.0), ("12.00CR", -12.0), ("12.00 cr", -12.0),
        ("12.00DR", 12.0), ("-3.5", -3.5), ("−3.5", -3.5), ("3.50-", -3.5), ("£ 1,000,000.01", 1000000.01),
        ("-£20", -20.0), ("£-20", -20.0), ("(£1,250.00)", -1250.0), (".5", 0.5), ("93.4%", 93.4), ("1.5E+03", 1500.0),
        ("+7", 7.0), ("0.00CR", 0.0), ("GBP 5", 5.0),
        ("", None), ("nil return", None), ("12,34", None), ("1,2345", None), ("12.3.4", None), ("£", None), ("-", None),
        ("CR", None), ("()", None), ("E+03", None), ("1 or 2", None), ("NaN", None), ("inf", None),
    ],
)  # fmt: skip
def test_amounts_as_councils_write_them(text, number, landed, contract):
    assert amount(text) == number
    facts = facts_of(landed(ref=["1"], owed=[text], on=["05/03/2025"]), contract({}, fact=[ARREARS]), TODAY)
    assert facts["amount"].to_pylist() == [number]
    assert str(number) != "0.0" or str(facts["amount"][0].as_py()) == "0.0", "nought has no sign"


def test_a_plain_number_and_the_rule_agree(landed, contract):
    texts = ["0", "-0.00", "00012.50", "999999999999999", "-12.345678", "7."]
    facts = facts_of(landed(ref=list("abcdef"), owed=texts, on=[None] * 6), contract({}, fact=[ARREARS]), TODAY)
    assert facts["amount"].to_pylist() == [0.0, 0.0, 12.5, 999999999999999.0, -12.345678, None]
    assert facts["value"].to_pylist() == texts


def test_a_fact_has_the_columns_of_its_table(landed, contract):
    source = contract({}, fact=[ARREARS, {"name": "band", "kind": "status", "value": "band"}])
    facts = facts_of(landed(ref=["7"], owed=["£5"], on=["05/03/2025"], band=["D"]), source, TODAY)
    assert facts.schema == FACTS
    assert facts.to_pylist() == [
        {
            "source": "council_tax", "record_id": "7", "person": 1, "name": "arrears", "kind": "amount",
            "value": "£5", "amount": 5.0, "date": date(2025, 3, 5), "end_date": None,
        },
        {
            "source": "council_tax", "record_id": "7", "person": 1, "name": "band", "kind": "status",
            "value": "D", "amount": None, "date": None, "end_date": None,
        },
    ]  # fmt: skip


def test_a_record_without_value_date_or_end_states_no_fact(landed, contract):
    rows = landed(ref=["1", "2", "3"], owed=[None, "N/A", None], on=[None, None, "05/03/2025"])
    facts = facts_of(rows, contract({}, fact=[ARREARS]), TODAY)
    assert told(facts, "record_id", "value", "date") == [("3", None, date(2025, 3, 5))]


def test_what_cannot_be_read_is_kept_as_it_is_written(landed, contract):
    rows = landed(ref=["1", "2"], owed=["see notes", "3"], on=["5 Smarch", "03/2025"])
    facts = facts_of(rows, contract({}, fact=[ARREARS]), TODAY)
    assert told(facts, "value", "amount", "date") == [("see notes", None, None), ("3", 3.0, None)]


def test_an_event_whose_date_cannot_be_read_still_happened(landed, contract):
    event = {"name": "duty", "kind": "event", "date": {"column": "on", "null_values": ["09/09/1999"]}}
    rows = landed(ref=list("abcdef"), on=["31/02/2025", "soon", "01/01/1900", "09/09/1999", None, "2025-03-05"])
    facts = facts_of(rows, contract({}, fact=[event]), TODAY)
    assert told(facts, "record_id", "value", "date") == [
        ("a", "31/02/2025", None),
        ("b", "soon", None),
        ("f", None, date(2025, 3, 5)),
    ]


def test_dates_follow_the_contract_and_ends_may_lie_ahead(landed, contract):
    status = {
        "name": "permit", "kind": "status", "value": "type", "date": {"column": "from", "format": "%m/%d/%Y"},
        "end_date": {"column": "to", "format": "%m/%d/%Y"},
    }  # fmt: skip
    rows = landed(
        **{
            "ref": ["1", "2"],
            "type": ["Blue", "Blue"],
            "from": ["03/05/2025", None],
            "to": ["12/31/2027", "12/31/9999"],
        }
    )
    facts = facts_of(rows, contract({}, fact=[status]), TODAY)
    assert told(facts, "date", "end_date") == [(date(2025, 3, 5), date(2027, 12, 31)), (None, None)]


def test_dates_in_three_columns(landed, contract):
    event = {"name": "duty", "kind": "event", "date": {"year": "y", "month": "m", "day": "d"}}
    rows = landed(ref=["1", "2", "3"], y=["2025", "2025", None], m=["3", "3", None], d=["5", None, None])
    facts = facts_of(rows, contract({}, fact=[event]), TODAY)
    assert told(facts, "record_id", "value", "date") == [("1", None, date(2025, 3, 5)), ("2", "2025 3", None)]


def test_ids_of_several_columns_are_those_of_the_person_records(landed, contract):
    source = contract({}, record_id=["a", "b"], fact=[{"name": "n", "kind": "status", "value": "v"}])
    facts = facts_of(landed(a=["1", None], b=["2", "3"], v=["x", "y"]), source, TODAY)
    assert facts["record_id"].to_pylist() == ["1|2", "|3"]


def test_a_source_without_facts_and_an_empty_delivery_give_none(landed, contract):
    assert facts_of(landed(ref=["1"]), contract({}), TODAY).equals(FACTS.empty_table())
    assert facts_of(landed(ref=[], owed=[], on=[]), contract({}, fact=[ARREARS]), TODAY).num_rows == 0


def test_a_column_that_is_not_there_is_named(landed, contract):
    with pytest.raises(ContractError, match="owed"):
        facts_of(landed(ref=["1"], on=["05/03/2025"]), contract({}, fact=[ARREARS]), TODAY)


def test_chunks_and_repeats_make_no_difference(landed, contract):
    rows = landed(ref=["1", "2", "3"], owed=["£5", "£5", "6"], on=["05/03/2025"] * 3)
    whole = facts_of(rows, contract({}, fact=[ARREARS]), TODAY)
    parted = facts_of(pa.concat_tables([rows.slice(0, 1), rows.slice(1)]), contract({}, fact=[ARREARS]), TODAY)
    assert whole.equals(parted)
