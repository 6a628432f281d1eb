"""A licensing officer's main tasks: an area by the keyboard on the map, a place by its postcode, and its pack."""

from pathlib import Path

from tests.e2e.chromium import PHONE
from tests.e2e.keys import enter, press_to

INDEX = "/places/gambling_harm"


def test_the_map_is_walked_and_skipped_by_the_keyboard_alone(persona, borough):
    one = persona("licensing")
    one.go("/")
    enter(one, "Places", "**/places")
    enter(one, "Vulnerability to harm from gambling", f"**{INDEX}")
    press_to(one, "Skip the map")
    box = one.page.evaluate("(r => [r.width, r.height])(document.activeElement.getBoundingClientRect())")
    assert min(box) > 10
    one.page.keyboard.press("Tab")
    label = one.page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert ", rank " in label
    one.page.keyboard.press("Enter")
    one.page.wait_for_url(f"**{INDEX}/areas/*")
    assert one.page.locator("h1").inner_text() == label.partition(":")[0]
    assert "What would change its rank" in one.said()
    one.go(INDEX)
    press_to(one, "Skip the map")
    one.page.keyboard.press("Enter")
    one.page.keyboard.press("Tab")
    assert one.focused().startswith("Table:")
    assert one.complaints == []


def test_an_area_that_has_the_focus_shows_it(persona):
    one = persona("licensing")
    one.go(INDEX)
    link = one.page.locator(".wide.area-map a").first
    plain = link.screenshot()
    link.focus()
    assert link.screenshot() != plain


def test_a_place_is_found_by_its_postcode_and_its_pack_downloaded_without_scripts(persona, borough):
    postcodes = (Path(borough.home) / "places" / "postcodes.csv").read_text(encoding="utf-8").splitlines()
    postcode = postcodes[3].split(",")[0].strip('"')
    one = persona("licensing", javascript=False, viewport=PHONE)
    one.go(INDEX)
    one.page.get_by_label("Look up a place").fill(postcode.lower())
    one.press("Look up")
    assert f"At {postcode}" in one.said()
    assert postcode.replace(" ", "") not in one.page.url.replace("%20", "")
    one.press("800 metres", "link")
    assert "Open within 800 metres" in one.said() or "nothing open within 800 metres" in one.said()
    one.page.get_by_label("What the pack is for").fill("Application 26/0042")
    with one.page.expect_download() as came:
        one.page.get_by_role("button", name="Download the pack").click()
    assert came.value.suggested_filename == "evidence-on-a-place.pdf"
    assert Path(came.value.path()).read_bytes().startswith(b"%PDF")


def test_options_of_a_policy_are_changed_without_scripts(persona):
    one = persona("licensing", javascript=False)
    one.go(INDEX)
    one.press("Policy options side by side", "link")
    one.page.get_by_label("No more places to gamble than").fill("0")
    one.press("Hold side by side")
    assert "No more than 0 places to gamble" in one.said()
    one.page.get_by_label("No more places to gamble than").fill("-1")
    one.press("Hold side by side")
    assert "There is a problem" in one.said()
