"""With a keyboard alone: the first stop skips to what the page is about, and a form's error leads to its field."""

#: The size of what has the focus, and whether it looks other than without.
SHOWN = """() => {
    const looks = e => {
        const s = getComputedStyle(e);
        return [s.outline, s.boxShadow, s.backgroundColor, s.borderColor, s.color].join();
    };
    const e = document.activeElement, r = e.getBoundingClientRect(), focused = looks(e);
    e.blur();
    const plain = looks(e);
    e.focus();
    return [r.width, r.height, focused !== plain];
}"""


def press(one, key, times=1):
    for _ in range(times):
        one.page.keyboard.press(key)


def test_the_first_stop_skips_to_the_main_content(visit_as):
    one = visit_as("officer")
    one.go("/sample")
    press(one, "Tab")
    assert one.focused() == "Skip to main content"
    press(one, "Enter")
    assert one.page.evaluate("document.activeElement.id") == "main-content"


def test_every_stop_can_be_seen_and_is_reached_in_turn(visit_as):
    one = visit_as("officer")
    one.go("/sample")
    stops = []
    press(one, "Tab")
    while (said := one.focused()) and len(stops) < 60:
        width, height, shown = one.page.evaluate(SHOWN)
        assert min(width, height) > 0, f"{said} has the focus and cannot be seen"
        assert shown, f"nothing shows that {said} has the focus"
        stops.append(said)
        press(one, "Tab")
    wanted = ["Skip to main content", "Sign out", "A sample", "Change purpose", "Print this page", "Accessibility"]
    assert [stop for stop in stops if stop in wanted] == wanted


def test_a_form_is_filled_in_and_its_error_leads_to_its_field(visit_as):
    one = visit_as("officer")
    one.go("/sample/form")
    one.page.locator("#note").focus()
    press(one, "Enter")
    one.page.wait_for_selector(".govuk-error-summary")
    assert one.page.title().startswith("Error: ")
    one.page.locator(".govuk-error-summary:focus").wait_for()
    press(one, "Tab")
    assert one.focused() == "Enter a note"
    press(one, "Enter")
    assert one.page.evaluate("document.activeElement.id") == "note"
    one.page.keyboard.type("Called")
    press(one, "Enter")
    one.page.wait_for_url("**/sample")


def test_signing_out_by_keyboard(visit_as):
    one = visit_as("analyst")
    one.go("/")
    one.page.get_by_role("button", name="Sign out").focus()
    press(one, "Enter")
    one.page.wait_for_url("**/sign-in")
