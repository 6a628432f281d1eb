"""/api/v1/find, residents and cases: one person's data, always for a purpose, as far as that purpose sees."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from insighthub.api.caller import PRINTED, Moment, Purpose, ResidentId, caller, desk_of
from insighthub.api.problem import PREFIX
from insighthub.api.resident_bodies import Household, Remark, Resident
from insighthub.desk.seat import Shown

router = APIRouter(prefix=PREFIX, tags=["Residents"])
_NAME = r"^[a-z][a-z0-9_]{0,62}$"
_ID = r"^[A-Za-z0-9 -]{1,40}$"
#: Parts of a picture that are told as they are.
_PARTS = frozenset(Resident.model_fields) - {"warnings", "notes"}


class Search(BaseModel):
    """Whom to look for, and what for."""

    model_config = ConfigDict(extra="forbid")

    query: str = Field(
        min_length=1,
        max_length=400,
        description="what is known of somebody, in any order: name, date of birth, address, telephone, a reference",
    )
    purpose: str = Field(pattern=_NAME, description="the purpose: one that your roles may choose")
    limit: int = Field(default=20, ge=1, le=50, description="how many at most")


class Found(BaseModel):
    """A resident whom a search found; what is null the purpose does not see, or nobody says."""

    resident_id: str = Field(description="their id")
    name: str | None = Field(description="given and family name, in capitals as records write it")
    date_of_birth: str | None = Field(description="year-month-day, parts of it perhaps XX")
    postcode: str | None = Field(description="of where they live now")
    died: bool = Field(description="whether a source says that they died")
    score: float = Field(description="how well they fit, from 0 to 1")
    why: list[str] = Field(description="what fits")


class NewCase(BaseModel):
    """A case to open."""

    model_config = ConfigDict(extra="forbid")

    purpose: str = Field(pattern=_NAME, description="the purpose: one that your roles may choose")
    resident_id: str | None = Field(default=None, pattern=_ID, description="whom it is about, if that is known")
    reference: str | None = Field(
        default=None, max_length=100, pattern=PRINTED, description="your own reference; never a name"
    )


class Case(BaseModel):
    """A case of the caller."""

    model_config = ConfigDict(from_attributes=True)

    case_id: int = Field(description="its number")
    resident_id: str | None = Field(description="whom it is about: the id now")
    purpose: str = Field(description="what for")
    reference: str | None = Field(description="the caller's own reference")
    opened_at: Moment = Field(description="when it was opened, in UTC")
    closed_at: Moment | None = Field(description="when it was closed; null while it is open")


@router.post("/find", summary="Find residents")
def find(request: Request, asked: Search) -> list[Found]:
    """Return the residents whom a query fits, best first. It is a body, so that no name stands in an address."""
    seat = desk_of(request).seat(caller(request), purpose=asked.purpose)
    return [
        Found(
            resident_id=one.resident_id,
            name=one.label.name,
            date_of_birth=one.label.date_of_birth,
            postcode=one.label.postcode,
            died=one.label.died,
            score=one.score,
            why=list(one.why),
        )
        for one in seat.find(asked.query, limit=asked.limit)
    ]


@router.get("/residents/{resident_id}", summary="The full picture of a resident")
def picture(request: Request, resident_id: ResidentId, purpose: Purpose) -> Resident:
    """Return all that the purpose may see of a resident.

    Of one who is not there, is hidden, or is known to other sources alone, the answer is the same.
    """
    shown = _shown(request, resident_id, purpose)
    parts = {name: getattr(shown.picture, name) for name in _PARTS}
    remarks = {
        name: [Remark.model_validate(remark) for remark in getattr(shown, name)] for name in ("warnings", "notes")
    }
    return Resident.model_validate({**parts, **remarks}, from_attributes=True)


@router.get("/residents/{resident_id}/household", summary="The household of a resident")
def household(request: Request, resident_id: ResidentId, purpose: Purpose) -> Household:
    """Return who lives with a resident, as far as the purpose sees. It counts as seeing the resident."""
    return Household.model_validate(_shown(request, resident_id, purpose).picture)


@router.get("/cases", summary="Your cases")
def cases(
    request: Request, closed: Annotated[bool, Query(description="whether closed ones are told, too")] = False
) -> list[Case]:
    """Return the caller's own cases, newest first."""
    return [Case.model_validate(one) for one in desk_of(request).cases(caller(request), closed=closed)]


@router.post("/cases", summary="Open a case", status_code=201)
def open_case(request: Request, asked: NewCase) -> Case:
    """Open a case for a purpose, about a resident if one is known."""
    opened = desk_of(request).open_case(
        caller(request), purpose=asked.purpose, resident_id=asked.resident_id, reference=asked.reference
    )
    return Case.model_validate(opened)


def _shown(request: Request, resident_id: str, purpose: str) -> Shown:
    return desk_of(request).seat(caller(request), purpose=purpose).picture(resident_id)
