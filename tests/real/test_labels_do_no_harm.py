"""Labels make nothing worse where none is, on public data that nobody here made."""

import os
from pathlib import Path

import pytest

from tests.unit.linkage.borough_pairs import Trial, assert_labels_do_no_harm

pytestmark = pytest.mark.real

#: On historical_50k two people with 30 and 28 records stand at the threshold: whether they end as one is 0.0023 of F1,
#: and turns on the last digits of a model.
TOLERANCE = {"febrl3": 0.001, "historical_50k": 0.003}


@pytest.fixture(scope="module", params=["febrl3", "historical_50k"])
def trial(request, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).parents[2]))
        from benchmarks import datasets
    absent = datasets.missing_files(datasets.DATA_SETS[request.param])
    if absent and not os.environ.get("CI"):
        pytest.skip(f"public data not found: {', '.join(absent)}")
    assert not absent, "the public data must be there in CI"
    data = datasets.prepare(request.param, tmp_path_factory.mktemp("real"))
    return Trial.of(data.contract, data.truth), TOLERANCE[request.param]


@pytest.mark.parametrize("wrong", [0.0, 0.05], ids=["all labels right", "one in twenty wrong"])
@pytest.mark.parametrize("number", [50, 200])
def test_labels_make_nothing_worse(trial, number, wrong):
    linked, tolerance = trial
    assert_labels_do_no_harm(linked, number, wrong, tolerance=tolerance)
