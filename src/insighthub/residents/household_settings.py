"""When people at one address are one household: settings under [households] in insighthub.toml.

Takes what is written there, gives a frozen model whose defaults need no editing.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class HouseholdSettings(BaseModel):
    """What is a home, and who is counted as living in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    member_from: float = Field(
        default=0.6, ge=0.0, le=1.0,
        description="who lives at an address with this probability or more is counted as a member of its household",
    )  # fmt: skip
    unrelated: int = Field(
        default=9,
        ge=2,
        description="from so many people of mostly different family names on, a place is a hostel or care home",
    )
    most: int = Field(default=16, ge=2, description="a place with more people than this is no one household")
    flats: int = Field(
        default=3,
        ge=2,
        description="from so many flats on at one number, an address without a flat is that of the building",
    )
