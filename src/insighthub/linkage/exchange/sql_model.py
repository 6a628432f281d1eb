"""A model in SQL conditions, as Splink's are, used as it is: two kinds of pair, matches and unrelated ones.

Takes a ``ModelFile`` whose comparisons are conditions, gives what scoring needs on any rows. The arithmetic is
Splink's: the prior, for each comparison log2 of m over u, and where a level has term frequencies, how much rarer the
value agreed on is than agreement is by chance. A test holds the two together on the same pairs.

Splink's settings hold no term frequencies: they are counted on the data, as Splink does. The model that such a run
writes holds them, so that a run with that one needs no more than the file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from insighthub.errors import DataError
from insighthub.linkage.comparisons.comparison import Comparison
from insighthub.linkage.em import CLASSES, Parameters
from insighthub.linkage.encode import Encoded, one_pool
from insighthub.linkage.exchange.own_model import BARRED_BITS
from insighthub.linkage.exchange.record_columns import column, resolve
from insighthub.linkage.exchange.sql_levels import SqlCase
from insighthub.linkage.explain.ledger import Step
from insighthub.linkage.explain.nouns import title_of
from insighthub.linkage.fitted import Fitted
from insighthub.linkage.frequencies import NameRarity
from insighthub.linkage.model import term_frequencies
from insighthub.linkage.model_schema import ComparisonPart, ModelFile, SqlRarity, TermFrequencies
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.patterns import Patterns
from insighthub.standardise.coded import codes_of

Array = npt.NDArray[np.float64]
LEAST = 1e-300  # Splink's own floor under m and u
MOST_BITS = 1000.0  # two to this power is still a number


@dataclass(frozen=True)
class SqlModelOnRows:
    """A model in SQL on coded rows.

    Attributes:
        fitted: comparisons and parameters on the rows; rarity is worked out here, by level.
        rarity: nothing: this model does not tell pairs apart by their names.
        file: the model as it was read.
        shares: column -> share of records that hold each row's value, NaN where it is not known; shape (n,).
        counted: how common values are, by column, to be written with the model.
    """

    fitted: Fitted
    rarity: NameRarity
    file: ModelFile
    shares: Mapping[str, Array]
    counted: Mapping[str, TermFrequencies] = field(default_factory=dict)
    threshold: float | None = None
    looks_again: bool = False  # a condition does not say whether what it compares can change in a life

    def weights(self, patterns: Patterns, pairs: Pairs) -> Array:
        """Return the match weight of every pair in bits, with nothing rounded; shape (pairs,)."""
        base = np.full(len(patterns.levels), self._prior())
        for k, part in enumerate(self.file.comparisons):
            base += np.append(_bits(part), 0.0)[patterns.levels[:, k]]
        of = patterns.of_pair
        total = base[of]
        for k, part in enumerate(self.file.comparisons):
            levels = patterns.levels[:, k][of] if part.rarity else None
            for rarity in part.rarity:
                at = np.flatnonzero(levels == rarity.level)
                total[at] += self._adjustment(rarity, pairs.left[at], pairs.right[at])
        return np.where(patterns.barred[of], BARRED_BITS, np.clip(total, -MOST_BITS, MOST_BITS))

    def steps(self, patterns: Patterns, pairs: Pairs, i: int) -> tuple[Step, ...]:
        """Return the steps from the prior to the match weight of pair ``i``."""
        steps = [Step("Before any evidence", self._prior())]
        left, right = pairs.left[i : i + 1], pairs.right[i : i + 1]
        for k, part in enumerate(self.file.comparisons):
            level = int(patterns.levels[patterns.of_pair[i], k])
            name = title_of(part.name)
            if level < 0:
                steps.append(Step(f"{name}: not known", 0.0, part.name, level))
                continue
            steps.append(Step(f"{name}: {part.levels[level]}", float(_bits(part)[level]), part.name, level))
            for rarity in part.rarity:
                if rarity.level == level:
                    bits = float(self._adjustment(rarity, left, right)[0])
                    steps.append(Step(f"{name}: how rare the value is", bits, part.name))
        return tuple(steps)

    def written(self) -> ModelFile:
        """Return the model to write: the one that was read, with how common values are."""
        return self.file.model_copy(update={"term_frequencies": list(self.counted.values())})

    def _prior(self) -> float:
        match = self.file.classes[CLASSES[0]]
        return float(np.log2(match / (1 - match)))

    def _adjustment(self, rarity: SqlRarity, left: npt.NDArray[np.int32], right: npt.NDArray[np.int32]) -> Array:
        """Return Splink's term frequency adjustment of pairs in bits: the commoner of the two values counts."""
        shares = self.shares[rarity.field]
        share = np.fmax(shares[left], shares[right])
        known = ~np.isnan(share)
        held = np.where(known, np.maximum(share, rarity.least_share), 1.0)
        return np.where(known, rarity.weight * (np.log2(rarity.u) - np.log2(held)), 0.0)


def _bits(part: ComparisonPart) -> Array:
    return np.log2(np.maximum(part.m, LEAST)) - np.log2(np.maximum(part.u, LEAST))


@dataclass(frozen=True)
class SqlModel:
    """A model in SQL, read from a file."""

    file: ModelFile
    path: Path | None = None

    def on(self, data: Encoded) -> SqlModelOnRows:
        """Return the model on coded rows.

        Raises:
            DataError: the conditions ask for columns that these records do not have, or cannot be used.
        """
        comparisons = tuple(self._comparison(part, data) for part in self.file.comparisons)
        match = self.file.classes[CLASSES[0]]
        sizes = np.zeros(len(CLASSES))
        sizes[0], sizes[-1] = match, 1 - match
        m = [np.maximum(part.m, LEAST) for part in self.file.comparisons]
        u = [np.maximum(part.u, LEAST) for part in self.file.comparisons]
        fitted = Fitted(data, comparisons, Parameters(sizes, m, u, converged=True), {}, np.zeros(data.n))
        known = {found.field: found for found in self.file.term_frequencies}
        shares, counted = {}, {}
        for name in dict.fromkeys(r.field for part in self.file.comparisons for r in part.rarity):
            shares[name], counted[name] = self._shares(data, name, known.get(name))
        nothing = np.zeros(data.n)
        return SqlModelOnRows(fitted, NameRarity(nothing, nothing, nothing), self.file, shares, counted)

    def _comparison(self, part: ComparisonPart, data: Encoded) -> Comparison:
        case = SqlCase(part.name, part.sql, self.path)
        bound = case.bind(data)
        levels = partial(_levels, case, bound)
        return Comparison(part.name, tuple(part.levels), levels, floor=0.0)

    def _shares(self, data: Encoded, name: str, known: TermFrequencies | None) -> tuple[Array, TermFrequencies]:
        there = resolve(data, name)
        if there is None:
            raise DataError(
                "the model counts the values of a column that these records do not have",
                remedy="Rename the column in the model, or map it in the contract under [source.person.other]",
                file=self.path,
                column=name,
            )
        pool, (codes,) = one_pool([codes_of(column(data, there).cast("string"))])
        if known is None:
            counts = np.bincount(codes[codes >= 0], minlength=len(pool))
            by_value = np.maximum(counts, 1) / max(1, int(counts.sum()))
            known = term_frequencies(there, codes, pool.values).model_copy(update={"field": name})
        else:
            by_value = np.array([known.shares.get(str(v), known.other_share) for v in pool.values], float)
        return np.append(by_value, np.nan)[codes], known


def _levels(
    case: SqlCase, bound: dict[str, str], data: Encoded, left: npt.NDArray[np.int32], right: npt.NDArray[np.int32]
) -> npt.NDArray[np.int8]:
    return case.levels(data, bound, left, right)
