"""The front door: sign-in, sessions, passwords and second factors, each in its own transaction.

Takes what a browser sends, gives users. It asks for no role: whoever stands here is not in yet, or changes only what is
their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from insighthub.accounts import oidc, second_factor, sessions, sign_in, tokens
from insighthub.accounts.oidc_provider import Begun, Provider, ProviderError
from insighthub.accounts.sessions import Open, Session
from insighthub.accounts.sign_in import Needs, SignedIn
from insighthub.accounts.tokens import ApiToken
from insighthub.accounts.users import User
from insighthub.errors import RunError
from insighthub.governance.audit import REFUSED, Line, append
from insighthub.hub import Hub

MAKE_TOKEN, END_TOKEN, END_SESSIONS = "make_token", "end_token", "end_sessions"
RECOVERY_CODES, REMOVE_SECOND_FACTOR = "new_recovery_codes", "remove_second_factor"
#: What somebody is told whom the identity provider did not let in, or whose answer does not hold.
NOT_BY_PROVIDER = "Signing in with your council account did not work. Try again."


class FrontDoor:
    """The front door of a hub.

    Args:
        hub: the hub.
        clock: gives the time, UTC without a zone.
    """

    def __init__(self, hub: Hub, clock: Callable[[], datetime]) -> None:
        self._hub, self._clock = hub, clock
        self.settings = hub.settings.sign_in

    def sign_in(self, email: str, password: str, code: str = "") -> SignedIn:
        """Sign somebody in by password and code; see ``accounts.sign_in``. It raises nothing where they are wrong."""
        with self._hub.state.read() as connection:
            checked = sign_in.check(connection, email, password)
        with self._hub.state.write() as connection:
            return sign_in.sign_in(connection, email, checked, code, at=self._clock(), settings=self.settings)

    def sign_in_by_code(self, email: str, proof: str, code: str) -> SignedIn:
        """Sign somebody in who has shown the password: with the proof that ``sign_in`` gave, and the code.

        Args:
            email: the address that was typed.
            proof: of the same browser.
            code: of the app, or a recovery code.
        """
        with self._hub.state.read() as connection:
            checked = sign_in.proven(connection, email, proof)
        with self._hub.state.write() as connection:
            given = code.strip() or "none"
            return sign_in.sign_in(connection, email, checked, given, at=self._clock(), settings=self.settings)

    @cached_property
    def provider(self) -> Provider | None:
        """The identity provider; None where none is set up."""
        if self.settings.issuer is None or self.settings.client_id is None:
            return None
        return Provider(self.settings)

    def begin_at_provider(self, redirect_uri: str) -> tuple[str, Begun]:
        """Return where to send a browser to sign in at the identity provider, and what it keeps until it comes back.

        Raises:
            RunError: none is set up, or it cannot be asked.
        """
        if self.provider is None:
            raise RunError("no identity provider is set up", remedy="Sign in with a password")
        try:
            return self.provider.begin(redirect_uri, self._clock())
        except ProviderError as error:
            self._refused_by_provider(str(error))
            raise RunError(
                "your council's sign-in service cannot be reached", remedy="Try again in a few minutes"
            ) from None

    def sign_in_by_provider(self, begun: Begun | None, answer: Mapping[str, str]) -> SignedIn:
        """Sign in whom the identity provider sent back.

        Args:
            begun: what the browser kept; None where it kept nothing that is ours and still good.
            answer: what it came back with: code and state, or error.
        """
        if self.provider is None or begun is None:
            return self._refused_by_provider("nothing was begun in this browser")
        if answer.get("state") != begun.state:
            return self._refused_by_provider("the state is not the one that was given")
        if "error" in answer or not answer.get("code"):
            return self._refused_by_provider("the provider did not let them in")
        try:
            claims = self.provider.claims(begun, answer["code"], self._clock())
        except ProviderError as error:
            return self._refused_by_provider(str(error))
        return self.sign_in_by_claims(claims)

    def _refused_by_provider(self, reason: str) -> SignedIn:
        line = Line("unknown user", sign_in.SIGN_IN, detail={"method": "oidc", "reason": reason}, outcome=REFUSED)
        with self._hub.state.write() as connection:
            append(connection, line, self._clock())
        return SignedIn(None, None, NOT_BY_PROVIDER)

    def sign_in_by_claims(self, claims: Mapping[str, Any]) -> SignedIn:
        """Sign in whom the verified claims of an identity provider name; see ``accounts.oidc``."""
        known = {role.name for role in self._hub.policy().role}
        with self._hub.state.write() as connection:
            return oidc.sign_in_by_claims(
                connection, claims, at=self._clock(), settings=self.settings, known_roles=known
            )

    def session(self, token: str | None) -> Session | None:
        """Return the session of a token that is open, and note that it is in use; None where there is none."""
        if not token:
            return None
        at = self._clock()
        with self._hub.state.read() as connection:
            found = sessions.look(connection, token, at, self.settings)
            to_be_noted = found is not None and sessions.is_to_be_noted(connection, token, at)
        if to_be_noted:
            with self._hub.state.write() as connection:
                sessions.note_use(connection, token, at)
        return found

    def needs(self, session: Session) -> Needs:
        """Return what the user of a session must do before anything else."""
        return sign_in.needs(session.user, session.method, self.settings)

    def sign_out(self, token: str) -> None:
        """End a session."""
        at = self._clock()
        with self._hub.state.read() as connection:
            found = sessions.look(connection, token, at, self.settings)
        with self._hub.state.write() as connection:
            sessions.close_session(connection, token, at)
            if found is not None:
                append(connection, Line(found.user.email, sign_in.SIGN_OUT, found.user.roles), at)

    def change_password(self, user: User, old: str, new: str) -> str:
        """Change a user's own password; return the token of their new session, as all others end.

        Raises:
            RunError: the old one is not right, or the new one is none that is taken.
        """
        with self._hub.state.write() as connection:
            return sign_in.change_password(connection, user.user_id, old, new, at=self._clock(), settings=self.settings)

    def begin_second_factor(self, user: User) -> str:
        """Give a user a new secret for an app; return its otpauth address, to be shown as a QR code.

        Raises:
            RunError: they have a second factor already.
        """
        with self._hub.state.write() as connection:
            return second_factor.begin(connection, user.user_id)

    def confirm_second_factor(self, user: User, code: str) -> tuple[str, ...]:
        """Have the second factor hold, as a code is right; return recovery codes, shown once.

        Raises:
            RunError: the code is not right.
        """
        at = self._clock()
        with self._hub.state.write() as connection:
            codes = second_factor.confirm(connection, user.user_id, code, at)
            append(connection, Line(user.email, sign_in.SECOND_FACTOR, user.roles), at)
        return codes

    def recovery_codes_left(self, user: User) -> int:
        """Return how many recovery codes a user has left."""
        with self._hub.state.read() as connection:
            return second_factor.recovery_codes_left(connection, user.user_id)

    def second_factor_address(self, user: User) -> str:
        """Return the otpauth address of a second factor that is being set up; it is begun where it is not yet.

        Raises:
            RunError: there is one already.
        """
        with self._hub.state.read() as connection:
            known = second_factor.begun(connection, user.user_id)
        return known or self.begin_second_factor(user)

    def new_recovery_codes(self, user: User, code: str) -> tuple[str, ...]:
        """Return new recovery codes, shown once, for who shows a code; those from before hold no longer.

        Raises:
            RunError: the code is not right.
        """
        self._check_code(user, code)
        with self._hub.state.write() as connection:
            codes = second_factor.new_recovery_codes(connection, user.user_id)
            append(connection, Line(user.email, RECOVERY_CODES, user.roles), self._clock())
        return codes

    def remove_second_factor(self, user: User, code: str) -> None:
        """Let a second factor go, for who shows a code of it; where one is needed, it is set up anew at once.

        Raises:
            RunError: the code is not right.
        """
        self._check_code(user, code)
        with self._hub.state.write() as connection:
            second_factor.remove(connection, user.user_id)
            append(connection, Line(user.email, REMOVE_SECOND_FACTOR, user.roles), self._clock())

    def _check_code(self, user: User, code: str) -> None:
        with self._hub.state.write() as connection:
            right = second_factor.is_right(connection, user.user_id, code, self._clock())
        if not right:
            raise RunError("this code is not right", remedy="Wait for the next code that the app shows, and type that")

    def sessions(self, user: User) -> tuple[Open, ...]:
        """Return a user's own sessions that are open, the one that was used last first."""
        with self._hub.state.read() as connection:
            return sessions.sessions_of(connection, user.user_id, self._clock(), self.settings)

    def end_other_sessions(self, user: User, key: str) -> int:
        """End every session of a user but one; return how many."""
        with self._hub.state.write() as connection:
            ended = sessions.end_other_sessions(connection, user.user_id, key, self._clock())
            append(connection, Line(user.email, END_SESSIONS, user.roles, detail={"ended": ended}), self._clock())
        return ended

    def tokens(self, user: User) -> tuple[ApiToken, ...]:
        """Return the tokens of a user's programs, newest first."""
        with self._hub.state.read() as connection:
            return tokens.tokens_of(connection, user.user_id)

    def make_token(self, user: User, *, name: str, roles: Sequence[str], days: int) -> tuple[ApiToken, str]:
        """Make a token for a user's program; return it, and what the program sends, which is shown once.

        Raises:
            RunError: as ``accounts.tokens.make_token``.
        """
        at = self._clock()
        with self._hub.state.write() as connection:
            made, text = tokens.make_token(connection, user, name=name, roles=roles, days=days, at=at)
            detail = {"token": made.token_id, "roles": list(made.roles), "days": days}
            append(connection, Line(user.email, MAKE_TOKEN, user.roles, detail=detail), at)
        return made, text

    def end_token(self, user: User, token_id: int) -> None:
        """End a token of a user's programs.

        Raises:
            RunError: they have none of this number.
        """
        at = self._clock()
        with self._hub.state.write() as connection:
            tokens.end_token(connection, user.user_id, token_id, at)
            append(connection, Line(user.email, END_TOKEN, user.roles, detail={"token": token_id}), at)

    def of_token(self, text: str) -> tuple[ApiToken, User] | None:
        """Return the token that a program sent and its user with the roles that it has; None where it is not good.

        A user who signs in with a password and still has to change it, or to set up a second factor, has no programs
        until that is done.
        """
        at = self._clock()
        with self._hub.state.read() as connection:
            found = tokens.look(connection, text, at)
        if found is None or (found[1].has_password and self._is_to_do(found[1])):
            return None
        if tokens.is_to_be_noted(found[0], at):
            with self._hub.state.write() as connection:
                tokens.note_use(connection, found[0], at)
        return found

    def _is_to_do(self, user: User) -> bool:
        return sign_in.needs(user, "password", self.settings) is not Needs.NOTHING
