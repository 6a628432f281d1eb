"""What the forms of review do. These tests answer pairs drawn to teach or to check, which no other test looks at."""

import re

import pytest

from insighthub.governance.audit_read import AuditFilter, page
from insighthub.web.screens.review import KEYS_COOKIE
from tests.web.client import Browser, values


@pytest.fixture
def analyst(borough, borough_app):
    """Return the second analyst at a browser."""
    return Browser(borough_app, borough.tokens["second_analyst"], names=borough.names)


def number_of(response):
    return int(re.search(r"/review/items/(\d+)", str(response.headers["location"]))[1])


def test_an_answer_leads_to_the_next_item_and_can_be_undone(analyst):
    analyst.get("/review?sort=teach")
    response = analyst.send("/review/next")
    first = number_of(response)
    analyst.follow(response)
    assert "To teach".lower() in analyst.text().lower()
    action = f"/review/items/{first}/answer"
    response = analyst.client.post(action, data={**fields(analyst, action), "said": "not", "note": "Two brothers"})
    assert response.headers["location"].endswith(("&done=decided", "&done=settled", "&done=second"))
    assert "sort=teach" in response.headers["location"]
    assert number_of(response) != first
    analyst.follow(response)
    assert "Your answer is kept" in analyst.text()
    assert f"Your last answer: item {first}, not one person." in analyst.text()
    undo = next(f.get("action") for f in analyst.tree().iter("form") if (f.get("action") or "").endswith("/undo"))
    response = analyst.send(undo)
    assert number_of(response) == first
    analyst.follow(response)
    assert "Your answer is taken back" in analyst.text()
    assert "Two brothers" not in analyst.text()


def test_a_form_that_says_nothing_is_shown_again_with_what_was_typed(analyst, borough):
    action = f"/review/items/{borough.places['pair']}/answer"
    analyst.get(f"/review/items/{borough.places['pair']}")
    analyst.send(action, {"note": "I looked twice"}, status=422)
    assert "Choose an answer" in analyst.text()
    assert "I looked twice" in analyst.text()


def test_a_cluster_of_several_people_is_sorted_into_them(analyst, borough):
    number = borough.places["cluster"]
    action = f"/review/items/{number}/answer"
    analyst.get(f"/review/items/{number}")
    people = {name: "1" for name in fields(analyst, action) if name.startswith("person-")}
    assert len(people) > 1
    response = analyst.client.post(action, data={**fields(analyst, action), **people, "said": "not"})
    assert response.status_code == 422
    assert "Sort the records into at least two people" in response.text


def test_a_cut_tells_what_would_become_of_the_cluster(analyst, borough):
    number = borough.places["cluster"]
    analyst.get(f"/review/items/{number}?one=1&other=2")
    assert re.search(r"If the link between record 1 and record 2 were cut, (the records would be of|they would stay)",
                     analyst.text())  # fmt: skip
    analyst.get(f"/review/items/{number}?one=1&other=99", status=422)


def test_the_keys_can_be_turned_off_and_on(analyst, borough):
    number = borough.places["pair"]
    analyst.get(f"/review/items/{number}")
    assert "Turn the keys off" in analyst.text()
    analyst.follow(analyst.send("/review/keys"))
    assert analyst.client.cookies[KEYS_COOKIE] == "off"
    assert "Turn the keys on" in analyst.text()
    analyst.follow(analyst.send("/review/keys"))
    assert "Turn the keys off" in analyst.text()


def test_the_figures_come_as_a_part_too(analyst):
    answer = analyst.client.get("/review/estimates/figures")
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "How good the links are" in answer.text


@pytest.mark.parametrize("persona", ["officer", "senior", "ig", "leader", "admin", "nobody"])
def test_who_may_not_review_sees_nothing_of_it(borough, borough_app, persona):
    other = Browser(borough_app, borough.tokens[persona], names=borough.names)
    item = borough.places["pair"]
    for path in ("", f"/items/{item}", "/agreement", "/estimates", "/estimates/figures", "/decisions"):
        other.get(f"/review{path}", status=403)
    other.get("/accessibility")
    assert "Review" not in [(a.text or "").strip() for a in other.tree().iter("a")]
    with borough_app.state.site.hub.state.read() as connection:
        found = page(connection, AuditFilter(who=f"{persona}@council.example", outcome="refused")).lines
    assert {line.action for line in found} >= {"review_pairs"}


def fields(browser, action):
    return values(next(f for f in browser.tree().iter("form") if f.get("action") == action))
