"""The information-governance lead's main tasks, from a session to done: with scripts off, and with the keyboard alone.

Each test leaves the hub so that the others find what they need: it reviews an alert, or answers a request, of its own.
"""

import pytest

from tests.e2e.chromium import PHONE
from tests.e2e.keys import enter, press_to


def _press(one, name, role="button"):
    one.page.get_by_role(role, name=name, exact=True).first.click()


@pytest.mark.parametrize("javascript", [True, False], ids=["with scripts", "with scripts off"])
def test_a_request_for_access_from_its_coming_to_the_answer(persona, borough, javascript):
    one = persona("ig", javascript=javascript, viewport=None if javascript else PHONE)
    one.go("/governance")
    _press(one, "Requests of residents", "link")
    _press(one, "Note a request that came")
    one.page.fill("#query", "smith")
    _press(one, "Search")
    one.page.locator(f'a[href="/governance/requests/new/{borough.places["resident"]}"]').click()
    one.page.get_by_label("Access").check()
    one.page.fill("#requester", "The resident")
    for part, value in (("day", "1"), ("month", "3"), ("year", "2026")):
        one.page.fill(f"#received-{part}", value)
    _press(one, "Note this request")
    assert "The request is noted" in one.page.locator("main").inner_text()
    _press(one, "Check who asks")
    one.page.fill("#how", "A passport at the desk")
    _press(one, "Note the check")
    _press(one, "Make the answer")
    _press(one, "Make the answer")
    for _ in range(60):
        if one.page.get_by_role("link", name="PDF, to send or print").count():
            break
        if javascript:  # the page shows it by itself
            one.page.wait_for_timeout(500)
        elif one.page.get_by_role("link", name="See how far it is").count():
            _press(one, "See how far it is", "link")
    assert "to be read by you before this goes out" in one.page.locator("main").inner_text()
    assert one.violations() == [] if javascript else True
    _press(one, "Read, and choose what is told")
    assert one.too_wide() <= 0
    one.page.get_by_label("Hide it").first.check()
    one.page.fill("#why", "About somebody else")
    if javascript:
        assert one.violations() == []
    _press(one, "Keep these choices")
    one.page.wait_for_url("**/export")
    with one.page.expect_download() as got:
        for _ in range(60):
            if one.page.get_by_role("link", name="PDF, to send or print").count():
                break
            one.page.reload()
        _press(one, "PDF, to send or print", "link")
    assert got.value.suggested_filename.endswith(".pdf")
    assert one.complaints == []


def test_an_alert_is_reviewed_with_the_keyboard_alone(persona, borough):
    one = persona("ig")
    one.go(f"/governance/alerts/{borough.places['alert']}")
    press_to(one, "nothing_wrong")
    one.page.keyboard.press("Space")
    press_to(one, "note")
    one.page.keyboard.type("Asked their manager, who had sent them")
    enter(one, "Keep this review", "**/governance/alerts?done=reviewed")
    assert "Your review is kept" in one.page.locator("main").inner_text()


def test_a_change_of_the_policy_is_proposed_and_approved_by_somebody_else(persona):
    one, other = persona("ig"), persona("second_ig")
    one.go("/governance/policy/purposes/customer_services")
    one.page.locator('input[name="sources"][value="libraries"]').uncheck()
    _press(one, "Propose this change")
    assert "The change is proposed" in one.page.locator("main").inner_text()
    newest = one.page.locator('a[href^="/governance/policy/versions/"]').first.get_attribute("href")
    other.go(newest)
    assert "Source that it may use: libraries" in other.page.locator("main").inner_text()
    other.page.get_by_label("Approve: it holds from now on").check()
    _press(other, "Keep this decision")
    assert "The change holds from now on" in other.page.locator("main").inner_text()
