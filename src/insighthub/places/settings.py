"""Where a hub's files of places are: settings under [places] in insighthub.toml."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class PlacesSettings(BaseModel):
    """The files of places that a hub has, each of which may be wanting; paths start from the hub's folder."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    areas: Path | None = Field(
        default=None, description="the areas to count by, such as LSOAs: a GeoJSON file or a shapefile"
    )
    area_code: str | None = Field(
        default=None, description="the property of an area that is its code, where it is not found by its name"
    )
    area_name: str | None = Field(
        default=None, description="the property of an area that is its name, where it is not found by its code's"
    )
    postcodes: Path | None = Field(
        default=None, description="a CSV of postcodes and where they are, such as the ONS Postcode Directory"
    )
    uprns: Path | None = Field(
        default=None,
        description="a CSV of UPRNs and where they are, such as OS Open UPRN cut down to the council's area",
    )
    premises: Path | None = Field(
        default=None,
        description="a CSV of premises and services, with a kind, a place, and days of opening and closing",
    )
    population: Path | None = Field(
        default=None, description="a CSV of how many people official figures count, by area, sex and age"
    )
    deprivation: Path | None = Field(
        default=None, description="a CSV of how deprived areas are, by score (higher is worse) or rank (1 is the worst)"
    )
