"""Who is signed in: what pages ask, whatever way people sign in.

Takes a request, gives ``SignedIn`` or nobody. Which accounts there are is not known here: ``Sessions`` is what the way
of signing in must give, and ``NobodySignedIn`` stands where none is set up, so that every page but the public ones is
closed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from starlette.requests import HTTPConnection, Request

from insighthub.accounts.users import User

#: The cookie of a session; over https with the prefix that keeps other hosts of the domain from setting it.
SESSION_COOKIE = "insighthub-session"
HOST_PREFIX = "__Host-"
SIGN_IN = "/sign-in"


@dataclass(frozen=True)
class SignedIn:
    """Somebody who is signed in.

    Args:
        user_id: of the account.
        name: as it is shown to that person.
        role: the titles of the roles, as they are shown.
        may: the names of the actions that the roles allow; what navigation shows hangs on it, and nothing else: the
            service layer asks the policy again.
        session_id: what tells this session from others; never sent to anybody.
        account: what the desk knows the user by; None where a way of signing in has no accounts.
        must_first: the page of what they have to do before anything else; None where there is nothing.
        is_program: whether a program signed in, with a token: it reaches the API alone.
    """

    user_id: str
    name: str
    role: str
    may: frozenset[str]
    session_id: str
    account: User | None = None
    must_first: str | None = None
    is_program: bool = False


class Sessions(Protocol):
    """A way of signing in."""

    def user(self, request: Request) -> SignedIn | None:
        """Return who sends a request, None where nobody is signed in. Called once a request, in a thread."""
        ...

    def end(self, request: Request) -> None:
        """End the session that sends a request, so that its cookie is worth nothing from now on."""
        ...


class NobodySignedIn:
    """Where no way of signing in is set up."""

    def user(self, request: Request) -> SignedIn | None:  # noqa: ARG002
        """Return nobody."""
        return None

    def end(self, request: Request) -> None:
        """End nothing."""


class NotSignedIn(Exception):  # noqa: N818
    """A page that is not public was asked for by nobody."""


class NotYet(Exception):  # noqa: N818
    """Somebody has something to do before anything else; ``page`` is where."""

    def __init__(self, page: str) -> None:
        super().__init__(page)
        self.page = page


def current_user(request: Request) -> SignedIn | None:
    """Return who is signed in, None where nobody is."""
    if not hasattr(request.state, "user"):
        request.state.user = request.app.state.site.sessions.user(request)
    user: SignedIn | None = request.state.user
    return user


def signed_in(request: Request) -> SignedIn:
    """Return who is signed in.

    Raises:
        NotSignedIn: nobody is; the app answers with the way to sign in.
    """
    user = current_user(request)
    if user is None:
        raise NotSignedIn
    return user


def ready(request: Request) -> SignedIn:
    """Return who is signed in and has nothing to do before anything else.

    Raises:
        NotSignedIn: nobody is.
        NotYet: they have; the app answers with the way there.
    """
    user = signed_in(request)
    if user.must_first is not None:
        raise NotYet(user.must_first)
    return user


def bearer_token(connection: HTTPConnection) -> str | None:
    """Return the token that a program sends."""
    kind, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() or None if kind.casefold() == "bearer" else None


def is_https(connection: HTTPConnection) -> bool:
    """Say whether a request came over https, as far as the server or a proxy that it trusts says."""
    return connection.scope.get("scheme") in {"https", "wss"}


def cookie_name(connection: HTTPConnection, name: str) -> str:
    """Return the name of a cookie: over https one that no other host of the domain can set."""
    return f"{HOST_PREFIX}{name}" if is_https(connection) else name


def session_token(connection: HTTPConnection) -> str | None:
    """Return what the session's cookie holds."""
    return connection.cookies.get(cookie_name(connection, SESSION_COOKIE))


def local_path(text: str | None) -> str:
    """Return where to go after signing in: a path of this app, the start where it is none.

    What stands after a question mark is left out: it may hold what was searched for.
    """
    path = (text or "").partition("?")[0]
    good = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if good and not path.startswith((SIGN_IN, "/sign-out", "/api/")) else "/"
