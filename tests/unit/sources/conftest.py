"""A folder to put deliveries in, and a way to land them."""

import pyarrow.parquet as pq
import pytest

from insighthub.sources.contract import Source
from insighthub.sources.landing import land

PERSON = {"full_name": "name", "postcode": "postcode"}


class Desk:
    """Where deliveries arrive and are landed."""

    def __init__(self, folder):
        self.base = folder / "in"
        self.landing = folder / "landing"
        self.base.mkdir()

    def put(self, name, content):
        path = self.base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def source(self, **settings):
        return Source(**{"name": "tenants", "path": "tenants.csv", "record_id": "id", "person": PERSON, **settings})

    def land(self, **settings):
        return land(self.source(**settings), self.base, self.landing)

    def land_csv(self, content, **settings):
        self.put("tenants.csv", content)
        return self.land(**settings)


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


@pytest.fixture
def rows():
    """Return a landed table's rows, or the quarantine's, as tuples."""

    def read(path, *columns):
        table = pq.read_table(path)
        names = columns or table.column_names
        return [tuple(row[n] for n in names) for row in table.to_pylist()]

    return read


@pytest.fixture
def aside(rows):
    """Return what was quarantined of a delivery: row, column and reason."""

    def read(delivery):
        return rows(delivery.quarantine, "row", "column", "reason")

    return read
