"""The state's database: its tables, its versions, and who may do what at the same time. On SQLite and PostgreSQL."""

import sqlite3
import threading
from datetime import date

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert, select, text

import insighthub.desk.desk  # noqa: F401  (every package that has tables of its own declares them)
from insighthub.errors import RunError
from insighthub.store.run_log import begin_run, runs
from insighthub.store.state import State, insert_rows
from insighthub.store.state_tables import household_member, membership, metadata


def begin(state):
    with state.write() as connection:
        return begin_run(connection, as_of=date(2026, 3, 5), kind="full", base=None)


def members(connection):
    return connection.execute(select(household_member.c.resident_id).order_by(household_member.c.resident_id)).all()


def test_the_tables_that_migrations_make_are_those_that_the_code_uses(state):
    with state.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_opening_a_state_again_finds_what_was_kept(state, state_url):
    row = begin(state)
    again = State(state_url)
    with again.read() as connection:
        assert [each.run_id for each in runs(connection)] == [row.run_id]
    again.close()


def test_a_state_of_a_later_version_is_refused_and_left_alone(state, state_url):
    begin(state)
    with state.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(RunError, match="of a later version"):
        State(state_url)
    with state.read() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
        assert len(runs(connection)) == 1


def test_several_that_open_a_new_state_at_once_all_find_its_tables(state_url):
    together, faults, opened = threading.Barrier(4), [], []

    def open_it():
        together.wait()
        try:
            opened.append(State(state_url))
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    for each in opened:
        with each.read() as connection:
            assert runs(connection) == []
        each.close()


def test_what_is_being_written_is_not_seen_until_it_is_whole(state):
    with state.write() as writer, state.read() as reader:
        writer.execute(insert(household_member).values(resident_id="R1", household_id="H1"))
        assert members(reader) == []
    with state.read() as reader:
        assert members(reader) == [("R1",)]


def test_a_reader_sees_one_moment_whatever_is_written_meanwhile(state):
    with state.read() as reader:
        assert members(reader) == []
        with state.write() as writer:
            writer.execute(insert(household_member).values(resident_id="R1", household_id="H1"))
        assert members(reader) == []
    with state.read() as reader:
        assert members(reader) == [("R1",)]


def test_a_block_that_fails_keeps_nothing(state):
    def write_half():
        with state.write() as connection:
            connection.execute(insert(household_member).values(resident_id="R1", household_id="H1"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()
    with state.read() as connection:
        assert members(connection) == []


def test_one_who_would_write_waits_until_the_other_has_written(state):
    first_holds, order = threading.Event(), []

    def second():
        first_holds.wait()
        with state.write() as connection:
            order.append(("second", len(members(connection))))

    thread = threading.Thread(target=second)
    thread.start()
    with state.write() as connection:
        first_holds.set()
        thread.join(0.3)  # long enough to be in the way, were it let in
        connection.execute(insert(household_member).values(resident_id="R1", household_id="H1"))
        order.append(("first", 1))
    thread.join()
    assert order == [("first", 1), ("second", 1)]


def test_many_rows_are_inserted_as_they_are(state):
    awkward = ["tab\there", "line\nbreak", "back\\slash", "\\N", "", "naïve Łódź 漢", "quote\"'"]
    rows = [("benefits", name, number, "R1") for number, name in enumerate(awkward)]
    with state.write() as connection:
        insert_rows(connection, membership, ("source", "record_id", "person", "resident_id"), iter(rows))
        insert_rows(connection, membership, ("source", "record_id", "person", "resident_id"), [])
    query = select(membership.c.source, membership.c.record_id, membership.c.person, membership.c.resident_id)
    with state.read() as connection:
        assert sorted(map(tuple, connection.execute(query))) == sorted(rows)


def test_a_database_that_is_in_use_for_too_long_is_told(monkeypatch, state_url):
    monkeypatch.setattr("insighthub.store.state._BUSY_SECONDS", 0.1 if state_url.startswith("sqlite") else 1)
    state = State(state_url)
    with state.write() as connection:
        connection.execute(insert(household_member).values(resident_id="R1", household_id="H1"))
        with pytest.raises(RunError, match="the state's database could not be used"), state.write():
            pass
    state.close()


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("nonsense", "URL cannot be used"),
        ("strange+driver://server/insighthub", "URL cannot be used"),
        ("sqlite:////proc/none/of/this/state.db", "could not be used"),
        ("postgresql+psycopg://insighthub@/insighthub?host=/nowhere", "could not be used"),
    ],
)
def test_a_database_that_cannot_be_opened_is_told(url, what):
    with pytest.raises(RunError, match=what):
        State(url)


def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path):
    path = tmp_path / "state.db"
    path.write_bytes(b"minutes of a meeting " * 400)
    with pytest.raises(RunError, match="the state's database"):
        State(f"sqlite:///{path}")
    assert path.read_bytes() == b"minutes of a meeting " * 400


def test_a_database_that_has_come_to_harm_is_told(tmp_path):
    path = tmp_path / "state.db"
    State(f"sqlite:///{path}").close()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(RunError, match="the state's database"):
        begin(State(f"sqlite:///{path}"))


def test_what_was_kept_is_on_the_disk_before_anybody_is_told(tmp_path):
    state = State(f"sqlite:///{tmp_path / 'state.db'}")
    with state.read() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2  # full
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
    state.close()
    with sqlite3.connect(tmp_path / "state.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    database.close()
