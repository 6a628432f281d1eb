"""Refusals that are given before a request reaches any page.

Takes a status, sends a page of the app's own look. The page is made in a thread, as every page is.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from insighthub.web import error_pages


async def refuse(
    status: int, scope: Scope, receive: Receive, send: Send, headers: Mapping[str, str] | None = None
) -> None:
    """Answer a request with an error page, or a problem in JSON where it was for the API."""
    response = await run_in_threadpool(error_pages.answer, Request(scope), status, headers=headers)
    await response(scope, receive, send)
