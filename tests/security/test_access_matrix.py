"""Every role x purpose x route x field: what the app answers is what the policy says, for each of thousands of cases.

For the policy that every hub begins with, and for odd ones, somebody of each role asks for each route, for each
purpose, about residents of each kind: cases are put into the state past the desk, so that forbidden ones are asked for
too. The answer must be allowed exactly where ``Policy.decide`` says, and of what is marked in the
borough's data it must hold nothing that the purpose does not see; a full picture holds exactly what it sees.
"""

import random
from collections import Counter
from datetime import date
from types import SimpleNamespace

import pytest
from sqlalchemy import delete, insert

from insighthub.api.routes import ROUTERS
from insighthub.desk import cases
from insighthub.desk.project_keys import ProjectKeys
from insighthub.desk.project_tables import going_back, project
from insighthub.desk.remarks import NOTE, write_remark
from insighthub.errors import InsightHubError
from insighthub.governance.actions import Action
from insighthub.governance.fields import Field
from insighthub.governance.policy import default_policy_text, read_policy
from insighthub.governance.tables import broken_glass
from insighthub.measures.publish import declared_measure, measure_sources
from insighthub.residents import decisions
from insighthub.residents.decisions import Record
from insighthub.web.screens import SCREENS
from tests.examples import TIMES
from tests.security.callers import _now
from tests.security.marked import DEAD, HIDDEN, LOCKED, MARKS, MATE, PLAIN, may_appear, plain_text
from tests.security.needs import ANY_PURPOSE, CASE, GIVEN, GLASS, MEASURE, NEEDS, NO_PURPOSE, PROJECT
from tests.security.needs_by_action import needed
from tests.security.policies import odd_policy

ROUTES = {
    (method, route.path)
    for router in [*(s.router for s in SCREENS), *ROUTERS]
    for route in router.routes
    for method in route.methods - {"HEAD"}
}
POLICIES = {
    "default": default_policy_text(),
    "odd": odd_policy(random.Random(1)),
    **({"odder": odd_policy(random.Random(7), purposes=3, roles=4)} if TIMES > 1 else {}),
}
ROLES = [(name, role.name) for name, text in POLICIES.items() for role in read_policy(text).role]
#: Asked for about each of these; of an id that was never issued, too.
RESIDENTS = (PLAIN, HIDDEN, LOCKED, "nobody", DEAD)
MEASURE_NAME = "residents_known_to_three_or_more_services"
#: Fields that stand on no page by themselves: a title before the name, and links, which are told in lines of their own.
ON_NO_PAGE = {Field.TITLE, Field.LINKS, Field.HOUSEHOLD}
NO_SUCH_ID = "R2345678901"


def test_every_route_says_what_it_needs():
    assert set(NEEDS) - ROUTES == set(), "tests/security/needs.py has routes that there are not"
    left = [route for route in ROUTES - set(NEEDS) if needed(route[1]) is None]
    assert left == [], "tests/security/needs.py and needs_by_action.py do not say what these routes need"


def test_every_field_of_a_person_is_marked():
    assert {mark.field for mark in MARKS} - {"records"} == set(map(str, set(Field) - ON_NO_PAGE))


def test_thousands_of_cases_are_asked_for():
    asked = sum(len(list(_asked(read_policy(POLICIES[name])))) for name, _ in ROLES)
    assert asked > 3_000
    assert asked * len(MARKS) > 100_000


@pytest.fixture(scope="module")
def borough(callers, marked):
    """Return what expectations are made from: the borough's own data, read past the hub."""
    ids = {**marked[1], "nobody": NO_SUCH_ID}
    with callers.hub.release() as db:
        records = {
            who: db.execute(
                "SELECT source, record_id, person FROM membership WHERE resident_id = ? ORDER BY ALL", [one]
            ).fetchall()
            for who, one in ids.items()
        }
    analyst = callers.caller("analyst")
    safes = dict.fromkeys(("people", "project", "setting", "data", "outputs"), "Answered")
    asked = [callers.app.state.site.desk.figures(analyst.user).ask(MEASURE_NAME, safes).request_id for _ in "12"]
    lead = callers.caller("ig_lead")
    callers.app.state.site.desk.figures(lead.user).decide(asked[1], release=True, note="Fine")
    with callers.hub.release() as db:
        measured = {one.source for one in measure_sources(db, declared_measure(db, MEASURE_NAME))}
    return SimpleNamespace(
        ids=ids, records=records, special=callers.special(), measured=measured, waiting=asked[0], released=asked[1]
    )


@pytest.fixture(scope="module")
def policies(callers, borough):
    """Return what puts a policy in force; the first one holds again at the end, for tests that come after."""
    yield lambda name: callers.under(POLICIES[name])
    callers.under(POLICIES["odd"])
    callers.under(POLICIES["default"])


@pytest.mark.parametrize(("name", "role"), ROLES, ids=[" ".join(one) for one in ROLES])
def test_an_answer_is_what_the_policy_says(name, role, callers, borough, policies):
    policy, wrong, seen = policies(name), [], Counter()
    caller = callers.caller(role)
    for route, purpose, who in _asked(policy):
        asking = _Asking(callers, borough, policy, role, caller, route, purpose, who)
        answer = asking.ask()
        need, allowed = NEEDS[route], asking.is_allowed()
        said_no = answer.status_code in need.denied
        case = f"{' '.join(route)} for {purpose} about {who}"
        if answer.status_code >= 500 or said_no == allowed:
            wrong.append(f"{case}: {answer.status_code}, and the policy says {'yes' if allowed else 'no'}")
        seen[allowed] += 1
        wrong += [f"{case}: {mark} is {what}" for mark, what in asking.wrong_marks(answer, allowed=allowed)]
    assert not wrong, "\n".join(wrong)
    assert min(seen[True], seen[False]) > 0


def _asked(policy):
    """Return every route, with every purpose that it may be for, and every kind of resident that it may be about."""
    for route, need in NEEDS.items():
        if need.public:
            continue
        in_a_case = "{number}" in route[1] and route[1].startswith("/cases")
        purposes = [p.name for p in policy.purpose] if in_a_case or need.purpose in (GIVEN, GLASS, PROJECT) else [None]
        if need.purpose == GLASS:
            purposes = [p.name for p in policy.purpose if p.break_glass]
        for purpose in purposes:
            about = RESIDENTS if route[0] == "GET" else RESIDENTS[:-1]
            for who in about if need.person else (None,):
                if need.setup in ("remark", "decision") and who == "nobody":
                    continue  # there is nothing written of somebody who does not exist
                yield route, purpose, who


class _Asking:
    """One case of the matrix."""

    def __init__(self, callers, borough, policy, role, caller, route, purpose, who):
        self.callers, self.borough, self.policy, self.role, self.caller = callers, borough, policy, role, caller
        self.route, self.purpose, self.who, self.need = route, purpose, who, NEEDS[route]
        self._case = self._remark = self._decision = self._project = self._going_back = None

    def ask(self):
        method, pattern = self.route
        self._set_up()
        places = {
            "number": self._case
            or self._project
            or (self.borough.released if "csv" in pattern else self.borough.waiting),
            "resident_id": self.borough.ids.get(self.who),
            "resident": self.borough.ids.get(self.who),
            "mate": self.borough.ids[MATE],
            "purpose": self.purpose,
            "name": MEASURE_NAME,
            "at": 0,
            "asked": self._going_back,
            "remark": self._remark,
            "decision": self._decision,
        }
        fields = {name: value.format(**places) for name, value in self.need.fields.items()}
        answer = self.caller.ask(method, pattern.format(**places), fields)
        if self.need.purpose == GLASS:  # what it gave must not stand in the way of the next case
            with self.callers.hub.state.write() as connection:
                connection.execute(delete(broken_glass))
        return answer

    def is_allowed(self):
        """Say what the policy says, without asking the hub."""
        need, hidden = self.need, self.who == HIDDEN
        if need.purpose == MEASURE:
            uses = all(
                self.policy.decide(
                    [self.role], Action.SEE_LEADERS, "policy", s, special=s in self.borough.special
                ).allowed
                for s in self.borough.measured
            )
            return self._may(Action.SEE_LEADERS, "policy") and uses
        if need.never:
            return False
        if need.purpose == ANY_PURPOSE:
            return any(bool(self._purposes(action)) or self._may(action) for action in need.either)
        if need.purpose == PROJECT and need.either:
            return self._may(Action.USE_PSEUDONYMS, self.purpose) or bool(self._purposes(Action.REIDENTIFY))
        if need.purpose == GLASS:
            looks = self._may(Action.SEE_PICTURE, self.purpose, hidden=hidden, broken=self.purpose)
            return self._may(Action.BREAK_GLASS) and looks and bool(self._known())
        purpose = None if need.purpose == NO_PURPOSE else self.purpose
        allowed = all(self._may(action, purpose, field=need.sees, hidden=hidden) for action in need.actions)
        if need.either:
            allowed = allowed and any(self._may(action, purpose) for action in need.either)
        if need.person:
            allowed = allowed and bool(self._known())
        if need.setup == "decision":  # both records that it is of must be seen
            allowed = allowed and all(self._uses(source) for source, _, _ in self._pair())
        return allowed

    def wrong_marks(self, answer, *, allowed):
        """Return the marks that stand in an answer and must not, or must and do not."""
        text = plain_text(answer.text)
        purposes = [p for p in self.policy.purpose if self.purpose in (None, p.name)]
        purposes = [
            p for p in purposes if any(self._may(a, p.name) for a in (Action.SEE_PICTURE, Action.FIND_RESIDENTS))
        ]
        typed = plain_text(" ".join(self.need.fields.values()))
        exact = allowed and self.route == ("GET", "/cases/{number}/residents/{resident_id}")
        allowed_marks = [
            mark for mark in MARKS if any(may_appear(mark, self.policy, p, self.borough.special) for p in purposes)
        ]
        allowed_texts = {mark.text for mark in allowed_marks}  # a heading is of whoever has something under it
        for mark in MARKS:
            may = mark in allowed_marks
            there = mark.text in text and mark.text not in typed
            if there and mark.text not in allowed_texts:
                yield mark, "there"
            if exact and mark.who == self.who and there != may:
                yield mark, "there" if there else "not there"
            if exact and mark.who == MATE and mark.field == Field.GIVEN_NAME and self.who == PLAIN:
                lives = may and all(purposes[0].sees(f) for f in (Field.HOUSEHOLD, Field.GIVEN_NAME, Field.FAMILY_NAME))
                if there != lives:
                    yield mark, "there in the household" if there else "not there in the household"

    def _may(self, action, purpose=None, **more):
        return self.policy.decide([self.role], action, purpose, **more).allowed

    def _purposes(self, action):
        return () if action == Action.BREAK_GLASS else self.policy.purposes_of([self.role], action)

    def _uses(self, source):
        purpose = next(p for p in self.policy.purpose if p.name == self.purpose)
        return self.policy.may_use(purpose, source, special=source in self.borough.special)

    def _known(self):
        return [record for record in self.borough.records[self.who] if self._uses(record[0])]

    def _pair(self):
        """Return the records that a decision is of: the resident's first two, or theirs and their mate's."""
        return [*self.borough.records[self.who], *self.borough.records[MATE]][:2]

    def _set_up(self):
        state, user, about = self.callers.hub.state, self.caller.user, self.borough.ids.get(self.who)
        with state.write() as connection:
            if self.purpose is not None and self.route[1].startswith("/cases/{number}"):
                opened = cases.open_case(
                    connection, user_id=user.user_id, purpose=self.purpose, resident_id=None, reference=None, at=_now()
                )
                self._case = opened.case_id
            if self.need.setup == "remark":
                self._remark = write_remark(
                    connection,
                    NOTE,
                    resident_id=about,
                    text="A note",
                    by="somebody@council.example",
                    at=_now(),
                    review_on=None,
                    purposes=[self.purpose],
                ).remark_id
        if self.need.purpose == PROJECT:
            self._begin_project()
        if self.need.setup == "decision":
            self._decision = self._decide()

    def _begin_project(self):
        """Put a project for the purpose into the state, with a request that somebody else has made."""
        keys = ProjectKeys(self.callers.hub.home)
        about = {"title": "A project", "question": "Who?", "purpose": self.purpose, "coarse": "year"}
        made = {"key_name": keys.make(), "made_by": "somebody", "made_at": _now(), "ends_on": date(2090, 1, 1)}
        asked = {"pseudonym": "PABCDEFGH", "purpose": self.purpose, "why": "A test", "asked_by": "somebody"}
        with self.callers.hub.state.write() as connection:
            statement = insert(project).values(**about, **made).returning(project.c.project_id)
            self._project = connection.execute(statement).scalar_one()
            values = {**asked, "project_id": self._project, "asked_at": _now(), "status": "waiting"}
            statement = insert(going_back).values(**values).returning(going_back.c.request_id)
            self._going_back = connection.execute(statement).scalar_one()

    def _decide(self):
        pair = [Record(*one) for one in self._pair()]
        try:
            with self.callers.hub.state.write() as connection:
                decisions.not_one_person(
                    connection, pair[:1], pair[1:], by="somebody@council.example", note="Two people"
                )
        except InsightHubError:
            pass  # it is decided already
        held = [d for d in self.callers.hub.decisions() if d.in_force and d.undoes is None]
        return next(d.decision_id for d in reversed(held) if {d.left, d.right} == set(pair))


def test_the_table_of_needs_names_purposes_that_a_case_has():
    for (_, path), need in NEEDS.items():
        assert (need.purpose == CASE) == (path.startswith("/cases/{number}/") and not path.endswith("/close"))
