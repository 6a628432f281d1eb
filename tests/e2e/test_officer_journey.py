"""An officer's day: from a case through the search to the full picture, with scripts, without them, and by keyboard."""

import re

import pytest

from tests.e2e.chromium import PHONE
from tests.e2e.keys import enter, press_to

FOUND = ".app-found a"


def _to_a_picture(one, query="smith"):
    """Open a case at the desk, and come from the search to a picture in two steps; return its address."""
    one.go("/")
    one.press("Open a case")
    one.page.get_by_label("Customer services").check()
    one.page.get_by_label("Your own reference (optional)").fill("CRM-7")
    one.press("Open the case")
    one.page.get_by_label("Find a resident").fill(query)
    one.press("Search")
    with one.page.expect_navigation():
        one.page.locator(FOUND).first.click()
    return one.page.url


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_an_officer_finds_a_resident_and_says_what_was_learned(persona, scripts):
    one = persona("officer", javascript=scripts, viewport=None if scripts else PHONE)
    picture = _to_a_picture(one)
    said = one.said()
    for heading in ("Summary", "Where sources disagree", "Household", "Services", "Timeline", "Notes"):
        assert one.page.get_by_role("heading", name=heading, exact=True).is_visible()
    assert "Not asked, as this purpose may not use them" in said
    assert "Purpose: Customer services" in one.page.locator("body").inner_text(), "the purpose stays visible"
    assert one.too_wide() <= 0

    one.press("Add a note")
    one.page.get_by_label("Note", exact=True).fill("Cannot use stairs.")
    one.press("Add the note")
    assert one.page.url.startswith(picture)
    assert "Cannot use stairs." in one.said()

    one.press("Propose a correction")
    one.page.locator('input[name="record"]').first.check()
    one.page.get_by_label("What is wrong in it?").select_option("mobile")
    one.page.get_by_label("What should it say?").fill("07700 900 321")
    one.page.get_by_label("How do you know?").fill("Told at the desk, and rang it")
    one.press("Send to the source")
    assert "Corrections that officers suggested, not answered yet" in one.said()

    one.go("/cases")
    assert "CRM-7" in one.said()
    with one.page.expect_navigation():
        one.page.locator("main th a").first.click()
    one.press("Close this case")
    one.page.wait_for_url("**/cases")
    assert one.complaints == []


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_what_is_not_one_person_is_decided_and_undone(persona, borough, scripts):
    one = persona("senior", javascript=scripts)
    case, resident = borough.places["case"], borough.places["resident"]
    one.go(f"/cases/{case}/residents/{resident}")
    before = one.page.get_by_role("button", name="Undo this decision").count()
    one.press("These are not one person")
    one.page.locator('input[name="others"]').last.check()
    one.page.get_by_label("How do you know?").fill("Father and son")
    one.press("Keep this decision")
    assert "Father and son" in one.said()
    mine = one.page.locator(".govuk-inset-text", has_text="Father and son")
    assert mine.count() == 1, "what was decided at once stands there once"
    with one.page.expect_navigation():
        mine.get_by_role("button").click()
    assert mine.count() == 0
    assert one.page.get_by_role("button", name="Undo this decision").count() == before


def test_a_warning_comes_first_with_its_day_of_review_and_is_ended(persona, borough):
    one = persona("senior", javascript=False)
    one.go(f"/cases/{borough.places['case']}/residents/{borough.places['other']}")
    one.press("Add a warning")
    one.page.get_by_label("Warning", exact=True).fill("A dog that bites.")
    for label, value in (("Day", "2"), ("Month", "3"), ("Year", "2031")):
        one.page.get_by_label(label, exact=True).fill(value)
    one.press("Add the warning")
    first = one.page.locator("main h2").first.inner_text()
    shown = one.page.locator(".app-warning", has_text="A dog that bites.")
    assert "2 March 2031" in shown.inner_text()
    assert first in ("Success", "Warnings")
    with one.page.expect_navigation():
        shown.get_by_role("button").click()
    assert "A dog that bites." not in one.said()


def test_by_the_keyboard_alone_from_a_case_to_the_picture_and_a_note(persona):
    one = persona("officer")
    page = one.page
    one.go("/")
    enter(one, "Open a case", "**/cases/new")
    press_to(one, "purpose")
    page.keyboard.press("Space")
    enter(one, "Open the case", re.compile(r"/cases/\d+$"))
    press_to(one, "query")
    page.keyboard.type("smith")
    page.keyboard.press("Enter")  # the form's own, so searching takes one key
    page.wait_for_url("**/search")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.matches('{FOUND}')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/residents/*")
    enter(one, "Add a note", "**/note")
    press_to(one, "text")
    page.keyboard.type("Came with a neighbour.")
    press_to(one, "Add the note")
    page.keyboard.press("Enter")
    page.get_by_text("Came with a neighbour.").wait_for()
    assert one.complaints == []


def test_the_glass_is_broken_for_somebody_in_danger(persona, borough):
    one = persona("officer", javascript=False)
    one.go("/cases/new")
    with one.page.expect_navigation():
        one.page.get_by_role("link", name="Somebody is in danger").click()
    one.page.get_by_label("Id of the resident").fill(borough.places["other"])
    one.page.get_by_label("Safeguarding", exact=False).first.check()
    one.page.get_by_label("Why can it not wait?").fill("Fell, and does not answer the telephone")
    one.press("See this resident")
    assert "because you broke the glass" in one.said()


def test_the_picture_prints_without_what_is_for_a_screen(persona, borough):
    one = persona("senior")
    one.go(f"/cases/{borough.places['case']}/residents/{borough.places['resident']}")
    one.page.emulate_media(media="print")
    assert not one.page.get_by_role("button", name="Add a note").is_visible()
    assert one.page.get_by_role("heading", name="Timeline").is_visible()
    assert one.page.locator(".govuk-details__text").first.is_visible(), "what is folded on a screen is printed"
