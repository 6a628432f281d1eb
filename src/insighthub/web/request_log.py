"""One line a request, and one for each fault of this program: without anybody's data.

Takes an ASGI app and a logger, gives one. A line names the page's pattern (``/residents/{resident_id}``), never the
address that was asked for, what stood after its question mark, or what was sent. Of a fault it has the kind and the
places in the code: messages of exceptions quote values, so they are left out.
"""

from __future__ import annotations

import secrets
import sys
import traceback
from collections.abc import Callable
from typing import Any, TextIO

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from insighthub.web.refusal import refuse

REQUEST_ID = "X-Request-ID"
_DEEPEST = 12


def logger(out: TextIO | None = None) -> Any:
    """Return a logger that writes a line of JSON for each event, to standard output where no file is given."""
    return structlog.wrap_logger(
        structlog.PrintLogger(out or sys.stdout),
        processors=[structlog.processors.TimeStamper(fmt="iso", utc=True), structlog.processors.JSONRenderer()],
        wrapper_class=structlog.BoundLogger,
    )


class BrokenOffError(Exception):
    """An answer was broken off by a fault that is logged already."""


class RequestLog:
    """Gives each request an id, logs it, and answers for faults.

    Args:
        app: what is served.
        log: a logger of structlog.
        seconds: a clock that only goes forward.
    """

    def __init__(self, app: ASGIApp, log: Any, seconds: Callable[[], float]) -> None:
        self._app, self._log, self._seconds = app, log, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        began, status = self._seconds(), 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Exception as fault:
            self._log.error("fault", request_id=request_id, route=pattern(scope), **described(fault))
            if status:  # an answer has begun: all that is left is to break it off; the server logs what is raised here
                raise BrokenOffError from None
            await refuse(500, scope, receive, send_with_id)
        finally:
            self._log.info(
                "request",
                request_id=request_id,
                method=scope["method"],
                route=pattern(scope),
                status=status,
                milliseconds=round((self._seconds() - began) * 1000, 1),
            )


def pattern(scope: Scope) -> str:
    """Return the pattern of the page that was asked for; of none, that there is none."""
    path = getattr(scope.get("route"), "path", None)
    return path if isinstance(path, str) else "no such page"


def described(fault: BaseException) -> dict[str, Any]:
    """Return the kind of a fault and the places in the code that it came by, innermost last."""
    places = [
        f"{frame.filename}:{frame.lineno} {frame.name}"
        for frame in traceback.extract_tb(fault.__traceback__)[-_DEEPEST:]
    ]
    return {"kind": type(fault).__name__, "places": places}
