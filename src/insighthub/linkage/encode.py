"""Code every value as an integer, once.

Takes ``person_records``, gives ``Encoded``: the linkable rows in one fixed order, and for each field an array of codes
with the list of values behind them. All later work is on integers; text is looked at once a distinct value or
value pair. The order of the rows given makes no difference: rows are sorted by source, record id and person.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Codes = npt.NDArray[np.int32]
MISSING = -1
Found = TypeVar("Found")


@dataclass(frozen=True)
class Pool:
    """The distinct values that one or more fields draw on; a code is a place in it."""

    values: npt.NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.values)


@dataclass
class Encoded:
    """Linkable rows as integer codes.

    Attributes:
        rows: source, record_id, person of each linkable row, in the fixed order; n rows.
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
    source: Codes
    sources: tuple[str, ...]
    single: npt.NDArray[np.bool_]
    codes: dict[str, Codes] = field(default_factory=dict)
    pools: dict[str, Pool] = field(default_factory=dict)
    flags: dict[str, npt.NDArray[np.bool_]] = field(default_factory=dict)
    days: dict[str, npt.NDArray[np.int32]] = field(default_factory=dict)
    by_value: dict[str, Codes] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """Number of linkable rows."""
        return int(self.rows.num_rows)

    def has(self, *names: str) -> bool:
        """Whether each of these fields has any value."""
        return all(name in self.codes and bool((self.codes[name] >= 0).any()) for name in names)

    def memo(self, name: str, make: Callable[[], Found]) -> Found:
        """Compute something about a pool once."""
        if name not in self.memory:
            self.memory[name] = make()
        found: Found = self.memory[name]
        return found

    def add_pools(self, groups: Sequence[Mapping[str, pa.ChunkedArray]], threads: int = 1) -> None:
        """Code text columns; the columns of a group share one pool."""
        with ThreadPoolExecutor(threads) as pool:
            for group, (values, coded) in zip(
                groups, pool.map(lambda g: encode_columns(list(g.values())), groups), strict=True
            ):
                for name, codes in zip(group, coded, strict=True):
                    self.codes[name] = codes
                    self.pools[name] = values

    def derive(self, name: str, parent: str, values: Sequence[str | None]) -> None:
        """Add a field computed from each distinct value of another, given in that pool's order."""
        pool, (per_value,) = encode_columns([pa.array(values, pa.string())])
        lookup = np.append(per_value, MISSING).astype(np.int32)
        self.codes[name] = lookup[self.codes[parent]]
        self.pools[name] = pool
        self.by_value[name] = per_value


def encode_columns(columns: list[pa.ChunkedArray | pa.Array]) -> tuple[Pool, list[Codes]]:
    """Code text columns against the union of their values, in the order in which they come; null and empty give -1.

    Rows come in one fixed order, so codes do too, and nothing is gained by sorting the values.
    """
    encoded = []
    for column in columns:
        chunk = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        encoded.append(pc.dictionary_encode(chunk))
    values = [e.dictionary for e in encoded]
    union = values[0] if len(values) == 1 else pc.unique(pa.concat_arrays(values))
    empty = pc.index(union, "").as_py()
    coded = []
    for column in encoded:
        codes = np.asarray(column.indices.fill_null(MISSING).to_numpy(zero_copy_only=False), np.int32)
        if len(values) > 1:
            places = pc.index_in(column.dictionary, value_set=union).to_numpy(zero_copy_only=False)
            codes = np.append(places, MISSING).astype(np.int32)[codes]
        coded.append(codes if empty < 0 else np.where(codes == empty, MISSING, codes).astype(np.int32))
    return Pool(union.to_numpy(zero_copy_only=False)), coded


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
