"""What a delivery changes of the rows: which slots go, which rows come, and where all of them stand by key.

Takes a standing linkage, references of the records that went, and the person-records that came; gives the slots that
are there afterwards. Rows that came get the slots after all others, and their place among the rest by key.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insighthub.errors import DataError
from insighthub.linkage.standing.folder import Standing
from insighthub.linkage.standing.segments import Segment, linkable, rows_of
from insighthub.standardise.coded import codes_of

Ints = npt.NDArray[np.int64]
Texts = npt.NDArray[np.object_]


@dataclass(frozen=True)
class Present:
    """The slots after a delivery.

    Attributes:
        segments: of before, and that of the rows that came, which may hold none.
        gone: slots whose rows went, in rising order.
        first_new: the first slot of the rows that came.
        place: where the row of each slot stands by key, shape (slots,).
        alive: whether the row of each slot is there.
    """

    segments: tuple[Segment, ...]
    gone: Ints
    first_new: int
    place: npt.NDArray[np.int32]
    alive: npt.NDArray[np.bool_]

    @classmethod
    def after(cls, base: Standing, removed: pa.Table, added: pa.Table) -> Present:
        """Take rows away, and add others.

        Args:
            base: what was there.
            removed: source and record_id of records; all their rows go. Those that are not there do not matter.
            added: person-records; rows with a ``not_linked_reason`` are left out.

        Raises:
            DataError: a record that comes is there already, and does not go.
        """
        alive = base.state.region >= 0
        gone = np.unique(np.concatenate([np.empty(0, np.int64), *_slots_of_records(base.segments, removed)]))
        gone = gone[alive[gone]]
        alive = alive.copy()
        alive[gone] = False
        new = Segment(base.next_name, linkable(added))
        there = np.concatenate([np.empty(0, np.int64), *_slots_of_records(base.segments, new.table)])
        if alive[there].any():
            raise DataError(
                "a record is delivered that is there already",
                remedy="Name it among the records that are removed as well",
                column="record_id",
            )
        place = _places(base, new)
        return cls((*base.segments, new), gone, base.slots, place, np.concatenate([alive, np.ones(new.n, bool)]))

    @property
    def new(self) -> Ints:
        """The slots of the rows that came."""
        return np.arange(self.first_new, len(self.place))

    def in_order(self, slots: Ints) -> Ints:
        """Return slots in the order of their rows' keys."""
        return slots[np.argsort(self.place[slots])]

    def slots_of(self, source: pa.ChunkedArray, record_id: pa.ChunkedArray, person: Ints) -> Ints:
        """Return the slot of each row named by its key, -1 where it is not there."""
        out = np.full(len(person), -1, np.int64)
        for name, at, ids in _by_source(source, record_id):
            for start, segment in _starts(self.segments):
                begins, ends = segment.places(name, ids)
                for step in range(int((ends - begins).max(initial=0))):
                    some = np.flatnonzero(begins + step < ends)
                    found = begins[some] + step
                    right = self.alive[start + found] & (segment.person[found] == person[at[some]])
                    out[at[some[right]]] = start + found[right]
        return out

    def rows_of(self, records: pa.Table) -> Ints:
        """Return how many rows are there of each record, named by source and record_id; shape (records,)."""
        out = np.zeros(records.num_rows, np.int64)
        there = np.concatenate([[0], np.cumsum(self.alive)])  # how many stand before each slot
        for name, at, ids in _by_source(records["source"], records["record_id"]):
            for start, segment in _starts(self.segments):
                begins, ends = segment.places(name, ids)
                out[at] += there[start + ends] - there[start + begins]
        return out


def _slots_of_records(segments: Sequence[Segment], records: pa.Table) -> Iterator[Ints]:
    """Give the slots of records' rows, there or gone."""
    for name, _, ids in _by_source(records["source"], records["record_id"]):
        for start, segment in _starts(segments):
            begins, ends = segment.places(name, ids)
            counts = ends - begins
            step = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
            yield start + np.repeat(begins, counts) + step


def _places(base: Standing, new: Segment) -> npt.NDArray[np.int32]:
    """Return the place of every slot, once the new rows, which are sorted, stand among the rest."""
    before = np.zeros(new.n, np.int64)
    for name, at, ids in _by_source(new.table["source"], new.table["record_id"]):
        for segment in base.segments:
            begins, ends = segment.places(name, ids)
            before[at] += begins
            # Of one record, those rows stand before whose person does.
            for step in range(int((ends - begins).max(initial=0))):
                some = np.flatnonzero(begins + step < ends)
                before[at[some]] += segment.person[begins[some] + step] < new.person[at[some]]
    later = np.cumsum(np.bincount(before, minlength=base.slots + 1))[: base.slots]
    of_old = base.state.place + later[base.state.place]
    return np.concatenate([of_old, before + np.arange(new.n)]).astype(np.int32)


def _by_source(source: pa.ChunkedArray, record_id: pa.ChunkedArray) -> Iterator[tuple[str, Ints, Texts]]:
    """Give each source, the rows that are of it, and their record ids."""
    coded = codes_of(source)
    ids = np.asarray(record_id.to_numpy(zero_copy_only=False), object)
    for number, name in enumerate(coded.values.to_pylist()):
        at = np.flatnonzero(coded.codes == number)
        yield name, at, ids[at]


def _starts(segments: Sequence[Segment]) -> Iterator[tuple[int, Segment]]:
    for number, segment in enumerate(segments):
        yield rows_of(segments[:number]), segment
