"""Signing in with a password and a code: one message whatever was wrong, waiting in plain words, and first steps."""

import re

import pytest

from insighthub.accounts.sign_in import WRONG
from tests.quick_passwords import quick_passwords
from tests.web import signing_in
from tests.web.client import Browser
from tests.web.signing_in import COOKIE, EMAIL, PASSWORD, secret_of

__all__ = ["quick_passwords"]
NEW = "another kettle on monday"


@pytest.fixture(autouse=True)
def _quick(quick_passwords):
    """Every test here."""


@pytest.fixture
def make(make_app, tmp_path, ticking):
    return lambda settings="second_factor = false": signing_in.make(make_app, tmp_path, ticking, settings)


def try_in(browser, password="wrong", email=EMAIL):
    browser.get("/sign-in")
    browser.send("/sign-in", {"email": email, "password": password}, status=422)
    found = re.search(r'<p id="email-error"[^>]*>(.*?)</p>', browser.page.text, re.S)
    return re.sub(r"<[^>]+>|\s+", " ", found[1]).replace("Error:", "").strip()


def test_somebody_signs_in_and_goes_where_they_wanted_to(make):
    hub = make()
    hub.add()
    browser, answer = hub.sign_in(then="/release")
    assert answer.headers["location"] == "/release"
    browser.get("/release")
    assert "Sam Okafor" in browser.text()
    assert browser.get("/sign-in", status=303).headers["location"] == "/"


@pytest.mark.parametrize("then", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:1"])
def test_nobody_is_led_elsewhere_after_signing_in(make, then):
    hub = make()
    hub.add()
    assert hub.sign_in(then=then)[1].headers["location"] == "/"


def test_each_sign_in_has_a_session_of_its_own_and_the_one_before_ends(make):
    hub = make()
    hub.add()
    browser = hub.browser()
    browser.client.cookies.set(COOKIE, "chosen-by-somebody-else", domain="localhost.local", path="/")
    browser.get("/sign-in")
    browser.send("/sign-in", {"email": EMAIL, "password": PASSWORD})
    first = browser.client.cookies[COOKIE]
    assert first != "chosen-by-somebody-else"
    form = {"email": EMAIL, "password": PASSWORD, "csrf_token": token_of(browser)}
    assert browser.client.post("/sign-in", data=form).status_code == 303  # again, on a page that was left open
    assert browser.client.cookies[COOKIE] != first
    old = Browser(hub.app, first)
    assert old.client.get("/account").status_code == 303


def token_of(browser):
    browser.get("/account")
    return re.search(r'name="csrf_token" value="([^"]+)"', browser.page.text)[1]


def test_the_cookie_of_a_session_is_kept_from_scripts_other_sites_and_over_https_from_other_hosts(make):
    hub = make()
    hub.add()
    for address, name, secure in (
        ("http://localhost", COOKIE, False),
        ("https://localhost", f"__Host-{COOKIE}", True),
    ):
        _, answer = hub.sign_in(address=address)
        cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith(f"{name}="))
        assert "HttpOnly" in cookie
        assert "samesite=lax" in cookie.lower()
        assert "Path=/" in cookie
        assert ("Secure" in cookie) is secure
        assert "domain" not in cookie.lower()
        assert "expires" not in cookie.lower()


def test_whatever_was_wrong_one_thing_is_said_and_the_password_is_not_shown_again(make):
    hub = make()
    made = hub.add()
    hub.add("gone@council.example", "Gone")
    with hub.hub.state.write() as connection:
        from insighthub.accounts.users import disable, find_user

        disable(connection, find_user(connection, "gone@council.example").user_id, hub.at)
    browser = hub.browser()
    said = {
        try_in(browser, "a wrong password"),
        try_in(browser, PASSWORD, "gone@council.example"),
        try_in(browser, PASSWORD, "nobody@council.example"),
    }
    assert said == {WRONG.removesuffix(".")}
    assert PASSWORD not in browser.page.text
    assert browser.page.text.count("nobody@council.example") == 1
    assert made.email not in browser.page.text
    assert COOKIE not in browser.client.cookies


def test_how_long_an_account_waits_is_said_the_same_whether_there_is_one_or_not(make, ticking):
    hub = make()
    hub.add()
    browser = hub.browser()
    said = {email: [try_in(browser, email=email) for _ in range(6)] for email in (EMAIL, "nobody@council.example")}
    assert said[EMAIL] == said["nobody@council.example"]
    assert said[EMAIL][:4] == [WRONG.removesuffix(".")] * 4
    waits = "There were too many attempts with this e-mail address. Try again in 30 seconds"
    assert said[EMAIL][4:] == [waits] * 2
    assert try_in(browser, PASSWORD) == waits  # the right password does not help while it waits
    ticking.pass_by(31)
    browser.get("/sign-in")
    browser.send("/sign-in", {"email": EMAIL, "password": PASSWORD})


def test_a_long_wait_is_said_in_minutes(make, ticking):
    hub = make("second_factor = false\nfirst_wait_seconds = 600")
    browser = hub.browser()
    for _ in range(4):
        try_in(browser)
    assert try_in(browser).endswith("Try again in 10 minutes")


def test_guesses_are_counted_by_address_too_whoevers_account_they_are_at(make_app):
    browser = Browser(make_app("guesses_per_minute = 3", sessions=None))
    for n in range(3):
        try_in(browser, email=f"user{n}@council.example")
    browser.get("/sign-in")
    browser.send("/sign-in", {"email": EMAIL, "password": PASSWORD}, status=429)
    browser.get("/cookies")  # nothing else is in the way


def test_the_code_is_asked_for_on_a_page_of_its_own_and_is_good_once(make, ticking):
    hub = make("second_factor = true")
    code, _ = hub.give_app(hub.add())
    browser, answer = hub.sign_in(then="/release")
    assert answer.headers["location"] == "/sign-in/code"
    assert COOKIE not in browser.client.cookies
    assert PASSWORD not in browser.client.cookies["insighthub-proof"]
    browser.follow(answer)
    browser.send("/sign-in/code", {"code": ""}, status=422)
    assert "Enter the code that your app shows" in browser.text()
    browser.send("/sign-in/code", {"code": "000000"}, status=422)
    assert WRONG.removesuffix(".") in browser.text()
    used = code()
    assert browser.send("/sign-in/code", {"code": used}).headers["location"] == "/release"
    browser.get("/account")
    assert "insighthub-proof" not in browser.client.cookies
    other, answer = hub.sign_in()
    other.follow(answer)
    other.send("/sign-in/code", {"code": used}, status=422)
    assert [reason for _, _, reason in hub.lines()][:2] == ["code", "no code yet"]


def test_a_recovery_code_lets_one_in_where_the_telephone_is_lost(make):
    hub = make("second_factor = true")
    _, codes = hub.give_app(hub.add())
    browser, answer = hub.sign_in()
    browser.follow(answer)
    browser.send("/sign-in/code", {"code": codes[0]})
    browser.get("/account")
    assert "You have 9 recovery codes left" in browser.text()


def test_codes_cannot_be_guessed_by_who_has_the_password(make, ticking):
    hub = make("second_factor = true")
    code, _ = hub.give_app(hub.add())
    browser, answer = hub.sign_in()
    browser.follow(answer)
    for _ in range(5):
        browser.send("/sign-in/code", {"code": "000000"}, status=422)
    browser.send("/sign-in/code", {"code": code()}, status=422)
    assert "Try again in 30 seconds" in browser.text()


def test_that_the_password_was_right_is_known_for_some_minutes_in_one_browser_and_for_one_user(make, ticking):
    hub = make("second_factor = true")
    user = hub.add()
    code, _ = hub.give_app(user)
    hub.give_app(hub.add("other@council.example", "Other"))
    browser, answer = hub.sign_in()
    browser.follow(answer)
    proof = browser.client.cookies["insighthub-proof"]
    stranger = hub.browser()
    assert stranger.get("/sign-in/code", status=303).headers["location"] == "/sign-in"
    stranger.client.cookies.set("insighthub-oidc", proof, domain="localhost.local", path="/")
    stranger.get("/sign-in/oidc/callback?code=1&state=1", status=422)  # sealed for another use
    ticking.pass_by(601)
    assert browser.send("/sign-in/code", {"code": code()}).headers["location"] == "/sign-in"
    assert COOKIE not in browser.client.cookies


def test_a_proof_of_a_password_that_was_changed_since_is_worth_nothing(make):
    from insighthub.accounts import sign_in

    hub = make("second_factor = true")
    user = hub.add()
    code, _ = hub.give_app(user)
    browser, answer = hub.sign_in()
    browser.follow(answer)
    with hub.hub.state.write() as connection:
        sign_in.set_password(connection, user.user_id, NEW)
    browser.send("/sign-in/code", {"code": code()}, status=422)
    assert hub.lines()[0][2] == "password"


def test_first_a_password_of_ones_own_then_a_second_factor_and_nothing_else_before(make, ticking):
    hub = make("second_factor = true")
    _, once = hub.add(password=None)
    browser, _ = hub.sign_in(password=once, then="/release")
    for path in ("/", "/release", "/account", "/account/second-factor", "/cases", "/account/tokens/new"):
        assert browser.get(path, status=303).headers["location"] == "/account/password"
    assert browser.client.get("/api/v1/release").status_code == 403
    browser.get("/account/password")
    assert "Choose your own password" in browser.text()
    assert "Cases" not in browser.text()
    for fields, said in (
        ({"old": "wrong", "new": NEW, "again": NEW}, "Your password is not right"),
        ({"old": once, "new": NEW, "again": "other"}, "the same as above"),
        ({"old": once, "new": "short", "again": "short"}, "12 to 200 characters"),
        ({"old": once, "new": once, "again": once}, "your password already"),
    ):
        browser.send("/account/password", fields, status=422)
        assert said in browser.text()
        assert once not in browser.page.text
    before = browser.client.cookies[COOKIE]
    browser.send("/account/password", {"old": once, "new": NEW, "again": NEW})
    assert browser.client.cookies[COOKIE] != before
    assert browser.get("/", status=303).headers["location"] == "/account/second-factor"
    browser.get("/account/second-factor")
    key = secret_of(browser)[0].replace(" ", "")
    browser.get("/account/second-factor")
    assert secret_of(browser)[0].replace(" ", "") == key  # looking twice does not change it
    assert browser.page.text.count("<svg") == 1
    import pyotp

    browser.send("/account/second-factor", {"code": "000000"}, status=422)
    browser.send("/account/second-factor", {"code": pyotp.TOTP(key).at(ticking.now())}, status=200)
    codes = secret_of(browser)
    assert len(set(codes)) == 10
    browser.get("/account")
    assert "You have 10 recovery codes left" in browser.text()
    assert codes[0] not in browser.page.text
    other, _ = hub.sign_in(password=NEW)
    assert "insighthub-proof" in other.client.cookies
    assert once not in "".join(map(str, hub.lines()))


def test_the_picture_to_scan_says_what_the_key_says(make):
    """The drawing is the address that apps take: drawn again from it, it is the same."""
    from insighthub.web.screens.first_steps import qr_code

    hub = make("second_factor = true")
    hub.add()
    browser, _ = hub.sign_in()
    browser.get("/account/second-factor")
    key = secret_of(browser)[0].replace(" ", "")
    address = f"otpauth://totp/Insight%20Hub:sam.okafor%40council.example?secret={key}&issuer=Insight%20Hub"
    assert str(qr_code(address)) in browser.page.text


def test_signing_out_ends_the_session_in_the_state_too(make):
    hub = make()
    hub.add()
    browser, _ = hub.sign_in()
    token = browser.client.cookies[COOKIE]
    browser.get("/account")
    assert browser.send("/sign-out").headers["location"] == "/sign-in"
    assert COOKIE not in browser.client.cookies
    assert Browser(hub.app, token).client.get("/account").status_code == 303
    assert hub.lines("sign_out")[0][0] == EMAIL


def test_a_session_ends_where_nothing_is_done_for_a_while(make, ticking):
    hub = make()
    hub.add()
    browser, _ = hub.sign_in()
    ticking.pass_by(29 * 60)
    browser.get("/account")
    ticking.pass_by(31 * 60)
    assert browser.get("/account", status=303).headers["location"] == "/sign-in?next=/account"


def test_a_form_of_signing_in_that_another_site_sends_is_refused(make):
    hub = make()
    hub.add()
    answer = hub.browser().client.post("/sign-in", data={"email": EMAIL, "password": PASSWORD})
    assert answer.status_code == 403
    assert hub.lines() == []


def test_where_no_way_is_set_up_the_page_says_so(make):
    browser = make("local = false").browser()
    browser.get("/sign-in")
    assert "No way of signing in is set up on this hub" in browser.text()
