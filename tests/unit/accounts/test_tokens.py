"""Tokens of programs, and failures under addresses that nobody has: on each database that a hub may have."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from insighthub.accounts import attempts, tokens
from insighthub.accounts.settings import SignInSettings
from insighthub.accounts.tables import api_token, sign_in_attempt
from insighthub.accounts.users import add_user, disable, enable, invite, set_roles
from insighthub.errors import RunError

AT = datetime(2026, 3, 5, 9, 30)
SETTINGS = SignInSettings()
ROLES = {"officer", "analyst"}


@pytest.fixture
def sam(state):
    with state.write() as connection:
        return add_user(
            connection, name="Sam", email="sam@council.example", roles=["officer", "analyst"], known_roles=ROLES, at=AT
        )


def make(state, who, roles=("analyst",), days=30, name="Nightly  report"):
    with state.write() as connection:
        return tokens.make_token(connection, who, name=name, roles=roles, days=days, at=AT)


def look(state, text, at=AT):
    with state.read() as connection:
        return tokens.look(connection, text, at)


def test_a_token_has_the_roles_that_were_chosen_and_is_kept_as_a_hash(state, sam):
    made, text = make(state, sam)
    found, who = look(state, text)
    assert found == made
    assert (made.name, made.roles) == ("Nightly report", ("analyst",))
    assert who.roles == ("analyst",)
    assert text.startswith(tokens.PREFIX)
    with state.read() as connection:
        assert text not in str(connection.execute(select(api_token)).all())
    assert look(state, text + "x") is None
    assert look(state, "") is None


def test_a_token_ends_on_its_day_by_its_user_and_with_the_account(state, sam):
    _, text = make(state, sam)
    assert look(state, text, AT + timedelta(days=30, seconds=-1)) is not None
    assert look(state, text, AT + timedelta(days=30)) is None
    made, text = make(state, sam)
    with state.write() as connection:
        tokens.end_token(connection, sam.user_id, made.token_id, AT)
    assert look(state, text) is None
    for ends in (lambda c: disable(c, sam.user_id, AT), lambda c: invite(c, sam.user_id, AT, SETTINGS)):
        _, text = make(state, sam)
        with state.write() as connection:
            ends(connection)
            enable(connection, sam.user_id)
        assert look(state, text) is None


def test_a_role_that_its_user_loses_it_loses_too_and_none_is_gained(state, sam):
    _, text = make(state, sam)
    with state.write() as connection:
        set_roles(connection, sam.user_id, ["officer"], ROLES)
    assert look(state, text)[1].roles == ()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"name": " "}, "has a name"),
        ({"roles": ()}, "own roles"),
        ({"roles": ("administrator",)}, "own roles"),
        ({"days": 0}, "1 to 366 days"),
        ({"days": 367}, "1 to 366 days"),
    ],
)
def test_a_token_that_cannot_be_is_refused(state, sam, given, says):
    with pytest.raises(RunError, match=says):
        make(state, sam, **given)


def test_tokens_are_listed_newest_first_and_ended_by_their_own_user_alone(state, sam):
    with state.write() as connection:
        other = add_user(connection, name="Jo", email="jo@council.example", roles=["analyst"], known_roles=ROLES, at=AT)
    first, second = make(state, sam)[0], make(state, sam)[0]
    with pytest.raises(RunError, match="no such token"), state.write() as connection:
        tokens.end_token(connection, other.user_id, first.token_id, AT)
    with state.write() as connection:
        assert [t.token_id for t in tokens.tokens_of(connection, sam.user_id)] == [second.token_id, first.token_id]
        assert tokens.end_token(connection, sam.user_id, first.token_id, AT).ended_at == AT
        assert [t.token_id for t in tokens.tokens_of(connection, sam.user_id)] == [second.token_id]


def test_that_a_token_is_used_is_noted_seldom(state, sam):
    made, text = make(state, sam)
    assert tokens.is_to_be_noted(made, AT)
    with state.write() as connection:
        tokens.note_use(connection, made, AT)
    found, _ = look(state, text)
    assert found.used_at == AT
    assert not tokens.is_to_be_noted(found, AT + timedelta(seconds=59))
    assert tokens.is_to_be_noted(found, AT + timedelta(seconds=60))


def test_failures_under_an_address_that_nobody_has_are_counted_as_a_hash_and_forgotten(state):
    with state.write() as connection:
        assert [attempts.count(connection, " A@b.example", AT, SETTINGS) for _ in range(3)] == [1, 2, 3]
        attempts.lock(connection, "a@B.example", AT + timedelta(minutes=1))
        assert attempts.locked_until(connection, "a@b.example") == AT + timedelta(minutes=1)
        assert attempts.locked_until(connection, "c@b.example") is None
        assert "b.example" not in str(connection.execute(select(sign_in_attempt)).all())
        attempts.count(connection, "c@b.example", AT + timedelta(days=2), SETTINGS)
        assert connection.execute(select(func.count()).select_from(sign_in_attempt)).scalar() == 1
