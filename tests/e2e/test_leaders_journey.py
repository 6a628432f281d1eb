"""A leader's and an administrator's main tasks, from a session to done; and figures let out by a second person."""

import csv
from pathlib import Path

from tests.e2e.chromium import PHONE
from tests.e2e.keys import enter


def test_a_leader_comes_from_the_borough_to_a_measure_by_the_keyboard_alone(persona):
    one = persona("leader")
    one.go("/")
    enter(one, "Borough", "**/borough")
    said = one.said()
    assert "Residents" in said
    assert "Getting it right" in said
    enter(one, "All figures", "**/figures")
    enter(one, "Residents known to three or more", "**/figures/residents_known_to_three_or_more_services")
    assert "Sources that it rests on" in one.said()
    assert one.complaints == []


def test_figures_go_out_when_somebody_else_has_checked_them(persona):
    leader, lead = persona("leader", javascript=False, viewport=PHONE), persona("ig", javascript=False)
    leader.go("/figures/residents_known_to_two_or_more_services")
    leader.press("Ask to let these figures out")
    for answer in leader.page.locator("textarea").all():
        answer.fill("For the annual report; nobody can be told from it")
    leader.press("Ask for a check")
    asked = leader.page.url
    assert "somebody else checks them" in leader.said()
    assert leader.page.get_by_role("button", name="Download as CSV").count() == 0
    lead.go(asked.removeprefix(lead.address))
    lead.page.get_by_label("They may go out").check()
    lead.press("Keep this decision")
    leader.go(asked.removeprefix(leader.address))
    with leader.page.expect_download() as came:
        leader.page.get_by_role("button", name="Download as CSV").click()
    lines = Path(came.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert len(list(csv.reader(lines))) > 1


def test_an_administrator_adds_somebody_and_gives_and_takes_roles_without_scripts(persona):
    one = persona("admin", javascript=False)
    one.go("/")
    one.press("Users", "link")
    one.press("Add a user")
    one.page.get_by_label("Name", exact=True).fill("Noor Newly")
    one.page.get_by_label("E-mail address").fill("noor@council.example")
    one.page.get_by_label("Officer", exact=True).check()
    one.press("Add the user")
    assert one.page.locator(".app-secret").inner_text()
    one.press("Back to users", "link")
    one.press("Noor Newly", "link")
    one.page.get_by_label("Analyst", exact=True).check()
    one.press("Change the roles")
    assert "Analyst" in one.page.locator(".govuk-summary-list").inner_text()
    one.press("Disable this user")
    assert one.page.get_by_role("button", name="Enable this user").count() == 1
