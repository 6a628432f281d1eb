"""Which answer an exception becomes.

Takes an app, adds its handlers. Handlers run in a thread, as pages do. What a member of the
InsightHubError family says was written for a user to read, so it is shown; the file that it names is not.
"""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from insighthub.api.problem import is_api
from insighthub.desk.refused import NotThere, QueryError, Refused
from insighthub.errors import InsightHubError, MeasureError
from insighthub.web.csrf import FormRefused
from insighthub.web.error_pages import FORM_TOO_OLD, NO_RELEASE, answer
from insighthub.web.forms import sentences
from insighthub.web.session import SIGN_IN, NotSignedIn, NotYet, local_path

#: The status of each kind of error of ours; the nearest class counts, and of those not named, 409.
STATUS: dict[type[InsightHubError], int] = {
    InsightHubError: 409,
    Refused: 403,
    NotThere: 404,
    MeasureError: 404,
    QueryError: 422,
}


class NoRelease(Exception):  # noqa: N818
    """A page needs a release, and none is published yet."""


def release_needed(request: Request) -> str:
    """Return the published release; a dependency of pages that show what is in one.

    Raises:
        NoRelease: there is none yet.
    """
    run_id: str | None = request.app.state.site.releases.current().run_id
    if run_id is None:
        raise NoRelease
    return run_id


def add_handlers(app: FastAPI) -> None:
    """Let an app answer for exceptions."""

    @app.exception_handler(NotSignedIn)
    def _not_signed_in(request: Request, _: Exception) -> Response:
        if is_api(request.url.path):
            return answer(request, 401, detail="Sign in, or send a token.", headers={"WWW-Authenticate": "Bearer"})
        back = local_path(request.url.path) if request.method == "GET" else "/"
        where = SIGN_IN if back == "/" else f"{SIGN_IN}?next={back}"
        if request.headers.get("HX-Request") == "true":  # a part of a page was asked for; the whole page must go
            return Response(status_code=401, headers={"HX-Redirect": SIGN_IN})
        return RedirectResponse(where, status_code=303)

    @app.exception_handler(NotYet)
    def _not_yet(request: Request, error: NotYet) -> Response:
        if is_api(request.url.path):
            return answer(request, 403, detail="Sign in on the web app first, and do what it asks for.")
        if request.headers.get("HX-Request") == "true":
            return Response(status_code=403, headers={"HX-Redirect": error.page})
        return RedirectResponse(error.page, status_code=303)

    @app.exception_handler(FormRefused)
    def _form_refused(request: Request, _: Exception) -> Response:
        return answer(request, 403, FORM_TOO_OLD)

    @app.exception_handler(NoRelease)
    def _no_release(request: Request, _: Exception) -> Response:
        return answer(request, 503, NO_RELEASE, headers={"Retry-After": "60"})

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> Response:
        return answer(request, error.status_code, headers=error.headers)

    @app.exception_handler(RequestValidationError)
    def _not_valid(request: Request, _: Exception) -> Response:
        return answer(request, 422)

    @app.exception_handler(InsightHubError)
    def _ours(request: Request, error: InsightHubError) -> Response:
        status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
        return answer(request, status, detail=sentences(error))
