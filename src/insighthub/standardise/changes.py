"""What changed in a source between two deliveries, record by record.

Takes a landed table and its contract, gives the content of each record as a hash; the run holds it against what the
release before had. Rows that the contract's ``deleted`` applies to are left out: the source says that it no longer
holds them. A record that is delivered again as it was has not changed, in whatever order or file it comes.
"""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from insighthub.sources.contract import Source
from insighthub.sources.extract import FILE_COLUMN, ROW_COLUMN
from insighthub.standardise.records import reasons, record_ids
from insighthub.store.tables import arrow

CONTENT = pa.schema(
    [
        pa.field("record_id", pa.string(), nullable=False),
        pa.field("content", pa.uint64(), nullable=False),
        pa.field("hidden", pa.string()),
        pa.field("place", pa.int64(), nullable=False),  # place in the landed table
    ]
)


def content_of(landed: pa.Table, source: Source) -> pa.Table:
    """Return the records of a landed table under ``CONTENT``, in its order.

    Args:
        landed: as landing wrote it.
        source: its contract.

    Raises:
        ContractError: the contract names a column that is not there.
    """
    names = sorted(name for name in landed.column_names if name not in {FILE_COLUMN, ROW_COLUMN})
    with duckdb.connect() as db:
        db.register("landed", landed.select(names))
        values = ", ".join('"' + name.replace('"', '""') + '"' for name in names)
        content = arrow(db, f"SELECT hash({values}) AS content FROM landed")["content"]
    table = pa.table(
        {
            "record_id": record_ids(landed, source),
            "content": content,
            "hidden": reasons(landed, source.hidden, source.name),
            "place": pa.array(range(landed.num_rows), pa.int64()),
        }
    )
    there = pc.is_null(reasons(landed, source.deleted, source.name))
    return table.filter(there).cast(CONTENT)
