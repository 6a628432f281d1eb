"""Every role with every action, purpose, field, source and hidden status: the answer is what the file says, read here
another way: from the TOML alone, without the types of the program."""

import itertools
import tomllib

import pytest

from insighthub.governance.actions import OF_A_PERSON, WORDS, Action
from insighthub.governance.fields import Field
from insighthub.governance.policy import Policy, default_policy_text, read_policy

ODD = """
[[purpose]]
name = "narrow"
title = "Narrow"
basis = "a test"
sources = ["benefits"]
fields = ["given_name", "addresses"]
break_glass = true

[[purpose]]
name = "register"
title = "Register"
basis = "a test"
sources = ["libraries"]
statutory_sources = ["electoral_register"]
fields = []
identifiers = true

[[purpose]]
name = "star"
title = "Star"
basis = "a test"
sources = ["*"]
hidden = true

[[role]]
name = "reader"
title = "Reader"
purposes = ["narrow", "star"]
may = ["see_picture"]

[[role]]
name = "writer"
title = "Writer"
purposes = ["register"]
may = ["write_note", "see_runs"]

[[role]]
name = "nothing"
title = "Nothing"
purposes = ["narrow", "register", "star"]
"""
SOURCES = {"benefits": False, "libraries": False, "childrens_social_care": True, "electoral_register": False}
POLICIES = {"default": default_policy_text(), "odd": ODD}


def expected(told, roles, action, purpose, source, field, hidden):
    """Say what the file says, from its tables alone."""
    having = [r for r in told["role"] if r["name"] in roles and action in r.get("may", [])]
    if not having:
        return False
    of_person = action in {
        "find_residents", "see_picture", "write_note", "write_warning", "decide_identity", "propose_correction",
        "review_pairs",
    }  # fmt: skip
    if purpose is None:
        return not of_person and source is None and field is None and not hidden
    found = [p for p in told["purpose"] if p["name"] == purpose]
    if not found or not any(purpose in r.get("purposes", []) for r in having):
        return False
    why = found[0]
    if source is not None and source not in why["sources"] + why.get("statutory_sources", []):
        locked = source == "electoral_register"
        special = SOURCES[source] and not why.get("special_category", False)
        if "*" not in why["sources"] or locked or special:
            return False
    if field == "identifiers":
        if not why.get("identifiers", False):
            return False
    elif field is not None and not {"*", field} & set(why.get("fields", ["*"])):
        return False
    return not hidden or why.get("hidden", False)


@pytest.mark.parametrize("name", POLICIES)
def test_the_whole_matrix(name):
    text = POLICIES[name]
    policy, told = read_policy(text), tomllib.loads(text)
    every = [r["name"] for r in told["role"]]
    roles = [(), ("no_such_role",), *((one,) for one in every), tuple(every), tuple(every[:2])]
    purposes = [None, "no_such_purpose", *(p["name"] for p in told["purpose"])]
    cases = itertools.product(roles, Action, purposes, [None, *SOURCES], [None, *Field], (False, True))
    count = allowed = 0
    for held, action, purpose, source, field, hidden in cases:
        special = SOURCES.get(source, False)
        ruling = policy.decide(held, action, purpose, source, field, hidden=hidden, special=special)
        wanted = expected(told, held, str(action), purpose, source, None if field is None else str(field), hidden)
        assert ruling.allowed == wanted, (held, action, purpose, source, field, hidden, ruling)
        assert ruling.reason
        count += 1
        allowed += ruling.allowed
    assert count == len(roles) * len(Action) * len(purposes) * 5 * 16 * 2
    assert count > 80_000
    assert 0 < allowed < count / 2


def test_nothing_is_allowed_without_a_policy():
    for action in Action:
        assert not Policy().decide(["administrator", "ig_lead"], action, "safeguarding").allowed
        assert not Policy().decide(["administrator", "ig_lead"], action).allowed


def test_every_action_has_words_and_those_of_a_person_need_a_purpose():
    assert set(WORDS) == set(Action)
    policy = read_policy(default_policy_text())
    everybody = [role.name for role in policy.role]
    for action in Action:
        assert policy.decide(everybody, action).allowed == (action not in OF_A_PERSON), action


def test_every_role_of_the_shipped_policy_can_do_its_work_and_no_others():
    policy = read_policy(default_policy_text())
    assert {r.name for r in policy.role} == {
        "officer", "senior_officer", "analyst", "ig_lead", "leader", "licensing_officer", "administrator",
    }  # fmt: skip
    assert policy.decide(["officer"], Action.SEE_PICTURE, "customer_services").allowed
    assert not policy.decide(["officer"], Action.SEE_PICTURE, "safeguarding").allowed
    assert policy.decide(["senior_officer"], Action.SEE_PICTURE, "safeguarding", hidden=True).allowed
    for role in ("analyst", "leader", "licensing_officer", "administrator", "ig_lead"):
        for action in OF_A_PERSON:
            assert not policy.decide([role], action, "customer_services").allowed
    assert {a for r in policy.role for a in r.may} == set(Action)


def test_the_action_and_the_purpose_must_be_of_one_role():
    policy = read_policy(ODD)
    assert not policy.decide(["reader", "writer"], Action.WRITE_NOTE, "narrow").allowed
    assert not policy.decide(["reader", "writer"], Action.SEE_PICTURE, "register").allowed
    assert not policy.decide(["reader", "nothing"], Action.SEE_PICTURE, "register").allowed


def test_broken_glass_gives_its_purpose_and_no_action():
    policy = read_policy(ODD)
    assert policy.decide(["reader"], Action.SEE_PICTURE, "narrow", broken="narrow").allowed
    assert not policy.decide(["writer"], Action.SEE_PICTURE, "narrow", broken="narrow").allowed
    assert policy.decide(["writer"], Action.WRITE_NOTE, "narrow", broken="narrow").allowed
    assert not policy.decide(["writer"], Action.WRITE_NOTE, "narrow", broken="star").allowed
    assert not policy.decide(["writer"], Action.WRITE_NOTE, "star", broken="star").allowed  # not given by the glass
    assert not policy.decide(["writer"], Action.WRITE_NOTE, "narrow", broken="narrow", hidden=True).allowed


def test_a_closed_source_is_used_by_nobody():
    policy = read_policy(ODD).model_copy(update={"closed": frozenset({"benefits"})})
    assert not policy.decide(["reader"], Action.SEE_PICTURE, "narrow", "benefits").allowed
    assert not policy.decide(["reader"], Action.SEE_PICTURE, "star", "benefits").allowed
    assert policy.decide(["reader"], Action.SEE_PICTURE, "star", "libraries").allowed
