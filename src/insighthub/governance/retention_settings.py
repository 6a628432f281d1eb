"""How long what a hub keeps beside the sources' own terms is kept: settings under [retention] in insighthub.toml."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class RetentionSettings(BaseModel):
    """How long things are kept; how long a source's records are, its contract says (retention_months)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    landing_days: int = Field(
        default=90, ge=0, description="for how many days a delivery is kept that no kept release was built from"
    )
    release_days: int = Field(
        default=365, ge=1, description="for how many days a release is kept that is not the published one"
    )
    session_days: int = Field(default=30, ge=1, description="for how many days a session that has ended is kept")
    audit_months: int = Field(default=84, ge=12, description="for how many months the audit is kept")
    requests_months: int = Field(
        default=36, ge=12, description="for how many months a subject request that has ended is kept in the log"
    )
