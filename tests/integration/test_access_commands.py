"""Users, the audit and the policy from the command line, and that reads of persons from there are audited."""

import re

import pytest
from typer.testing import CliRunner

from insighthub.accounts import tokens
from insighthub.cli import app
from insighthub.desk.command_line import operator
from insighthub.governance.audit_read import AuditFilter, page
from insighthub.hub import Hub
from insighthub.store.run_log import now
from insighthub.store.state import State
from tests.desk_hub import ADA, CARA, keep_ids, make_home


@pytest.fixture
def home(tmp_path):
    made = tmp_path / "hub"
    make_home(made)
    with Hub(made) as hub:
        keep_ids(hub)
    return made


def asked(home, *words, status=0):
    done = CliRunner().invoke(app, [*map(str, words), "--home", str(home)])
    assert done.exit_code == status, done.output
    return done.output


def lines(home):
    state = State(f"sqlite:///{(home / 'state.db').resolve()}")
    with state.read() as connection:
        found = page(connection, AuditFilter()).lines
    state.close()
    return found


def test_a_user_is_added_listed_disabled_and_reset(home, wide):
    said = asked(home, "users", "add", "Sam@council.example", "--name", "Sam", "--role", "officer")
    once = re.search(r"^ {4}(\S+)$", said, re.M)[1]
    assert "sam@council.example signs in with this password once" in said
    assert "has not signed in yet" in asked(home, "users", "list")
    asked(home, "users", "disable", "sam@council.example")
    assert "disabled" in asked(home, "users", "list")
    again = re.search(r"^ {4}(\S+)$", asked(home, "users", "reset", "sam@council.example"), re.M)[1]
    assert again != once
    assert [line.action for line in lines(home)] == ["manage_users"] * 3
    assert {line.who for line in lines(home)} == {operator()}
    assert once not in str(lines(home))


def test_a_token_is_printed_once_for_a_program_of_a_user(home, wide):
    asked(home, "users", "add", "sam@council.example", "--name", "Sam", "--role", "analyst")
    words = ("users", "token", "sam@council.example", "--name", "Nightly", "--role")
    said = asked(home, *words, "analyst", "--days", "30")
    token = re.search(r"^ {4}(\S+)$", said, re.M)[1]
    assert "Nightly sends this for sam@council.example until" in said
    assert "own roles" in asked(home, *words, "officer", status=1)
    with Hub(home) as hub, hub.state.read() as connection:
        made, who = tokens.look(connection, token, now())
    assert (made.name, who.email, who.roles) == ("Nightly", "sam@council.example", ("analyst",))
    assert lines(home)[0].detail == {"user": who.user_id, "token": made.token_id, "roles": ["analyst"], "days": 30}
    assert token not in str(lines(home))


@pytest.mark.parametrize(
    "words",
    [
        ("users", "add", "sam@council.example", "--name", "Sam", "--role", "king"),
        ("users", "add", "nothing", "--name", "Sam", "--role", "officer"),
        ("users", "disable", "nobody@council.example"),
        ("users", "reset", "nobody@council.example"),
    ],
)
def test_what_cannot_be_is_told(home, words):
    asked(home, *words, status=1)
    assert lines(home) == ()


def test_reads_of_persons_are_in_the_audit_without_what_was_asked(home, tmp_path, wide):
    assert "Ada Stone, born 6 May 1980" in asked(home, "find", "stone", "--purpose", "customer_services")
    asked(home, "picture", ADA, "--purpose", "customer_services")
    asked(home, "picture", CARA, "--purpose", "customer_services", status=1)
    asked(home, "export", "residents", "--purpose", "policy", "--out", tmp_path / "r.csv")
    asked(home, "picture", ADA, "--purpose", "made up Ada Stone", status=1)
    found = lines(home)[::-1]
    assert [(line.action, line.purpose, line.subject, line.outcome) for line in found] == [
        ("find_residents", "customer_services", None, "allowed"),
        ("see_picture", "customer_services", ADA, "allowed"),
        ("see_picture", "customer_services", CARA, "refused"),
        ("export", "policy", None, "allowed"),
        ("see_picture", None, ADA, "refused"),
    ]
    assert {line.who for line in found} == {operator()}
    assert "stone" not in str([line.detail for line in found[:4]]).casefold()


def test_the_audit_is_verified_and_what_is_broken_is_told(home, tmp_path):
    for _ in range(3):
        asked(home, "picture", ADA, "--purpose", "customer_services")
    assert "The audit is whole: 3 lines" in asked(home, "audit", "verify")
    asked(home, "audit", "export", "--out", tmp_path / "audit.csv")
    assert len((tmp_path / "audit.csv").read_text(encoding="utf-8").splitlines()) == 5
    state = State(f"sqlite:///{(home / 'state.db').resolve()}")
    with state.write() as connection:
        connection.exec_driver_sql("UPDATE audit SET who = 'somebody else' WHERE id = 2")
    state.close()
    said = asked(home, "audit", "verify", status=1)
    assert "line 2 was altered" in " ".join(said.split())


def test_the_policy_is_shown(home, wide):
    said = asked(home, "policy")
    assert "approved" in said
    assert "ig_lead" in said


def test_settings_with_purposes_are_told_where_these_stand_now(home):
    (home / "insighthub.toml").write_text('[[purpose]]\nname = "x"\n', encoding="utf-8")
    assert "policy.toml" in asked(home, "users", "list", status=1)
