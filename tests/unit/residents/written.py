"""Small releases written out in a test: some records, each said to be of a resident, and the index built of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb

from insighthub.residents import record_tables
from tests.unit.residents.release import AS_OF, build, touch

FIRST = dt.date(2026, 1, 31)  # the day on which sources are first seen, unless a record says otherwise


@dataclass(frozen=True)
class Written:
    """One person on one record of a source."""

    resident: str
    source: str
    record_id: str
    person: int
    columns: dict[str, object]
    facts: Sequence[tuple[str, str, str | None, str | None]] = field(default=())  # kind, name, date, end date


def said(
    resident: str,
    source: str,
    record_id: str | None = None,
    *,
    person: int = 1,
    facts: Sequence[tuple[str, str, str | None, str | None]] = (),
    **columns: object,
) -> Written:
    """Return what a record of a source says of a resident; without an id it is the resident's own record there."""
    role = "main" if person == 1 else "other"
    return Written(resident, source, record_id or f"{source}-{resident}", person, {"role": role, **columns}, facts)


def dwelling(number: int, *, flat: str | None = None, uprn: bool = True, postcode: bool = True) -> dict[str, object]:
    """Return the columns of a dwelling in Mill Lane: its UPRN is 1000 and the number, and 100 times the flat."""
    return {
        "address": f"{f'FLAT {flat} ' if flat else ''}{number} MILL LANE",
        "flat": flat,
        "house_number": str(number),
        "street": "MILL LANE",
        "postcode": "IG21 8AA" if postcode else None,
        "uprn": str(1000 + number + 100 * int(flat or 0)) if uprn else None,
    }


def write(records: Sequence[Written], *, hidden: Sequence[str] = ()) -> duckdb.DuckDBPyConnection:
    """Return a release in memory that holds these records; nothing of the index is built."""
    db = duckdb.connect()
    record_tables.create(db)
    for one in records:
        row = {
            "source": one.source, "record_id": one.record_id, "person": one.person, "first_seen": FIRST,
            "changed_on": one.columns.get("first_seen", FIRST), **one.columns,
        }  # fmt: skip
        names = ", ".join(row)
        db.execute(f"INSERT INTO person_record ({names}) VALUES ({', '.join('?' * len(row))})", list(row.values()))
        db.execute(
            "INSERT INTO membership VALUES (?, ?, ?, ?, NULL)", [one.resident, one.source, one.record_id, one.person]
        )
        for kind, name, date, end_date in one.facts:
            db.execute(
                "INSERT INTO fact VALUES (?, ?, ?, ?, ?, NULL, NULL, ?, ?)",
                [one.source, one.record_id, one.person, name, kind, date, end_date],
            )
    db.execute(
        """INSERT INTO resident
        SELECT resident_id, row_number() OVER (ORDER BY resident_id), count(*), count(DISTINCT source), NULL,
               CASE WHEN list_contains($1, resident_id) THEN 'refuge' END
        FROM membership GROUP BY resident_id ORDER BY resident_id""",
        [list(hidden)],
    )
    return db


def index(records: Sequence[Written], *, hidden: Sequence[str] = ()) -> duckdb.DuckDBPyConnection:
    """Return a release in memory that holds these records, with the index built for all."""
    db = write(records, hidden=hidden)
    touch(db)
    build(db, learn=True)
    return db


def add(db: duckdb.DuckDBPyConnection, records: Sequence[Written]) -> None:
    """Add records of new residents to a built release, and build the index of these as a run of changes does."""
    with write(records) as small:
        for table in ("person_record", "membership", "resident", "fact"):
            rows = small.execute(f"FROM {table}").fetchall()
            if rows:
                db.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)
    touch(db, sorted({r.resident for r in records}))
    build(db, learn=False)


__all__ = ["AS_OF", "FIRST", "Written", "add", "dwelling", "index", "said", "write"]
