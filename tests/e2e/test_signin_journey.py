"""From an invitation to the start page in a real browser: without scripts, and with the keyboard alone."""

import re

import pyotp
import pytest

from insighthub.accounts import users
from insighthub.accounts.users import find_user
from insighthub.hub import Hub
from insighthub.store.run_log import now
from tests.e2e.chromium import visitor
from tests.web.borough import email

NEW = "seven grey herons asleep"


def invited(borough, name):
    """Give a new user a one-time password."""
    address = email(name)
    with Hub(borough.home) as hub, hub.state.write() as connection:
        found = find_user(connection, address) or users.add_user(
            connection, name=name.title(), email=address, roles=["officer"], known_roles=["officer"], at=now()
        )
        return address, users.invite(connection, found.user_id, now(), hub.settings.sign_in)


@pytest.fixture(params=["without scripts", "with the keyboard alone"])
def way(request, browser, borough_server):
    """Return somebody with a browser, and how they fill in a form and send it."""
    scripts = request.param != "without scripts"
    with visitor(browser, borough_server.address, javascript=scripts) as one:
        yield one, by_keyboard if scripts else by_hand
        assert one.outside == []


def by_hand(one, fields, button):
    for name, value in fields.items():
        one.page.locator(f'main [name="{name}"]').fill(value)
    one.page.get_by_role("button", name=button).click()


def by_keyboard(one, fields, button):
    wanted = dict(fields)
    for _ in range(60):
        one.page.keyboard.press("Tab")
        name = one.page.evaluate("document.activeElement.getAttribute('name')")
        if name in wanted:
            one.page.keyboard.type(wanted.pop(name))
        elif not wanted and one.focused() == button:
            with one.page.expect_navigation():
                one.page.keyboard.press("Enter")
            return
    raise AssertionError(f"the keyboard does not come to {[*wanted, button]}")


def test_somebody_new_signs_in_chooses_a_password_sets_up_an_app_and_comes_back(way, borough, request):
    one, fill = way
    address, once = invited(borough, re.sub(r"\W+", "-", request.node.callspec.id))
    one.go("/release")
    assert one.page.title().startswith("Sign in")
    fill(one, {"email": address, "password": once}, "Sign in")
    assert one.page.locator("h1").inner_text() == "Choose your own password"
    fill(one, {"old": once, "new": NEW, "again": NEW}, "Change the password")
    assert one.page.locator("h1").inner_text() == "Set up a code for signing in"
    assert one.page.get_by_role("img", name="Picture to scan").is_visible()
    totp = pyotp.TOTP(one.page.locator(".app-secret").inner_text().replace(" ", ""))
    fill(one, {"code": totp.now()}, "Continue")
    codes = one.page.locator(".app-codes .app-secret").all_inner_texts()
    assert len(codes) == 10
    if fill is by_keyboard:  # axe needs scripts
        assert one.violations() == []
    one.go("/")
    assert one.page.get_by_role("button", name="Open a case").is_visible()
    one.page.get_by_role("button", name="Sign out").click()
    one.go("/account")
    fill(one, {"email": address, "password": NEW}, "Sign in")
    assert one.page.locator("h1").inner_text() == "Enter your code"
    fill(one, {"code": codes[0]}, "Continue")
    assert one.page.locator("h1").inner_text() == "Your account"
    assert "You have 9 recovery codes left" in one.page.locator("main").inner_text()
