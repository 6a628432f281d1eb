"""A model of ours, read from a file and used as it is.

Takes a ``ModelFile`` whose comparisons are ours, gives what scoring needs on any rows. Everything comes from the file:
a value's rarity, how common a full name is, which shared telephone counts as not known. So the weight of a pair is a
matter of its two records and the file alone, whatever other records there are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insighthub.errors import DataError
from insighthub.linkage.comparisons.choose import choose_comparisons, comparisons_named
from insighthub.linkage.comparisons.comparison import UNKNOWN, Comparison, Levels, Rows, Rule
from insighthub.linkage.em import CLASSES, M, N, Parameters, SourcePairs, log_likelihood, rule_of, source_terms
from insighthub.linkage.encode import MISSING, Encoded, Pool
from insighthub.linkage.explain.ledger import Step
from insighthub.linkage.fitted import Fitted
from insighthub.linkage.frequencies import NameRarity
from insighthub.linkage.model import log_share_of_rows, name_places, see_as, shares_by_code
from insighthub.linkage.model_schema import ComparisonPart, ModelFile
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.patterns import Patterns
from insighthub.linkage.score import match_bits, namesake_terms, rarity_terms
from insighthub.standardise.schema import OTHER_PREFIX

Array = npt.NDArray[np.float64]
CHUNK = 1_000_000
#: Bits of a pair that cannot be one person by the sources' own word.
BARRED_BITS = -60.0


@dataclass(frozen=True)
class OwnModelOnRows:
    """A model of ours on coded rows.

    Attributes:
        fitted: the model on the rows.
        rarity: how rare each row's names are, by the model.
        file: the model as it was read.
    """

    fitted: Fitted
    rarity: NameRarity
    file: ModelFile
    looks_again: bool = True

    @property
    def threshold(self) -> float | None:
        """The threshold that the model was learned with."""
        return self.file.threshold

    def weights(self, patterns: Patterns, pairs: Pairs) -> Array:
        """Return the match weight of every pair in bits, with nothing rounded; shape (pairs,)."""
        out = np.empty(len(pairs))
        shifted = self._shifts(patterns)
        for start in range(0, len(pairs), CHUNK):
            part = slice(start, start + CHUNK)
            of = patterns.of_pair[part]
            out[part] = self._weights(patterns, of, pairs.left[part]) + shifted[of]
        return out

    def _shifts(self, patterns: Patterns) -> Array:
        """Return the bits by which labels shifted the weight of pairs that look like labelled ones; (patterns,)."""
        out = np.zeros(len(patterns.levels))
        for shift in () if self.file.labels is None else self.file.labels.shifts:
            look = [shift.levels.get(comparison.name, UNKNOWN) for comparison in self.fitted.comparisons]
            out[(patterns.levels == look).all(axis=1) & ~patterns.barred] = shift.weight
        return out

    def _weights(self, patterns: Patterns, of: npt.NDArray[np.int32], left: Rows) -> Array:
        fitted, levels = self.fitted, patterns.levels
        base = log_likelihood(fitted.parameters, fitted.comparisons, levels)
        base += fitted.parameters.log_sizes(patterns.source_pair)
        base[:, M] += source_terms(fitted.parameters, levels, patterns.source_pair)
        total = base[of]
        for k in fitted.frequencies:
            follows_u = [c for c in range(len(CLASSES)) if rule_of(fitted.comparisons[k], c) is Rule.U]
            total[:, follows_u] += rarity_terms(fitted, k, levels[of, k], left)[:, None]
        total[:, N] += namesake_terms(fitted, levels[of], left)
        return np.where(patterns.barred[of], BARRED_BITS, match_bits(total))

    def steps(self, _patterns: Patterns, _pairs: Pairs, _i: int) -> tuple[Step, ...] | None:
        """Return None: a model of ours is explained by its five kinds of pair."""
        return None

    def written(self) -> ModelFile:
        """Return the model to write: the one that was read."""
        return self.file


@dataclass(frozen=True)
class OwnModel:
    """A model of ours, read and found to fit this version.

    Attributes:
        file: the model as it was read.
        comparisons: ours, in the order of the file.
        parameters: what it knows.
    """

    file: ModelFile
    comparisons: tuple[Comparison, ...]
    parameters: Parameters

    @classmethod
    def of(cls, file: ModelFile, path: Path | None = None) -> OwnModel:
        """Take a model from a file.

        Args:
            file: the model, whose comparisons are ours.
            path: where it was read from, for messages.

        Raises:
            DataError: a comparison is not one of this version's, or its levels are others.
        """
        comparisons = tuple(_comparison(part, path) for part in file.comparisons)
        parameters = Parameters(
            np.array([file.classes[name] for name in CLASSES]),
            [np.array(part.m) for part in file.comparisons],
            [np.array(part.u) for part in file.comparisons],
            {
                (CLASSES.index(name), k): np.array(shares)
                for k, part in enumerate(file.comparisons)
                for name, shares in part.free.items()
            },
            file.iterations,
            file.converged,
        )
        return cls(file, comparisons, parameters)

    def on(self, data: Encoded) -> OwnModelOnRows:
        """Return the model on coded rows, which become what the model takes them for.

        Args:
            data: coded rows, none of whose values were dropped or inferred from other rows.
        """
        see_as(data, self.file)
        for comparison in self.comparisons:
            # A contract's own field that these data do not have: it is not known anywhere.
            if comparison.name.startswith(OTHER_PREFIX) and comparison.name not in data.codes:
                data.codes[comparison.name] = np.full(data.n, MISSING, np.int32)
                data.pools[comparison.name] = Pool(pa.array([], pa.string()))
        frequencies = {
            k: shares_by_code(part.term_frequencies, data.pools[part.term_frequencies.field].values)
            for k, part in enumerate(self.file.comparisons)
            if part.term_frequencies is not None
        }
        names = name_places(self.file.comparisons)
        shares = {name: log_share_of_rows(data, name, found) for name, found in names.items()}
        nothing = np.zeros(data.n)
        given, family = shares.get("given_name", nothing), shares.get("family_name", nothing)
        namesakes = self._namesakes(data, given, family)
        there = {comparison.name for comparison in choose_comparisons(data)}
        # What other records say would make a pair's weight a matter of them too.
        comparisons = tuple(
            c if c.name in there and not c.of_others else replace(c, levels=_unknown) for c in self.comparisons
        )
        parameters = replace(self.parameters, by_source=self._by_source(data))
        fitted = Fitted(data, comparisons, parameters, frequencies, namesakes)
        return OwnModelOnRows(fitted, NameRarity(given, family, namesakes), self.file)

    def _by_source(self, data: Encoded) -> SourcePairs | None:
        """Return what the model knows of each pair of these rows' sources, by their names."""
        if not self.file.source_pairs:
            return None
        known = {tuple(sorted(pair.sources)): pair for pair in self.file.source_pairs}
        number = {comparison.name: k for k, comparison in enumerate(self.comparisons)}
        n = len(data.sources)
        sizes = np.tile(self.parameters.sizes, (n * n, 1))
        own = {
            number[name]: np.tile(self.parameters.m[number[name]], (n * n, 1)) for name in self.file.source_pairs[0].m
        }
        for i, first in enumerate(data.sources):
            for j, second in enumerate(data.sources):
                pair = known.get(tuple(sorted((first, second))))
                if pair is not None:
                    sizes[i * n + j] = [pair.classes[name] for name in CLASSES]
                    for name, m in pair.m.items():
                        own[number[name]][i * n + j] = m
        return SourcePairs(data.sources, np.bincount(data.source, minlength=n), sizes, own)

    def _namesakes(self, data: Encoded, given: Array, family: Array) -> Array:
        """Return how common the model takes each row's full name to be, 0 where it is not known; shape (n,)."""
        known = self.file.namesakes
        if known is None:
            return np.zeros(data.n)
        first, last = data.codes["given_name"], data.codes["family_name"]
        out = np.where((first >= 0) & (last >= 0), given + family + known.base, 0.0)
        values = data.pools["given_name"].values  # one pool for both names
        place = {str(v): code for code, v in enumerate(values)}
        listed = {
            place[a] * len(values) + place[b]: log
            for a, lasts in known.full_names.items()
            if a in place
            for b, log in lasts.items()
            if b in place
        }
        if listed:
            keys = np.array(sorted(listed))
            logs = np.array([listed[key] for key in keys.tolist()])
            key = np.where((first >= 0) & (last >= 0), first.astype(np.int64) * len(values) + last, -1)
            at = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
            out = np.where(keys[at] == key, logs[at], out)
        return np.asarray(out)


def _unknown(_: Encoded, left: Rows, __: Rows) -> Levels:
    """Levels of a comparison whose fields no row holds."""
    return np.full(len(left), UNKNOWN, np.int8)


def _comparison(part: ComparisonPart, path: Path | None) -> Comparison:
    """Return the comparison of this version that a part of the file describes."""
    known = comparisons_named(part.name)
    if not known:
        raise DataError(
            "the model compares something that this version does not know",
            remedy="Use the version that wrote the model, or learn it anew",
            file=path,
            column=part.name,
        )
    for comparison in known:
        rules = {CLASSES[c]: rule_of(comparison, c).value for c in range(len(CLASSES))}
        field = None if part.term_frequencies is None else part.term_frequencies.field
        if (list(comparison.labels), rules, comparison.rarity) == (part.levels, dict(part.follows), field):
            return comparison
    raise DataError(
        "the levels of a comparison in the model are not those of this version",
        remedy="Use the version that wrote the model, or learn it anew",
        file=path,
        column=part.name,
    )
