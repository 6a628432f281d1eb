"""Whatever runs and answers come in which order: tickets move along allowed steps, and the state holds no value."""

import hashlib
from datetime import date, timedelta
from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from insighthub.corrections.case_tables import create as create_cases
from insighthub.corrections.desk import Corrections
from insighthub.corrections.steps import STATUSES, STEPS
from insighthub.corrections.tickets import keep_tickets, plan_tickets
from insighthub.errors import RunError
from insighthub.store.state import State
from insighthub.store.state_tables import correction, correction_event, metadata
from tests.unit.corrections.made_release import deliver, record, release

DATES = ("1980-03-05", "1980-05-03", "1980-03-06")
#: What no row of the state may say: the dates however they are written, and the name.
VALUES = (*DATES, "05/03/1980", "03/05/1980", "06/03/1980", "5 MARCH 1980", "SMITH")
DAY = date(2026, 6, 1)

#: What a source says of its record, what others say that it should (None: they do not agree), and who is hidden.
DELIVERED = st.tuples(st.sampled_from(DATES), st.sampled_from([*DATES, None]), st.sampled_from([False, False, True]))
RUN = st.tuples(st.just("run"), st.lists(st.one_of(DELIVERED, st.none()), min_size=2, max_size=2))
ANSWER = st.tuples(
    st.sampled_from(["sent", "accept", "refuse"]),
    st.tuples(
        st.integers(1, 6), st.sampled_from(["", "as they say", "{held} or {proposed}", "{british}", "Smith, he says"])
    ),
)


@pytest.fixture(scope="module")
def state(tmp_path_factory):
    opened = State(f"sqlite:///{tmp_path_factory.mktemp('state') / 'state.db'}")
    yield opened
    opened.close()


def propose(db, held):
    """Make the cases of the records that stand in the release and are not as the others say."""
    db.execute("DELETE FROM correction_case")
    for number, (says, proposed, hidden) in held.items():
        if proposed is not None and says != proposed and not hidden:
            key = hashlib.sha256(f"{number}|{says}|{proposed}".encode()).hexdigest()
            told = [key, f"R{number}", number, says, proposed]
            db.execute(
                "INSERT INTO correction_case VALUES (?, ?, 'libraries', ?, 1, 'birth_date', 'date_of_birth', ?, ?, "
                "0.95, '[]', '')",
                told,
            )


def take_in(db, delivered, held, day):
    """Have the library deliver its two records anew."""
    for number, said in zip(("L1", "L2"), delivered, strict=True):
        before = held.pop(number, None)
        if said is not None:
            held[number] = said
        if (before and before[0]) != (said and said[0]):
            of = {"source": "libraries", "record_id": number}
            deliver(
                db, of if said is None else record(**_renamed(of), resident=f"R{number}", date_of_birth=said[0]), day
            )
    hidden = [f"R{number}" for number, (_, _, is_hidden) in held.items() if is_hidden]
    db.execute("UPDATE resident SET hidden = CASE WHEN list_contains(?, resident_id) THEN 'refuge' END", [hidden])
    propose(db, held)


def _renamed(of):
    return {"source": of["source"], "number": of["record_id"]}


def said_in(state):
    """Everything that the state's tables hold, as texts."""
    with state.read() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)):
                yield from (str(value) for value in row)


def values_of(desk, number):
    """Return what a clerk may write of a ticket: what it is about, while that is known."""
    case = desk.case(number)
    held, proposed = (case.held, case.proposed) if case else (DATES[1], DATES[2])
    return {"held": held, "proposed": proposed, "british": date.fromisoformat(proposed).strftime("%d/%m/%Y")}


def act(desk, what, number, note):
    """Send a ticket, or answer it."""
    if what == "sent":
        desk.mark_sent([number], by="data team")
    else:
        getattr(desk, what)(number, "owner", note)


def walk(state):
    """Return each ticket's states, oldest first, and the one that it is in."""
    with state.read() as connection:
        now = dict(connection.execute(select(correction.c.correction_id, correction.c.status)).all())
        columns = (correction_event.c.correction_id, correction_event.c.status)
        steps = {}
        for number, status in connection.execute(select(*columns).order_by(correction_event.c.event_id)):
            steps.setdefault(number, []).append(status)
    return now, steps


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(RUN, RUN, ANSWER), min_size=2, max_size=9))
def test_tickets_move_along_allowed_steps_and_the_state_holds_no_value(state, sequence):
    with state.write() as connection:
        connection.execute(delete(correction_event))
        connection.execute(delete(correction))
    db = release([record("libraries", number, f"R{number}", date_of_birth=DATES[0]) for number in ("L1", "L2")])
    create_cases(db)
    open_again = SimpleNamespace(open=db.cursor, current=lambda: "r1")
    desk = Corrections(SimpleNamespace(home=None, state=state, releases=open_again))
    held = dict.fromkeys(("L1", "L2"), (DATES[0], None, False))
    for place, (what, said) in enumerate(sequence):
        day = DAY + timedelta(place)
        if what == "run":
            take_in(db, said, held, day)
            with state.read() as connection:
                plan = plan_tickets(connection, db, f"r{place:06d}", day)
            with state.write() as connection:
                keep_tickets(connection, plan)
            waiting = {key for (key,) in db.execute("SELECT key FROM correction_case").fetchall()}
            with state.read() as connection:
                found = list(connection.execute(select(correction.c.key, correction.c.status)))
            assert waiting <= {key for key, _ in found}
            # What is there waits or was refused; what is gone is closed.
            for key, status in found:
                assert (status in {"fixed", "withdrawn"}) == (key not in waiting) or status == "refused"
            continue
        number, note = said
        with state.read() as connection:
            ids = list(connection.scalars(select(correction.c.correction_id).order_by(correction.c.correction_id)))
        if not ids:
            continue
        number = ids[number % len(ids)]
        note = note.format(**values_of(desk, number))
        before = walk(state)[0][number]
        after = {"sent": "sent", "accept": "accepted", "refuse": "refused"}[what]
        if after in STEPS[before]:
            act(desk, what, number, note)
            assert walk(state)[0][number] == after
        else:
            with pytest.raises(RunError):
                act(desk, what, number, note)
            assert walk(state)[0][number] == before
    now, steps = walk(state)
    assert set(now) == set(steps)
    for number, states in steps.items():
        assert states[0] == "proposed"
        assert states[-1] == now[number]
        assert set(states) <= set(STATUSES)
        assert all(after in STEPS[before] for before, after in pairwise(states))
    written = list(said_in(state))
    for value in VALUES:
        assert not [text for text in written if value in text.upper()]
