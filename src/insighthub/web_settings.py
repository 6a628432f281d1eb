"""Settings of the web app: whose it is, how it looks, and what it bears.

Takes the table ``[web]`` of ``insighthub.toml``, gives ``WebSettings``. A colour that text could not be read on is
refused when the settings are read, not found out on a screen.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from insighthub.charts.palette import contrast

#: Of text and what is behind it (WCAG 2.2, 1.4.3).
LEAST_CONTRAST = 4.5

Colour = Annotated[str, StringConstraints(pattern=r"^#[0-9a-fA-F]{6}$")]
Line = Annotated[str, StringConstraints(min_length=1, max_length=80, strip_whitespace=True)]


class WebSettings(BaseModel):
    """How the web app looks and what it bears."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    council: Line = Field(default="Insight Hub", description="the council's name, at the top of every page")
    service: Line = Field(default="Insight Hub", description="the service's name, below it and in every title")
    colour: Colour = Field(default="#1d4f7c", description="the council's colour, as #rrggbb: the top of every page")
    text_colour: Colour = Field(
        default="#ffffff",
        description="the colour of text on it; their contrast must be 4.5:1 or more, and so must that of the colour "
        "on white",
    )
    hosts: tuple[str, ...] = Field(
        default=("localhost", "127.0.0.1", "[::1]"),
        description="the names under which the app is reached; a request for another is refused",
    )
    contact: Line | None = Field(default=None, description="who helps, as it is said on pages that went wrong")
    stale_after_days: int = Field(
        default=8, ge=1, description="the age of a release from which every page says that it is old"
    )
    requests_per_minute: int = Field(
        default=300, ge=1, description="how many pages and parts of pages one session, or one address, may ask for"
    )
    guesses_per_minute: int = Field(
        default=30, ge=1, description="how many passwords and codes one address may send: of a whole office, perhaps"
    )
    most_body_kilobytes: int = Field(default=256, ge=1, description="the size of a form that is sent")
    most_upload_megabytes: int = Field(
        default=64, ge=1, description="the size of a file that is sent, where one may be"
    )

    @model_validator(mode="after")
    def _text_can_be_read(self) -> Self:
        if contrast(self.colour, self.text_colour) < LEAST_CONTRAST:
            raise ValueError(f"text of {self.text_colour} on {self.colour} cannot be read: its contrast is under 4.5:1")
        if contrast(self.colour, "#ffffff") < LEAST_CONTRAST:
            raise ValueError(f"{self.colour} cannot be made out on white: its contrast is under 4.5:1")
        return self
