"""What a council may set about search; the defaults need no editing."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

#: Identifiers that a resident may be found by, beside the references of the sources' own records.
Identifier = Literal["nhs_number", "nino", "upn", "uprn"]


class SearchSettings(BaseModel):
    """How residents are searched for: the ``[search]`` part of ``insighthub.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    identifiers: Annotated[
        tuple[Identifier, ...],
        Field(description="identifiers, beside record references, that a resident may be found by"),
    ] = ("nhs_number", "nino", "upn", "uprn")
    least_score: Annotated[
        float, Field(ge=0, le=1, description="residents whom less of the query fits than this are not shown")
    ] = 0.3
    looked_at: Annotated[
        int, Field(ge=20, le=5000, description="how many of the likeliest residents are looked at closely")
    ] = 300
    longest_query: Annotated[int, Field(ge=20, le=2000, description="most characters in one query")] = 200
