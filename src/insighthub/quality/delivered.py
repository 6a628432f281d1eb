"""Which fields the landed rows of a source fill in: what was delivered, before anything was made of it.

Takes a landed Parquet file and its contract, gives a row for each record, or for those that are asked for, with a flag
for each mapped field of the person whom the record is about. A text that only says that nothing is known, such as
"N/A", or that the contract declares to mean so, is no value.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from insighthub.sources.contract import STANDARD_FIELDS, FieldMap, Source
from insighthub.standardise.columns import read_column
from insighthub.standardise.records import record_ids
from insighthub.standardise.text import PLACEHOLDERS

_NOTHING = pa.array(sorted(PLACEHOLDERS), pa.string())
#: One row a record; a flag is null where the source does not map the field.
DELIVERED = pa.schema(
    [("source", pa.string()), ("record_id", pa.string()), *((name, pa.bool_()) for name in STANDARD_FIELDS)]
)
_NO_WORD = r"^[\W_]*$"


def measured_fields(source: Source) -> tuple[str, ...]:
    """Return the standard fields that a source maps, in the contract's order; its own extra fields are left out."""
    return tuple(name for name in source.person.fields() if not name.startswith("other_"))


def delivered_fields(path: Path, source: Source, among: pa.Array | None = None) -> pa.Table:
    """Return which fields have a value, record by record, under ``DELIVERED``.

    Args:
        path: the landed records.
        source: the contract.
        among: ids of the records that are looked at; all where it is not given.

    Raises:
        ContractError: the contract names a column that is not there.
    """
    person = source.person.fields()
    fields = measured_fields(source)
    named = dict.fromkeys([*source.record_id, *(c for name in fields for c in person[name].names())])
    there = set(pq.read_schema(path).names)
    landed = pq.read_table(path, columns=[name for name in named if name in there])
    ids = record_ids(landed, source)
    if among is not None:
        wanted = pc.is_in(ids, value_set=among)
        landed, ids = landed.filter(wanted), ids.filter(wanted)
        if not len(ids):
            return DELIVERED.empty_table()
    filled = {name: _is_filled(landed, person[name], source.name) for name in fields}
    nothing = pa.nulls(len(ids), pa.bool_())
    columns = [pa.repeat(source.name, len(ids)), ids, *(filled.get(name, nothing) for name in STANDARD_FIELDS)]
    return pa.Table.from_arrays(columns, schema=DELIVERED)


def _is_filled(landed: pa.Table, field: FieldMap, source: str) -> pa.Array:
    filled = np.zeros(landed.num_rows, np.bool_)
    unwanted = pa.array(sorted({text.strip().upper() for text in field.null_values}), pa.string())
    for name in field.names():
        coded = read_column(landed, name, source).dictionary_encode()
        upper = pc.utf8_upper(pc.utf8_trim_whitespace(coded.dictionary))
        no_value = pc.or_(pc.match_substring_regex(upper, _NO_WORD), pc.is_in(upper, value_set=_NOTHING))
        no_value = pc.or_(no_value, pc.is_in(upper, value_set=unwanted))
        has = pc.fill_null(pc.invert(no_value).take(coded.indices), False)
        filled |= has.to_numpy(zero_copy_only=False)
    return pa.array(filled)
