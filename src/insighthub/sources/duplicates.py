"""Leaves one row a record id, and puts the others aside with the reason.

Takes the rows of all deliveries of a source, gives which stay. Of several rows with one id the last stays, for a
delivery is newer than the one before it, and systems stack a resubmission below what it replaces. Where an id is
rightly given to several people (a joint tenancy), the contract names further columns in ``record_id``; until it does
the rows are in quarantine, under a reason of their own, and a warning says so.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from insighthub.sources.contract import Source
from insighthub.sources.extract import FILE_COLUMN, ROW_COLUMN

REPEATED = "repeated row"
REPLACED = "replaced by a later delivery"
SAME_ID = "same record id as a later row"

Indices = npt.NDArray[np.int64]


def record_ids(table: pa.Table, columns: Sequence[str]) -> pa.ChunkedArray:
    """Return each row's record id: its columns joined with bars; null where one of them is null."""
    if len(columns) == 1:
        return table[columns[0]]
    return pc.binary_join_element_wise(*(table[c] for c in columns), "|")


def later_twins(ids: pa.ChunkedArray) -> tuple[Indices, Indices]:
    """Return the rows whose id comes again below, and for each the last row of that id."""
    nothing = np.empty(0, np.int64)
    if pc.count_distinct(ids).as_py() == len(ids):
        return nothing, nothing
    codes = _codes(ids)
    order = np.arange(len(codes), dtype=np.int64)
    last = np.zeros(int(codes.max()) + 1, np.int64)
    np.maximum.at(last, codes, order)
    kept = last[codes]
    earlier = np.flatnonzero(kept != order)
    return earlier, kept[earlier]


def reasons(
    table: pa.Table, names: Sequence[str], files: Indices, earlier: Indices, kept: Indices
) -> npt.NDArray[np.str_]:
    """Say of each earlier row why it is put aside.

    Args:
        table: all rows.
        names: the columns that make up a row's content.
        files: which delivery each row is from.
        earlier: the rows to put aside.
        kept: for each of them, the row that stays.
    """
    same = np.ones(len(earlier), bool)
    left, right = pa.array(earlier), pa.array(kept)
    for name in names:
        before, after = table[name].take(left), table[name].take(right)
        equal = pc.fill_null(pc.equal(before, after), False)
        both_null = pc.and_(pc.is_null(before), pc.is_null(after))
        same &= pc.or_(equal, both_null).to_numpy().astype(bool, copy=False)
    newer = files[earlier] != files[kept]
    return np.where(same, REPEATED, np.where(newer, REPLACED, SAME_ID))


def telling_column(table: pa.Table, source: Source, repeats: int) -> str | None:
    """Return a column that, added to the record id, would tell all rows apart but ``repeats``; None if none would.

    Columns that hold a person's particulars are no part of an id: they change.
    """
    particulars = {c for field in source.person.fields().values() for c in field.names()}
    names: list[str] = table.column_names
    for name in names:
        if name in {*source.record_id, *particulars, FILE_COLUMN, ROW_COLUMN} or table[name].null_count:
            continue
        if pc.count_distinct(record_ids(table, [*source.record_id, name])).as_py() == table.num_rows - repeats:
            return name
    return None


def _codes(ids: pa.ChunkedArray) -> npt.NDArray[np.int32]:
    codes: npt.NDArray[np.int32] = ids.combine_chunks().dictionary_encode().indices.to_numpy()
    return codes
