"""Corrections: what sources are told of records that are wrong or out of date, what they answer, what officers suggest.

A ticket is known by its number and never by the record's reference in an address; values stand on pages alone.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, UploadFile
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, Response

from insighthub.desk.correction_desk import PURPOSE, SHEETS, STATUSES
from insighthub.desk.refused import Refused
from insighthub.errors import InsightHubError
from insighthub.governance.actions import Action
from insighthub.web import data_figures, words
from insighthub.web.data_words import KIND_WORDS
from insighthub.web.figures import drawn_once
from insighthub.web.forms import FieldError
from insighthub.web.paging import Paging
from insighthub.web.screen import Nav, Screen
from insighthub.web.site import Site, account, site_of

router = APIRouter(prefix="/corrections")
#: Where a sheet may be sent; the name of the source comes after it.
ANSWERS = "/corrections/answers"
SCREEN = Screen(
    router,
    nav=Nav(
        "Corrections", "/corrections", Action.SEE_CORRECTIONS, about="What sources are told, and what they answer."
    ),
    uploads=(ANSWERS,),
)
STATES = {
    "proposed": ("Proposed", "blue"),
    "open": ("Not answered", "blue"),
    "sent": ("Sent", "yellow"),
    "accepted": ("Accepted", "green"),
    "refused": ("Refused", "red"),
    "fixed": ("Fixed", "grey"),
    "withdrawn": ("Withdrawn", "grey"),
}
#: What may be answered, in words.
BECOMES = {
    "sent": ("It was sent to the source", "The source has been told, and has not answered."),
    "accepted": ("The source accepts it", "It is fixed once a delivery says so."),
    "refused": ("The source refuses it", "The source keeps what it holds, and is not asked again while it does."),
}
DONE = {
    "sent": "It is noted as sent",
    "accepted": "It is noted as accepted",
    "refused": "It is noted as refused",
}
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_LONGEST_NOTE = 1000
_POSTCODE = re.compile(r"[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}")
Text = Annotated[str, Form()]


@router.get("")
def board(request: Request) -> HTMLResponse:
    """Show what became of corrections, by source and kind."""
    site = site_of(request)
    found = site.desk.data(account(request)).corrections.board()
    every = found.everything
    days = every.median_days_to_fix
    return site.pages.page(
        request,
        "data/corrections.html",
        title="Corrections",
        summary=[
            ("Open", words.number(every.open)),
            ("Records put right", words.number(every.records_corrected)),
            ("Median days until one is fixed", "none is fixed yet" if days is None else f"{days:g}"),
            ("Questions to residents avoided", words.number(every.asks_avoided)),
            ("More that could be, if all is accepted", words.number(every.asks_avoidable)),
        ],
        rows=[_board_row(line) for line in found.sources],
        kinds=[
            (KIND_WORDS[str(f.kind)], *(words.number(n) for n in (f.open, f.accepted, f.refused, f.fixed)))
            for f in found.kinds
        ],
        shown=drawn_once([data_figures.board(found.sources, every)])[0],
    )


@router.get("/answers/{source}")
def answers_form(request: Request, source: str) -> HTMLResponse:
    """Ask for a sheet with answers."""
    return _answers(request, source)


@router.post("/answers/{source}")
def take_answers(request: Request, source: str, file: Annotated[UploadFile | None, File()] = None) -> Response:
    """Take back a sheet with answers: all of them, or none."""
    data = b"" if file is None else file.file.read()
    if not data:
        return _answers(request, source, [FieldError("file", "Choose the sheet that came back")])
    desk = site_of(request).desk.data(account(request)).corrections
    try:
        found = desk.read_answers(source, data)
    except Refused:
        raise
    except InsightHubError as error:
        row = "" if error.row is None else f"Row {error.row:,}: "
        return _answers(request, source, [FieldError("file", f"{row}{error.what}. {error.remedy}")])
    counts = f"accepted={len(found.accepted)}&refused={len(found.refused)}&left={found.unanswered}"
    return RedirectResponse(f"/corrections/{source}?done=answers&{counts}", status_code=303)


@router.get("/{source}")
def tickets(
    request: Request,
    source: str,
    *,
    status: str = "",
    kind: str = "",
    page: int = 1,
    done: str = "",
    accepted: int = 0,
    refused: int = 0,
    left: int = 0,
) -> HTMLResponse:
    """List the tickets of a source, and what officers suggested to it."""
    site, user = site_of(request), account(request)
    status, kind = status if status in STATUSES else "", kind if kind in KIND_WORDS else ""
    desk, size = site.desk.data(user).corrections, 25

    def listed(offset: int) -> Any:
        return desk.tickets(source, status=status or None, kind=kind or None, offset=offset, limit=size)

    found = listed((max(page, 1) - 1) * size)
    keep = tuple((name, value) for name, value in (("status", status), ("kind", kind)) if value)
    paging = Paging(f"/corrections/{source}", page, found.total, size, keep)
    if paging.shown != max(page, 1):
        found = listed(paging.offset)
    said = DONE.get(done)
    if done == "answers":
        said = f"The sheet was taken: {accepted:,} accepted, {refused:,} refused, {left:,} without an answer"
    return site.pages.page(
        request,
        "data/tickets.html",
        title=f"Corrections to {words.plain(source).lower()}",
        source=source,
        purpose=_purpose(site),
        rows=[_ticket_row(source, line) for line in found.lines],
        suggestions=[_suggestion_row(source, line) for line in found.suggestions],
        counts=[(STATES[name][0], words.number(count)) for name, count in found.counts.items() if count],
        to_send=found.counts["proposed"] + found.counts["sent"],
        paging=paging,
        statuses=_options([("", "All states"), *((s, STATES[s][0]) for s in STATUSES)], status),
        kinds=_options([("", "All kinds"), *KIND_WORDS.items()], kind),
        may_answer=desk.may_answer(source),
        done=said,
    )


@router.post("/{source}/sheet")
def sheet(request: Request, source: str, *, form: Text = "xlsx", mark: Text = "") -> Response:
    """Give the sheet of a source, in its own columns; note what it holds as sent where that is asked for."""
    desk = site_of(request).desk.data(account(request)).corrections
    form = form if form in SHEETS else "xlsx"
    data = desk.sheet(source, form, mark_sent=mark == "sent")
    headers = {"Content-Disposition": f'attachment; filename="corrections-{source}.{form}"'}
    return Response(data, media_type=MEDIA[form], headers=headers)


@router.get("/{source}/tickets/{number}")
def ticket(request: Request, source: str, number: int) -> HTMLResponse:
    """Show a ticket."""
    return _ticket(request, source, number)


@router.post("/{source}/tickets/{number}")
def answer(request: Request, source: str, number: int, *, status: Text = "", note: Text = "") -> Response:
    """Keep what became of a ticket."""
    if len(note) > _LONGEST_NOTE:
        error = FieldError("note", f"The note must be {_LONGEST_NOTE:,} characters or fewer")
        return _ticket(request, source, number, status=status, note=note, errors=[error])
    if status not in BECOMES:
        return _ticket(
            request, source, number, status=status, note=note, errors=[FieldError("status", "Choose what became of it")]
        )
    desk = site_of(request).desk.data(account(request)).corrections
    try:
        desk.answer(source, number, status, note=note)
    except Refused:
        raise
    except InsightHubError as error:
        return _ticket(
            request,
            source,
            number,
            status=status,
            note=note,
            errors=[FieldError("status", f"{error.what}. {error.remedy}")],
        )
    return RedirectResponse(f"/corrections/{source}?done={status}", status_code=303)


@router.get("/{source}/suggestions/{number}")
def suggestion(request: Request, source: str, number: int) -> HTMLResponse:
    """Show a correction that an officer suggested."""
    return _suggestion(request, source, number)


@router.post("/{source}/suggestions/{number}")
def answer_suggestion(request: Request, source: str, number: int, *, status: Text = "") -> Response:
    """Keep what became of a correction that an officer suggested."""
    if status not in BECOMES:
        return _suggestion(request, source, number, [FieldError("status", "Choose what became of it")])
    desk = site_of(request).desk.data(account(request)).corrections
    try:
        desk.answer_suggestion(source, number, status)
    except Refused:
        raise
    except InsightHubError as error:
        return _suggestion(request, source, number, [FieldError("status", f"{error.what}. {error.remedy}")])
    return RedirectResponse(f"/corrections/{source}?done={status}", status_code=303)


def _answers(request: Request, source: str, errors: list[FieldError] | None = None) -> HTMLResponse:
    site, user = site_of(request), account(request)
    site.desk.data(user).corrections.require_answer(source)
    return site.pages.page(
        request,
        "data/answers.html",
        title="Take back a sheet with answers",
        status=422 if errors else 200,
        errors=tuple(errors or ()),
        source=source,
        name=words.plain(source),
        action=f"{ANSWERS}/{source}",
        purpose=_purpose(site),
    )


def _ticket(
    request: Request,
    source: str,
    number: int,
    *,
    status: str = "",
    note: str = "",
    errors: list[FieldError] | None = None,
) -> HTMLResponse:
    site, user = site_of(request), account(request)
    desk = site.desk.data(user).corrections
    found = desk.ticket(source, number)
    line, one, case = found.line, found.line.ticket, found.line.case
    rows = [
        ("Record", _record(one)),
        ("What is wrong", KIND_WORDS[one.kind]),
        ("Field", _field(one.field)),
    ]
    if case is not None:
        rows += [
            ("The record holds", _value(one.field, case.held) or "nothing"),
            ("It should say", _value(one.field, case.proposed)),
            ("How sure", words.sure(case.probability)),
            ("Why", case.why),
        ]
    rows += [("State", STATES[one.status][0]), ("Proposed", words.day(one.proposed_on))]
    rows += [("Closed", words.day(one.closed_on))] if one.closed_on else []
    return site.pages.page(
        request,
        "data/ticket.html",
        title=f"Ticket {number}",
        status=422 if errors else 200,
        errors=tuple(errors or ()),
        source=source,
        purpose=_purpose(site),
        rows=rows,
        unseen=not line.seen,
        gone=line.seen and case is None,
        evidence=[]
        if case is None
        else [
            (words.plain(each["service"]), _value(one.field, each["says"]), words.day(each["as_of"]))
            for each in case.evidence
        ],
        history=[(STATES[state][0], by, said or "") for state, by, said in found.history],
        choices=_choices(line.can_become, status) if desk.may_answer(source) else [],
        note=note,
        action=f"/corrections/{source}/tickets/{number}",
    )


def _suggestion(request: Request, source: str, number: int, errors: list[FieldError] | None = None) -> HTMLResponse:
    site, user = site_of(request), account(request)
    desk = site.desk.data(user).corrections
    line = desk.suggestion(source, number)
    one = line.suggestion
    rows = [("Record", _record(one)), ("Field", _field(one.field))]
    if line.seen:
        rows += [("It should say", one.proposed), ("How the officer knows", one.why)]
    rows += [("State", STATES[one.status][0]), ("Suggested", f"{words.day(one.at)}, by {one.by}")]
    rows += [("Answered", f"{words.day(one.decided_at)}, by {one.decided_by}")] if one.decided_at else []
    return site.pages.page(
        request,
        "data/suggestion.html",
        title=f"Suggestion {number}",
        status=422 if errors else 200,
        errors=tuple(errors or ()),
        source=source,
        purpose=_purpose(site),
        rows=rows,
        unseen=not line.seen,
        choices=_choices(line.can_become, "") if desk.may_answer(source) else [],
        action=f"/corrections/{source}/suggestions/{number}",
    )


def _purpose(site: Site) -> dict[str, str | None]:
    title = next((p.title for p in site.desk.hub.policy().purpose if p.name == PURPOSE), PURPOSE)
    return {"title": title, "until": None, "change": None}


def _board_row(line: Any) -> dict[str, Any]:
    found = line.figures
    numbers = [] if found is None else [found.open, found.sent, found.accepted, found.refused, found.fixed]
    days = None if found is None else found.median_days_to_fix
    return {
        "source": line.source,
        "title": words.plain(line.source),
        "href": f"/corrections/{line.source}" if line.may_list and (found or line.suggestions) else None,
        "numbers": [words.number(n) for n in numbers] or ["0"] * 5,
        "days": "–" if days is None else f"{days:g}",
        "avoided": "0" if found is None else words.number(found.asks_avoided),
        "suggestions": words.number(line.suggestions),
    }


def _ticket_row(source: str, line: Any) -> tuple[Any, ...]:
    one, case = line.ticket, line.case
    held, proposed = ("not seen for this purpose",) * 2
    if case is not None:
        held, proposed = _value(one.field, case.held) or "nothing", _value(one.field, case.proposed)
    elif line.seen:
        held = proposed = "no longer in the release"
    return (
        _link(f"/corrections/{source}/tickets/{one.correction_id}", f"Ticket {one.correction_id}"),
        _record(one),
        KIND_WORDS[one.kind],
        held,
        proposed,
        words.sure(one.probability),
        _state(one.status),
        words.day(one.proposed_on),
    )


def _suggestion_row(source: str, line: Any) -> tuple[Any, ...]:
    one = line.suggestion
    return (
        _link(f"/corrections/{source}/suggestions/{one.suggestion_id}", f"Suggestion {one.suggestion_id}"),
        _record(one),
        _field(one.field),
        one.proposed if line.seen else "not seen for this purpose",
        _state(one.status),
        words.day(one.at),
    )


def _choices(can: tuple[str, ...], chosen: str) -> list[dict[str, Any]]:
    return [
        {"value": name, "text": BECOMES[name][0], "hint": {"text": BECOMES[name][1]}, "checked": name == chosen}
        for name in can
    ]


def _options(pairs: list[tuple[str, str]], chosen: str) -> list[dict[str, Any]]:
    return [{"value": value, "text": text, "selected": value == chosen} for value, text in pairs]


def _link(href: str, text: str) -> Markup:
    return Markup('<a class="govuk-link" href="{}">{}</a>').format(href, text)


def _state(status: str) -> Markup:
    text, colour = STATES[status]
    return Markup('<strong class="govuk-tag govuk-tag--{}">{}</strong>').format(colour, text)


def _record(one: Any) -> str:
    return str(one.record_id) + (f", person {one.person}" if one.person > 1 else "")


def _field(name: str) -> str:
    return "Record" if name == "record_id" else words.plain(name)


def _value(field: str, value: str | None) -> str:
    """Write a value of a ticket; an address ends with its postcode, which stays as it is."""
    if value is None:
        return ""
    address, _, postcode = value.rpartition(", ")
    if field == "address" and address and _POSTCODE.fullmatch(postcode):
        return f"{words.proper(address)}, {postcode}"
    return words.value_of(field, value)
