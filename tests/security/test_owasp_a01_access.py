"""Broken access control: other people's cases, forced browsing, other methods, fields that no form has."""

import re

import pytest
from sqlalchemy import select

from insighthub.desk import cases
from insighthub.desk.tables import case as case_table
from tests.security.attempts import attempt
from tests.security.callers import _now
from tests.security.marked import HIDDEN, LOCKED, MARKS, PLAIN, plain_text

_SAYS = re.compile(r"<main.*?</main>", re.S)


def case_of(callers, caller, purpose="customer_services", resident=None):
    """Put a case of somebody into the state."""
    with callers.hub.state.write() as connection:
        return cases.open_case(
            connection, user_id=caller.user.user_id, purpose=purpose, resident_id=resident, reference=None, at=_now()
        ).case_id


def holds_no_mark(answer):
    """Say whether nothing of the marked residents stands in an answer."""
    text = plain_text(answer.text)
    return not [mark for mark in MARKS if mark.typed and mark.text in text]


@attempt("A01", "Open, search in and close a colleague's case by its number", "refused (403), and the case stays open")
def test_a_colleagues_case(remote, callers, marked):
    owner, other = remote("senior_officer"), remote("senior_officer")
    number = case_of(callers, owner, "safeguarding", marked[1][PLAIN])
    here = f"/cases/{number}/residents/{marked[1][PLAIN]}"
    assert owner.get(here).status_code == 200
    for path in (f"/cases/{number}", here, f"{here}/note", f"{here}/records/0/open"):
        answer = other.get(path)
        assert answer.status_code == 403
        assert holds_no_mark(answer)
    assert other.post(f"/cases/{number}/close").status_code == 403
    assert other.post(f"/cases/{number}/search", {"query": "Qorvextal"}).status_code == 403
    assert owner.get(here).status_code == 200


@attempt(
    "A01",
    "Tell a hidden resident, one of a locked source, and an id that was never issued from one another",
    "the same status and the same words for all three",
)
def test_ids_of_people_who_are_hidden(remote, callers, marked):
    officer = remote("officer")
    number = case_of(callers, officer)
    answers = [
        officer.get(f"/cases/{number}/residents/{one}")
        for one in (marked[1][HIDDEN], marked[1][LOCKED], "R2345678901", "nonsense")
    ]
    assert {answer.status_code for answer in answers} == {403}
    said = {re.sub(r"request: \w+|value=\"[^\"]*\"", "", _SAYS.search(answer.text, 0)[0]) for answer in answers}
    assert len(said) == 1


@attempt("A01", "Browse to pages, files and the state's database without signing in", "sent to sign in, or not there")
@pytest.mark.parametrize(
    "path",
    [
        "/cases", "/cases/1", "/borough", "/figures", "/figures/requests/1/figures.csv", "/release", "/api/v1/docs",
        "/api/v1/openapi.json", "/admin", "/governance/audit", "/users", "/.git/config", "/.env", "/state.db",
        "/web.key",
        "/insighthub.toml", "/policy.toml", "/releases/r000001.duckdb", "/extracts/benefits.txt",
        "/audit.head", "/current",
        "/static/", "/server-status", "/metrics",
    ],
)  # fmt: skip
def test_forced_browsing(remote, path):
    answer = remote().get(path)
    assert answer.status_code in (303, 401, 404)
    assert answer.status_code != 303 or answer.headers["location"].startswith("/sign-in")
    assert holds_no_mark(answer)


@attempt("A01", "Change something by another method, or by a header or field that names one", "405, or it is not taken")
def test_other_methods(remote, callers, marked):
    officer = remote("officer")
    number = case_of(callers, officer)
    for method in ("PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND"):
        assert officer.send(method, f"/cases/{number}").status_code in (400, 403, 404, 405)
    token = officer.form_token()
    over = officer.send("POST", f"/cases/{number}", x_http_method_override="DELETE", x_csrf_token=token)
    assert over.status_code == 405
    assert officer.get(f"/cases/{number}?_method=DELETE").status_code == 200
    assert officer.send("GET", f"/cases/{number}/close", x_http_method_override="POST").status_code == 405
    assert officer.get(f"/cases/{number}").status_code == 200


@attempt(
    "A01",
    "Send fields that no form has: another user, a closing date, a resident, a role",
    "they are not taken: the case is the caller's own, open, and about nobody",
)
def test_mass_assignment(remote, callers, marked):
    officer, other = remote("officer"), remote("senior_officer")
    more = {
        "user_id": other.user.user_id, "case_id": 1, "resident_id": marked[1][PLAIN], "closed_at": "2020-01-01",
        "roles": "administrator", "opened_at": "2000-01-01",
    }  # fmt: skip
    answer = officer.post("/cases/new", {"purpose": "customer_services", **more})
    number = int(answer.headers["location"].rpartition("/")[2])
    with callers.hub.state.read() as connection:
        row = connection.execute(select(case_table).where(case_table.c.case_id == number)).one()
    assert (row.user_id, row.resident_id, row.closed_at) == (officer.user.user_id, None, None)
    assert row.opened_at.year > 2020
    assert officer.get("/figures").status_code == 403


@attempt("A01", "Say who one is by a header, as some proxies do", "it is not believed")
def test_headers_that_say_who_one_is(remote):
    said = {
        "x_remote_user": "admin", "x_forwarded_user": "admin@council.example", "x_roles": "administrator",
        "authorization": "Bearer admin", "x_original_url": "/borough", "x_rewrite_url": "/borough",
    }  # fmt: skip
    assert remote().send("GET", "/cases", **said).headers["location"] == "/sign-in?next=/cases"
    assert remote("officer").send("GET", "/borough", **said).status_code == 403


@attempt("A01", "Have a purpose of one's own choosing in a form", "no case is opened for a purpose that no role gives")
def test_a_purpose_that_is_not_ones_own(remote):
    officer = remote("officer")
    for purpose in ("safeguarding", "policy", "*", "none", ""):
        assert officer.post("/cases/new", {"purpose": purpose}).status_code == 422
    assert remote("leader").post("/cases/new", {"purpose": "policy"}).status_code in (403, 422)
