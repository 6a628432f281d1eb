"""Files that say something of pairs of records: labels and decisions.

Takes a CSV or Parquet file whose rows each name two records by reference, gives one table of text; and finds the rows
of the linkage that a pair names. References are read as text, so that ``007`` stays what it is.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from insighthub.errors import DataError

#: The columns that name a pair; ``person_l`` and ``person_r`` are 1 where a file leaves them out.
REFERENCES = ("source_l", "record_id_l", "person_l", "source_r", "record_id_r", "person_r")
NEEDED = ("source_l", "record_id_l", "source_r", "record_id_r")

_ROWS_SQL = """
SELECT coalesce(l.at, -1) AS l, coalesce(r.at, -1) AS r
FROM pairs p
LEFT JOIN places l ON l.source = p.source_l AND l.record_id = p.record_id_l AND l.person = p.person_l
LEFT JOIN places r ON r.source = p.source_r AND r.record_id = p.record_id_r AND r.person = p.person_r
ORDER BY p.at
"""


def read_pair_file(path: Path, *, answer: str, optional: Collection[str] = ()) -> pa.Table:
    """Read a file of pairs.

    Args:
        path: CSV or Parquet; further columns are left out.
        answer: the column that says something of the pair, which must be there.
        optional: columns that may be there, and are kept where they are.

    Returns:
        The six reference columns (``person_l`` and ``person_r`` int32, the others text), the answer in lower case
        and without spaces around it (empty text where there is none), and those optional columns that are there.

    Raises:
        DataError: the file is missing or cannot be read, lacks a column, or a row of it names no record.
    """
    remedy = f"Give a CSV or Parquet file with the columns {', '.join(NEEDED)} and {answer}"
    if not path.is_file():
        raise DataError("there is no such file", remedy="Check the path", file=path)
    reader = (
        "read_parquet(?)" if path.suffix.lower() == ".parquet" else "read_csv(?, all_varchar = true, header = true)"
    )
    try:
        with duckdb.connect() as db:
            found = [row[0] for row in db.execute(f"DESCRIBE SELECT * FROM {reader}", [str(path)]).fetchall()]
            names = {name.strip().lower(): name for name in found}
            for name in (*NEEDED, answer):
                if name not in names:
                    raise DataError("the file lacks a column", remedy=remedy, file=path, column=name)
            kept = [n for n in (*REFERENCES, answer, *optional) if n in names]
            columns = ", ".join(f'trim("{names[n]}"::VARCHAR) AS {n}' for n in kept)
            table: pa.Table = db.sql(f"SELECT {columns} FROM {reader}", params=[str(path)]).to_arrow_table()
    except duckdb.Error:
        raise DataError("the file cannot be read", remedy=remedy, file=path) from None
    for name in NEEDED:
        empty = np.flatnonzero(pc.equal(pc.fill_null(table[name], ""), "").to_numpy())
        if len(empty):
            raise DataError("a row names no record", remedy="Fill it in", file=path, row=int(empty[0]) + 2, column=name)
    for side in ("person_l", "person_r"):
        table = _with_person(table, side, path)
    text = pc.utf8_lower(pc.fill_null(table[answer], ""))
    return (
        table.drop_columns([answer])
        .append_column(answer, text)
        .select([*REFERENCES, answer, *(n for n in optional if n in table.column_names)])
    )


def numbers_of(table: pa.Table, name: str, path: Path | None = None) -> npt.NDArray[np.float64]:
    """Return a text column as numbers, NaN where it is empty.

    Raises:
        DataError: a value is no number.
    """
    values = np.full(table.num_rows, np.nan)
    for row, text in enumerate(table[name].to_pylist()):
        if text:
            try:
                values[row] = float(text)
            except ValueError:
                raise DataError(
                    "this is no number", remedy="Leave the column as it was drawn", file=path, row=row + 2, column=name
                ) from None
    return values


def places_of(pairs: pa.Table, rows: pa.Table) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the place in ``rows`` of each pair's two records, -1 where it is not there.

    Args:
        pairs: the reference columns.
        rows: source, record_id, person.
    """
    with duckdb.connect() as db:
        db.register("pairs", pairs.append_column("at", pa.array(np.arange(pairs.num_rows))))
        db.register(
            "places",
            rows.select(["source", "record_id", "person"]).append_column("at", pa.array(np.arange(rows.num_rows))),
        )
        found = db.sql(_ROWS_SQL).to_arrow_table()
    left, right = (found[side].to_numpy().astype(np.int64) for side in ("l", "r"))
    return left, right


def _with_person(table: pa.Table, name: str, path: Path) -> pa.Table:
    if name not in table.column_names:
        return table.append_column(name, pa.array(np.ones(table.num_rows, np.int32)))
    numbers = np.nan_to_num(numbers_of(table, name, path), nan=1.0)
    place = table.column_names.index(name)
    return table.set_column(place, name, pa.array(numbers.astype(np.int32)))
