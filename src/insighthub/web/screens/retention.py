"""Retention: what would go, applying it, and the reports, which somebody else signs off."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from insighthub.errors import RunError
from insighthub.governance.actions import Action
from insighthub.web import words
from insighthub.web.faults import release_needed
from insighthub.web.forms import FieldError, message
from insighthub.web.local_time import local_moment
from insighthub.web.screen import Screen
from insighthub.web.screens.request_work import job_shown, progress_part
from insighthub.web.site import account, site_of

router = APIRouter(prefix="/governance/retention")
SCREEN = Screen(router)
Text = Annotated[str, Form()]
_STATUS = {"under way": ("Under way", "yellow"), "applied": ("To be signed off", "blue"),
           "signed off": ("Signed off", "green")}  # fmt: skip
_HERE = "/governance/retention"


@router.get("")
def retention(request: Request, done: str = "") -> HTMLResponse:
    """List the reports, and show how far what is being done is."""
    site = site_of(request)
    keeping = site.desk.keeping(account(request))
    reports = [
        {
            "number": one.report_id,
            "at": local_moment(site, one.at),
            "by": one.by,
            "status": _STATUS[one.status][0],
            "colour": _STATUS[one.status][1],
        }
        for one in keeping.reports()
    ]
    settings = site.desk.hub.settings.retention
    return site.pages.page(
        request,
        "governance/retention.html",
        title="Retention",
        reports=reports,
        settings=settings,
        job=job_shown(site, keeping.job(), _HERE),
        done="The report is signed off" if done == "signed" else "",
    )


@router.get("/progress")
def progress(request: Request) -> Response:
    """Give how far it is, as a part of the page."""
    site = site_of(request)
    return progress_part(request, job_shown(site, site.desk.keeping(account(request)).job(), _HERE))


@router.get("/rehearsal", dependencies=[Depends(release_needed)])
def rehearsal(request: Request) -> HTMLResponse:
    """Show what would go today; nothing goes."""
    return _rehearsal(request)


@router.post("/rehearsal", dependencies=[Depends(release_needed)])
def apply(request: Request, *, sure: Text = "", accept: Text = "") -> Response:
    """Begin to take it away."""
    site = site_of(request)
    site.desk.require(account(request), Action.APPLY_RETENTION)
    if sure != "yes":
        return _rehearsal(request, [FieldError("sure", "Say that you have looked at what would go")])
    try:
        site.desk.keeping(account(request)).apply(site.clock.now().date(), accept=accept == "yes")
    except RunError as error:
        return _rehearsal(request, [FieldError("sure", message(error))])
    return RedirectResponse(_HERE, status_code=303)


@router.get("/reports/{number}")
def report(request: Request, number: int) -> HTMLResponse:
    """Show a report: what went."""
    return _report(request, number)


@router.post("/reports/{number}")
def sign_off(request: Request, number: int, *, looked: Text = "") -> Response:
    """Sign a report off."""
    if looked != "yes":
        return _report(request, number, [FieldError("looked", "Say that you have looked at what went")])
    try:
        site_of(request).desk.keeping(account(request)).sign_off(number)
    except RunError as error:
        return _report(request, number, [FieldError("looked", message(error))])
    return RedirectResponse(f"{_HERE}?done=signed", status_code=303)


def _rehearsal(request: Request, errors: list[FieldError] | None = None) -> HTMLResponse:
    site = site_of(request)
    found = site.desk.keeping(account(request)).would_go(site.clock.now().date())
    return site.pages.page(
        request,
        "governance/rehearsal.html",
        title="What would go today",
        status=422 if errors else 200,
        errors=tuple(errors or ()),
        records=found.records,
        **_content(found.content),
    )


def _report(request: Request, number: int, errors: list[FieldError] | None = None) -> HTMLResponse:
    site, user = site_of(request), account(request)
    found = site.desk.keeping(user).report(number)
    landed = [
        (f"{words.plain(one['source'])}, {one['file']}", f"{one['gone']:,}", one["before"][:16],
         (one["after"] or "the file went")[:16])
        for one in found.content.get("landed", ())
    ]  # fmt: skip
    return site.pages.page(
        request,
        "governance/retention_report.html",
        title=f"Report of retention {number}",
        status=422 if errors else 200,
        errors=tuple(errors or ()),
        found=found,
        status_word=_STATUS[found.status][0],
        colour=_STATUS[found.status][1],
        at=local_moment(site, found.at),
        signed_at=local_moment(site, found.signed_at),
        landed=landed,
        signs=found.waits and found.by != user.email,
        own=found.waits and found.by == user.email,
        **_content(found.content),
    )


def _content(content: dict[str, Any]) -> dict[str, Any]:
    """Return what a report says, as pages list it."""
    sources = [
        (
            words.plain(one["source"]),
            f"{one['months']} months",
            words.day(date.fromisoformat(one["before"])),
            f"{sum(one['over'].values()):,}",
            f"{one['earlier_versions']:,}",
        )
        for one in content.get("sources", ())
    ]
    rest = [(what[:1].upper() + what[1:], f"{count:,}") for what, count in content.get("state", {}).items()]
    rest += [(what.capitalize(), f"{len(content.get(what, ())):,}") for what in ("deliveries", "releases")]
    return {"sources": sources, "rest": rest}
