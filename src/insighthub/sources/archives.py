"""Unpacks compressed deliveries within bounds, and looks into workbooks before they are opened.

Takes bytes, gives bytes or a fault. A few kilobytes can unpack to more than a machine holds, and what a file
declares of its size may be untrue; so sizes are checked as declared first, and counted while unpacking.
"""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from insighthub.errors import DataError

#: The most that a compressed file may unpack to, in bytes.
MAX_UNPACKED = 2 * 1024**3
#: The most that a workbook's parts may unpack to, in bytes.
MAX_WORKBOOK = 768 * 1024**2
#: How many times smaller than its content a file may be, once that content is larger than ``FREE``.
MAX_RATIO = 250
FREE = 32 * 1024**2
#: Cells of a sheet, from its first to its last used one; a full sheet of thirty columns.
MAX_CELLS = 32 * 1024**2
#: The most text that the cells of a sheet may hold together, in bytes.
MAX_TEXT = 2 * 1024**3

_MAX_PARTS = 5_000
_BLOCK = 1 << 20
_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,7})(\d{1,9})"')
_SHARED = re.compile(rb'\bt="s"[^>]*>\s*<(?:\w+:)?v>(\d{1,9})<')
_SHARED_ITEM = re.compile(rb"<(?:\w+:)?si[\s>]")
_UNCOUNTED_FORMULA = re.compile(rb"</(?:\w+:)?f>\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>")
_ERROR_VALUE = re.compile(rb'<(?:\w+:)?c\s[^>]*?\bt="e"')

BOMB_REMEDY = "If the file is sound, deliver it as CSV or Parquet; else treat it as hostile, and ask where it came from"


def unpack_gzip(data: bytes, file: str) -> bytes:
    """Return what a gzip file holds.

    Raises:
        DataError: it is cut short or damaged, or unpacks to more than it may.
    """
    out = io.BytesIO()
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
            while block := packed.read(_BLOCK):
                out.write(block)
                if _too_much(out.tell(), len(data), MAX_UNPACKED):
                    raise _bomb(file)
    except (zlib.error, EOFError, OSError):
        raise DataError(
            "the compressed file is damaged or cut short", remedy="Ask for the extract again", file=file
        ) from None
    return out.getvalue()


def inspect_workbook(data: bytes, file: str) -> list[str]:
    """Look through a workbook (.xlsx) without opening it.

    Returns:
        Warnings, in sentences: formulas that were saved without their value, and error values.

    Raises:
        DataError: it is damaged, protected, or would take more memory than it may.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            declared = sum(p.file_size for p in parts)
            if len(parts) > _MAX_PARTS or _too_much(declared, len(data), MAX_WORKBOOK):
                raise _bomb(file)
            if any(p.flag_bits & 1 for p in parts):
                raise DataError("the workbook is protected by a password", remedy="Save it without one", file=file)
            return _look_through(archive, parts, len(data), file)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, ValueError, KeyError):
        raise DataError(
            "the workbook is damaged or cut short",
            remedy="Open it in Excel, save it anew, or ask for it again",
            file=file,
        ) from None


def _look_through(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo], packed: int, file: str) -> list[str]:
    unpacked = 0
    lengths = np.zeros(0, np.int64)
    formulas = errors = 0
    for part in sorted(parts, key=lambda p: not p.filename.endswith("sharedStrings.xml")):
        content = io.BytesIO()
        for block in _blocks(archive, part):
            unpacked += len(block)
            if _too_much(unpacked, packed, MAX_WORKBOOK):
                raise _bomb(file)
            content.write(block)
        if part.filename.endswith("sharedStrings.xml"):
            starts = [m.start() for m in _SHARED_ITEM.finditer(content.getbuffer())]
            lengths = np.diff([*starts, content.tell()]) if starts else lengths
        elif "worksheets/" in part.filename and part.filename.endswith(".xml"):
            sheet = content.getvalue()
            _check_extent(sheet, file)
            _check_text(sheet, lengths, file)
            formulas += sum(1 for _ in _UNCOUNTED_FORMULA.finditer(sheet))
            errors += sum(1 for _ in _ERROR_VALUE.finditer(sheet))
    warnings = []
    if formulas:
        warnings.append(
            f"{formulas:,} formulas were saved without their value and are read as empty; "
            "open the workbook in Excel and save it, so that it holds the values."
        )
    if errors:
        warnings.append(f"{errors:,} cells hold an error value such as #N/A; they are read as Excel shows them.")
    return warnings


def _blocks(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(part) as handle:
        while block := handle.read(_BLOCK):
            yield block


def _check_extent(sheet: bytes, file: str) -> None:
    """Refuse a sheet whose used range is huge: a reader makes room for each cell between the first and the last."""
    rows: list[int] = []
    columns: set[bytes] = set()
    for match in _CELL.finditer(sheet):
        columns.add(match[1])
        rows.append(int(match[2]))
    if not rows:
        return
    places = [_column_number(c) for c in columns]
    cells = (max(rows) - min(rows) + 1) * (max(places) - min(places) + 1)
    if cells > MAX_CELLS or max(rows) > 2**20 or max(places) > 2**14:
        raise DataError(
            f"a sheet's used range spans {cells:,} cells, more than the {MAX_CELLS:,} that can be read",
            remedy="Delete what stands far below or beside the data, or deliver it as CSV",
            file=file,
        )


def _check_text(sheet: bytes, lengths: npt.NDArray[np.int64], file: str) -> None:
    """Refuse a sheet whose cells share one long text so often that it would not fit in memory."""
    if len(lengths) == 0 or int(lengths.max()) * sheet.count(b't="s"') <= MAX_TEXT:
        return
    used = np.array([int(m[1]) for m in _SHARED.finditer(sheet)], np.int64)
    used = used[used < len(lengths)]
    if int(lengths[used].sum()) > MAX_TEXT:
        raise _bomb(file)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _too_much(unpacked: int, packed: int, most: int) -> bool:
    return unpacked > most or (unpacked > FREE and unpacked > MAX_RATIO * packed)


def _bomb(file: str) -> DataError:
    return DataError(
        "the file unpacks to far more than its size allows, as a zip bomb does", remedy=BOMB_REMEDY, file=file
    )
