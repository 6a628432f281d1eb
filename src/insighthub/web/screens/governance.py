"""Governance: what those who answer for it all can do here, and what waits for them."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from insighthub.governance.actions import Action
from insighthub.web import words
from insighthub.web.screen import Nav, Screen
from insighthub.web.session import signed_in
from insighthub.web.site import account, site_of

PLACES = (
    ("Who looked at whom", "/governance/audit", (Action.SEE_AUDIT,),
     "Every view, search, export, decision and refusal; and whether the audit is whole."),
    ("Alerts", "/governance/alerts", (Action.REVIEW_ALERTS,),
     "What somebody should ask about: own record, neighbour, colleague, unusually many, broken glass."),
    ("Policy", "/governance/policy", (Action.PROPOSE_POLICY, Action.APPROVE_POLICY),
     "Who may do what, for which purpose, with which source and field. A change takes two people."),
    ("Requests of residents", "/governance/requests", (Action.SUBJECT_REQUESTS,),
     "Access, rectification, restriction, objection and erasure, each by its day."),
    ("Retention", "/governance/retention", (Action.APPLY_RETENTION,),
     "What has been kept for as long as it may be goes, with a report that somebody else signs off."),
    ("Papers", "/governance/papers", (Action.SEE_PAPERS,),
     "Record of processing, impact assessment, transparency record and others, from how the hub is set up now."),
)  # fmt: skip
router = APIRouter(prefix="/governance")
SCREEN = Screen(
    router,
    nav=Nav(
        "Governance",
        "/governance",
        tuple(dict.fromkeys(str(action) for _, _, actions, _ in PLACES for action in actions)),
        about="The audit, alerts, the policy, requests of residents, retention and the papers.",
    ),
)


@router.get("")
def governance(request: Request) -> HTMLResponse:
    """Show what there is, and what waits."""
    site, user = site_of(request), account(request)
    may, found = signed_in(request).may, site.desk.waiting(user)
    waits = {
        "/governance/alerts": _waits(found.alerts, "alert to review", "alerts to review"),
        "/governance/policy": _waits(found.proposals, "change to decide on", "changes to decide on"),
        "/governance/requests": _waits(found.requests, "request under way", "requests under way"),
        "/governance/retention": _waits(found.reports, "report to sign off", "reports to sign off"),
    }
    places = [
        {"text": text, "href": href, "about": about, "waits": waits.get(href, "")}
        for text, href, actions, about in PLACES
        if not may.isdisjoint(actions)
    ]
    late = words.count(found.overdue, "request is", "requests are") if found.overdue else ""
    return site.pages.page(request, "governance/home.html", title="Governance", places=places, late=late)


def _waits(count: int | None, one: str, many: str) -> str:
    return "" if not count else words.count(count, one, many)
