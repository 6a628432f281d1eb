"""Only our own pages' forms change anything, and what was typed is not lost."""

import re
from base64 import urlsafe_b64decode

import pytest

from insighthub.errors import RunError
from insighthub.web.csrf import SECRET, secret
from tests.web.client import Browser, values


def token_on(browser):
    return next(values(form)["csrf_token"] for form in browser.tree().iter("form"))


@pytest.fixture
def officer(app):
    browser = Browser(app, "officer")
    browser.get("/sample/form")
    return browser


def test_a_form_that_stands_on_a_page_can_be_sent(officer):
    assert officer.send("/sample/form", {"note": "Called"}).headers["location"] == "/sample"


def test_a_form_with_an_error_is_shown_again_with_what_was_typed(officer):
    officer.send("/sample/form", {"note": "  "}, status=422)
    assert "There is a problem Enter a note" in officer.text()
    assert "<title>Error: Add a note - Insight Hub</title>" in officer.page.text
    field = next(e for e in officer.tree().iter("input") if e.get("id") == "note")
    assert field.get("value") == "  "
    assert "note-error" in field.get("aria-describedby")


@pytest.mark.parametrize("token", [None, "", "AAAA", "not base64 !", "é"])
def test_a_form_without_a_token_of_ours_is_refused(officer, token):
    data = {"note": "x"} if token is None else {"note": "x", "csrf_token": token}
    answer = officer._taken(officer.client.post("/sample/form", data=data), 403)
    assert "This form can no longer be sent" in answer.text


def test_a_token_of_another_session_is_worth_nothing(officer, app):
    analyst = Browser(app, "analyst")
    analyst.get("/sample/form")
    theirs = token_on(analyst)
    officer.client.cookies.set("insighthub-form", analyst.client.cookies["insighthub-form"])
    answer = officer.client.post("/sample/form", data={"note": "x", "csrf_token": theirs})
    assert answer.status_code == 403


def test_a_token_of_another_browser_is_worth_nothing(officer, app):
    other = Browser(app, "officer")
    other.get("/sample/form")
    answer = officer.client.post("/sample/form", data={"note": "x", "csrf_token": token_on(other)})
    assert answer.status_code == 403


def test_a_page_that_was_open_while_the_app_was_started_anew_can_be_sent(officer, make_app):
    again = Browser(make_app(), "officer")
    again.client.cookies.update(officer.client.cookies)
    answer = again.client.post("/sample/form", data={"note": "x", "csrf_token": token_on(officer)})
    assert answer.status_code == 303


def test_the_token_of_every_page_looks_different_and_all_hold(officer):
    one = token_on(officer)
    officer.get("/sample/form")
    other = token_on(officer)
    raw = [urlsafe_b64decode(t + "=" * (-len(t) % 4)) for t in (one, other)]
    assert raw[0][:32] != raw[1][:32]
    assert raw[0][32:] != raw[1][32:]
    assert officer.client.post("/sample/form", data={"note": "x", "csrf_token": one}).status_code == 303


def test_a_header_may_hold_the_token(officer):
    answer = officer.client.post("/sample/form", data={"note": "x"}, headers={"X-CSRF-Token": token_on(officer)})
    assert answer.status_code == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_a_form_that_another_site_sends_is_refused_even_with_a_token(officer, headers):
    answer = officer.client.post("/sample/form", data={"note": "x", "csrf_token": token_on(officer)}, headers=headers)
    assert answer.status_code == 403


def test_over_https_cookies_are_secure_and_of_this_host_alone(app):
    browser = Browser(app, "officer", address="https://localhost")
    answer = browser.get("/sample/form")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-insighthub-form=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "max-age" in answer.headers["strict-transport-security"]
    assert browser.send("/sample/form", {"note": "x"}).status_code == 303


def test_over_http_no_browser_is_told_to_use_https(officer):
    assert "strict-transport-security" not in officer.page.headers


def test_the_secret_is_made_once_and_is_for_its_owner_alone(tmp_path):
    made = secret(tmp_path)
    assert secret(tmp_path) == made
    assert re.fullmatch(rb"[\w-]{64}", made)
    assert (tmp_path / "web.key").stat().st_mode & 0o077 == 0
    assert [p.name for p in tmp_path.iterdir()] == ["web.key"]


def test_the_environment_may_give_the_secret_but_no_short_one(tmp_path, monkeypatch):
    monkeypatch.setenv(SECRET, "s" * 40)
    assert secret(tmp_path) == b"s" * 40
    monkeypatch.setenv(SECRET, "short")
    with pytest.raises(RunError, match="too short"):
        secret(tmp_path)
