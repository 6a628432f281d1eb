"""What becomes of an item by what reviewers answer. On SQLite and PostgreSQL."""

import pytest
from sqlalchemy import select

from insighthub.errors import RunError
from insighthub.residents.decisions import Record, decide, decisions
from insighthub.review.agreement import agreement
from insighthub.review.answers import answer_item, answers_of, answers_seen_by, take_back
from insighthub.review.items import Narrowed, keep_items, read_item, read_queue, take_item
from insighthub.review.labels import review_labels
from insighthub.review.settings import ReviewSettings
from insighthub.review.tables import review_item
from insighthub.store.state import State


@pytest.fixture
def state(state_url):
    opened = State(state_url)
    yield opened
    opened.close()


def item(number, *, twice=False, kind="pair", purpose="measure", **more):
    ends = {"source_l": "a", "record_id_l": str(number), "person_l": 1}
    ends |= {"source_r": "b", "record_id_r": str(number), "person_r": 1}
    plain = {"resident_l": f"R{number}", "resident_r": f"R{number}", "records": 2, "linked": True}
    weighed = {"match_weight": 3.0, "match_probability": 0.9, "evidence": "{}", "expected": 0.9}
    drawn = {"stratum": "s01", "stratum_pairs": 100.0, "inclusion_probability": 0.1}
    rest = {"kind": kind, "purpose": purpose, "reason": "drawn", "priority": number, "twice": twice}
    return {**ends, **plain, **weighed, **drawn, **rest, **more}


class Desk:
    """A state with items, to answer them in few words."""

    def __init__(self, state, clock, items, **settings):
        self.state, self.clock, self.settings = state, clock, ReviewSettings(**settings)
        with state.write() as connection:
            keep_items(connection, "r000001", items, at=clock())
            self.ids = list(connection.execute(select(review_item.c.item_id).order_by(review_item.c.item_id)).scalars())

    def answer(self, place, by, said, **more):
        with self.state.write() as connection:
            told = {"by": by, "at": self.clock(), "settings": self.settings, **more}
            return answer_item(connection, self.ids[place], said, **told)

    def take_back(self, answer_id, by="ann"):
        with self.state.write() as connection:
            return take_back(connection, answer_id, by=by, at=self.clock(), settings=self.settings)

    def queue(self, reviewer, **asked):
        with self.state.read() as connection:
            return read_queue(connection, reviewer, Narrowed(**asked))

    def take(self, reviewer):
        with self.state.write() as connection:
            return take_item(connection, reviewer, at=self.clock(), minutes=15)

    def decided(self):
        with self.state.read() as connection:
            return [(d.kind, d.left, d.right) for d in decisions(connection) if d.in_force and d.left]

    def read(self, function, *asked):
        with self.state.read() as connection:
            return function(connection, *asked)


def test_one_answer_settles_what_one_is_asked_for_and_binds_if_settings_let_it(state, clock):
    desk = Desk(state, clock, [item(1), item(2)], binding="one")
    found = desk.answer(0, "ann", "match", note="same signature")
    assert (found.status, found.outcome) == ("settled", "match")
    desk.answer(1, "ann", "not")
    assert desk.decided() == [
        ("must_link", Record("a", "1"), Record("b", "1")),
        ("cannot_link", Record("a", "2"), Record("b", "2")),
    ]


@pytest.mark.parametrize("binding", ["none", "two"])
def test_one_answer_alone_does_not_bind_unless_settings_say_so(state, clock, binding):
    desk = Desk(state, clock, [item(1)], binding=binding)
    assert desk.answer(0, "ann", "match").decisions == ()
    assert desk.decided() == []


def test_two_who_agree_settle_and_bind(state, clock):
    desk = Desk(state, clock, [item(1, twice=True)])
    assert desk.answer(0, "ann", "not").status == "second"
    assert desk.decided() == []
    found = desk.answer(0, "ben", "not")
    assert (found.status, len(found.decisions)) == ("settled", 1)
    assert desk.decided() == [("cannot_link", Record("a", "1"), Record("b", "1"))]
    with state.read() as connection:
        assert [d.by for d in decisions(connection)] == ["ann, ben"]


def test_where_two_differ_a_third_decides_and_two_of_three_bind(state, clock):
    desk = Desk(state, clock, [item(1, twice=True)])
    desk.answer(0, "ann", "not")
    assert desk.answer(0, "ben", "match").status == "third"
    assert desk.answer(0, "cat", "match").outcome == "match"
    assert [kind for kind, *_ in desk.decided()] == ["must_link"]


def test_where_three_differ_they_talk_it_over_and_what_they_agree_on_binds(state, clock):
    desk = Desk(state, clock, [item(1, twice=True)])
    for by, said in (("ann", "not"), ("ben", "match"), ("cat", "cannot_say")):
        found = desk.answer(0, by, said)
    assert found.status == "discussion"
    with pytest.raises(RunError, match="waits for no further answer"):
        desk.answer(0, "dan", "match")
    assert desk.answer(0, "ann", "not", agreed=True).outcome == "not"
    assert [kind for kind, *_ in desk.decided()] == ["cannot_link"]


def test_two_who_differ_talk_it_over_at_once_if_settings_say_so(state, clock):
    desk = Desk(state, clock, [item(1, twice=True)], on_disagreement="discussion")
    desk.answer(0, "ann", "not")
    assert desk.answer(0, "ben", "match").status == "discussion"


def test_nobody_sees_what_another_said_while_anybody_may_still_be_asked(state, clock):
    desk = Desk(state, clock, [item(1, twice=True)])
    desk.answer(0, "ann", "not", note="another signature")
    assert desk.read(answers_seen_by, desk.ids[0], "ben") == []
    assert [a.reviewer for a in desk.read(answers_seen_by, desk.ids[0], "ann")] == ["ann"]
    waiting = desk.queue("ben").items[0]
    assert "signature" not in repr(waiting)
    assert "ann" not in repr(waiting)
    desk.answer(0, "ben", "match")
    assert [a.reviewer for a in desk.read(answers_seen_by, desk.ids[0], "cat")] == []
    desk.answer(0, "cat", "match")
    assert len(desk.read(answers_seen_by, desk.ids[0], "ben")) == 3


def test_nobody_answers_an_item_twice(state, clock):
    desk = Desk(state, clock, [item(1, twice=True)])
    desk.answer(0, "ann", "not")
    with pytest.raises(RunError, match="you have answered"):
        desk.answer(0, "ann", "not")
    assert desk.queue("ann").items == ()
    assert len(desk.queue("ben").items) == 1


def test_an_answer_taken_back_takes_its_decision_with_it_and_the_item_waits_again(state, clock):
    desk = Desk(state, clock, [item(1, twice=True)])
    first = desk.answer(0, "ann", "not").answer_id
    desk.answer(0, "ben", "not")
    assert desk.take_back(first).status == "second"
    assert desk.decided() == []
    with pytest.raises(RunError, match="no answer"):
        desk.take_back(first)
    assert desk.answer(0, "ann", "match").status == "third"
    assert len(desk.read(lambda c: answers_of(c, desk.ids[0], undone=True))) == 3


def test_an_item_that_stays_settled_without_an_answer_keeps_to_the_others(state, clock):
    desk = Desk(state, clock, [item(1, twice=True)])
    desk.answer(0, "ann", "match")
    odd = desk.answer(0, "ben", "not").answer_id
    desk.answer(0, "cat", "match")
    assert desk.take_back(odd, by="ben").outcome == "match"
    assert [kind for kind, *_ in desk.decided()] == ["must_link"]


def test_a_decision_that_an_officer_undid_since_is_no_hindrance(state, clock):
    from insighthub.residents.decisions import undo

    desk = Desk(state, clock, [item(1)], binding="one")
    found = desk.answer(0, "ann", "not")
    with state.write() as connection:
        undo(connection, found.decisions[0], by="an officer", note="they are one")
    assert desk.take_back(found.answer_id).status == "open"


def test_an_answer_that_contradicts_what_was_decided_goes_to_discussion(state, clock):
    desk = Desk(state, clock, [item(1)], binding="one")
    with state.write() as connection:
        decide(connection, "must_link", [(Record("a", "1"), Record("b", "1"))], by="an officer", note="seen both")
    found = desk.answer(0, "ann", "not")
    assert (found.status, found.decisions) == ("discussion", ())
    assert "contradict" in found.why_not_binding
    assert [kind for kind, *_ in desk.decided()] == ["must_link"]


MEMBERS = (Record("a", "1"), Record("b", "1"), Record("c", "1"), Record("c", "2"))


def cluster(**more):
    return item(1, kind="cluster", purpose="check", records=4, stratum=None, stratum_pairs=None, **more)


def test_a_cluster_of_one_person_is_held_together(state, clock):
    desk = Desk(state, clock, [cluster()], binding="one")
    desk.answer(0, "ann", "match", members=MEMBERS)
    assert {kind for kind, *_ in desk.decided()} == {"must_link"}
    assert {r for _, *ends in desk.decided() for r in ends} == set(MEMBERS)
    assert len(desk.decided()) == 3


def test_a_cluster_of_two_people_is_parted_as_the_reviewer_sorted_it(state, clock):
    desk = Desk(state, clock, [cluster()], binding="one")
    parts = [MEMBERS[:3], MEMBERS[3:]]
    desk.answer(0, "ann", "not", members=MEMBERS, parts=parts)
    assert {(kind, *sorted(ends)) for kind, *ends in desk.decided()} == {
        ("cannot_link", record, MEMBERS[3]) for record in MEMBERS[:3]
    }


def test_two_who_sort_a_cluster_otherwise_do_not_agree(state, clock):
    desk = Desk(state, clock, [cluster(twice=True)])
    desk.answer(0, "ann", "not", members=MEMBERS, parts=[MEMBERS[:3], MEMBERS[3:]])
    assert desk.answer(0, "ben", "not", members=MEMBERS, parts=[MEMBERS[:2], MEMBERS[2:]]).status == "third"
    again = [list(reversed(MEMBERS[3:])), list(reversed(MEMBERS[:3]))]
    assert desk.answer(0, "cat", "not", members=MEMBERS, parts=again).status == "settled"


@pytest.mark.parametrize("parts", [None, [MEMBERS], [MEMBERS[:2], MEMBERS[3:]], [MEMBERS, MEMBERS[:1]], [MEMBERS, ()]])
def test_parts_that_are_not_the_cluster_s_records_are_refused(state, clock, parts):
    desk = Desk(state, clock, [cluster()])
    with pytest.raises(RunError):
        desk.answer(0, "ann", "not", members=MEMBERS, parts=parts)
    assert desk.read(answers_of, desk.ids[0]) == []


def test_an_item_is_held_for_who_took_it_and_for_a_while(state, clock):
    desk = Desk(state, clock, [item(1), item(2)])
    mine = desk.take("ann")
    assert desk.take("ann") == mine
    assert desk.take("ben").item_id != mine.item_id
    assert desk.take("cat") is None
    clock.move(minutes=16)
    assert desk.take("cat").item_id == mine.item_id
    desk.answer(0, "cat", "match")
    desk.answer(1, "cat", "match")
    assert desk.take("ann") is None


def test_the_purposes_come_in_turn_and_a_queue_can_be_narrowed(state, clock):
    items = [item(n, purpose=purpose) for purpose in ("measure", "teach") for n in (1, 2)]
    items.append(item(3, source_r="z"))
    desk = Desk(state, clock, items)
    found = desk.queue("ann")
    assert [each.purpose for each in found.items] == ["measure", "teach", "measure", "teach", "measure"]
    assert found.waiting == {"measure": 3, "teach": 2}
    assert [each.right.source for each in desk.queue("ann", sources=("z", "a")).items] == ["z"]
    assert {each.purpose for each in desk.queue("ann", purpose="teach").items} == {"teach"}
    allowed = desk.queue("ann", allowed=frozenset({"a", "b"}))
    assert len(allowed.items) == sum(allowed.waiting.values()) == 4
    assert desk.queue("ann", allowed=frozenset({"a"})).items == ()
    desk.answer(0, "ann", "match")
    assert desk.queue("ben").settled == {"measure": 1}


def test_agreement_counts_the_first_two_answers_of_items_that_two_were_asked_about(state, clock):
    desk = Desk(state, clock, [item(n, twice=True) for n in range(4)] + [item(9)])
    for place, (one, other) in enumerate([("match", "match"), ("not", "not"), ("match", "not"), ("not", "not")]):
        desk.answer(place, "ben", one)
        desk.answer(place, "ann", other)
    desk.answer(2, "cat", "not")
    desk.answer(4, "ann", "match")
    every, both = desk.read(agreement)
    assert (every.items, every.agreed, both.reviewers) == (4, 3, ("ann", "ben"))
    assert every.kappa.value == pytest.approx(0.5)


def test_settled_pairs_are_labels_each_once_and_only_the_newest_sample_was_drawn(state, clock):
    desk = Desk(state, clock, [item(1), item(2, purpose="teach", stratum=None), item(3), item(1, purpose="check")])
    desk.answer(0, "ann", "match")
    desk.answer(1, "ann", "not")
    clock.move(minutes=1)
    desk.answer(3, "ann", "cannot_say")
    found = {row["record_id_l"]: row for row in desk.read(review_labels).to_pylist()}
    assert {ref: row["label"] for ref, row in found.items()} == {"1": "cannot say", "2": "not"}
    assert [float(found["1"]["inclusion_probability"]), found["2"]["stratum"]] == [0.1, ""]


def test_an_item_that_is_not_there_is_said_so(state, clock):
    desk = Desk(state, clock, [item(1)])
    with pytest.raises(RunError, match="no item 99"):
        desk.read(read_item, 99)
    with pytest.raises(RunError, match="no answer"):
        desk.answer(0, "ann", "perhaps")
