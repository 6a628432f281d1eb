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
        description="sources whose records begin when people move in and end when they move out, "
        "the most reliable first",
    )
    crowd: int = Field(
        default=25,
        ge=2,
        description="a place with more residents than this, now or before, does not tell who belongs together",
    )
    current_from: float = Field(
        default=0.3, ge=0.0, le=1.0,
        description="no address is called current below this probability; from it on, the one that is likelier than "
        "every other place, and than none of them",
    )  # fmt: skip
