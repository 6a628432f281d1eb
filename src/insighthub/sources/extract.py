"""What every reader gives: the rows of one file as text, and the rows it could not take.

A reader knows one format and nothing of landing; the row checks know nothing of formats. They meet here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa

#: Columns that landing adds to those of the file.
FILE_COLUMN = "_file"
ROW_COLUMN = "_row"

#: How much of a quarantined row is kept, in characters.
RAW_LIMIT = 500

#: What parts the cells of a quarantined row.
RAW_SEPARATOR = "|"


class Fault(NamedTuple):
    """A row that cannot be landed, and why.

    ``reason`` is one of a short list of phrases, so that rows can be counted by it; it never quotes the row.
    """

    row: int
    column: str | None
    reason: str
    raw: str | None


@dataclass(frozen=True)
class Header:
    """The columns of a file under the names they are landed by.

    Args:
        row: line or sheet row of the header, counted from 1; None for formats that have no such row.
        names: one name a column, in the file's order, each once.
        found: the same columns as the file spells them.
        unnamed: those of ``names`` that the file left blank.
        warnings: what was read with some licence, in sentences.
    """

    row: int | None
    names: tuple[str, ...]
    found: tuple[str, ...]
    unnamed: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Extract:
    """One file as it was read.

    Args:
        header: the file's columns.
        table: nullable strings under ``header.names``, as found (not yet trimmed), and ``_row`` (int64). Rows
            that are blank may still be among them.
        faults: rows that the reader could not take, in order.
        kind: csv, excel, parquet or jsonl.
        encoding: what the text was read as; None for formats that are not text.
        delimiter: what parts the fields of a CSV file.
        may_hold_controls: whether the text can hold control characters, so that the checks must look.
        warnings: what the user should know of the file as a whole, in sentences.
    """

    header: Header
    table: pa.Table
    faults: Sequence[Fault]
    kind: str
    encoding: str | None = None
    delimiter: str | None = None
    may_hold_controls: bool = True
    warnings: tuple[str, ...] = ()


def bounded(raw: str) -> str:
    """Return the start of a row's text, short enough to keep and valid as UTF-8."""
    return raw[:RAW_LIMIT].encode("utf-8", "backslashreplace").decode("utf-8")
