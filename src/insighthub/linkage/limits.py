"""How far a run is from the limit: the least work that each stage has to do, and how long that alone would take.

Takes what a run worked on, gives for each stage the bytes that must be touched once, or the value pairs that must be
compared once, and the seconds that one processor needs for just that: a plain copy of as many bytes, the comparing of
as many texts. Both rates are measured on this machine in this run, so that a busy machine slows the limit as well.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist

from insighthub.linkage.comparisons.comparison import Comparison
from insighthub.linkage.encode import Encoded
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.patterns import LOT, Patterns
from insighthub.linkage.result import Least, LinkResult

COPIED = 32_000_000  # bytes of the array that is copied to measure with: more than a processor keeps near itself
COMPARED = 100_000
ROUNDS = 3
#: Fields whose values are compared as texts or dates, each distinct unequal pair once.
COMPARED_FIELDS = ("given_name", "family_name", "middle_names", "date_of_birth", "email", "nhs_number", "nino", "upn")
_CODE, _PAIR, _WEIGHT, _KEY = 4, 8, 4, 8  # bytes of a code, a pair of rows, a match weight, and a pair with its rule


@dataclass(frozen=True)
class Rates:
    """What one processor does in a second here: bytes copied, and pairs of texts compared."""

    copied: float
    compared: float

    @classmethod
    def measured(cls, texts: npt.NDArray[np.object_]) -> Rates:
        """Measure on this machine, now; the best of three, as what disturbs a measurement only ever slows it.

        Args:
            texts: some of the run's own names; where there are fewer than two, invented ones stand in.
        """
        source = np.ones(COPIED, np.int8)
        target = np.zeros_like(source)
        copying = min(_seconds(lambda: np.copyto(target, source)) for _ in range(ROUNDS))
        words = texts if len(texts) > 1 else np.array(["SMITH", "SMYTHE"], object)
        left = np.resize(words, COMPARED)
        right = np.roll(left, 1)
        comparing = min(
            _seconds(lambda: cpdist(left, right, scorer=JaroWinkler.normalized_similarity, dtype=np.float32))
            for _ in range(ROUNDS)
        )
        return cls(COPIED / copying, COMPARED / comparing)

    def copy(self, stage: str, work: str, size: int) -> Least:
        """Return the least of a stage that has to touch so many bytes."""
        return Least(stage, work, size, 0, size / self.copied)


@dataclass(frozen=True)
class Compared:
    """What was compared with what: coded rows, the comparisons made, the candidate pairs and their patterns."""

    data: Encoded
    comparisons: Sequence[Comparison]
    pairs: Pairs
    patterns: Patterns
    random_pairs: int

    def distinct_texts(self) -> int:
        """Count the distinct unequal pairs of values, over all fields whose values are compared."""
        return sum(value_pairs(self.data, self.pairs, name) for name in COMPARED_FIELDS if self.data.has(name))


def least_work(rates: Rates, compared: Compared, result: LinkResult, *, rounds: int, joining: int) -> tuple[Least, ...]:
    """Return the least work of the stages from coding to the tables.

    Args:
        rates: of this machine.
        compared: what was compared.
        result: what came of it.
        rounds: of learning.
        joining: pairs at or over the threshold.
    """
    data, n, kinds = compared.data, len(compared.pairs), len(compared.comparisons)
    values = data.n * len(data.codes)
    found = sum(rule.pairs for rule in result.blocking)
    texts = compared.distinct_texts()
    a_pair = _PAIR + kinds * (2 * _CODE + 1)
    shown = len(compared.patterns.levels)
    random = compared.random_pairs
    return (
        rates.copy("encode", f"{values:,} values of {len(data.codes)} fields coded", values * _CODE),
        rates.copy("block", f"{found:,} pairs by {len(result.blocking)} rules, {n:,} of them different", found * _KEY),
        Least(
            "compare",
            f"{n:,} pairs at {kinds} comparisons, {texts:,} distinct pairs of values",
            n * a_pair,
            texts,
            n * a_pair / rates.copied + texts / rates.compared,
        ),
        rates.copy("random pairs", f"{random:,} pairs at {kinds} comparisons", random * a_pair),
        rates.copy("learn", f"{shown:,} patterns in {rounds} rounds", shown * (kinds + _KEY) * rounds),
        rates.copy("score", f"{n:,} weights", n * (_CODE + _WEIGHT)),
        rates.copy("cluster", f"{joining:,} pairs at or over the threshold", n * _WEIGHT + joining * _PAIR),
        rates.copy("tables", f"{result.pairs.num_rows:,} pairs kept", result.pairs.nbytes + result.links.nbytes),
    )


def value_pairs(data: Encoded, pairs: Pairs, name: str) -> int:
    """Count the distinct unequal pairs of values of a field among pairs of rows."""
    codes = data.codes[name]
    size = np.int64(max(1, len(data.pools[name])))
    of_lots: list[npt.NDArray[np.int64]] = [np.empty(0, np.int64)]
    for start in range(0, len(pairs), LOT):
        a, b = codes[pairs.left[start : start + LOT]], codes[pairs.right[start : start + LOT]]
        differ = (a >= 0) & (b >= 0) & (a != b)
        a, b = a[differ], b[differ]
        of_lots.append(np.unique(np.minimum(a, b) * size + np.maximum(a, b)))
    return len(np.unique(np.concatenate(of_lots)))


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return max(time.perf_counter() - start, 1e-9)
