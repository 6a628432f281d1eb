"""Alerts, and glasses that were broken: who, whom, when, what was found. Nobody reviews what is about themselves."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from insighthub.desk.refused import NotThere
from insighthub.errors import RunError
from insighthub.governance.alerts import OPEN, REVIEWED, AlertKind, Finding
from insighthub.governance.break_glass import Glass
from insighthub.web import words
from insighthub.web.forms import FieldError, message
from insighthub.web.local_time import local_moment
from insighthub.web.screen import Screen
from insighthub.web.screens.audit import audit_rows
from insighthub.web.site import Site, account, site_of

router = APIRouter(prefix="/governance/alerts")
SCREEN = Screen(router)
Text = Annotated[str, Form()]
KINDS = {
    AlertKind.ONESELF: "Looked at their own record",
    AlertKind.NEIGHBOUR: "Looked at somebody of their household or address",
    AlertKind.COLLEAGUE: "Looked at a colleague",
    AlertKind.HIDDEN: "Looked, or tried to look, at a hidden resident",
    AlertKind.VOLUME: "Looked at unusually many residents in an hour",
    AlertKind.OUT_OF_HOURS: "Worked outside of office hours",
    AlertKind.BREAK_GLASS: "Broke the glass",
}
FINDINGS = {
    Finding.NOTHING_WRONG: ("Nothing was wrong", "green"),
    Finding.FOLLOW_UP: ("To be followed up", "orange"),
    Finding.MISUSE: ("Misuse", "red"),
}
_SHOWN = {"open": OPEN, "reviewed": REVIEWED}


@router.get("")
def alerts(request: Request, show: str = "open", done: str = "") -> HTMLResponse:
    """List alerts: the open ones, unless others are asked for."""
    site, user = site_of(request), account(request)
    show = show if show in _SHOWN else "open"
    found = site.desk.oversight(user).alerts(status=_SHOWN[show])
    rows = [
        {
            "number": one.alert_id,
            "kind": KINDS[AlertKind(one.kind)],
            "who": one.who,
            "resident": one.subject,
            "at": local_moment(site, one.at),
            "finding": FINDINGS[Finding(one.finding)] if one.finding else None,
            "own": one.who == user.email,
        }
        for one in found
    ]
    return site.pages.page(
        request,
        "governance/alerts.html",
        title="Alerts" if show == "open" else "Alerts that were reviewed",
        rows=rows,
        show=show,
        done="Your review is kept" if done == "reviewed" else "",
    )


@router.get("/glasses")
def glasses(request: Request) -> HTMLResponse:
    """List the glasses that were broken."""
    site = site_of(request)
    found = site.desk.oversight(account(request)).glasses()
    rows = [{"number": one.glass_id, "who": one.who, **_told(site, one)} for one in found]
    return site.pages.page(request, "governance/glasses.html", title="Broken glasses", rows=rows)


@router.get("/glasses/{number}")
def glass(request: Request, number: int) -> HTMLResponse:
    """Show why a glass was broken, and what was seen."""
    site = site_of(request)
    oversight = site.desk.oversight(account(request))
    found = next((one for one in oversight.glasses() if one.glass_id == number), None)
    if found is None:
        raise NotThere(f"there is no broken glass {number}", remedy="Choose one that is listed")
    return site.pages.page(
        request,
        "governance/glass.html",
        title=f"Broken glass {number}",
        glass=found,
        told=_told(site, found),
        rows=audit_rows(site, oversight.seen_by_glass(found)),
    )


@router.get("/{number}")
def alert(request: Request, number: int) -> HTMLResponse:
    """Show an alert, and ask what was found."""
    return _alert(request, number)


@router.post("/{number}")
def review(request: Request, number: int, *, finding: Text = "", note: Text = "") -> Response:
    """Keep what was found."""
    site, user = site_of(request), account(request)
    errors = []
    if finding not in set(Finding):
        errors.append(FieldError("finding", "Choose what you found"))
    if not note.strip():
        errors.append(FieldError("note", "Enter whom you asked, and what they said"))
    if not errors:
        try:
            site.desk.oversight(user).review_alert(number, Finding(finding), note=note.strip())
        except RunError as error:
            errors = [FieldError("finding", message(error))]
        else:
            return RedirectResponse("/governance/alerts?done=reviewed", status_code=303)
    return _alert(request, number, finding=finding, note=note, errors=errors)


def _alert(
    request: Request, number: int, *, finding: str = "", note: str = "", errors: list[FieldError] | None = None
) -> HTMLResponse:
    site, user = site_of(request), account(request)
    oversight = site.desk.oversight(user)
    found, line = oversight.alert(number)
    of_glass = [one for one in oversight.glasses() if (one.who, one.at) == (found.who, found.at)]
    colours = FINDINGS[Finding(found.finding)] if found.finding else None
    return site.pages.page(
        request,
        "governance/alert.html",
        title=f"Alert {number}",
        status=422 if errors else 200,
        errors=tuple(errors or ()),
        found=found,
        kind=KINDS[AlertKind(found.kind)],
        at=local_moment(site, found.at),
        reviewed_at=local_moment(site, found.reviewed_at),
        finding=colours,
        rows=[] if line is None else audit_rows(site, [line]),
        glass=of_glass[0] if of_glass and found.kind == AlertKind.BREAK_GLASS else None,
        own=found.who == user.email,
        is_open=found.status == OPEN,
        choices=[{"value": str(f), "text": said, "checked": finding == f} for f, (said, _) in FINDINGS.items()],
        note=note,
    )


def _told(site: Site, glass: Glass) -> dict[str, str]:
    titles = {purpose.name: purpose.title for purpose in site.desk.hub.policy().purpose}
    return {
        "resident": glass.resident_id,
        "purpose": titles.get(glass.purpose, words.plain(glass.purpose)),
        "reason": glass.reason,
        "at": local_moment(site, glass.at),
        "until": local_moment(site, glass.expires_at),
    }
