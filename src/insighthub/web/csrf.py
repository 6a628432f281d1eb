"""Forms that only our own pages can send.

Takes a secret, gives tokens for forms and checks them. A token is an HMAC of a cookie of the browser and of the
session, so that a token of one session is worth nothing in another; each page masks it anew, so that compressed pages
do not give it away letter by letter (the BREACH attack). Besides, a browser says where a request comes from, and one
that comes from another site is refused before anything reads it (see ``security``).
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request

from insighthub.errors import RunError
from insighthub.web.odd_values import ordinary_fields
from insighthub.web.session import cookie_name, current_user, signed_in

COOKIE = "insighthub-form"
FIELD = "csrf_token"
HEADER = "X-CSRF-Token"
SECRET = "INSIGHTHUB_SECRET"  # noqa: S105 - the name of a variable
SECRET_FILE = "web.key"  # noqa: S105 - the name of a file
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LEAST = 32


class FormRefused(Exception):  # noqa: N818
    """A form was sent without the token that our own pages give."""


def secret(home: Path) -> bytes:
    """Return the secret that tokens are made with: of the environment, or a file in the hub's folder that is made once.

    It outlives the process, so that a page that was open while the app was started anew can still be sent.

    Raises:
        RunError: it is too short, or the file cannot be written.
    """
    given = os.environ.get(SECRET)
    if given is not None:
        if len(given) < _LEAST:
            raise RunError(
                f"the secret in {SECRET} is too short",
                remedy=f"Set it to {_LEAST} characters or more, chosen at random",
            )
        return given.encode()
    file = home / SECRET_FILE
    try:
        if not file.exists():
            beside = file.with_name(f".{SECRET_FILE}.{secrets.token_hex(4)}")
            beside.touch(mode=0o600)
            beside.write_text(secrets.token_urlsafe(48) + "\n", encoding="ascii")
            try:
                os.link(beside, file)  # whoever is first wins, of several processes that start at once
            except FileExistsError:
                pass
            finally:
                beside.unlink()
        kept = file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(
            f"the web app's secret cannot be kept ({type(error).__name__})",
            remedy=f"Let the app write to the hub's folder, or set {SECRET}",
            file=file,
        ) from None
    if len(kept) < _LEAST:
        raise RunError("this file should hold the web app's secret", remedy="Take the file away", file=file)
    return kept.encode()


class Csrf:
    """Makes tokens and checks them.

    Args:
        key: the secret.
    """

    def __init__(self, key: bytes) -> None:
        self._key = hashlib.sha256(b"insighthub forms\0" + key).digest()

    def token(self, request: Request) -> str:
        """Return a token for a form on the page that answers a request."""
        plain = self._plain(request, browser(request))
        mask = secrets.token_bytes(len(plain))
        return urlsafe_b64encode(mask + _mixed(mask, plain)).decode().rstrip("=")

    def holds(self, request: Request, token: object) -> bool:
        """Say whether a token is one that a page of this browser and session gave."""
        cookie = request.cookies.get(cookie_name(request, COOKIE))
        if not cookie or not isinstance(token, str):
            return False
        try:
            raw = urlsafe_b64decode(token + "=" * (-len(token) % 4))
        except ValueError:
            return False
        half = len(raw) // 2
        return hmac.compare_digest(_mixed(raw[:half], raw[half:]), self._plain(request, cookie))

    def _plain(self, request: Request, cookie: str) -> bytes:
        user = current_user(request)
        bound = f"{cookie}\0{user.session_id if user else ''}"
        return hmac.digest(self._key, bound.encode(), "sha256")


def browser(request: Request) -> str:
    """Return what tells this browser from others: of its cookie, or new, to be set with the answer."""
    known: str | None = request.cookies.get(cookie_name(request, COOKIE)) or getattr(request.state, "new_browser", None)
    if known is None:
        known = request.state.new_browser = secrets.token_urlsafe(24)
    return known


async def form_checked(request: Request) -> AsyncIterator[None]:
    """Refuse a request that changes something and bears no token of ours; files that came with it are let go of.

    Raises:
        FormRefused: it has none, or not the right one.
    """
    if request.method in _SAFE:
        yield
        return
    form = await request.form() if "form" in request.headers.get("content-type", "") else FormData()
    try:
        token = request.headers.get(HEADER) or form.get(FIELD)
        if not await run_in_threadpool(request.app.state.site.csrf.holds, request, token):
            raise FormRefused
        ordinary_fields(value for _, value in form.multi_items())
        yield
    finally:
        await form.close()


def call_checked(request: Request) -> None:
    """Refuse a call of the API that another site could have had a browser send with somebody's session.

    A program sends a token, which no browser adds by itself. With a session, a call that sends something sends JSON: a
    form of another site cannot, and a script of one is not let to.

    Raises:
        FormRefused: it is not so.
    """
    if request.method in _SAFE or signed_in(request).is_program:
        return
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise FormRefused


def _mixed(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=False))
