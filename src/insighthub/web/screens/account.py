"""One's own account: what one signs in with, where one is signed in, and tokens of one's programs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from insighthub.accounts.tokens import MOST_DAYS
from insighthub.errors import RunError
from insighthub.web.forms import FieldError, message
from insighthub.web.screen import Screen
from insighthub.web.screens.first_steps import recovery_codes
from insighthub.web.session import signed_in
from insighthub.web.site import account, site_of

router = APIRouter(prefix="/account")
SCREEN = Screen(router)
Text = Annotated[str, Form()]
#: What was done, by the word that stands in the address after a form was sent.
DONE = {
    "password": "Your password was changed, and you were signed out everywhere else",
    "sessions": "You were signed out everywhere else",
    "factor": "Your second factor was removed",
    "token": "The token can be used no more",
}


@router.get("")
def own_account(request: Request, done: str = "") -> HTMLResponse:
    """Show one's account."""
    site, user = site_of(request), account(request)
    door = site.desk.front_door
    now = site.clock.now().replace(tzinfo=None)
    titles = site.desk.hub.policy().titles(user.roles)
    return site.pages.page(
        request,
        "account/account.html",
        title="Your account",
        done=DONE.get(done, ""),
        account=user,
        roles=list(titles.values()),
        titles=titles,
        sessions=door.sessions(user),
        here=signed_in(request).session_id,
        codes_left=door.recovery_codes_left(user) if user.has_second_factor else 0,
        tokens=[(token, token.is_good(now)) for token in door.tokens(user)],
    )


@router.post("/sessions/end")
def end_other_sessions(request: Request) -> Response:
    """Sign out everywhere else."""
    site_of(request).desk.front_door.end_other_sessions(account(request), signed_in(request).session_id)
    return RedirectResponse("/account?done=sessions", status_code=303)


@router.get("/recovery-codes")
def ask_for_codes(request: Request) -> Response:
    """Ask for a code, before new recovery codes are made."""
    return _by_code(request, "new")


@router.post("/recovery-codes")
def new_codes(request: Request, code: Text = "") -> Response:
    """Show new recovery codes, once."""
    if not code.strip():
        return _by_code(request, "new", [FieldError("code", "Enter the code that your app shows")])
    try:
        codes = site_of(request).desk.front_door.new_recovery_codes(account(request), code)
    except RunError as error:
        return _by_code(request, "new", [FieldError("code", message(error))])
    return recovery_codes(request, codes)


@router.get("/second-factor/remove")
def ask_to_remove(request: Request) -> Response:
    """Ask for a code, before the second factor is removed."""
    return _by_code(request, "remove")


@router.post("/second-factor/remove")
def remove(request: Request, code: Text = "") -> Response:
    """Remove the second factor; where one is needed, it is set up anew at once."""
    if not code.strip():
        return _by_code(request, "remove", [FieldError("code", "Enter the code that your app shows")])
    try:
        site_of(request).desk.front_door.remove_second_factor(account(request), code)
    except RunError as error:
        return _by_code(request, "remove", [FieldError("code", message(error))])
    return RedirectResponse("/account?done=factor", status_code=303)


@router.get("/tokens/new")
def new_token(request: Request) -> HTMLResponse:
    """Ask what a new token is for."""
    return _token(request, {})


@router.post("/tokens/new")
def make_token(
    request: Request, *, name: Text = "", roles: Annotated[tuple[str, ...], Form()] = (), days: Text = ""
) -> Response:
    """Make a token, and show it once."""
    site, user = site_of(request), account(request)
    errors = []
    if not name.strip():
        errors.append(FieldError("name", "Enter which program it is for"))
    if not roles or not set(roles) <= set(user.roles):
        errors.append(FieldError("roles", "Choose one or more of your roles"))
    if not (days.isdecimal() and 1 <= int(days) <= MOST_DAYS):
        errors.append(FieldError("days", f"Enter for how many days it is good, from 1 to {MOST_DAYS}"))
    if errors:
        return _token(request, {"name": name, "roles": roles, "days": days}, errors)
    made, text = site.desk.front_door.make_token(user, name=name, roles=roles, days=int(days))
    return site.pages.page(request, "account/token_made.html", title="Your new token", made=made, text=text)


@router.post("/tokens/{token}/end")
def end_token(request: Request, token: int) -> Response:
    """End a token."""
    site_of(request).desk.front_door.end_token(account(request), token)
    return RedirectResponse("/account?done=token", status_code=303)


def _by_code(request: Request, what: str, errors: list[FieldError] | None = None) -> Response:
    site, user = site_of(request), account(request)
    if not user.has_second_factor:
        return RedirectResponse("/account", status_code=303)
    settings = site.desk.front_door.settings
    return site.pages.page(
        request,
        "account/by_code.html",
        title="Get new recovery codes" if what == "new" else "Remove your second factor",
        status=422 if errors else 200,
        errors=tuple(errors or ()),
        what=what,
        needed=settings.second_factor,
    )


def _token(request: Request, typed: dict[str, object], errors: list[FieldError] | None = None) -> HTMLResponse:
    site, user = site_of(request), account(request)
    chosen = typed.get("roles") or ()
    choices = [
        {"value": name, "text": title, "checked": name in chosen}  # type: ignore[operator]
        for name, title in site.desk.hub.policy().titles(user.roles).items()
    ]
    return site.pages.page(
        request,
        "account/new_token.html",
        title="Make a token for a program",
        status=422 if errors else 200,
        errors=tuple(errors or ()),
        choices=choices,
        typed={"name": "", "days": "90", **typed},
        most=MOST_DAYS,
    )
