"""Every page: axe finds nothing, no page is wider than a phone's screen, and no script of it fails.

The parts that all pages are made of are held against axe at 400% zoom and in forced colours too, on pages that have all
of them. Pages of officers, of reviewers, and those by which one comes in are there with scripts off.
"""

import pytest

from tests.e2e.chromium import PHONE
from tests.web import visits_borough, visits_officer, visits_places, visits_review, visits_signin
from tests.web.visits import SAMPLES, VISITS

WITHOUT_SCRIPTS = (*visits_officer.VISITS, *visits_places.VISITS, *visits_review.VISITS, *visits_signin.VISITS)
ALL = pytest.mark.parametrize("visit", [*VISITS, *SAMPLES], ids=str)


@ALL
def test_axe_finds_nothing_at_any_size_and_in_any_colours(opened_once, server, visit):
    one = opened_once(server.address, visit.session)
    one.come_to(visit)
    assert one.violations() == []
    one.page.emulate_media(forced_colors="active", reduced_motion="reduce")
    assert one.violations() == []
    one.page.emulate_media(forced_colors="none")
    one.page.set_viewport_size(PHONE)
    assert one.too_wide() <= 0
    assert one.violations() == []
    _nothing_else_is_wrong(one)


@pytest.mark.parametrize("visit", visits_borough.VISITS, ids=str)
def test_axe_finds_nothing_on_pages_over_a_release(opened_once, borough_server, borough, visit):
    one = opened_once(borough_server.address, visit.session and borough.tokens[visit.session])
    one.come_to(visit.at(borough.places))
    assert one.violations() == []
    one.page.set_viewport_size(PHONE)
    assert one.too_wide() <= 0
    _nothing_else_is_wrong(one)


@pytest.mark.parametrize("visit", WITHOUT_SCRIPTS, ids=str)
def test_with_scripts_off_pages_over_a_release_are_there(opened_once, borough_server, borough, visit):
    session = visit.session and borough.tokens[visit.session]
    _is_there(opened_once(borough_server.address, session, javascript=False, viewport=PHONE), visit.at(borough.places))


@ALL
def test_with_scripts_off_a_page_is_there_and_no_wider_than_the_screen(opened_once, server, visit):
    _is_there(opened_once(server.address, visit.session, javascript=False, viewport=PHONE), visit)


def _is_there(one, visit):
    one.come_to(visit)
    assert one.page.locator("h1").inner_text()
    assert one.page.locator("main").inner_text().count(" ") > 3
    assert one.too_wide() <= 0
    _nothing_else_is_wrong(one)


def _nothing_else_is_wrong(one):
    assert one.complaints == [], "a script failed, or the content policy kept something out"
    assert one.outside == [], "the page asked another host for something"
