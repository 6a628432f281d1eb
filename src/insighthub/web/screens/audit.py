"""The audit: who looked at whom, with filters; a resident's page; whether it is whole; and all of it as CSV.

Users are named in addresses by a key that is made of their sign-in address, so that nobody's stands in a history.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from insighthub.governance.actions import WORDS, Action
from insighthub.governance.audit import ALLOWED, REFUSED
from insighthub.governance.audit_read import AuditFilter, AuditLine
from insighthub.governance.papers.document import csv_text, table
from insighthub.web import words
from insighthub.web.forms import FieldError
from insighthub.web.local_time import day_of, local_moment
from insighthub.web.screen import Screen
from insighthub.web.site import Site, account, site_of

router = APIRouter(prefix="/governance/audit")
SCREEN = Screen(router)
_SIZE = 50
_ID = re.compile(r"[A-Z0-9]{3,16}")
_DAYS = {"from": "first", "to": "last"}
_NAMES = ("who", "resident", "action", "purpose", "outcome", *_DAYS)
_OUTCOMES = {ALLOWED: "Allowed", REFUSED: "Refused"}
#: Actions of no role, in words.
_MORE_WORDS = {
    "open_case": "open a case",
    "close_case": "close a case",
    "see_own_cases": "see their own cases",
    "open_source_system": "open a record in its own system",
    "let_audit_go": "let the oldest lines of the audit go",
}


@router.get("")
def lines(request: Request, before: int | None = None) -> HTMLResponse:
    """Show lines that fit, newest first."""
    return _lines(request, before)


def _lines(request: Request, before: int | None = None, errors: tuple[FieldError, ...] = ()) -> HTMLResponse:
    site, user = site_of(request), account(request)
    oversight = site.desk.oversight(user)
    choices, typed = oversight.choices(), _typed(request)
    wanted, wrong = _wanted(typed, choices["who"])
    errors = (*errors, *wrong)
    found = None if errors else oversight.audit(wanted, before=before, limit=_SIZE)
    keep = urlencode([(name, value) for name, value in typed.items() if value])
    return site.pages.page(
        request,
        "governance/audit.html",
        title="Who looked at whom",
        status=422 if errors else 200,
        errors=errors,
        typed=typed,
        selects=_selects(site, choices, typed),
        rows=[] if found is None else _rows(site, found.lines),
        total=0 if found is None else found.total,
        filtered=any(typed.values()),
        older="" if found is None or found.older is None else f"/governance/audit?{keep}&before={found.older}",
        newest=f"/governance/audit?{keep}" if before is not None else "",
        file=f"/governance/audit/lines.csv?{keep}",
    )


@router.get("/lines.csv")
def download(request: Request) -> Response:
    """Give the lines that fit as CSV."""
    site, user = site_of(request), account(request)
    oversight = site.desk.oversight(user)
    wanted, errors = _wanted(_typed(request), oversight.choices()["who"])
    found = () if errors else oversight.all_lines(wanted)
    header = ("Line", "Time (UTC)", "Who", "Roles", "Action", "Purpose", "Resident", "Outcome", "Detail")
    rows = [
        (one.id, f"{one.at:%Y-%m-%d %H:%M:%S}", one.who, ", ".join(one.roles), one.action, one.purpose, one.subject,
         one.outcome, json.dumps(dict(one.detail)))
        for one in found
    ]  # fmt: skip
    return _csv("audit.csv", csv_text(table("audit", header, rows)))


@router.get("/proof")
def proof(request: Request) -> HTMLResponse:
    """Say whether the audit is whole, and what that covers."""
    site = site_of(request)
    found = site.desk.oversight(account(request)).proof()
    return site.pages.page(
        request,
        "governance/audit_proof.html",
        title="Is the audit whole?",
        found=found,
        first_at=local_moment(site, found.first_at),
        head_at=local_moment(site, found.head_at),
    )


@router.post("/residents")
def find_resident(request: Request, *, resident: Annotated[str, Form()] = "") -> Response:
    """Go to the page of a resident, by an id that was typed."""
    site = site_of(request)
    site.desk.require(account(request), Action.SEE_AUDIT)
    asked = "".join(resident.split()).upper()
    if not _ID.fullmatch(asked):
        return _lines(request, errors=(FieldError("resident", "Enter the id of a resident, such as R7K2M9QX4TF"),))
    return RedirectResponse(f"/governance/audit/residents/{asked}", status_code=303)


@router.get("/residents/{resident_id}")
def resident(request: Request, resident_id: str) -> HTMLResponse:
    """Show everybody who looked at a resident, and what the resident can be told of it."""
    site, user = site_of(request), account(request)
    oversight = site.desk.oversight(user)
    found, told = oversight.who_saw(resident_id), oversight.told_to(resident_id)
    return site.pages.page(
        request,
        "governance/audit_resident.html",
        title="Who looked at this resident",
        resident_id=resident_id,
        rows=_rows(site, found),
        told=[(local_moment(site, one.at), one.who, one.purpose or "none", words.plain(one.what)) for one in told],
    )


@router.get("/residents/{resident_id}/told.csv")
def told(request: Request, resident_id: str) -> Response:
    """Give what a resident can be told as CSV."""
    site = site_of(request)
    found = site.desk.oversight(account(request)).told_to(resident_id)
    rows = [(local_moment(site, one.at), one.who, one.purpose, one.what) for one in found]
    return _csv("who-looked.csv", csv_text(table("who looked", ("When", "In which role", "Purpose", "What"), rows)))


def words_of(action: str) -> str:
    """Write an action as people say it."""
    said = WORDS[Action(action)] if action in set(Action) else _MORE_WORDS.get(action, action.replace("_", " "))
    return said[:1].upper() + said[1:]


def key_of(who: str) -> str:
    """Return what stands for a user in an address."""
    return hashlib.sha256(who.encode("utf-8", "replace")).hexdigest()[:12]


def detail_of(detail: Mapping[str, Any]) -> str:
    """Write what else a line says, shortly: numbers and ids, as no line holds anything else."""
    return "; ".join(f"{name.replace('_', ' ')}: {_said(name, value)}" for name, value in detail.items())


def _said(name: str, value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"{len(value)}" if name == "found" else ", ".join(map(str, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {each}" for key, each in value.items()) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def audit_rows(site: Site, found: Iterable[AuditLine]) -> list[dict[str, Any]]:
    """Return lines as a page lists them."""
    return _rows(site, found)


def _rows(site: Site, found: Iterable[AuditLine]) -> list[dict[str, Any]]:
    policy = site.desk.hub.policy()
    purposes = {purpose.name: purpose.title for purpose in policy.purpose}
    roles = {role.name: role.title for role in policy.role}
    return [
        {
            "line": f"{one.id:,}",
            "at": local_moment(site, one.at),
            "who": one.who,
            "roles": ", ".join(roles.get(role, words.plain(role)) for role in one.roles) or "no role",
            "action": words_of(one.action),
            "purpose": None if one.purpose is None else purposes.get(one.purpose, one.purpose),
            "resident": one.subject,
            "refused": one.outcome == REFUSED,
            "detail": detail_of(one.detail),
        }
        for one in found
    ]


def _typed(request: Request) -> dict[str, str]:
    return {name: request.query_params.get(name, "").strip()[:64] for name in _NAMES}


def _wanted(typed: Mapping[str, str], known: Iterable[str]) -> tuple[AuditFilter, tuple[FieldError, ...]]:
    days: dict[str, date | None] = {}
    errors = []
    for which, said in _DAYS.items():
        days[which] = day_of(typed[which])
        if typed[which] and days[which] is None:
            errors.append(FieldError(which, f"The {said} day must be a real day, such as 27 3 2026"))
    who = next((each for each in known if key_of(each) == typed["who"]), None)
    if typed["who"] and who is None:
        errors.append(FieldError("who", "Choose a user who is in the audit"))
    wanted = AuditFilter(
        who=who,
        subjects=(typed["resident"],) if typed["resident"] else (),
        action=typed["action"] or None,
        purpose=typed["purpose"] or None,
        outcome=typed["outcome"] or None,
        first_day=days["from"],
        last_day=days["to"],
    )
    return wanted, tuple(errors)


def _selects(site: Site, choices: Mapping[str, Iterable[str]], typed: Mapping[str, str]) -> dict[str, list[Any]]:
    titles = {purpose.name: purpose.title for purpose in site.desk.hub.policy().purpose}

    def options(name: str, pairs: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
        every: list[dict[str, Any]] = [{"value": "", "text": "Any"}]
        return every + [{"value": v, "text": t, "selected": typed[name] == v} for v, t in pairs]

    return {
        "who": options("who", [(key_of(who), who) for who in choices["who"]]),
        "action": options("action", [(action, words_of(action)) for action in choices["action"]]),
        "purpose": options("purpose", [(name, titles.get(name, name)) for name in choices["purpose"]]),
        "outcome": options("outcome", _OUTCOMES.items()),
    }


def _csv(name: str, text: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)
