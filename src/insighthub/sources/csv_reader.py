"""Reads a CSV delivery: finds its encoding, delimiter and header row, then its rows.

Takes bytes and the contract's source, gives an extract. What the contract declares is believed; what it does not is
found by looking for the contract's columns, as the delimiter and header row that show most of them are the right
ones. Well-formed text goes through Arrow, the rest line by line; both give the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from insighthub.errors import DataError
from insighthub.sources.contract import Source
from insighthub.sources.csv_arrow import Columns, read_columns
from insighthub.sources.csv_lines import Splitter, head_records, read_rows
from insighthub.sources.encoding import Text, read_text
from insighthub.sources.extract import ROW_COLUMN, Extract, Header
from insighthub.sources.header import MAX_COLUMNS, SEARCH_ROWS, no_header, score, settle

_DELIMITERS = (",", ";", "\t", "|")
_SAMPLE = 1 << 16
_NOTHING = b"\x00\t\n\r \x1a\xef\xbb\xbf\xff\xfe"


class _Candidate(NamedTuple):
    """A row that may be the header, read with one delimiter."""

    found: int
    row: int  # counted from 1
    after: int  # the first line below it, counted from 0
    cells: list[str]
    splitter: Splitter


def read_csv(data: bytes, source: Source, file: str, *, careful: bool = False) -> Extract:
    """Read a delimited text file.

    Args:
        data: the whole file.
        source: the contract's source.
        file: the file, for messages.
        careful: read line by line even where Arrow would do.

    Raises:
        DataError: the file is empty or not text, or its header lacks a column of the contract.
    """
    if not data[:_SAMPLE].strip(_NOTHING) and not data.strip(_NOTHING):
        raise DataError("the file is empty", remedy="Ask for the extract again", file=file)
    text = read_text(data, source.encoding)
    head = _find_header(text, source, file)
    header = settle(head.row, head.cells, source.columns(), file)
    start = _line_start(text.data, head.after)
    width, first = len(header.names), head.after + 1
    read = None if careful else read_columns(text.data, start, first, width, head.splitter)
    if read is None:
        read = _read_with_care(text.data, start, first, width, head.splitter)
    return Extract(
        header=header,
        table=_table(header, read),
        faults=read.faults,
        kind="csv",
        encoding=text.encoding,
        delimiter=head.splitter.delimiter,
        may_hold_controls=text.has_controls,
        warnings=text.warnings,
    )


def _find_header(text: Text, source: Source, file: str) -> _Candidate:
    wanted = source.columns()
    lines = _first_lines(text.data, max(source.header_row or 0, SEARCH_ROWS) + SEARCH_ROWS)
    best: _Candidate | None = None
    for delimiter in (source.delimiter,) if source.delimiter else _DELIMITERS:
        if all(line.count(delimiter) > MAX_COLUMNS for line in lines):
            continue
        for candidate in _candidates(lines, Splitter(delimiter), source, wanted):
            if best is None or _rank(candidate) > _rank(best):
                best = candidate
    if best is None or best.found == 0:
        if _is_binary(text.data):
            raise DataError(
                "the content is not text",
                remedy="Check that this is the extract, and not a program's own file; set encoding if it is text",
                file=file,
            )
        raise no_header(file, source.header_row)
    return best


def _rank(candidate: _Candidate) -> tuple[int, int, int]:
    """Most columns of the contract first, then the highest row, then the most cells."""
    return candidate.found, -candidate.row, len(candidate.cells)


def _candidates(lines: list[str], splitter: Splitter, source: Source, wanted: Mapping[str, str]) -> list[_Candidate]:
    found = []
    for at, after, cells in head_records(lines, splitter, max(source.header_row or 0, SEARCH_ROWS)):
        if source.header_row in {None, at + 1} and len(cells) <= MAX_COLUMNS:
            found.append(_Candidate(score(cells, wanted), at + 1, after, cells, splitter))
    return found


def _first_lines(data: bytes, most: int) -> list[str]:
    end = 0
    for _ in range(most):
        end = data.find(b"\n", end) + 1
        if end == 0:
            return data.decode().split("\n")
    return data[: end - 1].decode().split("\n")


def _line_start(data: bytes, line: int) -> int:
    """Return where a line, counted from 0, begins."""
    start = 0
    for _ in range(line):
        start = data.find(b"\n", start) + 1
        if start == 0:
            return len(data)
    return start


def _read_with_care(data: bytes, start: int, first_number: int, width: int, splitter: Splitter) -> Columns:
    lines = data[start:].decode().removesuffix("\n").split("\n")
    rows = read_rows(lines, first_number, width, splitter)
    columns = zip(*rows.fields, strict=True) if rows.fields else ((),) * width
    return Columns(
        [pa.chunked_array([pa.array(c, pa.string())]) for c in columns],
        np.array(rows.numbers, dtype=np.int64),
        rows.faults,
    )


def _table(header: Header, read: Columns) -> pa.Table:
    columns = dict(zip(header.names, read.columns, strict=True))
    return pa.table({**columns, ROW_COLUMN: pa.array(read.numbers, pa.int64())})


def _is_binary(data: bytes) -> bool:
    """Say whether more than one character in a hundred of the first 64 KiB is no part of any text."""
    sample = data[:_SAMPLE]
    printable = sample.translate(None, bytes(c for c in range(32) if c not in b"\t\n\r\v\f") + b"\x7f")
    return len(sample) - len(printable) > len(sample) / 100
