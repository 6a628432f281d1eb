"""How measures are computed, apart from what each of them declares."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, field_validator

from insighthub.measures.definition import PERSON_GROUPS, PLACE_GROUPS, WHOLE, Name

#: An age that nobody reaches.
OLDEST = 999


class AgeBand(NamedTuple):
    """What a band is called, and its first and last year of age."""

    name: str
    first: int
    last: int


class MeasureSettings(BaseModel):
    """What all measures of a hub share."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    age_bands: tuple[int, ...] = Field(
        default=(0, 16, 25, 45, 65), min_length=1, description="the first year of age of each age band, rising from 0"
    )
    areas: dict[Name, Path] = Field(
        default_factory=dict,
        description="areas to break measures down by: name = a CSV file of postcode and area, such as wards; its path"
        " starts from the hub's folder",
    )

    @field_validator("age_bands")
    @classmethod
    def _rising_from_birth(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if value[0] != 0 or any(a >= b for a, b in pairwise(value)):
            raise ValueError("age bands must begin at 0 and rise")
        return value

    @field_validator("areas")
    @classmethod
    def _names_of_their_own(cls, value: dict[str, Path]) -> dict[str, Path]:
        if taken := sorted(set(value) & {*PERSON_GROUPS, *PLACE_GROUPS, WHOLE}):
            raise ValueError(f"these names are taken: {', '.join(taken)}")
        return value

    def within(self, home: Path) -> MeasureSettings:
        """Return the settings with the paths of areas starting from a hub's folder."""
        return self.model_copy(update={"areas": {name: home / path for name, path in self.areas.items()}})

    def bands(self) -> tuple[AgeBand, ...]:
        """Return the age bands, in order."""
        lasts = [first - 1 for first in self.age_bands[1:]]
        bands = [AgeBand(f"{first} to {last}", first, last) for first, last in zip(self.age_bands, lasts, strict=False)]
        if lasts:
            bands[0] = AgeBand(f"under {lasts[0] + 1}", 0, lasts[0])
        return (*bands, AgeBand(f"{self.age_bands[-1]} and over", self.age_bands[-1], OLDEST))
