"""The full picture of a resident, in a case; and opening a record in its own system."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from insighthub.desk.acts import Act
from insighthub.errors import RunError
from insighthub.web import words
from insighthub.web.resident_view import view
from insighthub.web.screen import Screen
from insighthub.web.screens.cases import purpose_of
from insighthub.web.site import account, site_of

router = APIRouter(prefix="/cases/{number}/residents/{resident_id}")
SCREEN = Screen(router)
#: What was done, by the word that stands in the address after a form was sent.
DONE = {
    "note": "The note was added",
    "warning": "The warning was added",
    "ended": "It is shown no more",
    "correction": "The correction was suggested to the source",
    "decided": "Your decision is kept. It holds from the next run on",
    "undone": "The decision no longer holds, from the next run on",
}


@router.get("")
def resident(request: Request, number: int, resident_id: str, done: str = "") -> HTMLResponse:
    """Show the full picture."""
    site, user = site_of(request), account(request)
    seat = site.desk.seat(user, case=number)
    shown = seat.picture(resident_id)
    now = shown.picture.resident_id
    if seat.case is not None and seat.case.resident_id != now:
        site.desk.set_resident(user, number, now)
    values = view(
        shown,
        shown.records,
        here=f"/cases/{number}/residents/{now}",
        today=site.clock.now().date(),
        openable=frozenset(site.desk.hub.source_links),
    )
    return site.pages.page(
        request,
        "officer/resident.html",
        title="Full picture of a resident",
        purpose=purpose_of(site, seat, number),
        case=seat.case,
        may=seat.may(),
        done=DONE.get(done, ""),
        decisions=[_decided(act) for act in shown.decisions],
        glass=shown.glass,
        **values,
    )


def _decided(act: Act) -> dict[str, object]:
    """Say what was decided in one go."""
    left, right = (
        words.listed([f"{words.plain(r.source)} {r.record_id}" for r in side]) for side in (act.left, act.right)
    )
    records = words.listed([side for side in (left, right) if side])
    if left and right and len(act.left) + len(act.right) > 2:
        records = f"{left} on one side, {right} on the other"
    return {
        "number": act.decision_id,
        "what": words.plain(act.kind),
        "by": act.by,
        "note": act.note,
        "records": records,
    }


@router.get("/records/{at}/open")
def open_record(request: Request, number: int, resident_id: str, at: int) -> Response:
    """Go to a record in its own system; where it is, is no part of any page."""
    site, user = site_of(request), account(request)
    seat = site.desk.seat(user, case=number)
    records = seat.records(resident_id)
    if not 0 <= at < len(records):
        raise RunError("there is no such record any more", remedy="Go back to the picture, and load it anew")
    return RedirectResponse(seat.source_link(resident_id, records[at]), status_code=303)
