"""The data sets as the peers get them: one table of text, and what each column holds.

Takes a prepared data set (``benchmarks.datasets``) or a fictional borough, gives its records for a ``Job``. Public
data keep the columns and the names that they were published with, since the peers' own documentation uses some of
these sets; cells are trimmed, marks for missing values become null, and what a data set splits or calls otherwise in
one of its files is brought together (parts of a date, middle names and initials). The borough's sources have nothing
in common, so there the peers get the records as our own standardisation leaves them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks.borough import Borough
from benchmarks.datasets import Prepared
from benchmarks.peers.job import KEYS, Column, Kind


@dataclass(frozen=True)
class Shape:
    """How one public data set becomes a table: its files, what is selected of them, and what the columns hold."""

    files: tuple[tuple[str, str], ...]  # source, file
    columns: dict[str, Kind]
    select: dict[str, str]  # expressions for columns that are not there as they are; others are taken by name
    delimiter: str = ","
    two_lists: bool = False


_FEBRL: dict[str, Kind] = {
    "given_name": "given",
    "surname": "family",
    "street_number": "number",
    "address_1": "street",
    "address_2": "street",
    "suburb": "place",
    "postcode": "postcode",
    "state": "place",
    "date_of_birth": "date",
    "soc_sec_id": "identifier",
}
_PSEUDOPEOPLE_ADDRESS = ("street_number", "street_name", "unit_number", "city", "state", "zipcode")

SHAPES: dict[str, Shape] = {
    "febrl3": Shape((("febrl3", "febrl3.csv"),), _FEBRL, {}),
    "febrl4": Shape((("febrl4a", "febrl4a.csv"), ("febrl4b", "febrl4b.csv")), _FEBRL, {}, two_lists=True),
    "fake_1000": Shape(
        (("fake_1000", "fake_1000.csv"),),
        {"first_name": "given", "surname": "family", "dob": "date", "city": "place", "email": "contact"},
        {},
    ),
    "historical_50k": Shape(
        (("historical_50k", "historical_50k.parquet"),),
        {
            "first_name": "given",
            "surname": "family",
            "dob": "date",
            "birth_place": "place",
            "postcode_fake": "postcode",
            "gender": "sex",
            "occupation": "text",
        },
        {},
    ),
    "rldata10000": Shape(
        (("rldata10000", "RLdata10000.tsv"),),
        {"first_name": "given", "middle_name": "middle", "last_name": "family", "date_of_birth": "date"},
        {
            "first_name": "nullif(fname_c1, 'NA')",
            "middle_name": "nullif(fname_c2, 'NA')",
            "last_name": "concat_ws('-', nullif(lname_c1, 'NA'), nullif(lname_c2, 'NA'))",
            "date_of_birth": "concat_ws('-', \"by\", lpad(bm, 2, '0'), lpad(bd, 2, '0'))",
        },
        delimiter="\t",
    ),
    "ons_essnet": Shape(
        (("census", "census.csv"), ("cis", "cis.csv")),
        {
            "first_name": "given",
            "last_name": "family",
            "sex": "sex",
            "date_of_birth": "date",
            "address": "street",
            "postcode": "postcode",
        },
        {
            "first_name": "pername1",
            "last_name": "pername2",
            "date_of_birth": "concat_ws('-', dob_year, lpad(dob_mon, 2, '0'), lpad(dob_day, 2, '0'))",
            "address": "enumcap",
            "postcode": "enumpc",
        },
        two_lists=True,
    ),
    "pseudopeople": Shape(
        (("acs", "acs.parquet"), ("cps", "cps.parquet"), ("decennial", "decennial.parquet"), ("ssn", "ssn.parquet")),
        {
            "first_name": "given",
            "middle_initial": "middle",
            "last_name": "family",
            "date_of_birth": "date",
            "sex": "sex",
            "address": "street",
            "city": "place",
            "zipcode": "postcode",
            "ssn": "identifier",
        },
        {},
    ),
}

_BOROUGH: dict[str, Kind] = {
    "given_name": "given",
    "middle_names": "middle",
    "family_name": "family",
    "date_of_birth": "date",
    "sex": "sex",
    "address": "street",
    "postcode": "postcode",
    "phone": "contact",
    "mobile": "contact",
    "email": "contact",
    "nhs_number": "identifier",
    "nino": "identifier",
    "upn": "identifier",
}


def _columns(kinds: dict[str, Kind]) -> tuple[Column, ...]:
    return tuple(Column(name, kind) for name, kind in kinds.items())


def public_records(data: Prepared) -> tuple[pa.Table, tuple[Column, ...], bool]:
    """Return the records of a prepared data set, what their columns hold, and whether they are two clean lists.

    Raises:
        KeyError: the data set has no shape here.
    """
    shape = SHAPES[data.name]
    tables = []
    with duckdb.connect() as connection:
        for source, file in shape.files:
            path = data.folder / file
            there = _column_names(connection, path, shape.delimiter)
            chosen = ", ".join(f'{_expression(shape, n, there)} AS "{n}"' for n in shape.columns)
            read = _read(path, shape.delimiter)
            query = f"""
                SELECT '{source}' AS source, "row" AS record_id, 1::INTEGER AS person, {chosen}
                FROM (SELECT nullif(trim(CAST(COLUMNS(*) AS VARCHAR)), '') FROM {read})
                """
            tables.append(connection.sql(query).to_arrow_table())
    return pa.concat_tables(tables).combine_chunks(), _columns(shape.columns), shape.two_lists


def _read(path: Path, delimiter: str) -> str:
    if path.suffix == ".parquet":
        return f"'{path}'"
    return f"read_csv('{path}', all_varchar = true, header = true, delim = '{delimiter}')"


def _column_names(connection: duckdb.DuckDBPyConnection, path: Path, delimiter: str) -> Sequence[str]:
    return [name.strip() for name in connection.sql(f"SELECT * FROM {_read(path, delimiter)} LIMIT 0").columns]


def _expression(shape: Shape, name: str, there: Sequence[str]) -> str:
    if name in shape.select:
        return f"nullif({shape.select[name]}, '')"
    if name in there:
        return f'"{name}"'
    if name == "middle_initial" and "middle_name" in there:
        return "left(middle_name, 1)"
    if name == "address" and set(_PSEUDOPEOPLE_ADDRESS) <= set(there):
        return "nullif(concat_ws(' ', street_number, street_name, unit_number), '')"
    return "NULL::VARCHAR"


def borough_records(made: Borough) -> tuple[pa.Table, tuple[Column, ...], bool]:
    """Return a borough's standardised records, without those that are never linked."""
    names = ", ".join([*KEYS, *_BOROUGH])
    query = f"SELECT {names} FROM '{made.records}' WHERE not_linked_reason IS NULL ORDER BY source, record_id, person"
    with duckdb.connect() as connection:
        records = connection.sql(query).to_arrow_table()
    # A column with nothing in it is of no use to any of them, and some fall over it.
    kept = {n: kind for n, kind in _BOROUGH.items() if records[n].null_count < records.num_rows}
    return records.select([*KEYS, *kept]).combine_chunks(), _columns(kept), False
