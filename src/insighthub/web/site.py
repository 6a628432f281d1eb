"""What every page needs of the process that serves it: the hub, its settings, who is signed in, how pages are made."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from insighthub.accounts.users import User
from insighthub.desk.desk import Desk
from insighthub.hub import Hub
from insighthub.release_state import ReleaseStates
from insighthub.web.assets import Assets
from insighthub.web.clock import Clock
from insighthub.web.csrf import Csrf
from insighthub.web.pages import Pages
from insighthub.web.screen import Nav
from insighthub.web.session import NotSignedIn, Sessions, signed_in
from insighthub.web_settings import WebSettings


@dataclass(frozen=True)
class Site:
    """One for each process; it is ``app.state.site``."""

    hub: Hub
    desk: Desk
    settings: WebSettings
    sessions: Sessions
    csrf: Csrf
    key: bytes
    assets: Assets
    clock: Clock
    pages: Pages
    navigation: tuple[Nav, ...]
    releases: ReleaseStates


def site_of(request: Request) -> Site:
    """Return the site that serves a request."""
    site: Site = request.app.state.site
    return site


def account(request: Request) -> User:
    """Return the account of whoever sends a request: what the desk asks for.

    Raises:
        NotSignedIn: nobody is signed in.
    """
    found = signed_in(request).account
    if found is None:
        raise NotSignedIn
    return found
