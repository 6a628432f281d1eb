"""What an officer adds to a resident: notes, warnings, and corrections suggested to a source."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from insighthub.errors import RunError
from insighthub.governance.actions import Action
from insighthub.web import words
from insighthub.web.forms import FieldError
from insighthub.web.screen import Screen
from insighthub.web.screens.cases import purpose_of
from insighthub.web.site import account, site_of

router = APIRouter(prefix="/cases/{number}/residents/{resident_id}")
SCREEN = Screen(router)
#: Fields that an officer can say are wrong in a source's record.
CORRECTABLE = (
    "given_name", "middle_names", "family_name", "date_of_birth", "date_of_death", "sex", "address", "postcode",
    "phone", "mobile", "email",
)  # fmt: skip
Text = Annotated[str, Form()]
_MOST_DIGITS = 6


@router.get("/note")
def note(request: Request, number: int, resident_id: str) -> HTMLResponse:
    """Ask for a note."""
    return _remark(request, number, resident_id, "note")


@router.post("/note")
def add_note(request: Request, number: int, resident_id: str, text: Text = "") -> Response:
    """Add a note."""
    seat = site_of(request).desk.seat(account(request), case=number)
    if not text.strip():
        return _remark(request, number, resident_id, "note", errors=[FieldError("text", "Enter the note")])
    try:
        seat.write_note(resident_id, text)
    except RunError as error:
        said = [FieldError("text", f"{error.what}. {error.remedy}")]
        return _remark(request, number, resident_id, "note", text=text, errors=said)
    return _back(number, resident_id, "note")


@router.get("/warning")
def warning(request: Request, number: int, resident_id: str) -> HTMLResponse:
    """Ask for a warning."""
    return _remark(request, number, resident_id, "warning")


@router.post("/warning")
def add_warning(
    request: Request,
    number: int,
    resident_id: str,
    *,
    text: Text = "",
    day: Text = "",
    month: Text = "",
    year: Text = "",
) -> Response:
    """Add a warning, with the day on which it is reviewed."""
    seat = site_of(request).desk.seat(account(request), case=number)
    errors = [] if text.strip() else [FieldError("text", "Enter the warning")]
    review_on = _day(day, month, year)
    today = site_of(request).clock.now().date()
    if review_on is None or review_on <= today:
        errors.append(FieldError("review-day", "Enter a day to come on which the warning is to be reviewed"))
    if not errors and review_on is not None:
        try:
            seat.write_warning(resident_id, text, review_on=review_on)
        except RunError as error:
            errors = [FieldError("text", f"{error.what}. {error.remedy}")]
        else:
            return _back(number, resident_id, "warning")
    typed = (day, month, year)
    return _remark(request, number, resident_id, "warning", text=text, typed=typed, errors=errors)


@router.post("/remarks/{remark}/end")
def end(request: Request, number: int, resident_id: str, remark: int) -> Response:
    """Show a note or a warning no more."""
    site_of(request).desk.seat(account(request), case=number).end_remark(remark)
    return _back(number, resident_id, "ended")


@router.get("/correction")
def correction(request: Request, number: int, resident_id: str) -> HTMLResponse:
    """Ask what a source should say instead."""
    return _correction(request, number, resident_id, {})


@router.post("/correction")
def suggest(
    request: Request,
    number: int,
    resident_id: str,
    *,
    record: Text = "",
    field: Text = "",
    proposed: Text = "",
    why: Text = "",
) -> Response:
    """Suggest a correction to the source of a record."""
    seat = site_of(request).desk.seat(account(request), case=number)
    records = seat.records(resident_id)
    errors = []
    if not record.isdecimal() or len(record) > _MOST_DIGITS or int(record) >= len(records):
        errors.append(FieldError("record", "Choose the record that is wrong"))
    if field not in CORRECTABLE:
        errors.append(FieldError("field", "Choose what is wrong in it"))
    if not proposed.strip():
        errors.append(FieldError("proposed", "Enter what it should say"))
    if not why.strip():
        errors.append(FieldError("why", "Enter how you know, such as a document that you saw"))
    typed = {"record": record, "field": field, "proposed": proposed, "why": why}
    if not errors:
        try:
            seat.propose_correction(resident_id, records[int(record)], field=field, proposed=proposed, why=why)
        except RunError as error:
            errors = [FieldError("proposed", f"{error.what}. {error.remedy}")]
        else:
            return _back(number, resident_id, "correction")
    return _correction(request, number, resident_id, typed, errors)


def _back(number: int, resident_id: str, done: str) -> Response:
    return RedirectResponse(f"/cases/{number}/residents/{resident_id}?done={done}", status_code=303)


def _day(day: str, month: str, year: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except (ValueError, OverflowError):
        return None


def _remark(
    request: Request,
    number: int,
    resident_id: str,
    kind: str,
    *,
    text: str = "",
    typed: tuple[str, str, str] = ("", "", ""),
    errors: list[FieldError] | None = None,
) -> HTMLResponse:
    site, user = site_of(request), account(request)
    seat = site.desk.seat(user, case=number)
    seat.ready(Action.WRITE_WARNING if kind == "warning" else Action.WRITE_NOTE, resident_id)
    return site.pages.page(
        request,
        "officer/remark.html",
        title=f"Add a {kind}",
        status=422 if errors else 200,
        errors=tuple(errors or ()),
        purpose=purpose_of(site, seat, number),
        here=f"/cases/{number}/residents/{resident_id}",
        kind=kind,
        text=text,
        typed=typed,
    )


def _correction(
    request: Request, number: int, resident_id: str, typed: dict[str, Any], errors: list[FieldError] | None = None
) -> HTMLResponse:
    site, user = site_of(request), account(request)
    seat = site.desk.seat(user, case=number)
    seat.ready(Action.PROPOSE_CORRECTION, resident_id)
    records = [
        {
            "value": str(at),
            "text": f"{words.plain(r.source)} {r.record_id}" + (f", person {r.person}" if r.person > 1 else ""),
            "checked": typed.get("record") == str(at),
        }
        for at, r in enumerate(seat.records(resident_id))
    ]
    fields = [{"value": "", "text": "Choose one"}]
    fields += [{"value": f, "text": words.plain(f), "selected": typed.get("field") == f} for f in CORRECTABLE]  # type: ignore[dict-item]
    return site.pages.page(
        request,
        "officer/correction.html",
        title="Propose a correction",
        status=422 if errors else 200,
        errors=tuple(errors or ()),
        purpose=purpose_of(site, seat, number),
        here=f"/cases/{number}/residents/{resident_id}",
        records=records,
        fields=fields,
        typed={"proposed": "", "why": "", **typed},
    )
