"""Person records as linkage takes them: sorted, and each text a number in its column's list of distinct values.

Takes ``person_records`` in any order, gives the same rows sorted by source, record id and person, with every text
column but the record id as an Arrow dictionary whose values stand in the order in which the rows first show them. A
source is coded by the process that standardised it, and no later stage hashes or sorts its texts again. A row that is
not linked keeps its key and the reason; its other fields are null, as nobody will read them.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

KEY = ("source", "record_id", "person")
REASON = "not_linked_reason"
MISSING = -1

Codes = npt.NDArray[np.int32]
Indices = npt.NDArray[np.int64]


class Coded(NamedTuple):
    """Distinct values, and for each row the place of its value among them, -1 where it has none."""

    values: pa.Array
    codes: Codes

    def at(self, rows: Indices | None) -> Coded:
        """Return some rows, without the values that none of them has."""
        return self if rows is None else in_order_of_appearance(self.values, self.codes[rows])


def codes_of(column: pa.ChunkedArray | pa.Array) -> Coded:
    """Return the distinct values and codes of a column of text or of an Arrow dictionary."""
    if not pa.types.is_dictionary(column.type):
        column = pc.dictionary_encode(column)
    chunks = column.unify_dictionaries().chunks if isinstance(column, pa.ChunkedArray) else [column]
    if not chunks:
        return Coded(pa.array([], pa.string()), np.empty(0, np.int32))
    codes = [np.asarray(c.indices.fill_null(MISSING).to_numpy(zero_copy_only=False), np.int32) for c in chunks]
    return Coded(chunks[0].dictionary, codes[0] if len(codes) == 1 else np.concatenate(codes))


def in_order_of_appearance(values: pa.Array, codes: Codes) -> Coded:
    """Number values in the order in which the codes first show them, and leave out those that no code shows."""
    highest = np.maximum.accumulate(codes) if len(codes) else codes
    is_so = (
        bool((codes[1:] <= highest[:-1] + 1).all() and codes[0] <= 0 and highest[-1] == len(values) - 1)
        if len(codes)
        else not len(values)
    )
    if is_so:
        return Coded(values, codes)
    again = pa.array(codes, mask=codes < 0).dictionary_encode()
    fresh = np.asarray(again.indices.fill_null(MISSING).to_numpy(zero_copy_only=False), np.int32)
    return Coded(values.take(again.dictionary), fresh)


def is_coded(records: pa.Table) -> bool:
    """Whether person records are coded and in order, so that they need not be again."""
    texts = (f.type for f in records.schema if f.name not in KEY or f.name == "source")
    return all(pa.types.is_dictionary(kind) for kind in texts) and _in_order(records)


def _in_order(records: pa.Table) -> bool:
    if records.num_rows < 2:
        return True
    source = codes_of(records["source"])
    names = source.values.to_pylist()
    rank = np.empty(len(names), np.int64)
    rank[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    place = rank[source.codes]
    step = place[1:] - place[:-1]
    if (step < 0).any():
        return False
    ids = records["record_id"].combine_chunks()
    before, after = ids[:-1], ids[1:]
    higher = pc.greater(after, before).to_numpy(zero_copy_only=False)
    same = pc.equal(after, before).to_numpy(zero_copy_only=False)
    person = records["person"].to_numpy()
    return bool(((step > 0) | higher | (same & (person[1:] >= person[:-1]))).all())


def coded(records: pa.Table) -> pa.Table:
    """Return person records sorted and coded; see the module.

    Args:
        records: text columns as strings or dictionaries, in any order and any chunks.
    """
    order: Indices | None = None
    if not _in_order(records):
        keys = records.select(list(KEY)).cast(
            pa.schema([(n, pa.int32() if n == "person" else pa.string()) for n in KEY])
        )
        order = pc.sort_indices(keys, [(name, "ascending") for name in KEY]).to_numpy()  # which takes no dictionaries
    key = records.select(list(KEY)) if order is None else records.select(list(KEY)).take(pa.array(order))
    columns = {
        "source": _dictionary(codes_of(key["source"])),
        "record_id": key["record_id"],
        "person": key["person"],
    }
    reason = codes_of(records[REASON])
    columns[REASON] = _dictionary(reason.at(order))
    linked = np.flatnonzero((reason.codes if order is None else reason.codes[order]) < 0)
    rows = None if len(linked) == records.num_rows else linked
    taken = order if rows is None else rows if order is None else order[rows]
    for name in records.column_names:
        if name not in columns:
            column = codes_of(records[name]).at(taken)
            columns[name] = _dictionary(column if rows is None else _spread(column, rows, records.num_rows))
    return pa.table({name: columns[name] for name in records.column_names})


def _spread(column: Coded, rows: Indices, count: int) -> Coded:
    codes = np.full(count, MISSING, np.int32)
    codes[rows] = column.codes
    return Coded(column.values, codes)


def _dictionary(column: Coded) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(pa.array(column.codes, mask=column.codes < 0), column.values)
