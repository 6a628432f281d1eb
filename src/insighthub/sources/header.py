"""Finds the contract's columns in a file's header, wherever the header stands.

Takes candidate rows of cells, gives the header under the names that the contract uses. The header is the row that
holds most of the contract's columns: extracts come with titles, run dates and blank lines above it.
Cells of a row that is not known to be a header are never quoted, as they may be a person's data.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from insighthub.errors import DataError
from insighthub.sources.extract import FILE_COLUMN, ROW_COLUMN, Header

#: How many lines or sheet rows from the top the header may be down.
SEARCH_ROWS = 25
#: More columns than any extract has; a wider header is junk, or a whole file on one line.
MAX_COLUMNS = 5_000
#: Characters of the longest column name; a longer one is a quote left open.
MAX_NAME = 1_000

_PARTING = re.compile(r"[\s_\-]+")
_CONTROLS = re.compile("[\x00-\x1f\x7f\ufeff\u200b]+")


def tidy(name: str) -> str:
    """Return a header cell on one line, without outer space or control characters."""
    return " ".join(_CONTROLS.sub(" ", name).split())


def loose(name: str) -> str:
    """Return what two spellings of one column name share: case and the kind of space do not count."""
    return _PARTING.sub(" ", tidy(name)).strip().casefold()


def score(cells: Sequence[str], wanted: Iterable[str]) -> int:
    """Count the contract's columns that are among the cells of a row."""
    found = {loose(c) for c in cells if len(c) <= MAX_NAME}
    return sum(loose(w) in found for w in wanted)


def settle(row: int | None, cells: Sequence[str], wanted: Mapping[str, str], file: str) -> Header:
    """Name the columns of a header row.

    Args:
        row: where the row is, counted from 1, or None.
        cells: the header's texts.
        wanted: the contract's columns, each with the setting that names it.
        file: the file, for messages.

    Returns:
        The header; a column that the contract spells with another case or spacing takes the contract's name.

    Raises:
        DataError: a column is missing, or two columns answer to one name.
    """
    if len(cells) > MAX_COLUMNS:
        raise DataError(
            f"the header has {len(cells):,} columns, more than the {MAX_COLUMNS:,} that can be read",
            remedy="Check that the file is the extract, and that its delimiter is the one expected",
            file=file,
            row=row,
        )
    long = next((at for at, c in enumerate(cells, start=1) if len(c) > MAX_NAME), None)
    if long is not None:
        raise DataError(
            f"the name of column {long} has more than {MAX_NAME:,} characters",
            remedy="Check that the header's quotes are closed, and that its delimiter is the one expected",
            file=file,
            row=row,
        )
    found = tuple(tidy(c) for c in cells)
    names = list(found)
    warnings: list[str] = []
    missing: list[str] = []
    for column, setting in wanted.items():
        at = [i for i, n in enumerate(names) if n == column] or [
            i for i, n in enumerate(names) if loose(n) == loose(column)
        ]
        if len(at) > 1:
            raise DataError(
                f"{len(at)} columns of the header answer to this name",
                remedy=f"Rename all but the one that {setting} means, or map another column",
                file=file,
                row=row,
                column=column,
            )
        if not at:
            missing.append(column)
        elif names[at[0]] != column:
            warnings.append(f"Column {names[at[0]]!r} is read as {column!r}, which is how the contract spells it.")
            names[at[0]] = column
    if missing:
        raise _missing_columns(missing, names, wanted, row, file)
    fresh, unnamed = _distinct(names)
    twice = sorted(n for n, c in Counter(names).items() if n and c > 1)
    if twice:
        warnings.append(f"Column names given more than once were numbered: {', '.join(twice)}.")
    return Header(row, tuple(fresh), found, frozenset(unnamed), tuple(warnings))


def _missing_columns(
    missing: Sequence[str], names: Sequence[str], wanted: Mapping[str, str], row: int | None, file: str
) -> DataError:
    if len(missing) == len(wanted):
        return no_header(file, row)
    free = [n for n in names if n and n not in wanted]
    hints = []
    for column in missing:
        spelled = {n.casefold(): n for n in free}
        near = difflib.get_close_matches(column.casefold(), list(spelled), n=1, cutoff=0.6)
        hints += [f"{spelled[near[0]]!r} for {column!r}"] if near else []
    others = f" (nor: {', '.join(repr(m) for m in missing[1:])})" if len(missing) > 1 else ""
    settings = ", ".join(wanted[m] for m in missing)
    return DataError(
        f"this column is not in the header{others}",
        remedy=(f"Did you mean {', '.join(hints)}? " if hints else "")
        + f"Correct {settings} in the contract, or ask for the extract again with the column in it",
        file=file,
        row=row,
        column=missing[0],
    )


def no_header(file: str, row: int | None = None) -> DataError:
    """Return the fault of a file in which no row holds any of the contract's columns."""
    where = "this row does not hold" if row is not None else f"none of the first {SEARCH_ROWS} rows holds"
    return DataError(
        f"{where} the column names of the contract, so there is no header to read by",
        remedy="Check that this is the right file, that it has a header row, and that the contract's column names, "
        "delimiter, sheet and header_row are those of the file",
        file=file,
        row=row,
    )


def _distinct(names: list[str]) -> tuple[list[str], list[str]]:
    """Give every column a name of its own, so that none is lost; return them, and those that had none."""
    taken = {*names, FILE_COLUMN, ROW_COLUMN}
    used = {FILE_COLUMN, ROW_COLUMN}
    fresh: list[str] = []
    unnamed: list[str] = []
    for position, name in enumerate(names, start=1):
        stem = name or f"column_{position}"
        own, serial = stem, 2
        while own in used or (own != name and own in taken):
            own, serial = f"{stem}_{serial}", serial + 1
        if not name:
            unnamed.append(own)
        used.add(own)
        fresh.append(own)
    return fresh, unnamed
