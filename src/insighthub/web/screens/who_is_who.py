"""Decisions of an officer on who is who: these are not one person, these are the same person, and undoing either."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from insighthub.desk.refused import Refused
from insighthub.errors import DataError, RunError
from insighthub.governance.actions import Action
from insighthub.web import words
from insighthub.web.forms import FieldError
from insighthub.web.resident_view import full_name
from insighthub.web.screen import Screen
from insighthub.web.screens.cases import purpose_of
from insighthub.web.site import account, site_of

router = APIRouter(prefix="/cases/{number}/residents/{resident_id}")
SCREEN = Screen(router)
Text = Annotated[str, Form()]
_MOST_DIGITS = 6


@router.get("/not-one-person")
def not_one_person(request: Request, number: int, resident_id: str) -> HTMLResponse:
    """Ask which records are of somebody else."""
    return _apart(request, number, resident_id)


@router.post("/not-one-person")
def part(
    request: Request,
    number: int,
    resident_id: str,
    *,
    others: Annotated[tuple[str, ...], Form()] = (),
    note: Text = "",
) -> Response:
    """Decide that some records are of another person than the rest."""
    seat = site_of(request).desk.seat(account(request), case=number)
    records = seat.records(resident_id)
    chosen = {int(at) for at in others if at.isdecimal() and len(at) <= _MOST_DIGITS and int(at) < len(records)}
    errors = []
    if not chosen or len(chosen) == len(records):
        errors.append(FieldError("others", "Choose the records that are of somebody else, and leave at least one"))
    if not note.strip():
        errors.append(FieldError("note", "Enter how you know"))
    if not errors:
        some = [record for at, record in enumerate(records) if at not in chosen]
        try:
            seat.not_same_person(some, [records[at] for at in sorted(chosen)], note=note)
        except (RunError, DataError) as error:
            errors = [FieldError("others", f"{error.what}. {error.remedy}")]
        else:
            return RedirectResponse(f"/cases/{number}/residents/{resident_id}?done=decided", status_code=303)
    return _apart(request, number, resident_id, chosen=chosen, note=note, errors=errors)


@router.get("/same-person")
def same_person(request: Request, number: int, resident_id: str) -> HTMLResponse:
    """Ask which other resident is the same person."""
    return _same(request, number, resident_id)


@router.post("/same-person")
def join(
    request: Request, number: int, resident_id: str, *, other: Text = "", note: Text = "", sure: Text = ""
) -> Response:
    """Show both residents, and decide that they are one person once that was confirmed."""
    site, user = site_of(request), account(request)
    seat = site.desk.seat(user, case=number)
    seat.ready(Action.DECIDE_IDENTITY, resident_id)
    errors = []
    if not other.strip():
        errors.append(
            FieldError("other", "Enter the id of the other resident, which stands at the foot of their picture")
        )
    if not note.strip():
        errors.append(FieldError("note", "Enter how you know"))
    if errors:
        return _same(request, number, resident_id, other=other, note=note, errors=errors)
    try:
        pictures = [seat.picture(one).picture for one in (resident_id, other.strip())]
    except Refused as error:
        return _same(
            request,
            number,
            resident_id,
            other=other,
            note=note,
            errors=[FieldError("other", f"{error.what}. {error.remedy}")],
        )
    if pictures[0].resident_id == pictures[1].resident_id:
        return _same(
            request,
            number,
            resident_id,
            other=other,
            note=note,
            errors=[FieldError("other", "That is this resident already")],
        )
    if not sure:
        sides = [
            {
                "name": full_name(p),
                "rows": [(words.plain(f.field), words.value_of(f.field, f.values[0].value)) for f in p.fields],
                "known": words.plain_list(s.source for s in p.asked_sources if s.records),
            }
            for p in pictures
        ]
        return site.pages.page(
            request,
            "officer/same_confirm.html",
            title="Are these the same person?",
            purpose=purpose_of(site, seat, number),
            here=f"/cases/{number}/residents/{resident_id}",
            sides=sides,
            other=pictures[1].resident_id,
            note=note,
        )
    left, right = (seat.records(p.resident_id)[0] for p in pictures)
    try:
        seat.same_person(left, right, note=note)
    except (RunError, DataError) as error:
        return _same(
            request,
            number,
            resident_id,
            other=other,
            note=note,
            errors=[FieldError("other", f"{error.what}. {error.remedy}")],
        )
    return RedirectResponse(f"/cases/{number}/residents/{resident_id}?done=decided", status_code=303)


@router.post("/decisions/{decision}/undo")
def undo(request: Request, number: int, resident_id: str, decision: int, note: Text = "") -> Response:
    """Decide that an earlier decision no longer holds."""
    seat = site_of(request).desk.seat(account(request), case=number)
    seat.undo(decision, note=note.strip() or "Undone on the resident's page")
    return RedirectResponse(f"/cases/{number}/residents/{resident_id}?done=undone", status_code=303)


def _apart(
    request: Request,
    number: int,
    resident_id: str,
    *,
    chosen: set[int] | None = None,
    note: str = "",
    errors: list[FieldError] | None = None,
) -> HTMLResponse:
    site, user = site_of(request), account(request)
    seat = site.desk.seat(user, case=number)
    seat.ready(Action.DECIDE_IDENTITY, resident_id)
    records = [
        {
            "value": str(at),
            "text": f"{words.plain(r.source)} {r.record_id}" + (f", person {r.person}" if r.person > 1 else ""),
            "checked": at in (chosen or set()),
        }
        for at, r in enumerate(seat.records(resident_id))
    ]
    return site.pages.page(
        request,
        "officer/not_one_person.html",
        title="These are not one person",
        status=422 if errors else 200,
        errors=tuple(errors or ()),
        purpose=purpose_of(site, seat, number),
        here=f"/cases/{number}/residents/{resident_id}",
        records=records,
        note=note,
    )


def _same(
    request: Request,
    number: int,
    resident_id: str,
    *,
    other: str = "",
    note: str = "",
    errors: list[FieldError] | None = None,
) -> HTMLResponse:
    site, user = site_of(request), account(request)
    seat = site.desk.seat(user, case=number)
    seat.ready(Action.DECIDE_IDENTITY, resident_id)
    seat.records(resident_id)
    return site.pages.page(
        request,
        "officer/same_person.html",
        title="Another resident is the same person",
        status=422 if errors else 200,
        errors=tuple(errors or ()),
        purpose=purpose_of(site, seat, number),
        here=f"/cases/{number}/residents/{resident_id}",
        other=other,
        note=note,
    )
