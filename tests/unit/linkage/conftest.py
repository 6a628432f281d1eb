"""Person records in a few words."""

import pyarrow as pa
import pytest

from insighthub.standardise.schema import PERSON_RECORDS


def person_records(rows):
    """Return PERSON_RECORDS of dictionaries; a row that does not say so is person 1 of its own record of source a."""
    rows = [{"source": "a", "record_id": f"r{n:06d}", "person": 1, **row} for n, row in enumerate(rows)]
    others = sorted({name for row in rows for name in row if name.startswith("other_")})
    schema = pa.schema([*PERSON_RECORDS, *(pa.field(name, pa.string()) for name in others)])
    return pa.Table.from_pylist(rows, schema=schema)


@pytest.fixture(scope="session")
def records():
    """Return a maker of person records from dictionaries."""
    return person_records
