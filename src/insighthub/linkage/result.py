"""What a linkage run gives, in the words that the report and the Python API use.

Weights are in bits: log2 of how much likelier the evidence is for one person than for two.
"""

from dataclasses import dataclass, field

import pyarrow as pa


@dataclass(frozen=True)
class LevelWeight:
    """One level of one comparison, as the model learned it."""

    comparison: str  # "given_name", "address", ...
    level: int  # 0 is the strongest agreement
    label: str  # plain English: "same", "one letter differs", "not known"
    m: float  # share of matches at this level, among pairs where both values are known
    u: float  # share of random pairs
    weight: float  # log2(m / u); 0 where a value is not known
    pairs: int  # candidate pairs at this level


@dataclass(frozen=True)
class BlockingYield:
    """What one blocking rule brought."""

    rule: str  # plain English: "same family name and date of birth"
    pairs: int  # pairs that the rule gives
    new_pairs: int  # pairs that no earlier rule gave
    largest_block: int  # records in its largest block
    capped_blocks: int  # blocks left out because they were over the cap
    capped_records: int  # records in those blocks


@dataclass(frozen=True)
class GroupOfRules:
    """Blocking rules of one kind, held against the rules of the other kinds. All counts are sums of probabilities."""

    name: str  # plain English: "dates of birth"
    rules: int  # rules in the group
    found: float  # matches that the group gave
    found_by_others: float  # matches that other groups gave and this one could have given, as its fields are known
    of_these: float  # how many of them it did give


@dataclass(frozen=True)
class MissedByBlocking:
    """An estimate of the matches that no blocking rule gave, copies left aside, with a 95% interval."""

    found: float  # matches among the candidate pairs: the sum of their probabilities
    missed: float
    low: float
    high: float
    groups: tuple[GroupOfRules, ...]


@dataclass(frozen=True)
class WaterfallStep:
    """One step from the prior to the match weight of a pair."""

    label: str  # "Prior", "Given name: same", "Family name: how rare the value is"
    weight: float  # bits that this step adds


@dataclass(frozen=True)
class SamplePair:
    """A pair shown with its evidence, by record reference and never by value."""

    source_l: str
    record_id_l: str
    source_r: str
    record_id_r: str
    match_weight: float
    match_probability: float
    same_cluster: bool
    steps: tuple[WaterfallStep, ...]


@dataclass(frozen=True)
class LinkResult:
    """All that a run of linkage gives.

    links: source, record_id, person (int32), cluster_id (string, null where the row names no person).
    pairs: source_l, record_id_l, person_l, source_r, record_id_r, person_r, match_weight, match_probability,
        and ``level_<comparison>`` (int8, 0 the strongest agreement, -1 not known) for each comparison.
    """

    links: pa.Table
    pairs: pa.Table
    model: dict[str, object]
    threshold: float  # match probability
    levels: tuple[LevelWeight, ...]
    blocking: tuple[BlockingYield, ...]
    missed: MissedByBlocking
    weight_histogram: tuple[tuple[float, float, int], ...]  # from bits, to bits, candidate pairs that may be one person
    samples: tuple[SamplePair, ...]
    seconds: dict[str, float] = field(default_factory=dict)  # wall seconds by stage
