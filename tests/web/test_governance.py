"""What pages of governance do: each form's outcome, who is refused, and that it all is in the audit."""

import json

import pytest

from insighthub.accounts.users import find_user
from insighthub.desk.remarks import every_remark, suggestions
from insighthub.governance.audit_read import AuditFilter, page
from insighthub.governance.policy_versions import versions
from insighthub.hub import Hub
from insighthub.web.app import create_app
from tests.web.client import Browser
from tests.web.lines import Lines

LONGEST = 240  # seconds that a run may take here
PLACES = (
    "/governance/audit",
    "/governance/audit/proof",
    "/governance/audit/lines.csv",
    "/governance/audit/residents/{resident}",
    "/governance/audit/residents/{resident}/told.csv",
    "/governance/alerts",
    "/governance/alerts/{alert}",
    "/governance/alerts/glasses",
    "/governance/alerts/glasses/{glass}",
    "/governance/policy",
    "/governance/policy/purposes/customer_services",
    "/governance/policy/roles/officer",
    "/governance/policy/text",
    "/governance/policy/versions/1",
    "/governance/requests",
    "/governance/requests/find",
    "/governance/requests/new/{resident}",
    "/governance/requests/{access}",
    "/governance/requests/{access}/identity",
    "/governance/requests/{access}/extend",
    "/governance/requests/{access}/move",
    "/governance/requests/{access}/export",
    "/governance/requests/{access}/export/progress",
    "/governance/requests/{access}/export/read",
    "/governance/requests/{access}/export/answer.json",
    "/governance/requests/{rectify}/rectify",
    "/governance/requests/{restrict}/restrict",
    "/governance/requests/{object}/object",
    "/governance/requests/{restricted}/flags/{flag}/lift",
    "/governance/requests/{erase}/erase",
    "/governance/requests/{erase}/erase/progress",
    "/governance/requests/{erase}/proof",
    "/governance/retention",
    "/governance/retention/progress",
    "/governance/retention/rehearsal",
    "/governance/retention/reports/{report}",
    "/governance/papers",
    "/governance/papers/privacy-notice",
    "/governance/papers/privacy-notice/paper.md",
    "/governance/papers/privacy-notice/table-1.csv",
)


class Place:
    """A borough's hub of one's own, which a test may change."""

    def __init__(self, borough, home):
        self.borough, self.home = borough, home
        self.app = create_app(home, log=Lines())
        self.places = borough.places

    def as_(self, persona):
        return Browser(self.app, self.borough.tokens[persona], names=self.borough.names)

    def audit(self, **wanted):
        with Hub(self.home) as hub, hub.state.read() as connection:
            return page(connection, AuditFilter(**wanted), limit=500).lines

    def waited(self):
        assert self.app.state.site.desk.long_work.wait(LONGEST)


@pytest.fixture(scope="module")
def place(borough, tmp_path_factory, states):
    home = tmp_path_factory.mktemp("governance") / "hub"
    states.copy_hub(borough.home, home)
    made = Place(borough, home)
    yield made
    made.app.state.site.hub.close()


@pytest.mark.parametrize("path", PLACES)
def test_who_has_not_the_role_is_refused_and_that_is_in_the_audit(place, path):
    path = path.format(**place.places)
    before = len(place.audit(outcome="refused", who="officer@council.example"))
    place.as_("officer").get(path, status=403)
    assert len(place.audit(outcome="refused", who="officer@council.example")) == before + 1


@pytest.mark.parametrize(
    "path",
    [
        "/governance/audit/residents",
        "/governance/alerts/{alert}",
        "/governance/policy/purposes/customer_services",
        "/governance/policy/roles/officer",
        "/governance/policy/text",
        "/governance/policy/versions/{proposal}",
        "/governance/requests/find",
        "/governance/requests/new/{resident}",
        "/governance/requests/{access}/identity",
        "/governance/requests/{access}/extend",
        "/governance/requests/{access}/move",
        "/governance/requests/{access}/export",
        "/governance/requests/{access}/export/read",
        "/governance/requests/{rectify}/rectify",
        "/governance/requests/{restrict}/restrict",
        "/governance/requests/{object}/object",
        "/governance/requests/{restricted}/flags/{flag}/lift",
        "/governance/requests/{erase}/erase",
        "/governance/retention/rehearsal",
        "/governance/retention/reports/{report}",
    ],
)
def test_what_changes_something_is_refused_whatever_is_sent(place, path):
    path = path.format(**place.places)
    filled = {
        "finding": "misuse", "note": "x", "title": "x", "basis": "x", "sources": "*", "fields": "*", "policy": "",
        "decision": "approve", "query": "smith", "purpose": "subject_access", "how": "x", "status": "granted",
        "hide": "x", "why": "x", "field": "sex", "value": "F", "purposes": "policy", "sure": "yes", "looked": "yes",
        "typed": f"erase {place.places['erase']}", "kind": "access", "requester": "x", "day": "1", "month": "1",
        "year": "2026", "resident": "R7K2M9QX4TF",
    }  # fmt: skip
    browser = place.as_("officer")
    browser.get("/")
    filled["csrf_token"] = next(e.get("value") for e in browser.tree().iter("input") if e.get("name") == "csrf_token")
    assert browser.client.post(path, data=filled).status_code == 403


def test_the_audit_is_filtered_and_taken_out(place):
    browser = place.as_("ig")
    browser.get("/governance/audit?action=break_glass")
    assert "Break the glass" in browser.text()
    assert "2 lines fit" in browser.text()
    text = browser.get("/governance/audit/lines.csv?action=break_glass").text
    assert text.count("\n") == 3
    browser.get("/governance/audit?action=break_glass&to=1%201%202020")
    assert "No line fits" in browser.text()
    assert place.audit(action="see_audit")[0].who == "ig@council.example"


def test_whether_the_audit_is_whole_is_said(place):
    browser = place.as_("ig")
    browser.get("/governance/audit/proof")
    assert "Yes. Every line from 1 to" in browser.text()


def test_who_looked_at_a_resident_is_told_to_them_by_role_and_never_by_name(place):
    browser = place.as_("ig")
    browser.get("/governance/audit")
    resident = place.places["resident"]
    browser.follow(browser.send("/governance/audit/residents", {"resident": resident.lower()}))
    assert "Saw what is held of you" in browser.text()
    told = browser.get(f"/governance/audit/residents/{resident}/told.csv").text
    assert "Officer,Safeguarding enquiry or assessment,saw what is held of you" in told
    assert "@" not in told


def test_an_alert_is_reviewed_with_a_finding_and_a_note(place):
    browser = place.as_("ig")
    where = f"/governance/alerts/{place.places['alert']}"
    browser.get(where)
    browser.follow(browser.send(where, {"finding": "follow_up", "note": "Asked their manager"}))
    assert "Your review is kept" in browser.text()
    browser.get(where)
    assert "To be followed up" in browser.text()
    assert "Reviewed by ig@council.example" in browser.text()


def test_what_was_seen_by_breaking_the_glass_is_shown_with_the_reason(place):
    browser = place.as_("ig")
    browser.get(f"/governance/alerts/glasses/{place.places['glass']}")
    assert "A child is alone at home" in browser.text()
    assert "See what is held of a resident" in browser.text()


def test_a_change_of_the_policy_takes_two_people(place):
    one, other = place.as_("ig"), place.as_("second_ig")
    where = "/governance/policy/roles/officer"
    one.get(where)
    answer = one.send(where, {"title": "Front-line officer"})
    one.follow(answer)
    assert "The change is proposed" in one.text()
    number = max(v.version for v in _versions(place))
    version = f"/governance/policy/versions/{number}"
    one.get(version)
    assert "You proposed this, so somebody else decides about it" in one.text()
    other.get(version)
    assert "What it is called: was Officer, will be Front-line officer" in other.text()
    other.follow(other.send(version, {"decision": "approve"}))
    assert "The change holds from now on" in other.text()
    assert place.app.state.site.desk.hub.policy().role[0].title == "Front-line officer"
    one.get(version)
    assert "Holds now" in one.text()


def test_a_form_changes_what_was_chosen_and_nothing_else(place):
    one = place.as_("ig")
    where = "/governance/policy/purposes/customer_services"
    one.get(where)
    # Sent as it stands: nothing was changed, so there is nothing to propose.
    boxes = _checked(one)
    one.get(where)
    answer = one.client.post(where, data={**boxes, "csrf_token": _token(one)})
    assert answer.status_code == 422
    assert "this is the policy that holds already" in answer.text.lower()
    boxes["sources"] = [source for source in boxes["sources"] if source != "libraries"]
    assert one.client.post(where, data={**boxes, "csrf_token": _token(one)}).status_code == 303
    newest = _versions(place)[0]
    one.get(f"/governance/policy/versions/{newest.version}")
    assert "Source that it may use: libraries" in one.text()
    assert one.text().count("Taken away") == 1
    assert "Changed" not in one.text()
    assert "# Who may do what, and what for." in newest.text, "the comments of the text are kept"


def test_a_request_for_access_is_answered_and_what_names_others_waits_for_a_person(place):
    browser = place.as_("ig")
    resident = place.places["resident"]
    browser.get(f"/governance/requests/new/{resident}")
    answer = browser.send(
        f"/governance/requests/new/{resident}",
        {"kind": "access", "requester": "The resident", "day": "1", "month": "3", "year": "2026"},
    )
    where = answer.headers["location"].partition("?")[0]
    number = where.rpartition("/")[2]
    browser.get(where)
    assert "Overdue by" in browser.text()
    browser.get(f"{where}/export")
    browser.send(f"{where}/export", status=409)  # nobody knows yet who asks
    browser.get(f"{where}/identity")
    browser.follow(browser.send(f"{where}/identity", {"how": "A passport at the desk"}))
    browser.get(f"{where}/export")
    browser.follow(browser.send(f"{where}/export"))
    place.waited()
    browser.get(f"{where}/export")
    assert "to be read by you before this goes out" in browser.text()
    told = json.loads(browser.get(f"{where}/export/answer.json").text)
    assert {each["says"] for each in told["written"]} == {"[to be read by an officer before it is told]"}
    assert any(
        each["who"].lower().endswith("officer") and each["what"] == "saw what is held of you" for each in told["looked"]
    )
    assert "@council.example" not in json.dumps(told["looked"])
    browser.get(f"{where}/export/read")
    assert "Prefers letters to calls." in browser.text()
    note, warning = f"note {place.places['remark']}", f"warning {place.places['remark'] + 1}"
    answer = browser.client.post(
        f"{where}/export/read",
        data={"tell": [note], "hide": [warning], "why": "The warning would do harm", "csrf_token": _token(browser)},
    )
    assert answer.status_code == 303
    place.waited()
    told = json.loads(browser.get(f"{where}/export/answer.json").text)
    says = {each["what"]: each["says"] for each in told["written"]}
    assert (says["note"], says["warning"]) == ("Prefers letters to calls.", "[about another person]")
    assert says["suggested correction"].startswith("[to be read")
    assert browser.get(f"{where}/export/answer.pdf").content.startswith(b"%PDF")
    assert "Prefers letters" in browser.client.get(f"{where}/export/answer.html").text
    done = [one.detail for one in place.audit(action="subject_requests") if one.detail.get("request") == int(number)]
    assert {"identity", "export", "read", "redactions", "download"} <= {one.get("step") for one in done}


def test_a_request_is_extended_once_and_refused_with_a_reason(place):
    browser = place.as_("ig")
    where = f"/governance/requests/{place.places['late']}"
    browser.get(f"{where}/extend")
    browser.follow(browser.send(f"{where}/extend", {"how": "Many records"}))
    assert "extended" in browser.text()
    browser.get(f"{where}/extend")
    browser.send(f"{where}/extend", {"how": "Again"}, status=422)
    browser.get(f"{where}/move")
    browser.send(f"{where}/move", {"status": "refused"}, status=422)
    browser.send(f"{where}/move", {"status": "refused", "note": "Manifestly unfounded"})
    browser.get(where)
    assert "Refused" in browser.text()


def test_what_is_granted_holds_at_once_and_can_be_lifted(place):
    browser = place.as_("ig")
    other = place.places["other"]
    where = f"/governance/requests/{place.places['rectify']}"
    browser.get(f"{where}/rectify")
    browser.send(f"{where}/rectify", {"field": "date_of_birth", "value": "31 2 1985"}, status=422)
    browser.send(f"{where}/rectify", {"field": "date_of_birth", "value": "27 3 1985"})
    browser.get(where)
    assert "Date of birth stands as 27 March 1985" in browser.text()
    senior = place.as_("senior")
    senior.get(f"/cases/{place.places['empty_case']}/residents/{other}")
    where = f"/governance/requests/{place.places['object']}"
    browser.get(f"{where}/object")
    browser.follow(browser.send(f"{where}/object", {"purposes": "customer_services"}))
    assert "Not used for: Customer services" in browser.text()
    senior.get(f"/cases/{place.places['empty_case']}/residents/{other}", status=403)
    flag = next(e.get("href") for e in browser.tree().iter("a") if (e.get("href") or "").endswith("/lift"))
    browser.get(flag)
    browser.follow(browser.send(flag, {"why": "They took it back"}))
    senior.get(f"/cases/{place.places['empty_case']}/residents/{other}")


def test_retention_is_signed_off_by_somebody_else(place):
    one, other = place.as_("ig"), place.as_("second_ig")
    where = f"/governance/retention/reports/{place.places['report']}"
    one.get(where)
    assert "You applied it, so somebody else signs it off" in one.text()
    other.get(where)
    other.follow(other.send(where, {"looked": "yes"}))
    assert "The report is signed off" in other.text()
    other.get(where)
    assert "second_ig@council.example" in other.text()


def test_papers_are_given_as_files_and_say_what_they_lack(place):
    browser = place.as_("ig")
    browser.get("/governance/papers")
    assert "To be filled in" in browser.text()
    assert browser.get("/governance/papers/privacy-notice/paper.md").text.startswith("# ")
    assert browser.client.get("/governance/papers/privacy-notice/paper.html").text.startswith("<!DOCTYPE html>")
    assert browser.get("/governance/papers/privacy-notice/paper.pdf").content.startswith(b"%PDF")
    assert "," in browser.get("/governance/papers/record-of-processing/table-1.csv").text
    browser.get("/governance/papers/nothing", status=404)
    browser.get("/governance/papers/privacy-notice/paper.exe", status=404)


def test_what_waits_is_told_to_whom_it_waits_for(place):
    browser = place.as_("admin")
    browser.get("/governance")
    assert "Policy" in browser.text()
    assert "Alerts" not in browser.text()
    place.as_("officer").get("/governance", status=403)


def test_erasing_takes_typing_and_leaves_proof(place):
    browser = place.as_("ig")
    number, other = place.places["erase"], place.places["other"]
    _write_about(place, other)
    assert _written_about(place, other) == 2
    where = f"/governance/requests/{number}/erase"
    browser.get(where)
    assert "This cannot be undone" in browser.text()
    browser.send(where, {"typed": "erase"}, status=422)
    browser.send(where, {"typed": f"Erase {number}"})
    browser.get(where)
    assert "You can leave this page" in browser.text()
    browser.get("/governance/retention/rehearsal")
    browser.send("/governance/retention/rehearsal", {"sure": "yes"}, status=422)  # one thing at a time
    assert browser.client.get(f"{where}/progress").status_code == 200
    place.waited()
    browser.get(where)
    assert "It is done" in browser.text(), browser.text()
    browser.get(f"/governance/requests/{number}/proof")
    assert "Nothing of them is left" in browser.text()
    assert _written_about(place, other) == 0, "what officers wrote goes with the resident"
    assert place.audit(action="subject_requests")[0].detail["request"] == number
    browser.get("/governance/audit/proof")
    assert "Yes. Every line" in browser.text()


def test_what_was_kept_for_long_enough_goes_and_waits_to_be_signed_off(place):
    browser = place.as_("ig")
    where = "/governance/retention/rehearsal"
    browser.get(where)
    assert "time is over. Nothing has gone yet." in browser.text()
    browser.send(where, status=422)
    browser.get(where)
    page_of = browser.page.text
    assert "Lines of the audit" in page_of
    answer = browser.client.post(where, data={"sure": "yes", "accept": "yes", "csrf_token": _token(browser)})
    assert answer.headers["location"] == "/governance/retention"
    place.waited()
    browser.get("/governance/retention")
    assert "It did not come to its end" not in browser.text(), browser.text()
    newest = next(e.get("href") for e in browser.tree().iter("a") if "/reports/" in (e.get("href") or ""))
    browser.get(newest)
    assert "To be signed off" in browser.text()
    assert "You applied it, so somebody else signs it off" in browser.text()
    browser.get(where)
    assert browser.text().count("0 records’ time is over") == 1
    assert place.audit(action="apply_retention", who="ig@council.example")


def _write_about(place, resident):
    """Have an officer write a note, and suggest a correction."""
    desk = place.app.state.site.desk
    with desk.hub.state.read() as connection:
        senior = find_user(connection, "senior@council.example")
    seat = desk.seat(senior, purpose="safeguarding")
    seat.write_note(resident, "Lives with a dog.")
    record = seat.records(resident)[0]
    seat.propose_correction(resident, record, field="mobile", proposed="07700900123", why="Told at the desk")


def _written_about(place, resident):
    with place.app.state.site.hub.state.read() as connection:
        return len(every_remark(connection, [resident])) + len(suggestions(connection, ids=[resident]))


def _versions(place):
    with place.app.state.site.hub.state.read() as connection:
        return versions(connection)


def _token(browser):
    return next(e.get("value") for e in browser.tree().iter("input") if e.get("name") == "csrf_token")


def _checked(browser):
    """Return what the form of the page would send, boxes of one name together."""
    form = next(f for f in browser.tree().iter("form") if "/policy/" in f.get("action"))
    out = {}
    for element in form.iter("input"):
        name, kind = element.get("name"), element.get("type")
        if kind == "checkbox":
            if element.get("checked") is not None:
                out.setdefault(name, []).append(element.get("value"))
        elif kind != "hidden":
            out[name] = element.get("value", "")
    return out
