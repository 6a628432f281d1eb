"""Whatever the policy and whatever is asked for, no answer holds a value that the policy hides.

Policies and requests are made at random; residents are those of the marked borough. What may not be seen must stand in
no answer, be it a page, a CSV file, JSON or a refusal, and a search by it must answer as though it were not there.
"""

import random
import re
from html import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from insighthub.desk import cases
from insighthub.governance.actions import Action
from tests.security.callers import _now
from tests.security.marked import HIDDEN, MARKS, may_appear, plain_text
from tests.security.needs import NEEDS
from tests.security.policies import odd_policy
from tests.security.test_access_matrix import MEASURE_NAME, POLICIES

#: Values by which one of two is found exactly or not at all, so that two searches can be held against each other.
EXACT = ("contacts", "identifiers", "records")
TYPED = tuple(mark for mark in MARKS if mark.typed)
ROUTES = sorted(route for route, need in NEEDS.items() if route[1] != "/sign-out")
_PICTURE = ("GET", "/cases/{number}/residents/{resident_id}")
#: What differs between two answers that say the same.
_CHANGING = re.compile(
    r'name="csrf_token" value="[^"]*"|/cases/\d+|Case \d+|case \d+|aria-describedby="[^"]*"|value="[^"]*"'
    r"|request: [0-9a-f]+"
)


class Borough:
    """The marked borough, and whoever asks."""

    def __init__(self, callers, ids):
        self.callers, self.ids, self.special = callers, ids, callers.special()

    def begin(self, seed):
        """Have a policy of a random generator hold, and sign in somebody who has some of its roles."""
        self.policy = self.callers.under(odd_policy(random.Random(seed)))
        dice = random.Random(seed + 1)
        self.roles = [role.name for role in self.policy.role if dice.random() < 0.6]
        self.caller = self.callers.caller(*self.roles)

    def case(self, purpose):
        """Put a case for a purpose into the state, which the policy may not allow."""
        with self.callers.hub.state.write() as connection:
            return cases.open_case(
                connection,
                user_id=self.caller.user.user_id,
                purpose=purpose,
                resident_id=None,
                reference=None,
                at=_now(),
            ).case_id

    def seen(self, purposes):
        """Return the marks that may stand in an answer that is for some purposes."""
        may = self.policy.decide
        looks = [
            p for p in purposes
            if any(may(self.roles, a, p.name).allowed for a in (Action.SEE_PICTURE, Action.FIND_RESIDENTS))
        ]  # fmt: skip
        return {m for m in MARKS if any(may_appear(m, self.policy, p, self.special) for p in looks)}


@pytest.fixture(scope="module")
def borough(callers, marked):
    yield Borough(callers, marked[1])
    callers.under(POLICIES["odd"])
    callers.under(POLICIES["default"])


@st.composite
def requests(draw):
    """Make requests: a route, the place of a purpose in its policy, whom it is about, and what is typed."""
    one = st.tuples(
        st.one_of(st.just(_PICTURE), st.sampled_from(ROUTES)),
        st.integers(0, 3),
        st.sampled_from(["plain", "mate", HIDDEN, "locked", "dead"]),
        st.sampled_from(TYPED),
        st.sampled_from(TYPED),
    )
    return draw(st.lists(one, min_size=1, max_size=6))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(seed=st.integers(0, 10**6), asked=requests())
def test_no_answer_holds_what_the_policy_hides(borough, seed, asked):
    borough.begin(seed)
    for (method, pattern), at, who, *typed in asked:
        purpose = borough.policy.purpose[at]
        in_a_case = pattern.startswith("/cases/{number}")
        case = borough.case(purpose.name) if in_a_case else 1
        query = " ".join(mark.typed for mark in typed)
        places = {
            "number": case, "asked": 1, "resident_id": borough.ids[who], "name": MEASURE_NAME, "at": at,
            "remark": 1, "decision": 1,
            "resident": borough.ids[who], "purpose": purpose.name, "mate": borough.ids["mate"],
        }  # fmt: skip
        fields = {name: value.format(**places) for name, value in NEEDS[method, pattern].fields.items()}
        if "query" in fields:
            fields["query"] = query
        answer = borough.caller.ask(method, pattern.format(**places), fields)
        assert answer.status_code < 500
        text = plain_text(answer.text.replace(escape(query), ""))
        told = plain_text(" ".join([query if "query" in fields else "", *fields.values()]))
        seen = borough.seen([purpose] if in_a_case else borough.policy.purpose)
        texts = {mark.text for mark in seen}
        hidden = [m for m in MARKS if m.text not in texts and m.text in text and m.text not in told]
        assert not hidden, f"{method} {pattern} for {purpose.name} tells {hidden[0]}"


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(seed=st.integers(0, 10**6), at=st.integers(0, 3), marks=st.lists(st.sampled_from(TYPED), min_size=1, max_size=3))
def test_a_search_answers_as_though_what_is_hidden_were_not_there(borough, seed, at, marks):
    borough.begin(seed)
    purpose = borough.policy.purpose[at]
    seen, case = borough.seen([purpose]), borough.case(purpose.name)
    path = f"/cases/{case}/search"
    for mark in marks:
        answer = borough.caller.post(path, {"query": mark.typed})
        alike = [m for m in MARKS if (m.who, m.field) == (mark.who, mark.field) or m.text == mark.text]
        if seen.isdisjoint(alike):
            assert borough.ids[mark.who] not in answer.text, f"{mark} finds them"
        if mark not in seen and mark.field in EXACT:
            other = borough.caller.post(path, {"query": mark.other})
            assert answer.status_code == other.status_code
            assert _same(answer.text, mark.typed) == _same(other.text, mark.other), f"{mark} is told from another"


def _same(text, query):
    return _CHANGING.sub("", text.replace(escape(query), "").replace(escape(query.upper()), ""))
