"""Reads an Excel delivery: finds the sheet and header that hold the contract's columns, then its rows.

Takes bytes, gives an extract. Values only: a formula's stored value is read, and nothing is ever evaluated.
"""

from __future__ import annotations

import difflib
import io
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple

import pyarrow as pa
import python_calamine

from insighthub.errors import DataError
from insighthub.sources.archives import inspect_workbook
from insighthub.sources.cell_text import cell_text
from insighthub.sources.contract import Source
from insighthub.sources.extract import ROW_COLUMN, Extract
from insighthub.sources.header import SEARCH_ROWS, no_header, score, settle


class _Candidate(NamedTuple):
    """A row that may be the header."""

    found: int
    row: int  # counted from 1
    cells: list[str]
    sheet: Any


def read_excel(data: bytes, source: Source, file: str) -> Extract:
    """Read one sheet of a workbook (.xlsx, .xlsm or .xls).

    Raises:
        DataError: the workbook is damaged, protected or a bomb; the sheet is not there; a column is missing.
    """
    warnings = inspect_workbook(data, file) if data.startswith(b"PK") else []
    workbook = _open(data, file)
    head = _find_header(workbook, source, file)
    while head.cells and not head.cells[-1].strip():
        head.cells.pop()
    header = settle(head.row, head.cells, source.columns(), file)
    width = len(header.names)
    columns: list[list[str | None]] = [[] for _ in range(width)]
    numbers: list[int] = []
    beside = 0
    for number, cells in enumerate(_rows(head.sheet, file), start=1):
        if number <= head.row or not any(c is not None and c != "" for c in cells):
            continue
        beside += any(c is not None and c != "" for c in cells[width:])
        for column, cell in zip(columns, cells, strict=False):
            column.append(cell_text(cell))
        numbers.append(number)
    if beside:
        warnings.append(f"{beside:,} rows hold something to the right of the header's last column; it is not read.")
    others = [n for n in workbook.sheet_names if n != head.sheet.name]
    if others and source.sheet is None:
        warnings.append(f"Sheet {head.sheet.name!r} is read, and {len(others)} other sheets are not.")
    arrays = {n: pa.array(c, pa.string()) for n, c in zip(header.names, columns, strict=True)}
    table = pa.table({**arrays, ROW_COLUMN: pa.array(numbers, pa.int64())})
    return Extract(header=header, table=table, faults=[], kind="excel", warnings=tuple(warnings))


def _open(data: bytes, file: str) -> python_calamine.CalamineWorkbook:
    try:
        return python_calamine.load_workbook(io.BytesIO(data))
    except python_calamine.PasswordError:
        raise DataError("the workbook is protected by a password", remedy="Save it without one", file=file) from None
    except BaseException as error:  # a fault within the reader's own language is no Exception
        raise _damaged(error, file) from None


def _rows(sheet: Any, file: str) -> Iterator[list[Any]]:
    try:
        yield from sheet.iter_rows()
    except BaseException as error:
        raise _damaged(error, file) from None


def _damaged(error: BaseException, file: str) -> BaseException:
    if isinstance(error, KeyboardInterrupt | SystemExit | GeneratorExit | MemoryError):
        return error
    return DataError(
        "the workbook is damaged, or of a kind that cannot be read",
        remedy="Open it in Excel and save it as .xlsx, or ask for the extract as CSV",
        file=file,
    )


def _find_header(workbook: python_calamine.CalamineWorkbook, source: Source, file: str) -> _Candidate:
    names = workbook.sheet_names
    if source.sheet is not None:
        if source.sheet not in names:
            near = difflib.get_close_matches(source.sheet, names, n=1, cutoff=0.5)
            hint = f"Did you mean {near[0]!r}? " if near else ""
            raise DataError(
                f"there is no sheet {source.sheet!r} in the workbook",
                remedy=f"{hint}Correct sheet in the contract",
                file=file,
            )
        names = [source.sheet]
    wanted = source.columns()
    best: _Candidate | None = None
    for name in names:
        try:
            sheet = workbook.get_sheet_by_name(name)
        except BaseException as error:
            if isinstance(error, python_calamine.CalamineError) and source.sheet is None:
                continue  # a chart's sheet, for one, has no rows
            raise _damaged(error, file) from None
        most = max(source.header_row or 0, SEARCH_ROWS)
        for number, row in enumerate(islice(_rows(sheet, file), most), start=1):
            cells = [cell_text(c) or "" for c in row]
            found = score(cells, wanted)
            if source.header_row in {None, number} and (best is None or found > best.found):
                best = _Candidate(found, number, cells, sheet)
    if best is None or best.found == 0:
        raise no_header(file, source.header_row)
    return best
