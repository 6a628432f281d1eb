"""Whose hub it is: what papers say of the council, where it says so under [organisation] in insighthub.toml."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class OrganisationSettings(BaseModel):
    """Whose hub it is; what is not given stands in papers as to be filled in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str | None = Field(default=None, description="the council, as the controller of the data")
    contact: str | None = Field(default=None, description="where people can write to about the hub")
    website: str | None = Field(default=None, description="where the council tells the public of the hub")
    data_protection_officer: str | None = Field(default=None, description="the data protection officer")
    responsible_owner: str | None = Field(default=None, description="the senior officer who answers for the hub")
    team: str | None = Field(default=None, description="the team that runs the hub")
