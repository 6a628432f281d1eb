"""One borough for all tests of it, read back from its files with nothing but the standard library and pyarrow."""

import csv
import functools
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from insighthub.sources.contract import Contract, Source, load_contract
from insighthub.synthetic import Borough, generate
from insighthub.synthetic.delivery import DELIVERIES

Row = dict[str, str]


@dataclass
class Delivered:
    """A borough as an officer gets it: rows by source as text, and the truth by (source, record id)."""

    borough: Borough
    contract: Contract
    rows: dict[str, list[Row]]
    truth: dict[tuple[str, str], dict[int, str]]

    def record_id(self, source: str, row: Row) -> str:
        found = next(s for s in self.contract.source if s.name == source)
        return "|".join(row[c] for c in found.record_id)

    @functools.cached_property
    def people(self) -> dict[str, list[tuple[str, int, Row]]]:
        """Return by entity: source, person within the record, row; repeated rows once."""
        out = defaultdict(list)
        for source, rows in self.rows.items():
            for row in {self.record_id(source, r): r for r in rows}.values():
                for place, entity in self.truth.get((source, self.record_id(source, row)), {}).items():
                    out[entity].append((source, place, row))
        return out


def _csv_rows(path: Path, source: Source) -> list[Row]:
    how = DELIVERIES[source.name]
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    lines = text.splitlines(keepends=True)[len(how.preamble) :]
    rows = list(csv.DictReader(lines, delimiter=how.delimiter))
    if how.cut_short:
        rows = rows[:-1]
    return [r for r in rows if r[source.record_id[0]] != source.totals_row]


def read_rows(folder: Path, source: Source) -> list[Row]:
    path = folder / source.path[0]
    if path.is_dir():
        return [row for file in sorted(path.iterdir()) for row in _csv_rows(file, source)]
    if path.suffix == ".parquet":
        return [{k: v or "" for k, v in row.items()} for row in pq.read_table(path).to_pylist()]
    if path.suffix == ".jsonl":
        lines = path.read_text(encoding="utf-8").splitlines()
        return [{k: v or "" for k, v in json.loads(line).items()} for line in lines]
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path, read_only=True)
        sheet = book[source.sheet or "Export"]
        header, *body = [["" if v is None else str(v) for v in row] for row in sheet.iter_rows(values_only=True)]
        book.close()
        return [dict(zip(header, row, strict=True)) for row in body]
    return _csv_rows(path, source)


def read_truth(path: Path) -> dict[tuple[str, str], dict[int, str]]:
    out: dict[tuple[str, str], dict[int, str]] = defaultdict(dict)
    for row in pq.read_table(path).to_pylist():
        out[row["source"], row["record_id"]][row["person"]] = row["entity_id"]
    return out


@pytest.fixture(scope="session")
def delivered(tmp_path_factory: pytest.TempPathFactory) -> Delivered:
    borough = generate(tmp_path_factory.mktemp("borough"), residents=12_000, seed=7)
    contract = load_contract(borough.contract)
    rows = {source.name: read_rows(borough.folder, source) for source in contract.source}
    return Delivered(borough, contract, rows, read_truth(borough.truth))
