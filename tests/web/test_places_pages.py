"""Evidence about places, on a small borough's hub: what officers are shown is what the index says, and no more."""

import json
import re
from datetime import timedelta

import pytest

from insighthub.accounts.users import find_user
from insighthub.desk.desk import Desk
from insighthub.errors import RunError
from insighthub.governance.audit_table import audit_table
from insighthub.hub import Hub
from insighthub.spoken import spoken_date
from insighthub.vulnerability.application import application
from insighthub.vulnerability.clusters import clusters
from insighthub.vulnerability.drivers import drivers
from insighthub.vulnerability.evidence import read_evidence
from insighthub.web.place_figures import interval
from tests.web.client import Browser, values

INDEX = "/places/gambling_harm"


@pytest.fixture(scope="module")
def hub(borough):
    with Hub(borough.home) as opened:
        yield opened


@pytest.fixture(scope="module")
def evidence(hub):
    return read_evidence(hub.home, "gambling_harm", hub.places, hub.settings.disclosure)


@pytest.fixture
def officer(borough, borough_app):
    return Browser(borough_app, borough.tokens["licensing"], names=borough.names)


def last_line(hub, action="see_places"):
    with hub.state.read() as connection:
        return next(line for line in reversed(audit_table(connection).to_pylist()) if line["action"] == action)


def test_a_licensing_officer_comes_from_the_start_page_to_a_place_by_its_postcode(borough, officer, hub, evidence):
    officer.get("/")
    assert 'href="/places"' in officer.page.text
    officer.get("/places")
    officer.get(INDEX)
    postcode = str(hub.places.postcodes.codes[5])
    answer = officer.send(f"{INDEX}/find", {"place": f"The Old Forge, {postcode}"})
    assert re.fullmatch(rf"{INDEX}/at/\d+/\d+", answer.headers["location"])  # nothing of what was typed
    officer.follow(answer)
    assert f"At {postcode}, in " in officer.text()


def test_the_index_shows_every_area_with_the_ranks_it_lies_between(officer, evidence):
    officer.get(INDEX)
    text = officer.text()
    for row in evidence.result.scores.to_pylist():
        assert f"{row['rank']}{row['name']}{interval(row['rank_low'], row['rank_high'])}" in text
    assert "nothing here is about any person" in text
    assert officer.page.text.count('class="wide area-map"') == 1


def test_whether_neighbours_are_alike_is_told_and_no_area_named_that_may_be_chance(officer, evidence):
    found = clusters(evidence)
    officer.get(INDEX)
    text = officer.text()
    assert all(" ".join(words.split()) in text for words in found.words)
    assert ("Areas that stand out from chance" in text) == bool(found.standing)


def test_an_index_that_was_not_run_on_the_newest_release_says_so(borough, officer, hub, monkeypatch):
    with hub.state.read() as connection:
        user = find_user(connection, "licensing@council.example")
    officer.get(INDEX)
    assert "This is of an earlier release" not in officer.text()
    places = Desk(hub).places(user)
    assert not places.index("gambling_harm").old
    monkeypatch.setattr(hub.releases, "current", lambda: "r000003")
    assert places.index("gambling_harm").old


def test_ranks_are_held_against_those_of_a_year_before(borough, officer, evidence):
    then = f"Rank on {spoken_date(evidence.result.as_of - timedelta(days=365))}"
    at = f"{borough.places['easting']}/{borough.places['northing']}"
    for path in (INDEX, f"{INDEX}/areas/{borough.places['area']}", f"{INDEX}/at/{at}?within=800"):
        officer.get(path)
        assert then in officer.text()


def test_an_area_shows_what_drives_it_and_where_it_would_rank_without_each(borough, officer, evidence):
    told = drivers(evidence, borough.places["area"])
    officer.get(f"{INDEX}/areas/{borough.places['area']}")
    text = officer.text()
    assert f"{told.rank} of {told.ranked}" in text
    for each in told.indicators:
        assert re.search(rf"{re.escape(each.title)}.*?{each.as_average}{each.without}", text), each.title
    assert "Vulnerability to harm from gambling, with ethnic groups" in text


def test_an_area_that_is_not_there_is_not_found(officer):
    officer.get(f"{INDEX}/areas/E01000001", status=404)
    officer.get("/places/no_such_index", status=404)
    officer.get("/places/conditions", status=404)


def test_a_place_is_told_as_the_evidence_has_it(borough, officer, evidence):
    at = borough.places["easting"], borough.places["northing"]
    for within in (200, 400, 800):
        told = application(evidence, (float(at[0]), float(at[1])), float(within))
        officer.get(f"{INDEX}/at/{at[0]}/{at[1]}?within={within}")
        text = officer.text()
        for circle in told.circles:
            said = "not told" if circle.residents is None else f"about {circle.residents:,}"
            assert f"{circle.radius:.0f} metres{said}" in text
        for each in told.premises:
            assert each.name in text
        for condition in told.conditions:
            assert condition.text in text
        if told.index:
            assert f"as an area ranked {told.index.rank} of {told.index.ranked}" in text


@pytest.mark.parametrize("path", ["0/0", "652000/391000?within=50", "652000/391000?within=5000", "1e5/2", "-5/2"])
def test_places_that_nobody_can_apply_for_are_refused(officer, path):
    answer = officer.client.get(f"{INDEX}/at/{path}")
    assert answer.status_code in (404, 409, 422)


@pytest.mark.parametrize("typed", ["ZE1 0ZZ", "nowhere at all", " "])
def test_a_place_that_is_not_known_is_said_at_the_field(officer, typed):
    officer.get(INDEX)
    officer.send(f"{INDEX}/find", {"place": typed}, status=422)
    assert "There is a problem" in officer.text()
    assert officer.page.text.count('id="place-error"') == 1


def test_officers_without_the_action_see_nothing_and_are_in_the_audit(borough, borough_app, hub):
    browser = Browser(borough_app, borough.tokens["officer"], names=borough.names)
    for path in ("/places", INDEX, f"{INDEX}/areas/{borough.places['area']}", f"{INDEX}/options", f"{INDEX}/at/1/1"):
        browser.get(path, status=403)
        assert last_line(hub)["outcome"] == "refused"


def test_the_audit_keeps_the_area_and_never_the_point(borough, officer, hub):
    easting, northing = borough.places["easting"], borough.places["northing"]
    officer.get(f"{INDEX}/at/{easting}/{northing}")
    line = last_line(hub)
    assert (line["who"], line["purpose"], line["outcome"]) == ("licensing@council.example", "policy", "allowed")
    detail = json.dumps(line["detail"]) if not isinstance(line["detail"], str) else line["detail"]
    assert "area" in detail
    assert str(easting) not in detail
    assert str(northing) not in detail


def test_a_pack_is_downloaded_as_pdf_and_html_with_what_it_is_for(borough, officer):
    at = f"{INDEX}/at/{borough.places['easting']}/{borough.places['northing']}"
    officer.get(f"{at}?within=800")
    made = officer.send(f"{at}/pack", {"about": "Application 26/0042, 1 High Street"}, status=200)
    assert made.headers["content-type"] == "application/pdf"
    assert "attachment" in made.headers["content-disposition"]
    assert made.content.startswith(b"%PDF")
    html = officer.client.post(f"{at}/pack", data={**form_of(officer, f"{at}/pack"), "kind": "html"}).text
    assert "Within 800 metres" in html
    assert "Application 26/0042" not in html  # it was not kept
    assert "Gambling Act 2005, section 153" in html
    officer.send(f"{at}/pack", {"about": "x" * 201}, status=422)
    assert "200 characters or fewer" in officer.text()


def form_of(browser, action):
    return values(next(f for f in browser.tree().iter("form") if f.get("action") == action))


@pytest.mark.parametrize("query", ["of=people", "bandwidth=500", "of=risk&bandwidth=0"])
def test_densities_are_those_that_are_offered(officer, query):
    officer.get(f"{INDEX}/density?{query}", status=404)


def test_densities_are_led_to_and_compared_at_four_bandwidths(officer):
    officer.get(INDEX)
    assert f'href="{INDEX}/density"' in officer.page.text
    for of in ("premises", "risk"):
        officer.get(f"{INDEX}/density?of={of}&bandwidth=600")
        assert "density-map" in officer.page.text or "area-map" in officer.page.text
        for metres in (200, 400, 800):
            assert f"/density?of={of}&amp;bandwidth={metres}" in officer.page.text


def test_options_are_held_side_by_side_as_they_are_typed(officer):
    officer.get(f"{INDEX}/options")
    action = f"{INDEX}/options"
    officer.send(action, {"most": "0", "cap": "2000", "kind": ""}, status=200)
    text = officer.text()
    assert "No more than 0 places to gamble within 2000 metres" in text
    assert "A condition within" not in text
    officer.send(action, {"density": "many"}, status=422)
    assert "Density must be a number from 0.1 to 100" in officer.text()


def test_an_index_that_the_policy_no_longer_allows_is_not_shown(borough, hub, monkeypatch):
    """Of a source that the purpose may not use any more nothing is told, before the index is run again."""
    with hub.state.read() as connection:
        user = find_user(connection, "licensing@council.example")
    places, allowed = Desk(hub).places(user), hub.policy()
    assert {each.id for each in places.indices()} == {"gambling_harm", "gambling_harm_with_ethnicity"}

    def without(**changes):
        purposes = tuple(p.model_copy(update=changes) if p.name == "policy" else p for p in allowed.purpose)
        monkeypatch.setattr(hub, "policy", lambda: allowed.model_copy(update={"purpose": purposes}))

    for changes in ({"special_category": False}, {"fields": ("date_of_birth", "addresses")}, {"facts": ("one",)}):
        without(**changes)
        with pytest.raises(RunError, match="the policy no longer allows"):
            places.index("gambling_harm")
        assert all("the policy no longer allows" in each.why.casefold() for each in places.indices())
    without(title="Policy")
    assert places.index("gambling_harm").purpose == "Policy"
