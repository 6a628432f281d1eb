"""The web app: puts screens, the API and what protects them together.

Takes a hub's folder and a way of signing in, gives a FastAPI app. What is not said to be public is closed to who is not
signed in, whatever a screen does; what changes something needs a form's token. A request passes, from outside in: the
headers, the log, the names of hosts, the limits, compression; then its page.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC
from pathlib import Path
from typing import Any

from fastapi import Depends, FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from insighthub.api.routes import RESPONSES, ROUTERS
from insighthub.desk.desk import Desk
from insighthub.hub import Hub
from insighthub.release_state import ReleaseStates
from insighthub.web.assets import Assets, KeptForGood
from insighthub.web.clock import Clock
from insighthub.web.csrf import Csrf, call_checked, form_checked, secret
from insighthub.web.desk_sessions import DeskSessions
from insighthub.web.faults import add_handlers
from insighthub.web.limits import BodyLimit, RateLimit
from insighthub.web.odd_values import ordinary_path
from insighthub.web.pages import Pages
from insighthub.web.request_log import RequestLog, logger
from insighthub.web.screen import Screen
from insighthub.web.screens import SCREENS
from insighthub.web.security import OwnHosts, SecurityHeaders
from insighthub.web.session import Sessions, ready, signed_in
from insighthub.web.site import Site


def create_app(
    home: Path | str,
    *,
    sessions: Sessions | None = None,
    screens: Sequence[Screen] = SCREENS,
    clock: Clock | None = None,
    log: Any = None,
) -> FastAPI:
    """Return the app of a hub.

    Args:
        home: the hub's folder.
        sessions: the way of signing in; that of the hub's accounts where it is not given.
        screens: what it has.
        clock: where the time comes from.
        log: a logger of structlog; lines of JSON on standard output where it is not given.

    Raises:
        ContractError: a setting is wrong.
        RunError: there is no such folder, the state cannot be opened, or the styles are not built.
    """
    clock, hub = clock or Clock(), Hub(home)
    desk, key = Desk(hub, lambda: clock.now().astimezone(UTC).replace(tzinfo=None)), secret(hub.home)
    settings = hub.settings.web
    assets = Assets()
    site = Site(
        hub=hub,
        desk=desk,
        settings=settings,
        sessions=DeskSessions(desk) if sessions is None else sessions,
        csrf=Csrf(key),
        key=key,
        assets=assets,
        clock=clock,
        pages=Pages(),
        navigation=tuple(screen.nav for screen in screens if screen.nav is not None),
        releases=ReleaseStates(hub, clock.now, clock.seconds),
    )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        hub.close()

    uploads = [path for screen in screens for path in screen.uploads]
    app = FastAPI(
        title="Insight Hub",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(RequestLog, log=log or logger(), seconds=clock.seconds),
            Middleware(OwnHosts, hosts=settings.hosts),
            Middleware(
                RateLimit,
                per_minute=settings.requests_per_minute,
                guesses_per_minute=settings.guesses_per_minute,
                seconds=clock.seconds,
            ),
            Middleware(
                BodyLimit,
                most=settings.most_body_kilobytes * 1024,
                most_upload=settings.most_upload_megabytes * 1024 * 1024,
                uploads=uploads,
            ),
            Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
        ],
    )
    app.state.site = site
    add_handlers(app)
    for screen in screens:
        app.include_router(screen.router, include_in_schema=False, dependencies=_guards(screen))
    for router in ROUTERS:
        app.include_router(router, dependencies=[Depends(ready), Depends(call_checked)], responses=RESPONSES)
    app.mount("/static", KeptForGood(directory=assets.folder), name="static")
    return app


def _guards(screen: Screen) -> list[Any]:
    """Return what every page of a screen is held against before it is asked."""
    checks = [Depends(ordinary_path), Depends(form_checked)]
    if screen.public:
        return checks
    return [Depends(signed_in if screen.first else ready), *checks]
