"""Sources: contracts, deliveries, rows that could not be used, and a try of a new file, of which nothing is kept."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, File, Request, UploadFile
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from insighthub.governance.actions import Action
from insighthub.web import words
from insighthub.web.forms import FieldError
from insighthub.web.screen import Nav, Screen
from insighthub.web.site import account, site_of

router = APIRouter(prefix="/sources")
#: Where a file may be sent; the name of the source comes after it.
TRY = "/sources/try"
SCREEN = Screen(
    router,
    nav=Nav("Sources", "/sources", Action.SEE_SOURCES, about="Contracts, deliveries, rows that could not be used."),
    uploads=(TRY,),
)
ENTRIES = {
    "lawful_basis": "lawful basis",
    "legal_gateway": "legal gateway",
    "owner": "owner",
    "retention_months": "retention",
    "article_9_condition": "Article 9 condition",
    "schedule_1_condition": "Schedule 1 condition",
}
_KINDS = {"amount": "Amount at a date", "status": "State that holds for a time", "event": "Event on a date"}


@router.get("")
def sources(request: Request) -> HTMLResponse:
    """List every source."""
    site, user = site_of(request), account(request)
    rows = [
        {
            "name": line.name,
            "title": words.plain(line.name),
            "owner": line.owner or "not recorded",
            "special": line.special_category,
            "missing": [ENTRIES[name] for name in line.missing],
            "closed": line.closed and "legal_gateway" not in line.missing,
            "delivered": None if line.delivered_on is None else words.day(line.delivered_on),
            "landed": "" if line.landed is None else words.number(line.landed),
            "aside": "" if line.quarantined is None else words.number(line.quarantined),
        }
        for line in site.desk.data(user).sources.sources()
    ]
    return site.pages.page(request, "data/sources.html", title="Sources", rows=rows)


@router.get("/try/{name}")
def try_form(request: Request, name: str) -> HTMLResponse:
    """Ask for a file to try."""
    return _try(request, name)


@router.post("/try/{name}")
def try_file(request: Request, name: str, file: Annotated[UploadFile | None, File()] = None) -> HTMLResponse:
    """Say what landing would do with a file; nothing of it is kept."""
    data = b"" if file is None else file.file.read()
    if not data:
        return _try(request, name, errors=[FieldError("file", "Choose the file to try; an empty file cannot be tried")])
    site, user = site_of(request), account(request)
    found = site.desk.data(user).sources.try_file(name, data)
    if found.fault is not None:
        return _try(request, name, errors=[FieldError("file", _fault(found.fault))])
    return _try(request, name, found=found)


@router.get("/{name}")
def source(request: Request, name: str) -> HTMLResponse:
    """Show a source."""
    site, user = site_of(request), account(request)
    found = site.desk.data(user).sources.source(name)
    return site.pages.page(
        request,
        "data/source.html",
        title=words.plain(name),
        name=name,
        missing=[ENTRIES[entry] for entry in found.contract.missing],
        **_contract(found.contract),
        deliveries=[_delivery(line) for line in found.deliveries],
        reasons=[(reason, column or "", words.number(count)) for reason, column, count in found.reasons],
        page=found,
        sees_quality=Action.SEE_QUALITY in site.desk.actions(user),
    )


@router.get("/{name}/quarantine")
def quarantine(request: Request, name: str) -> Response:
    """Give the rows that could not be used, as CSV."""
    data = site_of(request).desk.data(account(request)).sources.quarantine(name)
    headers = {"Content-Disposition": f'attachment; filename="quarantine-{name}.csv"'}
    return Response(data, media_type="text/csv; charset=utf-8", headers=headers)


def _try(request: Request, name: str, *, found: Any = None, errors: list[FieldError] | None = None) -> HTMLResponse:
    site, user = site_of(request), account(request)
    site.desk.require(user, Action.TRY_SOURCE, detail={"source": name})
    site.desk.data(user).sources.source(name)  # that there is one
    return site.pages.page(
        request,
        "data/try_source.html",
        title=f"Try a file of {words.plain(name).lower()}",
        status=422 if errors else 200,
        errors=tuple(errors or ()),
        name=name,
        action=f"{TRY}/{name}",
        most=site.settings.most_upload_megabytes,
        found=found,
        reasons=[] if found is None else [(r.reason, r.column or "", words.number(r.rows)) for r in found.reasons],
        places=[]
        if found is None
        else [(row, r.column or "", r.reason) for r in found.reasons for _, row in r.examples],
        listed=0 if found is None else sum(len(r.examples) for r in found.reasons),
    )


def _fault(fault: Any) -> str:
    """Say why a file could not be read; where it was put while it was read is nothing to anybody."""
    where = "" if fault.row is None else f"Row {fault.row:,}: "
    where += f"column {fault.column}: " if fault.column else ""
    text = f"{fault.what}. {fault.remedy}"
    return where + (text if where else text[:1].upper() + text[1:])


def _contract(contract: Any) -> dict[str, Any]:
    months = contract.retention_months
    lawful = [
        ("Owner", contract.owner or "not recorded"),
        ("Lawful basis", contract.lawful_basis or "not recorded"),
        ("Legal gateway", contract.legal_gateway or "not recorded: nobody may use the source"),
        ("Special category data", "yes" if contract.special_category else "no"),
    ]
    if contract.special_category:
        lawful += [
            ("Article 9 condition", contract.article_9_condition or "not recorded"),
            ("Schedule 1 condition", contract.schedule_1_condition or "not recorded"),
        ]
    lawful.append(("Kept for", "not recorded" if months is None else words.count(months, "month")))
    return {
        "lawful": lawful,
        "shape": [
            ("Told apart by", ", ".join(contract.record_id)),
            ("One record a person", "yes" if contract.one_record_per_person else "no"),
            ("Delivers", "all files together" if contract.delivers == "all" else "the last file is the whole"),
        ],
        "mapped": [
            (
                words.plain(each.field),
                "the person of the record" if each.role is None else each.role,
                ", ".join(each.columns),
            )
            for each in contract.mapped
        ],
        "facts": [(words.plain(name), _KINDS[kind], column or "") for name, kind, column in contract.facts],
        "rules": [
            *(("Kept, and never linked", reason) for reason in contract.left_alone),
            *(("Hidden from all but the purposes that may see it", reason) for reason in contract.hidden),
            *(("Taken as gone", reason) for reason in contract.deleted),
        ],
    }


def _delivery(line: Any) -> tuple[Any, ...]:
    day = words.day(line.delivered_on, "before the releases that are kept")
    shown = Markup('{} <strong class="govuk-tag govuk-tag--green">Shown now</strong>').format(day)
    files = ", ".join(line.files)
    return (
        shown if line.published else day,
        files,
        words.number(line.delivered),
        words.number(line.landed),
        words.number(line.quarantined),
        " ".join(line.warnings) or "none",
    )
