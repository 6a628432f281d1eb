"""What people read when a page could not be given: what happened, and what to do, without anybody's data.

Takes a request and a status, gives a page, or for the API a problem in JSON (RFC 9457).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from insighthub.api.problem import is_api, problem


class Words(NamedTuple):
    """The title of an error page, and its paragraphs."""

    title: str
    paragraphs: tuple[str, ...]


PAGES: dict[int, Words] = {
    400: Words(
        "The request could not be understood",
        ("Go back to the page that you came from, and try again.", "If you typed an address, check that it is right."),
    ),
    401: Words("You are not signed in", ("Sign in, and try again.",)),
    403: Words(
        "You cannot do this",
        (
            "Your role, or the purpose that you chose, does not allow it.",
            "If you need it for your work, ask the person who looks after access to Insight Hub.",
        ),
    ),
    404: Words(
        "Page not found",
        (
            "If you typed an address, check that it is right. If you pasted it, check that it is whole.",
            "The page may also be one that you may not see.",
        ),
    ),
    405: Words("This cannot be done here", ("Go back to the page that you came from, and try again.",)),
    409: Words("This could not be done", ("Go back, load the page again, and see how things stand now.",)),
    413: Words(
        "What you sent is too large",
        ("Send a smaller file, or less text. Nothing of it was kept.",),
    ),
    422: Words(
        "The request was not right",
        ("A part of the address or the form is missing or wrong. Go back, and try again.",),
    ),
    429: Words(
        "Too many requests",
        ("You asked for very many pages in a short time. Wait a minute, and try again.",),
    ),
    500: Words(
        "Sorry, there is a problem with the service",
        (
            "Try again later.",
            "What you had saved is kept. If you were filling in a form, you may have to fill it in again.",
        ),
    ),
    503: Words(
        "Sorry, the service is unavailable",
        ("You can use it later. Nothing that was saved is lost.",),
    ),
}
FORM_TOO_OLD = Words(
    "This form can no longer be sent",
    (
        "It was open for too long, you signed out since, or it did not come from this service. Nothing was changed.",
        "Go back, load the page again, and send the form again.",
    ),
)
NO_RELEASE = Words(
    "There is no index of residents yet",
    (
        "Data were not linked and published on this hub so far, so there is nothing to look at.",
        "This does not mean that anybody is unknown to the council.",
        "When the first run has ended, this page shows what you asked for. Nothing has to be started again.",
    ),
)


def answer(
    request: Request,
    status: int,
    words: Words | None = None,
    *,
    detail: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Make the page for a status.

    Args:
        request: what it answers.
        status: of HTTP; one that has no words of its own is told as 400 or 500.
        words: instead of the status's own.
        detail: a sentence that says more. It must hold nobody's data.
        headers: further headers.
    """
    said = words or PAGES.get(status) or PAGES[400 if status < 500 else 500]
    if is_api(request.url.path):
        return problem(status, said.title, detail or said.paragraphs[0], headers=headers)
    site = request.app.state.site
    paragraphs = (detail, *said.paragraphs) if detail else said.paragraphs
    response: Response = site.pages.page(
        request,
        "error.html",
        title=said.title,
        status=status,
        headers=headers,
        paragraphs=paragraphs,
        request_id=getattr(request.state, "request_id", None),
    )
    return response
