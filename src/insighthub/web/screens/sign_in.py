"""Signing in, with a password and a code or at the council's identity provider, and signing out.

What went wrong is said in one way whatever it was. Between the password and the code the browser keeps a sealed proof
that the password was right; on the way to the identity provider and back, a sealed state.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from insighthub.accounts.oidc_provider import Begun
from insighthub.accounts.sign_in import SignedIn
from insighthub.errors import RunError
from insighthub.web.forms import FieldError, message
from insighthub.web.screen import Screen
from insighthub.web.sealed import Seal
from insighthub.web.session import SESSION_COOKIE, SIGN_IN, cookie_name, current_user, is_https, local_path
from insighthub.web.site import Site, site_of

router = APIRouter()
SCREEN = Screen(router, public=True)
Text = Annotated[str, Form()]

CODE, PROVIDER, BACK = f"{SIGN_IN}/code", f"{SIGN_IN}/oidc", f"{SIGN_IN}/oidc/callback"
#: What the browser keeps between two steps, each for some minutes.
PROOF_COOKIE, PROVIDER_COOKIE = "insighthub-proof", "insighthub-oidc"
MINUTES = 10


@router.get(SIGN_IN)
def sign_in(request: Request, next: str = "/") -> Response:
    """Ask for address and password, or lead to the identity provider."""
    if current_user(request) is not None:
        return RedirectResponse(local_path(next), status_code=303)
    return _page(request, next)


@router.post(SIGN_IN)
def check_password(
    request: Request,
    email: Text = "",
    password: Text = "",
    next: Text = "/",
) -> Response:
    """Let somebody in, or ask for the code."""
    site, errors = site_of(request), []
    if not email.strip():
        errors.append(FieldError("email", "Enter your e-mail address"))
    if not password:
        errors.append(FieldError("password", "Enter your password"))
    if errors:
        return _page(request, next, email, errors)
    done = site.desk.front_door.sign_in(email, password)
    if done.proof is not None:
        values = {"email": email.strip(), "proof": done.proof, "next": local_path(next)}
        return _keeping(request, RedirectResponse(CODE, status_code=303), PROOF_COOKIE, values)
    if done.token is None:
        return _page(request, next, email, [FieldError("email", done.says.removesuffix("."))])
    return _let_in(request, done, next)


@router.get(CODE)
def code(request: Request) -> Response:
    """Ask for the code."""
    if _kept(request, PROOF_COOKIE) is None:
        return RedirectResponse(SIGN_IN, status_code=303)
    return _code_page(request)


@router.post(CODE)
def check_code(request: Request, code: Text = "") -> Response:
    """Let somebody in who has shown the password before."""
    kept = _kept(request, PROOF_COOKIE)
    if kept is None:
        return RedirectResponse(SIGN_IN, status_code=303)
    if not code.strip():
        return _code_page(request, [FieldError("code", "Enter the code that your app shows")])
    done = site_of(request).desk.front_door.sign_in_by_code(kept["email"], kept["proof"], code)
    if done.token is None:
        return _code_page(request, [FieldError("code", done.says.removesuffix("."))])
    return _let_in(request, done, kept["next"])


@router.get(PROVIDER)
def go_to_provider(request: Request, next: str = "/") -> Response:
    """Send the browser to the identity provider."""
    try:
        address, begun = site_of(request).desk.front_door.begin_at_provider(_redirect_uri(request))
    except RunError as error:
        return _page(request, next, errors=[FieldError("provider", message(error))])
    values = {**begun.as_dict(), "next": local_path(next)}
    return _keeping(request, RedirectResponse(address, status_code=303), PROVIDER_COOKIE, values)


@router.get(BACK)
def back_from_provider(request: Request) -> Response:
    """Let somebody in whom the identity provider sent back."""
    kept = _kept(request, PROVIDER_COOKIE) or {}
    then = kept.pop("next", "/")
    answer = {name: request.query_params.get(name, "") for name in ("code", "state", "error")}
    begun = Begun(**kept) if kept else None
    done = site_of(request).desk.front_door.sign_in_by_provider(begun, {k: v for k, v in answer.items() if v})
    if done.token is None:
        response: Response = _page(request, then, errors=[FieldError("provider", done.says.removesuffix("."))])
        return _forgetting(request, response, PROVIDER_COOKIE)
    return _let_in(request, done, then)


@router.post("/sign-out")
def sign_out(request: Request) -> RedirectResponse:
    """End the session, and go to where one signs in."""
    site_of(request).sessions.end(request)
    response = RedirectResponse(SIGN_IN, status_code=303)
    _forgetting(request, response, SESSION_COOKIE)
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def set_session(request: Request, response: Response, token: str) -> None:
    """Have the browser keep the token of a session; it goes when the browser is closed."""
    name, secure = cookie_name(request, SESSION_COOKIE), is_https(request)
    response.set_cookie(name, token, httponly=True, samesite="lax", secure=secure, path="/")


def _let_in(request: Request, done: SignedIn, then: str) -> Response:
    """Begin the new session; whichever was open in this browser ends."""
    site_of(request).sessions.end(request)
    response = RedirectResponse(local_path(then), status_code=303)
    set_session(request, response, str(done.token))
    for kept in (PROOF_COOKIE, PROVIDER_COOKIE):
        if cookie_name(request, kept) in request.cookies:
            _forgetting(request, response, kept)
    return response


def _page(request: Request, then: str, email: str = "", errors: list[FieldError] | None = None) -> HTMLResponse:
    site = site_of(request)
    settings = site.desk.front_door.settings
    return site.pages.page(
        request,
        "account/sign_in.html",
        title="Sign in",
        status=422 if errors else 200,
        errors=tuple(errors or ()),
        local=settings.local,
        provider=None if site.desk.front_door.provider is None else f"{PROVIDER}?next={local_path(then)}",
        next=local_path(then),
        email=email,
    )


def _code_page(request: Request, errors: list[FieldError] | None = None) -> HTMLResponse:
    return site_of(request).pages.page(
        request,
        "account/code.html",
        title="Enter your code",
        status=422 if errors else 200,
        errors=tuple(errors or ()),
    )


def _redirect_uri(request: Request) -> str:
    return f"{str(request.base_url).rstrip('/')}{BACK}"


def _seal(site: Site, use: str) -> Seal:
    return Seal(site.key, use)


def _kept(request: Request, use: str) -> dict[str, str] | None:
    site = site_of(request)
    return _seal(site, use).opened(request.cookies.get(cookie_name(request, use)), site.clock.now())


def _keeping(request: Request, response: Response, use: str, values: dict[str, str]) -> Response:
    site = site_of(request)
    text = _seal(site, use).closed(values, site.clock.now() + timedelta(minutes=MINUTES))
    name, secure = cookie_name(request, use), is_https(request)
    response.set_cookie(name, text, max_age=MINUTES * 60, httponly=True, samesite="lax", secure=secure, path="/")
    return response


def _forgetting(request: Request, response: Response, use: str) -> Response:
    response.delete_cookie(cookie_name(request, use), secure=is_https(request), httponly=True, samesite="lax", path="/")
    return response
