"""Users, for who looks after them: list, add, roles, disable, reset. Nobody looks after their own account.

A one-time password is shown once, on the page that answers the form.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from insighthub.accounts.users import User
from insighthub.desk.refused import NotThere
from insighthub.errors import RunError
from insighthub.governance.actions import Action
from insighthub.web.forms import FieldError, message
from insighthub.web.paging import Paging
from insighthub.web.screen import Nav, Screen
from insighthub.web.site import account, site_of

router = APIRouter(prefix="/users")
SCREEN = Screen(router, nav=Nav("Users", "/users", Action.MANAGE_USERS, about="Who may sign in, and in which role."))
Text = Annotated[str, Form()]
Roles = Annotated[tuple[str, ...], Form()]
DONE = {
    "roles": "The roles were changed",
    "disabled": "The user cannot sign in any more",
    "enabled": "The user can sign in again",
}


@router.get("")
def users(request: Request, page: int = 1) -> HTMLResponse:
    """List the users."""
    site = site_of(request)
    found = site.desk.oversight(account(request)).users()
    titles = {role.name: role.title for role in site.desk.hub.policy().role}
    paging = Paging("/users", page, len(found))
    rows = [
        {
            "user": user,
            "roles": ", ".join(titles.get(role, role) for role in user.roles) or "no role",
            "how": how(user),
            "state": state(user),
        }
        for user in found[paging.offset : paging.offset + paging.size]
    ]
    return site.pages.page(request, "users/users.html", title="Users", rows=rows, paging=paging)


@router.get("/new")
def new(request: Request) -> HTMLResponse:
    """Ask who is to be added."""
    site_of(request).desk.require(account(request), Action.MANAGE_USERS)
    return _new(request, {})


@router.post("/new")
def add(request: Request, *, name: Text = "", email: Text = "", roles: Roles = ()) -> Response:
    """Add a user, and show their one-time password."""
    site, user = site_of(request), account(request)
    site.desk.require(user, Action.MANAGE_USERS)
    errors = []
    if not name.strip():
        errors.append(FieldError("name", "Enter a name"))
    if not email.strip():
        errors.append(FieldError("email", "Enter an e-mail address"))
    typed: dict[str, object] = {"name": name, "email": email, "roles": roles}
    if not errors:
        try:
            made, password = site.desk.oversight(user).add_user(name=name, email=email, roles=roles)
        except RunError as error:
            errors = [FieldError("roles" if "role" in error.what else "email", message(error))]
        else:
            return _password(request, made, password)
    return _new(request, typed, errors)


@router.get("/{number}")
def user_page(request: Request, number: int, done: str = "") -> HTMLResponse:
    """Show a user, and what can be changed of them."""
    return _user(request, number, done=DONE.get(done, ""))


@router.post("/{number}/roles")
def set_roles(request: Request, number: int, *, roles: Roles = ()) -> Response:
    """Give a user these roles and no others."""
    oversight = site_of(request).desk.oversight(account(request))
    try:
        oversight.set_roles(number, roles)
    except RunError as error:
        return _user(request, number, errors=[FieldError("roles", message(error))])
    return RedirectResponse(f"/users/{number}?done=roles", status_code=303)


@router.post("/{number}/disable")
def disable(request: Request, number: int) -> Response:
    """Let a user come in no more."""
    site_of(request).desk.oversight(account(request)).disable_user(number)
    return RedirectResponse(f"/users/{number}?done=disabled", status_code=303)


@router.post("/{number}/enable")
def enable(request: Request, number: int) -> Response:
    """Let a user who was disabled come in again."""
    site_of(request).desk.oversight(account(request)).enable_user(number)
    return RedirectResponse(f"/users/{number}?done=enabled", status_code=303)


@router.get("/{number}/reset")
def ask_to_reset(request: Request, number: int) -> HTMLResponse:
    """Ask whether a user is to have a new one-time password."""
    found = _one(request, number)
    return site_of(request).pages.page(
        request,
        "confirm.html",
        title="Reset this account?",
        says=[
            f"{found.name} gets a new one-time password, which is shown to you once.",
            "Their password, second factor, recovery codes and tokens hold no longer, and they are signed out.",
        ],
        action=f"/users/{number}/reset",
        button="Reset the account",
        cancel=f"/users/{number}",
        warning="Be sure that it is they who ask: speak to them in person, or call them on a number that you know.",
    )


@router.post("/{number}/reset")
def reset(request: Request, number: int) -> HTMLResponse:
    """Show a new one-time password."""
    found = _one(request, number)
    password = site_of(request).desk.oversight(account(request)).reset_user(number)
    return _password(request, found, password)


def how(user: User) -> str:
    """Say what somebody signs in with."""
    if not user.has_password:
        return "council account"
    return "password and code" if user.has_second_factor else "password"


def state(user: User) -> tuple[str, str]:
    """Say how an account stands, and in which colour."""
    if not user.active:
        return "Disabled", "red"
    return ("Has not signed in yet", "yellow") if user.must_change else ("Active", "green")


def _one(request: Request, number: int) -> User:
    found = site_of(request).desk.oversight(account(request)).users()
    user = next((user for user in found if user.user_id == number), None)
    if user is None:
        raise NotThere("there is no such user", remedy="Choose one that is listed")
    return user


def _choices(request: Request, chosen: tuple[str, ...]) -> list[dict[str, object]]:
    roles = site_of(request).desk.hub.policy().role
    return [{"value": role.name, "text": role.title, "checked": role.name in chosen} for role in roles]


def _new(request: Request, typed: dict[str, object], errors: list[FieldError] | None = None) -> HTMLResponse:
    site = site_of(request)
    return site.pages.page(
        request,
        "users/new.html",
        title="Add a user",
        status=422 if errors else 200,
        errors=tuple(errors or ()),
        choices=_choices(request, tuple(typed.get("roles") or ())),  # type: ignore[arg-type]
        typed={"name": "", "email": "", **typed},
    )


def _user(request: Request, number: int, *, done: str = "", errors: list[FieldError] | None = None) -> HTMLResponse:
    site, found = site_of(request), _one(request, number)
    return site.pages.page(
        request,
        "users/user.html",
        title="User",
        status=422 if errors else 200,
        errors=tuple(errors or ()),
        done=done,
        found=found,
        how=how(found),
        state=state(found),
        own=found.user_id == account(request).user_id,
        choices=_choices(request, found.roles),
        titles=list(site.desk.hub.policy().titles(found.roles).values()),
    )


def _password(request: Request, made: User, password: str) -> HTMLResponse:
    site = site_of(request)
    return site.pages.page(
        request,
        "users/password.html",
        title="One-time password",
        made=made,
        password=password,
        days=site.desk.front_door.settings.invitation_days,
    )
