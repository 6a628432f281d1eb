"""What an index is: its indicators and domains, and every choice that makes one score of them.

Takes TOML, gives a typed definition, which can be given out as JSON Schema. A definition holds no figure of any area;
``insighthub.area_index.build`` reads those from a table. Every choice that a reader may dispute (direction, outliers,
scale, weights, aggregation) is a setting, so that disputing it is changing a line.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from insighthub.errors import ContractError

Normalisation = Literal["z", "min-max", "rank", "percentile", "exponential"]
Weighting = Literal["equal", "budget", "evidence", "pca"]
Aggregation = Literal["arithmetic", "geometric", "harmonic"]
Choice = Literal["weights", "normalise", "aggregate", "sampling", "linkage"]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
Text = Annotated[str, Field(min_length=1)]

#: Scales on which every value is over 0, as geometric and harmonic means need.
POSITIVE: tuple[Normalisation, ...] = ("min-max", "rank", "percentile", "exponential")

_DOCS = "See docs/how-to/declare-an-area-index.md"


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Domain(_Model):
    """A group of indicators that measure one thing."""

    id: Name = Field(description="what the domain is called in tables")
    title: Text = Field(description="the domain in a few plain words")
    weight: float | None = Field(default=None, ge=0, description="its share of the index, where weights are by budget")


class Outliers(_Model):
    """What is done with values far out, before anything else."""

    treat: Literal["none", "winsorise", "trim"] = Field(
        default="none",
        description="winsorise: bring values beyond the bounds to the bounds; trim: take them as missing",
    )
    low: float = Field(default=0.0, ge=0, lt=0.5, description="the lower bound, as a share of areas: 0.01")
    high: float = Field(default=1.0, gt=0.5, le=1, description="the upper bound, as a share of areas: 0.99")


class Linkage(_Model):
    """How wrong linked records may make an indicator."""

    missed: float = Field(default=0.0, ge=0, lt=1, description="share of the true links that are missed, on average")
    false: float = Field(default=0.0, ge=0, lt=1, description="share of the found links that are false, on average")
    spread: float = Field(
        default=0.5, gt=0, le=2, description="how areas differ: the standard deviation of a share, as part of its mean"
    )


class Indicator(_Model):
    """One figure of every area, what it says of risk, and on what evidence."""

    id: Name = Field(description="the indicator's column in the table; its counts are in ID_count and ID_population")
    title: Text = Field(description="the indicator in a few plain words")
    definition: Text = Field(description="what is counted, of what, when")
    domain: Name = Field(description="the domain that it belongs to")
    direction: Literal["higher is worse", "lower is worse"] = Field(description="which way risk lies")
    source: Text = Field(description="who publishes or holds the figure")
    evidence: Text = Field(description="why it belongs in the index")
    citation: Text = Field(description="where that is written")
    lag: int = Field(ge=0, description="how old the newest figure is when it comes, in months")
    denominator: Text | None = Field(default=None, description="of whom or what the figure is a rate")
    counted: Literal["people", "events"] = Field(
        default="people", description="what a count counts: people, each at most once, or events, of any number"
    )
    outliers: Annotated[Outliers, BeforeValidator(lambda said: {"treat": said} if isinstance(said, str) else said)] = (
        Field(default=Outliers(), description="what is done with values far out")
    )
    shrink: bool = Field(default=False, description="true: rates of small areas are drawn towards the larger area's")
    evidence_score: int = Field(ge=0, le=3, description="0 none, 1 weak, 2 fair, 3 strong")
    weight: float | None = Field(
        default=None, ge=0, description="its share of its domain, where weights are by budget; equal where none has one"
    )
    linkage: Linkage | None = Field(default=None, description="for figures of linked records, how wrong links may be")


def _both(said: Any) -> Any:
    return {"within": said, "across": said} if isinstance(said, str) else said


class Aggregate(_Model):
    """How values become one: an arithmetic mean lets a good value make up for a bad one; the others less and less."""

    within: Aggregation = Field(default="arithmetic", description="of indicators, within a domain")
    across: Aggregation = Field(default="arithmetic", description="of domains, into the index")


class Uncertainty(_Model):
    """What is tried, to see how far ranks hang on it."""

    draws: int = Field(default=1000, ge=20, le=1_000_000, description="how often the index is built anew")
    vary: Annotated[tuple[Choice, ...], Field(strict=False)] = Field(
        default=("weights", "sampling"), description="which of weights, normalise, aggregate, sampling, linkage vary"
    )
    normalise: Annotated[tuple[Normalisation, ...], Field(strict=False)] = Field(
        default=get_args(Normalisation), min_length=1, description="the scales that are tried, where normalise varies"
    )
    aggregate: Annotated[tuple[Aggregation, ...], Field(strict=False)] = Field(
        default=get_args(Aggregation), min_length=1, description="the means that are tried, where aggregate varies"
    )
    concentration: float = Field(
        default=50.0,
        gt=0,
        description="how near weights stay to the declared ones: a weight w varies with variance w(1 - w)/(this + 1)",
    )


class IndexDefinition(_Model):
    """An index: what it measures, from what, and how."""

    id: Name = Field(description="what the index is called in tables")
    title: Text = Field(description="the index in a few plain words")
    description: Text = Field(description="what a high score means, and what it does not")
    domains: Annotated[tuple[Domain, ...], Field(strict=False)] = Field(min_length=1, description="the domains")
    indicators: Annotated[tuple[Indicator, ...], Field(strict=False)] = Field(min_length=1, description="indicators")
    normalise: Normalisation = Field(default="z", description="the scale that all indicators are brought to")
    normalise_domains: Normalisation | Literal["none"] = Field(
        default="none", description="the scale that domain scores are brought to before they are put together"
    )
    weights: Weighting = Field(
        default="equal",
        description="equal; budget: as declared; evidence: by evidence_score; pca: by the first principal component",
    )
    aggregate: Annotated[Aggregate, BeforeValidator(_both)] = Field(
        default=Aggregate(), description="how values become one; one word says it for both steps"
    )
    missing: Literal["fail", "domain mean"] = Field(
        default="fail",
        description="what an area without a value gets: fail: an error; domain mean: the mean of its others there",
    )
    uncertainty: Uncertainty = Field(
        default=Uncertainty(), description="what is tried, to see how far ranks hang on it"
    )

    @model_validator(mode="after")
    def _goes_together(self) -> IndexDefinition:
        for kind, ids in (("domain", [d.id for d in self.domains]), ("indicator", [i.id for i in self.indicators])):
            if twice := sorted(name for name, times in Counter(ids).items() if times > 1):
                raise ValueError(f"the {kind} {twice[0]} is declared twice; give one of them another id")
        domains = [d.id for d in self.domains]
        for indicator in self.indicators:
            if indicator.domain not in domains:
                raise ValueError(
                    f"the indicator {indicator.id} names the domain {indicator.domain}, which is not declared;"
                    f" write one of {', '.join(domains)}"
                )
        if empty := [d for d in domains if d not in {i.domain for i in self.indicators}]:
            raise ValueError(f"the domain {empty[0]} has no indicator; give it one, or take it out")
        self._check_weights()
        needs = {self.aggregate.within: self.normalise}
        if self.aggregate.across != "arithmetic":
            needs[self.aggregate.across] = (
                self.normalise if self.normalise_domains == "none" else self.normalise_domains
            )
        for mean, scale in needs.items():
            if mean != "arithmetic" and scale not in POSITIVE:
                raise ValueError(
                    f"a {mean} mean needs values over 0, and the scale {scale} goes below it; "
                    f"write one of {', '.join(POSITIVE)}"
                )
        return self

    def _check_weights(self) -> None:
        declared = [f"domain {d.id}" for d in self.domains if d.weight is not None]
        of_indicators = [i for i in self.indicators if i.weight is not None]
        declared += [f"indicator {i.id}" for i in of_indicators]
        if self.weights != "budget":
            if declared:
                raise ValueError(f'the {declared[0]} has a weight, which only weights = "budget" uses; write that')
            if self.weights == "evidence":
                for domain in self.domains:
                    if not any(i.evidence_score for i in self.of_domain(domain.id)):
                        raise ValueError(f"no indicator of {domain.id} has evidence; give one a score over 0")
            return
        if none := [d.id for d in self.domains if d.weight is None]:
            raise ValueError(f"the domain {none[0]} has no weight; weights by budget need one for each domain")
        if not sum(d.weight or 0 for d in self.domains):
            raise ValueError("the weights of the domains are all 0; give one a weight over 0")
        for domain in self.domains:
            weights = [i.weight for i in self.of_domain(domain.id)]
            some = [w for w in weights if w is not None]
            if some and (len(some) < len(weights) or not sum(some)):
                raise ValueError(f"give every indicator of {domain.id} a weight, one of them over 0, or none a weight")

    def of_domain(self, domain: str) -> tuple[Indicator, ...]:
        """Return the indicators of a domain, in the order declared."""
        return tuple(i for i in self.indicators if i.domain == domain)


Definition = TypeVar("Definition", bound=IndexDefinition)


def read_definition(path: Path) -> IndexDefinition:
    """Read the file of an index.

    Raises:
        ContractError: it is missing, is not TOML or does not fit the model; the message names the setting.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        raise ContractError(
            "the index cannot be read", remedy="Check that the file is there, and is UTF-8 text", file=path
        ) from None
    return parse_definition(text, path)


def parse_definition(text: str, file: Path | str) -> IndexDefinition:
    """Check the text of an index.

    Raises:
        ContractError: it is not TOML or does not fit the model; the message names the setting.
    """
    return parse_as(IndexDefinition, text, file)


def parse_as(model: type[Definition], text: str, file: Path | str) -> Definition:
    """Check the text of an index that says more than ``IndexDefinition`` asks for.

    Raises:
        ContractError: it is not TOML or does not fit the model; the message names the setting.
    """
    tables: dict[str, Any] = {}
    try:
        tables = tomllib.loads(text)
        return model.model_validate(tables)
    except ValidationError as error:
        raise _fault(error, tables, file) from None
    except (ValueError, RecursionError) as error:
        raise ContractError(f"this is not TOML: {error}", remedy="Mend that line", file=file) from None


def definition_schema() -> dict[str, Any]:
    """Return the JSON Schema of an index's file."""
    return IndexDefinition.model_json_schema()


def _fault(error: ValidationError, tables: dict[str, Any], file: Path | str) -> ContractError:
    """Return the first fault of a file, a setting that is not known before one that is missing."""
    first = min(error.errors(include_url=False), key=lambda fault: fault["type"] != "extra_forbidden")
    parts = list(first["loc"])
    if len(parts) > 1 and isinstance(parts[1], int):  # by the name that its author gave it, not by its place
        listed = tables.get(str(parts[0]))
        entry = listed[parts[1]] if isinstance(listed, list) else None
        name = entry.get("id") if isinstance(entry, dict) else None
        parts[1] = name if isinstance(name, str) else parts[1] + 1
    what = {
        "extra_forbidden": "there is no such setting",
        "missing": "this setting is missing",
        "string_pattern_mismatch": "a name is small letters, digits and underscores, and begins with a letter",
    }.get(first["type"], first["msg"].removeprefix("Value error, "))
    return ContractError(what, remedy=_DOCS, file=file, column=".".join(map(str, parts)) or None)
