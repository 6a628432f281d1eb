"""Asking DuckDB for a table, read to its end: no statement is left open on the connection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa


def arrow(
    db: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None
) -> pa.Table:
    """Return what a query gives, as an Arrow table."""
    table: pa.Table = db.sql(query, params=parameters).to_arrow_table()
    return table


def rows(
    db: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None
) -> list[tuple[Any, ...]]:
    """Return what a query gives, as a list of rows."""
    found: list[tuple[Any, ...]] = db.execute(query, parameters).fetchall()
    return found


def number(
    db: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None
) -> Any:
    """Return the one value that a query gives."""
    return rows(db, query, parameters)[0][0]
