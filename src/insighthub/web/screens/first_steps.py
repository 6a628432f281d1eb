"""What somebody may have to do before anything else: change a one-time password, and set up a second factor.

Both are reached later, too, from one's own account.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qs, urlsplit

import segno
from fastapi import APIRouter, Form, Request
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from insighthub.errors import RunError
from insighthub.web.forms import FieldError, message
from insighthub.web.screen import Screen
from insighthub.web.screens.sign_in import set_session
from insighthub.web.session import signed_in
from insighthub.web.site import account, site_of

router = APIRouter(prefix="/account")
SCREEN = Screen(router, first=True)
Text = Annotated[str, Form()]
PASSWORD, SECOND = "/account/password", "/account/second-factor"


@router.get("/password")
def password(request: Request) -> Response:
    """Ask for the old password and a new one."""
    return _password(request)


@router.post("/password")
def change_password(request: Request, old: Text = "", new: Text = "", again: Text = "") -> Response:
    """Change the password; every other session ends."""
    site, user = site_of(request), account(request)
    errors = []
    if not old:
        errors.append(FieldError("old", "Enter the password that you have now"))
    if not new:
        errors.append(FieldError("new", "Enter a new password"))
    elif new != again:
        errors.append(FieldError("again", "Enter the new password again, the same as above"))
    if errors:
        return _password(request, errors)
    try:
        token = site.desk.front_door.change_password(user, old, new)
    except RunError as error:
        field = "old" if error.what.startswith("your password") else "new"
        return _password(request, [FieldError(field, message(error))])
    first = signed_in(request).must_first is not None
    response = RedirectResponse("/" if first else "/account?done=password", status_code=303)
    set_session(request, response, token)
    return response


@router.get("/second-factor")
def second_factor(request: Request) -> Response:
    """Show the key of a new second factor, to be taken into an app."""
    if signed_in(request).must_first == PASSWORD:
        return RedirectResponse(PASSWORD, status_code=303)
    return _second_factor(request)


@router.post("/second-factor")
def confirm_second_factor(request: Request, code: Text = "") -> Response:
    """Have the second factor hold, and show the recovery codes, once."""
    site, user = site_of(request), account(request)
    if signed_in(request).must_first == PASSWORD:
        return RedirectResponse(PASSWORD, status_code=303)
    if not code.strip():
        return _second_factor(request, [FieldError("code", "Enter the code that your app shows")])
    try:
        codes = site.desk.front_door.confirm_second_factor(user, code)
    except RunError as error:
        return _second_factor(request, [FieldError("code", message(error))])
    return recovery_codes(request, codes)


def recovery_codes(request: Request, codes: tuple[str, ...]) -> HTMLResponse:
    """Show recovery codes, once."""
    return site_of(request).pages.page(request, "account/recovery_codes.html", title="Your recovery codes", codes=codes)


def _password(request: Request, errors: list[FieldError] | None = None) -> Response:
    site, user = site_of(request), account(request)
    if not user.has_password:
        return RedirectResponse("/account", status_code=303)
    return site.pages.page(
        request,
        "account/password.html",
        title="Choose your own password" if user.must_change else "Change your password",
        status=422 if errors else 200,
        errors=tuple(errors or ()),
        account=user,
        least=site.desk.front_door.settings.least_password,
    )


def _second_factor(request: Request, errors: list[FieldError] | None = None) -> Response:
    site, user = site_of(request), account(request)
    if user.has_second_factor or not user.has_password:
        return RedirectResponse("/account", status_code=303)
    address = site.desk.front_door.second_factor_address(user)
    key = parse_qs(urlsplit(address).query)["secret"][0]
    return site.pages.page(
        request,
        "account/second_factor.html",
        title="Set up a code for signing in",
        status=422 if errors else 200,
        errors=tuple(errors or ()),
        account=user,
        drawing=qr_code(address),
        key=" ".join(key[at : at + 4] for at in range(0, len(key), 4)),
        first=signed_in(request).must_first is not None,
    )


def qr_code(text: str) -> Markup:
    """Return a text as a QR code, in SVG: dark on light in any colours of the screen, as cameras need it."""
    return Markup(  # noqa: S704 - drawn by segno, of squares alone
        segno.make(text, error="m", micro=False).svg_inline(
            scale=5, border=4, dark="#000", light="#fff", svgclass="app-qr", lineclass=None, omitsize=False
        )
    )
