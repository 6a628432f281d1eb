"""Asking DuckDB for a table, read to its end: no statement is left open on the connection."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
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


def one_of(name: str, values: Sequence[object]) -> tuple[str, dict[str, object]]:
    """Return ``IN (...)`` with a parameter for each of some values, and these parameters by name.

    For single values DuckDB passes over the groups of rows that cannot hold them; for a list that is bound as a whole
    it looks at every row.

    Raises:
        ValueError: there are no values.
    """
    if not values:
        raise ValueError("there is nothing to be one of")
    bound: dict[str, object] = {f"{name}_{number}": value for number, value in enumerate(values)}
    return f"IN ({', '.join(f'${key}' for key in bound)})", bound


def quoted(file: Path) -> str:
    """Return the path of a file as SQL writes it, for statements that take no parameters."""
    return "'" + str(file).replace("'", "''") + "'"


def number(
    db: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[Any] | Mapping[str, Any] | None = None
) -> Any:
    """Return the one value that a query gives."""
    return rows(db, query, parameters)[0][0]
