"""An app over an empty hub with its own way of signing in, and people who sign in to it with passwords."""

import re
from datetime import UTC

import pyotp

from insighthub.accounts import second_factor, sign_in, users
from insighthub.governance.audit_read import AuditFilter, page
from insighthub.governance.policy import POLICY, default_policy_text
from tests.web.client import Browser

EMAIL, PASSWORD = "sam.okafor@council.example", "walrus teapot orbit 41"
COOKIE = "insighthub-session"


class SignInApp:
    """An app, and what is done to its users from outside."""

    def __init__(self, app, ticking):
        self.app, self._ticking = app, ticking
        self.hub = app.state.site.hub

    @property
    def at(self):
        return self._ticking.now().astimezone(UTC).replace(tzinfo=None)

    def add(self, email=EMAIL, name="Sam Okafor", roles=("officer",), *, password=PASSWORD):
        """Add a user with a password of their own; with a one-time password, which is returned, where it is None."""
        with self.hub.state.write() as connection:
            known = {role.name for role in self.hub.policy().role}
            made = users.add_user(connection, name=name, email=email, roles=roles, known_roles=known, at=self.at)
            if password is None:
                return made, users.invite(connection, made.user_id, self.at, self.hub.settings.sign_in)
            sign_in.set_password(connection, made.user_id, password)
        return made

    def give_app(self, user):
        """Set up a second factor of a user; return the app's codes as a function, and the recovery codes."""
        with self.hub.state.write() as connection:
            address = second_factor.begin(connection, user.user_id)
            totp = pyotp.parse_uri(address)
            codes = second_factor.confirm(connection, user.user_id, totp.at(self._ticking.now()), self.at)
        self._ticking.pass_by(60)
        return lambda: totp.at(self._ticking.now()), codes

    def browser(self, **options):
        return Browser(self.app, **options)

    def sign_in(self, email=EMAIL, password=PASSWORD, *, then="/", **options):
        """Sign somebody in; return their browser, and the answer."""
        browser = self.browser(**options)
        browser.get(f"/sign-in?next={then}")
        answer = browser.send("/sign-in", {"email": email, "password": password})
        return browser, answer

    def lines(self, action="sign_in"):
        with self.hub.state.read() as connection:
            found = page(connection, AuditFilter(action=action)).lines
        return [(line.who, line.outcome, line.detail.get("reason")) for line in found]


def make(make_app, tmp_path, ticking, settings="second_factor = false"):
    """Make the app, with settings of [sign_in]; whole tables may follow."""
    (tmp_path / POLICY).write_text(default_policy_text(), encoding="utf-8")
    return SignInApp(make_app(f"\n[sign_in]\n{settings}", sessions=None), ticking)


def secret_of(browser):
    """Return what a page shows once."""
    return re.findall(r'<code class="app-secret">([^<]+)</code>', browser.page.text)
