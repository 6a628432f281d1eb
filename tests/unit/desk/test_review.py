"""Review at the desk: who may, what is closed to them, what they see of a record; and all of it is in the audit."""

import shutil

import duckdb
import pytest
from sqlalchemy import update

from insighthub.accounts.tables import account
from insighthub.accounts.users import add_user, find_user
from insighthub.desk.desk import Desk
from insighthub.desk.refused import Refused
from insighthub.desk.review import Wanted
from insighthub.errors import RunError
from insighthub.governance.audit_read import AuditFilter
from insighthub.governance.policy import POLICY, default_policy_text
from insighthub.governance.rights.flags import set_flag
from insighthub.hub import Hub
from insighthub.runs.begin import Asked
from insighthub.synthetic.borough import generate
from insighthub.synthetic.borough_hub import DAY, write_hub
from tests.desk_hub import AT, ROLES

MORE = """
[[purpose]]
name = "review_all"
title = "Review with all"
basis = "a test"
sources = ["*"]
special_category = true
identifiers = true

[[purpose]]
name = "review_names"
title = "Review of names"
basis = "a test"
sources = ["*"]
fields = ["given_name", "family_name", "links"]
"""
SPECIAL = {"adult_social_care", "antisocial_behaviour", "blue_badge", "childrens_social_care", "freedom_pass",
           "homelessness", "school_pupils"}  # fmt: skip


@pytest.fixture(scope="session")
def drawn_home(tmp_path_factory):
    """A borough's hub that has run, with items drawn, and people who may review."""
    home = tmp_path_factory.mktemp("review_desk") / "hub"
    generate(home / "extracts", residents=700, seed=1)
    write_hub(home)
    text = default_policy_text().replace('["linkage_review", ', '["linkage_review", "review_all", "review_names", ')
    (home / POLICY).write_text(text + MORE, encoding="utf-8")
    with Hub(home) as hub:
        hub.run(Asked(as_of=DAY))
        hub.review.draw(measure=150, teach=20, check=60)
        with hub.state.write() as connection:
            for name in (*ROLES, "bo", "cy"):
                roles = [name if name in ROLES else "analyst"]
                add_user(connection, name=name, email=f"{name}@council.example", roles=roles, known_roles=ROLES, at=AT)
    shutil.rmtree(home / "extracts")
    return home


@pytest.fixture
def home(drawn_home, tmp_path):
    """A copy of it, for one test."""
    copy = tmp_path / "hub"
    shutil.copytree(drawn_home, copy)
    return copy


@pytest.fixture
def open_desk(home):
    """What opens the desk: with settings of [review], and residents who are hidden."""
    opened = []

    def opens(settings="", hidden=()):
        for hub in opened:  # of a release that is open nothing can be changed
            hub.close()
        opened.clear()
        if settings:
            (home / "insighthub.toml").write_text(f"[review]\n{settings}\n", encoding="utf-8")
        if hidden:
            file = next((home / "releases").glob("*.duckdb"))
            file.chmod(0o644)
            with duckdb.connect(file) as db:
                db.execute("UPDATE resident SET hidden = 'refuge' WHERE list_contains(?, resident_id)", [list(hidden)])
        hub = Hub(home)
        opened.append(hub)
        return Desk(hub)

    yield opens
    for hub in opened:
        hub.close()


def user(desk, name="analyst"):
    with desk.hub.state.read() as connection:
        return find_user(connection, f"{name}@council.example")


def items(review, **wanted):
    return review.board(Wanted(**wanted), limit=1000).items


def lines(desk, **wanted):
    return desk.oversight(user(desk, "ig_lead")).audit(AuditFilter(**wanted)).lines


def touched(desk, item):
    return desk.hub.review.touched([item])[item.item_id]


def test_every_call_is_refused_to_every_role_that_may_not(open_desk):
    desk = open_desk()
    calls = (
        lambda r: r.board(Wanted()), lambda r: r.take(Wanted()), lambda r: r.show(1), lambda r: r.answer(1, "match"),
        lambda r: r.take_back(1), lambda r: r.last(), lambda r: r.agreement(), lambda r: r.estimate(),
        lambda r: r.decided(),
    )  # fmt: skip
    others = [role for role in ROLES if role != "analyst"]
    for role in others:
        for call in calls:
            with pytest.raises(Refused, match="none of your roles may review doubtful pairs"):
                call(desk.review(user(desk, role)))
    assert len(lines(desk, outcome="refused", action="review_pairs")) == len(others) * len(calls)


def test_without_its_purpose_nobody_reviews(open_desk):
    desk = open_desk('purpose = "safeguarding"')
    with pytest.raises(Refused, match="for Safeguarding"):
        desk.review(user(desk)).board(Wanted())


def test_items_of_sources_that_the_purpose_may_not_use_are_closed(open_desk):
    desk = open_desk()
    review = desk.review(user(desk))
    board = review.board(Wanted(), limit=1000)
    every = desk.hub.review.open_items()
    seen = {item.item_id for item in board.items}
    barred = SPECIAL | {"electoral_register", "licensed_premises"}
    for item in every:
        assert (item.item_id in seen) == (not touched(desk, item).sources & (barred - {"licensed_premises"}))
    assert board.total == len(seen) > 20
    assert board.closed == len(every) - len(seen) > 20
    closed = next(item for item in every if item.item_id not in seen)
    for number in (closed.item_id, 10**6):
        with pytest.raises(Refused, match="there is no such item that you may review"):
            review.show(number)
        with pytest.raises(Refused, match="there is no such item that you may review"):
            review.answer(number, "match")
    assert [line.detail["item"] for line in lines(desk, outcome="refused")] == [10**6, 10**6, *[closed.item_id] * 2]
    everything = open_desk('purpose = "review_all"')
    more = everything.review(user(everything)).board(Wanted())
    assert more.total > board.total
    assert more.closed == len([i for i in every if "electoral_register" in touched(desk, i).sources])


@pytest.mark.parametrize("how", ["hidden", "restricted", "objected", "oneself", "colleague"])
def test_who_may_not_be_seen_is_in_no_queue_and_behind_no_number(open_desk, how):
    desk = open_desk()
    pick = items(desk.review(user(desk)), purpose="measure")[3]
    about = min(touched(desk, pick).residents)
    if how == "hidden":
        desk = open_desk(hidden=[about])
    elif how in ("restricted", "objected"):
        kind, purpose = ("restrict", "safeguarding") if how == "restricted" else ("object", "linkage_review")
        with desk.hub.state.write() as connection:
            set_flag(connection, 1, kind, [about], by="a lead", purposes=[purpose])
    else:
        name = "analyst" if how == "oneself" else "bo"
        with desk.hub.state.write() as connection:
            connection.execute(
                update(account).where(account.c.email == f"{name}@council.example").values(resident_id=about)
            )
    review = desk.review(user(desk))
    assert all(about not in touched(desk, item).residents for item in items(review))
    wanted = Wanted(purpose=pick.purpose, sources=(pick.left.source, pick.right.source))
    while (number := review.take(wanted)) is not None:
        assert number != pick.item_id
        review.answer(number, "cannot_say")
    assert not items(review, purpose=wanted.purpose, sources=wanted.sources)
    with pytest.raises(Refused, match="there is no such item that you may review"):
        review.show(pick.item_id)


def test_a_record_that_left_the_index_is_shown_no_more(open_desk, home):
    desk = open_desk()
    pick = items(desk.review(user(desk)))[0]
    desk.hub.close()
    file = next((home / "releases").glob("*.duckdb"))
    file.chmod(0o644)
    with duckdb.connect(file) as db:
        db.execute("DELETE FROM membership WHERE source = ? AND record_id = ? AND person = ?", list(pick.left))
    desk = open_desk()
    assert pick.item_id not in {item.item_id for item in items(desk.review(user(desk)))}
    with pytest.raises(Refused):
        desk.review(user(desk)).show(pick.item_id)


def test_nobody_near_a_cluster_is_told_of_who_may_not_be_seen(open_desk):
    desk = open_desk('purpose = "review_all"')
    review = desk.review(user(desk))
    near = {}
    for item in items(review, purpose="check"):
        if item.kind == "cluster":
            for one in review.show(item.item_id).view.explanation.near:
                near.setdefault(one.cluster_id, item.item_id)
    assert near, "no cluster of this borough has a neighbour"
    hidden = min(near)
    desk = open_desk('purpose = "review_all"', hidden=[hidden])
    seen = desk.review(user(desk)).show(near[hidden])
    assert all(one.cluster_id != hidden for one in seen.view.explanation.near)
    assert hidden not in str([figure.table for figure in seen.figures])


def test_identifiers_are_compared_and_not_shown(open_desk):
    desk = open_desk()
    review = desk.review(user(desk))
    # Of what measures no figures are drawn before it is answered.
    some = items(review, purpose="measure")
    shown = [field for item in some for field in review.show(item.item_id).fields]
    numbers = [field for field in shown if field.name in ("nhs_number", "nino", "upn")]
    assert numbers, "no two records of this borough hold an identifier"
    assert all(field.hidden and not field.left and not field.right and field.verdict for field in numbers)
    assert not any(field.name == "ethnicity" for field in shown)
    assert not any(field.hidden for field in shown if field not in numbers)
    cluster = next(item for item in items(review, purpose="check") if item.kind == "cluster")
    assert not {"nhs_number", "nino", "upn", "ethnicity"} & set(review.show(cluster.item_id).columns)
    desk = open_desk('purpose = "review_all"')
    review = desk.review(user(desk))
    shown = [field for item in items(review, purpose="measure") for field in review.show(item.item_id).fields]
    assert any(field.name == "nhs_number" and field.left for field in shown)


def test_what_the_purpose_does_not_see_is_left_out_with_all_that_tells_of_it(open_desk):
    desk = open_desk('purpose = "review_names"')
    review = desk.review(user(desk))
    for item in items(review):
        seen = review.show(item.item_id)
        assert {field.name for field in seen.fields if not field.hidden} <= {
            "given_name", "family_name", "name_suffix",
        }  # fmt: skip
        assert {field.name for field in seen.fields if field.hidden} <= {"nhs_number", "nino", "upn"}
        assert seen.evidence == "not for this purpose"
        assert not seen.words
        assert not seen.figures
        assert not seen.drawings


def test_every_item_that_is_shown_and_every_answer_is_in_the_audit(open_desk):
    desk = open_desk()
    review = desk.review(user(desk))
    first = review.take(Wanted())
    review.show(first)
    settled = review.answer(first, "not")
    review.take_back(settled.answer_id)
    whom = sorted(touched(desk, desk.hub.review.item(first)).residents)
    found = [line for line in lines(desk) if line.who == "analyst@council.example"][::-1]
    assert [line.action for line in found] == ["review_pairs", "answer_review", "take_back_review"]
    assert all(line.purpose == "linkage_review" and line.detail["item"] == first for line in found)
    assert found[0].detail["found"] == found[1].detail["found"] == whom
    assert found[1].detail["said"] == "not"
    told = desk.oversight(user(desk, "ig_lead")).who_saw(whom[0])
    assert "review_pairs" in [line.action for line in told]


def test_evidence_of_what_measures_is_shown_after_the_answer(open_desk):
    desk = open_desk()
    review = desk.review(user(desk))
    item = items(review, purpose="measure")[0]
    before = review.show(item.item_id)
    assert (before.evidence, before.words, before.figures, dict(before.drawings)) == ("after answering", "", (), {})
    review.answer(item.item_id, "match")
    after = review.show(item.item_id)
    assert after.evidence == "shown"
    assert after.words
    assert {figure.key for figure in after.figures} == set(after.drawings)
    assert not after.may_answer
    teaches = items(review, purpose="teach")[0]
    assert review.show(teaches.item_id).evidence == "shown"


def test_a_second_reviewer_is_told_nothing_of_the_first_and_nobody_takes_back_what_another_said(open_desk):
    desk = open_desk()
    one, other = desk.review(user(desk)), desk.review(user(desk, "bo"))
    number = next(item.item_id for item in items(one) if item.twice and item.kind == "pair")
    answer = one.answer(number, "match", note="They share a telephone").answer_id
    seen = other.show(number)
    assert seen.answers == ()
    assert number in {item.item_id for item in items(other, status="second")}
    assert number not in {item.item_id for item in items(one)}
    with pytest.raises(Refused, match="you have no such answer"):
        other.take_back(answer)
    assert other.answer(number, "match").decisions
    assert [one.item.item_id for one in other.decided()] == [number]
    assert one.take_back(answer) == number
    assert other.decided() == ()


def test_what_two_differ_on_is_talked_over_and_settled_by_what_they_agree(open_desk):
    desk = open_desk('on_disagreement = "discussion"')
    reviews = [desk.review(user(desk, name)) for name in ("analyst", "bo", "cy")]
    number = next(item.item_id for item in items(reviews[0]) if item.twice and item.kind == "pair")
    reviews[0].answer(number, "match")
    assert reviews[1].answer(number, "not").status == "discussion"
    agreed, waits = reviews[2].agreement()
    assert [item.item_id for item in waits] == [number]
    assert (agreed[0].items, agreed[0].agreed) == (1, 0)
    assert [one.answer for one in reviews[2].show(number).answers] == ["match", "not"]
    assert reviews[0].answer(number, "not", agreed=True).outcome == "not"
    assert reviews[2].agreement()[1] == ()


def test_a_cluster_is_sorted_into_people(open_desk):
    desk = open_desk('binding = "one"')
    review = desk.review(user(desk))
    item = next(item for item in items(review) if item.kind == "cluster" and not item.twice)
    seen = review.show(item.item_id)
    assert len(seen.values) == len(seen.view.records) == touched(desk, item).records
    parts = [sorted(seen.view.records.index(record) for record in part) for part in seen.cut.parts]
    assert sorted(place for part in parts for place in part) == list(range(len(seen.values)))
    with pytest.raises(RunError, match="not two records"):
        review.show(item.item_id, cut=(0, 0))
    with pytest.raises(RunError, match="other records by now"):
        review.answer(item.item_id, "not", people=[1])
    people = [1] * (len(seen.values) - 1) + [2]
    settled = review.answer(item.item_id, "not", people=people)
    assert len(settled.decisions) == len(people) - 1
    assert review.decided()[0].holds == settled.decisions


def test_the_board_tells_how_far_review_has_come(open_desk):
    desk = open_desk()
    review = desk.review(user(desk))
    board = review.board(Wanted())
    assert (board.today, board.last, board.settled) == (0, None, {})
    number = review.take(Wanted(purpose="measure", status="open"))
    answer = review.answer(number, "match").answer_id
    board = review.board(Wanted(purpose="teach"))
    assert board.today == 1
    assert (board.last.answer_id, board.last.item_id) == (answer, number)
    assert all(item.purpose == "teach" for item in board.items)
    assert board.total == len(items(review, purpose="teach"))
    assert review.last().answer_id == answer
    pair = next(one.sources for one in board.waiting)
    some = review.board(Wanted(sources=pair), limit=1000)
    assert {(item.left.source, item.right.source) for item in some.items} == {pair}
    assert some.total == len(some.items)
