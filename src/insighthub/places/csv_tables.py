"""Reads the CSV files of places: every column as text, found by any of the names that publishers give it.

Takes a path, gives an Arrow table of texts. Office for National Statistics, Ordnance Survey and council files name the
same column differently; the names that are understood stand with each reader.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from numpy.typing import NDArray

from insighthub.errors import DataError

#: Rows in a file are counted as lines are: the header is the first.
FIRST_ROW = 2


def read_texts(path: Path) -> pa.Table:
    """Return a CSV's columns as texts, with names in small letters; an empty cell is an empty text.

    Raises:
        DataError: the file is not there, is no CSV in UTF-8, or names a column twice.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            head = [name.strip().lower() for name in next(csv.reader(lines), [])]
    except (OSError, UnicodeError, csv.Error):
        raise DataError(
            "the file cannot be read", remedy="Check that it is there, and is a CSV in UTF-8", file=path
        ) from None
    if not any(head):
        raise DataError("the file is empty", remedy="Ask for it again", file=path)
    names = [name or f"column {k}" for k, name in enumerate(head, start=1)]  # spreadsheets leave empty ones at the end
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise DataError("two columns have this name", remedy="Rename one of them", file=path, column=twice)
    try:
        return pyarrow.csv.read_csv(
            path,
            read_options=pyarrow.csv.ReadOptions(column_names=names, skip_rows=1),
            parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
            convert_options=pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError, UnicodeError):
        raise DataError(
            "the file is not a table: its rows differ in length, or it is not in UTF-8",
            remedy="Save it as a CSV in UTF-8 with one header row",
            file=path,
        ) from None


def column(table: pa.Table, names: Collection[str]) -> str | None:
    """Return the first of the names that the table has, or nothing."""
    return next((name for name in names if name in table.column_names), None)


def needed(table: pa.Table, what: str, names: Sequence[str], path: Path) -> str:
    """Return the first of the names that the table has.

    Raises:
        DataError: it has none of them.
    """
    found = column(table, names)
    if found is None:
        raise DataError(f"no column says the {what}", remedy=f"Name its column one of: {', '.join(names)}", file=path)
    return found


def texts(table: pa.Table, name: str) -> list[str]:
    """Return a column's texts without spaces around them."""
    return list(pc.utf8_trim_whitespace(table[name]).to_pylist())


def numbers(table: pa.Table, name: str, path: Path) -> NDArray[np.float64]:
    """Return a column's numbers, NaN where a cell is empty.

    Raises:
        DataError: a cell is no number; the message names its row.
    """
    trimmed = pc.utf8_trim_whitespace(table[name])
    filled = pc.if_else(pc.equal(trimmed, ""), "nan", trimmed)
    try:
        values: NDArray[np.float64] = pc.cast(filled, pa.float64()).to_numpy()
    except pa.ArrowInvalid:
        row = next(k for k, text in enumerate(filled.to_pylist()) if not _is_number(text))
        raise DataError(
            "this is not a number",
            remedy="Mend the cell, or leave it empty",
            file=path,
            row=row + FIRST_ROW,
            column=name,
        ) from None
    return values


def _is_number(text: str) -> bool:
    try:
        pa.scalar(text).cast(pa.float64())
    except pa.ArrowInvalid:
        return False
    return True
