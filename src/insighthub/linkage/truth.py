"""Reads a truth file: which person each record is really of.

Takes CSV or Parquet with source, record_id, entity_id; person where records are joint; household_id where it is known
who lives with whom.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa

from insighthub.errors import DataError

_REMEDY = "Give a CSV or Parquet file with the columns source, record_id, entity_id (and person)"


def read_truth(path: Path) -> pa.Table:
    """Return the truth: source, record_id, entity_id (strings), person (int32), and household_id if the file has it.

    Raises:
        DataError: the file is missing, cannot be read, or lacks a column.
    """
    if not path.is_file():
        raise DataError("there is no such truth file", remedy="Check the path", file=path)
    reader = "read_parquet(?)" if path.suffix.lower() == ".parquet" else "read_csv(?, all_varchar = true)"
    try:
        with duckdb.connect() as db:
            names = [row[0].lower() for row in db.execute(f"DESCRIBE SELECT * FROM {reader}", [str(path)]).fetchall()]
            for name in ("source", "record_id", "entity_id"):
                if name not in names:
                    raise DataError("the truth lacks a column", remedy=_REMEDY, file=path, column=name)
            person = "CAST(person AS INTEGER)" if "person" in names else "1::INTEGER"
            household = ", household_id::VARCHAR AS household_id" if "household_id" in names else ""
            query = (
                "SELECT source::VARCHAR AS source, record_id::VARCHAR AS record_id, "
                f"{person} AS person, entity_id::VARCHAR AS entity_id{household} FROM {reader}"
            )
            table: pa.Table = db.sql(query, params=[str(path)]).to_arrow_table()
            return table
    except duckdb.Error:
        raise DataError("the truth file cannot be read", remedy=_REMEDY, file=path) from None
