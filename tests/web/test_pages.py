"""Every page of the app is as every page must be; none is left out, and none is open that should be closed."""

import pytest

from insighthub.api.routes import ROUTERS
from insighthub.web.screens import SCREENS
from tests.web import visits_borough
from tests.web.client import Browser
from tests.web.visits import NO_PAGES, SAMPLES, VISITS

ROUTES = {
    (method, route.path): public
    for router, public in [*((s.router, s.public) for s in SCREENS), *((r, False) for r in ROUTERS)]
    for route in router.routes
    for method in route.methods - {"HEAD"}
}


def test_every_route_is_visited():
    every = [*VISITS, *visits_borough.VISITS]
    told = {(visit.method, visit.route) for visit in every} | set(NO_PAGES) | set(visits_borough.NO_PAGES)
    assert set(ROUTES) - told == set(), "tests/web/visits.py does not have these routes"
    assert told - set(ROUTES) == set(), "tests/web/visits.py has routes that there are not"


@pytest.mark.parametrize("visit", [*VISITS, *SAMPLES], ids=str)
def test_pages_are_as_every_page_must_be(visit, app):
    browser = Browser(app, visit.session)
    if visit.form is None:
        browser.get(visit.path, status=visit.status)
    else:
        browser.get(visit.path)
        browser.send(visit.form, visit.fields, status=visit.status)
    assert browser.page is not None


@pytest.mark.parametrize("route", [r for r, public in ROUTES.items() if not public], ids=" ".join)
def test_what_is_not_public_is_closed_to_who_is_not_signed_in(route, app):
    method, path = route
    answer = Browser(app).client.request(method, path)
    if path.startswith("/api/"):
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
    else:
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/sign-in")


def test_what_is_public_is_these_pages_alone():
    public = {path for (_, path), is_public in ROUTES.items() if is_public}
    assert public == {"/accessibility", "/cookies", "/council.css", "/health", "/ready", "/sign-in", "/sign-out"} | {
        "/sign-in/code",
        "/sign-in/oidc",
        "/sign-in/oidc/callback",
    }


def test_a_screen_of_the_list_is_closed_whatever_it_does_itself(app):
    # The sample screen asks for nobody; the app does.
    assert Browser(app).client.get("/sample").headers["location"] == "/sign-in?next=/sample"


def test_navigation_shows_what_roles_allow(app):
    officer, analyst, newcomer = (Browser(app, one) for one in ("officer", "analyst", "newcomer"))
    for one in (officer, analyst, newcomer):
        one.get("/")
    assert "A sample" in officer.text()
    assert "A sample" not in analyst.text()
    assert "Runs" in analyst.text()
    assert "Your account has no role here yet" in newcomer.text()


def test_the_navigation_marks_where_one_is(app):
    browser = Browser(app, "officer")
    browser.get("/sample")
    marked = [e.get("aria-current") for e in browser.tree().iter("a") if e.get("href") == "/sample"]
    assert "page" in marked


def test_where_one_came_from_is_gone_back_to_but_what_was_searched_for_is_not_kept(app):
    browser = Browser(app)
    assert browser.client.get("/sample?q=agnes").headers["location"] == "/sign-in?next=/sample"
    assert browser.client.get("/").headers["location"] == "/sign-in"


def test_a_part_of_a_page_that_nobody_may_see_sends_the_whole_page_to_signing_in(app):
    answer = Browser(app).client.get("/sample", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/sign-in")


def test_signing_out_ends_the_session(app):
    browser = Browser(app, "officer")
    browser.get("/")
    answer = browser.send("/sign-out")
    assert answer.headers["location"] == "/sign-in"
    browser.client.cookies.set("insighthub-session", "officer")  # the cookie is worth nothing, should it be kept
    browser.get("/", status=303)


def test_a_council_has_its_name_and_colours(make_app):
    browser = Browser(make_app('council = "Barking Council"\ncolour = "#4b1d7c"\nservice = "One index"'), "officer")
    browser.get("/")
    assert "Barking Council" in browser.text()
    assert "<title>One index - Barking Council</title>" in browser.page.text
    style = next(e.get("href") for e in browser.tree().iter("link") if "council.css" in e.get("href"))
    assert "--council-colour:#4b1d7c" in browser.client.get(style).text


def test_a_name_that_a_template_uses_and_nobody_gave_is_a_fault(app, lines):
    Browser(app, "officer").get("/sample/mistake", status=500)
    assert ("error", "UndefinedError") in [(level, v.get("kind")) for level, _, v in lines.kept]


def test_a_part_of_a_page_is_checked_as_a_part(app):
    browser = Browser(app, "officer")
    browser.get("/sample/part")
    assert browser.text() == "A part, for Olive Officer"


def test_every_part_is_laid_out(app):
    browser = Browser(app, "officer")
    browser.get("/sample?page=5&done=true")
    said = browser.text()
    for words in (
        "Purpose: Safeguarding assessment, until 5 pm",
        "The note is kept",
        "Not known",
        "Showing 101 to 125 of 260",
        "B delivers most records",
        "B has 5 and A 3",
        "Download as CSV: Records by source",
    ):
        assert words in said
    drawings = [e for e in browser.tree().iter("{http://www.w3.org/2000/svg}svg") if e.get("role") == "img"]
    assert len(drawings) == 2  # one chart, wide and narrow
