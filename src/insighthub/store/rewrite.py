"""Writes a release's file anew, so that nothing is left in it of rows that were deleted.

Takes the file of a release that nobody has open, gives a file with the same tables and rows in its place. What is
deleted from a database stays in its file until something else is written there; where it must be gone, the tables are
copied into an empty file, and that takes the place of the other.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import duckdb

from insighthub.store.tables import quoted


def rewrite(file: Path, *, row_group: int) -> None:
    """Write a database file anew.

    Args:
        file: of DuckDB.
        row_group: rows that are kept together.
    """
    beside = file.with_name(f"{file.name}.rewritten")
    beside.unlink(missing_ok=True)
    try:
        with duckdb.connect() as db:
            db.execute(f"ATTACH {quoted(file)} AS old (READ_ONLY)")
            db.execute(f"ATTACH {quoted(beside)} AS new (ROW_GROUP_SIZE {row_group})")
            db.execute("COPY FROM DATABASE old TO new")
            db.execute("CHECKPOINT new")
            db.execute("DETACH old")
            db.execute("DETACH new")
        with beside.open("rb") as handle:
            os.fsync(handle.fileno())
        beside.replace(file)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
