"""/api/v1/audit: who did and saw what, for those who may see it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from insighthub.api.caller import PRINTED, Day, Moment, caller, desk_of
from insighthub.api.problem import PREFIX
from insighthub.governance.audit_read import AuditFilter

router = APIRouter(prefix=PREFIX, tags=["Audit"])
_WORD = r"^[a-z][a-z0-9_]{0,62}$"


class AuditLine(BaseModel):
    """A line of the audit."""

    model_config = ConfigDict(from_attributes=True)

    id: int = Field(description="its number; none is left out")
    at: Moment = Field(description="when, in UTC")
    who: str = Field(description="the address that the user signs in with, or command line and a name")
    roles: list[str] = Field(description="their roles then")
    action: str = Field(description="what they did, or would have done")
    purpose: str | None = Field(description="what for")
    subject: str | None = Field(description="the resident whom it is about")
    detail: dict[str, Any] = Field(description="numbers and ids that matter besides; never a person's data")
    outcome: str = Field(description="allowed or refused")


class AuditPage(BaseModel):
    """A page of the audit, newest first."""

    lines: list[AuditLine] = Field(description="the lines")
    older: int | None = Field(description="what to send as before for the next page; null at the end")
    total: int = Field(description="lines that fit, on all pages")


@router.get("/audit", summary="Who did and saw what")
def audit(
    request: Request,
    *,
    who: Annotated[str | None, Query(max_length=200, pattern=PRINTED, description="of this user")] = None,
    action: Annotated[str | None, Query(pattern=_WORD, description="this action")] = None,
    purpose: Annotated[str | None, Query(pattern=_WORD, description="for this purpose")] = None,
    outcome: Annotated[Literal["allowed", "refused"] | None, Query(description="what came of it")] = None,
    since: Annotated[Day | None, Query(description="from this day")] = None,
    until: Annotated[Day | None, Query(description="to this day, with it")] = None,
    before: Annotated[int | None, Query(ge=1, lt=2**63, description="only lines of a lower number")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="how many at most")] = 100,
) -> AuditPage:
    """Return lines of the audit. That they were read is a line of it, too."""
    wanted = AuditFilter(who=who, action=action, purpose=purpose, outcome=outcome, first_day=since, last_day=until)
    found = desk_of(request).oversight(caller(request)).audit(wanted, before=before, limit=limit)
    lines = [AuditLine.model_validate(line) for line in found.lines]
    return AuditPage(lines=lines, older=found.older, total=found.total)
