"""What a council decides about corrections: how sure it must be, who may know of whom, which sources are of one moment.

Takes what is written under [corrections] in insighthub.toml, gives a frozen model whose defaults fit the example
contracts and are the careful ones.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal[
    "moved", "died", "new_name", "birth_date", "missing_birth_date", "duplicate", "missing_uprn", "contact", "put_right"
]  # fmt: skip

#: Every kind of correction, in the order in which they are shown, in words.
KINDS: dict[Kind, str] = {
    "moved": "lives at another address now",
    "died": "has died",
    "new_name": "has a new family name",
    "birth_date": "date of birth is wrong",
    "missing_birth_date": "date of birth is missing",
    "duplicate": "has two records where one would do",
    "missing_uprn": "UPRN of the address is missing",
    "contact": "has a newer phone number or e-mail address",
    "put_right": "asked for this to be put right",
}

#: Kinds about a fact that a service would otherwise have to ask the resident, or the family, for.
ASKED_FOR: frozenset[Kind] = frozenset({"moved", "died", "new_name", "birth_date", "missing_birth_date", "contact"})

_DEFAULT_KINDS: tuple[Kind, ...] = (
    "moved", "died", "new_name", "birth_date", "missing_birth_date", "duplicate", "missing_uprn",
)  # fmt: skip


class CorrectionSettings(BaseModel):
    """Which corrections are proposed, and what each source may learn by them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kinds: tuple[Kind, ...] = Field(
        default=_DEFAULT_KINDS,
        description="the kinds that are proposed: " + ", ".join(f"{name} ({words})" for name, words in KINDS.items()),
    )
    least_probability: float = Field(
        default=0.9, ge=0.5, le=1.0, description="how probable a correction must be to be proposed"
    )
    agreement: int = Field(
        default=2, ge=1, description="how many other sources must agree on a date of birth or a new name"
    )
    values_of_special_sources: tuple[Kind, ...] = Field(
        default=(),
        description="kinds for which a value that only special category sources hold may be proposed to others. Who "
        "is told it can guess what sort of service holds it: a reason to think twice, except perhaps for died",
    )
    may_see: dict[str, tuple[str, ...]] = Field(
        default={},
        description="by source, the special category sources that it may know of: "
        '{ housing_rents = ["homelessness"] }. Nothing opens a locked source, such as the electoral register',
    )
    services_named: int = Field(
        default=1,
        ge=0,
        description="how many services the evidence names; all others are called another council service, whether or "
        "not they hold special category data, so that the words do not tell which do",
    )
    moments: tuple[str, ...] = Field(
        default=("antisocial_behaviour", "homelessness", "school_admissions"),
        description="sources whose records tell of one event or application, with the name and address of that day: "
        "those were right then, and are not corrected",
    )
    series: tuple[str, ...] = Field(
        default=("adult_social_care", "school_pupils"),
        description="sources that hold a person once for each return or census: only the newest is corrected",
    )
    one_open_record: tuple[str, ...] = Field(
        default=("council_tax", "housing_rents", "libraries", "electoral_register"),
        description="sources in which one person has one open record at an address, and a second is a duplicate; those "
        "whose contract says one_record_per_person are among them without being named",
    )
    contact_newer_by_days: int = Field(
        default=365, ge=0, description="how much newer a phone number or e-mail address must be, in days"
    )
