"""Linkage on Spark gives what the default engine gives, on public data."""

import os
from pathlib import Path

import pytest

from insighthub.pipeline import Engine, run_link
from tests.examples import TIMES

pytestmark = [pytest.mark.real, pytest.mark.spark, pytest.mark.slow]


@pytest.fixture(scope="module")
def datasets():
    """Return the module that prepares the data; benchmarks are not part of the installed package."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(Path(__file__).parents[2]))
        from benchmarks import datasets as module

        yield module


#: The larger one takes a minute; it is tried where more is to be tried than every day.
NAMES = ("febrl3", "historical_50k") if TIMES > 1 else ("febrl3",)


@pytest.mark.parametrize("name", NAMES)
def test_spark_gives_the_same_pairs_weights_and_clusters(spark, name, datasets, same_result, tmp_path):
    absent = datasets.missing_files(datasets.DATA_SETS[name])
    if absent and not os.environ.get("CI"):
        pytest.skip(f"public data not found: {', '.join(absent)}")
    assert not absent, "the public data must be there in CI"
    contract = datasets.prepare(name, tmp_path).contract
    on_spark = run_link(contract, tmp_path / "spark", report=False, engine=Engine.SPARK)
    default = run_link(contract, tmp_path / "default", report=False)
    assert default.result.pairs.num_rows > 5000
    same_result(on_spark.result, default.result)
