"""Decisions on who is who: kept for good, undone by new ones, never in contradiction."""

import pytest

from insighthub.errors import DataError, RunError
from insighthub.residents.decisions import (
    IN_FORCE,
    Record,
    decide,
    decisions,
    in_force,
    not_one_person,
    undo,
    undo_act,
)

A, B, C, D, E = (Record("benefits", f"0{n}") for n in range(5))
SECOND = Record("benefits", "00", 2)
MUST, CANNOT = "must_link", "cannot_link"


@pytest.fixture
def desk(state):
    return Desk(state)


class Desk:
    """An officer at the state."""

    def __init__(self, state):
        self.state = state

    def must(self, left, right):
        return self._does(decide, MUST, [(left, right)])

    def cannot(self, left, right):
        return self._does(decide, CANNOT, [(left, right)])

    def undo(self, number):
        return self._does(undo, number)

    def undo_act(self, number):
        return self._does(undo_act, number)

    def apart(self, some, others):
        return self._does(not_one_person, some, others)

    def _does(self, what, *values):
        with self.state.write() as connection:
            what(connection, *values, by="an officer", note="seen the birth certificates")

    def all(self):
        with self.state.read() as connection:
            return decisions(connection)

    def holds(self):
        return [each.in_force for each in self.all()]

    def in_force(self):
        with self.state.read() as connection:
            table = in_force(connection)
        assert table.schema == IN_FORCE
        return [
            (Record(r["source_l"], r["record_id_l"], r["person_l"]), r["decision"],
             Record(r["source_r"], r["record_id_r"], r["person_r"]))
            for r in table.to_pylist()
        ]  # fmt: skip


def test_a_decision_is_kept_as_it_was_made(desk):
    desk.must(A, SECOND)
    (kept,) = desk.all()
    assert (kept.decision_id, kept.kind, kept.left, kept.right, kept.undoes) == (1, MUST, A, SECOND, None)
    assert (kept.by, kept.note, kept.in_force) == ("an officer", "seen the birth certificates", True)
    assert desk.in_force() == [(A, MUST, SECOND)]


def test_where_nothing_is_decided_nothing_is_in_force(desk):
    assert desk.all() == []
    assert desk.in_force() == []


def test_an_undone_decision_stays_in_the_list_and_is_not_in_force(desk):
    desk.must(A, B)
    desk.undo(1)
    assert [(each.kind, each.undoes, each.in_force) for each in desk.all()] == [(MUST, None, False), ("undo", 1, True)]
    assert desk.in_force() == []


def test_an_undo_is_undone_as_often_as_one_likes(desk):
    desk.cannot(A, B)
    for number in range(1, 6):
        desk.undo(number)
        assert desk.in_force() == ([(A, CANNOT, B)] if number % 2 == 0 else [])
    assert len(desk.all()) == 6
    assert desk.holds() == [False, True, False, True, False, True]


def test_a_decision_made_twice_holds_until_both_are_undone(desk):
    desk.must(A, B)
    desk.must(A, B)
    assert desk.in_force() == [(A, MUST, B)]
    desk.undo(1)
    assert desk.in_force() == [(A, MUST, B)]
    desk.undo(2)
    assert desk.in_force() == []


def test_only_what_holds_is_undone(desk):
    desk.must(A, B)
    desk.undo(1)
    with pytest.raises(RunError, match="decision 1 does not hold any more"):
        desk.undo(1)
    with pytest.raises(RunError, match="there is no decision 7"):
        desk.undo(7)
    assert len(desk.all()) == 2


def test_each_of_some_records_is_kept_from_each_of_the_others(desk):
    desk.apart([A, B], [C, D, E])
    assert {(left, right) for left, _, right in desk.in_force()} == {(x, y) for x in (A, B) for y in (C, D, E)}
    desk.apart([], [C])
    assert len(desk.all()) == 6


def test_a_decision_that_contradicts_another_is_refused_and_not_kept(desk):
    desk.cannot(A, B)
    with pytest.raises(DataError, match="'00' of 'benefits' and '01' of 'benefits' would be one person and two"):
        desk.must(B, A)
    assert desk.in_force() == [(A, CANNOT, B)]
    assert len(desk.all()) == 1


def test_a_contradiction_through_others_is_found(desk):
    for left, right in ((A, B), (C, D), (B, C)):
        desk.must(left, right)
    with pytest.raises(DataError, match="contradict each other"):
        desk.cannot(A, D)
    desk.cannot(A, E)
    with pytest.raises(DataError, match="contradict each other"):
        desk.must(E, D)
    assert len(desk.all()) == 4


def test_the_persons_of_one_record_are_kept_apart_and_not_mixed_up(desk):
    desk.cannot(A, SECOND)
    desk.must(A, B)
    with pytest.raises(DataError, match="contradict each other"):
        desk.must(B, SECOND)


def test_what_is_undone_contradicts_nothing(desk):
    desk.cannot(A, B)
    desk.undo(1)
    desk.must(A, B)
    assert desk.in_force() == [(A, MUST, B)]


def test_an_undo_that_would_bring_a_contradiction_back_is_refused_and_not_kept(desk):
    desk.cannot(A, B)
    desk.undo(1)
    desk.must(A, B)
    with pytest.raises(DataError, match="Take back one of the decisions"):
        desk.undo(2)
    assert desk.holds() == [False, True, True]


@pytest.mark.parametrize("kind", ["undo", "maybe", ""])
def test_what_is_no_kind_of_decision_is_refused(state, kind):
    with pytest.raises(RunError, match="no kind of decision"), state.write() as connection:
        decide(connection, kind, [(A, B)], by="an officer", note="")


def test_a_record_is_not_decided_upon_with_itself(desk):
    with pytest.raises(RunError, match="names one record twice"):
        desk.must(A, A)
    with pytest.raises(RunError, match="names one record twice"):
        desk.apart([A, B], [B])
    assert desk.all() == []


def test_what_was_decided_in_one_go_is_undone_in_one_go_and_the_undo_too(desk):
    desk.apart([A, B], [C, D])
    desk.apart([A], [E])
    assert [each.act for each in desk.all()] == [1, 1, 1, 1, 5]
    desk.undo_act(3)
    assert desk.in_force() == [(A, CANNOT, E)]
    desk.undo_act(7)
    assert len(desk.in_force()) == 5
    desk.undo(2)
    desk.undo_act(4)
    assert desk.in_force() == [(A, CANNOT, E)]
    with pytest.raises(RunError, match="decision 4 does not hold any more"):
        desk.undo_act(4)
