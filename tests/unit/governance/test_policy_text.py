"""A policy's text is changed in one part and stays as it is in all others; what changed is told in words."""

import pytest

from insighthub.errors import ContractError, RunError
from insighthub.governance.actions import Action
from insighthub.governance.policy import default_policy_text, read_policy
from insighthub.governance.policy_text import with_purpose, with_role
from insighthub.governance.policy_words import ADDED, CHANGED, TAKEN_AWAY, differences
from insighthub.governance.purposes import Purpose
from insighthub.governance.roles import Role

TEXT = default_policy_text()
POLICY = read_policy(TEXT)


@pytest.mark.parametrize("purpose", POLICY.purpose, ids=lambda p: p.name)
def test_a_purpose_written_as_it_was_says_what_it_said(purpose):
    text = with_purpose(TEXT, purpose)
    assert read_policy(text) == POLICY
    assert [line for line in TEXT.splitlines() if line.startswith("#")] == [
        line for line in text.splitlines() if line.startswith("#")
    ]


@pytest.mark.parametrize("role", POLICY.role, ids=lambda r: r.name)
def test_a_role_written_as_it_was_says_what_it_said(role):
    assert read_policy(with_role(TEXT, role)) == POLICY


def test_one_part_is_changed_and_the_lines_of_others_stay():
    purpose = POLICY.purpose[1].model_copy(update={"hidden": False, "basis": 'An "Act", 2026 # s. 1'})
    text = with_purpose(TEXT, purpose)
    assert read_policy(text).purpose[1] == purpose
    assert read_policy(text).purpose[2:] == POLICY.purpose[2:]
    before, after = TEXT.splitlines(), text.splitlines()
    assert after[: before.index('name = "safeguarding"') + 1] == before[: before.index('name = "safeguarding"') + 1]
    assert after[-20:] == before[-20:]


def test_what_was_not_there_is_added_at_the_end():
    text = with_purpose(TEXT, Purpose(name="licensing", title="Licensing", basis="an Act", sources=("benefits",)))
    text = with_role(text, Role(name="guest", title="Guest", purposes=("licensing",), may=(Action.SEE_PICTURE,)))
    assert [p.name for p in read_policy(text).purpose][-1] == "licensing"
    assert read_policy(text).role[-1].purposes == ("licensing",)
    assert text.startswith(TEXT.rstrip())


def test_a_text_of_another_shape_is_left_to_be_changed_by_hand():
    text = 'purpose = [{name = "a", title = "A", basis = "b", sources = ["*"]}]\n'
    with pytest.raises((RunError, ContractError)):
        with_purpose(text, Purpose(name="a", title="New", basis="b", sources=("*",)))


def test_every_kind_of_change_is_told():
    old = POLICY.model_copy(update={"closed": frozenset({"benefits"})})
    safeguarding = old.purpose[1].model_copy(update={"hidden": False, "sources": ("benefits",), "basis": "an Act"})
    officer = old.role[0].model_copy(update={"may": (Action.SEE_PICTURE, Action.SEE_AUDIT), "purposes": ()})
    new = old.model_copy(
        update={
            "purpose": (safeguarding, *old.purpose[2:]),
            "role": (officer, *old.role[1:], Role(name="guest", title="Guest", may=(Action.SEE_RUNS,))),
            "closed": frozenset({"libraries"}),
        }
    )
    told = [(one.where, one.kind, one.what, one.before, one.after) for one in differences(old, new)]
    assert ("Customer services: the resident in front of you", TAKEN_AWAY,
            "the purpose Customer services: the resident in front of you, as a whole", "", "") in told  # fmt: skip
    title = "Safeguarding enquiry or assessment"
    assert (title, CHANGED, "hidden residents may be found and seen", "yes", "no") in told
    assert (title, CHANGED, "the law that it rests on", old.purpose[1].basis, "an Act") in told
    assert (title, TAKEN_AWAY, "source that it may use: all", "", "") in told
    assert (title, ADDED, "source that it may use: benefits", "", "") in told
    assert ("Officer", ADDED, "action that it may do: see who looked at whom", "", "") in told
    assert ("Officer", TAKEN_AWAY, "action that it may do: break the glass", "", "") in told
    gone = "purpose that it may choose: Customer services: the resident in front of you"
    assert ("Officer", TAKEN_AWAY, gone, "", "") in told
    assert ("Guest", ADDED, "the role Guest, as a whole", "", "") in told
    assert ("Guest", ADDED, "action that it may do: see runs and models", "", "") in told
    assert ("All purposes", ADDED, "closed source, which nobody may use: libraries", "", "") in told
    assert ("All purposes", TAKEN_AWAY, "closed source, which nobody may use: benefits", "", "") in told


def test_nothing_is_told_where_nothing_changes():
    assert differences(POLICY, POLICY) == ()
