"""Whatever the size and seed: counts add up, truth fits, and people are numbered from one in every record."""

import tempfile
from collections import defaultdict
from pathlib import Path

import pyarrow.parquet as pq
from hypothesis import given, settings
from hypothesis import strategies as st

from insighthub.synthetic import generate


@settings(max_examples=6, deadline=None)
@given(residents=st.integers(500, 1_200), seed=st.integers(0, 2**31))
def test_any_borough_adds_up(residents, seed):
    with tempfile.TemporaryDirectory() as folder:
        borough = generate(Path(folder), residents=residents, seed=seed)
        truth = pq.read_table(borough.truth).to_pylist()
    places = defaultdict(list)
    for row in truth:
        places[row["source"], row["record_id"]].append(row["person"])
    assert len(truth) == borough.person_records
    assert len({row["entity_id"] for row in truth}) == borough.people
    assert all(sorted(p) == list(range(1, len(p) + 1)) for p in places.values())
    assert all(c.person_records >= c.people for c in borough.sources.values())
    assert borough.records == sum(c.records for c in borough.sources.values())
    assert borough.without_birth_date >= 0.38
