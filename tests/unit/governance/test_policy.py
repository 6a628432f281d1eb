"""The policy: what it may be, and that it takes two people to change it."""

from datetime import datetime, timedelta

import pytest

from insighthub.errors import ContractError, RunError
from insighthub.governance.actions import Action
from insighthub.governance.policy import default_policy_text, read_policy
from insighthub.governance.policy_versions import (
    APPROVED,
    FILE,
    PROPOSED,
    approve,
    live_version,
    propose,
    refuse,
    take_in_file,
    versions,
)

AT = datetime(2026, 3, 5, 9, 30)
FIRST = default_policy_text()
SECOND = FIRST.replace("Customer services: the resident in front of you", "Customer services")
ANN, BEN = "ann@council.example", "ben@council.example"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("role = [", "cannot be read"),
        ('[[role]]\nname = "x"', "title"),
        ('[[role]]\nname = "x"\ntitle = "X"\nmay = ["fly"]', "role.0.may.0"),
        ('[[role]]\nname = "x"\ntitle = "X"\npurposes = ["none"]', "purposes that there are not: none"),
        ('[[role]]\nname = "x"\ntitle = "X"\n' * 2, "repeated: x"),
        ('[[purpose]]\nname = "x"\ntitle = "X"\nbasis = "b"\nsources = ["*"]\nfields = ["identifiers"]', "fields"),
        ('[[purpose]]\nname = "x"\ntitle = "X"\nbasis = "b"\nsources = ["*"]\nsecret = true', "secret"),
    ],
)
def test_a_policy_that_is_wrong_is_refused_and_what_is_wrong_is_named(text, says):
    with pytest.raises(ContractError, match=says):
        read_policy(text)


def take(state, text, at=AT):
    with state.write() as connection:
        return take_in_file(connection, text, at)


def live(state):
    with state.read() as connection:
        found = live_version(connection)
    return None if found is None else found.version


def test_the_file_is_the_first_version_and_a_proposal_from_then_on(state):
    assert live(state) is None
    first = take(state, FIRST)
    assert (first.status, first.decided_by) == (APPROVED, FILE)
    assert take(state, FIRST) is None
    second = take(state, SECOND, AT + timedelta(days=1))
    assert (second.status, second.proposed_by) == (PROPOSED, FILE)
    assert live(state) == first.version
    with state.write() as connection:
        approve(connection, second.version, by=BEN, roles=["ig_lead"], at=AT + timedelta(days=2))
    assert live(state) == second.version
    assert take(state, FIRST) is None  # known: it is not proposed anew by being there


def test_it_takes_two_people_to_change_the_policy(state):
    take(state, FIRST)
    with state.write() as connection:
        made = propose(connection, SECOND, by=ANN, at=AT)
    with pytest.raises(RunError, match="takes two people"), state.write() as connection:
        approve(connection, made.version, by=ANN, roles=["ig_lead", "administrator"], at=AT)
    with pytest.raises(RunError, match="none of your roles may approve"), state.write() as connection:
        approve(connection, made.version, by=BEN, roles=["officer", "analyst"], at=AT)
    assert live(state) != made.version
    with state.write() as connection:
        approve(connection, made.version, by=BEN, roles=["ig_lead"], at=AT + timedelta(hours=1), note="agreed")
    assert live(state) == made.version
    with pytest.raises(RunError, match="is approved already"), state.write() as connection:
        approve(connection, made.version, by=BEN, roles=["ig_lead"], at=AT)
    with state.read() as connection:
        assert [(v.proposed_by, v.decided_by) for v in versions(connection)] == [(ANN, BEN), (FILE, FILE)]


def test_who_may_approve_is_said_by_the_policy_that_holds_and_not_by_the_proposal(state):
    take(state, FIRST)
    text = SECOND.replace(
        'may = ["see_leaders", "see_population", "see_places", "see_quality"]',
        'may = ["approve_policy", "propose_policy"]',
    )
    assert Action.APPROVE_POLICY in read_policy(text).actions_of(["leader"])
    with state.write() as connection:
        made = propose(connection, text, by=ANN, at=AT)
    with pytest.raises(RunError, match="none of your roles"), state.write() as connection:
        approve(connection, made.version, by=BEN, roles=["leader"], at=AT)


def test_a_proposal_that_is_refused_never_holds(state):
    take(state, FIRST)
    with state.write() as connection:
        made = propose(connection, SECOND, by=ANN, at=AT)
        refuse(connection, made.version, by=ANN, roles=["analyst"], at=AT, note="taken back")
    with pytest.raises(RunError, match="is refused already"), state.write() as connection:
        approve(connection, made.version, by=BEN, roles=["ig_lead"], at=AT)
    with pytest.raises(RunError, match="is refused already"), state.write() as connection:
        refuse(connection, made.version, by=ANN, roles=["ig_lead"], at=AT, note="again")
    with state.write() as connection:
        again = propose(connection, SECOND, by=ANN, at=AT)
    with pytest.raises(RunError, match="none of your roles"), state.write() as connection:
        refuse(connection, again.version, by=BEN, roles=["officer"], at=AT, note="no")


def test_a_policy_that_nobody_could_change_is_not_proposed(state):
    take(state, FIRST)
    with pytest.raises(RunError, match="nobody could change"), state.write() as connection:
        propose(connection, SECOND.replace('"approve_policy", ', ""), by=ANN, at=AT)
    with pytest.raises(RunError, match="holds already"), state.write() as connection:
        propose(connection, FIRST, by=ANN, at=AT)
    with pytest.raises(RunError, match="no version 99"), state.write() as connection:
        approve(connection, 99, by=BEN, roles=["ig_lead"], at=AT)
