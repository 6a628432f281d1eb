"""What is done about a resident's request: an answer to one for access, putting right, restricting, erasing.

What takes long is done in the background; its page shows how far it is, and can be left and opened again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from insighthub.desk.long_work import Job
from insighthub.desk.refused import NotThere
from insighthub.desk.rights import CORRECTABLE, FILES
from insighthub.errors import RunError
from insighthub.governance.rights.flags import SUBJECT_ACCESS
from insighthub.governance.rights.requests import DONE, GRANTED
from insighthub.web import words
from insighthub.web.forms import FieldError, message, sentences
from insighthub.web.local_time import day_of, local_moment
from insighthub.web.screen import Screen
from insighthub.web.screens.requests import DOES, flag_words
from insighthub.web.site import Site, account, site_of

router = APIRouter(prefix="/governance/requests/{number}")
SCREEN = Screen(router)
Text = Annotated[str, Form()]
Several = Annotated[tuple[str, ...], Form()]
_DATES = ("date_of_birth", "date_of_death")
#: What has to be typed before anything is erased.
ERASE = "erase {number}"


@router.get("/export")
def export(request: Request, number: int) -> HTMLResponse:
    """Show the answer to a request for access: how far it is, what is to be read, and its files."""
    site, user = site_of(request), account(request)
    desk = site.desk.rights(user)
    found, job = desk.request(number), desk.export_job(number)
    made = None if job is None or job.result is None else job.result
    rows = [] if made is None else [
        (words.plain(source), words.day(day), f"{count:,}") for source, day, _, count in made.searched
    ]  # fmt: skip
    return site.pages.page(
        request,
        "governance/export.html",
        title=f"Answer to request {number}",
        found=found,
        job=job_shown(site, job, f"/governance/requests/{number}/export"),
        made=made,
        to_read=0 if made is None else len({each["place"] for each in made.to_check}),
        looked=0 if made is None or made.looked is None else len(made.looked),
        rows=rows,
    )


@router.post("/export")
def make_export(request: Request, number: int) -> Response:
    """Begin to make the answer."""
    site_of(request).desk.rights(account(request)).make_export(number)
    return RedirectResponse(f"/governance/requests/{number}/export", status_code=303)


@router.get("/export/progress")
def export_progress(request: Request, number: int) -> Response:
    """Give how far the answer is, as a part of its page."""
    site = site_of(request)
    job = site.desk.rights(account(request)).export_job(number)
    return progress_part(request, job_shown(site, job, f"/governance/requests/{number}/export"))


@router.get("/export/read")
def read(request: Request, number: int) -> HTMLResponse:
    """Show what a person reads before the answer goes out."""
    return _read(request, number)


@router.post("/export/read")
def choose(request: Request, number: int, *, hide: Several = (), tell: Several = (), why: Text = "") -> Response:
    """Keep what is told and what is not; the answer is made anew."""
    desk = site_of(request).desk.rights(account(request))
    choices = dict.fromkeys(hide, True) | {place: False for place in tell if place not in hide}
    errors = []
    if not choices:
        errors.append(FieldError("why", "Choose what is told and what is not, for one place at least"))
    elif not why.strip():
        errors.append(FieldError("why", "Enter how you judged it"))
    if not errors:
        try:
            desk.choose(number, choices, why=why)
        except RunError as error:
            errors = [FieldError("why", message(error))]
        else:
            return RedirectResponse(f"/governance/requests/{number}/export", status_code=303)
    return _read(request, number, choices, why, errors)


@router.get("/export/answer.{kind}")
def download(request: Request, number: int, kind: str) -> Response:
    """Give a file of the answer."""
    data = site_of(request).desk.rights(account(request)).file(number, kind)
    headers = {"Content-Disposition": f'attachment; filename="request-{number}.{kind}"', "Cache-Control": "no-store"}
    return Response(data, media_type=FILES[kind], headers=headers)


@router.get("/rectify")
def ask_rectify(request: Request, number: int) -> HTMLResponse:
    """Ask what stands."""
    return _flag_form(request, number, "rectify")


@router.post("/rectify")
def rectify(request: Request, number: int, *, field: Text = "", value: Text = "") -> Response:
    """Put a value right."""
    errors, kept = [], _as_kept(field, value)
    if field not in CORRECTABLE:
        errors.append(FieldError("field", "Choose what is wrong"))
    if not value.strip():
        errors.append(FieldError("value", "Enter what is right"))
    elif kept is None:
        errors.append(FieldError("value", "Enter a real day, such as 27 3 1985"))
    if errors or kept is None:
        return _flag_form(request, number, "rectify", errors=errors, field=field, value=value)
    return _flag(request, number, "rectify", field=field, value=kept)


@router.get("/restrict")
def ask_restrict(request: Request, number: int) -> HTMLResponse:
    """Ask for what alone the data is used."""
    return _flag_form(request, number, "restrict")


@router.post("/restrict")
def restrict(request: Request, number: int, *, purposes: Several = (), counted: Text = "") -> Response:
    """Restrict the use of a resident's data."""
    return _flag(request, number, "restrict", purposes=purposes, counted=counted == "yes")


@router.get("/object")
def ask_object(request: Request, number: int) -> HTMLResponse:
    """Ask for what the data is not used."""
    return _flag_form(request, number, "object")


@router.post("/object")
def objects(request: Request, number: int, *, purposes: Several = (), counted: Text = "") -> Response:
    """Keep a resident's objection."""
    if not purposes:
        errors = [FieldError("purposes", "Choose for what the data is not to be used")]
        return _flag_form(request, number, "object", errors=errors)
    return _flag(request, number, "object", purposes=purposes, counted=counted == "yes")


@router.get("/flags/{flag}/lift")
def ask_lift(request: Request, number: int, flag: int) -> HTMLResponse:
    """Ask why what was granted no longer holds."""
    return _lift(request, number, flag)


@router.post("/flags/{flag}/lift")
def lift(request: Request, number: int, flag: int, *, why: Text = "") -> Response:
    """Note that what was granted no longer holds."""
    if not why.strip():
        return _lift(request, number, flag, [FieldError("why", "Enter why it no longer holds")])
    site_of(request).desk.rights(account(request)).lift(number, flag, why=why)
    return RedirectResponse(f"/governance/requests/{number}?done=lifted", status_code=303)


@router.get("/erase")
def ask_erase(request: Request, number: int) -> HTMLResponse:
    """Say what erasing does, how far it is, and ask once more before it begins."""
    return _erase(request, number)


@router.post("/erase")
def erase(request: Request, number: int, *, typed: Text = "", accept: Text = "") -> Response:
    """Begin to erase."""
    wanted = ERASE.format(number=number)
    if " ".join(typed.split()).casefold() != wanted:
        return _erase(request, number, [FieldError("typed", f"Type {wanted} to show that you mean it")])
    try:
        site_of(request).desk.rights(account(request)).erase(number, accept=accept == "yes")
    except RunError as error:
        return _erase(request, number, [FieldError("typed", message(error))])
    return RedirectResponse(f"/governance/requests/{number}/erase", status_code=303)


@router.get("/erase/progress")
def erase_progress(request: Request, number: int) -> Response:
    """Give how far an erasure is, as a part of its page."""
    site = site_of(request)
    job = site.desk.rights(account(request)).erasure_job(number)
    return progress_part(request, job_shown(site, job, f"/governance/requests/{number}/erase"))


@router.get("/proof")
def proof(request: Request, number: int) -> HTMLResponse:
    """Show the proof of an erasure."""
    site = site_of(request)
    found = site.desk.rights(account(request)).proof(number)
    if found is None:
        raise NotThere("nothing was erased for this request", remedy="Open the request, and see its steps")
    places = sum(1 for _ in found["found"])
    return site.pages.page(
        request,
        "governance/erased.html",
        title=f"Proof of erasure, request {number}",
        number=number,
        proof=found,
        places=places,
        left=sum(found["found"].values()),
        withheld=[(words.plain(name), f"{count:,}") for name, count in found["withheld"].items()],
        joint=[(words.plain(name), f"{count:,}") for name, count in found["joint"].items()],
        landed=[
            (f"{words.plain(one['source'])}, {one['file']}", f"{one['gone']:,}", one["before"][:16],
             (one["after"] or "the file went")[:16])
            for one in found["landed"]
        ],
        state=[(words.plain(name), f"{count:,}") for name, count in found["state_rows"].items()],
        owners=[(words.plain(name), owner or "not known") for name, owner in found["owners"].items()],
    )  # fmt: skip


def job_shown(site: Site, job: Job | None, path: str) -> dict[str, Any] | None:
    """Return where a job stands, as pages show it."""
    if job is None:
        return None
    return {
        "what": job.what[:1].upper() + job.what[1:],
        "by": job.by,
        "at": local_moment(site, job.started_at),
        "stage": job.stage[:1].upper() + job.stage[1:],
        "share": None if job.share is None else f"{job.share:.0%}",
        "going": job.is_under_way,
        "error": None if job.error is None else sentences(job.error),
        "path": path,
    }


def progress_part(request: Request, job: dict[str, Any] | None) -> Response:
    """Return how far a job is; where it has ended, the page is to be opened again."""
    response = site_of(request).pages.part(request, "governance/job.html", job=job)
    if job is None or not job["going"]:
        response.headers["HX-Refresh"] = "true"
    return response


def _read(
    request: Request,
    number: int,
    choices: dict[str, bool] | None = None,
    why: str = "",
    errors: Sequence[FieldError] = (),
) -> HTMLResponse:
    site = site_of(request)
    desk = site.desk.rights(account(request))
    found = desk.to_read(number)
    chosen = {each.place: each.hidden for each in found} | (choices or {})
    items = [
        {"n": n, "place": each.place, "label": _place(each.place), "why": each.why, "says": each.says,
         "hidden": chosen[each.place], "was": each.hidden}
        for n, each in enumerate(one for one in found if one.can_be_told)
    ]  # fmt: skip
    return site.pages.page(
        request,
        "governance/export_read.html",
        title="Read before the answer goes out",
        status=422 if errors else 200,
        errors=errors,
        number=number,
        items=items,
        notes=[(_place(each.place), each.why[:1].upper() + each.why[1:], each.says) for each in found
               if not each.can_be_told],
        why=why,
    )  # fmt: skip


def _place(place: str) -> str:
    source, _, rest = place.partition("/")
    record, _, column = rest.rpartition("/")
    return f"{words.plain(source)}, record {record}: {column}" if record else place[:1].upper() + place[1:]


def _as_kept(field: str, value: str) -> str | None:
    """Return a value as the index keeps it; None where it is no day that there is."""
    text = " ".join(value.split())
    if field in _DATES:
        day = day_of(text)
        return None if day is None else day.isoformat()
    if field in ("email",):
        return text.casefold()
    if field in ("nhs_number", "nino", "upn", "phone", "mobile"):
        text = text.replace(" ", "")
        return f"+44{text[1:]}" if field in ("phone", "mobile") and text.startswith("0") else text.upper()
    return text.upper()


def _flag(request: Request, number: int, kind: str, **values: Any) -> Response:
    desk = site_of(request).desk.rights(account(request))
    found = desk.request(number)
    if found.kind != kind:
        raise RunError(f"request {number} is to {found.kind}", remedy="Open one that asks for this")
    try:
        desk.flag(number, **values)
    except RunError as error:
        first = "value" if kind == "rectify" else "purposes"
        return _flag_form(request, number, kind, errors=[FieldError(first, message(error))])
    return RedirectResponse(f"/governance/requests/{number}?done=flag", status_code=303)


def _flag_form(
    request: Request,
    number: int,
    kind: str,
    *,
    errors: Sequence[FieldError] = (),
    field: str = "",
    value: str = "",
) -> HTMLResponse:
    site = site_of(request)
    found = site.desk.rights(account(request)).request(number)
    if found.kind != kind:
        raise RunError(f"request {number} is to {found.kind}", remedy="Open one that asks for this")
    listed: list[dict[str, Any]] = [{"value": "", "text": "Choose one"}]
    listed += [{"value": f, "text": words.plain(f), "selected": f == field} for f in CORRECTABLE]
    purposes = [{"value": p.name, "text": p.title} for p in site.desk.hub.policy().purpose if p.name != SUBJECT_ACCESS]
    return site.pages.page(
        request,
        "governance/flag.html",
        title=DOES[kind][1],
        status=422 if errors else 200,
        errors=errors,
        found=found,
        kind=kind,
        granted=found.status == GRANTED,
        fields=listed,
        value=value,
        purposes=purposes,
    )


def _lift(request: Request, number: int, flag: int, errors: Sequence[FieldError] = ()) -> HTMLResponse:
    site = site_of(request)
    found = next((one for one in site.desk.rights(account(request)).flags(number) if one.flag_id == flag), None)
    if found is None:
        raise NotThere("nothing of this number holds", remedy="Choose what is listed")
    titles = {purpose.name: purpose.title for purpose in site.desk.hub.policy().purpose}
    return site.pages.page(
        request,
        "governance/lift.html",
        title="Does this no longer hold?",
        status=422 if errors else 200,
        errors=errors,
        number=number,
        flag=found,
        says=flag_words(found.kind, found.purposes, found.field, found.value, titles),
    )


def _erase(request: Request, number: int, errors: Sequence[FieldError] = ()) -> HTMLResponse:
    site = site_of(request)
    desk = site.desk.rights(account(request))
    found, job = desk.request(number), desk.erasure_job(number)
    if found.kind != "erase":
        raise RunError(f"request {number} is to {found.kind}", remedy="Open one that asks for this")
    return site.pages.page(
        request,
        "governance/erase.html",
        title=f"Erase, request {number}",
        status=422 if errors else 200,
        errors=errors,
        found=found,
        granted=found.status == GRANTED,
        erased=found.status == DONE,
        wanted=ERASE.format(number=number),
        job=job_shown(site, job, f"/governance/requests/{number}/erase"),
    )
