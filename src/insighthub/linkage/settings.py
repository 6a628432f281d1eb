"""The few numbers that a linkage run rests on. One set serves all data; none is tuned to a data set."""

from dataclasses import dataclass
from math import log2


@dataclass(frozen=True)
class LinkSettings:
    """How a run behaves, apart from the contract.

    Attributes:
        threshold: a pair at or over this match probability may join two clusters.
        keep_probability: pairs under this match probability are not written to ``pairs.parquet``.
        block_cap: a block of more records than this is left out, and reported.
        pairs_per_record: the budget of blocking: rules are chosen that give about this many pairs a record, at most.
        random_pairs: how many random pairs u is learned from, at most.
        coresident_pairs: how many pairs of co-residents, beside the candidates, are learned from, about.
        iterations: most rounds of expectation-maximisation.
        tolerance: the rounds stop when no parameter moved by more than this.
        shared_value_limit: a phone, e-mail or identifier on more records than this counts as not known.
        threads: threads to use; 0 means all processors.
    """

    threshold: float = 0.5
    keep_probability: float = 0.01
    block_cap: int = 150
    pairs_per_record: float = 12.0
    random_pairs: int = 500_000
    coresident_pairs: int = 200_000
    iterations: int = 200
    tolerance: float = 1e-4
    shared_value_limit: int = 40
    threads: int = 0

    @property
    def threshold_bits(self) -> float:
        """The threshold as a match weight, in bits."""
        return log2(self.threshold / (1 - self.threshold))
