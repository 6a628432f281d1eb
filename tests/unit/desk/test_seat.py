"""What a user sees and does about residents: only for a purpose of theirs, and never without a line of the audit."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from insighthub.accounts.users import set_resident
from insighthub.desk.refused import Refused
from insighthub.errors import DataError, RunError
from insighthub.governance.alerts import AlertKind, alerts
from insighthub.governance.audit_proof import Heads, verify
from insighthub.governance.audit_read import AuditFilter, page
from insighthub.residents.decisions import Record
from tests.desk_hub import ADA, BEN, CARA, DAN, EVE, GONE, OLD

CS, SAFE = "customer_services", "safeguarding"
NOBODY = "there is no resident with this id that may be seen for this purpose"


def lines(desk, **wanted):
    with desk.hub.state.read() as connection:
        return page(connection, AuditFilter(**wanted)).lines


def raised(desk):
    with desk.hub.state.read() as connection:
        return [(a.kind, a.who, a.subject) for a in reversed(alerts(connection))]


def officer(desk, users, purpose=CS, role="officer"):
    return desk.seat(users[role], purpose=purpose)


def test_a_search_and_a_picture_are_two_lines_of_the_audit(desk, users):
    seat = officer(desk, users)
    found = seat.find("stone")
    assert [one.resident_id for one in found] == [ADA, BEN]
    assert (found[0].label.name, found[0].label.date_of_birth, found[0].label.postcode) == (
        "ADA STONE", "1980-05-06", "IG21 8AA",
    )  # fmt: skip
    shown = seat.picture(ADA)
    assert {f.field for f in shown.picture.fields} >= {"given_name", "date_of_birth"}
    assert shown.picture.identifiers is None
    seen, searched = lines(desk)
    assert (seen.who, seen.action, seen.purpose, seen.subject, seen.outcome) == (
        "officer@council.example", "see_picture", CS, ADA, "allowed",
    )  # fmt: skip
    assert seen.roles == ("officer",)
    assert (searched.action, searched.subject, searched.detail) == ("find_residents", None, {"found": [ADA, BEN]})
    assert "stone" not in str((seen, searched)).casefold()
    with desk.hub.state.read() as connection:
        assert verify(connection, Heads(desk.hub.home).read()) is None


def test_nothing_is_seen_without_a_purpose_or_for_one_that_is_not_theirs(desk, users):
    for purpose, says in ((None, "none was chosen"), (SAFE, "none of your roles"), ("made_up", "no such purpose")):
        seat = officer(desk, users, purpose)
        with pytest.raises(Refused, match=says):
            seat.picture(ADA)
        with pytest.raises(Refused, match=says):
            seat.find("stone")
    assert {line.outcome for line in lines(desk)} == {"refused"}
    assert len(lines(desk)) == 6


@pytest.mark.parametrize("role", ["analyst", "leader", "administrator", "ig_lead"])
def test_who_has_no_business_with_residents_sees_none(desk, users, role):
    seat = officer(desk, users, CS, role)
    for do in (
        lambda: seat.find("stone"),
        lambda: seat.picture(ADA),
        lambda: seat.write_note(ADA, "a note"),
        lambda: seat.write_warning(ADA, "a warning", review_on=date(2026, 4, 1)),
        lambda: seat.same_person(Record("benefits", "benefits-ADA"), Record("benefits", "benefits-BEN"), note="x"),
        lambda: seat.propose_correction(
            ADA, Record("benefits", "benefits-ADA"), field="given_name", proposed="A", why="x"
        ),
        lambda: seat.break_glass(ADA, purpose=SAFE, reason="a child is at risk now"),
    ):
        with pytest.raises(Refused, match="none of your roles"):
            do()
    assert len(lines(desk, outcome="refused")) == 7


def told(do):
    with pytest.raises(Refused) as refusal:
        do()
    return (type(refusal.value), str(refusal.value), refusal.value.what, refusal.value.remedy, refusal.value.args)


def test_a_hidden_person_is_refused_word_for_word_as_one_who_does_not_exist(desk, users):
    officers, senior = officer(desk, users), officer(desk, users, role="senior_officer")
    record = Record("benefits", "benefits-ADA")
    for seat, do in (
        (officers, lambda s, who: s.picture(who)),
        (officers, lambda s, who: s.write_note(who, "a note")),
        (officers, lambda s, who: s.write_warning(who, "x", review_on=date(2026, 4, 1))),
        (officers, lambda s, who: s.propose_correction(who, record, field="sex", proposed="F", why="x")),
        (senior, lambda s, who: s.same_person(record, Record("benefits", f"benefits-{who}"), note="x")),
        (senior, lambda s, who: s.not_same_person([record], [Record("benefits", f"benefits-{who}")], note="x")),
    ):
        answers = {told(lambda do=do, seat=seat, who=who: do(seat, who)) for who in (CARA, "NEVER", GONE, EVE)}
        assert len(answers) == 1, answers
        assert NOBODY in answers.pop()[1]
    for who in (CARA, "NEVER", GONE):
        assert told(lambda who=who: desk.open_case(users["officer"], purpose=CS, resident_id=who))[2] == NOBODY
    assert [one.resident_id for one in officers.find("cara holm")] == []
    assert officer(desk, users, SAFE, "senior_officer").picture(CARA).picture.resident_id == CARA


def test_that_somebody_tried_a_hidden_person_is_kept_and_told_to_those_who_review(desk, users):
    with pytest.raises(Refused):
        officer(desk, users).picture(CARA)
    with pytest.raises(Refused):
        officer(desk, users).picture("NEVER")
    assert [line.subject for line in lines(desk, outcome="refused")] == [None, CARA]
    assert raised(desk) == [(AlertKind.HIDDEN, "officer@council.example", CARA)]


def test_an_old_id_leads_to_the_resident_and_the_audit_names_the_one_of_now(desk, users):
    shown = officer(desk, users).picture(OLD)
    assert (shown.picture.resident_id, shown.ids) == (ADA, (ADA, OLD))
    assert lines(desk)[0].subject == ADA


def test_a_note_and_a_warning_follow_the_resident_and_are_seen_for_their_purposes(desk, users, clock):
    senior = officer(desk, users, SAFE, "senior_officer")
    officer(desk, users).write_note(OLD, "prefers to be rung  \x00\x07")
    senior.write_note(ADA, "only for safeguarding")
    senior.write_warning(ADA, "two visit together", review_on=date(2026, 4, 1), purposes=[CS])
    shown = officer(desk, users).picture(ADA)
    assert [n.text for n in shown.notes] == ["prefers to be rung"]
    assert [(w.text, w.by, w.review_on) for w in shown.warnings] == [
        ("two visit together", "senior_officer@council.example", date(2026, 4, 1))
    ]
    assert [n.text for n in senior.picture(ADA).notes] == ["only for safeguarding"]
    assert "rung" not in str(lines(desk))
    clock.later(days=30)
    officer(desk, users).review_warning(shown.warnings[0].remark_id, review_on=date(2026, 6, 1))
    officer(desk, users).end_remark(shown.notes[0].remark_id)
    again = officer(desk, users).picture(ADA)
    assert (again.notes, again.warnings[0].review_on) == ((), date(2026, 6, 1))


def test_a_note_that_was_written_before_a_merge_is_seen_after_it(desk, users):
    from insighthub.desk.remarks import write_remark

    with desk.hub.state.write() as connection:
        write_remark(
            connection, "note", resident_id=OLD, text="before the merge", by="x", at=desk._gate.clock(),
            review_on=None, purposes=[CS],
        )  # fmt: skip
    assert [n.text for n in officer(desk, users).picture(ADA).notes] == ["before the merge"]


def test_a_remark_that_cannot_be_is_refused(desk, users):
    seat = officer(desk, users)
    for do in (
        lambda: seat.write_note(ADA, "  \n"),
        lambda: seat.write_note(ADA, "x" * 5000),
        lambda: seat.write_note(ADA, "x", purposes=["made_up"]),
        lambda: seat.write_warning(ADA, "x", review_on=date(2026, 3, 5)),
    ):
        with pytest.raises(RunError):
            do()
    assert lines(desk) == ()
    hidden = officer(desk, users, SAFE, "senior_officer").write_note(CARA, "x")
    for number in (hidden.remark_id, 99):
        with pytest.raises(Refused, match=NOBODY):
            seat.end_remark(number)


def test_decisions_are_kept_with_who_decided_and_undone(desk, users):
    senior = officer(desk, users, role="senior_officer")
    left, right = Record("benefits", "benefits-ADA"), Record("benefits", "benefits-BEN")
    senior.same_person(left, right, note="the same card")
    with pytest.raises(DataError, match="contradict"):
        senior.not_same_person([left], [right], note="no")
    (made,) = desk.hub.decisions()
    assert (made.by, made.note, made.in_force) == ("senior_officer@council.example", "the same card", True)
    senior.undo(made.decision_id, note="a mistake")
    assert not desk.hub.decisions()[0].in_force
    senior.undo(2, note="it was right")
    assert desk.hub.decisions()[0].in_force
    with pytest.raises(Refused, match=NOBODY):
        senior.undo(99, note="x")
    assert [line.detail.get("found") for line in lines(desk, outcome="allowed")] == [[ADA, BEN]] * 3
    with pytest.raises(Refused, match="none of your roles"):
        officer(desk, users).same_person(left, right, note="x")


def test_a_decision_on_a_record_that_the_purpose_may_not_use_is_refused(desk, users):
    senior = officer(desk, users, role="senior_officer")
    ours, locked = Record("libraries", "libraries-DAN"), Record("electoral_register", "electoral_register-EVE")
    with pytest.raises(Refused, match=NOBODY):
        senior.same_person(ours, locked, note="x")
    with pytest.raises(Refused, match=NOBODY):
        senior.same_person(ours, Record("benefits", "none"), note="x")


def test_a_correction_is_suggested_for_a_record_and_field_that_are_seen(desk, users):
    seat, record = officer(desk, users), Record("benefits", "benefits-ADA")
    seat.propose_correction(ADA, record, field="family_name", proposed="FLINT", why="she showed her passport")
    assert [(s.field, s.proposed) for s in seat.picture(ADA).suggestions] == [("family_name", "FLINT")]
    assert "FLINT" not in str(lines(desk))
    with pytest.raises(Refused, match="does not see this field"):
        seat.propose_correction(ADA, record, field="nino", proposed="QQ123457C", why="x")
    with pytest.raises(Refused, match=NOBODY):
        seat.propose_correction(BEN, record, field="sex", proposed="F", why="x")


def test_a_case_holds_its_purpose_and_belongs_to_who_opened_it(desk, users, clock):
    made = desk.open_case(users["officer"], purpose=CS, resident_id=OLD, reference=" CRM-12 ")
    assert (made.purpose, made.resident_id, made.reference) == (CS, ADA, "CRM-12")
    seat = desk.seat(users["officer"], case=made.case_id)
    seat.picture(ADA)
    assert lines(desk)[0].detail["case"] == made.case_id
    assert desk.cases(users["officer"]) == (made,)
    with pytest.raises(Refused, match="another purpose"):
        desk.seat(users["officer"], purpose=SAFE, case=made.case_id)
    with pytest.raises(Refused, match="no open case"):
        desk.seat(users["senior_officer"], case=made.case_id)
    with pytest.raises(Refused, match="none of your roles"):
        desk.open_case(users["officer"], purpose=SAFE)
    bare = desk.open_case(users["officer"], purpose=CS)
    desk.set_resident(users["officer"], bare.case_id, BEN)
    assert [c.resident_id for c in desk.cases(users["officer"])] == [BEN, ADA]
    desk.close_case(users["officer"], made.case_id)
    with pytest.raises(Refused, match="no open case"):
        desk.seat(users["officer"], case=made.case_id)
    assert len(desk.cases(users["officer"], closed=True)) == 2


def test_broken_glass_gives_one_resident_for_some_hours_and_tells_those_who_review(desk, users, clock):
    seat = officer(desk, users, SAFE)
    with pytest.raises(Refused):
        seat.picture(CARA)
    with pytest.raises(RunError, match="no reason"):
        seat.break_glass(CARA, purpose=SAFE, reason="why not")
    with pytest.raises(Refused, match="not given by breaking the glass"):
        seat.break_glass(CARA, purpose=CS, reason="a child is at risk now")
    glass = seat.break_glass(CARA, purpose=SAFE, reason="a child is at risk now")
    shown = seat.picture(CARA)
    assert (shown.picture.resident_id, shown.glass) == (CARA, glass)
    assert lines(desk)[0].detail["glass"] == glass.glass_id
    assert (AlertKind.BREAK_GLASS, "officer@council.example", CARA) in raised(desk)
    for refused_now in (lambda: seat.picture(BEN), lambda: seat.find("cara"),
                        lambda: officer(desk, users, SAFE, "analyst").picture(CARA)):  # fmt: skip
        with pytest.raises(Refused, match="none of your roles"):
            refused_now()
    clock.later(hours=3.9)
    seat.picture(CARA)
    clock.later(hours=0.1)
    with pytest.raises(Refused, match="none of your roles"):
        seat.picture(CARA)
    assert "risk" not in str(lines(desk))


def test_broken_glass_follows_a_merge_and_does_not_say_whether_there_is_such_a_resident(desk, users):
    seat = officer(desk, users, SAFE)
    seat.break_glass(OLD, purpose=SAFE, reason="a child is at risk now")
    assert seat.picture(ADA).glass.resident_id == OLD
    seat.break_glass("NEVER", purpose=SAFE, reason="a child is at risk now")
    with pytest.raises(Refused, match=NOBODY):
        seat.picture("NEVER")


def mine(desk, users, resident, role="officer"):
    """Have a user's account name whom they are."""
    with desk.hub.state.write() as connection:
        return set_resident(connection, users[role].user_id, resident)


@pytest.mark.parametrize(
    ("own", "looks_at", "kinds"),
    [
        (ADA, ADA, [AlertKind.ONESELF]),
        (OLD, ADA, [AlertKind.ONESELF]),
        (ADA, BEN, [AlertKind.NEIGHBOUR]),
        (None, ADA, []),
        (DAN, ADA, []),
    ],
)
def test_seeing_oneself_or_a_neighbour_raises_an_alert(desk, users, own, looks_at, kinds):
    user = mine(desk, users, own)
    desk.seat(user, purpose=CS).picture(looks_at)
    assert [kind for kind, _, _ in raised(desk)] == kinds


def test_seeing_a_colleague_raises_an_alert_by_whichever_id_their_account_names(desk, users):
    mine(desk, users, OLD, "analyst")
    officer(desk, users).picture(ADA)
    assert raised(desk) == [(AlertKind.COLLEAGUE, "officer@council.example", ADA)]


def test_unusually_many_residents_raise_one_alert_an_hour(desk, users, clock, monkeypatch):
    few = desk.hub.settings.alerts.model_copy(update={"residents_per_hour": 1})
    monkeypatch.setattr(desk.hub, "settings", desk.hub.settings.model_copy(update={"alerts": few}))
    seat = officer(desk, users)
    for who in (ADA, ADA, BEN, ADA, BEN):
        seat.picture(who)
    assert [kind for kind, _, _ in raised(desk)] == [AlertKind.VOLUME]
    clock.later(hours=2)
    seat.picture(ADA)
    assert len(raised(desk)) == 1
    seat.picture(BEN)
    assert len(raised(desk)) == 2


def test_work_out_of_hours_raises_one_alert(desk, users, clock):
    clock.later(hours=14)
    seat = officer(desk, users)
    seat.picture(ADA)
    seat.picture(BEN)
    assert [kind for kind, _, _ in raised(desk)] == [AlertKind.OUT_OF_HOURS]


def test_a_disabled_user_can_do_nothing_with_a_seat_that_they_hold(desk, users):
    seat = desk.seat(replace(users["officer"], active=False), purpose=CS)
    with pytest.raises(Refused):
        seat.picture(ADA)
    with pytest.raises(Refused):
        seat.find("stone")
    assert desk.purposes(seat.user) == ()
    assert desk.actions(seat.user) == frozenset()


def test_a_change_of_the_policy_holds_for_the_next_call(desk, users):
    seat, ig, admin = officer(desk, users), users["ig_lead"], users["administrator"]
    seat.picture(ADA)
    (first,) = desk.oversight(ig).policy_versions()
    text = first.text.replace('may = ["find_residents", "see_picture", "write_note"', 'may = ["write_note"')
    made = desk.oversight(admin).propose_policy(text)
    seat.picture(ADA)
    desk.oversight(ig).approve_policy(made.version)
    with pytest.raises(Refused, match="none of your roles"):
        seat.picture(ADA)


def test_a_source_whose_contract_has_no_gateway_is_closed(desk, users):
    contracts = desk.hub.home / "contracts"
    contracts.mkdir()
    entry = '[[source]]\nname = "libraries"\npath = "x.csv"\nrecord_id = "id"\n{}[source.person]\nfull_name = "n"\n'
    (contracts / "a.toml").write_text(entry.format('legal_gateway = "an Act"\n'), encoding="utf-8")
    seat = officer(desk, users)
    assert "libraries" in {s.source for s in seat.picture(ADA).picture.asked_sources}
    (contracts / "b.toml").write_text(entry.format("").replace("libraries", "benefits"), encoding="utf-8")
    assert {s.source for s in seat.picture(ADA).picture.asked_sources} & {"libraries", "benefits"} == {"libraries"}
    with pytest.raises(Refused, match=NOBODY):
        seat.picture(BEN)


def test_due_warnings_are_told_on_their_day(desk, users, clock):
    from insighthub.desk.remarks import due_warnings

    officer(desk, users).write_warning(ADA, "x", review_on=date(2026, 3, 9))
    with desk.hub.state.read() as connection:
        day = date(2026, 3, 8)
        assert due_warnings(connection, "officer@council.example", day) == ()
        assert len(due_warnings(connection, "officer@council.example", day + timedelta(days=1))) == 1
