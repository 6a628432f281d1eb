"""What is declared of residents: services, needs, who should be reached by what, and segments.

Takes TOML (the hub's own file, or the shipped example), gives typed rules that are held against the contracts. In a
hub's own file what no source can feed is a fault; of the example it is left out.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from insighthub.errors import MeasureError
from insighthub.measures.definition import Condition, FactCondition, KnownCondition, Name
from insighthub.population.examples import example_text
from insighthub.sources.contract import Source

#: Types of households, as ``insighthub.population.households`` tells them.
HouseholdType = Literal[
    "one pensioner alone",
    "one adult alone",
    "two adults, couple-like",
    "other adults",
    "one adult with children",
    "two adults with children",
    "several adults with children",
    "not known",
]
_DOCS = "See docs/how-to/understand-your-residents.md"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Aged(_Model):
    age_from: int | None = Field(default=None, ge=0, le=130, description="this age or older")
    age_to: int | None = Field(default=None, ge=0, le=130, description="this age or younger")


class Need(_Aged):
    """Who has a need, as records tell: a condition, an age, or both."""

    name: Name = Field(description="what the need is called in this file")
    title: str = Field(min_length=1, description="who has it, in a few words that follow 'residents'")
    sources: tuple[str, ...] = Field(default=(), description="the sources that the condition draws on")
    condition: Condition | None = Field(default=None, description="a fact, or being known to sources")

    @model_validator(mode="after")
    def _says_something(self) -> Need:
        if self.condition is None and self.age_from is None and self.age_to is None:
            raise ValueError("a need has a condition, or an age")
        if self.condition is not None and not self.sources:
            raise ValueError("a need with a condition names its sources")
        return self


class Reach(_Model):
    """Those with a need, and the sources that should know them."""

    name: Name = Field(description="what the pair is called")
    title: str = Field(min_length=1, description="what it shows, as a heading")
    need: Name = Field(description="the need")
    service: tuple[str, ...] = Field(min_length=1, description="sources, one of which reaches who has the need")


class Segment(_Aged):
    """A segment: residents whom its rule fits, and no rule before it. All parts of a rule must fit."""

    name: Name = Field(description="what the segment is called in this file")
    title: str = Field(min_length=1, description="what it is called on pages")
    description: str = Field(min_length=1, description="the rule in plain words")
    household: tuple[HouseholdType, ...] = Field(default=(), description="lives in one of these types; any if empty")
    need: tuple[Name, ...] = Field(default=(), description="has one of these needs")
    known_to: tuple[str, ...] = Field(default=(), description="is known to one of these sources")


class Declared(_Model):
    """A file of what is declared of residents."""

    tenants: str | None = Field(default=None, description="the source whose residents are council tenants")
    services: tuple[str, ...] = Field(default=(), max_length=12, description="sources that are held against each other")
    need: tuple[Need, ...] = Field(default=(), description="needs")
    reach: tuple[Reach, ...] = Field(default=(), description="who should be reached by what")
    segment: tuple[Segment, ...] = Field(default=(), max_length=20, description="segments, the first that fits")

    @model_validator(mode="after")
    def _names_are_there(self) -> Declared:
        for kind in ("need", "reach", "segment"):
            names = [each.name for each in getattr(self, kind)]
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise ValueError(f"declared twice: {', '.join(twice)}")
        asked = {each.need for each in self.reach} | {name for each in self.segment for name in each.need}
        if missing := sorted(asked - {each.name for each in self.need}):
            raise ValueError(f"there is no need {', '.join(missing)}")
        return self

    def fed_by(self, sources: Sequence[Source]) -> Declared:
        """Return what these sources can feed: the rest is left out."""
        known = {each.name for each in sources}
        needs = tuple(each for each in self.need if not _lacks(each, sources))
        names = {each.name for each in needs}
        segments = []
        for each in self.segment:
            need = tuple(name for name in each.need if name in names)
            known_to = tuple(name for name in each.known_to if name in known)
            if bool(need) == bool(each.need) and bool(known_to) == bool(each.known_to):
                segments.append(each.model_copy(update={"need": need, "known_to": known_to}))
        return Declared(
            tenants=self.tenants if self.tenants in known else None,
            services=tuple(name for name in self.services if name in known),
            need=needs,
            reach=tuple(r for r in self.reach if r.need in names and set(r.service) <= known),
            segment=tuple(segments),
        )


def load_declared(path: Path | None, sources: Sequence[Source]) -> Declared:
    """Return what a hub declares of its residents.

    Args:
        path: the hub's own file; None for the shipped example.
        sources: those that the hub takes in.

    Raises:
        MeasureError: the file cannot be read, is no such file, or names a source or a fact that is not there.
    """
    if path is None:
        return parse_declared(example_text(), "residents.toml").fed_by(sources)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        raise MeasureError(
            "what is declared of residents cannot be read",
            remedy="Check that the file is there, and is UTF-8 text",
            file=path,
        ) from None
    found = parse_declared(text, path)
    _check(found, sources, path)
    return found


def parse_declared(text: str, file: Path | str) -> Declared:
    """Check the text of a file.

    Raises:
        MeasureError: it is not TOML, or does not fit the model; the message names the setting.
    """
    try:
        return Declared.model_validate(tomllib.loads(text))
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        setting = ".".join(str(part) for part in first["loc"]) or None
        raise MeasureError(
            first["msg"].removeprefix("Value error, "), remedy=_DOCS, file=file, column=setting
        ) from None
    except (ValueError, RecursionError) as error:
        raise MeasureError(f"this is not TOML: {error}", remedy="Mend that line", file=file) from None


def _lacks(need: Need, sources: Sequence[Source]) -> list[str]:
    """Return the sources and facts that a need names and that are not there."""
    facts = {each.name: {fact.name for fact in each.fact} for each in sources}
    missing = [name for name in need.sources if name not in facts]
    if isinstance(need.condition, FactCondition):
        there = {name for source in need.sources for name in facts.get(source, ())}
        missing += [] if need.condition.fact in there else [need.condition.fact]
    elif isinstance(need.condition, KnownCondition):
        missing += [name for name in need.condition.known_to if name not in need.sources]
    return missing


def _check(declared: Declared, sources: Sequence[Source], file: Path) -> None:
    known = {each.name for each in sources}
    asked: list[tuple[str, Iterable[str]]] = [
        ("tenants", [declared.tenants] if declared.tenants else []),
        ("services", declared.services),
        *((f"reach.{each.name}.service", each.service) for each in declared.reach),
        *((f"segment.{each.name}.known_to", each.known_to) for each in declared.segment),
    ]
    faults = [(setting, sorted(set(names) - known)) for setting, names in asked]
    faults += [(f"need.{each.name}", _lacks(each, sources)) for each in declared.need]
    for setting, missing in faults:
        if missing:
            raise MeasureError(
                f"no contract has {', '.join(missing)}",
                remedy="Name sources and facts as the contracts do, or take it out",
                file=file,
                column=setting,
            )
