"""Two years of one changing borough, read back month by month from the files as they stood."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from insighthub.sources.contract import load_contract
from insighthub.synthetic.changing import Month, generate_months
from tests.unit.synthetic.conftest import Row, read_rows, read_truth


@dataclass
class Held:
    """A month as a hub finds it."""

    month: Month
    rows: dict[str, dict[str, Row]]  # by source and record id
    files: dict[str, bytes]  # by path within the folder
    truth: dict[tuple[str, str], dict[int, str]]
    people: dict[str, dict]


def file_bytes(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def hashes(folder: Path) -> dict[str, str]:
    return {name: hashlib.sha256(data).hexdigest() for name, data in file_bytes(folder).items()}


def read_month(month: Month, before: Held | None) -> Held:
    rows = {}
    for source in load_contract(month.contract).source:
        if before is not None and source.name not in month.delivered:
            rows[source.name] = before.rows[source.name]
            continue
        found: dict[str, Row] = {}
        for row in read_rows(month.folder, source):
            record_id = "|".join(row[c] for c in source.record_id)
            assert found.setdefault(record_id, row) == row, "rows of one record id are repeats"
        rows[source.name] = found
    people = {p["entity_id"]: p for p in pq.read_table(month.people).to_pylist()}
    return Held(month, rows, file_bytes(month.folder), read_truth(month.truth), people)


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> list[Held]:
    out: list[Held] = []
    for month in generate_months(tmp_path_factory.mktemp("changing"), residents=2_000, months=24, seed=3):
        out.append(read_month(month, out[-1] if out else None))
    return out
