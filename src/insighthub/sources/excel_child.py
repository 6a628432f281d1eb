"""Reads a workbook in a process of its own, so that no workbook can take the program down.

Takes a workbook on standard input, gives its rows on standard output: for each sheet a line with its name, then a line
for each row. The library that knows the format is native code, which ends its process when memory runs out, and a
damaged .xls of a few kilobytes can ask for a hundred gigabytes. Here that ends only this process, and soon.
"""

from __future__ import annotations

import io
import json
import sys

import python_calamine

from insighthub.sources.cell_text import cell_text

#: Exit status of a workbook that is protected by a password, and of one that cannot be read.
PROTECTED = 3
DAMAGED = 4
#: The most memory that reading a workbook may take, in bytes.
MAX_MEMORY = 6 * 1024**3


def main() -> int:
    """Write the rows of every sheet, and return the exit status."""
    _bound_memory()
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(sys.stdin.buffer.read()))
        for name in workbook.sheet_names:
            _write_sheet(workbook, name)
    except python_calamine.PasswordError:
        return PROTECTED
    except BaseException:  # a fault within the library's own language is no Exception
        return DAMAGED
    sys.stdout.buffer.flush()
    return 0


def _write_sheet(workbook: python_calamine.CalamineWorkbook, name: str) -> None:
    out = sys.stdout.buffer
    out.write(json.dumps({"sheet": name}).encode() + b"\n")
    try:
        sheet = workbook.get_sheet_by_name(name)
    except python_calamine.WorksheetNotFound:
        return  # a chart's sheet, for one, has no rows
    for row in sheet.iter_rows():
        texts = [cell_text(cell) or None for cell in row]
        out.write(json.dumps(texts if any(texts) else [], separators=(",", ":")).encode() + b"\n")


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:  # not on Windows, where the process is still apart
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    most = MAX_MEMORY if hard == resource.RLIM_INFINITY else min(MAX_MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main())
