"""The policy: who may do what for which purpose, as grids; its versions; and changing it, which takes two people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from pydantic import ValidationError
from starlette.responses import HTMLResponse, RedirectResponse, Response

from insighthub.desk.refused import NotThere
from insighthub.errors import ContractError, RunError
from insighthub.governance.actions import OF_A_PERSON, WORDS, Action
from insighthub.governance.fields import EVERY, Field
from insighthub.governance.policy import Policy
from insighthub.governance.policy_versions import APPROVED, PROPOSED, PolicyVersion
from insighthub.governance.policy_words import ADDED, TAKEN_AWAY, differences
from insighthub.governance.purposes import Purpose
from insighthub.governance.roles import Role
from insighthub.web import words
from insighthub.web.forms import FieldError, message
from insighthub.web.local_time import local_moment
from insighthub.web.screen import Screen
from insighthub.web.site import Site, account, site_of

router = APIRouter(prefix="/governance/policy")
SCREEN = Screen(router)
Text = Annotated[str, Form()]
Several = Annotated[tuple[str, ...], Form()]
STATUS = {PROPOSED: ("Proposed", "blue"), APPROVED: ("Approved", "green"), "refused": ("Refused", "grey")}
_MARKS = {ADDED: ("Added", "green"), TAKEN_AWAY: ("Taken away", "red"), "changed": ("Changed", "yellow")}
_SWITCHES = {
    "identifiers": "NHS, NI and pupil numbers are shown",
    "special_category": "“All sources” includes those with special category data",
    "hidden": "Hidden residents may be found and seen",
    "break_glass": "Whoever may break the glass gets it for one resident",
}
#: Every field but identifiers, which a switch of its own shows.
_FIELDS = tuple(field for field in Field if field is not Field.IDENTIFIERS)
_DONE = {
    "proposed": "The change is proposed. It holds when somebody else has approved it",
    "approve": "The change holds from now on",
    "refuse": "The change does not hold",
}


@dataclass(frozen=True)
class Grid:
    """A grid of yes and no: its place, its caption, what its rows are, its columns, and rows of cells (yes, a note)."""

    key: str
    caption: str
    corner: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[bool, str], ...]], ...]


@router.get("")
def policy(request: Request, done: str = "") -> HTMLResponse:
    """Show what holds, as grids, and the versions."""
    site, user = site_of(request), account(request)
    oversight = site.desk.oversight(user)
    versions, live = oversight.policy_versions(), site.desk.hub.policy()
    now = _held(versions)
    return site.pages.page(
        request,
        "governance/policy.html",
        title="Policy",
        done=_DONE.get(done, ""),
        purposes=live.purpose,
        roles=live.role,
        grids=_grids(live, [(source.name, source.special) for source in oversight.sources()]),
        versions=[_line(site, one, now) for one in versions],
        proposes=Action.PROPOSE_POLICY in site.desk.actions(user),
    )


@router.get("/purposes/{name}")
def purpose(request: Request, name: str) -> HTMLResponse:
    """Ask how a purpose should be."""
    return _purpose_form(request, _one(_policy(request).purpose, name), ())


@router.post("/purposes/{name}")
def change_purpose(
    request: Request,
    name: str,
    *,
    title: Text = "",
    basis: Text = "",
    sources: Several = (),
    statutory: Several = (),
    fields: Several = (),
    switches: Several = (),
) -> Response:
    """Propose a purpose as it should be."""
    before = _one(_policy(request).purpose, name)
    statutory_sources = tuple(source for source in statutory if source not in before.statutory_sources)
    kept = tuple(source for source in before.statutory_sources if source in statutory)
    wanted = {
        **before.model_dump(),
        "title": title.strip(),
        "basis": basis.strip(),
        "sources": _in_order(before.sources, sources),
        "statutory_sources": (*kept, *statutory_sources),
        "fields": _in_order(before.fields, fields),
        **{switch: switch in switches for switch in _SWITCHES},
    }
    errors = []
    if not title.strip():
        errors.append(FieldError("title", "Enter what officers call it"))
    if not basis.strip():
        errors.append(FieldError("basis", "Enter the law that it rests on"))
    if not sources:
        errors.append(FieldError("sources", "Choose at least one source"))
    if not fields:
        errors.append(FieldError("fields", "Choose at least one field"))
    try:
        made = before if errors else Purpose.model_validate(wanted)
    except ValidationError:
        errors.append(FieldError("sources", "Choose what is listed"))
    if not errors:
        errors = _proposed(request, "sources", purpose=made)
    if errors:
        return _purpose_form(request, before.model_copy(update=wanted), errors)
    return RedirectResponse("/governance/policy?done=proposed", status_code=303)


@router.get("/roles/{name}")
def role(request: Request, name: str) -> HTMLResponse:
    """Ask what a role should be able to do."""
    return _role_form(request, _one(_policy(request).role, name), ())


@router.post("/roles/{name}")
def change_role(
    request: Request, name: str, *, title: Text = "", may: Several = (), purposes: Several = ()
) -> Response:
    """Propose a role as it should be."""
    before = _one(_policy(request).role, name)
    wanted = {
        "name": name,
        "title": title.strip(),
        "may": _in_order([str(action) for action in before.may], may),
        "purposes": _in_order(before.purposes, purposes),
    }
    errors = [] if title.strip() else [FieldError("title", "Enter what people call it")]
    try:
        made = before if errors else Role.model_validate(wanted)
    except ValidationError:
        errors.append(FieldError("may", "Choose what is listed"))
    if not errors:
        errors = _proposed(request, "may", role=made)
    if errors:
        return _role_form(request, before.model_copy(update=wanted), errors)
    return RedirectResponse("/governance/policy?done=proposed", status_code=303)


@router.get("/text")
def text(request: Request) -> HTMLResponse:
    """Ask for the text of a policy."""
    _policy(request)
    versions = site_of(request).desk.oversight(account(request)).policy_versions()
    held = _held(versions)
    return _text_form(request, "" if held is None else held.text, ())


@router.post("/text")
def change_text(request: Request, *, policy: Text = "") -> Response:
    """Propose the text of a policy."""
    errors = _proposed(request, "policy", text=policy.replace("\r\n", "\n"))
    if errors:
        return _text_form(request, policy, errors)
    return RedirectResponse("/governance/policy?done=proposed", status_code=303)


@router.get("/versions/{number}")
def version(request: Request, number: int) -> HTMLResponse:
    """Show what a version changes, line by line, and let somebody else decide about it."""
    return _version(request, number)


@router.post("/versions/{number}")
def decide(request: Request, number: int, *, decision: Text = "", note: Text = "") -> Response:
    """Approve a proposal, or refuse it."""
    site, user = site_of(request), account(request)
    errors = []
    if decision not in ("approve", "refuse"):
        errors.append(FieldError("decision", "Choose whether the change is to hold"))
    if decision == "refuse" and not note.strip():
        errors.append(FieldError("note", "Enter why it is not to hold"))
    if not errors:
        oversight = site.desk.oversight(user)
        try:
            if decision == "approve":
                oversight.approve_policy(number, note=note.strip())
            else:
                oversight.refuse_policy(number, note=note.strip())
        except RunError as error:
            errors = [FieldError("decision", message(error))]
        else:
            return RedirectResponse(f"/governance/policy?done={decision}", status_code=303)
    return _version(request, number, decision=decision, note=note, errors=errors)


def _policy(request: Request) -> Policy:
    """Return the policy as its text has it, for who may propose another."""
    site, user = site_of(request), account(request)
    site.desk.require(user, Action.PROPOSE_POLICY)
    held = _held(site.desk.oversight(user).policy_versions())
    return Policy() if held is None else held.policy


def _held(versions: Iterable[PolicyVersion], before: PolicyVersion | None = None) -> PolicyVersion | None:
    """Return the version that holds, or that held before one was approved."""
    last = None if before is None else before.approval
    approved = [v for v in versions if v.approval is not None and (last is None or v.approval < last)]
    return max(approved, key=lambda v: v.approval or 0, default=None)


def _one(parts: Sequence[Any], name: str) -> Any:
    for each in parts:
        if each.name == name:
            return each
    raise NotThere("there is nothing of this name in the policy", remedy="Choose what is listed")


def _proposed(
    request: Request, field: str, *, purpose: Purpose | None = None, role: Role | None = None, text: str = ""
) -> list[FieldError]:
    """Propose a change; return what is wrong with it."""
    oversight = site_of(request).desk.oversight(account(request))
    try:
        if purpose is not None:
            oversight.propose_purpose(purpose)
        elif role is not None:
            oversight.propose_role(role)
        else:
            oversight.propose_policy(text)
    except ContractError as error:
        where = f" ({error.column})" if error.column else ""
        return [FieldError(field, f"{error.what[:1].upper()}{error.what[1:]}{where}")]
    except RunError as error:
        return [FieldError(field, message(error))]
    return []


def _in_order(before: Sequence[str], chosen: Sequence[str]) -> tuple[str, ...]:
    """Return what was chosen: what was there before in its order, then the rest. All stands for itself alone."""
    if EVERY in chosen:
        return (EVERY,)
    return (*(one for one in before if one in chosen), *(one for one in chosen if one not in before))


def _line(site: Site, one: PolicyVersion, held: PolicyVersion | None) -> dict[str, Any]:
    word, colour = STATUS[one.status]
    return {
        "number": one.version,
        "status": "Holds now" if held is not None and one.version == held.version else word,
        "colour": "turquoise" if held is not None and one.version == held.version else colour,
        "by": one.proposed_by,
        "at": local_moment(site, one.proposed_at),
        "decided_by": one.decided_by,
        "decided_at": local_moment(site, one.decided_at),
        "note": one.note,
    }


def _grids(policy: Policy, sources: Sequence[tuple[str, bool]]) -> list[Grid]:
    purposes, roles = policy.purpose, policy.role
    columns = tuple(p.title for p in purposes)
    of_sources = tuple(
        (words.plain(name), tuple(_uses(policy, p, name, special=special) for p in purposes))
        for name, special in sources
    )
    of_fields = tuple(
        (words.plain(str(field)), tuple((p.sees(field), "") for p in purposes)) for field in Field
    ) + tuple(
        (said, tuple((bool(getattr(p, switch)), "") for p in purposes))
        for switch, said in _SWITCHES.items()
        if switch in ("hidden", "break_glass")
    )
    of_roles = tuple((p.title, tuple((p.name in r.purposes, "") for r in roles)) for p in purposes)
    of_actions = tuple((_capital(WORDS[action]), tuple(_may(r, action) for r in roles)) for action in Action)
    titles = tuple(r.title for r in roles)
    return [
        Grid("sources", "Which sources a purpose may use", "Source", columns, of_sources),
        Grid("fields", "What of a person a purpose may see", "Field", columns, of_fields),
        Grid("choices", "Which purposes a role may choose", "Purpose", titles, of_roles),
        Grid("actions", "What a role may do", "Action", titles, of_actions),
    ]


def _uses(policy: Policy, purpose: Purpose, source: str, *, special: bool) -> tuple[bool, str]:
    if policy.may_use(purpose, source, special=special):
        return True, "named as statutory" if source in purpose.statutory_sources else ""
    return False, "closed" if source in policy.closed else ""


def _may(role: Role, action: Action) -> tuple[bool, str]:
    if action not in role.may:
        return False, ""
    if action in OF_A_PERSON and not role.purposes:
        return False, "has no purpose"
    return True, ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _purpose_form(request: Request, shown: Purpose, errors: Sequence[FieldError]) -> HTMLResponse:
    site, user = site_of(request), account(request)
    listed = site.desk.oversight(user).sources()
    known = [source.name for source in listed]
    special = {source.name for source in listed if source.special}
    every = [(EVERY, "All sources, but the electoral register", "")]
    names = [
        (n, words.plain(n), "Holds special category data" if n in special else "")
        for n in dict.fromkeys([*known, *(s for s in shown.sources if s != EVERY)])
    ]
    locked = dict.fromkeys([*shown.statutory_sources, *known])
    all_fields = [(EVERY, "All of these", "")]
    return site.pages.page(
        request,
        "governance/purpose.html",
        title="Propose a change of a purpose",
        status=422 if errors else 200,
        errors=errors,
        shown=shown,
        sources=_choices([*every, *names], shown.sources),
        statutory=_choices([(n, words.plain(n), "") for n in locked], shown.statutory_sources),
        fields=_choices([*all_fields, *((str(f), words.plain(str(f)), "") for f in _FIELDS)], shown.fields),
        switches=_choices(
            [(switch, said, "") for switch, said in _SWITCHES.items()],
            [switch for switch in _SWITCHES if getattr(shown, switch)],
        ),
    )


def _role_form(request: Request, shown: Role, errors: Sequence[FieldError]) -> HTMLResponse:
    site = site_of(request)
    return site.pages.page(
        request,
        "governance/role.html",
        title="Propose a change of a role",
        status=422 if errors else 200,
        errors=errors,
        shown=shown,
        actions=_choices([(str(a), _capital(WORDS[a]), "") for a in Action], [str(action) for action in shown.may]),
        purposes=_choices([(p.name, p.title, "") for p in _policy(request).purpose], shown.purposes),
    )


def _text_form(request: Request, text: str, errors: Sequence[FieldError]) -> HTMLResponse:
    return site_of(request).pages.page(
        request,
        "governance/policy_text.html",
        title="Propose a change of the policy’s text",
        status=422 if errors else 200,
        errors=errors,
        text=text,
    )


def _choices(pairs: Sequence[tuple[str, str, str]], chosen: Sequence[str]) -> list[dict[str, Any]]:
    out = []
    for value, said, hint in pairs:
        item: dict[str, Any] = {"value": value, "text": said, "checked": value in chosen}
        if hint:
            item["hint"] = {"text": hint}
        out.append(item)
    return out


def _version(
    request: Request, number: int, *, decision: str = "", note: str = "", errors: Sequence[FieldError] = ()
) -> HTMLResponse:
    site, user = site_of(request), account(request)
    versions = site.desk.oversight(user).policy_versions()
    found = next((one for one in versions if one.version == number), None)
    if found is None:
        raise NotThere(f"there is no version {number} of the policy", remedy="Choose one that is listed")
    # What is proposed is held against what holds; what held once, against what held before it.
    base = _held(versions, found if found.status == APPROVED else None)
    changes = [] if base is None else differences(base.policy, found.policy)
    own, may = found.proposed_by == user.email, site.desk.actions(user)
    return site.pages.page(
        request,
        "governance/policy_version.html",
        title=f"Policy, version {number}",
        status=422 if errors else 200,
        errors=errors,
        found=found,
        line=_line(site, found, _held(versions)),
        base=base,
        changes=[(one, *_MARKS[one.kind]) for one in changes],
        own=own,
        decides=found.status == PROPOSED and not own and Action.APPROVE_POLICY in may,
        takes_back=found.status == PROPOSED and own and Action.PROPOSE_POLICY in may,
        decision=decision,
        note=note,
    )
