"""Which value of a field is taken where sources differ: the rules of survivorship, as settings.

Takes what a council writes under [golden] in insighthub.toml, gives a rule for every field and an order of trust. A
rule is a list of criteria, looked at one after the other: the second counts only where values are equal by the first.
It is so, and not a sum of weights, because "we took it since three sources agree" can be said to a resident, and a
sum cannot.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

Criterion = Literal["completeness", "agreement", "trust", "recency"]

#: Fields of the golden record, in the order in which they are shown.
GOLDEN_FIELDS = (
    "title", "given_name", "middle_names", "family_name", "name_suffix", "previous_family_name", "date_of_birth",
    "date_of_death", "sex", "ethnicity", "phone", "mobile", "email", "nhs_number", "nino", "upn",
)  # fmt: skip

_BY_AGREEMENT: tuple[Criterion, ...] = ("completeness", "agreement", "trust", "recency")
_BY_RECENCY: tuple[Criterion, ...] = ("recency", "agreement", "trust", "completeness")
_NAMES: tuple[Criterion, ...] = ("completeness", "agreement", "recency", "trust")


class GoldenSettings(BaseModel):
    """How one value is chosen for each field of a resident."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    trust: tuple[str, ...] = Field(
        default=(
            "adult_social_care", "school_pupils", "benefits", "childrens_social_care", "blue_badge", "freedom_pass",
            "housing_rents", "homelessness", "electoral_register", "council_tax", "school_admissions",
            "parking_permits", "libraries", "antisocial_behaviour",
        ),
        description="sources from the most to the least trusted; a source that is not named comes after them all",
    )  # fmt: skip
    rules: dict[str, tuple[Criterion, ...]] = Field(
        default={},
        description="a field's criteria in order, where they are to be other than usual: completeness (whole rather "
        "than in part), agreement (how many sources), trust (of the most trusted source), recency (the newest date)",
    )

    @field_validator("rules")
    @classmethod
    def _known_fields(cls, rules: dict[str, tuple[Criterion, ...]]) -> dict[str, tuple[Criterion, ...]]:
        unknown = sorted(set(rules) - set(GOLDEN_FIELDS))
        if unknown:
            raise ValueError(f"no such field: {', '.join(unknown)}; there are {', '.join(GOLDEN_FIELDS)}")
        return rules

    def rule(self, field: str) -> tuple[Criterion, ...]:
        """Return the criteria of a field in order; those that the settings leave out are not looked at."""
        return self.rules.get(field, DEFAULT_RULES[field])


DEFAULT_RULES: dict[str, tuple[Criterion, ...]] = {
    "title": _BY_RECENCY,
    "given_name": _NAMES,
    "middle_names": _NAMES,
    "family_name": _NAMES,
    "name_suffix": _BY_AGREEMENT,
    "previous_family_name": _BY_RECENCY,
    "date_of_birth": _BY_AGREEMENT,
    "date_of_death": _BY_AGREEMENT,
    "sex": ("agreement", "trust", "recency"),
    "ethnicity": ("completeness", "agreement", "trust", "recency"),
    "phone": _BY_RECENCY,
    "mobile": _BY_RECENCY,
    "email": _BY_RECENCY,
    "nhs_number": ("agreement", "trust", "recency"),
    "nino": ("agreement", "trust", "recency"),
    "upn": ("agreement", "trust", "recency"),
}
