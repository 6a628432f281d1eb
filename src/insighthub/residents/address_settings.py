"""What a council says of its sources so that addresses can be weighed: settings under [addresses] in insighthub.toml.

Takes what is written there, gives a frozen model with defaults that fit the example contracts.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class AddressSettings(BaseModel):
    """How current addresses are concluded."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    stays: tuple[str, ...] = Field(
        default=("council_tax", "housing_rents"),
        min_length=1,
        description="sources whose records begin when people move in and end when they move out, the most reliable first",
    )
    rolls: tuple[str, ...] = Field(
        default=("electoral_register",),
        description="sources meant to hold every adult at their present address: not to be on one says something too",
    )
    crowd: int = Field(
        default=25, ge=2, description="a place with more residents than this, now or before, does not tell who belongs together"
    )
    current_from: float = Field(
        default=0.5, ge=0.0, le=1.0, description="an address is given as the current one from this probability on"
    )
