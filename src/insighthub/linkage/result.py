"""What a linkage run gives, in the words that the report and the Python API use.

Weights are in bits: log2 of how much likelier the evidence is for one person than for two.
"""

from dataclasses import dataclass, field

import pyarrow as pa

from insighthub.linkage.blocking.rule import BlockingRule
from insighthub.linkage.explain.pair import PairExplanation
from insighthub.linkage.fitted import Fitted
from insighthub.linkage.unlikely import UNLIKELY


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


class LevelWeights(tuple[LevelWeight, ...]):
    """All levels of all comparisons, in order; in a notebook, a table."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        from insighthub.linkage.notebook import levels_html

        return levels_html(self)


@dataclass(frozen=True)
class Least:
    """The least work that a stage has to do; see ``insighthub.linkage.limits``."""

    stage: str  # as in ``LinkResult.seconds``
    work: str  # plain English: "9,216,936 pairs at 12 comparisons"
    bytes: int  # to be touched once
    comparisons: int  # of texts, to be made once
    seconds: float  # that one processor needs for just that


@dataclass(frozen=True)
class Shift:
    """By how much labels shifted the weight of all pairs that look the same."""

    levels: dict[str, int]  # comparison -> level
    labels: int  # labelled pairs that look so
    weight: float  # bits added to the match weight


@dataclass(frozen=True)
class Taught:
    """What labels did to a run."""

    labels: int  # labels that were learned from
    unused: int  # labels on a record that was not linked
    reluctance: float | None = None  # labels until half of the pairs that look the same go by them; None: not followed
    regret: float = 0.0  # matches that following them may cost where there is no label, as a share of all
    shifts: tuple[Shift, ...] = ()
    threshold_before: float | None = None  # the match probability that was set, where labels moved it


@dataclass(frozen=True)
class LinkResult:
    """All that a run of linkage gives.

    links: source, record_id, person (int32), cluster_id (string, null where the row names no person).
    pairs: source_l, record_id_l, person_l, source_r, record_id_r, person_r, match_weight, match_probability,
        ``level_<comparison>`` (int8, 0 the strongest agreement, -1 not known) for each comparison, and in bits for a
        match ``rarity_<comparison>`` (of a value agreed on) and ``rarity_full_name``.
    against: less likely pairs that clustering weighed because other records join them; columns as in pairs.
    identifiers: source, record_id, person, and a number that stands for the row's NHS number, where it has one.
    rules: the blocking rules, in the order in which they paired the rows.
    fitted: the model on its rows, with which any two records can be compared; not written to a folder.
    unlikely: a sample of the compared pairs that are not in ``pairs``; see ``unlikely_pairs``.
    """

    links: pa.Table
    pairs: pa.Table
    model: dict[str, object]
    threshold: float  # match probability
    levels: LevelWeights
    blocking: tuple[BlockingYield, ...]
    missed: MissedByBlocking
    weight_histogram: tuple[tuple[float, float, int], ...]  # from bits, to bits, candidate pairs that may be one person
    samples: tuple[PairExplanation, ...]  # pairs near the threshold
    seconds: dict[str, float] = field(default_factory=dict)  # wall seconds by stage
    least: tuple[Least, ...] = ()  # the least work of each stage, where it was asked for
    against: pa.Table | None = field(default=None, repr=False)
    identifiers: pa.Table | None = field(default=None, repr=False)
    unlikely: pa.Table = field(default_factory=UNLIKELY.empty_table, repr=False)
    taught: Taught | None = None  # where labels were given
    rules: tuple[BlockingRule, ...] = ()
    fitted: Fitted | None = field(default=None, repr=False, compare=False)

    def _repr_html_(self) -> str:
        from insighthub.linkage.notebook import result_html

        return result_html(self)
