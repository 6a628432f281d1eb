"""Cryptographic failures: what is kept, what cookies allow, and whether one's token is worth anything to another."""

import stat

from sqlalchemy import select

from insighthub.accounts.passwords import hash_password
from insighthub.accounts.tables import session
from insighthub.accounts.users import invite
from insighthub.web.app import create_app
from tests.security.attempts import attempt
from tests.security.callers import Callers, _now


@attempt("A02", "Read sessions and one-time passwords out of a copy of the state's database", "only hashes stand there")
def test_tokens_in_the_state(callers, marked):
    caller = callers.caller("officer")
    with callers.hub.state.write() as connection:
        password = invite(connection, caller.user.user_id, _now(), callers.hub.settings.sign_in)
        kept = connection.execute(select(session.c.token)).scalars().all()
    assert caller.token not in kept
    for file in marked[0].glob("state.db*"):
        held = file.read_bytes()
        assert caller.token.encode() not in held
        assert password.encode() not in held
    assert hash_password("a password that is long").startswith("$argon2id$")


@attempt(
    "A02", "Read the secret behind forms, or the state, as another user of the machine", "the files are the owner's"
)
def test_files_of_secrets(callers, marked):
    for name in ("web.key", "state.db"):
        mode = stat.S_IMODE((marked[0] / name).stat().st_mode)
        assert mode & 0o077 == 0, f"{name} is {mode:o}"


@attempt(
    "A02",
    "Take cookies off an unencrypted page or out of a script, or set them from a neighbouring host",
    "HttpOnly, SameSite, and over https Secure with the prefix __Host-; browsers are told to use https for a year",
)
def test_cookies_and_https(marked):
    app = create_app(marked[0], log=_Silent())
    try:
        callers = Callers(app)
        callers.client.base_url = "https://localhost"
        answer = callers.client.get("/sign-in")
        assert "max-age=31536000" in answer.headers["strict-transport-security"]
        answer = callers.client.get(
            "/", headers={"cookie": f"__Host-insighthub-session={callers.caller('officer').token}"}
        )
        assert answer.status_code == 200
        set_cookies = [v for n, v in answer.headers.multi_items() if n == "set-cookie"]
        assert set_cookies
        for cookie in set_cookies:
            assert cookie.startswith("__Host-")
            assert {"httponly", "secure", "samesite=lax", "path=/"} <= set(cookie.lower().split("; "))
    finally:
        app.state.site.hub.close()


@attempt("A02", "Use a form's token of one session in another, or one that is made up", "refused (403)")
def test_tokens_of_forms(remote):
    one, other = remote("officer"), remote("officer")
    fields = {"purpose": "customer_services"}
    assert one.post("/cases/new", fields).status_code == 303
    for token in (other.form_token(), "", "A" * 86, one.form_token()[:-4] + "AAAA", "\u00e9", "0"):
        assert one.post("/cases/new", {**fields, "csrf_token": token}).status_code == 403


class _Silent:
    def info(self, event, **values):
        pass

    error = info
