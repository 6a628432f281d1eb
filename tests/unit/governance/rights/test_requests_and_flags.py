"""The log of requests, flags, and what is withheld, in each kind of database."""

import datetime as dt
import importlib

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import insert

from insighthub.errors import RunError
from insighthub.governance.rights.flags import (
    SUBJECT_ACCESS,
    flagged_residents,
    lift_flag,
    not_counted,
    not_for,
    set_flag,
)
from insighthub.governance.rights.requests import (
    RecordKey,
    check_identity,
    extend,
    go_to,
    months_after,
    open_request,
    redact,
    redactions,
    requests,
    the_request,
)
from insighthub.governance.rights.tables import metadata
from insighthub.governance.rights.withholding import (
    ERASURE,
    KEY_FILE,
    ToWithhold,
    make_key,
    withheld_by_source,
    withhold,
)
from insighthub.sources.withheld import record_hash
from insighthub.store.state import State
from insighthub.store.state_tables import identity_event, membership, resident

DAY = dt.date(2026, 1, 31)


@pytest.fixture
def state(state_url):
    opened = State(state_url)
    yield opened
    opened.close()


def asked(connection, kind="access", **more):
    return open_request(connection, kind, ["R1"], requester="they", received=DAY, by="an officer", **more)


def test_the_tables_are_as_the_migrations_make_them(state):
    importlib.import_module("insighthub.cli")  # and with it every module that has tables
    with state.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


@pytest.mark.parametrize(
    ("day", "months", "due"),
    [
        (dt.date(2026, 1, 31), 1, dt.date(2026, 2, 28)),
        (dt.date(2024, 1, 30), 1, dt.date(2024, 2, 29)),
        (dt.date(2026, 12, 5), 1, dt.date(2027, 1, 5)),
        (dt.date(2026, 3, 31), -1, dt.date(2026, 2, 28)),
        (dt.date(2026, 11, 30), 3, dt.date(2027, 2, 28)),
    ],
)
def test_a_month_is_a_calendar_month(day, months, due):
    assert months_after(day, months) == due


def test_a_request_is_due_in_a_month_is_extended_once_and_keeps_its_steps(state):
    with state.write() as connection:
        number = asked(connection, records=[RecordKey("desk", "A1")], note="all of it")
        request = the_request(connection, number)
        assert (request.due, request.status, request.residents) == (dt.date(2026, 2, 28), "open", ("R1",))
        assert request.overdue(dt.date(2026, 3, 1))
        assert not request.overdue(request.due)
        assert extend(connection, number, by="a lead", why="three services") == dt.date(2026, 4, 30)
        with pytest.raises(RunError, match="cannot be extended"):
            extend(connection, number, by="a lead", why="again")
        steps = [(step.step, step.by) for step in the_request(connection, number).steps]
        assert steps == [("received", "an officer"), ("extended", "a lead")]


def test_nothing_is_granted_before_the_identity_is_checked_nor_refused_without_a_reason(state):
    with state.write() as connection:
        number = asked(connection)
        with pytest.raises(RunError, match="is not checked"):
            go_to(connection, number, "granted", by="a lead")
        with pytest.raises(RunError, match="not said how"):
            check_identity(connection, number, on=DAY, by="an officer", how=" ")
        check_identity(connection, number, on=DAY, by="an officer", how="a passport, seen")
        with pytest.raises(RunError, match="no reason"):
            go_to(connection, number, "refused", by="a lead")
        go_to(connection, number, "granted", by="a lead")
        go_to(connection, number, "done", by="an officer")
        with pytest.raises(RunError, match="is done, and cannot be open"):
            go_to(connection, number, "open", by="an officer")
        assert [each.status for each in requests(connection)] == ["done"]
        with pytest.raises(RunError, match="no request 99"):
            the_request(connection, 99)
        with pytest.raises(RunError, match="no request is of a kind"):
            asked(connection, "forget")


def test_the_last_choice_by_hand_stands(state):
    with state.write() as connection:
        number = asked(connection)
        for hide in (True, False):
            redact(connection, number, "desk/A1/notes", hide=hide, by="an officer", why="read")
        assert redactions(connection, number) == {"desk/A1/notes": False}


def known(connection, *residents, closed=(), records=()):
    for number, each in enumerate(residents, 1):
        gone = "r2" if each in closed else None
        connection.execute(insert(resident).values(resident_id=each, number=number, issued_run="r1", closed_run=gone))
    for record_id, of in records:
        row = {"source": "desk", "record_id": record_id, "person": 1, "resident_id": of}
        connection.execute(insert(membership).values(row))


def test_a_flag_follows_the_records_and_the_id_through_merges_and_splits(state):
    with state.write() as connection:
        known(connection, "R1", "R2", "R3", records=[("A1", "R1"), ("A2", "R1")])
        set_flag(connection, 1, "restrict", ["R1"], by="a lead", purposes=["safeguarding"], counted=False)
        assert set(flagged_residents(connection)) == {"R1"}
        connection.execute(membership.update().where(membership.c.record_id == "A2").values(resident_id="R2"))
        assert set(flagged_residents(connection)) == {"R1", "R2"}
        connection.execute(membership.update().where(membership.c.record_id == "A1").values(resident_id="R3"))
        connection.execute(resident.update().where(resident.c.resident_id == "R1").values(closed_run="r2"))
        event = {"run_id": "r2", "at": dt.datetime(2026, 1, 1), "kind": "merged", "resident_id": "R1"}
        connection.execute(insert(identity_event).values(other_id="R3", records=1, reason="", **event))
        flagged = flagged_residents(connection)
        assert set(flagged) == {"R2", "R3"}
        assert not_for(flagged, "counter") == {"R2", "R3"}
        assert not_for(flagged, "safeguarding") == not_for(flagged, SUBJECT_ACCESS) == frozenset()
        assert not_counted(flagged) == {"R2", "R3"}
        assert set(flagged_residents(connection, of_record={("desk", "A2", 1): "R9"})) == {"R3", "R9"}
        lift_flag(connection, 1, by="a lead", why="over")
        assert flagged_residents(connection) == {}
        with pytest.raises(RunError, match="no flag 1 is in force"):
            lift_flag(connection, 1, by="a lead", why="over")


def test_a_flag_needs_what_it_says(state):
    with state.write() as connection:
        with pytest.raises(RunError, match="needs a field"):
            set_flag(connection, 1, "rectify", ["R1"], by="a lead", field="given_name", value=" ")
        with pytest.raises(RunError, match="needs a purpose"):
            set_flag(connection, 1, "object", ["R1"], by="a lead")


def test_what_is_withheld_is_known_by_a_key_that_the_state_does_not_have(state, tmp_path):
    with state.write() as connection:
        assert withheld_by_source(connection, tmp_path) == {}
        key = make_key(connection, tmp_path)
        assert make_key(connection, tmp_path) == key
        told = [
            ToWithhold("desk", record_hash(key, "desk", "A1")),
            ToWithhold("desk", record_hash(key, "desk", "A2"), 2),
        ]
        assert withhold(connection, told, why=ERASURE, because_of=1) == 2
        assert withhold(connection, told, why=ERASURE, because_of=2) == 0
        found = withheld_by_source(connection, tmp_path)["desk"]
        assert found.records == {told[0].hash}
        assert found.people == {told[1].hash: frozenset({2})}
        (tmp_path / KEY_FILE).write_text(bytes(32).hex(), encoding="ascii")
        with pytest.raises(RunError, match="is lost, or another one"):
            withheld_by_source(connection, tmp_path)
