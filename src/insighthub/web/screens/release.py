"""The state of the index: which release everything is drawn from, how old it is, and whether a later run failed."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from insighthub.spoken import spoken_age
from insighthub.web.screen import Screen
from insighthub.web.session import current_user
from insighthub.web.site import site_of

router = APIRouter()
SCREEN = Screen(router)


@router.get("/release")
def release(request: Request) -> HTMLResponse:
    """Show how the published release stands; why a run failed is shown to those who look after runs."""
    site, user = site_of(request), current_user(request)
    found = site.releases.current()
    return site.pages.page(
        request,
        "release.html",
        title="State of the index",
        age=None if found.age_days is None else spoken_age(found.age_days),
        sees_runs=user is not None and "see_runs" in user.may,
    )
