"""What protects every answer: headers, the names under which the app is reached, and where a request comes from.

Takes an ASGI app, gives one. Pages run scripts of our own files only and load nothing from elsewhere; no other site may
frame them, send their forms, or learn what was looked at from a referrer.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from insighthub.web.refusal import refuse
from insighthub.web.session import is_https

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    "X-Robots-Tag": "noindex, nofollow",
}
STRICT_TRANSPORT = "max-age=31536000"
#: Asked by load balancers, under whatever name.
PROBES = frozenset({"/health", "/ready"})
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class SecurityHeaders:
    """Sets the headers that protect every answer; one that a page set itself stays."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        secure = is_https(HTTPConnection(scope))

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                # People's data are kept by no cache, of a browser on a shared desk or of a proxy.
                headers.setdefault("Cache-Control", "no-store")
                if secure:
                    headers.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)
            await send(message)

        await self._app(scope, receive, send_with_headers)


class OwnHosts:
    """Refuses requests under a name that is none of the app's, and changes that come from another site.

    Args:
        app: what is served.
        hosts: the names, without ports; ``*`` for any, where a proxy before the app checks them.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self._app, self._hosts = app, frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http" or scope["path"] in PROBES:
            await self._app(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        host = connection.headers.get("host", "").lower()
        if "*" not in self._hosts and _name(host) not in self._hosts:
            await refuse(400, scope, receive, send)
        elif scope["method"] not in _SAFE and _from_elsewhere(connection, host):
            await refuse(403, scope, receive, send)
        else:
            await self._app(scope, receive, send)


def _name(host: str) -> str:
    """Return a host without its port; an address of IPv6 keeps its brackets."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


def _from_elsewhere(connection: HTTPConnection, host: str) -> bool:
    """Say whether the browser tells that a request was begun by another site; old ones do not tell."""
    if connection.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return True
    origin = connection.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc.lower() != host
