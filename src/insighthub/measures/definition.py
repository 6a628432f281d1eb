"""What a measure is: whom it counts, of whom, when, by what, and for which purposes it may be given out.

Takes TOML (a hub's ``measures/*.toml``), gives typed definitions, exported as JSON Schema. A definition says nothing of
SQL; ``insighthub.measures.build`` computes it. Every condition speaks of facts as the contracts name them, so that a
council with other systems changes its contract and keeps its measures.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError, model_validator

from insighthub.errors import MeasureError
from insighthub.sources.contract import Source

NAME = r"^[a-z][a-z0-9_]{0,62}$"
Name = Annotated[str, Field(pattern=NAME)]

#: What a measure can be broken down by without a look-up of areas.
PERSON_GROUPS = ("sex", "age_band")
PLACE_GROUPS = ("postcode_district", "postcode_sector")
WHOLE = "none"
#: The group of those of whom it is not known in which they are.
NOT_KNOWN = "not known"

_DOCS = "See docs/how-to/declare-a-measure.md"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FactCondition(_Model):
    """That a resident has a fact of one name, and what it must say."""

    fact: str = Field(description="the fact, as the contract names it: council_tax_arrears")
    values: tuple[str, ...] = Field(default=(), description="the fact says one of these, ignoring case; any if empty")
    not_values: tuple[str, ...] = Field(default=(), description="the fact says none of these, ignoring case")
    amount_over: float | None = Field(default=None, description="its amount is more than this")
    amount_under: float | None = Field(default=None, description="its amount is less than this")
    when: Literal["holds", "begins", "ends", "newest", "ever"] = Field(
        default="holds",
        description="holds: begun, and not ended before the window; begins, ends: its date lies in the window; newest:"
        " among the newest of that name that the resident has up to the window's end; ever: it is not from after it",
    )
    at_least: int = Field(default=1, ge=1, description="on at least so many records of the resident")


class KnownCondition(_Model):
    """That a resident is known to some sources."""

    known_to: tuple[str, ...] = Field(default=(), description="these sources; all of the measure's if empty")
    at_least: int = Field(default=1, ge=1, description="at least so many of them")


def _kind(condition: Any) -> str:
    is_fact = "fact" in condition if isinstance(condition, dict) else isinstance(condition, FactCondition)
    return "fact" if is_fact else "known_to"


Condition = Annotated[
    Annotated[FactCondition, Tag("fact")] | Annotated[KnownCondition, Tag("known_to")],
    Discriminator(_kind),
    Field(description="what must be so: a fact, or being known to sources"),
]


class Numerator(_Model):
    """Who is counted."""

    match: Literal["all", "any"] = Field(
        default="all",
        description="whether all conditions must be met or any one; the members of a household may meet them between"
        " them",
    )
    condition: tuple[Condition, ...] = Field(min_length=1, description="what must be so of those who are counted")


class Denominator(_Model):
    """Of whom: residents who are alive and live here at the window's end, or some of them."""

    age_from: int | None = Field(default=None, ge=0, le=130, description="this age or older")
    age_to: int | None = Field(default=None, ge=0, le=130, description="this age or younger")
    sex: Literal["F", "M"] | None = Field(default=None, description="of this sex")
    known_to: tuple[str, ...] = Field(default=(), description="known to at least one of these sources")
    living_here: bool = Field(default=True, description="false: also those who have no current address here")

    @model_validator(mode="after")
    def _ages_in_order(self) -> Denominator:
        if self.age_from is not None and self.age_to is not None and self.age_from > self.age_to:
            raise ValueError("age_from must not be over age_to")
        return self


class Window(_Model):
    """When: on the day of the release, over the months up to it, or in each of the last whole months."""

    kind: Literal["day", "months", "series"] = Field(default="day", description="day, months, or series of months")
    months: int = Field(default=12, ge=1, le=240, description="how many months, for months and series")


class Measure(_Model):
    """One figure, and the groups that it is broken down by."""

    name: Name = Field(description="what the measure is called everywhere")
    title: str = Field(min_length=1, description="the measure in a few plain words, as a heading")
    unit: Literal["resident", "household", "record"] = Field(description="what is counted")
    sources: tuple[str, ...] = Field(min_length=1, description="the sources whose facts it may draw on")
    purposes: tuple[Name, ...] = Field(
        min_length=1, description="the purposes that its figures may be given out for, as the hub's settings name them"
    )
    numerator: Numerator = Field(description="who is counted")
    denominator: Denominator = Field(default=Denominator(), description="of whom")
    window: Window = Field(default=Window(), description="when")
    by: tuple[Name, ...] = Field(
        default=(), description="sex, age_band, postcode_district, postcode_sector, or an area of the settings"
    )

    @model_validator(mode="after")
    def _goes_together(self) -> Measure:
        if self.unit == "household" and set(self.by) & set(PERSON_GROUPS):
            raise ValueError("households have no sex and no age; break them down by where they are")
        if WHOLE in self.by or len(set(self.by)) != len(self.by):
            raise ValueError("each group must be given once, and the whole is always counted")
        facts = [c for c in self.numerator.condition if isinstance(c, FactCondition)]
        if self.unit == "record" and (len(facts), len(self.numerator.condition)) != (1, 1):
            raise ValueError("records are counted by one fact; give one condition, with fact")
        known = [c for c in self.numerator.condition if isinstance(c, KnownCondition)]
        if self.window.kind == "series" and (known or self.denominator.known_to):
            raise ValueError("since when a source has known a resident is not dated; known_to goes with no series")
        named = {s for c in known for s in c.known_to}
        if missing := sorted(named - set(self.sources)):
            raise ValueError(f"a condition names sources that the measure does not list: {', '.join(missing)}")
        return self

    @property
    def is_share(self) -> bool:
        """Whether those counted are some of those they are counted of; records are not of residents."""
        return self.unit != "record"


class MeasureFile(_Model):
    """A file of measures."""

    measure: tuple[Measure, ...] = Field(min_length=1, description="the measures that this file declares")


def load_measures(paths: Sequence[Path]) -> tuple[Measure, ...]:
    """Read measure files, in the order given.

    Raises:
        MeasureError: a file is missing, is not TOML or does not fit the model, or two measures have one name.
    """
    measures: list[Measure] = []
    where: dict[str, Path] = {}
    for path in paths:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, ValueError):
            raise MeasureError(
                "the measures cannot be read", remedy="Check that the file is there, and is UTF-8 text", file=path
            ) from None
        for measure in parse_measures(text, path):
            if measure.name in where:
                raise MeasureError(
                    f"the measure {measure.name} is declared twice, first in {where[measure.name]}",
                    remedy="Give one of them another name",
                    file=path,
                )
            where[measure.name] = path
            measures.append(measure)
    return tuple(measures)


def parse_measures(text: str, file: Path | str) -> tuple[Measure, ...]:
    """Check the text of a measure file.

    Raises:
        MeasureError: it is not TOML or does not fit the model; the message names the setting.
    """
    tables: dict[str, Any] = {}
    try:
        tables = tomllib.loads(text)
        found = MeasureFile.model_validate(tables).measure
    except ValidationError as error:
        raise _fault(error, tables, file) from None
    except (ValueError, RecursionError) as error:
        raise MeasureError(f"this is not TOML: {error}", remedy="Mend that line", file=file) from None
    names = [m.name for m in found]
    if twice := sorted({n for n in names if names.count(n) > 1}):
        raise MeasureError(f"declared twice: {', '.join(twice)}", remedy="Give one of them another name", file=file)
    return found


def check_measures(
    measures: Sequence[Measure], sources: Sequence[Source], areas: Sequence[str] = (), *, file: Path | str | None = None
) -> None:
    """Hold measures against the contracts: that their sources, facts and areas are there.

    Raises:
        MeasureError: a measure names a source, a fact or an area that is not there.
    """
    facts = {s.name: {f.name for f in s.fact} for s in sources}
    for measure in measures:
        listed = {*measure.sources, *measure.denominator.known_to}
        if unknown := sorted(listed - set(facts)):
            raise _not_there(measure, "sources", unknown, sorted(facts), file)
        of_sources = {name for s in measure.sources for name in facts[s]}
        asked = {c.fact for c in measure.numerator.condition if isinstance(c, FactCondition)}
        if unknown := sorted(asked - of_sources):
            raise _not_there(measure, "numerator.condition.fact", unknown, sorted(of_sources), file)
        known = {*PERSON_GROUPS, *PLACE_GROUPS, *areas}
        if unknown := sorted(set(measure.by) - known):
            raise _not_there(measure, "by", unknown, sorted(known), file)


def measure_schema() -> dict[str, Any]:
    """Return the JSON Schema of a measure file."""
    return MeasureFile.model_json_schema()


def _not_there(
    measure: Measure, setting: str, unknown: Sequence[str], known: Sequence[str], file: Path | str | None
) -> MeasureError:
    return MeasureError(
        f"there is no {', '.join(unknown)}",
        remedy=f"Write one of: {', '.join(known) or 'nothing; no source of the measure has any'}",
        file=file,
        column=f"{measure.name}.{setting}",
    )


def _fault(error: ValidationError, tables: Mapping[str, Any], file: Path | str) -> MeasureError:
    """Return the first fault of a file, a setting that is not known before one that is missing."""
    faults = sorted(error.errors(include_url=False), key=lambda f: f["type"] != "extra_forbidden")
    first = faults[0]
    parts = list(first["loc"])
    if "condition" in parts:  # after its number the model says which of the two kinds it took it for
        del parts[parts.index("condition") + 2 : parts.index("condition") + 3]
    measures = tables.get("measure")
    if len(parts) > 1 and parts[0] == "measure" and isinstance(parts[1], int) and isinstance(measures, list):
        name = measures[parts[1]].get("name") if isinstance(measures[parts[1]], dict) else None
        parts[:2] = [name if isinstance(name, str) else f"measure[{parts[1] + 1}]"]
    setting = "".join(f"[{p + 1}]" if isinstance(p, int) else f".{p}" for p in parts).lstrip(".")
    what = {
        "extra_forbidden": "there is no such setting",
        "missing": "this setting is missing",
        "string_pattern_mismatch": "a name is small letters, digits and underscores, and begins with a letter",
    }.get(first["type"], first["msg"].removeprefix("Value error, "))
    return MeasureError(what, remedy=_DOCS, file=file, column=setting or None)
