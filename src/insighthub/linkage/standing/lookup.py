"""Who may be paired with rows that are looked at anew: the rows that share a key with them, by the index.

Takes the keys of these rows and the indexes, gives for each rule where in the indexes the rows of each key are; and of
that, how many rows a block may hold, and the partners.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from insighthub.linkage.standing.candidates import among
from insighthub.linkage.standing.hashes import UNKNOWN, Hashes
from insighthub.linkage.standing.index import Index, tables_of
from insighthub.linkage.standing.plan import Plan

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Found:
    """Where the rows of keys are, by one rule.

    Attributes:
        keys: distinct keys, sorted.
        sides: for each side of the rule (one, or two where it goes across fields), the place of each row's key among
            them; shape (rows,).
        ranges: for each side and index, where the rows of each key begin and end in the index's table.
        tables: numbers of the tables, by side.
    """

    keys: Hashes
    sides: tuple[Ints, ...]
    ranges: tuple[tuple[tuple[Ints, Ints], ...], ...]
    tables: tuple[int, ...]

    def at_most(self) -> Ints:
        """Return how many rows each block may hold; those that went, and copies, are counted too."""
        out = np.zeros(len(self.keys), np.int64)
        for side in self.ranges:
            for begins, ends in side:
                out += ends - begins
        return out

    def partners(self, indexes: Sequence[Index], starts: Sequence[int], without: Hashes) -> tuple[Ints, Ints]:
        """Return pairs of a row and a slot that share a key, save some keys; a pair may come more than once."""
        use = (self.keys != UNKNOWN) & ~among(self.keys, without)
        rows, slots = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for side, place in enumerate(self.sides):
            other = len(self.sides) - 1 - side
            asking = np.flatnonzero(use[place])
            for number, index in enumerate(indexes):
                begins, ends = (edge[place[asking]] for edge in self.ranges[other][number])
                counts = ends - begins
                total = int(counts.sum())
                step = np.arange(total) - np.repeat(np.cumsum(counts) - counts, counts)
                held = index.tables[self.tables[other]].rows[np.repeat(begins, counts) + step]
                rows.append(np.repeat(asking, counts))
                slots.append(starts[number] + held.astype(np.int64))
        return np.concatenate(rows), np.concatenate(slots)


def look_up(plan: Plan, keys: Sequence[Hashes], indexes: Sequence[Index], threads: int) -> list[Found]:
    """Find the keys of rows in indexes, for each rule.

    Args:
        plan: the plan.
        keys: of the rows; see ``all_keys``.
        indexes: of all segments.
        threads: rules to look at at once.
    """

    def of_rule(tables: tuple[int, ...]) -> Found:
        own = [keys[number] for number in tables]
        distinct, inverse = np.unique(np.concatenate(own), return_inverse=True)
        sides = tuple(np.split(inverse.astype(np.int64), len(own)))
        ranges = tuple(tuple(index.tables[number].find(distinct) for index in indexes) for number in tables)
        return Found(distinct, sides, ranges, tables)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(of_rule, tables_of(plan)))
