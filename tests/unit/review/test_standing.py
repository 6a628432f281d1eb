"""How review stands: what waits, what one did, what was found and decided. On SQLite and PostgreSQL."""

from datetime import timedelta

from insighthub.review import standing
from insighthub.review.items import Narrowed
from tests.unit.review.test_answers import Desk, item, state

__all__ = ["state"]


def of_items(state, clock):
    items = [
        item(0, linked=True), item(1, linked=False), item(2, linked=True), item(3, twice=True),
        item(4, purpose="teach", source_r="c"), item(5, linked=False),
    ]  # fmt: skip
    return Desk(state, clock, items, binding="one")


def test_what_waits_is_counted_by_sort(state, clock):
    desk = of_items(state, clock)
    desk.answer(0, "ann", "not")
    desk.answer(3, "ann", "match")
    with state.read() as connection:
        mine = {
            (one.purpose, one.status, one.sources): one.count for one in standing.waiting(connection, "ann", Narrowed())
        }
        but = Narrowed(but=frozenset({desk.ids[1]}), status="open")
        others = {(one.purpose, one.status): one.count for one in standing.waiting(connection, "bob", but)}
        every = standing.waiting(connection, "bob", Narrowed())
        assert len(standing.open_items(connection)) == 5
    assert mine == {("measure", "open", ("a", "b")): 3, ("teach", "open", ("a", "c")): 1}
    assert others == {("measure", "open"): 2, ("teach", "open"): 1}
    assert ("measure", "second") in {(one.purpose, one.status) for one in every}


def test_what_one_answered_is_counted_since_a_time(state, clock):
    desk = of_items(state, clock)
    desk.answer(0, "ann", "not")
    clock.move(hours=1)
    last = desk.answer(1, "ann", "match").answer_id
    desk.answer(2, "bob", "match")
    with state.read() as connection:
        assert [one.answer_id for one in standing.answers_by(connection, "ann")] == [last]
        assert len(standing.answers_by(connection, "ann", limit=9)) == 2
        assert standing.count_by(connection, "ann", clock() - timedelta(minutes=1)) == 1
    desk.take_back(last)
    with state.read() as connection:
        assert standing.count_by(connection, "ann", clock() - timedelta(days=1)) == 1
        assert standing.answers_by(connection, "ann")[0].answer == "not"


def test_wrong_and_missed_links_are_counted_and_decisions_listed_while_they_hold(state, clock):
    desk = of_items(state, clock)
    answers = [desk.answer(place, "ann", said).answer_id for place, said in enumerate(["not", "match", "match"])]
    desk.answer(4, "ann", "cannot_say")
    desk.answer(5, "bob", "not")
    with state.read() as connection:
        assert standing.what_was_found(connection) == standing.Found(wrong_links=1, missed_links=1, borne_out=2)
        found = standing.decided(connection)
    assert {one.item.item_id for one in found} == {desk.ids[place] for place in (0, 1, 2, 5)}
    assert all(len(one.holds) == 1 and one.answers for one in found)
    desk.take_back(answers[0])
    with state.read() as connection:
        assert desk.ids[0] not in {one.item.item_id for one in standing.decided(connection)}
