"""Who is signed in by the hub's own accounts, or by an identity provider that the desk let in.

Takes the desk, gives ``Sessions``: what the session's cookie says is asked of the state once a request. A program sends
a token in its place, which the API takes and no page does.
"""

from __future__ import annotations

from starlette.requests import Request

from insighthub.accounts.sign_in import Needs
from insighthub.accounts.users import User
from insighthub.api.problem import is_api
from insighthub.desk.desk import Desk
from insighthub.web.session import SignedIn, bearer_token, session_token

#: Where what has to be done first is done.
FIRST = {Needs.NEW_PASSWORD: "/account/password", Needs.SECOND_FACTOR: "/account/second-factor"}


class DeskSessions:
    """Sessions that the desk keeps.

    Args:
        desk: the desk of the hub.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def user(self, request: Request) -> SignedIn | None:
        """Return who sends a request, None where nobody is signed in."""
        door = self._desk.front_door
        if is_api(request.url.path) and "authorization" in request.headers:
            program = door.of_token(bearer_token(request) or "")
            return (
                None if program is None else self._signed_in(program[1], f"token {program[0].token_id}", program=True)
            )
        session = door.session(session_token(request))
        if session is None:
            return None
        return self._signed_in(session.user, session.key, must_first=FIRST.get(door.needs(session)))

    def _signed_in(
        self, user: User, session_id: str, *, must_first: str | None = None, program: bool = False
    ) -> SignedIn:
        titles = self._desk.hub.policy().titles(user.roles).values()
        return SignedIn(
            user_id=str(user.user_id),
            name=user.name,
            role=", ".join(titles) or "no role yet",
            may=frozenset(str(action) for action in self._desk.actions(user)),
            session_id=session_id,
            account=user,
            must_first=must_first,
            is_program=program,
        )

    def end(self, request: Request) -> None:
        """End the session that sends a request."""
        token = session_token(request)
        if token:
            self._desk.front_door.sign_out(token)
