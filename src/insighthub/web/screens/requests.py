"""The log of residents' requests: note one, open it, check who asks, extend, and bring it on its way."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from insighthub.desk.refused import QueryError
from insighthub.desk.rights import LONGEST, may_follow
from insighthub.errors import RunError
from insighthub.governance.actions import Action
from insighthub.governance.rights.requests import DONE, FOLLOWING, GRANTED, KINDS, SubjectRequest
from insighthub.web import words
from insighthub.web.faults import release_needed
from insighthub.web.forms import FieldError, message
from insighthub.web.local_time import local_moment, typed_day
from insighthub.web.screen import Screen
from insighthub.web.site import Site, account, site_of

router = APIRouter(prefix="/governance/requests")
SCREEN = Screen(router)
Text = Annotated[str, Form()]
KIND = {
    "access": ("Access", "They want to know what is held of them"),
    "rectify": ("Rectification", "Something is wrong, and they want it put right"),
    "restrict": ("Restriction", "Their data is to be kept, and used for little else"),
    "object": ("Objection", "They object to some uses of their data"),
    "erase": ("Erasure", "They want what is held of them erased"),
}
STATUS = {
    "open": ("Open", "blue"),
    "waiting": ("Waiting for the requester", "yellow"),
    "granted": ("Granted", "turquoise"),
    "refused": ("Refused", "grey"),
    "done": ("Done", "green"),
    "withdrawn": ("Withdrawn", "grey"),
}
_MOVES = {
    "open": "Go on with it",
    "waiting": "Wait for the requester",
    "granted": "Grant it",
    "done": "It is done: the answer was sent",
    "refused": "Refuse it",
    "withdrawn": "The requester takes it back",
}
_SAID = {
    "noted": "The request is noted",
    "identity": "The check of identity is noted",
    "extended": "The request is extended",
    "moved": "The request is on its way",
    "flag": "It holds from now on. Figures and search follow with the next run",
    "lifted": "It no longer holds",
}
#: What is done about a granted request, by its kind: the end of the address, and what the button says.
DOES = {
    "access": ("export", "Make the answer"),
    "rectify": ("rectify", "Put it right"),
    "restrict": ("restrict", "Restrict the use of their data"),
    "object": ("object", "Keep their objection"),
    "erase": ("erase", "Erase what is held"),
}


@router.get("")
def requests(request: Request) -> HTMLResponse:
    """List the requests by the day they are due: those under way, then those that have ended."""
    site, today = site_of(request), site_of(request).clock.now().date()
    found = site.desk.rights(account(request)).requests()
    under_way = [_line(one, today) for one in found if one.status in FOLLOWING]
    ended = [_line(one, today) for one in reversed(found) if one.status not in FOLLOWING]
    return site.pages.page(
        request, "governance/requests.html", title="Requests of residents", under_way=under_way, ended=ended
    )


@router.get("/find", dependencies=[Depends(release_needed)])
def find(request: Request) -> HTMLResponse:
    """Ask whom a request is about."""
    site_of(request).desk.require(account(request), Action.SUBJECT_REQUESTS)
    return _find(request)


@router.post("/find", dependencies=[Depends(release_needed)])
def search(request: Request, *, query: Text = "", purpose: Text = "") -> HTMLResponse:
    """Show the residents whom a search found."""
    site, user = site_of(request), account(request)
    site.desk.require(user, Action.SUBJECT_REQUESTS)
    desk = site.desk.rights(user)
    errors = [] if query.strip() else [FieldError("query", "Enter what you know of the resident")]
    if purpose not in {one.name for one in desk.purposes()}:
        errors.append(FieldError("purpose", "Choose a purpose"))
    if errors:
        return _find(request, query, purpose, errors=errors)
    try:
        found = desk.find(query, purpose)
    except QueryError as error:
        return _find(request, query, purpose, errors=[FieldError("query", message(error))])
    rows = [
        {
            "id": one.resident_id,
            "name": words.proper(one.label.name) if one.label.name else "Name not known",
            "born": words.day(one.label.date_of_birth, "date of birth not known"),
            "postcode": one.label.postcode or "not known",
        }
        for one in found
    ]
    return _find(request, query, purpose, found=rows)


@router.get("/new/{resident_id}", dependencies=[Depends(release_needed)])
def new(request: Request, resident_id: str) -> HTMLResponse:
    """Ask what came."""
    site_of(request).desk.require(account(request), Action.SUBJECT_REQUESTS)
    return _new(request, resident_id, {})


@router.post("/new/{resident_id}", dependencies=[Depends(release_needed)])
def note(
    request: Request,
    resident_id: str,
    *,
    kind: Text = "",
    requester: Text = "",
    day: Text = "",
    month: Text = "",
    year: Text = "",
    asked: Text = "",
    purpose: Text = "",
) -> Response:
    """Note a request that came."""
    site, user = site_of(request), account(request)
    site.desk.require(user, Action.SUBJECT_REQUESTS)
    desk, received = site.desk.rights(user), typed_day(day, month, year)
    errors = []
    if kind not in KINDS:
        errors.append(FieldError("kind", "Choose what they ask for"))
    if not requester.strip() or len(requester) > LONGEST:
        errors.append(FieldError("requester", f"Enter who asked, in {LONGEST} characters or fewer"))
    if received is None or received > site.clock.now().date():
        errors.append(FieldError("received-day", "Enter the day on which it came, today or before"))
    if purpose not in {one.name for one in desk.purposes()}:
        errors.append(FieldError("purpose", "Choose a purpose"))
    if not errors and received is not None:
        number = desk.open_request(
            kind, resident_id, requester=requester, received=received, note=asked.strip(), purpose=purpose
        )
        return RedirectResponse(f"/governance/requests/{number}?done=noted", status_code=303)
    typed = {"kind": kind, "requester": requester, "day": day, "month": month, "year": year, "asked": asked,
             "purpose": purpose}  # fmt: skip
    return _new(request, resident_id, typed, errors)


@router.get("/{number}")
def one_request(request: Request, number: int, done: str = "") -> HTMLResponse:
    """Show a request: when it is due, its steps, and what can be done about it."""
    site, user = site_of(request), account(request)
    desk, today = site.desk.rights(user), site.clock.now().date()
    found = desk.request(number)
    titles = {purpose.name: purpose.title for purpose in site.desk.hub.policy().purpose}
    flags = [
        {"number": flag.flag_id, "says": flag_words(flag.kind, flag.purposes, flag.field, flag.value, titles)}
        for flag in desk.flags(number)
    ]
    return site.pages.page(
        request,
        "governance/request.html",
        title=f"Request {number}",
        done=_SAID.get(done, ""),
        found=found,
        line=_line(found, today),
        checked=None if found.identity_checked is None else words.day(found.identity_checked),
        does=DOES[found.kind] if _can_be_done(found) else None,
        moves=bool(may_follow(found)),
        under_way=found.status in FOLLOWING,
        flags=flags,
        proof=found.kind == "erase" and found.status == DONE,
        steps=[(local_moment(site, s.at), s.by, words.plain(s.step), _note(s.step, s.note)) for s in found.steps],
    )


@router.get("/{number}/identity")
def ask_identity(request: Request, number: int) -> HTMLResponse:
    """Ask how the requester's identity was checked."""
    return _ask(request, number, "identity")


@router.post("/{number}/identity")
def identity(request: Request, number: int, *, how: Text = "") -> Response:
    """Note that the requester's identity was checked."""
    if not how.strip():
        return _ask(request, number, "identity", [FieldError("how", "Enter what was seen, and not its number")])
    site_of(request).desk.rights(account(request)).check_identity(number, how=how.strip())
    return RedirectResponse(f"/governance/requests/{number}?done=identity", status_code=303)


@router.get("/{number}/extend")
def ask_extend(request: Request, number: int) -> HTMLResponse:
    """Ask why a request is to be extended."""
    return _ask(request, number, "extend")


@router.post("/{number}/extend")
def extend(request: Request, number: int, *, how: Text = "") -> Response:
    """Extend a request by two months."""
    if not how.strip():
        return _ask(request, number, "extend", [FieldError("how", "Enter why it is complex")])
    try:
        site_of(request).desk.rights(account(request)).extend(number, why=how.strip())
    except RunError as error:
        return _ask(request, number, "extend", [FieldError("how", message(error))], how)
    return RedirectResponse(f"/governance/requests/{number}?done=extended", status_code=303)


@router.get("/{number}/move")
def ask_move(request: Request, number: int) -> HTMLResponse:
    """Ask where a request is to go."""
    return _move(request, number)


@router.post("/{number}/move")
def move(request: Request, number: int, *, status: Text = "", note: Text = "") -> Response:
    """Bring a request to another status."""
    desk = site_of(request).desk.rights(account(request))
    errors = []
    if status not in STATUS:
        errors.append(FieldError("status", "Choose how it goes on"))
    if status == "refused" and not note.strip():
        errors.append(FieldError("note", "Enter by which exemption or ground it is refused"))
    if not errors:
        try:
            desk.go_to(number, status, note=note.strip())
        except RunError as error:
            errors = [FieldError("status", message(error))]
        else:
            return RedirectResponse(f"/governance/requests/{number}?done=moved", status_code=303)
    return _move(request, number, status, note, errors)


def flag_words(kind: str, purposes: Sequence[str], field: str | None, value: str | None, titles: dict[str, str]) -> str:
    """Say what holds of a resident since a request."""
    named = "; ".join(titles.get(each, each) for each in purposes)
    if kind == "rectify":
        return f"{words.plain(field or '')} stands as {words.value_of(field or '', value or '')}"
    if kind == "restrict":
        return f"Shown and used for nothing but: {named or 'telling the resident what is held'}"
    return f"Not used for: {named}"


def _can_be_done(found: SubjectRequest) -> bool:
    if found.kind == "access":  # the answer may be prepared before it is granted, once it is known who asks
        return found.identity_checked is not None and found.status in FOLLOWING
    return found.status == GRANTED


def _line(found: SubjectRequest, today: date) -> dict[str, Any]:
    word, colour = STATUS[found.status]
    left = (found.due - today).days
    late = found.overdue(today)
    return {
        "number": found.request_id,
        "kind": KIND[found.kind][0],
        "requester": found.requester,
        "received": words.day(found.received),
        "due": words.day(found.due) + (", extended" if found.extended else ""),
        "late": f"Overdue by {words.count(-left, 'day')}" if late else "",
        "left": f"{words.count(left, 'day')} left" if found.status in FOLLOWING and not late else "",
        "status": word,
        "colour": colour,
        "checked": found.identity_checked is not None,
    }


def _note(step: str, note: str) -> str:
    """Write the note of a step; what a program noted for itself is told on other pages."""
    if note.startswith("{"):
        return {"export made": "The search that was done is in the answer", "done": "See the proof"}.get(step, "")
    return note


def _choices_of_purposes(site: Site, request: Request, chosen: str) -> list[dict[str, Any]]:
    found = site.desk.rights(account(request)).purposes()
    first = chosen or (found[0].name if found else "")
    return [{"value": one.name, "text": one.title, "checked": one.name == first} for one in found]


def _find(
    request: Request,
    query: str = "",
    purpose: str = "",
    *,
    found: list[dict[str, Any]] | None = None,
    errors: Sequence[FieldError] = (),
) -> HTMLResponse:
    site = site_of(request)
    return site.pages.page(
        request,
        "governance/request_find.html",
        title="Whom is the request about?",
        status=422 if errors else 200,
        errors=errors,
        query=query,
        purposes=_choices_of_purposes(site, request, purpose),
        found=found,
    )


def _new(request: Request, resident_id: str, typed: dict[str, str], errors: Sequence[FieldError] = ()) -> HTMLResponse:
    site = site_of(request)
    kinds = [
        {"value": kind, "text": text, "hint": {"text": hint}, "checked": typed.get("kind") == kind}
        for kind, (text, hint) in KIND.items()
    ]
    empty = {"requester": "", "day": "", "month": "", "year": "", "asked": ""}
    return site.pages.page(
        request,
        "governance/request_new.html",
        title="Note a request",
        status=422 if errors else 200,
        errors=errors,
        resident_id=resident_id,
        kinds=kinds,
        purposes=_choices_of_purposes(site, request, typed.get("purpose", "")),
        typed={**empty, **typed},
    )


def _ask(request: Request, number: int, what: str, errors: Sequence[FieldError] = (), how: str = "") -> HTMLResponse:
    site = site_of(request)
    found = site.desk.rights(account(request)).request(number)
    says = {
        "identity": (
            "Check who asks",
            "How was the requester’s identity checked?",
            "What was seen, such as a passport, and not its number. Who acts for the resident shows that they may.",
            "Note the check",
        ),
        "extend": (
            "Extend this request",
            "Why is it complex?",
            "A request is extended once, by two months. Tell the requester within a month of their request, and why.",
            "Extend it",
        ),
    }
    title, label, hint, button = says[what]
    return site.pages.page(
        request,
        "governance/request_ask.html",
        title=title,
        status=422 if errors else 200,
        errors=errors,
        found=found,
        what=what,
        label=label,
        hint=hint,
        button=button,
        how=how,
    )


def _move(
    request: Request, number: int, status: str = "", note: str = "", errors: Sequence[FieldError] = ()
) -> HTMLResponse:
    site = site_of(request)
    found = site.desk.rights(account(request)).request(number)
    return site.pages.page(
        request,
        "governance/request_move.html",
        title="How does this request go on?",
        status=422 if errors else 200,
        errors=errors,
        found=found,
        line=_line(found, site.clock.now().date()),
        choices=[{"value": s, "text": _MOVES[s], "checked": s == status} for s in may_follow(found)],
        note=note,
    )
