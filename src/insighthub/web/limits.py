"""What one caller may ask of the app: how large a request, and how many in a minute.

Takes an ASGI app, gives one. Counts are kept in this process, in a table that does not grow beyond a bound: they are
there to keep one broken script, or one person guessing, from the others' way, and not to withstand a flood, which is
for the proxy.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable
from threading import Lock

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from insighthub.web.refusal import refuse
from insighthub.web.security import PROBES
from insighthub.web.session import SIGN_IN, bearer_token, session_token

#: Behind one address there may be a whole office.
ADDRESS_SHARE = 20
_MOST_CALLERS = 20_000
_FREE = ("/static/",)
#: Where passwords and codes are sent.
_GUESSED = (SIGN_IN, "/account/password", "/account/second-factor", "/account/recovery-codes")


class RateLimit:
    """Refuses callers who ask too often, until they may again.

    Each caller has a bucket that holds a minute's requests and is filled evenly. A session has one, and so has the
    address, so that making up sessions gains nothing. An address has a smaller one for what can be guessed at:
    passwords and codes.

    Args:
        app: what is served.
        per_minute: requests of one session; of one address without a session, the same.
        guesses_per_minute: passwords and codes that one address may send.
        seconds: a clock that only goes forward.
    """

    def __init__(self, app: ASGIApp, per_minute: int, guesses_per_minute: int, seconds: Callable[[], float]) -> None:
        self._app, self._per_minute, self._seconds = app, per_minute, seconds
        self._guesses = guesses_per_minute
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http" or scope["path"] in PROBES or scope["path"].startswith(_FREE):
            await self._app(scope, receive, send)
            return
        guesses = scope["method"] == "POST" and scope["path"].startswith(_GUESSED)
        waits = [self._wait(key, size) for key, size in self._keys(HTTPConnection(scope), guesses=guesses)]
        if (wait := max(waits)) > 0:
            await refuse(429, scope, receive, send, {"Retry-After": str(int(wait) + 1)})
        else:
            await self._app(scope, receive, send)

    def _keys(self, connection: HTTPConnection, *, guesses: bool) -> list[tuple[str, int]]:
        address = connection.client.host if connection.client else "nowhere"
        token = bearer_token(connection) or session_token(connection)
        known = f"stranger {address}" if token is None else f"session {hashlib.sha256(token.encode()).hexdigest()}"
        keys = [(known, self._per_minute), (f"address {address}", self._per_minute * ADDRESS_SHARE)]
        return [*keys, (f"guesses {address}", self._guesses)] if guesses else keys

    def _wait(self, key: str, size: int) -> float:
        """Take one from a bucket; return the seconds until there is one, 0 where there was."""
        with self._lock:
            now = self._seconds()
            left, since = self._buckets.pop(key, (float(size), now))
            left = min(float(size), left + (now - since) * size / 60)
            wait = 0.0 if left >= 1 else (1 - left) * 60 / size
            self._buckets[key] = (left - 1 if left >= 1 else left, now)
            while len(self._buckets) > _MOST_CALLERS:
                self._buckets.popitem(last=False)
            return wait


class BodyLimit:
    """Refuses requests whose body is too large, by what they say of it and by what they send.

    Args:
        app: what is served.
        most: bytes of an ordinary request.
        most_upload: bytes where a file may be sent.
        uploads: the paths where one may; paths below them too.
    """

    def __init__(self, app: ASGIApp, most: int, most_upload: int, uploads: Iterable[str]) -> None:
        self._app, self._most, self._most_upload, self._uploads = app, most, most_upload, tuple(uploads)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._most_upload if self._may_upload(scope["path"]) else self._most
        said = HTTPConnection(scope).headers.get("content-length", "0")
        if not said.isdecimal() or int(said) > most:
            await refuse(413 if said.isdecimal() else 400, scope, receive, send)
            return
        sent = 0

        async def receive_counted() -> Message:
            nonlocal sent
            message = await receive()
            sent += len(message.get("body", b""))
            if sent > most:
                raise HTTPException(413)
            return message

        await self._app(scope, receive_counted, send)

    def _may_upload(self, path: str) -> bool:
        return any(path == place or path.startswith(f"{place}/") for place in self._uploads)
