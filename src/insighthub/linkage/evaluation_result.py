"""How good a clustering is against a truth, with intervals."""

from dataclasses import dataclass


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
class Evaluation:
    """A clustering against the truth. Pairwise: cluster-implied pairs. B-cubed: averaged over records."""

    records: int
    entities: int
    clusters: int
    pairwise: Scores
    b_cubed: Scores
    by_source_pair: tuple[SourcePairScores, ...]

    def _repr_html_(self) -> str:
        from insighthub.linkage.notebook import evaluation_html

        return evaluation_html(self)
