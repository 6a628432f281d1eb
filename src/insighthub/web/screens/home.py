"""The start page: what somebody's roles let them do here, and for officers the cases that are open on their desk."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

from insighthub.desk.my_cases import MyCase
from insighthub.governance.actions import Action
from insighthub.web.screen import Screen
from insighthub.web.session import signed_in
from insighthub.web.site import site_of

router = APIRouter()
SCREEN = Screen(router)
#: So many cases are shown here; all of them stand on their own page.
MOST = 5


@router.get("/")
def home(request: Request) -> HTMLResponse:
    """Show what there is to do."""
    site, user = site_of(request), signed_in(request)
    cases: tuple[MyCase, ...] = ()
    if user.account is not None and Action.SEE_PICTURE in user.may and site.releases.current().run_id is not None:
        cases = site.desk.my_cases(user.account, most=MOST)
    return site.pages.page(request, "home.html", title=site.settings.service, cases=cases)
