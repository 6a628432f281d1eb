"""What one caller may ask of the app."""

import pytest

from insighthub.web.limits import ADDRESS_SHARE
from tests.web.client import Browser


def test_a_session_that_asks_too_often_waits_and_may_then_go_on(make_app, ticking):
    browser = Browser(make_app("requests_per_minute = 3"), "officer")
    for _ in range(3):
        browser.get("/")
    answer = browser.get("/", status=429)
    assert "Too many requests" in browser.text()
    assert answer.headers["retry-after"] == "21"
    ticking.pass_by(21)
    browser.get("/")
    browser.get("/", status=429)


def test_others_are_not_in_the_way_of_who_asks_little(make_app):
    app = make_app("requests_per_minute = 3")
    loud, quiet = Browser(app, "officer"), Browser(app, "analyst")
    for status in (200, 200, 200, 429, 429):
        loud.get("/", status=status)
    quiet.get("/")


def test_making_up_sessions_gains_nothing(make_app):
    app = make_app("requests_per_minute = 2")
    statuses = [Browser(app, f"made-up-{n}").client.get("/cookies").status_code for n in range(2 * ADDRESS_SHARE + 5)]
    assert statuses.count(200) == 2 * ADDRESS_SHARE
    assert statuses[-5:] == [429] * 5


def test_styles_and_probes_are_free(make_app):
    app = make_app("requests_per_minute = 1")
    browser = Browser(app, "officer")
    browser.get("/")
    style = app.state.site.assets.url("app.css")
    assert [browser.client.get(p).status_code for p in (style, "/health", "/ready")] == [200, 200, 200]


def test_the_table_of_callers_does_not_grow_beyond_its_bound(monkeypatch, make_app):
    monkeypatch.setattr("insighthub.web.limits._MOST_CALLERS", 10)
    from insighthub.web.limits import RateLimit

    limit = RateLimit(None, 5, 5, lambda: 0.0)
    for n in range(100):
        limit._wait(f"session {n}", 5)
    assert len(limit._buckets) == 10


def test_a_form_that_is_too_large_is_refused(make_app):
    browser = Browser(make_app("most_body_kilobytes = 1"), "officer")
    browser.get("/sample/form")
    browser.send("/sample/form", {"note": "x" * 2000}, status=413)
    assert "What you sent is too large" in browser.text()


def test_a_body_that_does_not_say_how_large_it_is_is_counted(make_app):
    browser = Browser(make_app("most_body_kilobytes = 1"), "officer")
    answer = browser.client.post(
        "/sample/form",
        content=iter([b"note=" + b"x" * 600, b"x" * 600]),
        headers={"content-type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 413


@pytest.mark.parametrize("length", ["many", "-1"])
def test_a_length_that_is_no_number_is_refused(app, length):
    answer = Browser(app, "officer").client.post("/sample/form", content=b"", headers={"content-length": length})
    assert answer.status_code == 400


def test_a_file_may_be_larger_where_one_may_be_sent_and_only_there(make_app):
    browser = Browser(make_app("most_body_kilobytes = 2\nmost_upload_megabytes = 1"), "officer")
    browser.get("/sample/form")
    token = next(e.get("value") for e in browser.tree().iter("input") if e.get("name") == "csrf_token")

    def sent(path, size):
        files = {"file": ("a.csv", b"x" * size)}
        return browser.client.post(path, data={"csrf_token": token}, files=files)

    assert sent("/sample/up", 50_000).headers["location"] == "/sample?page=50"
    assert sent("/sample/up", 1_100_000).status_code == 413
    assert sent("/sample/form", 50_000).status_code == 413
    assert sent("/sample/upward", 50_000).status_code == 413


def test_a_request_under_another_name_is_refused(make_app):
    browser = Browser(make_app('hosts = ["hub.council.example"]'), "officer")
    for host in ("evil.example", "hub.council.example.evil", "", "localhost"):
        assert browser.client.get("/", headers={"host": host}).status_code == 400
    assert browser.client.get("/", headers={"host": "HUB.council.example:8443"}).status_code == 200
    assert browser.client.get("/health", headers={"host": "10.0.0.1"}).status_code == 200


def test_large_pages_are_compressed(app):
    answer = Browser(app, "officer").get("/sample", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"


def test_files_are_kept_for_good_and_pages_never(app):
    browser = Browser(app, "officer")
    for name in ("app.css", "app.js", "htmx.js", "icon.svg"):
        answer = browser.client.get(app.state.site.assets.url(name))
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert browser.get("/").headers["cache-control"] == "no-store"
