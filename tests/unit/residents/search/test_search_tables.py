"""The tables that search is built from: what a run of changes writes is what a full run would."""

import datetime as dt

import duckdb
import pytest

from insighthub.residents.search import SearchSettings, build_search
from insighthub.residents.search.tables import TABLES
from tests.search_releases import AS_OF, SETTINGS, add_records, build_all, close, record, rows, write_release

PEOPLE = [
    record("R1", "benefits", "B1", given_name="ADA MAY", family_name="STONE", date_of_birth="1985-03-27"),
    record("R1", "libraries", "L1|55512", given_name="ADA", family_name="STONE", mobile="+447911123456"),
    record("R2", "benefits", "B2", given_name="BEN", family_name="VAN DYK", address="4 MILL LANE", nino="QQ123456C"),
    record("R3", "libraries", "L3", given_name="CY", previous_family_name="POOLE", email="cy@mail.example"),
]


@pytest.fixture
def db(tmp_path):
    with duckdb.connect(str(write_release(tmp_path / "r.duckdb", PEOPLE))) as db:
        yield db


def test_a_word_has_a_row_with_all_sources_that_say_it(db):
    assert rows(db, "search_name")[:4] == [
        ("R1", "ADA", "given", None, "benefits,libraries"),
        ("R1", "ADAMAY", "given", None, "benefits"),
        ("R1", "MAY", "given", None, "benefits"),
        ("R1", "STONE", "family", None, "benefits,libraries"),
    ]


def test_references_are_letters_and_digits_with_their_parts(db):
    assert [row[1:] for row in rows(db, "search_reference") if row[0] in {"R1", "R2"}] == [
        ("part", "55512", "libraries"),
        ("record", "B1", "benefits"),
        ("record", "L155512", "libraries"),
        ("nino", "QQ123456C", "benefits"),
        ("record", "B2", "benefits"),
    ]


def test_identifiers_that_the_settings_leave_out_are_not_there(db):
    build_all(db, SearchSettings(identifiers=()))
    assert {row[1] for row in rows(db, "search_reference")} == {"record", "part"}


def test_changing_some_residents_gives_what_building_all_gives(db):
    db.execute("DELETE FROM membership WHERE resident_id = 'R3'")  # closed
    db.execute("UPDATE membership SET resident_id = 'R4' WHERE record_id = 'L1|55512'")  # parted
    db.execute("UPDATE person_record SET address = '9 OLD ROAD', valid_to = '2024-01-01' WHERE record_id = 'B2'")
    add_records(db, [record("R5", "benefits", "B9", given_name="DI", family_name="NEW")])
    close(db)
    db.execute("CREATE OR REPLACE TEMP TABLE touched AS SELECT unnest(['R1', 'R2', 'R3', 'R4', 'R5']) AS resident_id")
    build_search(db, SETTINGS, AS_OF)
    changed = {table: rows(db, table) for table in TABLES}
    for table in TABLES:
        db.execute(f"DELETE FROM {table}")
    build_all(db)
    assert changed == {table: rows(db, table) for table in TABLES}
    assert not any(row[0] == "R3" for table in TABLES for row in changed[table])


def test_residents_who_are_not_touched_are_left_alone(db):
    before = {table: rows(db, table) for table in TABLES}
    db.execute("UPDATE person_record SET family_name = 'ELSE'")
    db.execute("CREATE OR REPLACE TEMP TABLE touched AS SELECT 'R2' AS resident_id")
    build_search(db, SETTINGS, AS_OF)
    for table in TABLES:
        others = [row for row in rows(db, table) if row[0] != "R2"]
        assert others == [row for row in before[table] if row[0] != "R2"]


def test_the_day_of_the_run_is_kept_once(db):
    build_all(db, as_of=dt.date(2026, 10, 1))
    assert rows(db, "search_about") == [(dt.date(2026, 10, 1),)]
