"""What becomes of tickets from run to run."""

from datetime import date

import pytest
from sqlalchemy import select, update

from insighthub.corrections.tickets import keep_tickets, plan_tickets
from insighthub.store.state_tables import correction, correction_event
from tests.unit.corrections.made_release import NEW, OLD, cases, deliver, record, release

FIRST, SECOND, THIRD = date(2026, 6, 1), date(2026, 7, 1), date(2026, 8, 1)
WRONG, RIGHT = "1980-05-03", "1980-03-05"


def slip():
    return [
        record("libraries", "L1", date_of_birth=WRONG),
        record("benefits", "B1"),
        record("parking_permits", "P1"),
    ]


def run(state, db, number, day):
    """Build the cases, and keep what becomes of the tickets; return the plan."""
    cases(db, learn=number == 1)
    with state.read() as connection:
        plan = plan_tickets(connection, db, f"r{number:06d}", day)
    with state.write() as connection:
        keep_tickets(connection, plan)
    return plan


def tickets(state, *columns):
    wanted = [correction.c[name] for name in columns or ("record_id", "kind", "status")]
    with state.read() as connection:
        return [tuple(row) for row in connection.execute(select(*wanted).order_by(correction.c.correction_id))]


def events(state):
    query = select(correction_event.c.status, correction_event.c.note).order_by(correction_event.c.event_id)
    with state.read() as connection:
        return [tuple(row) for row in connection.execute(query)]


def answer(state, status):
    with state.write() as connection:
        connection.execute(update(correction).values(status=status))


def test_a_new_case_has_a_ticket_once(state):
    db = release(slip())
    assert run(state, db, 1, FIRST).figures() == {"new": 1, "fixed": 0, "withdrawn": 0, "again": 0}
    assert run(state, db, 2, SECOND).figures() == {"new": 0, "fixed": 0, "withdrawn": 0, "again": 0}
    assert tickets(state, "record_id", "kind", "status", "proposed_on", "proposed_run") == [
        ("L1", "birth_date", "proposed", FIRST, "r000001")
    ]
    assert events(state) == [("proposed", None)]


@pytest.mark.parametrize("status", ["proposed", "sent", "accepted"])
def test_what_a_delivery_put_right_is_fixed(state, status):
    db = release(slip())
    run(state, db, 1, FIRST)
    answer(state, status)
    deliver(db, record("libraries", "L1", date_of_birth=RIGHT), SECOND)
    run(state, db, 2, SECOND)
    assert tickets(state, "status", "closed_on") == [("fixed", SECOND)]
    assert events(state)[-1] == ("fixed", "the source has changed the record")


def test_a_record_that_is_taken_away_is_fixed(state):
    db = release(slip())
    run(state, db, 1, FIRST)
    deliver(db, {"source": "libraries", "record_id": "L1"}, SECOND)
    run(state, db, 2, SECOND)
    assert tickets(state, "status") == [("fixed",)]
    assert events(state)[-1] == ("fixed", "the record is no longer there")


def test_a_case_that_goes_as_the_evidence_changed_is_withdrawn(state):
    db = release(slip())
    run(state, db, 1, FIRST)
    deliver(db, {"source": "parking_permits", "record_id": "P1"}, SECOND)
    run(state, db, 2, SECOND)
    assert tickets(state, "status") == [("withdrawn",)]
    assert events(state)[-1] == ("withdrawn", "the evidence has changed")


def test_a_change_of_another_field_fixes_nothing(state):
    db = release(slip())
    run(state, db, 1, FIRST)
    deliver(db, record("libraries", "L1", date_of_birth=WRONG, phone="+442079460000"), SECOND)
    deliver(db, {"source": "parking_permits", "record_id": "P1"}, SECOND)
    run(state, db, 2, SECOND)
    assert tickets(state, "status") == [("withdrawn",)]


def test_a_resident_who_is_hidden_since_has_their_tickets_withdrawn(state):
    db = release(slip())
    run(state, db, 1, FIRST)
    db.execute("UPDATE resident SET hidden = 'refuge'")
    run(state, db, 2, SECOND)
    assert tickets(state, "status") == [("withdrawn",)]
    assert events(state)[-1] == ("withdrawn", "the resident is hidden now")


def test_a_record_that_closes_is_no_fault_any_more(state):
    db = release([record("libraries", "L1", **OLD), record("benefits", "B1", **NEW, date=FIRST)], current={"R1": "U:2"})
    run(state, db, 1, FIRST)
    assert tickets(state) == [("L1", "moved", "proposed")]
    deliver(db, record("libraries", "L1", **OLD, valid_to="2026-06-15"), SECOND)
    run(state, db, 2, SECOND)
    assert tickets(state, "status") == [("fixed",)]


def test_a_refused_case_is_not_proposed_again_while_it_says_the_same(state):
    db = release(slip())
    run(state, db, 1, FIRST)
    answer(state, "refused")
    assert run(state, db, 2, SECOND).figures()["new"] == 0
    assert tickets(state, "status") == [("refused",)]
    deliver(db, record("libraries", "L1", date_of_birth="1980-03-06"), THIRD)  # another slip is another case
    run(state, db, 3, THIRD)
    assert tickets(state, "status") == [("refused",), ("proposed",)]


def test_a_slip_that_comes_back_is_proposed_again_in_its_old_ticket(state):
    db = release(slip())
    run(state, db, 1, FIRST)
    deliver(db, record("libraries", "L1", date_of_birth=RIGHT), SECOND)
    run(state, db, 2, SECOND)
    deliver(db, record("libraries", "L1", date_of_birth=WRONG), THIRD)
    assert run(state, db, 3, THIRD).figures() == {"new": 0, "fixed": 0, "withdrawn": 0, "again": 1}
    assert tickets(state, "status", "proposed_on", "closed_on") == [("proposed", THIRD, None)]


def test_an_answer_between_plan_and_transaction_stands(state):
    db = release(slip())
    run(state, db, 1, FIRST)
    deliver(db, {"source": "parking_permits", "record_id": "P1"}, SECOND)
    cases(db, learn=False)
    with state.read() as connection:
        plan = plan_tickets(connection, db, "r000002", SECOND)
    answer(state, "refused")
    with state.write() as connection:
        keep_tickets(connection, plan)
    assert tickets(state, "status") == [("refused",)]


def test_a_ticket_follows_its_resident_to_another_id(state):
    db = release(slip())
    run(state, db, 1, FIRST)
    for table in ("membership", "resident", "golden_value"):
        db.execute(f"UPDATE {table} SET resident_id = 'R7'")
    db.execute("CREATE OR REPLACE TEMP TABLE touched AS FROM (VALUES ('R1'), ('R7')) t(resident_id)")
    run(state, db, 2, SECOND)
    assert tickets(state, "resident_id", "status") == [("R7", "proposed")]
