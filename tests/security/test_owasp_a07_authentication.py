"""Authentication failures: sessions that are chosen, old, ended or taken away, and passwords that are guessed first."""

from datetime import timedelta

import pytest

from insighthub.accounts import oidc, sessions, users
from insighthub.accounts.settings import SignInSettings
from insighthub.errors import InsightHubError
from tests.quick_passwords import quick_passwords
from tests.security.attempts import attempt
from tests.security.test_owasp_a04_design import Door

__all__ = ["quick_passwords"]


@pytest.fixture
def door(callers, quick_passwords):
    return Door(callers)


@attempt("A07", "Have somebody sign in to a session that was chosen before", "each sign-in makes a new one")
def test_a_session_that_was_chosen(remote, door):
    chosen = remote()
    chosen.token = "chosen-by-somebody-else-0123456789"
    assert chosen.get("/cases").status_code == 303
    first, second = door.sign_in().token, door.sign_in().token
    assert len({first, second, chosen.token}) == 3
    assert min(len(first), len(second)) >= 40


@attempt("A07", "Go on with a session after sign-out, after long idleness, and after its longest time", "it is over")
def test_a_session_that_is_over(remote, callers, door):
    caller = remote("officer")
    assert caller.get("/cases").status_code == 200
    assert caller.post("/sign-out").status_code == 303
    assert caller.get("/cases").headers["location"].startswith("/sign-in")
    token = door.sign_in().token
    door.now += timedelta(minutes=door.door.settings.idle_minutes + 1)
    assert door.door.session(token) is None
    token, end = door.sign_in().token, door.now + timedelta(hours=door.door.settings.longest_hours)
    while door.now < end:
        assert door.door.session(token) is not None
        door.now += timedelta(minutes=20)
    door.now = end + timedelta(minutes=1)
    assert door.door.session(token) is None


@attempt(
    "A07",
    "Go on with a session after the account was disabled, its password changed, or its roles taken",
    "at once no more",
)
def test_an_account_that_is_taken_away(remote, callers, door):
    caller = remote("senior_officer")
    with callers.hub.state.write() as connection:
        users.set_roles(connection, caller.user.user_id, (), ())
    assert caller.get("/cases/new").status_code == 403
    with callers.hub.state.write() as connection:
        users.disable(connection, caller.user.user_id, door.now)
    assert caller.get("/").status_code == 303
    old = door.sign_in().token
    new = door.door.change_password(door.user, "walrus teapot orbit 41", "another long walrus 77")
    assert door.door.session(old) is None
    assert door.door.session(new) is not None


@attempt("A07", "Choose a password that is short, common, or one's own name", "it is not taken")
@pytest.mark.parametrize("weak", ["short", "password1234", "Caller 12345678", "111111111111", "door1@council.example"])
def test_weak_passwords(door, weak):
    with pytest.raises(InsightHubError):
        door.door.change_password(door.user, "walrus teapot orbit 41", weak)


@attempt("A07", "Use a one-time password after its days, or a second time", "it is not right")
def test_one_time_passwords(callers, door):
    with callers.hub.state.write() as connection:
        once = users.invite(connection, door.user.user_id, door.now, door.door.settings)
    came = door.sign_in(once)
    assert door.door.needs(door.door.session(came.token)) == "new_password"
    door.now += timedelta(days=door.door.settings.invitation_days + 1)
    assert door.sign_in(once).token is None


@attempt(
    "A07", "Come with claims of another provider, of no group, or with somebody else's unverified address", "not let in"
)
def test_claims(callers, door):
    issuer = "https://login.council.example/v2.0"
    settings = SignInSettings(issuer=issuer, groups={"g1": ("officer",)})
    good = {"iss": issuer, "sub": "7", "groups": ["g1"], "email": "new.person@council.example"}
    bad = (
        {**good, "iss": "https://evil.example"},
        {**good, "groups": ["g2"]},
        {**good, "groups": "administrator"},
        {**good, "sub": ""},
        {**good, "sub": None},
        {**good, "email": door.user.email},
        {**good, "email": "no address"},
        {**good, "email": door.user.email, "email_verified": "true"},
    )
    for claims in bad:
        with callers.hub.state.write() as connection:
            found = oidc.sign_in_by_claims(connection, claims, at=door.now, settings=settings, known_roles={"officer"})
        assert found.token is None, claims
    with callers.hub.state.write() as connection:
        found = oidc.sign_in_by_claims(connection, good, at=door.now, settings=settings, known_roles={"officer"})
        assert sessions.look(connection, found.token, door.now, settings).user.roles == ("officer",)
