"""Reads a Parquet delivery: every column as text.

Takes bytes, gives an extract. Rows are numbered from 1, as the format has no lines. A text that stands in many rows is
stored once in such a file, so how much text there would be is counted before it is written out.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from insighthub.errors import DataError
from insighthub.sources.archives import BOMB_REMEDY
from insighthub.sources.cell_text import cell_text
from insighthub.sources.contract import Source
from insighthub.sources.extract import ROW_COLUMN, Extract
from insighthub.sources.header import settle

#: Values that a file may hold: as many as would fill a machine's memory as text.
MAX_VALUES = 500_000_000
#: Bytes that its text, or its parts when unpacked, may have.
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
            raise _too_large(file)
        fields = list(parquet.schema_arrow)
        header = settle(None, [f.name for f in fields], source.columns(), file)
        texts_once = [f.name for f in fields if pa.types.is_string(f.type) or pa.types.is_large_string(f.type)]
        table = pq.ParquetFile(pa.BufferReader(data), read_dictionary=texts_once).read()
        if sum(_text_length(column) for column in table.columns) > MAX_UNPACKED:
            raise _too_large(file)
        columns = [_column_text(column) for column in table.columns]
    except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError):
        raise DataError(
            "the Parquet file is damaged or cut short",
            remedy="Ask for the extract again",
            file=file,
        ) from None
    numbers = pa.array(np.arange(1, table.num_rows + 1, dtype=np.int64))
    texts = dict(zip(header.names, columns, strict=True))
    return Extract(header=header, table=pa.table({**texts, ROW_COLUMN: numbers}), faults=[], kind="parquet")


def _too_large(file: str) -> DataError:
    return DataError("the file holds more than can be read at once", remedy=BOMB_REMEDY, file=file)


def _text_length(column: pa.ChunkedArray) -> int:
    """Return how many bytes the texts of a column have together, each as often as it stands there."""
    if not pa.types.is_dictionary(column.type):
        return 0
    lengths = (pc.sum(pc.binary_length(c.dictionary).take(c.indices)).as_py() or 0 for c in column.chunks)
    return int(sum(lengths))


def _column_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column of any type as text."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        chunks = [
            _column_text(pa.chunked_array([c.dictionary])).combine_chunks().take(c.indices) for c in column.chunks
        ]
        return pa.chunked_array(chunks, pa.string())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _checked_text(column)
    as_they_are = (
        pa.types.is_integer,
        pa.types.is_date32,
        pa.types.is_null,
        pa.types.is_decimal,
        pa.types.is_boolean,
    )
    if any(is_kind(kind) for is_kind in as_they_are):
        return column.cast(pa.string())
    return pa.chunked_array([pa.array(map(cell_text, column.to_pylist()), pa.string())])


def _checked_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return text as text; the format says that it is UTF-8, but not every writer kept to that."""
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        binary = column.cast(pa.large_binary())
        return pa.chunked_array([pa.array(map(cell_text, binary.to_pylist()), pa.string())])
    return column.cast(pa.string())
