"""Projects of analysts, who work on pseudonyms; and going back from a pseudonym to a person, which takes two people."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from insighthub.desk.projects import APPROVED, FACTS, RESIDENTS, WAITING, GoingBack
from insighthub.errors import RunError
from insighthub.governance.actions import Action
from insighthub.web.forms import FieldError
from insighthub.web.screen import Nav, Screen
from insighthub.web.site import account, site_of

router = APIRouter(prefix="/projects")
SCREEN = Screen(
    router,
    nav=Nav(
        "Projects",
        "/projects",
        (Action.USE_PSEUDONYMS, Action.REIDENTIFY),
        about="Residents and facts under pseudonyms, for analysis.",
    ),
)
Text = Annotated[str, Form()]
_COARSE = {"year": "The year alone", "month": "Month and year"}
_STATUS = {WAITING: ("Waiting", "blue"), APPROVED: ("Approved", "green"), "refused": ("Not approved", "grey")}


@router.get("")
def projects(request: Request) -> HTMLResponse:
    """List the projects."""
    site, user = site_of(request), account(request)
    found = site.desk.projects(user).projects()
    may_make = Action.USE_PSEUDONYMS in site.desk.actions(user)
    return site.pages.page(request, "projects/list.html", title="Projects", projects=found, may_make=may_make)


@router.get("/new")
def new(request: Request) -> HTMLResponse:
    """Ask what a new project is for."""
    return _new(request, {})


@router.post("/new")
def make(
    request: Request,
    *,
    project_title: Text = "",
    question: Text = "",
    purpose: Text = "",
    coarse: Text = "year",
    day: Text = "",
    month: Text = "",
    year: Text = "",
) -> Response:
    """Make a project."""
    site, user = site_of(request), account(request)
    desk = site.desk.projects(user)
    ends_on, today = _day(day, month, year), site.clock.now().date()
    errors = []
    if not project_title.strip():
        errors.append(FieldError("project-title", "Enter what the project is called"))
    if not question.strip():
        errors.append(FieldError("question", "Enter what it is to find out"))
    if purpose not in {p.name for p in desk.purposes()}:
        errors.append(FieldError("purpose", "Choose what the data are used for"))
    if coarse not in _COARSE:
        errors.append(FieldError("coarse", "Choose how dates are told"))
    if ends_on is None or ends_on <= today:
        errors.append(FieldError("ends-day", "Enter a day to come on which the project ends"))
    typed = {
        "project_title": project_title, "question": question, "purpose": purpose, "coarse": coarse,
        "ends": (day, month, year),
    }  # fmt: skip
    if errors or ends_on is None:
        return _new(request, typed, errors)
    try:
        made = desk.make(title=project_title, question=question, purpose=purpose, coarse=coarse, ends_on=ends_on)
    except RunError as error:
        return _new(request, typed, [FieldError("question", f"{error.what}. {error.remedy}")])
    return RedirectResponse(f"/projects/{made.project_id}?done=made", status_code=303)


@router.get("/{number}")
def project(request: Request, number: int, done: str = "") -> HTMLResponse:
    """Show a project."""
    return _project(request, number, done=done)


@router.get("/{number}/residents.csv")
def residents(request: Request, number: int) -> Response:
    """Give a project's residents as CSV."""
    return _csv(request, number, RESIDENTS)


@router.get("/{number}/facts.csv")
def facts(request: Request, number: int) -> Response:
    """Give a project's facts as CSV."""
    return _csv(request, number, FACTS)


@router.post("/{number}/end")
def end(request: Request, number: int) -> Response:
    """End a project, and destroy its key."""
    site_of(request).desk.projects(account(request)).end(number)
    return RedirectResponse(f"/projects/{number}?done=ended", status_code=303)


@router.post("/{number}/people")
def ask_back(request: Request, number: int, pseudonym: Text = "", purpose: Text = "", why: Text = "") -> Response:
    """Ask to be led back from a pseudonym to a person."""
    site, user = site_of(request), account(request)
    errors = []
    if not pseudonym.strip():
        errors.append(FieldError("pseudonym", "Enter the pseudonym, as the project's table has it"))
    if purpose not in {p.name for p in site.desk.hub.policy().purpose}:
        errors.append(FieldError("purpose", "Choose what the person is to be known for"))
    if not why.strip():
        errors.append(FieldError("why", "Enter why the person has to be known"))
    typed = {"pseudonym": pseudonym, "purpose": purpose, "why": why}
    if not errors:
        try:
            made = site.desk.projects(user).ask_back(number, pseudonym, purpose=purpose, why=why)
        except RunError as error:
            errors = [FieldError("pseudonym", f"{error.what}. {error.remedy}")]
        else:
            return RedirectResponse(f"/projects/{number}/people/{made.request_id}?done=asked", status_code=303)
    return _project(request, number, typed=typed, errors=errors)


@router.get("/{number}/people/{asked}")
def one_request(request: Request, number: int, asked: int, done: str = "") -> HTMLResponse:
    """Show what was asked, and what became of it."""
    return _request_page(request, number, asked, done=done)


@router.post("/{number}/people/{asked}")
def decide(request: Request, number: int, asked: int, decision: Text = "", note: Text = "") -> Response:
    """Approve going back to a person, or not."""
    if decision not in ("approve", "refuse"):
        errors = [FieldError("decision", "Choose whether the person may be known")]
        return _request_page(request, number, asked, note=note, errors=errors)
    desk = site_of(request).desk.projects(account(request))
    desk.decide(number, asked, approve=decision == "approve", note=note)
    return RedirectResponse(f"/projects/{number}/people/{asked}?done={decision}", status_code=303)


@router.post("/{number}/people/{asked}/person")
def person(request: Request, number: int, asked: int) -> HTMLResponse:
    """Tell the id of the resident, to the one who asked, once it was approved."""
    resident = site_of(request).desk.projects(account(request)).person(number, asked)
    return _request_page(request, number, asked, resident=resident)


_DONE = {
    "made": "The project was made",
    "ended": "The project has ended. Its key is destroyed",
    "asked": "Your request waits for somebody else to approve it",
    "approve": "Going back to this person is approved",
    "refuse": "Going back to this person is not approved",
}


def _new(request: Request, typed: dict[str, Any], errors: list[FieldError] | None = None) -> HTMLResponse:
    site, user = site_of(request), account(request)
    site.desk.require_any(user, Action.USE_PSEUDONYMS)
    typed = {"project_title": "", "question": "", "purpose": "", "coarse": "year", "ends": ("", "", ""), **typed}
    choices = [
        {
            "value": p.name,
            "text": p.title,
            "hint": {"text": f"Rests on: {p.basis}"},
            "checked": p.name == typed["purpose"],
        }
        for p in site.desk.projects(user).purposes()
    ]
    coarse = [{"value": one, "text": text, "checked": one == typed["coarse"]} for one, text in _COARSE.items()]
    return site.pages.page(
        request,
        "projects/new.html",
        title="Begin a project",
        status=422 if errors else 200,
        errors=tuple(errors or ()),
        choices=choices,
        coarse=coarse,
        typed=typed,
    )


def _project(
    request: Request,
    number: int,
    *,
    done: str = "",
    typed: dict[str, str] | None = None,
    errors: list[FieldError] | None = None,
) -> HTMLResponse:
    site, user = site_of(request), account(request)
    desk = site.desk.projects(user)
    found = desk.project(number)
    typed = {"pseudonym": "", "purpose": "", "why": "", **(typed or {})}
    uses = found.purpose in {p.name for p in desk.purposes()}
    titles = _titles(request)
    return site.pages.page(
        request,
        "projects/project.html",
        title=f"Project {number}",
        status=422 if errors else 200,
        errors=tuple(errors or ()),
        done=_DONE.get(done, ""),
        project=found,
        purpose_title=titles.get(found.purpose, found.purpose),
        dates=_COARSE[found.coarse],
        least=site.desk.hub.settings.disclosure.threshold,
        uses=uses and found.open,
        may_end=uses and found.ended_at is None,
        requests=[(one, *_STATUS[one.status]) for one in desk.requests(number)],
        choices=[{"value": n, "text": t, "checked": n == typed["purpose"]} for n, t in titles.items()],
        typed=typed,
    )


def _request_page(
    request: Request,
    number: int,
    asked: int,
    *,
    done: str = "",
    note: str = "",
    resident: str | None = None,
    errors: list[FieldError] | None = None,
) -> HTMLResponse:
    site, user = site_of(request), account(request)
    desk = site.desk.projects(user)
    found: GoingBack | None = next((one for one in desk.requests(number) if one.request_id == asked), None)
    if found is None:
        raise RunError("there is no such request", remedy="Choose one of the project's page")
    word, colour = _STATUS[found.status]
    return site.pages.page(
        request,
        "projects/request.html",
        title="Going back to a person",
        status=422 if errors else 200,
        errors=tuple(errors or ()),
        done=_DONE.get(done, ""),
        found=found,
        status_word=word,
        colour=colour,
        purpose_title=_titles(request).get(found.purpose, found.purpose),
        decides=desk.may_decide(found),
        own=found.asked_by == user.email,
        resident=resident,
        note=note,
    )


def _titles(request: Request) -> dict[str, str]:
    return {p.name: p.title for p in site_of(request).desk.hub.policy().purpose}


def _csv(request: Request, number: int, what: str) -> Response:
    text = site_of(request).desk.projects(account(request)).csv(number, what)
    headers = {"Content-Disposition": f'attachment; filename="project-{number}-{what}.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


def _day(day: str, month: str, year: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except (ValueError, OverflowError):
        return None
