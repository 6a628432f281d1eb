"""What is overseen: audit, alerts, policy and accounts, each by those who may, and itself in the audit."""

import pytest

from insighthub.desk.refused import Refused
from insighthub.errors import RunError
from insighthub.governance.actions import Action
from insighthub.governance.alerts import Finding
from insighthub.governance.audit_proof import Heads, verify
from insighthub.governance.audit_read import AuditFilter
from tests.desk_hub import ADA, BEN, CARA, OLD, ROLES

CS, SAFE = "customer_services", "safeguarding"


def look(desk, users, *who, role="officer"):
    for one in who:
        desk.seat(users[role], purpose=CS).picture(one)


def test_every_call_is_refused_to_every_role_that_may_not(desk, users):
    """Each call of oversight with each role: the policy's answer, and a refusal in the audit."""
    other = users["leader"].user_id
    calls = {
        Action.SEE_AUDIT: [lambda o: o.audit(), lambda o: o.who_saw(ADA), lambda o: o.verify()],
        Action.REVIEW_ALERTS: [lambda o: o.alerts(), lambda o: o.glasses(),
                               lambda o: o.review_alert(1, Finding.MISUSE, note="x")],
        Action.PROPOSE_POLICY: [lambda o: o.propose_policy("")],
        Action.APPROVE_POLICY: [lambda o: o.approve_policy(1), lambda o: o.refuse_policy(1, note="x")],
        Action.MANAGE_USERS: [
            lambda o: o.users(), lambda o: o.add_user(name="x", email="x@y.example", roles=[]),
            lambda o: o.set_roles(other, ["officer"]), lambda o: o.disable_user(other),
            lambda o: o.enable_user(other), lambda o: o.reset_user(other),
        ],
    }  # fmt: skip
    policy, refusals = desk.hub.policy(), 0
    for role in ROLES:
        for action, tries in calls.items():
            if policy.decide([role], action).allowed:
                continue
            for each in tries:
                with pytest.raises(Refused, match="none of your roles"):
                    each(desk.oversight(users[role]))
                refusals += 1
    found = desk.oversight(users["ig_lead"]).audit(AuditFilter(outcome="refused"))
    assert found.total == refusals > 50


def test_who_saw_a_resident_is_told_by_any_of_their_ids(desk, users):
    look(desk, users, OLD, BEN, ADA)
    desk.seat(users["officer"], purpose=CS).find("stone")
    ig = desk.oversight(users["ig_lead"])
    for asked in (ADA, OLD):
        assert [(line.action, line.who) for line in ig.who_saw(asked)] == [
            ("find_residents", "officer@council.example"),
            ("see_picture", "officer@council.example"),
            ("see_picture", "officer@council.example"),
        ]
    newest = ig.audit().lines[0]
    assert (newest.action, newest.who) == ("see_audit", "ig_lead@council.example")


def test_an_alert_is_reviewed_once_and_never_by_whom_it_is_about(desk, users):
    with pytest.raises(Refused):
        look(desk, users, CARA)
    ig = desk.oversight(users["ig_lead"])
    (one,) = ig.alerts()
    done = ig.review_alert(one.alert_id, Finding.FOLLOW_UP, note="asked her manager")
    assert (done.status, done.finding, done.reviewed_by) == ("reviewed", "follow_up", "ig_lead@council.example")
    assert ig.alerts() == ()
    assert ig.alerts(status=None) == (done,)
    with pytest.raises(RunError, match="reviewed already"):
        ig.review_alert(one.alert_id, Finding.MISUSE, note="x")
    with pytest.raises(RunError, match="no alert 99"):
        ig.review_alert(99, Finding.MISUSE, note="x")
    roles = ["ig_lead", "senior_officer"]
    both = desk.oversight(users["administrator"]).set_roles(users["ig_lead"].user_id, roles)
    seat = desk.seat(both, purpose=SAFE)
    seat.break_glass(CARA, purpose=SAFE, reason="a child is at risk now")
    own = desk.oversight(both)
    (glass,) = [a for a in own.alerts() if a.kind == "break_glass"]
    with pytest.raises(RunError, match="about themselves"):
        own.review_alert(glass.alert_id, Finding.NOTHING_WRONG, note="x")
    assert own.glasses()[0].reason == "a child is at risk now"


def test_two_people_change_the_policy(desk, users):
    admin, ig = desk.oversight(users["administrator"]), desk.oversight(users["ig_lead"])
    text = admin.policy_versions()[0].text.replace('title = "Leader"', 'title = "Director"')
    made = admin.propose_policy(text)
    with pytest.raises(RunError, match="takes two people"):
        admin.approve_policy(made.version)
    assert {r.title for r in desk.hub.policy().role if r.name == "leader"} == {"Leader"}
    ig.approve_policy(made.version, note="agreed")
    assert {r.title for r in desk.hub.policy().role if r.name == "leader"} == {"Director"}
    back = admin.propose_policy(text.replace("Director", "Chief"))
    admin.refuse_policy(back.version, note="taken back")
    with pytest.raises(RunError, match="refused already"):
        ig.approve_policy(back.version)


def test_a_file_that_was_changed_is_a_proposal_when_the_hub_is_opened_again(desk, users):
    from insighthub.hub import Hub

    file = desk.hub.home / "policy.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('title = "Leader"', 'title = "Boss"'), encoding="utf-8")
    with Hub(desk.hub.home) as again:
        assert {r.title for r in again.policy().role if r.name == "leader"} == {"Leader"}
    ig = desk.oversight(users["ig_lead"])
    newest = ig.policy_versions()[0]
    assert (newest.status, newest.proposed_by) == ("proposed", "the file policy.toml")
    ig.approve_policy(newest.version)
    assert {r.title for r in desk.hub.policy().role if r.name == "leader"} == {"Boss"}


def test_an_administrator_manages_others_and_never_themselves(desk, users):
    admin = desk.oversight(users["administrator"])
    made, once = admin.add_user(name="Jo Lane", email="jo@council.example", roles=["officer"])
    done = desk.front_door.sign_in("jo@council.example", once)
    assert done.user.user_id == made.user_id
    assert desk.front_door.session(done.token).user.email == "jo@council.example"
    admin.disable_user(made.user_id)
    assert desk.front_door.session(done.token) is None
    again = admin.reset_user(made.user_id)
    assert again != once
    assert desk.front_door.sign_in("jo@council.example", again).token is None
    admin.enable_user(made.user_id)
    assert desk.front_door.sign_in("jo@council.example", again).token is not None
    own = users["administrator"].user_id
    for each in (lambda: admin.set_roles(own, list(ROLES)), lambda: admin.disable_user(own),
                 lambda: admin.reset_user(own)):  # fmt: skip
        with pytest.raises(Refused, match="their own account"):
            each()
    assert len(admin.users()) == 7
    audited = str(desk.oversight(users["ig_lead"]).audit().lines)
    assert once not in audited
    assert again not in audited


def test_the_front_door_signs_out_changes_passwords_and_sets_up_a_code(desk, users, clock):
    import pyotp

    door = desk.front_door
    _, once = desk.oversight(users["administrator"]).add_user(name="Jo", email="jo@council.example", roles=[])
    first = door.sign_in("jo@council.example", once)
    assert door.needs(door.session(first.token)) == "new_password"
    token = door.change_password(first.user, once, "brown kettle on friday")
    assert door.session(first.token) is None
    address = door.begin_second_factor(first.user)
    seconds = int((clock.now - clock.now.replace(year=1970, month=1, day=1, hour=0, minute=0)).total_seconds())
    app = pyotp.parse_uri(address)
    codes = door.confirm_second_factor(first.user, app.at(seconds))
    assert door.recovery_codes_left(first.user) == len(codes) == 10
    assert door.needs(door.session(token)) == "nothing"
    clock.later(minutes=10)
    assert door.session(token) is not None
    clock.later(minutes=25)
    assert door.session(token) is not None  # that it was in use was noted
    door.sign_out(token)
    assert door.session(token) is None
    assert door.session(None) is None
    actions = [line.action for line in desk.oversight(users["ig_lead"]).audit().lines[1:]]  # after its own
    assert actions == ["sign_out", "second_factor", "change_password", "sign_in", "manage_users"]


def test_the_audit_of_all_that_was_done_is_whole(desk, users):
    look(desk, users, ADA, BEN)
    assert desk.oversight(users["ig_lead"]).verify() is None
    with desk.hub.state.read() as connection:
        assert verify(connection, Heads(desk.hub.home).read()) is None
    assert Heads(desk.hub.home).read()


def test_what_is_asked_for_a_page_is_what_the_policy_says(desk, users):
    assert Action.SEE_PICTURE in desk.actions(users["officer"])
    assert [p.name for p in desk.purposes(users["senior_officer"])] == [CS, SAFE]
    assert [p.name for p in desk.glass_purposes()] == [SAFE]
    desk.note(users["analyst"], Action.SEE_RUNS, detail={"run": "r000001"})
    with pytest.raises(Refused):
        desk.note(users["leader"], Action.SEE_RUNS)
    desk.require(users["leader"], Action.SEE_LEADERS)
    found = desk.oversight(users["ig_lead"]).audit().lines
    assert [(line.action, line.outcome) for line in found] == [
        ("see_audit", "allowed"), ("see_runs", "refused"), ("see_runs", "allowed"),
    ]  # fmt: skip
