"""Logging failures: personal data in the log, refusals that nobody hears of, and looks that raise no alert."""

import json

from insighthub.desk.desk import Desk
from insighthub.governance.audit_read import AuditFilter
from tests.security.attempts import attempt
from tests.security.marked import HIDDEN, MARKS, PLAIN, plain_text
from tests.security.test_owasp_a01_access import case_of


@attempt("A09", "Find a name, a number or an id of a resident in the log, after searches and pictures", "there is none")
def test_personal_data_in_the_log(remote, callers, marked, server):
    senior = remote("senior_officer")
    number = case_of(callers, senior, "safeguarding")
    assert "Velkazim" in senior.post(f"/cases/{number}/search", {"query": "velkazim qorvextal 17/11/1951"}).text
    here = f"/cases/{number}/residents/{marked[1][PLAIN]}"
    assert senior.get(f"{here}?done=Velkazim").status_code == 200
    senior.post(f"{here}/note", {"text": "Velkazim is ill"})
    senior.get(f"/cases/{number}/residents/Velkazim%20Qorvextal")
    senior.get("/cases?q=Qorvextal")
    lines = [line for line in server.lines if line.startswith("{")]
    assert any(json.loads(line)["route"] == "/cases/{number}/residents/{resident_id}" for line in lines)
    told = plain_text("".join(lines))
    assert not [mark for mark in MARKS if mark.typed and mark.text in told]
    assert not [who for who, one in marked[1].items() if one.lower() in told]
    assert senior.user.email not in told


@attempt("A09", "Be refused without a trace", "each refusal is a line of the audit, with who, what and why")
def test_refusals_in_the_audit(remote, callers, marked):
    officer = remote("officer")
    number = case_of(callers, officer)
    asked = [
        officer.get(f"/cases/{number}/residents/{marked[1][HIDDEN]}"),
        officer.get("/borough"),
        officer.get("/figures"),
        officer.get("/cases/999999"),
        officer.get(f"/cases/{number}/residents/{marked[1][PLAIN]}/same-person"),
    ]
    assert {answer.status_code for answer in asked} == {403}
    lead = Desk(callers.hub).oversight(callers.caller("ig_lead").user)
    page = lead.audit(AuditFilter(who=officer.user.email, outcome="refused"), limit=50)
    assert len(page.lines) == len(asked)
    assert all(line.detail["reason"] for line in page.lines)


@attempt("A09", "Look at a hidden resident, or break the glass, and nobody hears of it", "an alert waits for the lead")
def test_alerts(remote, callers, marked):
    senior, officer = remote("senior_officer"), remote("officer")
    number = case_of(callers, senior, "safeguarding")
    assert senior.get(f"/cases/{number}/residents/{marked[1][HIDDEN]}").status_code == 200
    fields = {"resident": marked[1][PLAIN], "purpose": "safeguarding", "reason": "A child is missing"}
    assert officer.post("/break-glass", fields).status_code == 303
    alerts = Desk(callers.hub).oversight(callers.caller("ig_lead").user).alerts()
    assert any(one.who == senior.user.email for one in alerts)
    assert any(one.who == officer.user.email for one in alerts)


@attempt("A09", "Have what was typed into a search kept in the audit", "only the ids that were found are")
def test_queries_in_the_audit(remote, callers, marked):
    senior = remote("senior_officer")
    senior.post(f"/cases/{case_of(callers, senior, 'safeguarding')}/search", {"query": "velkazim qorvextal"})
    held = b"".join(file.read_bytes() for file in marked[0].glob("state.db*"))
    for word in (b"velkazim", b"Velkazim Qorvextal", b"qorvextal"):
        assert word not in held.replace(b"Velkazim is ill", b"")
