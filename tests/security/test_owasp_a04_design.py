"""Insecure design: forms from other sites, frames, guessing of passwords, finding out who has an account."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from insighthub.accounts import passwords, users
from insighthub.accounts.tables import account
from insighthub.desk.front_door import FrontDoor
from tests.quick_passwords import quick_passwords
from tests.security.attempts import attempt
from tests.security.test_owasp_a01_access import case_of

__all__ = ["quick_passwords"]
PASSWORD = "walrus teapot orbit 41"


class Door:
    """A front door with a clock of its own, and somebody who has a password."""

    def __init__(self, callers):
        self.now, self.callers = datetime.now(UTC).replace(tzinfo=None), callers
        self.door = FrontDoor(callers.hub, lambda: self.now)
        self.user = callers.caller("officer", name="door").user
        with callers.hub.state.write() as connection:
            connection.execute(
                update(account)
                .where(account.c.user_id == self.user.user_id)
                .values(password=passwords.hash_password(PASSWORD), must_change=False)
            )

    def sign_in(self, password=PASSWORD, email=None):
        return self.door.sign_in(email or self.user.email, password)


@pytest.fixture
def door(callers, quick_passwords):
    return Door(callers)


@attempt("A04", "Send a form from another site, with the browser's cookies", "refused (403), and nothing is done")
def test_forms_from_other_sites(remote, callers):
    officer = remote("officer")
    number = case_of(callers, officer)
    token = officer.form_token()
    for headers in ({"origin": "https://evil.example"}, {"sec_fetch_site": "cross-site"}, {"origin": "null"}):
        assert officer.post(f"/cases/{number}/close", {"csrf_token": token}, **headers).status_code == 403
    plain = officer.send("POST", f"/cases/{number}/close", "a=b", content_type="text/plain")
    asjson = officer.send("POST", f"/cases/{number}/close", "{}", content_type="application/json")
    none = officer.send("POST", f"/cases/{number}/close", "", content_type="application/x-www-form-urlencoded")
    assert [plain.status_code, asjson.status_code, none.status_code] == [403, 403, 403]
    assert officer.get(f"/cases/{number}").status_code == 200


@attempt(
    "A04", "Show the app in a frame of another site", "X-Frame-Options and frame-ancestors forbid it on every answer"
)
def test_frames(remote, callers):
    officer = remote("officer")
    for path in ("/", "/cases", "/nowhere", "/sign-in", "/health", "/api/v1/release"):
        headers = officer.get(path).headers
        assert headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


@attempt(
    "A04", "Guess a password again and again", "the account waits, twice as long each time; the right one does not help"
)
def test_guessing(door):
    for n in range(6):
        assert door.sign_in(f"a wrong password {n}").token is None
    assert door.sign_in().token is None
    door.now += timedelta(seconds=20)
    assert door.sign_in().token is None
    door.now += timedelta(minutes=5)
    assert door.sign_in().token is not None


@attempt(
    "A04", "Find out who has an account by what is said, or by how long it takes", "the same words, and the same work"
)
def test_who_has_an_account(door, monkeypatch):
    verified = []
    hasher = passwords._hasher

    class Counting:
        def verify(self, kept, password):
            verified.append(kept)
            return hasher.verify(kept, password)

        check_needs_rehash = hasher.check_needs_rehash

    monkeypatch.setattr(passwords, "_hasher", Counting())
    there, nobody = door.sign_in("a wrong password"), door.sign_in("a wrong password", "nobody.here@council.example")
    assert there == nobody
    assert len(verified) == 2
    with door.callers.hub.state.write() as connection:
        users.disable(connection, door.user.user_id, door.now)
    assert door.sign_in() == nobody
    assert len(verified) == 3


@attempt("A04", "Ask more often in a minute than a person can", "429, with when to ask again")
def test_too_many_requests(tmp_path, callers):
    from insighthub.store.state import State
    from insighthub.web.app import create_app
    from tests.security.callers import Callers
    from tests.web.lines import Lines

    State(f"sqlite:///{tmp_path / 'state.db'}").close()
    (tmp_path / "insighthub.toml").write_text("[web]\nrequests_per_minute = 20\n", encoding="utf-8")
    app = create_app(tmp_path, log=Lines())
    try:
        nobody = Callers(app).nobody
        statuses = [nobody.get("/sign-in").status_code for _ in range(25)]
        assert statuses[:20] == [200] * 20
        assert statuses[-1] == 429
        assert int(nobody.get("/sign-in").headers["retry-after"]) > 0
    finally:
        app.state.site.hub.close()
