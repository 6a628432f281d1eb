"""The truth about people: it counts the residents, knows their homes, and agrees with the truth about records."""

from collections import Counter

import pyarrow.parquet as pq
import pytest

from insighthub.synthetic.people_truth import PEOPLE


@pytest.fixture(scope="module")
def people(delivered):
    return {p["entity_id"]: p for p in pq.read_table(delivered.borough.people_truth).to_pylist()}


def test_it_has_the_declared_columns(delivered):
    assert pq.read_schema(delivered.borough.people_truth).equals(PEOPLE)


def test_those_who_live_here_are_the_residents(delivered, people):
    assert sum(p["lives_here"] for p in people.values()) == delivered.borough.residents
    assert all(p["alive"] for p in people.values() if p["lives_here"])


def test_everybody_behind_a_record_is_in_it(delivered, people):
    assert {e for found in delivered.truth.values() for e in found.values()} <= set(people)


def test_residents_have_a_home_and_others_have_none(people):
    for p in people.values():
        assert (p["uprn"] is not None) == (p["postcode"] is not None) == p["lives_here"]


def test_the_dead_have_a_day_of_death_and_the_living_none(people):
    assert all((p["date_of_death"] is None) == p["alive"] for p in people.values())
    assert any(not p["alive"] for p in people.values())


def test_households_are_those_of_the_records_and_none_in_hostels_and_care_homes(delivered, people):
    for row in pq.read_table(delivered.borough.truth).to_pylist():
        assert people[row["entity_id"]]["household_id"] == row["household_id"]
    for p in people.values():
        assert (p["household_id"] is None) == (p["household_kind"] in {"hostel", "care home"})
    assert set(Counter(p["household_kind"] for p in people.values())) == {"family", "shared", "hostel", "care home"}


def test_one_household_of_residents_lives_in_one_dwelling(people):
    homes = {}
    for p in people.values():
        if p["lives_here"] and p["household_id"]:
            homes.setdefault(p["household_id"], set()).add(p["uprn"])
    assert all(len(found) == 1 for found in homes.values())


def test_the_council_tax_of_a_current_address_names_a_resident_of_it(delivered, people):
    """An open account's UPRN is where its payer lives now: the two truths and the file agree."""
    agree = [
        people[delivered.truth["council_tax", row["account_ref"]][1]]["uprn"] == row["uprn"]
        for row in delivered.rows["council_tax"]
        if row["vacation_date"] == "" and row["uprn"] and ("council_tax", row["account_ref"]) in delivered.truth
    ]
    assert sum(agree) > 0.99 * len(agree)
