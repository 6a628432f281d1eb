"""Sheets for people: rows written as CSV or as an Excel workbook, and read back, with no formula that could run.

Takes a table of texts and a path that ends with .csv or .xlsx. A cell that a spreadsheet would take for a formula
gets an apostrophe in front, in either form, and loses it again when it is read.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from insighthub.errors import DataError, RunError
from insighthub.later import later
from insighthub.sources.archives import inspect_workbook
from insighthub.store.whole_file import write_whole

openpyxl = later("openpyxl")

#: What a formula begins with, in one spreadsheet or another.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
_SHEET = "Sheet"
_WIDEST = 60
_MOST_ROWS, _MOST_COLUMNS = 1_000_000, 500
_MOST_BYTES = 200_000_000


def safe(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def plain(text: str) -> str:
    """Return what a cell held before it was made safe."""
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


def write_sheet(path: Path, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Write a sheet, whole or not at all.

    Raises:
        RunError: the name ends otherwise than .csv or .xlsx, or the file cannot be written.
    """
    kind = _kind(path)
    cells = [[safe(text) for text in row] for row in (header, *rows)]

    def write(beside: Path) -> None:
        if kind == ".csv":
            # The mark at the start tells a spreadsheet that the file is UTF-8.
            with beside.open("w", encoding="utf-8-sig", newline="") as handle:
                csv.writer(handle).writerows(cells)
        else:
            _write_workbook(beside, cells)

    write_whole(path, write)


def read_sheet(path: Path) -> list[list[str]]:
    """Read a sheet, its header first; cells are texts, and empty where there is nothing.

    Raises:
        RunError: the name ends otherwise than .csv or .xlsx.
        DataError: the file is not there, is too large, or is no such file.
    """
    kind = _kind(path)
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise DataError(
                "the file is too large for a sheet of answers", remedy="Check that it is the right one", file=path
            )
        rows = _read_csv(path) if kind == ".csv" else _read_workbook(path)
    except (OSError, ValueError, KeyError, csv.Error) as error:
        raise DataError(
            f"the file cannot be read as a sheet ({type(error).__name__})",
            remedy="Save it again as a CSV in UTF-8, or as an Excel workbook",
            file=path,
        ) from None
    return [[plain(text) for text in row] for row in rows]


def _kind(path: Path) -> str:
    kind = path.suffix.lower()
    if kind not in {".csv", ".xlsx"}:
        raise RunError("a sheet is a .csv or an .xlsx file", remedy="Give a name that ends so", file=path)
    return kind


def _write_workbook(path: Path, cells: list[list[str]]) -> None:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.title = _SHEET
    for row in cells:
        sheet.append(row)
    for row in sheet.iter_rows():
        for cell in row:
            cell.data_type = "s"  # a text, whatever it looks like: leading noughts stay
            cell.number_format = "@"
    sheet.freeze_panes = "A2"
    for number, column in enumerate(sheet.columns, start=1):
        width = max(len(str(cell.value or "")) for cell in column)
        sheet.column_dimensions[column[0].column_letter].width = min(width, _WIDEST) + 2
        assert number <= _MOST_COLUMNS
    with path.open("wb") as handle:
        workbook.save(handle)


def _read_csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return [row for _, row in zip(range(_MOST_ROWS), csv.reader(handle), strict=False)]


def _read_workbook(path: Path) -> list[list[str]]:
    inspect_workbook(path.read_bytes(), str(path))  # what unpacks to more than it may is not opened
    try:
        workbook = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except BadZipFile as error:
        raise ValueError("no workbook") from error
    try:
        sheet: Any = workbook[_SHEET] if _SHEET in workbook.sheetnames else workbook.worksheets[0]
        limits = {"max_row": _MOST_ROWS, "max_col": _MOST_COLUMNS, "values_only": True}
        return [_without_end(row) for row in sheet.iter_rows(**limits)]
    finally:
        workbook.close()


def _without_end(row: Sequence[Any]) -> list[str]:
    """Return a row's cells as texts, without the empty ones after its last."""
    cells = ["" if value is None else str(value) for value in row]
    while cells and not cells[-1]:
        cells.pop()
    return cells
