"""Every route and every role: who has none of the actions that a route takes is kept out, and told nothing."""

import re

import pytest

from insighthub.governance.policy import read_policy
from tests.security.marked import MARKS, plain_text
from tests.security.needs import NEEDS
from tests.security.needs_by_action import OWN, PUBLIC, needed
from tests.security.test_access_matrix import POLICIES, ROLES, ROUTES

REST = sorted(ROUTES - set(NEEDS), key=lambda route: (route[1], route[0]))
#: What stands for the parts of a path; a number or name that may be there, so that only the policy keeps anybody out.
PLACES = {"source": "benefits", "name": "benefits", "run_id": "r000001", "kind": "html", "resident_id": "R2345678901"}


def path_of(route):
    return re.sub(r"\{(\w+)\}", lambda part: PLACES.get(part[1], "1"), route)


def test_every_route_stands_in_one_of_the_tables():
    assert [route for route in REST if needed(route[1]) is None] == []


@pytest.mark.parametrize(("name", "role"), ROLES, ids=[" ".join(one) for one in ROLES])
def test_who_lacks_the_action_is_kept_out(name, role, callers):
    policy = read_policy(POLICIES[name])
    callers.under(POLICIES[name])
    try:
        caller, may = callers.caller(role), policy.actions_of([role])
        wrong = []
        for method, route in REST:
            needs = needed(route)
            if needs in (OWN, PUBLIC):
                continue
            answer = caller.ask(method, path_of(route), None if method == "GET" else {})
            if answer.status_code >= 500:
                wrong.append(f"{method} {route}: {answer.status_code}")
            if may.isdisjoint(needs):
                if answer.status_code not in (403, 404, 422):
                    wrong.append(f"{method} {route}: {answer.status_code}, and the policy says no")
                said = plain_text(answer.text)
                wrong += [f"{method} {route} tells a marked value" for mark in MARKS if mark.text in said]
        assert not wrong, "\n".join(wrong)
    finally:
        callers.under(POLICIES["odd"])
        callers.under(POLICIES["default"])
