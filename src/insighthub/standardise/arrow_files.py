"""Tables on disk that are mapped, not loaded: whoever reads them has in memory only the columns at work."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa


def write_arrow(table: pa.Table, path: Path) -> None:
    """Write a table so that it can be mapped."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as file:
        file.write_table(table)


def mapped(path: Path) -> pa.Table:
    """Return a table that lies on disk; on Windows, where a mapped file cannot be removed, it is loaded."""
    if os.name == "nt":
        return pa.ipc.open_file(pa.py_buffer(path.read_bytes())).read_all()
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
