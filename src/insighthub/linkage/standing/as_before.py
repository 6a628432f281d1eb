"""Records that changed in what linkage does not look at: a balance, the state of a permit, a service's own note.

Takes a standing linkage, the records that went and the person-records that came; gives the records of which the same
rows stand already and say the same. They need not be linked again, and most of what sources deliver anew is like that.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from insighthub.linkage.encode import MISSING, one_pool
from insighthub.linkage.standing.arrivals import Present
from insighthub.linkage.standing.folder import Standing
from insighthub.linkage.standing.relinked import RECORD
from insighthub.linkage.standing.segments import FIELDS, linkable, rows_at
from insighthub.standardise.coded import REASON, Coded, coded, codes_of, is_coded
from insighthub.standardise.schema import OTHER_PREFIX

_BETWEEN = "\x1f"  # in no name of a source, so that a key is of one record, whatever stands in its id


def as_before(base: Standing, removed: pa.Table, added: pa.Table) -> pa.Table:
    """Return source and record_id of the records that went and came, and say to linkage what they said before.

    Args:
        base: what was there.
        removed: source and record_id of the records that went.
        added: person-records that came; of a record all of them.
    """
    if not removed.num_rows or not added.num_rows:
        return RECORD.empty_table()
    present = Present.after(base, removed.slice(0, 0), added.slice(0, 0))
    came = added if is_coded(added) else coded(added)
    record, records = _numbered(came)
    rows, of_row = linkable(came), record[pc.is_null(came[REASON]).to_numpy()]
    slots = present.slots_of(rows["source"], rows["record_id"], rows["person"].to_numpy().astype(np.int64))
    there = slots >= 0
    same = there.copy()
    same[there] = _say_the_same(rows.filter(pa.array(there)), rows_at(base.segments, slots[there]))
    # Every row of a record has to stand, and no other row of it.
    stands = np.bincount(of_row[~same], minlength=records.num_rows) == 0
    stands &= np.bincount(of_row, minlength=records.num_rows) == present.rows_of(records)
    stands &= among(records, removed)
    return records.filter(pa.array(stands))


def among(rows: pa.Table, records: pa.Table) -> npt.NDArray[np.bool_]:
    """Return whether each row is of one of some records, shape (rows,)."""
    return np.asarray(pc.is_in(_key(rows), value_set=_key(records)).to_numpy(zero_copy_only=False), bool)


def without(rows: pa.Table, records: pa.Table) -> pa.Table:
    """Return rows without those of some records."""
    return rows.filter(pa.array(~among(rows, records))) if records.num_rows else rows


def _key(rows: pa.Table) -> pa.Array:
    texts = [rows[name].cast(pa.string()).combine_chunks() for name in RECORD.names]
    return pc.binary_join_element_wise(*texts, _BETWEEN)


def _numbered(came: pa.Table) -> tuple[npt.NDArray[np.int64], pa.Table]:
    """Return the number of each row's record, and the records; rows are sorted."""
    names = came.select(RECORD.names).cast(RECORD).combine_chunks()
    differs = [pc.not_equal(names[n][1:], names[n][:-1]).to_numpy() for n in RECORD.names]
    begins = np.concatenate([[True], differs[0] | differs[1]])
    return np.cumsum(begins) - 1, names.filter(pa.array(begins))


def _say_the_same(one: pa.Table, other: pa.Table) -> npt.NDArray[np.bool_]:
    """Return whether each row says what the row beside it says, in all that linkage looks at; shape (rows,)."""
    others = {name for table in (one, other) for name in table.column_names if name.startswith(OTHER_PREFIX)}
    same = np.ones(one.num_rows, bool)
    for name in (*FIELDS, *sorted(others)):
        left, right = one_pool([_column(table, name) for table in (one, other)])[1]
        same &= left == right
    return same


def _column(table: pa.Table, name: str) -> Coded:
    if name not in table.column_names:
        return Coded(pa.array([], pa.string()), np.full(table.num_rows, MISSING, np.int32))
    return codes_of(table[name])
