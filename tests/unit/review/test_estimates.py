"""Live estimates: whether their intervals hold the truth, when the truth answers for reviewers."""

from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import select

from insighthub.linkage.labels.estimate import Answers, estimate
from insighthub.linkage.labels.frame import sampling_frame
from insighthub.linkage.labels.plan import draw
from insighthub.residents.decisions import Record
from insighthub.review.draw import linked_rows
from insighthub.review.estimates import answers_to_halve, live_estimate, within
from insighthub.review.items import keep_items
from insighthub.review.tables import review_item
from insighthub.store.state import State
from tests.unit.review.test_answers import Desk, item

DRAWS = 150


@pytest.fixture(scope="module")
def frame(borough_hub):
    """The pairs that a release's sample is drawn from, as ``draw_items`` makes them."""
    opened = borough_hub.review._releases.of(borough_hub.releases.current())
    every = opened.model.everything()
    links = linked_rows(opened.db.cursor(), every)
    return sampling_frame(links, every.kept, every.unlikely, threshold=opened.model.learned.threshold)


@pytest.fixture(scope="module")
def matches(frame, truth):
    keys = zip(*(frame.rows[name].to_pylist() for name in Record._fields), strict=True)
    of = np.unique([truth.of(Record(*key)) for key in keys], return_inverse=True)[1]
    return (of[frame.left] == of[frame.right]).astype(float)


def answered(frame, matches, seed, *, drawn, given):
    """Answer the first of the pairs that were drawn; the others wait."""
    plan = draw(frame, drawn, seed=seed)
    at, stratum = plan.chosen, frame.stratum[plan.chosen]
    said = np.where(np.arange(len(at)) < given, matches[at], np.nan)
    return at, Answers(said, frame.linked[at], stratum, plan.sizes[stratum], frame.expected[at])


def figures(frame, matches, domain=None):
    weight = frame.stands_for if domain is None else frame.stands_for * domain
    both, links, true = (float((weight * x).sum()) for x in (matches * frame.linked, frame.linked, matches))
    return both / links, both / true


def held(found, truths):
    inside = [[s.low <= t <= s.high for s, t in zip(scores, truths, strict=True)] for scores in found]
    return np.mean(inside, axis=0)


@pytest.mark.parametrize(("drawn", "given"), [(300, 300), (1200, 300)])
def test_intervals_hold_the_truth_about_95_times_in_100_however_many_of_those_drawn_are_answered(
    frame, matches, drawn, given
):
    found = []
    for seed in range(DRAWS):
        scores = estimate(answered(frame, matches, seed, drawn=drawn, given=given)[1]).scores
        found.append((scores.precision, scores.recall))
    assert (held(found, figures(frame, matches)) >= 0.90).all()


def test_intervals_of_the_pairs_of_two_sources_hold_the_truth_too(frame, matches):
    sources = np.array(frame.rows["source"].to_pylist())
    pair = np.char.add(np.char.add(sources[frame.left], " "), sources[frame.right])
    names, counts = np.unique(pair[frame.linked], return_counts=True)
    domain = pair == names[np.argmax(counts)]
    found = []
    for seed in range(DRAWS):
        at, answers = answered(frame, matches, seed, drawn=1200, given=600)
        scores = estimate(within(answers, domain[at])).scores
        found.append((scores.precision, scores.recall))
    assert (held(found, figures(frame, matches, domain)) >= 0.88).all()


def test_as_many_more_answers_as_are_said_to_halve_an_interval_do(frame, matches):
    widths = []
    for seed in range(30):
        _, answers = answered(frame, matches, seed, drawn=200, given=200)
        more = answers_to_halve(answers)[0]
        if more is None:
            continue
        _, then = answered(frame, matches, 1000 + seed, drawn=200 + more, given=200 + more)
        before, after = (estimate(a).scores.precision for a in (answers, then))
        widths.append((after.high - after.low) / (before.high - before.low))
    assert len(widths) >= 10
    assert np.median(widths) == pytest.approx(0.5, abs=0.1)


def test_within_all_pairs_is_all(frame, matches):
    answers = answered(frame, matches, 1, drawn=200, given=150)[1]
    assert estimate(within(answers, np.ones(200, bool))) == estimate(answers)


def test_a_domain_and_the_rest_add_up_to_the_whole(frame, matches):
    at, answers = answered(frame, matches, 1, drawn=400, given=400)
    domain = np.arange(400) % 2 == 0
    whole, one, rest = (estimate(a) for a in (answers, within(answers, domain), within(answers, ~domain)))
    assert one.linked_pairs + rest.linked_pairs == pytest.approx(whole.linked_pairs)
    assert one.matches + rest.matches == pytest.approx(whole.matches)
    assert len(at) == 400


@pytest.fixture
def state(tmp_path):
    opened = State(f"sqlite:///{tmp_path / 'state.db'}")
    yield opened
    opened.close()


def test_figures_follow_the_answers_as_they_come_and_weigh_them_by_their_strata(state, clock):
    likely = [item(n, stratum="s01", stratum_pairs=1000.0) for n in range(20)]
    doubtful = [item(20 + n, stratum="s02", stratum_pairs=10.0, expected=0.5) for n in range(10)]
    desk = Desk(state, clock, [*likely, *doubtful])
    assert desk.read(live_estimate).estimate is None
    for place in range(30):
        desk.answer(place, "ann", "match" if place < 20 else "not")
    found = desk.read(live_estimate)
    assert (found.run_id, found.drawn, found.answered) == ("r000001", 30, 30)
    assert found.estimate.scores.precision.value == pytest.approx(1000 / 1010)
    assert found.estimate.matches == pytest.approx(1000)
    (own,) = found.by_sources
    assert (own.source_l, own.source_r, own.answered) == ("a", "b", 30)
    assert own.precision == found.estimate.scores.precision


def test_an_answer_counts_at_once_and_one_that_is_disputed_does_not(state, clock):
    desk = Desk(state, clock, [item(n, twice=True) for n in range(12)])
    for place in range(12):
        desk.answer(place, "ann", "match")
    assert desk.read(live_estimate).answered == 12
    desk.answer(0, "ben", "not")
    found = desk.read(live_estimate)
    assert (found.answered, found.disagreed) == (11, 1)
    desk.answer(0, "cat", "cannot_say")
    assert desk.read(live_estimate).disagreed == 1


def test_what_was_chosen_to_teach_or_to_check_measures_nothing(state, clock):
    desk = Desk(state, clock, [item(1), item(2, purpose="teach"), item(3, purpose="check")])
    desk.answer(0, "ann", "match")
    before = desk.read(live_estimate)
    desk.answer(1, "ann", "not")
    desk.answer(2, "ann", "not")
    assert desk.read(live_estimate) == before
    with state.write() as connection:
        connection.execute(review_item.delete().where(review_item.c.purpose == "measure"))
        assert live_estimate(connection) is None
        assert live_estimate(connection, "r000001") is None


def test_figures_are_of_the_newest_release_that_was_drawn_from_or_of_the_one_named(state, clock):
    desk = Desk(state, clock, [item(n) for n in range(3)])
    with state.write() as connection:
        keep_items(connection, "r000002", [item(n) for n in range(5)], at=clock())
        assert connection.execute(select(review_item.c.item_id)).all()
    assert desk.read(live_estimate).drawn == 5
    assert desk.read(live_estimate, "r000001").drawn == 3


def test_where_all_is_known_nothing_is_to_be_halved():
    every = Answers(np.ones(50), np.ones(50, bool), np.zeros(50, int), np.full(50, 50.0), np.full(50, 0.9))
    assert answers_to_halve(every) == (0, 0)
    assert answers_to_halve(replace(every, stratum_pairs=np.full(50, 5000.0)))[0] > 50
