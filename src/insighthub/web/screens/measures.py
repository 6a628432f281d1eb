"""Figures about people, as disclosure control gives them; and asking to let them out, which a second person checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from insighthub.charts import Column, Figure, Table
from insighthub.charts.counts import Bar, bars
from insighthub.desk.figures import FIVE_SAFES, RELEASED, WAITING, FigureRequest, MeasureShown, PublishedRow
from insighthub.governance.actions import Action
from insighthub.web import words
from insighthub.web.faults import release_needed
from insighthub.web.figures import drawn
from insighthub.web.forms import FieldError
from insighthub.web.screen import Nav, Screen
from insighthub.web.site import account, site_of

router = APIRouter(prefix="/figures")
SCREEN = Screen(
    router,
    nav=Nav("Figures", "/figures", Action.SEE_LEADERS, about="Measures of residents, after disclosure control."),
)
Text = Annotated[str, Form()]
_HIDDEN = "hidden"
_STATUS = {WAITING: ("Waiting", "blue"), RELEASED: ("Released", "green"), "refused": ("Not released", "grey")}


@router.get("", dependencies=[Depends(release_needed)])
def measures(request: Request) -> HTMLResponse:
    """List the measures, and what was asked to go out."""
    site, user = site_of(request), account(request)
    desk = site.desk.figures(user)
    return site.pages.page(
        request, "leaders/figures.html", title="Figures", measures=desk.measures(), requests=_lines(desk.requests())
    )


@router.get("/requests")
def requests(request: Request) -> HTMLResponse:
    """List what was asked to go out: for those who check it."""
    site, user = site_of(request), account(request)
    found = site.desk.figures(user).requests()
    return site.pages.page(request, "leaders/requests.html", title="Figures to be checked", requests=_lines(found))


@router.get("/requests/{number}")
def one_request(request: Request, number: int, done: str = "") -> HTMLResponse:
    """Show what was asked to go out, with the Five Safes."""
    return _request_page(request, number, done=done)


@router.post("/requests/{number}")
def decide(request: Request, number: int, decision: Text = "", note: Text = "") -> Response:
    """Let figures out, or not."""
    site, user = site_of(request), account(request)
    if decision not in ("release", "refuse"):
        return _request_page(
            request, number, errors=[FieldError("decision", "Choose whether the figures may go out")], note=note
        )
    if decision == "refuse" and not note.strip():
        return _request_page(request, number, errors=[FieldError("note", "Enter why they may not go out")], note=note)
    site.desk.figures(user).decide(number, release=decision == "release", note=note)
    return RedirectResponse(f"/figures/requests/{number}?done={decision}", status_code=303)


@router.get("/requests/{number}/figures.csv")
def download(request: Request, number: int) -> Response:
    """Give released figures as CSV."""
    text = site_of(request).desk.figures(account(request)).download(number)
    headers = {"Content-Disposition": f'attachment; filename="figures-{number}.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/{name}", dependencies=[Depends(release_needed)])
def measure(request: Request, name: str) -> HTMLResponse:
    """Show one measure."""
    site, user = site_of(request), account(request)
    shown = site.desk.figures(user).measure(name)
    return site.pages.page(
        request,
        "leaders/measure.html",
        title=shown.line.title,
        shown=shown,
        whole=[_whole(row) for row in shown.rows if row.by == "none" and row.month is None],
        figures=drawn(_figures(shown)),
        sources=[(words.plain(source), words.day(on)) for source, on in shown.sources],
    )


@router.get("/{name}/ask", dependencies=[Depends(release_needed)])
def ask(request: Request, name: str) -> HTMLResponse:
    """Ask for the Five Safes."""
    return _ask(request, name, {})


@router.post("/{name}/ask", dependencies=[Depends(release_needed)])
def asked(
    request: Request,
    name: str,
    *,
    people: Text = "",
    project: Text = "",
    setting: Text = "",
    data: Text = "",
    outputs: Text = "",
) -> Response:
    """Keep a request to let figures out."""
    typed = {"people": people, "project": project, "setting": setting, "data": data, "outputs": outputs}
    errors = [
        FieldError(safe, f"Answer: {question}") for safe, question in FIVE_SAFES.items() if not typed[safe].strip()
    ]
    if errors:
        return _ask(request, name, typed, errors)
    made = site_of(request).desk.figures(account(request)).ask(name, typed)
    return RedirectResponse(f"/figures/requests/{made.request_id}?done=asked", status_code=303)


def _ask(request: Request, name: str, typed: dict[str, str], errors: list[FieldError] | None = None) -> HTMLResponse:
    site, user = site_of(request), account(request)
    shown = site.desk.figures(user).measure(name)
    return site.pages.page(
        request,
        "leaders/ask.html",
        title="Ask to let figures out",
        status=422 if errors else 200,
        errors=tuple(errors or ()),
        shown=shown,
        safes=[(safe, question, typed.get(safe, "")) for safe, question in FIVE_SAFES.items()],
    )


def _request_page(
    request: Request, number: int, *, done: str = "", errors: list[FieldError] | None = None, note: str = ""
) -> HTMLResponse:
    site, user = site_of(request), account(request)
    found = site.desk.figures(user).request(number)
    may = Action.RELEASE_FIGURES in site.desk.actions(user)
    said = {"asked": "You asked. Somebody else will check the figures", "release": "The figures may go out"}
    status, colour = _STATUS[found.status]
    return site.pages.page(
        request,
        "leaders/request.html",
        title=f"Figures, request {number}",
        status=422 if errors else 200,
        errors=tuple(errors or ()),
        found=found,
        status_word=status,
        colour=colour,
        done=said.get(done, "The figures stay here" if done == "refuse" else ""),
        rows=[_cells(row) for row in found.rows],
        safes=[(FIVE_SAFES[safe], text) for safe, text in found.five_safes.items()],
        decides=may and found.status == WAITING and found.asked_by != user.email,
        own=found.asked_by == user.email,
        note=note,
    )


def _lines(found: tuple[FigureRequest, ...]) -> list[dict[str, object]]:
    return [
        {
            "number": one.request_id,
            "title": one.title,
            "by": one.asked_by,
            "at": one.asked_at,
            "status": _STATUS[one.status][0],
            "colour": _STATUS[one.status][1],
        }
        for one in found
    ]


def _cells(row: PublishedRow) -> tuple[str, ...]:
    group = "All" if row.by == "none" else f"{words.plain(row.by)}: {_group(row)}"
    if row.month is not None:
        group = f"{group}, {row.month:%B %Y}"
    return (group, _count(row.numerator), _count(row.denominator), _rate(row))


def _count(count: int | None) -> str:
    return _HIDDEN if count is None else words.number(count)


def _rate(row: PublishedRow) -> str:
    if row.share is not None:
        return f"{row.share:.1%}"
    return f"{row.per_thousand:,.1f} per 1,000" if row.per_thousand is not None else _HIDDEN


def _whole(row: PublishedRow) -> tuple[str, str, str]:
    of = "" if row.denominator is None else f"{_count(row.numerator)} of {_count(row.denominator)}"
    return ("All", _rate(row), of)


def _figures(shown: MeasureShown) -> list[Figure]:
    out = []
    series = [row for row in shown.rows if row.by == "none" and row.month is not None]
    if series:
        out.append(_figure("by-month", "By month", series, lambda row: f"{row.month:%b %Y}"))
    for by in dict.fromkeys(row.by for row in shown.rows if row.by != "none"):
        rows = [row for row in shown.rows if row.by == by]
        newest = max((row.month for row in rows if row.month is not None), default=None)
        rows = [row for row in rows if row.month == newest]
        when = "" if newest is None else f", {newest:%B %Y}"
        out.append(_figure(by.replace("_", "-"), f"By {words.plain(by).lower()}{when}", rows, _group))
    return out


def _figure(key: str, caption: str, rows: list[PublishedRow], label: Callable[[PublishedRow], str]) -> Figure:
    named = [(label(row), row) for row in rows]
    told = [(name, row) for name, row in named if _value(row) is not None]
    columns = (
        Column("group", "Group"),
        Column("numerator", "Counted"),
        Column("denominator", "Of"),
        Column("rate", "Rate"),
    )
    table = Table(caption, columns, tuple((name, *_cells(row)[1:]) for name, row in named))
    if not told:
        return Figure(key, f"{caption}: every figure is too small to be told", "All are hidden.", table)
    high = max(told, key=lambda pair: _value(pair[1]) or 0)
    low = min(told, key=lambda pair: _value(pair[1]) or 0)
    hidden = len(named) - len(told)
    if len(told) == 1:
        title = f"{caption}: {high[0]} {_rate(high[1])}, the others are hidden"
        return Figure(key, title, f"Only {high[0]} is told: {_rate(high[1])}.", table)
    title = f"{caption}: highest in {high[0]} ({_rate(high[1])})"
    summary = f"From {_rate(low[1])} in {low[0]} to {_rate(high[1])} in {high[0]}."
    if hidden:
        summary += f" {words.count(hidden, 'group is', 'groups are')} hidden, as few people are behind it."
    marks = [Bar(str(name), (float(_value(row) or 0),), _rate(row)) for name, row in told]
    drawing = (lambda width: bars(marks, ("Rate",), width)) if len(marks) <= 30 else None
    return Figure(key, title, summary, table, drawing)


def _group(row: PublishedRow) -> str:
    return words.value_of("sex", row.group) if row.by == "sex" else row.group


def _value(row: PublishedRow) -> float | None:
    return row.share if row.share is not None else row.per_thousand
