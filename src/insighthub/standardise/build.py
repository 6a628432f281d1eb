"""Standardisation of many sources as one table.

Takes landed tables (or the files they are kept in) with their contracts, gives person_records with the columns of all
of them, in the order of the sources. ``intake`` gives the same coded, on every core, for linkage.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from insighthub.progress import Progress, Silent
from insighthub.sources.contract import Source
from insighthub.standardise.records import other_columns, person_records_schema, standardise

__all__ = ["standardise", "standardise_all"]

Item = tuple[pa.Table | Path, Source]


def standardise_all(items: Sequence[Item], *, as_of: date | None = None, progress: Progress | None = None) -> pa.Table:
    """Return the person records of several sources, in their order; a source that lacks a field has nulls in it.

    Args:
        items: landed tables, or Parquet files that hold them, each with its contract.
        as_of: the day after which a date is in the future; today where it is not given.
        progress: hears of each source as it is done.

    Raises:
        ContractError: a contract names a column that is not there.
    """
    today = as_of or date.today()
    progress = progress or Silent()
    done = []
    for landed, source in items:
        done.append(standardise(pq.read_table(landed) if isinstance(landed, Path) else landed, source, today))
        progress.advance(len(done), len(items))
    return _concatenated(done, [source for _, source in items])


def _concatenated(tables: Sequence[pa.Table], sources: Sequence[Source]) -> pa.Table:
    others = tuple(dict.fromkeys(name for source in sources for name in other_columns(source)))
    schema = person_records_schema(others)
    full = [
        pa.Table.from_arrays(
            [
                table.column(name) if name in table.column_names else pa.nulls(table.num_rows, pa.string())
                for name in schema.names
            ],
            schema=schema,
        )
        for table in tables
    ]
    return pa.concat_tables(full) if full else schema.empty_table()
