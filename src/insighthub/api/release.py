"""/api/v1/release: how the published release stands."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from insighthub.api.problem import PREFIX
from insighthub.release_state import ReleaseState

router = APIRouter(prefix=PREFIX, tags=["Release"])


class Release(BaseModel):
    """How the published release stands."""

    release: str | None = Field(description="its id; null where none is published yet")
    as_of: date | None = Field(description="the day that it is for")
    age_days: int | None = Field(description="days since then")
    stale: bool = Field(description="whether it is older than the hub's settings allow for")
    last_run_failed: bool = Field(description="whether a later run came to nothing")
    run_under_way: bool = Field(description="whether a run is under way")


@router.get("/release", summary="How the published release stands")
def read_release(request: Request) -> Release:
    """Tell which release is published, and how old it is. Answers that are drawn from it are of that day."""
    found: ReleaseState = request.app.state.site.releases.current()
    return Release(
        release=found.run_id,
        as_of=found.as_of,
        age_days=found.age_days,
        stale=found.stale,
        last_run_failed=found.failed_at is not None,
        run_under_way=found.under_way,
    )
