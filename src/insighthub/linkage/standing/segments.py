"""Segments: the linkable person-records of a standing linkage, on disk, as they came.

Takes coded person-records, writes them once as an Arrow file that is mapped into memory; gives any of them, in order,
as a coded table. The first segment holds what was linked as a whole, each later one what a delivery added. A row has
the same number, its slot, for as long as the folder is carried on: segments follow each other, and rows keep their
place within.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from insighthub.linkage.encode import MISSING, one_pool
from insighthub.linkage.prepare import ALONE, NAMES
from insighthub.standardise.coded import KEY, REASON, Coded, coded, codes_of, in_order_of_appearance, is_coded
from insighthub.standardise.schema import OTHER_PREFIX

Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int32]
#: What linkage looks at; ``prepare`` reads nothing else.
FIELDS = (*NAMES, "phone", "mobile", "valid_from", "valid_to", *ALONE)


@dataclass(frozen=True)
class Segment:
    """Some rows, sorted by key.

    Attributes:
        name: of its files.
        table: coded rows, one chunk a column.
    """

    name: str
    table: pa.Table

    @classmethod
    def read(cls, folder: Path, name: str) -> Segment:
        """Map a segment into memory."""
        with pa.memory_map(str(folder / f"{name}.arrow")) as source:
            return cls(name, pa.ipc.open_file(source).read_all())

    def write(self, folder: Path) -> None:
        """Write the segment."""
        with pa.ipc.new_file(str(folder / f"{self.name}.arrow"), self.table.schema) as file:
            file.write_table(self.table)

    @property
    def n(self) -> int:
        """Number of rows."""
        return int(self.table.num_rows)

    def values(self, name: str, at: Ints) -> Coded:
        """Return some rows' values of a field, without those that none of them has; none where there is no such."""
        if name not in self.table.column_names:
            return Coded(pa.array([], pa.string()), np.full(len(at), MISSING, np.int32))
        chunks = self.table[name].chunks
        if not chunks:
            return Coded(pa.array([], pa.string()), np.empty(0, np.int32))
        codes = chunks[0].indices.take(pa.array(at)).fill_null(MISSING).to_numpy(zero_copy_only=False)
        return in_order_of_appearance(chunks[0].dictionary, np.asarray(codes, np.int32))

    @cached_property
    def starts(self) -> dict[str, tuple[int, int]]:
        """Where the rows of each source begin and end."""
        source = codes_of(self.table["source"])
        begins = np.flatnonzero(np.diff(source.codes, prepend=-2))
        ends = np.append(begins[1:], self.n)[: len(begins)]
        return {
            source.values[int(source.codes[a])].as_py(): (int(a), int(b)) for a, b in zip(begins, ends, strict=True)
        }

    @cached_property
    def ids(self) -> npt.NDArray[np.object_]:
        """The record ids as Python texts."""
        return np.asarray(self.table["record_id"].to_numpy(), object)

    @cached_property
    def person(self) -> Rows:
        """The persons of the rows."""
        return np.asarray(self.table["person"].to_numpy(), np.int32)

    def places(self, source: str, ids: npt.NDArray[np.object_]) -> tuple[Ints, Ints]:
        """Return where the rows of each record of a source begin and end, the same where it has none; sorted by id."""
        first, last = self.starts.get(source, (0, 0))
        if first == last:
            # Before the rows of the first source that comes after it.
            later = [begin for name, (begin, _) in self.starts.items() if name > source]
            place = np.full(len(ids), min(later, default=self.n), np.int64)
            return place, place
        part = self.ids[first:last]
        return first + np.searchsorted(part, ids), first + np.searchsorted(part, ids, side="right")


def rows_of(segments: Sequence[Segment]) -> int:
    """Return how many rows segments hold in all."""
    return sum(segment.n for segment in segments)


def linkable(records: pa.Table) -> pa.Table:
    """Return the rows that take part in linkage, sorted and coded, with what it looks at; in one chunk."""
    table = records if is_coded(records) else coded(records)
    others = [name for name in table.column_names if name.startswith(OTHER_PREFIX)]
    kept = np.flatnonzero(pc.is_null(table[REASON]).to_numpy())
    at = None if len(kept) == table.num_rows else kept
    key = table.select(list(KEY)[1:])
    key = key if at is None else key.take(pa.array(at))
    columns = {name: dictionary(codes_of(table[name]).at(at)) for name in ("source", *FIELDS, *sorted(others))}
    return _whole(columns, key)


def rows_at(segments: Sequence[Segment], slots: Ints, threads: int = 1) -> pa.Table:
    """Return rows as a coded table of person-records.

    Args:
        segments: in order.
        slots: of the rows, sorted by the rows' keys.
        threads: columns to fetch at once.
    """
    ends = np.cumsum([segment.n for segment in segments])
    of = np.searchsorted(ends, slots, side="right")
    parts = []
    for number, segment in enumerate(segments):
        where = np.flatnonzero(of == number)
        if len(where):
            parts.append((segment, where, slots[where] - (ends[number] - segment.n)))
    place = np.empty(len(slots), np.int64)
    if parts:
        place[np.concatenate([where for _, where, _ in parts])] = np.arange(len(slots))
    keys = [segment.table.select(list(KEY)[1:]).take(pa.array(local)) for segment, _, local in parts]
    key = pa.concat_tables(keys).take(pa.array(place)) if len(parts) > 1 else keys[0] if keys else None

    def column(name: str) -> pa.DictionaryArray:
        found = [segment.values(name, local) for segment, _, local in parts]
        if len(found) == 1:
            return dictionary(found[0])
        pool, codes = one_pool(found) if found else (None, [])
        every = np.full(len(slots), MISSING, np.int32)
        for (_, where, _), part in zip(parts, codes, strict=True):
            every[where] = part
        return dictionary(Coded(pa.array([], pa.string()) if pool is None else pool.text, every))

    others = {name for segment, _, _ in parts for name in segment.table.column_names if name.startswith(OTHER_PREFIX)}
    names = ("source", *FIELDS, *sorted(others))
    with ThreadPoolExecutor(threads) as pool:
        columns = dict(zip(names, pool.map(column, names), strict=True))
    if key is None:
        key = pa.table({"record_id": pa.array([], pa.string()), "person": pa.array([], pa.int32())})
    return _whole(columns, key)


def _whole(columns: dict[str, pa.Array], key: pa.Table) -> pa.Table:
    reason = pa.DictionaryArray.from_arrays(pa.nulls(key.num_rows, pa.int32()), pa.array([], pa.string()))
    whole = {
        "source": columns["source"],
        "record_id": key["record_id"].cast(pa.string()),
        "person": key["person"].cast(pa.int32()),
        REASON: reason,
        **columns,
    }
    return pa.table(whole).combine_chunks()


def dictionary(column: Coded) -> pa.DictionaryArray:
    """Return a coded column as Arrow holds it."""
    return pa.DictionaryArray.from_arrays(pa.array(column.codes, mask=column.codes < 0), column.values)
