"""How the release stands is said on pages: that there is none yet, that it is old, that a later run came to nothing."""

from datetime import date

import pytest

from insighthub.store.run_log import FAILED, FULL, begin_run, end_run, publish_run
from tests.web.client import Browser

TODAY = date(2026, 3, 5)


@pytest.fixture
def officer(app):
    return Browser(app, "officer")


def publish(app, as_of):
    """Publish a release of a day, as a run does, without making one: pages about it do not look inside."""
    hub = app.state.site.hub
    with hub.state.write() as connection:
        row = begin_run(connection, as_of=as_of, kind=FULL, base=None)
        publish_run(connection, row.run_id, model="m1", kind=FULL, figures={})
    hub.releases.publish(row.run_id)


def fail(app, reason):
    with app.state.site.hub.state.write() as connection:
        row = begin_run(connection, as_of=TODAY, kind=FULL, base=None)
        end_run(connection, row.run_id, FAILED, reason)


def test_without_a_release_the_pages_say_so_and_that_it_means_nothing_about_anybody(officer):
    officer.get("/release")
    assert "There is no index of residents on this hub yet." in officer.text()
    assert "This does not mean that anybody is unknown to the council" in officer.text()
    answer = officer.get("/sample/release", status=503)
    assert "There is no index of residents yet" in officer.text()
    assert answer.headers["retry-after"] == "60"


def test_a_release_is_shown_as_soon_as_it_is_published(officer, app, ticking):
    officer.get("/sample/release", status=503)
    publish(app, TODAY)
    ticking.pass_by(5)
    officer.get("/sample/release")
    officer.get("/release")
    assert "what your council's sources had delivered by 5 March 2026" in officer.text()
    assert "Age today" in officer.text()
    assert "This is old" not in officer.text()


def test_an_old_release_is_said_to_be_old_on_every_page(officer, app):
    publish(app, date(2026, 2, 25))
    officer.get("/")
    assert "This is old. The index is of 25 February 2026, 8 days ago." in officer.text()


def test_a_hub_may_say_from_when_a_release_is_old(make_app):
    app = make_app("stale_after_days = 9")
    publish(app, date(2026, 2, 25))
    officer = Browser(app, "officer")
    officer.get("/")
    assert "This is old" not in officer.text()


def test_a_failed_run_is_told_and_its_reason_to_who_looks_after_runs(officer, app):
    publish(app, TODAY)
    fail(app, "the disk is full")
    officer.get("/release")
    assert "The last run came to nothing" in officer.text()
    assert "the release before it is still the one that is shown" in officer.text()
    assert "the disk is full" not in officer.text()
    analyst = Browser(app, "analyst")
    analyst.get("/release")
    assert "the disk is full" in analyst.text()


def test_a_run_that_is_under_way_is_told(officer, app):
    publish(app, TODAY)
    with app.state.site.hub.state.write() as connection:
        begin_run(connection, as_of=TODAY, kind=FULL, base=None)
    officer.get("/release")
    assert "A newer one is being made Yes" in officer.text()


def test_the_api_tells_how_the_release_stands(officer, app, ticking):
    none = {
        "release": None,
        "as_of": None,
        "age_days": None,
        "stale": False,
        "last_run_failed": False,
        "run_under_way": False,
    }
    assert officer.get("/api/v1/release").json() == none
    publish(app, date(2026, 2, 1))
    ticking.pass_by(5)
    told = officer.get("/api/v1/release").json()
    assert told == none | {"release": "r000001", "as_of": "2026-02-01", "age_days": 32, "stale": True}


def test_the_app_is_ready_without_a_release_and_not_with_one_that_cannot_be_opened(officer, app):
    assert officer.get("/ready").json() == {"status": "ready", "release": "none yet"}
    publish(app, TODAY)
    assert officer.get("/ready", status=503).json() == {"status": "not ready"}
    assert officer.get("/health").json() == {"status": "alive"}


def test_pages_of_what_went_wrong_are_given_although_the_release_cannot_be_told(officer, app):
    (app.state.site.hub.home / "current").write_text("rubbish\n", encoding="ascii")
    officer.get("/nowhere", status=404)
    officer.get("/accessibility")
