"""How good a clustering is against a truth, with intervals."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Interval:
    """An estimate with its 95% confidence interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Scores:
    """Precision, recall and F1 of one way of counting."""

    precision: Interval
    recall: Interval
    f1: Interval


@dataclass(frozen=True)
class SourcePairScores:
    """Pairwise scores among the pairs between two sources (or within one)."""

    source_l: str
    source_r: str
    true_pairs: int
    found_pairs: int
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True)
class GroupRate:
    """An error rate of one group.

    rate: with its interval.
    rest: the rate of everybody else; None where there is nobody else.
    differs: which way the group's rate differs from the rest's by more than chance explains; None where it does not.
    """

    rate: Interval
    rest: float | None
    differs: Literal["higher", "lower"] | None


@dataclass(frozen=True)
class GroupScores:
    """The error rates of one group; each None where the group has nothing to count.

    missed: of the true links that records of the group have, the share not found.
    false: of the found links that records of the group have, the share that lead to another person.
    wrong: of the records of the group, the share whose cluster is not exactly the person's records.
    """

    group: str
    people: int
    records: int
    missed: GroupRate | None
    false: GroupRate | None
    wrong: GroupRate | None


@dataclass(frozen=True)
class GroupComparison:
    """Error rates by one way of grouping: sex, age_band, area, name_origin, source, or source_pair.

    hidden: how many groups are not shown, because they, or those hidden with them, are fewer than ten people.
    """

    by: str
    groups: tuple[GroupScores, ...]
    hidden: int


@dataclass(frozen=True)
class HouseholdMerges:
    """Of the households of which at least two people have linked records: in how many two ended in one cluster."""

    households: int
    merged: int
    rate: Interval


@dataclass(frozen=True)
class CalibrationBin:
    """Pairs of like match probability: how many, what was predicted on average, and how many were matches."""

    low: float
    high: float
    pairs: int
    predicted: float
    observed: Interval


@dataclass(frozen=True)
class Calibration:
    """Match probabilities of compared pairs against the truth.

    pairs: compared pairs of a match probability of at least 0.01, both of whose records the truth knows.
    matches: how many of them are one person's.
    expected: the sum of their match probabilities, which ought to be as many.
    error: expected calibration error, over ``equal_mass``.
    brier: mean squared difference of probability and truth.
    equal_width: bins of a tenth of probability each, for the curve.
    equal_mass: bins of equally many pairs, for the error.
    """

    pairs: int
    matches: int
    expected: float
    error: Interval
    brier: Interval
    equal_width: tuple[CalibrationBin, ...]
    equal_mass: tuple[CalibrationBin, ...]


@dataclass(frozen=True)
class Evaluation:
    """A clustering against the truth. Pairwise: cluster-implied pairs. B-cubed: averaged over records.

    groups: error rates by group, where they were asked for.
    households: people of one household wrongly merged, where the truth says who lives with whom.
    calibration: match probabilities against the truth, where the pairs were given.
    """

    records: int
    entities: int
    clusters: int
    pairwise: Scores
    b_cubed: Scores
    by_source_pair: tuple[SourcePairScores, ...]
    groups: tuple[GroupComparison, ...] = ()
    households: HouseholdMerges | None = None
    calibration: Calibration | None = None

    def _repr_html_(self) -> str:
        from insighthub.linkage.notebook import evaluation_html

        return evaluation_html(self)
