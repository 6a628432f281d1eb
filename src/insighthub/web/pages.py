"""Makes a page: a template, what it shows, and what every page has around it.

Takes a request, a template's name and values, gives an HTML response, of a whole page or of a part that htmx
asks for. A name that a template uses and nobody gave it is an error; only the options of GOV.UK's own macros may be
left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from jinja2 import ChainableUndefined, ChoiceLoader, Environment, PackageLoader, PrefixLoader
from jinja2.utils import missing
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from insighthub.charts import numbers
from insighthub.errors import InsightHubError
from insighthub.release_state import ReleaseState
from insighthub.spoken import spoken_date
from insighthub.web import assets, csrf
from insighthub.web.forms import FieldError, error_for
from insighthub.web.screen import Nav
from insighthub.web.session import SignedIn, cookie_name, current_user, is_https
from insighthub.web.words import FILTERS


class _Lenient(ChainableUndefined):
    """What is undefined: nothing where a macro asks a mapping for an option, an error everywhere else."""

    def _must_be_given(self) -> None:
        if self._undefined_obj is missing or not isinstance(self._undefined_obj, Mapping | _Lenient):
            self._fail_with_undefined_error()

    def __str__(self) -> str:
        self._must_be_given()
        return ""

    def __html__(self) -> str:
        return str(self)

    def __iter__(self) -> Any:
        self._must_be_given()
        return iter(())


class Pages:
    """Makes pages from templates."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=ChoiceLoader(
                [
                    PackageLoader("insighthub.web"),
                    PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
                ]
            ),
            autoescape=True,
            undefined=_Lenient,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        own = {"day": spoken_day, "count": numbers.count, "share": numbers.share, "error_for": error_for}
        self._environment.filters.update(FILTERS | own)

    def page(
        self,
        request: Request,
        template: str,
        *,
        title: str,
        status: int = 200,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> HTMLResponse:
        """Make a page.

        Args:
            request: what it answers.
            template: its name, which extends ``layout.html``.
            title: the page's title and, unless the template says otherwise, its heading. Nobody's name or data belong
                here: titles are kept in the browser's history.
            status: of HTTP; 422 where a form is shown again with its errors.
            errors: what is wrong with a form, in the order of its fields.
            headers: further headers.
            values: what the template shows.
        """
        given = {"title": title, "errors": tuple(errors), **values}
        return self._answer(request, template, given, status=status, headers=headers or {})

    def part(self, request: Request, template: str, **values: Any) -> HTMLResponse:
        """Make a part of a page, which htmx puts in its place; the page must do without it where there are no scripts.

        Args:
            request: what it answers.
            template: its name, which extends nothing.
            values: what the template shows.
        """
        return self._answer(request, template, values, status=200, headers={})

    def _answer(
        self, request: Request, template: str, values: Mapping[str, Any], *, status: int, headers: Mapping[str, str]
    ) -> HTMLResponse:
        site = request.app.state.site
        user = current_user(request)
        text = self._environment.get_template(template).render(
            {
                "request": request,
                "path": request.url.path,
                "user": user,
                "site": site.settings,
                "navigation": navigation_of(site.navigation, user),
                "release": _release(request),
                "asset": site.assets.url,
                "council_style": assets.council_style_url(site.settings),
                "csrf_field": lambda: _field(site.csrf.token(request)),
                "purpose": None,
                **values,
            }
        )
        response = HTMLResponse(text, status_code=status, headers=dict(headers))
        new = getattr(request.state, "new_browser", None)
        if new is not None:
            name, secure = cookie_name(request, csrf.COOKIE), is_https(request)
            response.set_cookie(name, new, httponly=True, samesite="lax", secure=secure, path="/")
        return response


def navigation_of(entries: Sequence[Nav], user: SignedIn | None) -> list[Nav]:
    """Return the entries that somebody is shown: none before they did what they have to do first."""
    if user is None or user.must_first is not None:
        return []
    return [entry for entry in entries if entry.is_for(user.may)]


def spoken_day(value: date | datetime | None) -> str:
    """Write a day as people say it; that it is not known where there is none."""
    if value is None:
        return "not known"
    return spoken_date(value.date() if isinstance(value, datetime) else value)


def _field(token: str) -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(csrf.FIELD, token)


def _release(request: Request) -> ReleaseState:
    """Return how the release stands; a page that says what went wrong is made whatever else went wrong."""
    try:
        found: ReleaseState = request.app.state.site.releases.current()
    except InsightHubError:
        return ReleaseState()
    return found
