"""Code every value as an integer, once.

Takes columns of coded person records, gives ``Encoded``: the linkable rows in one fixed order, and for each field an
array of codes with the list of values behind them. All later work is on integers; text is looked at once a distinct
value or value pair. Codes number the values in the order in which the rows, which are sorted, first show them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from threading import RLock
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from insighthub.standardise.coded import MISSING, Coded, Codes, Indices, codes_of

__all__ = ["MISSING", "Codes", "Encoded", "Pool", "combine", "dense", "number_rows", "one_pool"]

Found = TypeVar("Found")


@dataclass(frozen=True)
class Pool:
    """The distinct values that one or more fields draw on; a code is a place in it."""

    text: pa.Array

    def __len__(self) -> int:
        return len(self.text)

    @cached_property
    def values(self) -> npt.NDArray[np.object_]:
        """The values as Python texts, made when they are first looked at: most pools are never."""
        return np.asarray(self.text.to_numpy(zero_copy_only=False), object)


@dataclass
class Encoded:
    """Linkable rows as integer codes.

    Attributes:
        rows: source, record_id, person of each linkable row, in the fixed order; n rows.
        everyone: the same of all rows, linkable or not.
        linkable: place of each linkable row among all, or None where all are.
        source: code of the row's source, shape (n,).
        sources: names of the sources by code.
        single: for each source, whether it holds one record a person.
        codes: field -> codes, shape (n,), -1 where not known.
        pools: field -> pool its codes point into.
        flags: name -> boolean array, shape (n,).
        days: date field -> days since year 0 of each row, -1 where not known, shape (n,).
        by_value: derived field -> its code for each value of the parent field's pool.
    """

    rows: pa.Table
    everyone: pa.Table
    linkable: Indices | None
    source: Codes
    sources: tuple[str, ...]
    single: npt.NDArray[np.bool_]
    codes: dict[str, Codes] = field(default_factory=dict)
    pools: dict[str, Pool] = field(default_factory=dict)
    flags: dict[str, npt.NDArray[np.bool_]] = field(default_factory=dict)
    days: dict[str, npt.NDArray[np.int32]] = field(default_factory=dict)
    by_value: dict[str, Codes] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)
    one_at_a_time: AbstractContextManager[Any] = field(default_factory=RLock, repr=False, compare=False)

    @property
    def n(self) -> int:
        """Number of linkable rows."""
        return int(self.rows.num_rows)

    def has(self, *names: str) -> bool:
        """Whether each of these fields has any value."""
        return all(name in self.codes and bool((self.codes[name] >= 0).any()) for name in names)

    def memo(self, name: str, make: Callable[[], Found]) -> Found:
        """Compute something about a pool once, whichever thread asks first."""
        with self.one_at_a_time:
            if name not in self.memory:
                self.memory[name] = make()
            found: Found = self.memory[name]
        return found

    def add_pools(self, groups: Sequence[Callable[[], Mapping[str, Coded]]], threads: int = 1) -> None:
        """Add fields; those of a group share one pool. Groups are called several at a time."""

        def coded(group: Callable[[], Mapping[str, Coded]]) -> tuple[tuple[str, ...], Pool, list[Codes]]:
            columns = group()
            return tuple(columns), *one_pool(list(columns.values()))

        with ThreadPoolExecutor(threads) as workers:
            for names, pool, codes in workers.map(coded, groups):
                for name, of_rows in zip(names, codes, strict=True):
                    self.codes[name] = of_rows
                    self.pools[name] = pool

    def derive(self, name: str, parent: str, values: Sequence[str | None]) -> None:
        """Add a field computed from each distinct value of another, given in that pool's order."""
        pool, (per_value,) = one_pool([codes_of(pa.array(values, pa.string()))])
        lookup = np.append(per_value, MISSING).astype(np.int32)
        self.codes[name] = lookup[self.codes[parent]]
        self.pools[name] = pool
        self.by_value[name] = per_value


def one_pool(columns: Sequence[Coded]) -> tuple[Pool, list[Codes]]:
    """Bring columns to one pool: the union of their values, in the order in which they come. Empty text gives -1."""
    values = [column.values for column in columns]
    union = values[0] if len(values) == 1 else pc.unique(pa.concat_arrays(values))
    empty = pc.index(union, "").as_py()
    coded = []
    for column in columns:
        codes = column.codes
        if len(values) > 1:
            places = pc.index_in(column.values, value_set=union).to_numpy(zero_copy_only=False)
            codes = np.append(places, MISSING).astype(np.int32)[codes]
        coded.append(codes if empty < 0 else np.where(codes == empty, MISSING, codes).astype(np.int32))
    return Pool(union), coded


def combine(*parts: Codes) -> npt.NDArray[np.int64]:
    """One integer for a tuple of codes; -1 where any of them is -1. Distinct tuples get distinct integers.

    Raises:
        OverflowError: the product of the ranges does not fit 63 bits.
    """
    total = np.zeros(len(parts[0]), np.int64)
    known = np.ones(len(parts[0]), bool)
    size = 1
    for part in parts:
        span = int(part.max(initial=0)) + 1
        size *= span
        if size >= 2**62:
            raise OverflowError("too many combinations of values for one key")
        total = total * span + part
        known &= part >= 0
    total[~known] = MISSING
    return total


def dense(keys: npt.NDArray[np.int64]) -> Codes:
    """Renumber keys 0, 1, ... in the order in which they first come; -1 stays -1."""
    coded = pa.array(keys, mask=keys < 0).dictionary_encode()
    return np.asarray(coded.indices.fill_null(MISSING).to_numpy(zero_copy_only=False), np.int32)


def number_rows(columns: Iterable[npt.NDArray[np.integer]]) -> Codes:
    """Number the distinct rows of several columns of integers from -1, in the order in which they first come.

    Columns are put into one integer while there is room, and only then renumbered.
    """
    code: npt.NDArray[np.int64] | None = None
    room = 1
    for column in columns:
        span = int(column.max(initial=MISSING)) + 2
        if code is None:
            code = np.zeros(len(column), np.int64)
        if room * span >= 2**62:
            code = dense(code).astype(np.int64)
            room = int(code.max(initial=0)) + 1
        code *= span
        code += column
        code += 1
        room *= span
    return dense(code) if code is not None else np.empty(0, np.int32)
