"""A reviewer's day: from the queue through items to the figures, with scripts, without them, and by keyboard alone."""

import re

import pytest

from tests.e2e.chromium import PHONE


def number(one):
    """Return the item that is shown."""
    return int(re.search(r"/review/items/(\d+)", one.page.url)[1])


def to_the_first_item(one, sort):
    one.go("/")
    one.page.get_by_role("link", name="Review", exact=True).last.click()
    one.page.get_by_label("What", exact=True).select_option(sort)
    one.page.get_by_role("button", name="Show", exact=True).click()
    one.page.get_by_role("button", name="Review the next one").click()
    one.page.wait_for_url("**/review/items/**")
    return number(one)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_reviewer_answers_takes_back_and_goes_on(persona, scripts):
    """The queue, an answer with a note, the next item at once, undo, and the answer again."""
    one = persona("third_analyst", javascript=scripts, viewport=PHONE)
    first = to_the_first_item(one, "measure")
    assert one.page.get_by_role("heading", level=1).inner_text() == "Are these two records of one person?"
    assert "It is shown when you have answered" in one.page.locator("main").inner_text()
    one.page.get_by_label("Note (optional)").fill("The same telephone")
    one.page.get_by_role("button", name="Not one person").click()
    one.page.get_by_text("Your answer is kept").wait_for()
    second = number(one)
    assert second != first
    one.page.get_by_role("button", name=f"Undo your answer on item {first}").click()
    one.page.get_by_text("Your answer is taken back").wait_for()
    assert number(one) == first
    one.page.get_by_role("button", name="Cannot say").click()
    one.page.get_by_text("Your answer is kept").wait_for()
    one.go(f"/review/items/{first}")
    one.page.get_by_text("Show the evidence and the score").click()
    one.page.get_by_role("heading", name=re.compile("The evidence adds up to")).wait_for()
    one.go("/review")
    assert re.search(r"You answered \d+ today", one.page.locator("main").inner_text())
    assert one.complaints == []


def test_with_a_keyboard_alone_items_are_answered_by_1_2_and_3(persona):
    one = persona("third_analyst")
    one.go("/review")
    one.page.get_by_role("button", name="Review the next one").focus()
    one.page.keyboard.press("Enter")
    one.page.wait_for_url("**/review/items/**")
    first = number(one)
    assert one.page.get_by_text("They do nothing while you type").is_visible()
    one.page.get_by_label("Note (optional)").focus()
    one.page.keyboard.type("Flat 12, not 21")
    assert number(one) == first, "a key that was typed into the note answered"
    one.page.keyboard.press("Tab")
    one.page.keyboard.press("3")
    one.page.get_by_text(f"item {first}", exact=True).wait_for()
    assert number(one) != first


def test_with_a_keyboard_alone_buttons_are_reached_in_order_and_keys_can_be_turned_off(persona):
    one = persona("third_analyst")
    one.go("/review")
    one.page.get_by_role("button", name="Review the next one").focus()
    one.page.keyboard.press("Enter")
    one.page.wait_for_url("**/review/items/**")
    first = number(one)
    one.page.get_by_role("button", name="Turn the keys off").focus()
    one.page.keyboard.press("Enter")
    one.page.get_by_text("The keys 1, 2 and 3 are off").wait_for()
    one.page.evaluate("document.addEventListener('submit', () => { window.answered = true; })")
    one.page.keyboard.press("2")
    assert not one.page.evaluate("window.answered")
    assert number(one) == first
    one.page.locator("[data-key='1']").focus()
    stops = []
    for _ in range(3):
        stops.append(one.focused())
        one.page.keyboard.press("Tab")
    assert len(set(stops)) == 3
    assert stops[2] == "Cannot say"
    one.page.keyboard.press("Shift+Tab")
    one.page.keyboard.press("Enter")
    one.page.get_by_text(f"item {first}", exact=True).wait_for()


def test_a_cluster_is_parted_without_scripts(persona, borough):
    one = persona("third_analyst", javascript=False)
    one.go(f"/review/items/{borough.places['other_cluster']}")
    one.page.get_by_label("The link between").select_option("1")
    one.page.get_by_label("and", exact=True).select_option("2")
    one.page.get_by_role("button", name="What if it were cut?").click()
    assert "If the link between record 1 and record 2 were cut" in one.page.locator("main").inner_text()
    one.page.locator("#person-1").select_option("2")
    one.page.locator("#person-2").select_option("1")
    one.page.get_by_role("button", name="Several people, as sorted").click()
    one.page.get_by_text("Your answer is kept").wait_for()


def test_what_reviewers_differ_on_is_talked_over(persona, borough):
    one = persona("third_analyst", javascript=False)
    one.go("/review/agreement")
    one.page.get_by_role("link", name=f"Item {borough.places['talk']}").click()
    said = one.page.locator("main").inner_text()
    assert "What did you agree?" in said
    assert said.count("I am not sure") == 3
    one.page.get_by_role("button", name="One person", exact=True).click()
    one.page.wait_for_url("**/review/agreement?**")
    assert "No item waits to be talked over" in one.page.locator("main").inner_text()


def test_figures_are_brought_up_to_date_when_the_reviewer_comes_back(persona):
    one = persona("analyst")
    one.go("/review/estimates")
    with one.page.expect_response("**/review/estimates/figures"):
        one.page.evaluate("window.dispatchEvent(new Event('focus'))")
    one.page.get_by_role("table", name="How good the links are").wait_for()
    assert one.complaints == []
