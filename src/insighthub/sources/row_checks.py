"""Checks the rows of one file: puts aside those that are no records, and trims the rest.

Takes an extract, gives its rows trimmed and with nulls for blanks, and every fault. The checks are vectorised, and
the same for every format. Blank rows vanish here, uncounted: a spreadsheet has thousands below its data.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from insighthub.sources.contract import Source
from insighthub.sources.extract import RAW_LIMIT, RAW_SEPARATOR, ROW_COLUMN, Extract, Fault, Header
from insighthub.sources.totals import TAIL, is_totals

NO_ID = "record id missing"
TOTALS = "totals row"
CONTROLS = "control characters or bytes that are not text"
TOO_LONG = "text too long"
HEADER_AGAIN = "header repeated"

#: Bytes that one field may have; a spreadsheet's cell ends at about this length.
MAX_FIELD = 32_767

#: What is trimmed from the ends of every value.
_SPACE = (
    " \t\r\n\v\f\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
_CONTROL_PATTERN = r"[\x00-\x08\x0e-\x1f\x7f]"

Mask = npt.NDArray[np.bool_]


class Checked(NamedTuple):
    """Rows that may be landed, in the file's order, and the faults of those that may not, by row."""

    table: pa.Table
    faults: list[Fault]


def check_rows(extract: Extract, source: Source) -> Checked:
    """Return an extract's records and faults; together they are all rows that are not blank."""
    trimmed, long = _trimmed(extract)
    sieve = _Sieve(_without_blanks(trimmed, source), extract.faults)
    sieve.put_aside_totals(source.totals_row)
    if extract.may_hold_controls:
        for name in sieve.names:
            sieve.put_aside(pc.match_substring_regex(sieve.table[name], _CONTROL_PATTERN), CONTROLS, name)
    for name in long:
        sieve.put_aside(pc.greater(pc.binary_length(sieve.table[name]), MAX_FIELD), TOO_LONG, name)
    sieve.put_aside(_repeats_header(sieve.table, extract.header, source), HEADER_AGAIN, None)
    for column in source.record_id:
        if sieve.table[column].null_count:
            sieve.put_aside(pc.is_null(sieve.table[column]), NO_ID, column)
    table = sieve.rest()
    unnamed = [n for n in extract.header.unnamed if table[n].null_count == table.num_rows]
    return Checked(table.drop_columns(unnamed), sorted(sieve.faults, key=lambda f: f.row))


class _Sieve:
    """Rows from which some are put aside, each once, for the first reason found."""

    def __init__(self, table: pa.Table, faults: Sequence[Fault]) -> None:
        self.table = table
        self.names = [n for n in table.column_names if n != ROW_COLUMN]
        self.faults = list(faults)
        self._out = np.zeros(table.num_rows, bool)

    def put_aside(self, bad: pa.ChunkedArray | Mask, reason: str, column: str | None) -> None:
        """Move the rows that are ``bad``, and still in, to the faults."""
        mask = bad if isinstance(bad, np.ndarray) else _mask(bad)
        rows = np.flatnonzero(mask & ~self._out)
        if len(rows) == 0:
            return
        self._out[rows] = True
        numbers = self.table[ROW_COLUMN].to_numpy()[rows].tolist()
        texts = raw_text(self.table, self.names, rows).to_pylist()
        self.faults += [Fault(n, column, reason, t) for n, t in zip(numbers, texts, strict=True)]

    def put_aside_totals(self, declared: str | None) -> None:
        """Put aside totals among the last rows, be they as wide as the header or not.

        Where the contract does not say how they begin, a totals row as wide as a record must be half empty as well.
        """
        tail = range(max(0, self.table.num_rows - TAIL), self.table.num_rows)
        numbers = self.table[ROW_COLUMN].slice(tail.start).to_pylist()
        last = sorted([*numbers, *(f.row for f in self.faults[-TAIL:])])[-TAIL:]
        if not last:
            return
        self.faults = [
            f._replace(reason=TOTALS) if f.row >= last[0] and f.raw and is_totals(f.raw, declared) else f
            for f in self.faults
        ]
        bad = np.zeros(self.table.num_rows, bool)
        for at, number in zip(tail, numbers, strict=True):
            cells = [c for c in (self.table[n][at].as_py() for n in self.names) if c is not None]
            sparse = declared is not None or len(cells) <= max(2, len(self.names) // 2)
            bad[at] = number >= last[0] and bool(cells) and sparse and is_totals(cells[0], declared)
        self.put_aside(bad, TOTALS, None)

    def rest(self) -> pa.Table:
        """Return the rows that are still in."""
        return self.table.filter(pa.array(~self._out)) if self._out.any() else self.table


def raw_text(table: pa.Table, names: list[str], rows: npt.NDArray[np.int64]) -> pa.ChunkedArray:
    """Return the start of the text of some rows, their fields parted by bars."""
    some = table.select(names).take(pa.array(rows))
    parts = [pc.utf8_slice_codeunits(some[n], 0, 100) for n in names[:100]]
    if len(parts) == 1:
        joined = pc.fill_null(parts[0], "")
    else:
        joined = pc.binary_join_element_wise(*parts, RAW_SEPARATOR, null_handling="replace", null_replacement="")
    return pc.utf8_slice_codeunits(joined, 0, RAW_LIMIT)


def _trimmed(extract: Extract) -> tuple[pa.Table, list[str]]:
    """Return the table with its texts trimmed and null where blank, and the columns that hold too long a text."""
    columns = {}
    long = []
    for name, column in zip(extract.table.column_names, extract.table.columns, strict=True):
        if name == ROW_COLUMN:
            columns[name] = column
            continue
        trimmed = pc.utf8_trim(column, characters=_SPACE)
        lengths = pc.binary_length(trimmed)
        shortest, longest = pc.min_max(lengths).as_py().values()
        if shortest == 0:
            trimmed = pc.if_else(pc.equal(lengths, 0), pa.scalar(None, pa.string()), trimmed)
        if (longest or 0) > MAX_FIELD:
            long.append(name)
        columns[name] = trimmed
    return pa.table(columns), long


def _without_blanks(table: pa.Table, source: Source) -> pa.Table:
    """Drop the rows in which nothing is filled in; only a row without its id can be one."""
    blank = np.zeros(table.num_rows, bool)
    for column in source.record_id:
        blank |= _mask(pc.is_null(table[column]))
    for name in table.column_names:
        if name != ROW_COLUMN and blank.any():
            blank &= _mask(pc.is_null(table[name]))
    return table.filter(pa.array(~blank)) if blank.any() else table


def _mask(condition: pa.ChunkedArray) -> Mask:
    """Return a condition as booleans; null is false."""
    mask: Mask = pc.fill_null(condition, False).to_numpy().astype(bool, copy=False)
    return mask


def _repeats_header(table: pa.Table, header: Header, source: Source) -> Mask:
    """Find rows that hold the header again, as when exports are put end to end."""
    found = dict(zip(header.names, header.found, strict=True))
    again = np.ones(table.num_rows, bool)
    for column in source.columns():
        if not again.any():
            break
        again &= _mask(pc.equal(table[column], found[column]))
    return again
