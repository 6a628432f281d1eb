"""Every page over a real release, seen by the persona whose page it is."""

import pytest

from tests.web.client import Browser
from tests.web.visits_borough import VISITS


@pytest.mark.parametrize("visit", VISITS, ids=str)
def test_pages_over_a_release_are_as_every_page_must_be(visit, borough, borough_app):
    visit = visit.at(borough.places)
    browser = Browser(borough_app, visit.session and borough.tokens[visit.session], names=borough.names)
    browser.get(visit.path, status=200 if visit.form else visit.status)
    if visit.form is not None:
        browser.send(visit.form, visit.fields, status=visit.status)
    assert browser.page is not None
