"""How the API says that something went wrong: a problem in JSON (RFC 9457), without anybody's data."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, Field
from starlette.responses import JSONResponse

PREFIX = "/api/v1"
MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """What went wrong."""

    type: str = Field(default="about:blank", description="always about:blank: the status says what kind it is")
    title: str = Field(description="what went wrong, in a few words")
    status: int = Field(description="the status of HTTP")
    detail: str = Field(description="what to do about it")


def is_api(path: str) -> bool:
    """Say whether a path is of the API."""
    return path == PREFIX or path.startswith(f"{PREFIX}/")


def problem(status: int, title: str, detail: str, *, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Make the answer that says what went wrong."""
    told = Problem(title=title, status=status, detail=detail)
    return JSONResponse(told.model_dump(), status_code=status, media_type=MEDIA_TYPE, headers=dict(headers or {}))
