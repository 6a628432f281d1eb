"""The part of a run that a cluster's explanation looks at, clustered again under other assumptions.

Takes the tables of a run and a cluster, gives the rows whose clustering the cluster could depend on: all that pairs
over the threshold join with it, or with a record near it. Components are clustered apart from each other, so
clustering these rows alone gives what the run's first pass gave. The second pass only joins what that gives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from insighthub.linkage.cluster import CAP_BITS, Exclusive, cluster, same_record_pairs
from insighthub.linkage.explain.learned import Learned
from insighthub.linkage.explain.run_tables import RunTables
from insighthub.linkage.pairs import Pairs

NEAR_BITS = 6.0
Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Region:
    """Rows of a run by local number, with all pairs known between them.

    Attributes:
        rows: their numbers in the run, in order.
        pairs: by local number.
        weight: match weight of each pair, in bits.
        at: places of the pairs in the run's tables.
        exclusive: what a person can have one of.
        label: the cluster that the run gave each row.
        threshold_bits: weight from which pairs and means join.
    """

    rows: Places
    pairs: Pairs
    weight: npt.NDArray[np.float32]
    at: Places
    exclusive: Exclusive
    label: npt.NDArray[np.int32]
    threshold_bits: float

    @classmethod
    def around(cls, learned: Learned, tables: RunTables, number: int) -> Region:
        """Return the region of a cluster."""
        left, right = tables.ends
        member = tables.cluster_of_row == number
        near = (tables.weight >= tables.threshold_bits - NEAR_BITS) & (member[left] | member[right])
        seeds = np.unique(np.concatenate([np.flatnonzero(member), left[near], right[near]]))
        clusters = np.isin(tables.cluster_of_row, np.unique(tables.cluster_of_row[seeds]))
        inside = np.isin(tables.component, np.unique(tables.component[clusters]))
        rows = np.flatnonzero(inside)
        local = np.cumsum(inside) - 1
        at = np.flatnonzero(inside[left] & inside[right])
        pairs = Pairs(local[left[at]].astype(np.int32), local[right[at]].astype(np.int32))
        return cls(
            rows,
            pairs,
            tables.weight[at],
            at,
            _exclusive(learned, tables, rows),
            tables.cluster_of_row[rows],
            tables.threshold_bits,
        )

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.rows)

    def among(self, kept: Mask) -> Region:
        """Return the region of some of the rows alone."""
        local = np.cumsum(kept) - 1
        inside = kept[self.pairs.left] & kept[self.pairs.right]
        apart = self.exclusive.apart
        both = kept[apart.left] & kept[apart.right]
        return Region(
            self.rows[kept],
            _renumbered(self.pairs, inside, local),
            self.weight[inside],
            self.at[inside],
            replace(
                self.exclusive,
                single=self.exclusive.single[kept],
                identifier=self.exclusive.identifier[kept],
                apart=_renumbered(apart, both, local),
                telling=None if self.exclusive.telling is None else self.exclusive.telling[kept],
            ),
            self.label[kept],
            self.threshold_bits,
        )

    def without(self, pairs: Mask) -> Region:
        """Return the region as if some pairs had not been compared."""
        kept = Pairs(self.pairs.left[~pairs], self.pairs.right[~pairs])
        return replace(self, pairs=kept, weight=self.weight[~pairs], at=self.at[~pairs])

    def clustered(
        self,
        *,
        weight: npt.NDArray[np.float32] | None = None,
        apart: Sequence[tuple[int, int]] = (),
        exclusive: Exclusive | None = None,
        threshold_bits: float | None = None,
    ) -> npt.NDArray[np.int32]:
        """Cluster the rows again.

        Args:
            weight: other weights of the pairs.
            apart: further pairs of rows that are two people.
            exclusive: what else a person can have one of.
            threshold_bits: another threshold.
        """
        held = exclusive or self.exclusive
        if apart:
            more = np.array(sorted((min(p), max(p)) for p in apart), np.int32)
            joined = (np.concatenate([held.apart.left, more[:, 0]]), np.concatenate([held.apart.right, more[:, 1]]))
            held = replace(held, apart=Pairs(*joined))
        return cluster(
            self.n,
            self.pairs,
            self.weight if weight is None else weight,
            held,
            threshold_bits=self.threshold_bits if threshold_bits is None else threshold_bits,
        )

    def between(self, one: Mask, other: Mask) -> Places:
        """Return the pairs between two sets of rows, strongest first."""
        left, right = self.pairs.left, self.pairs.right
        found = np.flatnonzero((one[left] & other[right]) | (other[left] & one[right]))
        return found[np.lexsort((found, -self.weight[found]))]

    def mean(self, pairs: Places) -> float | None:
        """Return the mean weight of some pairs as clustering counts them: none by more than 20 bits either way."""
        if not len(pairs):
            return None
        cut = self.threshold_bits
        return float(np.clip(self.weight[pairs].astype(float) - cut, -CAP_BITS, CAP_BITS).mean() + cut)


def is_part_of(finer: npt.NDArray[np.integer], coarser: npt.NDArray[np.integer]) -> bool:
    """Whether each cluster of one labelling lies within one cluster of another."""
    return len(np.unique(np.stack([finer, coarser], axis=1), axis=0)) == len(np.unique(finer))


def _renumbered(pairs: Pairs, kept: Mask, local: npt.NDArray[np.integer]) -> Pairs:
    return Pairs(local[pairs.left[kept]].astype(np.int32), local[pairs.right[kept]].astype(np.int32))


def _exclusive(learned: Learned, tables: RunTables, rows: Places) -> Exclusive:
    sources = tables.sources_of(rows)
    numbers = {name: number for number, name in enumerate(sorted(learned.single_sources))}
    single = np.array([numbers.get(source, -1) for source in sources], np.int32)
    same_record = same_record_pairs(tables.record[rows])
    return Exclusive(single, tables.identifier[rows], same_record, telling=tables.telling(learned.telling)[rows])
