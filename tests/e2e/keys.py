"""A keyboard alone: going forward until something has the focus."""

_ASK = """() => {
    const e = document.activeElement;
    return [e.id, e.name || '', e.value || '', (e.textContent || '').replace(/\\s+/g, ' ').trim()];
}"""
_MOST = 160


def press_to(one, wanted):
    """Go forward until what has the focus is the one with this id, name, value or beginning of its words.

    Raises:
        AssertionError: the keyboard does not come to it.
    """
    for _ in range(_MOST):
        one.page.keyboard.press("Tab")
        *exact, words = one.page.evaluate(_ASK)
        if wanted in exact or words.startswith(wanted):
            return
    raise AssertionError(f"the keyboard does not come to {wanted}")


def enter(one, wanted, to):
    """Go forward to something, press Enter on it, and wait for the page that it leads to: an address, as a pattern."""
    press_to(one, wanted)
    one.page.keyboard.press("Enter")
    one.page.wait_for_url(to)
