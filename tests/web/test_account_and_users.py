"""One's own account: sessions, codes, tokens. And users, for who looks after them."""

import pytest

from insighthub.governance.audit_read import AuditFilter, page
from tests.quick_passwords import quick_passwords
from tests.web import signing_in
from tests.web.client import Browser
from tests.web.signing_in import COOKIE, EMAIL, PASSWORD, secret_of

__all__ = ["quick_passwords"]
ADMIN = "ada@council.example"
NEW = "another kettle on monday"


@pytest.fixture(autouse=True)
def _quick(quick_passwords):
    """Every test here."""


@pytest.fixture
def hub(make_app, tmp_path, ticking):
    return signing_in.make(make_app, tmp_path, ticking)


@pytest.fixture
def admin(hub):
    hub.add(ADMIN, "Ada Admin", ("administrator",))
    return hub.sign_in(ADMIN)[0]


def is_in(hub, browser):
    return Browser(hub.app, browser.client.cookies[COOKIE]).client.get("/account").status_code == 200


def test_one_sees_where_one_is_signed_in_and_signs_out_everywhere_else(hub):
    hub.add()
    here, _ = hub.sign_in()
    there, _ = hub.sign_in()
    here.get("/account")
    assert here.text().count("another") == 1
    here.send("/account/sessions/end")
    assert (is_in(hub, here), is_in(hub, there)) == (True, False)
    here.get("/account?done=sessions")
    assert "You were signed out everywhere else" in here.text()
    assert "another" not in here.text()


def test_changing_the_password_signs_out_everywhere_else(hub):
    hub.add()
    here, _ = hub.sign_in()
    there, _ = hub.sign_in()
    here.get("/account/password")
    answer = here.send("/account/password", {"old": PASSWORD, "new": NEW, "again": NEW})
    assert answer.headers["location"] == "/account?done=password"
    assert (is_in(hub, here), is_in(hub, there)) == (True, False)
    hub.sign_in(password=NEW)


def test_another_telephone_is_set_up_by_who_shows_a_code_of_the_old_one(hub, ticking):
    code, old = hub.give_app(hub.add())
    browser, answer = hub.sign_in()
    browser.follow(answer)
    browser.send("/sign-in/code", {"code": code()})
    browser.get("/account/recovery-codes")
    browser.send("/account/recovery-codes", {"code": "000000"}, status=422)
    browser.send("/account/recovery-codes", {"code": old[0]}, status=200)
    new = secret_of(browser)
    assert set(new).isdisjoint(old)
    browser.get("/account/second-factor/remove")
    browser.send("/account/second-factor/remove", {"code": old[1]}, status=422)  # replaced by new ones
    browser.send("/account/second-factor/remove", {"code": new[0]})
    browser.get("/account")
    assert "No second factor is set up" in browser.text()
    assert hub.sign_in()[1].headers["location"] == "/"


def test_a_token_is_shown_once_and_ended(hub):
    hub.add(roles=("officer", "analyst"))
    browser, _ = hub.sign_in()
    browser.get("/account/tokens/new")
    browser.send("/account/tokens/new", {"name": "Nightly", "roles": "analyst", "days": "9000"}, status=422)
    assert "from 1 to 366" in browser.text()
    browser.send("/account/tokens/new", {"name": "Nightly", "roles": "analyst", "days": "30"}, status=200)
    (token,) = secret_of(browser)
    assert call(hub, token) == 200
    browser.get("/account")
    assert token not in browser.page.text
    assert "Nightly Analyst 4 April 2026 5 March 2026" in browser.text()
    browser.send("/account/tokens/1/end")
    assert call(hub, token) == 401
    assert [who for who, _, _ in hub.lines("make_token") + hub.lines("end_token")] == [EMAIL, EMAIL]


def test_nobody_makes_a_token_of_a_role_that_is_not_theirs_or_ends_anothers(hub):
    hub.add(roles=("analyst",))
    browser, _ = hub.sign_in()
    browser.get("/account/tokens/new")
    browser.send("/account/tokens/new", {"name": "x", "roles": "ig_lead", "days": "30"}, status=422)
    browser.send("/account/tokens/new", {"name": "x", "roles": "analyst", "days": "30"}, status=200)
    (token,) = secret_of(browser)
    hub.add("other@council.example", "Other", ("analyst",))
    other, _ = hub.sign_in("other@council.example")
    form = token_form(other)
    assert other.client.post("/account/tokens/1/end", data=form).status_code == 409
    assert call(hub, token) == 200


def token_form(browser):
    browser.get("/account")
    return {"csrf_token": browser.tree().find(".//input[@name='csrf_token']").get("value")}


def call(hub, token, path="/api/v1/release"):
    return hub.browser().client.get(path, headers={"Authorization": f"Bearer {token}"}).status_code


def test_a_user_is_added_with_a_password_that_is_shown_once(hub, admin):
    admin.get("/users/new")
    admin.send("/users/new", {"name": "", "email": ""}, status=422)
    admin.send("/users/new", {"name": "Sam", "email": "not an address"}, status=422)
    assert "This is no e-mail address" in admin.text()
    admin.send("/users/new", {"name": "Sam Okafor", "email": EMAIL, "roles": "officer"}, status=200)
    (once,) = secret_of(admin)
    browser, _ = hub.sign_in(password=once)
    assert browser.get("/", status=303).headers["location"] == "/account/password"
    admin.get("/users")
    assert once not in admin.page.text
    assert "password Has not signed in yet" in admin.text()
    admin.get("/users/new")
    admin.send("/users/new", {"name": "Sam", "email": EMAIL}, status=422)
    assert "There is a user with this e-mail address already" in admin.text()


def test_roles_are_changed_and_hold_at_once(hub, admin):
    user = hub.add()
    browser, _ = hub.sign_in()
    browser.get("/cases/new")
    admin.get(f"/users/{user.user_id}")
    admin.send(f"/users/{user.user_id}/roles", {"roles": "leader"})
    admin.get(f"/users/{user.user_id}?done=roles")
    assert "The roles were changed" in admin.text()
    assert "Roles Leader" in admin.text()
    browser.get("/account")
    assert "Roles Leader" in browser.text()


def test_a_user_is_disabled_enabled_and_reset(hub, admin):
    user = hub.add()
    browser, _ = hub.sign_in()
    where = f"/users/{user.user_id}"
    admin.get(where)
    admin.send(f"{where}/disable")
    assert not is_in(hub, browser)
    admin.get(where)
    assert "State Disabled" in admin.text()
    admin.send(f"{where}/enable")
    browser, _ = hub.sign_in()
    admin.get(f"{where}/reset")
    admin.send(f"{where}/reset", status=200)
    (once,) = secret_of(admin)
    assert not is_in(hub, browser)
    hub.sign_in(password=once)


def test_nobody_changes_their_own_account_here(hub, admin):
    with hub.hub.state.read() as connection:
        from insighthub.accounts.users import find_user

        own = find_user(connection, ADMIN).user_id
    admin.get(f"/users/{own}")
    assert "Nobody changes their own roles" in admin.text()
    form = {**token_form(admin), "roles": "ig_lead"}
    for what in ("roles", "disable", "enable", "reset"):
        answer = admin.client.post(f"/users/{own}/{what}", data=form)
        assert answer.status_code == 403, what
        assert "Nobody manages their own account" in answer.text
    with hub.hub.state.read() as connection:
        found = page(connection, AuditFilter(who=ADMIN, action="manage_users", outcome="refused"))
    assert found.total == 4


@pytest.mark.parametrize("role", ["officer", "senior_officer", "analyst", "ig_lead", "leader"])
def test_users_are_for_who_looks_after_them_and_refusals_are_in_the_audit(hub, role):
    other = hub.add("other@council.example", "Other")
    hub.add(roles=(role,))
    browser, _ = hub.sign_in()
    form = token_form(browser)
    asked = [
        browser.client.get("/users"),
        browser.client.get("/users/new"),
        browser.client.post("/users/new", data={**form, "name": "x", "email": "x@y.example", "roles": "ig_lead"}),
        browser.client.get(f"/users/{other.user_id}"),
        browser.client.get(f"/users/{other.user_id}/reset"),
        *(
            browser.client.post(f"/users/{other.user_id}/{what}", data=form)
            for what in ("roles", "disable", "enable", "reset")
        ),
    ]
    assert {answer.status_code for answer in asked} == {403}
    with hub.hub.state.read() as connection:
        found = page(connection, AuditFilter(who=EMAIL, action="manage_users", outcome="refused"))
    assert found.total == len(asked)
    browser.get("/")
    assert "Users" not in browser.text()


def test_there_is_no_page_of_a_user_that_there_is_not(hub, admin):
    admin.get("/users/999", status=404)
    admin.get("/users/sam", status=422)


def test_officers_see_their_open_cases_on_the_start_page(borough, borough_app):
    browser = Browser(borough_app, borough.tokens["senior"], names=borough.names)
    browser.get("/")
    assert "Your open cases" in browser.text()
    assert f"Case {borough.places['case']}: " in browser.text()
    assert "Safeguarding enquiry or assessment, SG-7" in browser.text()
    leader = Browser(borough_app, borough.tokens["leader"])
    leader.get("/")
    assert "Your open cases" not in leader.text()
