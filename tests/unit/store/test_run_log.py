"""What the state knows of runs: their order, how they ended, and which release is published."""

from datetime import date

import pytest

from insighthub.errors import RunError
from insighthub.store.run_log import (
    BUILDING,
    CHANGES,
    FAILED,
    FULL,
    PUBLISHED,
    STOPPED,
    begin_run,
    end_run,
    last_figures,
    newest_run,
    publish_run,
    published_run,
    published_runs,
    runs,
    set_published,
)

DAY = date(2026, 3, 5)


def begin(state, kind=FULL, base=None, after=0):
    with state.write() as connection:
        return begin_run(connection, as_of=DAY, kind=kind, base=base, after=after)


def publish(state, run_id, kind=FULL, model="m000001", **figures):
    with state.write() as connection:
        publish_run(connection, run_id, model=model, kind=kind, figures=figures)


def told(state, question, *values):
    with state.read() as connection:
        return question(connection, *values)


def test_runs_are_numbered_in_the_order_in_which_they_begin(state):
    assert [begin(state).run_id for _ in range(3)] == ["r000001", "r000002", "r000003"]
    assert [row.number for row in told(state, runs)] == [1, 2, 3]


def test_a_run_is_kept_as_it_began(state):
    row = begin(state, CHANGES, "r000007")
    assert told(state, runs) == [row]
    assert (row.as_of, row.kind, row.base, row.status, row.finished_at) == (DAY, CHANGES, "r000007", BUILDING, None)


def test_a_run_has_a_higher_number_than_any_release_that_is_kept(state):
    assert begin(state, after=41).run_id == "r000042"
    assert begin(state, after=3).run_id == "r000043"


def test_a_run_that_was_broken_off_is_told_when_the_next_one_begins(state):
    begin(state)
    begin(state)
    first, second = told(state, runs)
    assert (first.status, first.reason) == (FAILED, "it was broken off before it ended")
    assert first.finished_at is not None
    assert second.status == BUILDING


def test_a_run_that_ended_unpublished_says_why(state):
    row = begin(state)
    with state.write() as connection:
        end_run(connection, row.run_id, STOPPED, "too many records would change resident")
    (kept,) = told(state, runs)
    assert (kept.status, kept.reason) == (STOPPED, "too many records would change resident")
    assert told(state, published_run) is None
    begin(state)
    assert told(state, runs)[0].status == STOPPED  # how it ended stays as it was told


def test_a_published_run_is_known_with_its_model_and_figures(state):
    row = begin(state, CHANGES)
    publish(state, row.run_id, FULL, residents=1_234, seconds={"Linking": 1.5})
    (kept,) = told(state, runs)
    assert (kept.status, kept.kind, kept.model) == (PUBLISHED, FULL, "m000001")
    assert kept.figures == {"residents": 1_234, "seconds": {"Linking": 1.5}}
    assert told(state, published_run) == row.run_id
    assert told(state, published_runs) == {row.run_id: "m000001"}


def test_a_run_is_not_published_once_another_has_begun(state):
    first = begin(state)
    second = begin(state)
    with pytest.raises(RunError, match="another run began before this one ended"):
        publish(state, first.run_id)
    assert told(state, published_run) is None
    publish(state, second.run_id)
    with pytest.raises(RunError, match="another run began before this one ended"):
        publish(state, second.run_id)  # nor twice


def test_one_release_is_published_whichever_was_before(state):
    for _ in range(3):
        publish(state, begin(state).run_id)
    assert told(state, published_run) == "r000003"
    with state.write() as connection:
        set_published(connection, "r000001")
    assert told(state, published_run) == "r000001"
    assert told(state, newest_run) == "r000003"  # identities are those of the newest run all the same


def test_the_newest_run_is_the_last_that_was_published(state):
    assert told(state, newest_run) is None
    publish(state, begin(state).run_id)
    begin(state)
    assert told(state, newest_run) == "r000001"


def test_the_last_figures_are_those_of_the_last_published_run_of_that_kind(state):
    assert told(state, last_figures, FULL) == {}
    publish(state, begin(state).run_id, FULL, residents=1)
    publish(state, begin(state).run_id, CHANGES, residents=2)
    publish(state, begin(state).run_id, FULL, residents=3)
    begin(state)
    assert told(state, last_figures, FULL) == {"residents": 3}
    assert told(state, last_figures, CHANGES) == {"residents": 2}
