"""When an alert is raised, and how long broken glass lasts: settings under [alerts] in insighthub.toml."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, ConfigDict, Field


class AlertSettings(BaseModel):
    """What is unusual, and told to those who review alerts: the ``[alerts]`` part of ``insighthub.toml``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    residents_per_hour: int = Field(
        default=60, ge=1, description="an alert is raised for a user who sees more residents than this within an hour"
    )
    opens: dt.time = Field(default=dt.time(7), description="when work begins, in the council's own time")
    closes: dt.time = Field(default=dt.time(20), description="when work ends")
    weekends: bool = Field(default=False, description="true: people work on Saturdays and Sundays too")
    time_zone: str = Field(default="Europe/London", description="the council's own time, as the IANA names it")
    break_glass_hours: float = Field(
        default=4, gt=0, le=72, description="for how many hours breaking the glass gives a purpose"
    )
