"""The API as a whole: whatever is sent to it, it answers as it says that it does, and never with a fault."""

import itertools

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import CHECKS
from sqlalchemy import select
from starlette.testclient import TestClient

from insighthub.accounts import sessions, sign_in, tokens, users
from insighthub.accounts.tables import api_token
from insighthub.accounts.users import find_user, set_roles
from insighthub.api.routes import ROUTERS, schema
from insighthub.governance.audit_read import AuditFilter, page
from insighthub.store.run_log import now
from insighthub.web.app import create_app
from insighthub.web.clock import Clock
from insighthub.web.screens.api_reference import Field, endpoints, fields, kind_of
from tests import desk_hub
from tests.web import signing_in
from tests.web.borough import PEOPLE
from tests.web.client import Browser
from tests.web.lines import Lines

CHECKED = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
ENDPOINTS = {(method, route.path) for router in ROUTERS for route in router.routes for method in route.methods}


@pytest.fixture(scope="module")
def fresh(tmp_path_factory, borough, states):
    """Return the borough's hub in a folder of its own, as cases are opened in it."""
    home = tmp_path_factory.mktemp("api") / "hub"
    states.copy_hub(borough.home, home)
    seconds = itertools.count()  # a minute passes between any two requests, so that nobody asks too often
    app = create_app(home, clock=Clock(seconds=lambda: next(seconds) * 60.0), log=Lines())
    yield app
    app.state.site.hub.close()


def sent(borough, persona):
    return {"Cookie": f"insighthub-session={borough.tokens[persona]}", "Host": "localhost"}


@pytest.mark.parametrize("persona", [one for one in PEOPLE if one != "managed"])  # whom others may have signed out
def test_whatever_anybody_sends_the_answer_is_one_that_is_described(fresh, borough, persona):
    api = schemathesis.openapi.from_dict(schema(fresh))
    api.app = fresh
    checks = CHECKS.get_by_names(list(CHECKED))
    asked, statuses = set(), set()
    for found in api.get_all_operations():
        operation = found.ok()

        @settings(max_examples=5, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def holds(case):
            answer = case.call_and_validate(headers=sent(borough, persona), checks=checks)
            asked.add((case.operation.method.upper(), case.operation.path))
            statuses.add(answer.status_code)

        holds()
    assert asked == ENDPOINTS
    assert (200 in statuses) is (persona != "newcomer"), "a one-time password is changed first"


def test_what_no_store_can_keep_is_refused_before_it_comes_to_one(fresh, borough):
    headers = sent(borough, "senior")
    client = TestClient(fresh, raise_server_exceptions=False)
    bad = "a\x00b"
    for answer in (
        client.get("/api/v1/residents/a%00b?purpose=safeguarding", headers=headers),
        client.get("/api/v1/residents/R1?purpose=a%00b", headers=headers),
        client.get("/api/v1/residents/R1?purpose=" + "a" * 400, headers=headers),
        client.post("/api/v1/cases", json={"purpose": "safeguarding", "reference": bad}, headers=headers),
        client.post("/api/v1/find", json={"purpose": bad, "query": "x"}, headers=headers),
        client.get("/api/v1/audit?until=9999-12-31", headers=sent(borough, "ig")),
        client.get("/api/v1/audit?before=99999999999999999999", headers=sent(borough, "ig")),
    ):
        assert answer.status_code == 422, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
    assert (
        client.post("/api/v1/find", json={"purpose": "safeguarding", "query": bad}, headers=headers).status_code < 500
    )


def test_a_person_is_read_for_a_purpose_that_ones_roles_may_choose_and_it_is_in_the_audit(fresh, borough):
    client, resident = TestClient(fresh), borough.places["resident"]
    senior, analyst = sent(borough, "senior"), sent(borough, "analyst")
    assert client.get(f"/api/v1/residents/{resident}", headers=senior).status_code == 422
    told = client.get(f"/api/v1/residents/{resident}?purpose=safeguarding", headers=senior)
    assert told.status_code == 200
    assert told.headers["cache-control"] == "no-store"
    body = told.json()
    assert body["resident_id"] == resident
    assert body["warnings"][0]["text"] == "Two officers to visit."
    assert body["identifiers"] is not None
    less = client.get(f"/api/v1/residents/{resident}?purpose=customer_services", headers=senior).json()
    assert less["identifiers"] is None
    assert set(less["not_allowed"]) > set(body["not_allowed"])
    assert client.get(f"/api/v1/residents/{resident}?purpose=policy", headers=analyst).status_code == 403
    with fresh.state.site.hub.state.read() as connection:
        refused = page(connection, AuditFilter(who="analyst@council.example", action="see_picture")).lines[0]
        seen = page(connection, AuditFilter(subjects=(resident,), action="see_picture", outcome="allowed")).lines[0]
    assert refused.outcome == "refused"
    assert (seen.who, seen.purpose) == ("senior@council.example", "customer_services")


def test_of_a_hidden_resident_is_said_what_is_said_of_one_who_is_not_there(tmp_path):
    home = tmp_path / "hub"
    home.mkdir()
    desk, people = desk_hub.make_desk(home, desk_hub.Clock())
    with desk.hub.state.write() as connection:
        token = sessions.open_session(
            connection, people["officer"].user_id, method="oidc", at=now(), settings=desk.hub.settings.sign_in
        )
    desk.hub.close()
    app, said = create_app(home, log=Lines()), {}
    client, headers = TestClient(app), {"Cookie": f"insighthub-session={token}", "Host": "localhost"}
    for one in (desk_hub.ADA, desk_hub.CARA, desk_hub.DAN, "NOBODY"):
        for end in ("", "/household"):
            answer = client.get(f"/api/v1/residents/{one}{end}?purpose=customer_services", headers=headers)
            said.setdefault(one, set()).add((answer.status_code, answer.text))
    app.state.site.hub.close()
    assert {status for status, _ in said[desk_hub.ADA]} == {200}
    assert said[desk_hub.CARA] == said["NOBODY"]
    assert [status for status, _ in said[desk_hub.CARA]] == [403]
    assert {status for status, _ in said[desk_hub.DAN]} == {200}


def test_what_a_search_was_for_is_kept_nowhere(fresh, borough):
    client = TestClient(fresh)
    answer = client.post(
        "/api/v1/find", json={"query": "smith", "purpose": "safeguarding", "limit": 3}, headers=sent(borough, "senior")
    )
    assert len(answer.json()) == 3
    with fresh.state.site.hub.state.read() as connection:
        line = page(connection, AuditFilter(action="find_residents")).lines[0]
    assert line.detail["found"] == [one["resident_id"] for one in answer.json()]
    assert "smith" not in str(line).lower()


def test_the_household_is_part_of_the_picture(fresh, borough):
    client, resident = TestClient(fresh), borough.places["resident"]
    whole, part = (
        client.get(f"/api/v1/residents/{resident}{end}?purpose=safeguarding", headers=sent(borough, "senior")).json()
        for end in ("", "/household")
    )
    assert part == {name: whole[name] for name in part}


def test_a_program_has_the_roles_that_its_token_has_for_as_long_as_it_is_good(make_app, tmp_path, ticking):
    hub = signing_in.make(make_app, tmp_path, ticking)
    user = hub.add(roles=("analyst", "ig_lead"), password=None)[0]
    with hub.hub.state.write() as connection:
        sign_in.set_password(connection, user.user_id, signing_in.PASSWORD)
        _, token = tokens.make_token(
            connection, find_user(connection, user.email), name="x", roles=["analyst"], days=2, at=hub.at
        )
    client = TestClient(hub.app, base_url="http://localhost")

    def call(path, kind="Bearer", **headers):
        return client.get(f"/api/v1/{path}", headers={"Authorization": f"{kind} {token}", **headers}).status_code

    assert call("runs") == 200
    assert call("audit") == 403  # a role of the user's that the token has not
    assert call("runs", "Basic") == 401
    assert (
        client.get("/account", headers={"Authorization": f"Bearer {token}"}, follow_redirects=False).status_code == 303
    )
    token, good = token + "x", token
    assert call("runs") == 401
    session = sessions_of(hub)
    assert call("runs", Cookie=f"insighthub-session={session}") == 401  # a wrong token is not made good by a session
    token = good
    with hub.hub.state.write() as connection:
        set_roles(connection, user.user_id, ["ig_lead"], {"ig_lead"})
    assert call("runs") == 403  # a role that its user lost it lost too
    assert call("release") == 200
    with hub.hub.state.read() as connection:
        (kept,) = tokens.tokens_of(connection, user.user_id)
        assert kept.used_at == hub.at
        assert token not in str(connection.execute(select(api_token)).all())
    ticking.pass_by(2 * 86400)
    assert call("release") == 401


def sessions_of(hub):
    browser, _ = hub.sign_in()
    return browser.client.cookies[signing_in.COOKIE]


@pytest.mark.parametrize("ended", ["disable", "invite"])
def test_tokens_end_with_the_account(make_app, tmp_path, ticking, ended):
    hub = signing_in.make(make_app, tmp_path, ticking)
    user = hub.add(roles=("analyst",))
    with hub.hub.state.write() as connection:
        _, token = tokens.make_token(connection, user, name="x", roles=["analyst"], days=2, at=hub.at)
        if ended == "disable":
            users.disable(connection, user.user_id, hub.at)
            users.enable(connection, user.user_id)
        else:
            users.invite(connection, user.user_id, hub.at, hub.hub.settings.sign_in)
    answer = TestClient(hub.app).get(
        "/api/v1/release", headers={"Authorization": f"Bearer {token}", "Host": "localhost"}
    )
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_another_site_cannot_have_a_browser_call(fresh, borough):
    client, headers = TestClient(fresh), sent(borough, "senior")
    body = '{"purpose": "safeguarding"}'
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/jsonp"):
        answer = client.post("/api/v1/cases", content=body, headers={**headers, "Content-Type": kind})
        assert answer.status_code == 403
    told = {**headers, "Content-Type": "application/json", "Origin": "https://evil.example"}
    assert client.post("/api/v1/cases", content=body, headers=told).status_code == 403
    assert client.post("/api/v1/cases", json={"purpose": "safeguarding"}, headers=headers).status_code == 201


def test_the_description_is_served_to_who_is_signed_in(app):
    described = Browser(app, "officer").get("/api/v1/openapi.json").json()
    assert described["openapi"].startswith("3.")
    assert set(described["paths"]) == {path for _, path in ENDPOINTS}
    assert set(described["components"]["securitySchemes"]) == {"token", "session"}
    assert Browser(app).client.get("/api/v1/openapi.json").status_code == 401


def test_every_endpoint_and_field_is_told_on_the_page(app):
    browser = Browser(app, "officer")
    browser.get("/api/v1/docs")
    said = browser.text()
    described = schema(app)
    for found in endpoints(described).values():
        for endpoint in found:
            assert f"{endpoint.method} {endpoint.path}" in said
            assert endpoint.words, f"{endpoint.path} has no description"
    for name, body in described["components"]["schemas"].items():
        assert name in said
        for field in fields(body):
            assert field.words, f"{name}.{field.name} has no description"
            assert field.words in said


def test_kinds_are_said_in_plain_words():
    cases = {
        "text": {"type": "string"},
        "date or nothing": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
        "list of Release": {"type": "array", "items": {"$ref": "#/components/schemas/Release"}},
        "one of a, b": {"type": "string", "enum": ["a", "b"]},
        "anything": {},
    }
    assert {kind_of(field): field for field in cases.values()} == cases
    assert fields({"required": ["a"], "properties": {"a": {"type": "integer"}, "b": {}}}) == [
        Field("a", "whole number", True, ""),
        Field("b", "anything", False, ""),
    ]
