"""A release of a few records, written out by hand, and the landed files that they came from."""

from datetime import date
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from insighthub.quality.build import build_quality
from insighthub.residents.golden import CREATE as CREATE_GOLDEN
from insighthub.residents.record_tables import create
from insighthub.sources.contract import parse_contract

DAY = date(2026, 9, 30)

TAX = {
    "name": "tax",
    "path": "tax.csv",
    "record_id": "ref",
    "person": {
        "full_name": "name",
        "date_of_birth": {"column": "dob", "format": "%d/%m/%Y", "null_values": ["01/01/1900"]},
        "postcode": "post",
    },
}
SCHOOL = {"name": "school", "path": "school.csv", "record_id": "ref", "person": {"given_name": "first", "sex": "sex"}}


class Release:
    """A release in memory, or in a file, filled one record at a time."""

    def __init__(self, folder: Path, file: Path | str = ":memory:"):
        self.db = duckdb.connect(file)
        create(self.db)
        self.db.execute(CREATE_GOLDEN)
        self.folder = folder
        self.landed: dict[str, Path] = {}
        self.sources = parse_contract({"source": [TAX, SCHOOL]}, folder / "contract.toml").source

    def land(self, source, file="first", contract="c", /, **columns):
        """Write a landed file, and note that it was delivered today."""
        self.landed[source] = self.folder / source / f"{file}.parquet"
        self.landed[source].parent.mkdir(exist_ok=True)
        pq.write_table(pa.table({k: pa.array(v, pa.string()) for k, v in columns.items()}), self.landed[source])
        self.db.execute("DELETE FROM source WHERE source = ?", [source])
        self.db.execute("INSERT INTO source VALUES (?, ?, ?, ?, 0, 0, 0, FALSE)", [source, file, contract, DAY])

    def record(self, resident, source, ref, *, on=DAY, seen=None, probability=None, person=1, **fields):
        """Add a record of a resident, or of nobody where that is None, with what was standardised of it."""
        row = {
            "source": source,
            "record_id": ref,
            "person": person,
            "first_seen": seen or on,
            "changed_on": on,
            **fields,
        }
        names, values = ", ".join(row), ", ".join(f"${name}" for name in row)
        self.db.execute(f"INSERT INTO person_record ({names}) VALUES ({values})", row)
        if person == 1:
            self.db.execute("INSERT INTO source_record VALUES (?, ?, 0, NULL, ?, ?)", [source, ref, seen or on, on])
        if resident:
            self.db.execute(
                "INSERT INTO membership VALUES (?, ?, ?, ?, ?)", [resident, source, ref, person, probability]
            )

    def said(self, resident, field, *values):
        """Add what records say of a field: (source, reference, value, rank); the first of rank 1 is golden."""
        golden = next(value for _, _, value, rank in values if rank == 1)
        row = [resident, field, golden, len(values)]
        self.db.execute("INSERT INTO golden VALUES (?, ?, ?, '', ?, 1, 1, NULL, FALSE, '')", row)
        for source, ref, value, rank in values:
            row = [resident, field, value, rank, source, ref]
            self.db.execute("INSERT INTO golden_value VALUES (?, ?, ?, ?, ?, ?, 1, NULL, NULL, NULL)", row)

    def build(self, as_of=DAY, **asked):
        """Count the residents, and measure."""
        self.db.execute("DELETE FROM resident")
        self.db.execute(
            """INSERT INTO resident BY NAME
            SELECT resident_id, 0 AS number, count(*) AS records, count(DISTINCT source) AS sources
            FROM membership GROUP BY resident_id"""
        )
        build_quality(self.db, self.landed, self.sources, as_of, **asked)

    def quality(self, source, rule):
        """Return field -> rows, failed, share."""
        query = "SELECT field, rows, failed, share FROM quality WHERE source = ? AND rule = ?"
        return {field: (rows, failed, share) for field, rows, failed, share in self.rows(query, source, rule)}

    def rows(self, query, *parameters):
        """Return what a query gives."""
        return self.db.execute(query, parameters).fetchall()


@pytest.fixture
def release(tmp_path):
    made = Release(tmp_path)
    yield made
    made.db.close()
