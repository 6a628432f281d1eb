"""Whatever the size and seed of a changing borough: ids are unique, truth fits the records, people fit the truth."""

import tempfile
from pathlib import Path

import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from insighthub.sources.contract import load_contract
from insighthub.synthetic.changing import generate_months
from tests.unit.synthetic.conftest import read_rows


@settings(max_examples=5, deadline=None)
@given(residents=st.integers(500, 900), seed=st.integers(0, 2**31))
def test_any_changing_borough_adds_up(residents, seed):
    with tempfile.TemporaryDirectory() as folder:
        for month in generate_months(Path(folder), residents=residents, months=5, seed=seed):
            truth = pq.read_table(month.truth).to_pylist()
            people = {p["entity_id"]: p for p in pq.read_table(month.people).to_pylist()}
            ids = set()
            for source in load_contract(month.contract).source:
                rows = read_rows(month.folder, source)
                by_id = {}
                for row in rows:
                    assert by_id.setdefault("|".join(row[c] for c in source.record_id), row) == row
                ids |= {(source.name, record_id) for record_id in by_id}
            assert {(row["source"], row["record_id"]) for row in truth} <= ids
            assert {row["entity_id"] for row in truth} <= set(people)
            assert abs(sum(p["lives_here"] for p in people.values()) / residents - 1) < 0.1
            places = [(row["source"], row["record_id"], row["person"]) for row in truth]
            assert len(set(places)) == len(places)
