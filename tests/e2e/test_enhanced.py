"""What scripts add, and that pages do without: parts that htmx brings in, a button that prints. And what is printed."""


def test_htmx_brings_in_a_part_and_the_content_policy_keeps_nothing_out(visit_as):
    one = visit_as("officer")
    one.go("/sample")
    one.page.get_by_text("A part, for Olive Officer").wait_for()
    assert one.complaints == []


def test_without_scripts_the_page_does_without_the_part_and_the_button_that_prints(visit_as):
    one = visit_as("officer", javascript=False)
    one.go("/sample")
    assert one.page.locator("#part").inner_text() == "No part was brought in"
    assert not one.page.locator("[data-print]").is_visible()


def test_nothing_of_a_page_is_kept_in_the_browser(visit_as):
    one = visit_as("officer")
    one.go("/sample")
    one.page.get_by_text("A part, for Olive Officer").wait_for()
    kept = one.page.evaluate("[...Object.entries(localStorage), ...Object.entries(sessionStorage)]")
    assert [list(entry) for entry in kept] == [["htmx-current-path-for-history", "/sample"]]


def test_a_council_is_named_in_print_too(visit_as):
    one = visit_as("officer")
    one.go("/sample")
    one.page.emulate_media(media="print")
    name = one.page.locator(".app-header a")
    assert name.evaluate("e => getComputedStyle(e).color") == "rgb(0, 0, 0)"
    assert not one.page.get_by_role("button", name="Sign out").is_visible()
    assert one.page.locator(".govuk-details__text").first.is_visible()
