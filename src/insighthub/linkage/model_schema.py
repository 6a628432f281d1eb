"""The form of a model file, key by key: what is written, what is read, and what the reference page says of it.

A file that does not fit is refused with the key at fault. A key that this version does not know is refused too: a
model used in part would give other weights than it promises.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

FORMAT = "insighthub-linkage-model/2"
CLASS_NAMES = ("match", "family", "coresident", "namesake", "unrelated")

Share = Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
Shares = Annotated[list[Share], Field(min_length=1)]
CLOSE = 1e-6


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class LearnedFrom(_Part):
    """The records that a model was learned from."""

    rows: int = Field(ge=0, description="records that took part")
    sources: list[str] = Field(description="the sources' names")
    rows_by_source: list[int] = Field(description="records of each source, in the order of their names")
    single_sources: list[str] = Field(description="the sources that hold one record a person")
    fingerprint: str = Field(
        pattern="^[0-9a-f]{64}$", description="SHA-256 over the records: equal for the same records in any order"
    )


class TermFrequencies(_Part):
    """How common the values of one field are."""

    field: str = Field(description="column of the person records")
    records: int = Field(ge=0, description="records that hold a value")
    distinct_values: int = Field(ge=0, description="different values held")
    least_records: int = Field(
        ge=1, description="a value that fewer records hold is not listed: a rare name is somebody"
    )
    other_share: Share = Field(
        description="share of the records taken for a value that is not listed: the mean share of those left out"
    )
    shares: dict[str, Share] = Field(
        description="value and the share of records that hold it; never for an identifier, a contact or an address"
    )


class SqlLevel(_Part):
    """A condition in SQL, tried in order; the first that holds gives the pair's level."""

    level: int = Field(ge=-1, description="place in `levels`, or -1 where the pair counts as not known")
    when: str = Field(min_length=1, description="DuckDB condition on columns that end in `_l` and `_r`, or `ELSE`")


class SqlRarity(_Part):
    """A level at which the share of records that hold the value stands for u, as Splink's term frequencies do."""

    level: int = Field(ge=0, description="place in `levels`")
    field: str = Field(description="column whose value's share of records counts")
    weight: float = Field(allow_inf_nan=False, description="how much of the adjustment counts: 1 is all of it")
    least_share: float = Field(ge=0, le=1, description="a rarer value counts as if this share of records held it")
    u: Share = Field(description="the u that the share stands for: that of agreeing exactly on the column")


class ComparisonPart(_Part):
    """One comparison, as learned."""

    name: str = Field(min_length=1, description="the field or fields compared")
    levels: Annotated[list[str], Field(min_length=2)] = Field(
        description="the levels in words, the strongest agreement first"
    )
    m: Shares = Field(description="share of matches at each level, among pairs where both values are known")
    u: Shares = Field(description="share of unrelated pairs at each level")
    agreeing: int = Field(default=1, ge=1, description="how many of the first levels count as agreement")
    telling: bool = Field(
        default=False, description="whether pairs of which it is known have a say of their own when clusters are joined"
    )
    follows: dict[str, Literal["m", "u", "free", "agrees"]] = Field(
        description="what each kind of pair follows: m, u, a distribution of its own, or m among the agreeing levels"
    )
    free: dict[str, Shares] = Field(
        default_factory=dict, description="distributions of their own, by kind of pair; only where a kind has one"
    )
    term_frequencies: TermFrequencies | None = Field(
        default=None, description="how common the values are; only where agreeing on a rare one says more"
    )
    sql: list[SqlLevel] = Field(
        default_factory=list, description="the levels as SQL conditions; only in a model that came from Splink"
    )
    rarity: list[SqlRarity] = Field(
        default_factory=list, description="levels at which rarity counts; only in a model that came from Splink"
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        size = len(self.levels)
        for name, values in (("m", self.m), ("u", self.u), *((f"free.{k}", v) for k, v in self.free.items())):
            if len(values) != size:
                raise ValueError(f"{self.name}: {name} has {len(values)} numbers for {size} levels")
            # Splink's may be trained in parts, or left as they were set, and need not sum to one.
            if not self.sql and abs(sum(values) - 1) > CLOSE:
                raise ValueError(f"{self.name}: {name} does not sum to 1")
        if set(self.follows) != set(CLASS_NAMES) or not set(self.free) <= set(CLASS_NAMES):
            raise ValueError(f"{self.name}: follows must name {', '.join(CLASS_NAMES)}, and free some of them")
        wanting = [k for k, rule in self.follows.items() if (rule == "free") != (k in self.free)]
        if wanting:
            raise ValueError(f"{self.name}: follows and free do not agree on {', '.join(wanting)}")
        if any(level >= size for level in (*(s.level for s in self.sql), *(r.level for r in self.rarity))):
            raise ValueError(f"{self.name}: a condition gives a level that is not there")
        return self


class SourcePair(_Part):
    """What is particular to a pair of sources, shrunk to what all have in common."""

    sources: Annotated[list[str], Field(min_length=2, max_length=2)] = Field(
        description="the two sources' names; twice the same for pairs within one"
    )
    classes: dict[str, Annotated[float, Field(ge=0, le=1)]] = Field(
        description="the share of the pairs of the two in each of the five kinds of pair"
    )
    m: dict[str, Shares] = Field(description="m of their own, by comparison, where records lag behind in their own way")


class Namesakes(_Part):
    """How common full names are: agreeing on a common one is likelier to be two people of one name."""

    base: float = Field(
        allow_inf_nan=False,
        description="added to the logs of the shares of the given and the family name, for a full name not listed",
    )
    full_names: dict[str, dict[str, float]] = Field(
        description="given name, family name, and the log of how many namesakes the name has, against the average; "
        "only names that people with many different dates of birth hold"
    )
    least_dates: int = Field(ge=1, description="a full name with fewer different dates of birth is not listed")


class ShiftPart(_Part):
    """By how much labels shifted the weight of all pairs that look the same."""

    levels: dict[str, int] = Field(description="comparison and level, -1 where not known; the pairs show exactly these")
    labels: int = Field(ge=0, description="labelled pairs that look so")
    weight: float = Field(allow_inf_nan=False, description="bits added to the match weight")


class LabelsPart(_Part):
    """What labels changed."""

    labels: int = Field(ge=0, description="labels that were learned from")
    unused: int = Field(ge=0, description="labels on a record that was not linked")
    reluctance: float | None = Field(
        default=None,
        allow_inf_nan=False,
        description="labels until half of the pairs that look the same go by them; not there where none do",
    )
    regret: float = Field(
        default=0.0,
        allow_inf_nan=False,
        description="matches that following labels may cost where there is no label, as a share of all",
    )
    shifts: list[ShiftPart] = Field(default_factory=list, description="every shift of a weight")
    threshold_before: float | None = Field(
        default=None, gt=0, lt=1, description="the match probability that was set, where labels moved it"
    )


class ModelFile(_Part):
    """A learned model, or one that came from Splink."""

    format: str = Field(pattern=f"^{FORMAT}$", description="the name and version of this form of file")
    version: str = Field(description="the version of Insight Hub that wrote it")
    data: LearnedFrom | None = Field(
        default=None, description="the records that it was learned from; not in a model that came from Splink"
    )
    settings: dict[str, str | int | float | bool | None] = Field(
        default_factory=dict, description="the settings of the run that learned it; see the Python API"
    )
    classes: dict[str, Annotated[float, Field(ge=0, le=1)]] = Field(
        description="the share of all pairs in each of the five kinds of pair"
    )
    comparisons: list[ComparisonPart] = Field(
        description="for each comparison its levels and how often each kind of pair shows them"
    )
    source_pairs: list[SourcePair] = Field(
        default_factory=list,
        description="what is particular to each pair of sources; other sources get what all have in common",
    )
    sex_by_name: dict[str, Annotated[str, Field(pattern="^[FM]$")]] = Field(
        default_factory=dict, description="given names that only one sex bears, among those that are listed as common"
    )
    namesakes: Namesakes | None = Field(
        default=None, description="how common full names are; only where both names are compared"
    )
    shared_values: dict[str, list[str]] = Field(
        default_factory=dict,
        description="values on so many records that they count as not known, as the start of the SHA-256 of each, "
        "by field",
    )
    term_frequencies: list[TermFrequencies] = Field(
        default_factory=list,
        description="how common values are, by column; only in a model that came from Splink and was used on data",
    )
    labels: LabelsPart | None = Field(default=None, description="what labels changed; only where some were given")
    iterations: int = Field(default=0, ge=0, description="rounds of learning")
    converged: bool = Field(default=True, description="whether learning settled before the most rounds allowed")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        for classes in (self.classes, *(pair.classes for pair in self.source_pairs)):
            if set(classes) != set(CLASS_NAMES):
                raise ValueError(f"classes must name {', '.join(CLASS_NAMES)}")
            if abs(sum(classes.values()) - 1) > CLOSE:
                raise ValueError("classes do not sum to 1")
        sizes = {c.name: len(c.levels) for c in self.comparisons}
        for pair in self.source_pairs:
            if any(len(m) != sizes.get(name) for name, m in pair.m.items()):
                raise ValueError(f"m of {' and '.join(pair.sources)} does not fit the comparisons")
        names = [c.name for c in self.comparisons]
        twice = sorted({n for n in names if names.count(n) > 1})
        if twice:
            raise ValueError(f"comparisons that are there twice: {', '.join(twice)}")
        threshold = self.settings.get("threshold", 0.5)
        if not isinstance(threshold, float) or not 0 < threshold < 1:
            raise ValueError("the threshold in settings is no number between 0 and 1")
        if self.labels is not None and any(not set(shift.levels) <= set(names) for shift in self.labels.shifts):
            raise ValueError("a shift in labels names a comparison that is not there")
        if len({bool(c.sql) for c in self.comparisons}) > 1:
            raise ValueError("some comparisons are in SQL and others are not")
        return self

    @property
    def threshold(self) -> float | None:
        """The match probability from which records may be joined, where the settings hold it."""
        found = self.settings.get("threshold")
        return found if isinstance(found, float) else None

    @property
    def in_sql(self) -> bool:
        """Whether the comparisons are SQL conditions: the model came from Splink."""
        return any(c.sql for c in self.comparisons)

    def as_json(self) -> dict[str, object]:
        """Return what is written. What a comparison, or a model from elsewhere, does not have is left out."""
        whole = self.model_dump(exclude_defaults=self.in_sql, exclude_none=True)
        if not self.in_sql:
            del whole["term_frequencies"]
        whole["comparisons"] = [{k: v for k, v in c.items() if v or v == 0} for c in whole["comparisons"]]
        return whole
