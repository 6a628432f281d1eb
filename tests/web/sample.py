"""A way of signing in and a screen that tests have for themselves: every part that pages are made of, on few pages.

Who is signed in is whom the session's cookie names, so that a test need not know how people sign in.
"""

import time

from fastapi import APIRouter, Depends, Form, Request
from jinja2 import DictLoader
from starlette.responses import HTMLResponse, RedirectResponse

from insighthub.charts import Column, Figure, Table
from insighthub.charts.counts import Bar, bars
from insighthub.charts.figure import heat_matrix
from insighthub.errors import RunError
from insighthub.web.faults import release_needed
from insighthub.web.figures import drawn
from insighthub.web.forms import FieldError
from insighthub.web.paging import Paging
from insighthub.web.screen import Nav, Screen
from insighthub.web.session import SignedIn, session_token
from insighthub.web.site import site_of

USERS = {
    "officer": SignedIn("u1", "Olive Officer", "officer", frozenset({"find_residents"}), "s1"),
    "analyst": SignedIn("u2", "Ana Analyst", "analyst", frozenset({"see_runs"}), "s2"),
    "newcomer": SignedIn("u3", "Nell Newcomer", "no role yet", frozenset(), "s3"),
}


class CookieSessions:
    """Whom the cookie names is signed in, until the session is ended."""

    def __init__(self):
        self.ended = set()

    def user(self, request):
        token = session_token(request)
        return None if token in self.ended else USERS.get(token)

    def end(self, request):
        self.ended.add(session_token(request))


TEMPLATES = {
    "sample.html": """{% extends "layout.html" %}
{% from "parts.html" import summary_list, tag, data_table, figure, pages, done, print_button %}
{% block content %}
{{ done("The note is kept" if kept else none) }}
{{ summary_list([("Lives at", "1 High Street", "Council tax, 5 March 2026"), ("Telephone", none)], "Contact") }}
<p class="govuk-body">{{ tag("Held", "green") }} {{ tag("Not asked") }}</p>
{{ data_table("Services", ["Service", "Records#", "Last heard of"], [["Benefits", 2, "5 March 2026"]] * 2) }}
{% for each in figures %}{{ figure(each) }}{% endfor %}
{{ pages(paging) }}
<div id="part" hx-get="/sample/part" hx-trigger="load"><p class="govuk-body">No part was brought in</p></div>
{{ print_button() }}
{% endblock %}""",
    "sample_form.html": """{% extends "layout.html" %}
{% from "govuk_frontend_jinja/components/input/macro.html" import govukInput %}
{% from "govuk_frontend_jinja/components/button/macro.html" import govukButton %}
{% block content %}
<form action="/sample/form" method="post" novalidate>
{{ csrf_field() }}
{{ govukInput({"id": "note", "name": "note", "label": {"text": "Note"}, "value": note,
  "errorMessage": errors|error_for("note")}) }}
{{ govukButton({"text": "Keep the note"}) }}
</form>
{% endblock %}""",
    "sample_part.html": '<p class="govuk-body">A part, for {{ user.name }}</p>',
    "sample_mistake.html": '{% extends "layout.html" %}{% block content %}{{ nobody_gave_this }}{% endblock %}',
}

router = APIRouter()
SCREEN = Screen(
    router,
    nav=Nav("A sample", "/sample", "find_residents", "Every part that pages are made of."),
    uploads=("/sample/up",),
)


def _figures():
    table = Table(
        "Records by source", (Column("source", "Source"), Column("records", "Records", "count")), (("A", 3), ("B", 5))
    )
    rows = [Bar("A", (3,), "3"), Bar("B", (5,), "5")]
    matrix = heat_matrix("Shared", "Source", ("A", "B"), texts=[["3", "1"], ["1", "5"]], values=[[3, 1], [1, 5]])
    return drawn(
        [
            Figure(
                "records", "B delivers most records", "B has 5 and A 3", table, lambda w: bars(rows, ["records"], w)
            ),
            Figure("shared", "A and B share one record", "One of eight", table, matrix=matrix),
        ]
    )


@router.get("/sample")
def sample(request: Request, page: int = 1, done: bool = False) -> HTMLResponse:
    from types import SimpleNamespace

    purpose = SimpleNamespace(title="Safeguarding assessment", until="5 pm", change="/sample/form")
    return site_of(request).pages.page(
        request,
        "sample.html",
        title="A sample",
        figures=_figures(),
        kept=done,
        paging=Paging("/sample", page, 260),
        purpose=purpose,
    )


@router.get("/sample/form")
def sample_form(request: Request) -> HTMLResponse:
    return site_of(request).pages.page(request, "sample_form.html", title="Add a note", note="")


@router.post("/sample/form")
def sample_sent(request: Request, note: str = Form("")):
    if not note.strip():
        errors = [FieldError("note", "Enter a note")]
        return site_of(request).pages.page(
            request, "sample_form.html", title="Add a note", status=422, errors=errors, note=note
        )
    return RedirectResponse("/sample", 303)


@router.get("/sample/confirm")
def sample_confirm(request: Request) -> HTMLResponse:
    return site_of(request).pages.page(
        request,
        "confirm.html",
        title="Close this case?",
        says=["The case is closed, and can be opened again."],
        action="/sample/form",
        button="Close the case",
        cancel="/sample",
        hidden=[("note", "closed")],
        warning="What you did not save is lost.",
    )


@router.post("/sample/up")
async def sample_upload(request: Request):
    form = await request.form()
    return RedirectResponse(f"/sample?page={len(await form['file'].read()) // 1000}", 303)


@router.get("/sample/release")
def sample_release(request: Request, run_id: str = Depends(release_needed)) -> HTMLResponse:
    return site_of(request).pages.page(request, "home.html", title=f"Release {run_id}")


@router.get("/sample/number/{number}")
def sample_number(number: int) -> RedirectResponse:
    return RedirectResponse(f"/sample?page={number}", 303)


@router.get("/sample/part")
def sample_part(request: Request) -> HTMLResponse:
    return site_of(request).pages.part(request, "sample_part.html")


@router.get("/sample/slow")
def sample_slow(request: Request) -> HTMLResponse:
    """A page that is under way when the server is told to stop."""
    print("slow began", flush=True)
    begun = time.monotonic()
    while time.monotonic() - begun < 0.5:  # work, as a heavy page has it
        sum(range(1000))
    return site_of(request).pages.page(request, "home.html", title="A slow page")


@router.get("/sample/fault")
def sample_fault():
    raise ValueError("Agnes Secret, 1 March 1950")


@router.get("/sample/ours")
def sample_ours():
    raise RunError("this case is closed", remedy="Open it again", file="/srv/hub/secret-place")


@router.get("/sample/mistake")
def sample_mistake(request: Request):
    return site_of(request).pages.page(request, "sample_mistake.html", title="A mistake")


def add_templates(app):
    """Let an app find the templates of the sample screen."""
    app.state.site.pages._environment.loader.loaders.append(DictLoader(TEMPLATES))
    return app
