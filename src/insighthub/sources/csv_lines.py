"""Reads delimited text line by line with care: the reference for what a CSV file means.

Takes text, gives rows of fields and the lines that are not rows. Quotes follow RFC 4180, read leniently within a
line (text after a closing quote belongs to the field) and strictly across lines: a quoted field may hold line
ends only if its closing quote ends the field and the record then has as many fields as the header. Else the quote
was a stray one, and only its own line is put aside, not the thousands that follow it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from insighthub.sources.extract import Fault, bounded

TOO_FEW = "too few fields"
TOO_MANY = "too many fields"
UNCLOSED = "unclosed quote"

#: Lines that one quoted field may run over.
MAX_SPAN = 100
#: Characters that a record over several lines may have.
MAX_RECORD = 1_000_000
_BLANK = ' \t\r\v\f\u00a0\u3000\ufeff\u200b"'


class Rows(NamedTuple):
    """Rows of as many fields as the header, their line numbers, and the faults between them."""

    fields: list[list[str]]
    numbers: list[int]
    faults: list[Fault]


class Splitter:
    """Splits lines at one delimiter."""

    def __init__(self, delimiter: str) -> None:
        self.delimiter = delimiter
        d = re.escape(delimiter)
        self._field = re.compile(rf'(?:"((?:[^"]++|"")*+)"([^{d}]*+)|(?!")([^{d}]*+))({d}|\Z)')

    def split(self, line: str) -> list[str] | None:
        """Return the fields of a line, or None where a quote is left open."""
        if '"' not in line:
            return line.split(self.delimiter)
        return self._scan(line)[0]

    def _scan(self, text: str) -> tuple[list[str] | None, bool]:
        """Return the fields, or None where a quote is left open; and whether text follows a closing quote."""
        fields: list[str] = []
        position, untidy = 0, False
        while match := self._field.match(text, position):
            quoted, trailing, plain, end = match.groups()
            if quoted is None:
                fields.append(plain)
            else:
                fields.append(quoted.replace('""', '"') + trailing)
                untidy = untidy or bool(trailing)
            if not end:
                return fields, untidy
            position = match.end()
        return None, untidy

    def split_over(self, lines: Sequence[str], first: int) -> tuple[list[str], int] | None:
        """Return the fields of a record that begins on line ``first`` and ends on a later one, and which that is.

        None where the record does not end within reach, or its quotes are not those of a field over several lines.
        """
        text = lines[first].removesuffix("\r")
        for last in range(first + 1, min(first + MAX_SPAN, len(lines))):
            line = lines[last].removesuffix("\r")
            text = f"{text}\n{line}"
            if len(text) > MAX_RECORD:
                return None
            if '"' not in line:
                continue
            fields, untidy = self._scan(text)
            if untidy:
                return None
            if fields is not None:
                return fields, last
        return None

    def is_blank(self, line: str) -> bool:
        """Say whether a line holds nothing but delimiters, quotes and space."""
        return not line.strip(_BLANK + self.delimiter)

    def fault(self, number: int, line: str, width: int) -> Fault | None:
        """Return why a line is not a row of ``width`` fields, or None where it is."""
        fields = self.split(line)
        if fields is None:
            return Fault(number, None, UNCLOSED, bounded(line))
        if to_width(fields, width) is not None:
            return None
        return Fault(number, None, TOO_FEW if len(fields) < width else TOO_MANY, bounded(line))


def to_width(fields: list[str], width: int) -> list[str] | None:
    """Return the fields without empty ones beyond the header's, or None where that does not make them fit."""
    if len(fields) == width:
        return fields
    if len(fields) > width and not any(f.strip() for f in fields[width:]):
        return fields[:width]
    return None


def read_rows(lines: Sequence[str], first_number: int, width: int, splitter: Splitter) -> Rows:
    """Read lines as rows.

    Args:
        lines: text without line feeds.
        first_number: the number of the first of them in the file, counted from 1.
        width: how many fields the header has.
        splitter: knows the delimiter.
    """
    rows = Rows([], [], [])
    at = 0
    while at < len(lines):
        line = lines[at].removesuffix("\r")
        number = first_number + at
        at += 1
        fields = splitter.split(line)
        if fields is not None and len(fields) == width:
            rows.fields.append(fields)
            rows.numbers.append(number)
            continue
        if fields is None:
            over = splitter.split_over(lines, at - 1)
            if over is not None and to_width(over[0], width) is not None:
                fields, at = over[0], over[1] + 1
        if (fields is None or len(fields) < width) and splitter.is_blank(line):
            continue
        fit = None if fields is None else to_width(fields, width)
        if fit is not None:
            rows.fields.append(fit)
            rows.numbers.append(number)
        else:
            fault = splitter.fault(number, line, width)
            assert fault is not None
            rows.faults.append(fault)
    return rows


def head_records(lines: Sequence[str], splitter: Splitter, most: int) -> Iterator[tuple[int, int, list[str]]]:
    """Yield (first line, line after the last, cells) of the records at the top of a file, counted from 0.

    A header cell may hold a line end within quotes, so records are not lines here either.
    """
    at = 0
    while at < min(most, len(lines)):
        line = lines[at].removesuffix("\r")
        fields, after = splitter.split(line), at + 1
        if fields is None and (over := splitter.split_over(lines, at)) is not None:
            fields, after = over[0], over[1] + 1
        if fields is not None:
            yield at, after, fields
        at = after
