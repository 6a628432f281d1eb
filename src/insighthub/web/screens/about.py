"""Pages about the service itself, open to everybody: accessibility, cookies, and the council's colours."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from insighthub.web.assets import FOR_GOOD, council_style
from insighthub.web.screen import Screen
from insighthub.web.site import site_of

router = APIRouter()
SCREEN = Screen(router, public=True)


@router.get("/accessibility")
def accessibility(request: Request) -> HTMLResponse:
    """Say how accessible the service is."""
    return site_of(request).pages.page(request, "accessibility.html", title="Accessibility statement")


@router.get("/cookies")
def cookies(request: Request) -> HTMLResponse:
    """Say which cookies are set."""
    return site_of(request).pages.page(request, "cookies.html", title="Cookies")


@router.get("/council.css")
def council_colours(request: Request) -> Response:
    """Give the stylesheet of the council's colours."""
    text = council_style(site_of(request).settings)
    return Response(text, media_type="text/css", headers={"Cache-Control": FOR_GOOD})


@router.get("/health")
def health() -> dict[str, str]:
    """Say that the process lives; nothing else is asked."""
    return {"status": "alive"}


@router.get("/ready")
def ready(request: Request, response: Response) -> dict[str, str]:
    """Say whether pages can be given: the state can be read, and the release that is published can be opened."""
    site = site_of(request)
    try:
        site.hub.runs()
        if site.hub.releases.current() is None:
            return {"status": "ready", "release": "none yet"}
        with site.hub.release() as db:
            db.execute("SELECT 1").fetchall()
    except Exception:
        response.status_code = 503
        return {"status": "not ready"}
    return {"status": "ready", "release": "published"}
