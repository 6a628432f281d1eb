"""An officer's cases: open one for a purpose, look for a resident in it, close it.

What is searched for is sent in a form and shown on the page that answers, so that no name stands in an address, a
history or a log.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from insighthub.desk.refused import QueryError
from insighthub.governance.actions import Action
from insighthub.web import words
from insighthub.web.forms import FieldError
from insighthub.web.screen import Nav, Screen
from insighthub.web.site import Site, account, site_of

router = APIRouter(prefix="/cases")
SCREEN = Screen(
    router,
    nav=Nav(
        "Cases", "/cases", Action.SEE_PICTURE, about="Open a case for a purpose, find the resident, see what is held."
    ),
)
#: Of the officer's own reference; it stands on pages, so it must not be long.
_LONGEST = 100
#: Residents that a search shows.
_MOST = 20


@router.get("")
def cases(request: Request) -> HTMLResponse:
    """List the user's cases, and what changed in the open ones since they looked."""
    site, user = site_of(request), account(request)
    return site.pages.page(request, "officer/cases.html", title="Your cases", open=site.desk.my_cases(user))


@router.get("/new")
def new(request: Request) -> HTMLResponse:
    """Ask what a new case is for."""
    return _form(request, (), "", "")


@router.post("/new")
def open_case(
    request: Request, purpose: Annotated[str, Form()] = "", reference: Annotated[str, Form()] = ""
) -> Response:
    """Open a case."""
    site, user = site_of(request), account(request)
    errors = []
    if purpose not in {p.name for p in site.desk.purposes(user)}:
        errors.append(FieldError("purpose", "Choose what you need to look at a resident's data for"))
    if len(reference) > _LONGEST:
        errors.append(FieldError("reference", f"The reference must be {_LONGEST} characters or fewer"))
    if errors:
        return _form(request, errors, purpose, reference)
    opened = site.desk.open_case(user, purpose=purpose, reference=reference or None)
    return RedirectResponse(f"/cases/{opened.case_id}", status_code=303)


@router.get("/{number}")
def case(request: Request, number: int) -> HTMLResponse:
    """Show a case, with the box to search in."""
    return _case(request, number)


@router.post("/{number}/search")
def search(request: Request, number: int, query: Annotated[str, Form()] = "") -> HTMLResponse:
    """Show the residents whom a search found."""
    site, user = site_of(request), account(request)
    seat = site.desk.seat(user, case=number)
    if not query.strip():
        return _case(request, number, errors=[FieldError("query", "Enter what you know of the resident")])
    try:
        found = seat.find(query, limit=_MOST)
    except QueryError as error:
        return _case(request, number, query, errors=[FieldError("query", f"{error.what}. {error.remedy}")])
    rows = [
        {
            "href": f"/cases/{number}/residents/{one.resident_id}",
            "name": words.proper(one.label.name) if one.label.name else "Name not known",
            "born": f"Born {words.day(born)}" if (born := one.label.date_of_birth) else "Date of birth not known",
            "postcode": f"postcode {one.label.postcode}" if one.label.postcode else "postcode not known",
            "died": one.label.died,
            "fit": f"{one.score:.0%}",
            "why": one.why,
        }
        for one in found
    ]
    return _case(request, number, query, found=rows)


@router.post("/{number}/close")
def close(request: Request, number: int) -> Response:
    """Close a case."""
    site_of(request).desk.close_case(account(request), number)
    return RedirectResponse("/cases", status_code=303)


def purpose_of(site: Site, seat: object, number: int) -> dict[str, str | None]:
    """Return what the banner says of the purpose of a case."""
    name = getattr(seat, "purpose", None)
    title = next((p.title for p in site.desk.hub.policy().purpose if p.name == name), str(name))
    return {"title": f"{title} (case {number})", "until": None, "change": "/cases/new"}


def _form(request: Request, errors: object, purpose: str, reference: str) -> HTMLResponse:
    site, user = site_of(request), account(request)
    if Action.BREAK_GLASS not in site.desk.actions(user):  # who may break the glass is told where here
        site.desk.require_any(user, Action.SEE_PICTURE)
    choices = [
        {"value": p.name, "text": p.title, "hint": {"text": f"Rests on: {p.basis}"}, "checked": p.name == purpose}
        for p in site.desk.purposes(user)
    ]
    return site.pages.page(
        request,
        "officer/new_case.html",
        title="Open a case",
        status=422 if errors else 200,
        errors=tuple(errors),  # type: ignore[arg-type]
        choices=choices,
        reference=reference,
        glass=Action.BREAK_GLASS in site.desk.actions(user),
    )


def _case(
    request: Request,
    number: int,
    query: str = "",
    *,
    found: list[dict[str, object]] | None = None,
    errors: list[FieldError] | None = None,
) -> HTMLResponse:
    site, user = site_of(request), account(request)
    seat = site.desk.seat(user, case=number)
    return site.pages.page(
        request,
        "officer/case.html",
        title=f"Case {number}",
        status=422 if errors else 200,
        errors=tuple(errors or ()),
        purpose=purpose_of(site, seat, number),
        case=seat.case,
        query=query,
        found=found,
        most=_MOST,
    )
