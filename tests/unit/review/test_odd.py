"""What looks odd in a release, on a few records made for it."""

import duckdb
import pytest

from insighthub.residents import record_tables
from insighthub.review.odd import MOST_RECORDS, kept_apart, odd_clusters

IDENTIFIER = "CREATE TABLE identifier (resident_id VARCHAR, kind VARCHAR, conflict BOOLEAN)"


@pytest.fixture
def release():
    with duckdb.connect() as db:
        record_tables.create(db)
        db.execute(IDENTIFIER)
        yield db


def resident(db, name, records, *, weakest=0.999):
    """Add a resident whose records say so: a source, its record's number, and what it holds."""
    for place, (source, said) in enumerate(records):
        row = {"source": source, "record_id": f"{name}{place}", "person": 1, "role": "person", **said}
        row |= {"first_seen": "2026-01-01", "changed_on": "2026-01-01"}
        columns = ", ".join(row)
        marks = ", ".join(f"${key}" for key in row)
        db.execute(f"INSERT INTO person_record ({columns}) VALUES ({marks})", row)
        best = weakest if place == len(records) - 1 else 0.9999
        db.execute("INSERT INTO membership VALUES (?, ?, ?, 1, ?)", [name, source, f"{name}{place}", best])
        if place:
            ends = [name, records[0][0], f"{name}0", source, f"{name}{place}", best]
            db.execute("INSERT INTO evidence VALUES (?, ?, ?, 1, ?, ?, 1, 10, ?, '{}')", ends)
    sources = len({source for source, _ in records})
    db.execute("INSERT INTO resident VALUES (?, 1, ?, ?, ?, NULL)", [name, len(records), sources, weakest])


def reasons(db, limit=10):
    return {row["resident_id"]: row["reason"] for row in odd_clusters(db, limit).to_pylist()}


BORN = {"date_of_birth": "1980-03-12"}
OTHER = {"date_of_birth": "1951-11-02"}


def test_two_birth_dates_that_two_sources_each_hold_are_a_conflict_and_one_slip_is_none(release):
    resident(release, "TWO", [("a", BORN), ("b", BORN), ("c", OTHER), ("d", OTHER)])
    resident(release, "SLIP", [("a", BORN), ("b", BORN), ("c", OTHER)])
    found = reasons(release)
    assert found["TWO"] == "conflict"
    assert found["SLIP"] == "weak_link"


def test_two_nhs_numbers_are_a_conflict(release):
    resident(release, "NHS", [("a", BORN), ("b", BORN)])
    release.execute("INSERT INTO identifier VALUES ('NHS', 'nhs_number', true)")
    assert reasons(release)["NHS"] == "conflict"


def test_two_records_of_a_source_whose_people_have_one_are_odd_and_of_a_source_of_many_are_not(release):
    for n in range(20):
        resident(release, f"ONE{n}", [("once", BORN), ("often", BORN), ("often", BORN)])
    resident(release, "TWICE", [("once", BORN), ("once", BORN)])
    found = reasons(release, limit=100)
    assert found["TWICE"] == "one_source_twice"
    assert {reason for name, reason in found.items() if name != "TWICE"} == {"weak_link"}


def test_the_weakest_comes_first_and_the_two_records_are_those_across_the_weakest_link(release):
    resident(release, "FIRM", [("a", BORN), ("b", BORN)])
    resident(release, "WEAK", [("a", BORN), ("b", BORN), ("c", BORN)], weakest=0.6)
    row = odd_clusters(release, 1).to_pylist()[0]
    assert (row["resident_id"], row["records"]) == ("WEAK", 3)
    assert {row["record_id_l"], row["record_id_r"]} == {"WEAK0", "WEAK2"}


def test_a_resident_of_one_record_or_of_too_many_is_not_asked_about(release):
    resident(release, "ONE", [("a", BORN)])
    resident(release, "MANY", [("a", BORN)] * (MOST_RECORDS + 1))
    assert reasons(release) == {}


def test_residents_whom_strong_evidence_connects_come_before_those_whom_weak_does(release):
    release.execute("INSERT INTO possible_match VALUES ('A', 'B', 0.1, 1), ('A', 'C', 0.99, 2), ('B', 'C', 0.6, 1)")
    assert [row["match_probability"] for row in kept_apart(release, 2).to_pylist()] == [0.99, 0.6]
