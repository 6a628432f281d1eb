"""The index of a segment: which of its rows have a key, of any blocking rule.

Takes the keys of rows, gives for each rule the hashes that are there, sorted, with the row of each; and looks keys up.
It is written once and mapped into memory: a delivery asks for few keys, and touches few pages. Rows are all there,
also those that have gone since; who looks up leaves them out.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from insighthub.linkage.standing.hashes import UNKNOWN, Hashes, RowHashes
from insighthub.linkage.standing.plan import Plan, rule_keys

Rows = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]
#: What the names of an index's files end in, after that of the segment.
INDEX_FILES = ("keys", "rows", "content")


@dataclass(frozen=True)
class Table:
    """The keys of one kind.

    Attributes:
        keys: sorted, each as often as rows have it.
        rows: the row of each.
    """

    keys: Hashes
    rows: Rows

    @classmethod
    def of(cls, keys: Hashes) -> Table:
        """Sort the keys that are known."""
        order = np.argsort(keys, kind="stable").astype(np.int32)
        order = order[int((keys == UNKNOWN).sum()) :]
        return cls(keys[order], order)

    def most(self) -> int:
        """Return how many rows the most common key has."""
        begins = np.flatnonzero(np.append(True, self.keys[1:] != self.keys[:-1])) if len(self.keys) else self.rows
        return int(np.diff(begins, append=len(self.keys)).max(initial=0))

    def find(self, wanted: Hashes) -> tuple[Ints, Ints]:
        """Return where the rows of each wanted key begin and end, the same where it is not there or not known."""
        begins = np.searchsorted(self.keys, wanted)
        ends = np.searchsorted(self.keys, wanted, side="right")
        return begins, np.where(wanted == UNKNOWN, begins, ends)

    def rows_of(self, wanted: Hashes) -> tuple[Ints, Rows]:
        """Return the rows that have each wanted key: the place of the key among the wanted, and the row."""
        begins, ends = self.find(wanted)
        counts = ends - begins
        asker = np.repeat(np.arange(len(wanted)), counts)
        step = np.arange(len(asker)) - np.repeat(np.cumsum(counts) - counts, counts)
        return asker, self.rows[begins[asker] + step]


@dataclass(frozen=True)
class Index:
    """The index of the rows of one segment.

    Attributes:
        tables: for each rule one table, or two where it goes across fields; and last that of all that rows say.
        content: the hash of all that each row says, nought where it cannot be a copy; shape (rows,).
    """

    tables: tuple[Table, ...]
    content: Hashes

    @classmethod
    def of(cls, keys: Sequence[Hashes], threads: int = 1) -> Index:
        """Index rows by their keys; see ``all_keys``."""
        with ThreadPoolExecutor(threads) as pool:
            return cls(tuple(pool.map(Table.of, keys)), keys[-1])

    @classmethod
    def merged(cls, indexes: Sequence[Index], numbers: Sequence[Rows], threads: int = 1) -> Index:
        """Bring indexes together.

        Args:
            indexes: of some segments.
            numbers: for each, the new number of each of its rows, -1 where it is left out.
            threads: tables to merge at once.
        """

        def table(number: int) -> Table:
            rows = [of[index.tables[number].rows] for index, of in zip(indexes, numbers, strict=True)]
            kept = [part >= 0 for part in rows]
            keys = np.concatenate([i.tables[number].keys[k] for i, k in zip(indexes, kept, strict=True)])
            order = np.argsort(keys, kind="stable")  # of runs that are sorted it is a merge
            return Table(keys[order], np.concatenate([r[k] for r, k in zip(rows, kept, strict=True)])[order])

        with ThreadPoolExecutor(threads) as pool:
            tables = tuple(pool.map(table, range(len(indexes[0].tables))))
        content = np.zeros(sum(int((of >= 0).sum()) for of in numbers), np.uint64)
        for index, of in zip(indexes, numbers, strict=True):
            content[of[of >= 0]] = index.content[of >= 0]
        return cls(tables, content)

    def write(self, folder: Path, name: str) -> list[int]:
        """Write the index; return the sizes of the tables, by which it is read."""
        sizes = [len(table.keys) for table in self.tables]
        for part, kind in (("keys", np.uint64), ("rows", np.int32)):
            out = np.lib.format.open_memmap(folder / f"{name}-{part}.npy", mode="w+", dtype=kind, shape=(sum(sizes),))
            end = 0
            for table in self.tables:
                values = getattr(table, part)
                out[end : end + len(values)] = values
                end += len(values)
            del out
        np.save(folder / f"{name}-content.npy", self.content)
        return sizes

    @classmethod
    def read(cls, folder: Path, name: str, sizes: Sequence[int]) -> Index:
        """Open an index that was written."""
        ends = np.cumsum(sizes)[:-1]
        keys = np.load(folder / f"{name}-keys.npy", mmap_mode="r")
        rows = np.load(folder / f"{name}-rows.npy", mmap_mode="r")
        content = np.load(folder / f"{name}-content.npy", mmap_mode="r")
        return cls(tuple(map(Table, np.split(keys, ends), np.split(rows, ends))), content)


def all_keys(hashes: RowHashes, plan: Plan) -> list[Hashes]:
    """Return the keys of rows by which they are indexed: by each rule, and last by all that they say."""
    return [*(key for rule in plan.rules for key in rule_keys(hashes, rule)), hashes.content()]


def tables_of(plan: Plan) -> list[tuple[int, ...]]:
    """Return the numbers of the tables of each rule: its keys, and those that it is looked up by where they differ."""
    out, number = [], 0
    for rule in plan.rules:
        size = 2 if rule.other_fields else 1
        out.append(tuple(range(number, number + size)))
        number += size
    return out
