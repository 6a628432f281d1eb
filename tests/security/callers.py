"""Callers of the running app for tests of security: sessions of chosen roles, under a policy that a test puts in force.

Takes an app over a hub, gives ``Callers``: ``under`` has a policy hold, ``caller`` signs somebody in, and a caller asks
for pages and sends forms with the token that the app itself gave them, so that nothing but the policy stands between
them and an answer.
"""

import itertools
import re
from datetime import UTC, datetime
from urllib.parse import urlencode

from starlette.testclient import TestClient

from insighthub.accounts import sessions, users
from insighthub.governance import policy_versions
from insighthub.governance.policy import read_policy

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
#: So that nobody has the address of another, whatever app over the hub they come by.
_NUMBERS = itertools.count(1)
_FORM = "insighthub-form"
_BROWSER = "a-browser-of-a-test"


class Caller:
    """Somebody who is signed in, or nobody where there is no token."""

    def __init__(self, client, token=None, user=None):
        self._client, self.token, self.user = client, token, user
        self._csrf = None

    def get(self, path, **headers):
        return self._ask("GET", path, None, headers)

    def post(self, path, fields=None, **headers):
        if self._csrf is None:
            self._csrf = self.form_token()
        return self._ask("POST", path, {"csrf_token": self._csrf, **(fields or {})}, headers)

    def form_token(self):
        """Return a token that the app gives for a form of this session."""
        found = _TOKEN.search(self.get("/").text)
        return found[1] if found else ""

    def send(self, method, path, content=None, **headers):
        """Ask as no form of the app would: nothing is added but the cookies."""
        return self._raw(method, path, content, headers)

    def ask(self, method, path, fields=None):
        return self.get(path) if method == "GET" else self.post(path, fields)

    def _ask(self, method, path, fields, headers):
        body = None if fields is None else urlencode(fields, doseq=True)
        if body is not None:
            headers = {"content-type": "application/x-www-form-urlencoded", **headers}
        return self._raw(method, path, body, headers)

    def _raw(self, method, path, content, headers):
        cookie = f"{_FORM}={_BROWSER}" + (f"; insighthub-session={self.token}" if self.token else "")
        headers = {"cookie": cookie, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self._client.request(method, path, content=content, headers=headers, follow_redirects=False)


class Callers:
    """Callers of an app.

    Args:
        app: the app.
    """

    def __init__(self, app):
        self.app, self.hub = app, app.state.site.hub
        self.client = TestClient(app, base_url="http://localhost", raise_server_exceptions=False)
        self.nobody = Caller(self.client)

    def under(self, text):
        """Have a policy hold from now on, proposed and approved by two people; return it."""
        read_policy(text)
        every = tuple(role.name for role in self.hub.policy().role)
        with self.hub.state.write() as connection:
            if policy_versions.live_version(connection).text != text:
                made = policy_versions.propose(connection, text, by="one@council.example", at=_now())
                policy_versions.approve(connection, made.version, by="two@council.example", roles=every, at=_now())
        return self.hub.policy()

    def caller(self, *roles, name=None):
        """Sign in somebody new who has these roles."""
        number = next(_NUMBERS)
        email = f"{name or 'caller'}{number}@council.example"
        known = {role.name for role in self.hub.policy().role}
        with self.hub.state.write() as connection:
            user = users.add_user(
                connection, name=f"Caller {number}", email=email, roles=roles, known_roles=known, at=_now()
            )
            token = sessions.open_session(
                connection, user.user_id, method="oidc", at=_now(), settings=self.hub.settings.sign_in
            )
        return Caller(self.client, token, user)

    def special(self):
        """Return the sources that hold special category data."""
        with self.hub.release() as db:
            return frozenset(
                name for (name,) in db.execute("SELECT source FROM source WHERE special_category").fetchall()
            )


def _now():
    return datetime.now(UTC).replace(tzinfo=None)
