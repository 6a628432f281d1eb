"""Our residents: who they are, what services know of whom, and who is missed, in figures."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse

from insighthub.governance.actions import Action
from insighthub.web.faults import release_needed
from insighthub.web.figures import drawn_once
from insighthub.web.screen import Nav, Screen
from insighthub.web.site import account, site_of

router = APIRouter()
SCREEN = Screen(
    router,
    nav=Nav(
        "Our residents",
        "/our-residents",
        Action.SEE_POPULATION,
        about="Who lives here, what services know of whom, and who is missed.",
    ),
)


@router.get("/our-residents", dependencies=[Depends(release_needed)])
def our_residents(request: Request) -> HTMLResponse:
    """Show who the residents are, in figures."""
    site, user = site_of(request), account(request)
    seen = site.desk.our_residents(user)
    people, services = (drawn_once(seen.people), drawn_once(seen.services)) if seen else ([], [])
    return site.pages.page(
        request,
        "leaders/our_residents.html",
        title="Our residents",
        seen=seen,
        people=people,
        services=services,
    )
