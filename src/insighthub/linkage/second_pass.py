"""The second pass: clusters, once formed, offer more than any one pair of their records.

Takes clusters and the pairs that were compared between them, gives clusters. A person who moved is held at the old
address by one source and at the new one by another; whoever is at either is then compared with both. So two clusters
are compared as wholes: what can change (homes, telephones, names) agrees if it does for any pair of their records, and
what cannot (date of birth, sex, identifiers) counts by its mean over the pairs that know it. The same model judges.
Clusters that are each other's best are joined for as long as that judgement says one person, by a margin: the best of
many pairs looks good by chance, and what the first pass left apart it mostly left apart for a reason.

Looking again once some records are joined is the idea of Bhattacharya and Getoor (2007), "Collective entity resolution
in relational data".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from insighthub.linkage.cluster import (
    UNITS,
    Exclusive,
    in_order_of_rows,
    no_source_twice,
    one_identifier,
    set_of_sources,
)
from insighthub.linkage.comparisons.comparison import Rule
from insighthub.linkage.em import CLASSES, TINY, N, class_levels, rule_of
from insighthub.linkage.fitted import Fitted
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.patterns import Patterns
from insighthub.linkage.score import match_bits, namesake_terms, rarity_terms

Array = npt.NDArray[np.float64]
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
NEAR_BITS = -5.0  # two clusters are looked at again if some pair between them weighs more than this
MARGIN_BITS = 2.0  # and joined if together they weigh this much over the threshold,
DOUBLING_BITS = 1.0  # and this much more for each doubling of the pairs that were compared
NOT_KNOWN = np.int8(127)


@dataclass(frozen=True)
class _Between:
    """What was compared between pairs of clusters, each named by its lowest label; one row a pair of clusters.

    Attributes:
        a, b: the clusters, a < b.
        pairs: pairs of records compared.
        sizes: sum of the log class sizes of the pairs, (rows, 5).
        best: strongest level of each comparison that can change, (rows, changing); 127 not known.
        sums: sum of the log-likelihoods of each comparison that cannot change, (rows, lasting, 5).
        known: pairs that know it, (rows, lasting).
        rarity: what the rarest names agreed on add, by rarity field and last by full name, (rows, fields + 1).
    """

    a: Ints
    b: Ints
    pairs: Ints
    sizes: Floats
    best: npt.NDArray[np.int8]
    sums: Floats
    known: npt.NDArray[np.int32]
    rarity: Floats

    def where(self, keep: npt.NDArray[np.bool_] | Ints) -> _Between:
        at = np.flatnonzero(keep) if keep.dtype == bool else keep
        return _Between(*(np.take(getattr(self, name), at, axis=0) for name in self.__dataclass_fields__))

    def joined(self, root: Ints) -> _Between:
        """Bring together the rows of the same two clusters, and drop those within one."""
        a, b = root[self.a], root[self.b]
        a, b = np.minimum(a, b), np.maximum(a, b)
        apart = np.flatnonzero(a != b)
        order = apart[np.lexsort((b[apart], a[apart]))]
        rows = self.where(order)
        if not len(order):
            return rows
        a, b = a[order], b[order]
        starts = np.flatnonzero(np.r_[True, (a[1:] != a[:-1]) | (b[1:] != b[:-1])])
        total = np.add.reduceat
        return _Between(
            a[starts],
            b[starts],
            total(rows.pairs, starts),
            total(rows.sizes, starts),
            np.minimum.reduceat(rows.best, starts),
            total(rows.sums, starts),
            total(rows.known, starts),
            np.minimum.reduceat(rows.rarity, starts),
        )


class _Judge:
    """Weighs pairs of clusters by the learned model."""

    def __init__(self, fitted: Fitted) -> None:
        self._fitted = fitted
        comparisons = fitted.comparisons
        every = range(len(comparisons))
        self.lasting = [k for k in every if comparisons[k].lasting]
        self.changing = [k for k in every if not comparisons[k].lasting]
        self._tables = [self._table(k) for k in every]
        self._rare = sorted(fitted.frequencies)
        follow = [[rule_of(comparisons[k], c) is Rule.U for c in range(len(CLASSES))] for k in self._rare]
        self._follow_u = np.array(follow, bool).reshape(len(self._rare), len(CLASSES))

    def _table(self, k: int) -> Floats:
        """Log share of each class at each level, and a last row of noughts for a level not known."""
        parameters, comparisons = self._fitted.parameters, self._fitted.comparisons
        shares = [class_levels(parameters, comparisons, c, k) for c in range(len(CLASSES))]
        table = np.log(np.maximum(np.stack(shares, axis=1), TINY))
        return np.concatenate([table, np.zeros((1, len(CLASSES)))]).astype(np.float32)

    def between(
        self, left: npt.NDArray[np.int32], of: npt.NDArray[np.int32], patterns: Patterns, key: Ints, clusters: int
    ) -> _Between:
        """Return what was compared between pairs of clusters.

        Args:
            left: left row of each compared pair, shape (pairs,).
            of: pattern of each.
            patterns: the patterns.
            key: the two clusters of each, lower label x clusters + higher.
            clusters: how many there are.
        """
        order = np.argsort(key, kind="stable")
        left, of, key = left[order], of[order], key[order]
        starts = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
        # What is summed is the same for all pairs of a pattern, so that it is worked out once for each.
        used, place = np.unique(of, return_inverse=True)
        summed = self._summed(patterns, used)
        ends = np.append(starts, len(of))
        sums = csr_array((np.ones(len(of), np.float32), place, ends), shape=(len(starts), len(used))) @ summed
        several = len(self.lasting) * len(CLASSES)
        levels = np.take(patterns.levels, of, axis=0)
        best = levels[:, self.changing]
        rarity = np.zeros((len(of), len(self._rare) + 1), np.float32)
        for j, k in enumerate(self._rare):
            rarity[:, j] = rarity_terms(self._fitted, k, levels[:, k], left)
        rarity[:, -1] = namesake_terms(self._fitted, levels, left)
        a, b = np.divmod(key[starts], clusters)
        return _Between(
            a,
            b,
            np.diff(ends),
            np.ascontiguousarray(sums[:, : len(CLASSES)]),
            np.minimum.reduceat(np.where(best < 0, NOT_KNOWN, best), starts),
            sums[:, len(CLASSES) : len(CLASSES) + several].reshape(len(starts), len(self.lasting), len(CLASSES)),
            sums[:, len(CLASSES) + several :].astype(np.int32),
            np.minimum.reduceat(rarity, starts),
        )

    def _summed(self, patterns: Patterns, used: npt.NDArray[np.integer]) -> Floats:
        """Return what a pair of each pattern adds to sums: class sizes, evidence that lasts, and what is known."""
        levels = patterns.levels[used]
        sizes = self._fitted.parameters.log_sizes(patterns.source_pair[used])
        lasting = [self._tables[k][levels[:, k]] for k in self.lasting]
        return np.concatenate([sizes, *lasting, levels[:, self.lasting] >= 0], axis=1, dtype=np.float32)

    def bits(self, between: _Between) -> Array:
        """Return how much the evidence weighs for one person, over the margin that is asked for."""
        joint = (between.sizes / between.pairs[:, None]).astype(np.float64)
        for j, k in enumerate(self.changing):
            level = between.best[:, j]
            joint += self._tables[k][np.where(level == NOT_KNOWN, -1, level)]
        for j in range(len(self.lasting)):
            joint += between.sums[:, j] / np.maximum(between.known[:, j], 1)[:, None]
        # Field by field: what a product of matrices rounds to may depend on how many rows there are.
        for j, follows in enumerate(self._follow_u):
            joint += between.rarity[:, j, None] * follows
        joint[:, N] += between.rarity[:, -1]
        return match_bits(joint) - MARGIN_BITS - DOUBLING_BITS * np.log2(between.pairs)


def join_again(
    fitted: Fitted,
    pairs: Pairs,
    patterns: Patterns,
    weight: npt.NDArray[np.float32],
    *,
    labels: npt.NDArray[np.int32],
    exclusive: Exclusive,
    threshold_bits: float,
) -> npt.NDArray[np.int32]:
    """Join clusters that are one person when all of their records are looked at together.

    Args:
        fitted: the learned model on its rows.
        pairs: the compared pairs.
        patterns: of the pairs.
        weight: their match weights in bits.
        labels: cluster of every row, shape (n,).
        exclusive: what a person can have one of.
        threshold_bits: the threshold as a match weight.

    Returns:
        Labels 0, 1, ... in the order in which the rows first show them, shape (n,).
    """
    clusters = int(labels.max(initial=-1)) + 1
    at, key = _near(pairs, patterns, weight, labels, clusters)
    if not len(at):
        return labels
    judge = _Judge(fitted)
    between = judge.between(pairs.left[at], patterns.of_pair[at], patterns, key, clusters)
    root = np.arange(clusters, dtype=np.int64)
    sources = set_of_sources(labels, exclusive.single, clusters)
    identifier = one_identifier(labels, exclusive.identifier, clusters)
    parted = [labels[side].astype(np.int64) for side in (exclusive.apart.left, exclusive.apart.right)]
    while True:
        between = between.joined(root)
        a, b = between.a, between.b
        allowed = no_source_twice(sources, a, b)
        allowed &= (identifier[a] < 0) | (identifier[b] < 0) | (identifier[a] == identifier[b])
        x, y = root[parted[0]], root[parted[1]]
        two = np.unique(np.minimum(x, y) * clusters + np.maximum(x, y))
        allowed &= ~np.isin(a * clusters + b, two)
        between = between.where(allowed)
        bits = np.rint((judge.bits(between) - threshold_bits) * UNITS)
        open_rows = bits > 0
        if not open_rows.any():
            break
        # What touches no open row can never change: it waits for nothing.
        waits = np.zeros(clusters, bool)
        waits[between.a[open_rows]] = True
        waits[between.b[open_rows]] = True
        low, high = _nearest(clusters, between.where(open_rows), bits[open_rows])
        between = between.where(waits[between.a] | waits[between.b])
        root[high] = low
        root = root[root]
        sources[low] |= sources[high]
        identifier[low] = np.maximum(identifier[low], identifier[high])
    return in_order_of_rows(root[labels])


def _near(
    pairs: Pairs, patterns: Patterns, weight: npt.NDArray[np.float32], labels: npt.NDArray[np.int32], clusters: int
) -> tuple[Ints, Ints]:
    """Return the pairs between clusters that are near, and the key of their two clusters."""

    def keys(a: npt.NDArray[np.int32], b: npt.NDArray[np.int32]) -> Ints:
        return np.minimum(a, b).astype(np.int64) * clusters + np.maximum(a, b)

    a, b = labels[pairs.left], labels[pairs.right]
    open_pairs = (a != b) & ~patterns.barred[patterns.of_pair]
    close = np.flatnonzero(open_pairs & (weight > NEAR_BITS))
    near = np.unique(keys(a[close], b[close]))
    if not len(near):
        return close, near
    # Few clusters are near any other; the pairs between two of those are looked up.
    one, other = np.zeros(clusters, bool), np.zeros(clusters, bool)
    one[near // clusters] = True
    other[near % clusters] = True
    at = np.flatnonzero(open_pairs & one[np.minimum(a, b)] & other[np.maximum(a, b)])
    key = keys(a[at], b[at])
    found = near[np.minimum(np.searchsorted(near, key), len(near) - 1)] == key
    return at[found], key[found]


def _nearest(clusters: int, between: _Between, bits: Array) -> tuple[Ints, Ints]:
    """Return the pairs of clusters that are each other's best: by weight, and where weights tie the lower labels."""
    rank = np.empty(len(bits), np.int64)
    rank[np.lexsort((between.b, between.a, -bits))] = np.arange(len(bits))
    best = np.full(clusters, len(bits), np.int64)
    np.minimum.at(best, between.a, rank)
    np.minimum.at(best, between.b, rank)
    mutual = (best[between.a] == rank) & (best[between.b] == rank)
    return between.a[mutual], between.b[mutual]
