"""Signing in at the identity provider: a real one, in a process of its own, which does right, and then does not."""

from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from insighthub.accounts.oidc import NOT_FOR_YOU
from insighthub.accounts.settings import CLIENT_SECRET
from insighthub.accounts.tables import account
from insighthub.governance.audit_read import AuditFilter, page
from insighthub.governance.policy import POLICY, default_policy_text
from tests import oidc_provider
from tests.web.client import Browser

NOT_BY_PROVIDER = "Signing in with your council account did not work. Try again"
COOKIE = "insighthub-session"


@pytest.fixture(scope="module")
def running():
    with oidc_provider.provider() as found:
        yield found


@pytest.fixture
def provider(running, ticking):
    running.reset()
    running.control(at=ticking.now().timestamp())
    return running


@pytest.fixture
def hub_app(make_app, provider, tmp_path, monkeypatch):
    """Return what makes an app over a hub that takes the provider for its own."""
    monkeypatch.setenv(CLIENT_SECRET, oidc_provider.SECRET)
    (tmp_path / POLICY).write_text(default_policy_text(), encoding="utf-8")

    def make(more=""):
        return make_app(f"\n{provider.settings()}{more}", sessions=None)

    return make


@pytest.fixture
def app(hub_app):
    return hub_app()


def there_and_back(browser, provider, then="/"):
    """Begin in a browser, go to the provider; return where it sends the browser back to."""
    answer = browser.get(f"/sign-in/oidc?next={then}", status=303)
    back = urlsplit(provider.authorize(answer.headers["location"]))
    assert back.netloc == "localhost"
    return f"{back.path}?{back.query}"


def reason(app):
    with app.state.site.hub.state.read() as connection:
        line = page(connection, AuditFilter(action="sign_in")).lines[0]
    return line.outcome, line.detail.get("reason")


def test_somebody_of_a_group_comes_in_and_goes_where_they_wanted_to(app, provider):
    browser = Browser(app)
    browser.get("/sign-in?next=/release")
    assert "Sign in with your council account" in browser.text()
    back = there_and_back(browser, provider, "/release")
    answer = browser.get(back, status=303)
    assert answer.headers["location"] == "/release"
    cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith(f"{COOKIE}="))
    assert "HttpOnly" in cookie
    browser.get("/account")
    assert "Sam Okafor" in browser.text()
    assert "Your password and codes are looked after there" in browser.text()
    assert "insighthub-oidc" not in browser.client.cookies
    assert reason(app) == ("allowed", None)


def test_the_provider_is_asked_as_it_should_be(app, provider):
    answer = Browser(app).get("/sign-in/oidc", status=303)
    asked = parse_qs(urlsplit(answer.headers["location"]).query)
    assert asked["redirect_uri"] == ["http://localhost/sign-in/oidc/callback"]
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["state"][0]) > 40
    assert len(asked["nonce"][0]) > 40
    assert "client_secret" not in asked
    again = parse_qs(urlsplit(Browser(app).get("/sign-in/oidc", status=303).headers["location"]).query)
    assert all(again[name] != asked[name] for name in ("state", "nonce", "code_challenge"))


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("issuer", "the issuer of the ID token is wrong"),
        ("nonce", "the nonce of the ID token is wrong"),
        ("expired", "the time of the ID token is wrong"),
        ("audience", "the audience of the ID token is wrong"),
        ("key", "the signature of the ID token does not hold"),
        ("shared key", "the signature of the ID token does not hold"),
        ("unsigned", "the signature of the ID token does not hold"),
        ("denied", "the provider did not let them in"),
    ],
)
def test_an_answer_that_does_not_hold_lets_nobody_in(app, provider, fault, why):
    browser = Browser(app)
    provider.control(fault=fault)
    browser.get(there_and_back(browser, provider), status=422)
    assert NOT_BY_PROVIDER in browser.text()
    assert COOKIE not in browser.client.cookies
    assert reason(app) == ("refused", why)
    with app.state.site.hub.state.read() as connection:
        assert connection.execute(select(account.c.user_id)).first() is None


def test_a_code_is_good_once_in_the_browser_that_asked_for_it(app, provider):
    browser, other = Browser(app), Browser(app)
    back = there_and_back(browser, provider)
    other.get(back, status=422)  # somebody else's browser is led there: it began nothing
    assert reason(app)[1] == "nothing was begun in this browser"
    there_and_back(other, provider)
    other.get(back, status=422)  # it began something else
    assert reason(app)[1] == "the state is not the one that was given"
    kept = browser.client.cookies["insighthub-oidc"]
    browser.get(back, status=303)
    browser.get(back, status=422)  # what was kept is gone
    assert reason(app)[1] == "nothing was begun in this browser"
    thief = Browser(app)
    thief.client.cookies.set("insighthub-oidc", kept)
    thief.get(back, status=422)  # the code was used
    assert reason(app)[1] == "the provider does not take the code"
    assert COOKIE not in thief.client.cookies


def test_what_the_browser_keeps_is_good_for_some_minutes_and_cannot_be_changed(app, provider, ticking):
    browser = Browser(app)
    back = there_and_back(browser, provider)
    kept = browser.client.cookies["insighthub-oidc"]
    browser.client.cookies.set("insighthub-oidc", kept[:-4] + "AAAA", domain="localhost.local", path="/")
    browser.get(back, status=422)
    browser = Browser(app)
    back = there_and_back(browser, provider)
    ticking.pass_by(601)
    browser.get(back, status=422)
    assert reason(app)[1] == "nothing was begun in this browser"


@pytest.mark.parametrize("groups", [["g-unknown"], [], None, "g-unknown"])
def test_who_is_in_no_group_that_is_named_does_not_come_in(app, provider, groups):
    claims = {**oidc_provider.PERSON, "groups": groups}
    provider.control(claims=claims if groups is not None else {k: v for k, v in claims.items() if k != "groups"})
    browser = Browser(app)
    browser.get(there_and_back(browser, provider), status=422)
    assert NOT_FOR_YOU.removesuffix(".") in browser.text()
    assert reason(app) == ("refused", "no group gives a role")


def test_roles_follow_the_groups_at_each_sign_in(app, provider):
    browser = Browser(app)
    browser.get(there_and_back(browser, provider), status=303)
    provider.control(claims={**oidc_provider.PERSON, "groups": ["g-leads"]})
    browser.get(there_and_back(browser, provider), status=303)
    browser.get("/account")
    assert "Information-governance lead" in browser.text()
    assert "Officer" not in browser.text().replace("Olive Officer", "")


def test_keys_that_the_provider_changed_are_asked_for_again(app, provider):
    browser = Browser(app)
    browser.get(there_and_back(browser, provider), status=303)
    provider.control(rotate=True)
    other = Browser(app)
    other.get(there_and_back(other, provider), status=303)
    assert COOKIE in other.client.cookies


def test_a_provider_that_says_it_is_another_is_not_believed(app, provider):
    provider.control(fault="discovery")
    browser = Browser(app)
    browser.get("/sign-in/oidc", status=422)
    assert "cannot be reached" in browser.text()
    assert reason(app)[1] == "the provider says that it is another issuer"


def test_without_the_right_secret_no_code_is_taken(hub_app, provider, monkeypatch):
    monkeypatch.setenv(CLIENT_SECRET, "a wrong one")
    app = hub_app()
    browser = Browser(app)
    browser.get(there_and_back(browser, provider), status=422)
    assert reason(app)[1] == "the provider does not take the code"


def test_passwords_are_not_asked_for_where_all_sign_in_by_the_provider(hub_app, provider):
    browser = Browser(hub_app("local = false\n"))
    browser.get("/sign-in")
    assert "Password" not in browser.text()
    assert "Sign in with your council account" in browser.text()


def test_a_provider_that_is_not_there_is_told_in_plain_words(make_app, tmp_path):
    settings = '\n[sign_in]\nissuer = "http://127.0.0.1:1"\nclient_id = "x"\n'
    app = make_app(settings, sessions=None)
    browser = Browser(app)
    browser.get("/sign-in/oidc", status=422)
    assert "Your council's sign-in service cannot be reached" in browser.text()
    assert reason(app)[1] == "the provider did not answer (ConnectError)"


@pytest.mark.parametrize("issuer", ["http://login.example", "ftp://127.0.0.1/", "http://localhost.evil.example"])
def test_a_provider_is_asked_over_https_alone(make_app, issuer):
    app = make_app(f'\n[sign_in]\nissuer = "{issuer}"\nclient_id = "x"\n', sessions=None)
    Browser(app).get("/sign-in/oidc", status=422)
    assert reason(app)[1] == "the provider's address is none of https"


def test_where_no_provider_is_set_up_its_addresses_lead_to_signing_in(make_app):
    app = make_app(sessions=None)
    browser = Browser(app)
    browser.get("/sign-in/oidc", status=422)
    browser.get("/sign-in/oidc/callback?code=1&state=2", status=422)
    assert NOT_BY_PROVIDER in browser.text()
