"""What a delivery touches: the rows that are looked at anew, and the regions that have to be linked again.

Takes what was there and what is there now, gives the slots to link. See ``relink`` for the rule, and ``linking`` for
what a region is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insighthub.linkage.blocking.copies import first_identical
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.score import probability_of
from insighthub.linkage.second_pass import NEAR_BITS
from insighthub.linkage.settings import LinkSettings
from insighthub.linkage.standing.arrivals import Present
from insighthub.linkage.standing.candidates import left_out
from insighthub.linkage.standing.decided import named_rows, with_persons
from insighthub.linkage.standing.folder import Standing
from insighthub.linkage.standing.hashes import UNKNOWN, Hashes
from insighthub.linkage.standing.index import Index, all_keys, tables_of
from insighthub.linkage.standing.linking import ModelledRows, threshold_bits
from insighthub.linkage.standing.lookup import Found, look_up
from insighthub.linkage.standing.plan import ModelFolder
from insighthub.linkage.standing.segments import rows_at, rows_of

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Touched:
    """What has to be linked again.

    Attributes:
        slots: the rows of all touched regions and those that came, in rising order.
        index: of the rows that came.
        outgrown: for each rule, the keys of the blocks that have now outgrown the plan, sorted.
    """

    slots: Ints
    index: Index
    outgrown: tuple[Hashes, ...]

    @classmethod
    def by(
        cls,
        base: Standing,
        present: Present,
        folder: ModelFolder,
        *,
        decided: pa.Table,
        decisions: pa.Table | None,
        settings: LinkSettings,
        threads: int,
    ) -> Touched:
        """Find what a delivery touches.

        Args:
            base: what was there.
            present: what is there now.
            folder: the model and its plan.
            decided: decisions that were made or taken back.
            decisions: those in force.
            settings: the run's few numbers.
            threads: threads to use.
        """
        look = _Look(base, present, folder, threads)
        of_new = look.keys(present.new)
        index = Index.of(of_new, threads)
        indexes = (*base.indexes, index)
        # Where rows that say the same come or go, another of them may stand for the rest.
        same = np.unique(np.concatenate([of_new[-1], look.content(present.gone)]))
        alike = look.alive(indexes, len(of_new) - 1, same)
        alike = alike[alike < present.first_new]
        keys = [np.concatenate(both) for both in zip(of_new, look.keys(alike), strict=True)]
        anew = np.concatenate([present.new, alike])
        found = look_up(folder.plan, keys, indexes, threads)
        outgrown, passing = look.outgrown(indexes, found)
        near = look.near(indexes, found, anew, left_out(folder.plan, outgrown), settings)
        named = _named(decided, decisions, present)
        seeds = np.concatenate([present.gone, alike, passing, near, named])
        seeds = seeds[seeds < present.first_new]
        touched = np.zeros(base.slots, bool)
        touched[base.state.region[seeds]] = True
        again = np.flatnonzero(touched[base.state.region] & present.alive[: base.slots])
        return cls(np.concatenate([again, present.new]), index, outgrown)


@dataclass(frozen=True)
class _Look:
    """Looks rows up."""

    base: Standing
    present: Present
    folder: ModelFolder
    threads: int

    def rows(self, slots: Ints) -> ModelledRows:
        """Return rows, sorted by key, as the model takes them."""
        table = rows_at(self.present.segments, slots, self.threads)
        return ModelledRows.of(table, self.folder, self.base.single_sources, self.threads)

    def keys(self, slots: Ints) -> list[Hashes]:
        """Return the keys of rows, in the order of the slots given."""
        if not len(slots):
            return [np.empty(0, np.uint64)] * (1 + sum(map(len, tables_of(self.folder.plan))))
        order = np.argsort(self.present.place[slots])
        sorted_keys = all_keys(self.rows(slots[order]).hashes, self.folder.plan)
        back = np.empty(len(slots), np.int64)
        back[order] = np.arange(len(slots))
        return [key[back] for key in sorted_keys]

    def content(self, slots: Ints) -> Hashes:
        """Return the hash of all that rows of the base say; slots in rising order."""
        out = [np.empty(0, np.uint64)]
        for number, index in enumerate(self.base.indexes):
            local = slots - rows_of(self.base.segments[:number])
            out.append(index.content[local[(local >= 0) & (local < len(index.content))]])
        return np.concatenate(out)

    def alive(self, indexes: tuple[Index, ...], table: int, wanted: Hashes) -> Ints:
        """Return the slots of the rows that are there and have one of the wanted keys, in rising order."""
        wanted = np.unique(wanted[wanted != UNKNOWN])
        slots = [
            rows_of(self.present.segments[:number]) + index.tables[table].rows_of(wanted)[1].astype(np.int64)
            for number, index in enumerate(indexes)
        ]
        every = np.unique(np.concatenate(slots))
        return every[self.present.alive[every]]

    def outgrown(self, indexes: tuple[Index, ...], found: list[Found]) -> tuple[tuple[Hashes, ...], Ints]:
        """Return the keys of the blocks that have outgrown the plan, and the rows of those that passed its limit."""
        plan, out, passing = self.folder.plan, [], [np.empty(0, np.int64)]
        # Only where a block was over its limit does it matter what went.
        over_before = any(map(len, self.base.outgrown))
        of_gone = self.keys(self.present.gone if over_before else self.present.gone[:0])
        for number, tables in enumerate(tables_of(plan)):
            before = self.base.outgrown[number]
            may_be = found[number].keys[found[number].at_most() > plan.limits[number]]
            moved = [found[number].keys, *(of_gone[table] for table in tables)]
            may_be = np.union1d(may_be, np.intersect1d(np.concatenate(moved), before))
            may_be = np.setdiff1d(may_be, np.append(plan.capped[number], UNKNOWN))
            over = [key for key in may_be if self._holds(indexes, tables, key) > plan.limits[number]]
            now = np.union1d(np.setdiff1d(before, may_be), np.array(over, np.uint64))
            out.append(now)
            passing += [self.alive(indexes, table, np.setxor1d(before, now)) for table in tables]
        return tuple(out), np.concatenate(passing)

    def _holds(self, indexes: tuple[Index, ...], tables: tuple[int, ...], key: np.uint64) -> int:
        """Return how many rows a block holds, copies once; a row that stands on both sides counts on both."""
        sides = [self.alive(indexes, table, np.array([key])) for table in tables]
        slots = self.present.in_order(np.unique(np.concatenate(sides)))
        first = first_identical(self.rows(slots).data)
        distinct = slots[first == np.arange(len(slots))]
        return sum(int(np.isin(side, distinct).sum()) for side in sides)

    def near(
        self,
        indexes: tuple[Index, ...],
        found: list[Found],
        anew: Ints,
        without: tuple[Hashes, ...],
        settings: LinkSettings,
    ) -> Ints:
        """Return the rows that weigh enough with one that is looked at anew to be of its region, or to be written."""
        present, n = self.present, len(self.present.place)
        starts = [rows_of(present.segments[:number]) for number in range(len(indexes))]
        partner = present.alive.copy()
        partner[: present.first_new] &= self.base.state.copy_of == np.arange(present.first_new)
        partner[anew] = False
        pairs = [np.empty(0, np.int64)]
        for each, keys in zip(found, without, strict=True):
            rows, slots = each.partners(indexes, starts, keys)
            use = partner[slots]
            pairs.append(rows[use] * n + slots[use])
        row, slot = np.divmod(np.unique(np.concatenate(pairs)), n)
        if not len(row):
            return row
        slots = present.in_order(np.unique(np.concatenate([anew[row], slot])))
        number = np.empty(n, np.int32)
        number[slots] = np.arange(len(slots), dtype=np.int32)
        a, b = number[anew[row]], number[slot]
        _, weight = self.rows(slots).compared(Pairs(np.minimum(a, b), np.maximum(a, b)), self.threads)
        rough = weight.astype(np.float32)
        ties = (rough > NEAR_BITS) | (rough >= threshold_bits(self.folder, settings))
        # A pair that is written must not reach out of the regions, or nobody could tell which pairs are new.
        ties |= probability_of(weight) >= settings.keep_probability
        return np.unique(slot[ties])


def _named(decided: pa.Table, decisions: pa.Table | None, present: Present) -> Ints:
    """Return the rows that changed decisions name, and those that any decision names beside one that came."""
    changed = np.concatenate(named_rows(decided, present))
    left, right = named_rows(with_persons(decisions), present)
    came = (left >= present.first_new) | (right >= present.first_new)
    every = np.concatenate([changed, left[came], right[came]])
    return every[every >= 0]
