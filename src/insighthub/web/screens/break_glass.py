"""Breaking the glass: a purpose that is not one's own, for one resident, with a reason that somebody will read."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from insighthub.errors import RunError
from insighthub.governance.actions import Action
from insighthub.web.forms import FieldError
from insighthub.web.screen import Screen
from insighthub.web.site import account, site_of

router = APIRouter(prefix="/break-glass")
SCREEN = Screen(router)
Text = Annotated[str, Form()]


@router.get("")
def ask(request: Request) -> HTMLResponse:
    """Ask whom, what for, and why."""
    return _form(request, {})


@router.post("")
def break_it(request: Request, resident: Text = "", purpose: Text = "", reason: Text = "") -> Response:
    """Give the purpose, and go to the resident in a case of its own."""
    site, user = site_of(request), account(request)
    errors = []
    if not resident.strip():
        errors.append(FieldError("resident", "Enter the id of the resident"))
    if purpose not in {p.name for p in site.desk.glass_purposes()}:
        errors.append(FieldError("purpose", "Choose a purpose"))
    if not reason.strip():
        errors.append(FieldError("reason", "Enter why it cannot wait"))
    typed = {"resident": resident, "purpose": purpose, "reason": reason}
    if errors:
        return _form(request, typed, errors)
    try:
        site.desk.seat(user).break_glass(resident, purpose=purpose, reason=reason)
    except RunError as error:
        return _form(request, typed, [FieldError("reason", f"{error.what}. {error.remedy}")])
    opened = site.desk.open_case(user, purpose=purpose, resident_id=resident.strip())
    return RedirectResponse(f"/cases/{opened.case_id}/residents/{opened.resident_id}", status_code=303)


def _form(request: Request, typed: dict[str, Any], errors: list[FieldError] | None = None) -> HTMLResponse:
    site = site_of(request)
    site.desk.require(account(request), Action.BREAK_GLASS)
    choices = [
        {"value": p.name, "text": p.title, "checked": typed.get("purpose") == p.name}
        for p in site.desk.glass_purposes()
    ]
    return site.pages.page(
        request,
        "officer/break_glass.html",
        title="See a resident in an emergency",
        status=422 if errors else 200,
        errors=tuple(errors or ()),
        choices=choices,
        hours=site.desk.hub.settings.alerts.break_glass_hours,
        typed={"resident": "", "reason": "", **typed},
    )
