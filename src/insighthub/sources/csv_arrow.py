"""Reads delimited text quickly, where that gives just what the careful reader would.

Takes UTF-8 bytes, gives Arrow columns; or nothing, where the text needs the care of ``csv_lines``. Arrow reads a
line as ``csv_lines`` does, with two differences: it lets a stray quote swallow the lines below it, and it takes a lone
carriage return for a line end. The first shows, as there are then fewer records than lines.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv

from insighthub.sources.csv_lines import Splitter
from insighthub.sources.extract import Fault

#: Arrow's columns count their bytes in 32 bits.
_MAX_BYTES = 2**31 - 2**16


class Columns(NamedTuple):
    """Text columns, the line number of each row, and the lines that are not rows."""

    columns: list[pa.ChunkedArray]
    numbers: npt.NDArray[np.int64]
    faults: list[Fault]


def read_columns(data: bytes, start: int, first_number: int, width: int, splitter: Splitter) -> Columns | None:
    """Read the lines from a place in the text on.

    Args:
        data: valid UTF-8.
        start: where the first line after the header begins, in bytes.
        first_number: the number of that line, counted from 1.
        width: how many fields the header has.
        splitter: knows the delimiter, and what is wrong with a line.

    Returns:
        None where only the careful reader gets it right.
    """
    length = len(data) - start
    lines = data.count(b"\n", start) + (length > 0 and not data.endswith(b"\n"))
    if length > _MAX_BYTES or lines == 0 or not splitter.delimiter.isascii() or _lone_returns(data, start):
        return None
    last = data[data.rfind(b"\n", start, len(data) - 1) + 1 if lines > 1 else start :]
    if splitter.split(last.decode().removesuffix("\n").removesuffix("\r")) is None:
        return None
    skipped: list[tuple[int, str]] = []

    def skip(row: pa_csv.InvalidRow) -> str:
        skipped.append((row.number, row.text))
        return "skip"

    names = [str(i) for i in range(width)]
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(pa.py_buffer(data).slice(start)),
            # one block: a quote left open then shows as missing records; one thread: rows are told by number
            pa_csv.ReadOptions(use_threads=False, block_size=length + 1, column_names=names),
            pa_csv.ParseOptions(delimiter=splitter.delimiter, ignore_empty_lines=False, invalid_row_handler=skip),
            pa_csv.ConvertOptions(
                check_utf8=False,
                column_types=dict.fromkeys(names, pa.string()),
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid:
        return None
    if table.num_rows + len(skipped) != lines:
        return None
    faults: list[Fault] = []
    for number, text in skipped:
        if splitter.is_blank(text):
            continue
        fault = splitter.fault(first_number + number - 1, text, width)
        if fault is None:  # a row after all: it only has empty fields too many
            return None
        faults.append(fault)
    numbers = np.arange(first_number, first_number + lines, dtype=np.int64)
    numbers = np.delete(numbers, [number - 1 for number, _ in skipped])
    return Columns(table.columns, numbers, faults)


def _lone_returns(data: bytes, start: int) -> bool:
    """Say whether a carriage return stands anywhere but before a line feed."""
    if data.find(b"\r", start) < 0:  # the common case, and much quicker to know than to count
        return False
    return data.count(b"\r", start) != data.count(b"\r\n", start)
