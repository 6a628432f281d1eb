"""Who signs in: passwords, codes, sessions, lockout, invitations, and the council's own identity provider."""

from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
from sqlalchemy import select, text

from insighthub.accounts import oidc, second_factor, sessions, sign_in
from insighthub.accounts.passwords import check_password, is_right, one_time_password
from insighthub.accounts.settings import SignInSettings
from insighthub.accounts.sign_in import WRONG, Needs, change_password, needs, wait_after
from insighthub.accounts.tables import account, recovery_code, session
from insighthub.accounts.users import add_user, colleagues, disable, enable, find_user, invite, set_roles, user, users
from insighthub.errors import RunError
from insighthub.governance.audit_read import AuditFilter, page

AT = datetime(2026, 3, 5, 9, 30)
SETTINGS = SignInSettings()
ROLES = {"officer", "analyst"}
EMAIL = "sam.okafor@council.example"
GOOD = "brown kettle on friday"


@pytest.fixture
def sam(state):
    """A user with a password, GOOD, and no second factor yet."""
    with state.write() as connection:
        made = add_user(
            connection, name="Sam Okafor", email="Sam.Okafor@council.example", roles=["officer"], known_roles=ROLES,
            at=AT,
        )  # fmt: skip
        once = invite(connection, made.user_id, AT, SETTINGS)
        change_password(connection, made.user_id, once, GOOD, at=AT, settings=SETTINGS)
    return made


def attempt(state, password=GOOD, code="", at=AT, email=EMAIL, settings=SETTINGS):
    with state.read() as connection:
        checked = sign_in.check(connection, email, password)
    with state.write() as connection:
        return sign_in.sign_in(connection, email, checked, code, at=at, settings=settings)


def reasons(state):
    with state.read() as connection:
        found = page(connection, AuditFilter(action="sign_in")).lines
    return [(line.who, line.outcome, line.detail.get("reason")) for line in found]


def app_of(state, who, at=AT):
    """Set up the second factor of a user; return the app, and the recovery codes."""
    with state.write() as connection:
        address = second_factor.begin(connection, who.user_id)
    app = pyotp.TOTP(parse_qs(urlsplit(address).query)["secret"][0])
    with state.write() as connection:
        return app, second_factor.confirm(connection, who.user_id, app.at(stamp(at)), at)


def stamp(at):
    return int((at - datetime(1970, 1, 1)).total_seconds())


def test_a_user_signs_in_with_their_address_however_it_is_written(state, sam):
    done = attempt(state, email=" SAM.okafor@Council.example ")
    assert done.user.name == "Sam Okafor"
    with state.read() as connection:
        assert sessions.look(connection, done.token, AT, SETTINGS).user.email == EMAIL
    assert reasons(state)[0] == (EMAIL, "allowed", None)


@pytest.mark.parametrize(
    ("email", "password", "reason"),
    [(EMAIL, "wrong password", "password"), ("nobody@council.example", GOOD, "no such user"), ("", "", "no such user")],
)
def test_whatever_is_wrong_the_answer_is_the_same_and_the_audit_knows_which(state, sam, email, password, reason):
    done = attempt(state, password, email=email)
    assert (done.token, done.user, done.says) == (None, None, WRONG)
    assert reasons(state)[0] == (EMAIL if email == EMAIL else "unknown user", "refused", reason)


def test_what_was_typed_is_not_in_the_audit(state, sam):
    attempt(state, "my secret", email="private.address@home.example")
    with state.read() as connection:
        line = page(connection, AuditFilter(action="sign_in")).lines[0]
    assert "private" not in str(line)
    assert "secret" not in str(line)


def test_after_several_failures_an_account_waits_twice_as_long_each_time(state, sam):
    at, waits = AT, []
    for _ in range(SETTINGS.free_failures + 4):
        attempt(state, "wrong", at=at)
        with state.read() as connection:
            until = user(connection, sam.user_id).locked_until
        waits.append(None if until is None else (until - at).total_seconds())
        at = until or at
    assert waits == [None] * SETTINGS.free_failures + [30, 60, 120, 240]
    assert attempt(state, at=at - timedelta(seconds=1)).token is None
    assert reasons(state)[0][2] == "locked"
    assert attempt(state, at=at).token is not None
    with state.read() as connection:
        assert user(connection, sam.user_id).locked_until is None


def test_no_wait_is_longer_than_the_longest():
    assert wait_after(4, SETTINGS) == timedelta(0)
    assert wait_after(10**9, SETTINGS) == timedelta(minutes=SETTINGS.longest_wait_minutes)


def test_an_attempt_while_it_waits_does_not_make_the_wait_longer(state, sam):
    for _ in range(5):
        attempt(state, "wrong")
    for _ in range(50):
        attempt(state, "wrong", at=AT + timedelta(seconds=1))
    assert attempt(state, at=AT + timedelta(seconds=30)).token is not None


def test_a_one_time_password_is_changed_at_first_use_and_grows_old(state):
    with state.write() as connection:
        made = add_user(connection, name="Jo", email="jo@council.example", roles=[], known_roles=ROLES, at=AT)
        once = invite(connection, made.user_id, AT, SETTINGS)
    late = AT + timedelta(days=SETTINGS.invitation_days)
    assert attempt(state, once, email="jo@council.example", at=late).token is None
    done = attempt(state, once, email="jo@council.example", at=late - timedelta(seconds=1))
    assert needs(done.user, "password", SETTINGS) is Needs.NEW_PASSWORD
    with state.write() as connection:
        token = change_password(connection, made.user_id, once, GOOD, at=AT, settings=SETTINGS)
    with state.read() as connection:
        assert sessions.look(connection, done.token, AT, SETTINGS) is None  # it was opened with the old one
        now = sessions.look(connection, token, AT, SETTINGS).user
    assert needs(now, "password", SETTINGS) is Needs.SECOND_FACTOR
    assert needs(now, "password", SignInSettings(second_factor=False)) is Needs.NOTHING
    assert needs(now, "oidc", SETTINGS) is Needs.NOTHING
    assert attempt(state, once, email="jo@council.example").token is None
    assert attempt(state, email="jo@council.example", at=late + timedelta(days=90)).token is not None


@pytest.mark.parametrize(
    "password",
    ["short", "x" * 201, "sam.okafor1234", "okaforokafor12", "Password12345!", "aaaaaaaaaaaa", "insighthub2026", ""],
)
def test_a_password_that_would_be_guessed_is_refused(password):
    with pytest.raises(RunError):
        check_password(password, least=12, email=EMAIL, name="Sam Okafor")


def test_passwords_are_kept_as_argon2_hashes_and_secrets_and_codes_are_not_readable(state, sam):
    _, codes = app_of(state, sam)
    token = attempt(state, codes and GOOD, code=codes[0]).token
    with state.read() as connection:
        row = connection.execute(select(account)).mappings().one()
        kept = " ".join(map(str, connection.execute(select(recovery_code.c.code)).scalars()))
        tokens = " ".join(connection.execute(select(session.c.token)).scalars())
    assert row["password"].startswith("$argon2id$")
    assert is_right(row["password"], GOOD)
    assert not is_right(None, GOOD)
    assert not any(code in kept or code.replace("-", "") in kept for code in codes)
    assert token not in tokens


def test_one_time_passwords_are_all_different_and_would_not_be_guessed():
    made = {one_time_password() for _ in range(50)}
    assert len(made) == 50
    for each in made:
        check_password(each, least=12, email=EMAIL, name="Sam Okafor")


def test_with_a_second_factor_a_password_alone_is_not_enough_and_a_code_is_used_once(state, sam):
    app, _ = app_of(state, sam)
    at = AT + timedelta(minutes=5)
    assert attempt(state, at=at).token is None
    assert reasons(state)[0][2] == "no code yet"
    assert attempt(state, code="000000", at=at).token is None
    assert reasons(state)[0][2] == "code"
    code = app.at(stamp(at))
    assert attempt(state, "wrong", code=code, at=at).token is None
    assert attempt(state, code=f"{code[:3]} {code[3:]}", at=at).token is not None
    assert attempt(state, code=code, at=at).token is None
    later = at + timedelta(minutes=5)
    assert attempt(state, code=app.at(stamp(later) - 30), at=later).token is not None  # a slow clock
    assert attempt(state, code=app.at(stamp(later) - 90), at=later).token is None


def test_a_recovery_code_is_used_once(state, sam):
    _, codes = app_of(state, sam)
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    assert attempt(state, code=codes[3].upper()).token is not None
    assert attempt(state, code=codes[3]).token is None
    with state.read() as connection:
        assert second_factor.recovery_codes_left(connection, sam.user_id) == 9


def test_a_second_factor_holds_once_a_code_was_right_and_is_not_replaced_by_who_is_in(state, sam):
    with state.write() as connection:
        second_factor.begin(connection, sam.user_id)
    assert attempt(state).token is not None  # nothing was confirmed yet
    with pytest.raises(RunError, match="not right"), state.write() as connection:
        second_factor.confirm(connection, sam.user_id, "000000", AT)
    app_of(state, sam)
    with pytest.raises(RunError, match="second factor already"), state.write() as connection:
        second_factor.begin(connection, sam.user_id)


def test_a_session_ends_when_nothing_is_done_and_after_a_days_work_in_any_case(state, sam):
    token = attempt(state).token

    def is_open(at):
        with state.read() as connection:
            return sessions.look(connection, token, at, SETTINGS) is not None

    assert is_open(AT + timedelta(minutes=29, seconds=59))
    assert not is_open(AT + timedelta(minutes=30))
    at = AT
    while at < AT + timedelta(hours=11):
        at += timedelta(minutes=20)
        if is_open(at):
            with state.write() as connection:
                sessions.note_use(connection, token, at)
                last = at
    assert last == AT + timedelta(hours=9, minutes=40)
    with state.write() as connection:
        assert sessions.forget_sessions(connection, AT + timedelta(days=2)) >= 1
    assert not is_open(AT)


def test_that_a_session_is_used_is_noted_seldom(state, sam):
    token = attempt(state).token
    with state.read() as connection:
        assert not sessions.is_to_be_noted(connection, token, AT + timedelta(seconds=5))
        assert sessions.is_to_be_noted(connection, token, AT + timedelta(seconds=40))
        assert not sessions.is_to_be_noted(connection, "another", AT)


def test_signing_out_disabling_and_resetting_end_sessions_at_once(state, sam):
    def is_open(token):
        with state.read() as connection:
            return sessions.look(connection, token, AT, SETTINGS) is not None

    first, second = attempt(state).token, attempt(state).token
    with state.write() as connection:
        sessions.close_session(connection, first, AT)
    assert (is_open(first), is_open(second)) == (False, True)
    with state.write() as connection:
        disable(connection, sam.user_id, AT)
    assert not is_open(second)
    assert attempt(state).token is None
    assert reasons(state)[0][2] == "disabled"
    with state.write() as connection:
        enable(connection, sam.user_id)
    third = attempt(state).token
    with state.write() as connection:
        invite(connection, sam.user_id, AT, SETTINGS)
    assert not is_open(third)
    assert not is_open("")
    assert not is_open("no such token")


def test_users_are_listed_named_and_given_roles_that_there_are(state, sam):
    with state.write() as connection:
        other = add_user(
            connection, name="Abi", email="abi@council.example", roles=["analyst", "officer", "analyst"],
            known_roles=ROLES, at=AT, resident_id="R1",
        )  # fmt: skip
        assert [u.name for u in users(connection)] == ["Abi", "Sam Okafor"]
        assert other.roles == ("analyst", "officer")
        assert set_roles(connection, other.user_id, ["analyst"], ROLES).roles == ("analyst",)
        assert colleagues(connection) == {"R1": "abi@council.example"}
        assert colleagues(connection, but=other.user_id) == {}
        assert find_user(connection, "ABI@council.example").user_id == other.user_id


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"email": EMAIL}, "already"),
        ({"email": "no address"}, "no e-mail address"),
        ({"email": "a@b@c"}, "no e-mail address"),
        ({"email": "x" * 200 + "@y.example"}, "too long"),
        ({"roles": ["king"]}, "no role king"),
        ({"name": " "}, "has a name"),
    ],
)
def test_a_user_who_cannot_be_is_refused(state, sam, given, says):
    values = {"name": "Jo", "email": "jo@council.example", "roles": ["officer"], **given}
    with pytest.raises(RunError, match=says), state.write() as connection:
        add_user(connection, **values, known_roles=ROLES, at=AT)


def test_a_password_is_changed_by_who_knows_the_old_one_and_to_another(state, sam):
    for old, new in (("wrong", "another kettle on monday"), (GOOD, GOOD), (GOOD, "short")):
        with pytest.raises(RunError), state.write() as connection:
            change_password(connection, sam.user_id, old, new, at=AT, settings=SETTINGS)
    assert attempt(state).token is not None


def test_where_all_sign_in_by_the_provider_no_password_is_taken(state, sam):
    assert attempt(state, settings=SignInSettings(local=False)).token is None


# The identity provider -------------------------------------------------------------------------------------------

ISSUER = "https://login.example/tenant/v2.0"
OIDC = SignInSettings(issuer=ISSUER, client_id="hub", groups={"g-officers": ("officer",), "g-kings": ("king",)})
CLAIMS = {"iss": ISSUER, "sub": "abc", "email": EMAIL, "name": "Sam Okafor", "groups": ["g-officers", "g-other"]}


def by_claims(state, **changes):
    claims = {k: v for k, v in {**CLAIMS, **changes}.items() if v is not None}
    with state.write() as connection:
        return oidc.sign_in_by_claims(connection, claims, at=AT, settings=OIDC, known_roles=ROLES)


def test_claims_make_a_user_whose_roles_follow_their_groups(state):
    first = by_claims(state)
    assert (first.user.email, first.user.roles, first.user.has_password) == (EMAIL, ("officer",), False)
    assert by_claims(state, groups=[]).token is None
    again = by_claims(state, email="new.address@council.example", groups="g-officers")
    assert again.user.user_id == first.user.user_id
    with state.read() as connection:
        assert sessions.look(connection, again.token, AT, OIDC).method == "oidc"
    assert attempt(state, "").token is None  # no password comes of it


@pytest.mark.parametrize(
    "changes",
    [
        {"groups": ["g-other"]}, {"groups": None}, {"groups": 7}, {"groups": ["g-kings"]}, {"groups": [None, {}]},
        {"iss": "https://evil.example"}, {"iss": None}, {"sub": None}, {"sub": ""}, {"email": None}, {"email": "x"},
    ],
)  # fmt: skip
def test_who_is_in_no_group_or_is_not_named_rightly_does_not_come_in(state, changes):
    done = by_claims(state, **changes)
    assert (done.token, done.says) == (None, oidc.NOT_FOR_YOU)
    with state.read() as connection:
        assert users(connection) == ()
    assert reasons(state)[0][1] == "refused"


def test_somebody_elses_account_is_not_taken_over_by_an_address(state, sam):
    assert by_claims(state).token is None  # the address is not verified
    assert by_claims(state, email_verified="true").token is None
    assert by_claims(state, email_verified=True).user.user_id == sam.user_id
    assert by_claims(state, sub="another", email_verified=True).token is None  # it is somebody's already


def test_a_disabled_user_does_not_come_in_by_claims(state):
    first = by_claims(state)
    with state.write() as connection:
        disable(connection, first.user.user_id, AT)
    assert by_claims(state).token is None


def test_an_answer_takes_as_long_where_there_is_no_such_user(state, sam, monkeypatch):
    """Both ways check one hash: counted, not timed."""
    counted = []
    real = sign_in.is_right
    monkeypatch.setattr(sign_in, "is_right", lambda kept, given: counted.append(kept is None) or real(kept, given))
    attempt(state, "wrong")
    attempt(state, "wrong", email="nobody@council.example")
    assert counted == [False, True]
    with state.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM account")).scalar() == 1
