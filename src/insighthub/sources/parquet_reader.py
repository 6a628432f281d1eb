"""Reads a Parquet delivery: every column as text.

Takes bytes, gives an extract. Rows are numbered from 1, as the format has no lines.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from insighthub.errors import DataError
from insighthub.sources.archives import BOMB_REMEDY
from insighthub.sources.cell_text import column_text
from insighthub.sources.contract import Source
from insighthub.sources.extract import ROW_COLUMN, Extract
from insighthub.sources.header import settle

#: Values that a file may hold: as many as would fill a machine's memory as text.
MAX_VALUES = 500_000_000
MAX_UNPACKED = 8 * 1024**3


def read_parquet(data: bytes, source: Source, file: str) -> Extract:
    """Read a Parquet file.

    Raises:
        DataError: the file is damaged or too large, or a column is missing.
    """
    try:
        parquet = pq.ParquetFile(pa.BufferReader(data))
        facts = parquet.metadata
        groups = [facts.row_group(i) for i in range(facts.num_row_groups)]
        unpacked = sum(g.total_byte_size for g in groups)
        if facts.num_rows * max(facts.num_columns, 1) > MAX_VALUES or unpacked > MAX_UNPACKED:
            raise DataError("the file holds more than can be read at once", remedy=BOMB_REMEDY, file=file)
        names = [parquet.schema_arrow.field(i).name for i in range(len(parquet.schema_arrow))]
        header = settle(None, names, source.columns(), file)
        table = parquet.read()
        columns = [column_text(column) for column in table.columns]
    except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError):
        raise DataError(
            "the Parquet file is damaged or cut short, or its text is not UTF-8",
            remedy="Ask for the extract again",
            file=file,
        ) from None
    numbers = pa.array(np.arange(1, table.num_rows + 1, dtype=np.int64))
    texts = dict(zip(header.names, columns, strict=True))
    return Extract(header=header, table=pa.table({**texts, ROW_COLUMN: numbers}), faults=[], kind="parquet")
