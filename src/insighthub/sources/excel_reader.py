"""Reads an Excel delivery: finds the sheet and header that hold the contract's columns, then its rows.

Takes bytes, gives an extract. Values only: a formula's stored value is read, and nothing is ever evaluated. The
workbook itself is opened by ``excel_child``, in another process.
"""

from __future__ import annotations

import difflib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from typing import IO, NamedTuple

import pyarrow as pa

from insighthub.errors import DataError
from insighthub.sources.archives import inspect_workbook
from insighthub.sources.contract import Source
from insighthub.sources.excel_child import PROTECTED
from insighthub.sources.extract import ROW_COLUMN, Extract
from insighthub.sources.header import SEARCH_ROWS, no_header, score, settle

#: How long a workbook may take to open, in seconds; the largest take a minute.
PATIENCE = 900

#: The name that a workbook with a password has in place of its parts.
_PROTECTED = "EncryptedPackage".encode("utf-16-le")

Cells = list[str | None]


class _Candidate(NamedTuple):
    """A row that may be the header."""

    found: int
    row: int  # counted from 1
    cells: list[str]
    sheet: str
    start: int  # where the sheet's rows begin in the opened workbook


class _Opened(NamedTuple):
    """A workbook's rows as ``excel_child`` wrote them."""

    lines: IO[bytes]
    sheets: dict[str, int]  # where the rows of each begin

    def rows(self, start: int) -> Iterator[Cells]:
        """Yield the rows of the sheet whose rows begin at a place, the blank ones as empty lists."""
        self.lines.seek(start)
        for line in self.lines:
            if line.startswith(b"{"):
                return
            yield json.loads(line)


def read_excel(data: bytes, source: Source, file: str) -> Extract:
    """Read one sheet of a workbook (.xlsx, .xlsm or .xls).

    Raises:
        DataError: the workbook is damaged, protected or a bomb; the sheet is not there; a column is missing.
    """
    if _PROTECTED in data:
        raise _protected(file)
    warnings = inspect_workbook(data, file) if data.startswith(b"PK") else []
    with tempfile.TemporaryFile() as lines:
        opened = _open(data, lines, file)
        head = _find_header(opened, source, file)
        header = settle(head.row, head.cells, source.columns(), file)
        width = len(header.names)
        columns: list[Cells] = [[] for _ in range(width)]
        numbers: list[int] = []
        beside = 0
        for number, cells in enumerate(opened.rows(head.start), start=1):
            if number <= head.row or not cells:
                continue
            beside += any(cells[width:])
            for column, cell in zip(columns, cells, strict=False):
                column.append(cell)
            numbers.append(number)
    if beside:
        warnings.append(f"{beside:,} rows hold something to the right of the header's last column; it is not read.")
    if len(opened.sheets) > 1 and source.sheet is None:
        warnings.append(f"Sheet {head.sheet!r} is read, and {len(opened.sheets) - 1} other sheets are not.")
    arrays = {n: pa.array(c, pa.string()) for n, c in zip(header.names, columns, strict=True)}
    table = pa.table({**arrays, ROW_COLUMN: pa.array(numbers, pa.int64())})
    return Extract(header=header, table=table, faults=[], kind="excel", warnings=tuple(warnings))


def _open(data: bytes, lines: IO[bytes], file: str) -> _Opened:
    """Have a process of its own write the workbook's rows to a file that is ours."""
    command = [sys.executable, "-m", "insighthub.sources.excel_child"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p), "RUST_BACKTRACE": "0"}
    try:
        done = subprocess.run(  # noqa: S603 - the command is ours, and the file is only its input
            command,
            input=data,
            stdout=lines,
            stderr=subprocess.DEVNULL,
            env=environment,
            timeout=PATIENCE,
            check=False,
        )
        status = done.returncode
    except subprocess.TimeoutExpired:
        status = -1
    if status == PROTECTED:
        raise _protected(file)
    if status != 0:
        raise DataError(
            "the workbook is damaged, or of a kind that cannot be read, or asks for more memory than it may",
            remedy="Open it in Excel and save it as .xlsx, or ask for the extract as CSV",
            file=file,
        )
    sheets: dict[str, int] = {}
    lines.seek(0)
    at = 0
    for line in lines:
        at += len(line)
        if line.startswith(b"{"):
            sheets[json.loads(line)["sheet"]] = at
    return _Opened(lines, sheets)


def _protected(file: str) -> DataError:
    return DataError("the workbook is protected by a password", remedy="Save it without one", file=file)


def _find_header(opened: _Opened, source: Source, file: str) -> _Candidate:
    sheets = opened.sheets
    if source.sheet is not None:
        if source.sheet not in sheets:
            near = difflib.get_close_matches(source.sheet, list(sheets), n=1, cutoff=0.5)
            hint = f"Did you mean {near[0]!r}? " if near else ""
            raise DataError(
                f"there is no sheet {source.sheet!r} in the workbook",
                remedy=f"{hint}Correct sheet in the contract",
                file=file,
            )
        sheets = {source.sheet: sheets[source.sheet]}
    wanted = source.columns()
    best: _Candidate | None = None
    for name, start in sheets.items():
        for number, row in enumerate(opened.rows(start), start=1):
            if number > max(source.header_row or 0, SEARCH_ROWS):
                break
            cells = [cell or "" for cell in row]
            found = score(cells, wanted)
            if source.header_row in {None, number} and (best is None or found > best.found):
                best = _Candidate(found, number, cells, name, start)
    if best is None or best.found == 0:
        raise no_header(file, source.header_row)
    while not best.cells[-1].strip():
        best.cells.pop()
    return best
