"""Default settings reach their F1 on public data that nobody here made; only the contract differs between data sets.

Cluster-implied pairwise F1. The targets are those of ``make bench-accuracy``, which also runs Splink beside; here
the pseudopeople target is what Splink reached there at the best threshold that the truth could pick.
"""

import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from insighthub.linkage.evaluate import evaluate_links
from insighthub.pipeline import link_files

pytestmark = pytest.mark.real

TARGETS = {
    "febrl4": 0.999,
    "febrl3": 0.997,
    "historical_50k": 0.83,
    "rldata10000": 0.95,
    "ons_essnet": 0.96,
    "pseudopeople": 0.999796,
}


@pytest.fixture(scope="module")
def datasets():
    """Return the module that prepares the data; benchmarks are not part of the installed package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).parents[2]))
        from benchmarks import datasets as module

        yield module


@pytest.mark.parametrize("name", TARGETS)
def test_default_settings_reach_the_target(name, datasets, tmp_path):
    absent = datasets.missing_files(datasets.DATA_SETS[name])
    if absent and not os.environ.get("CI"):
        pytest.skip(f"public data not found: {', '.join(absent)}")
    assert not absent, "the public data must be there in CI"
    data = datasets.prepare(name, tmp_path)
    result = link_files(data.contract, tmp_path / "out")
    evaluation = evaluate_links(result.links, pq.read_table(data.truth))
    assert evaluation.pairwise.f1.value >= TARGETS[name]


@pytest.mark.parametrize("name", TARGETS)
def test_the_matcher_is_given_no_trace_of_the_truth(name, datasets, tmp_path):
    absent = datasets.missing_files(datasets.DATA_SETS[name])
    if absent and not os.environ.get("CI"):
        pytest.skip(f"public data not found: {', '.join(absent)}")
    data = datasets.prepare(name, tmp_path)
    telling = {"person_id", "census_id", "cis_id", "cluster", "unique_id", "rec_id", "simulant_id", "household_id"}
    for path in data.folder.iterdir():
        if path.suffix == ".parquet" and path != data.truth:
            names = pq.read_schema(path).names
        elif path.suffix in {".csv", ".tsv"}:
            header = path.read_text(encoding="utf-8").splitlines()[0]
            names = [name.strip() for name in header.replace("\t", ",").split(",")]
        else:
            continue
        assert names[0] == "row"
        assert not telling & set(names)
        assert not any(n.startswith(("copy_", "guardian_")) for n in names)
