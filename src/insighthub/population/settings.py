"""The settings of ``[population]``: official estimates to hold the index against, and what is declared of residents."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class PopulationSettings(BaseModel):
    """Where official estimates and the declared services, needs and segments are."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    figures: bool = Field(
        default=False,
        description="whether runs count who the residents are, for the page Our residents: to be switched on when "
        "those who answer for figures have agreed to it",
    )
    estimates: Path | None = Field(
        default=None,
        description="official estimates of the population by age and sex, a CSV file with the columns sex (F or M), "
        "age_from, age_to, population and, where they are known, lower and upper; its path starts from the hub's "
        "folder",
    )
    estimates_name: str = Field(
        default="the official estimates", description="what the estimates are called on pages and in tables"
    )
    declared: Path | None = Field(
        default=None,
        description="services, needs, who should be reached by what, and segments, in TOML; the shipped example where "
        "it is not given; its path starts from the hub's folder",
    )

    def within(self, home: Path) -> PopulationSettings:
        """Return the settings with paths that start from a hub's folder."""
        found = {name: home / path for name in ("estimates", "declared") if (path := getattr(self, name)) is not None}
        return self.model_copy(update=found)
