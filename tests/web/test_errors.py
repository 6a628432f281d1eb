"""What went wrong is said in plain words, and tells nobody's data: neither on the page nor in the log."""

import json

import pytest

from tests.web.client import Browser

SECRETS = ("Agnes", "1950", "secret-place", "ValueError", "Traceback")


def test_a_fault_says_sorry_and_nothing_else(app, lines):
    browser = Browser(app, "officer")
    answer = browser.get("/sample/fault", status=500)
    assert "Sorry, there is a problem with the service" in browser.text()
    assert not [secret for secret in SECRETS if secret in answer.text]
    assert answer.headers["x-request-id"] in browser.text()


def test_the_log_has_the_kind_and_place_of_a_fault_and_not_its_words(app, lines):
    answer = Browser(app, "officer").get("/sample/fault?q=agnes", status=500)
    fault = next(values for level, _, values in lines.kept if level == "error")
    assert fault["kind"] == "ValueError"
    assert fault["request_id"] == answer.headers["x-request-id"]
    assert fault["places"][-1].endswith("sample_fault")
    assert "gnes" not in json.dumps(lines.kept)


def test_the_log_names_the_pattern_of_a_page_and_never_its_address(app, lines):
    browser = Browser(app, "officer")
    browser.get("/sample/number/3", status=303)
    browser.get("/sample/number/agnes?born=1950", status=422)
    browser.get("/agnes", status=404)
    routes = [values["route"] for _, _, values in lines.kept]
    assert routes == ["/sample/number/{number}", "/sample/number/{number}", "no such page"]
    assert {"request_id", "method", "route", "status", "milliseconds"} == set(lines.kept[0][2])


def test_an_error_that_a_user_caused_says_what_to_do_and_no_file(app):
    browser = Browser(app, "officer")
    browser.get("/sample/ours", status=409)
    assert "This case is closed. Open it again." in browser.text()
    assert "/srv/hub" not in browser.page.text


@pytest.mark.parametrize(
    ("method", "path", "status", "title"),
    [
        ("GET", "/nowhere", 404, "Page not found"),
        ("GET", "/sample/", 404, "Page not found"),
        ("DELETE", "/sample", 405, "This cannot be done here"),
        ("GET", "/sample/number/many", 422, "The request was not right"),
        ("GET", "/static/none.css", 404, "Page not found"),
        ("GET", "/static/../../app.py", 404, "Page not found"),
    ],
)
def test_each_kind_of_error_has_its_page(app, method, path, status, title):
    browser = Browser(app, "officer")
    browser._taken(browser.client.request(method, path), status)
    assert title in browser.text()


def test_the_api_says_what_went_wrong_in_json(app):
    answer = Browser(app, "officer").get("/api/v1/nothing", status=404)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "about:blank",
        "title": "Page not found",
        "status": 404,
        "detail": "If you typed an address, check that it is right. If you pasted it, check that it is whole.",
    }


def test_who_helps_is_said_where_it_is_known(make_app):
    browser = Browser(make_app('contact = "the data team"'), "officer")
    browser.get("/nowhere", status=404)
    assert "tell the data team" in browser.text()
