"""Linkage on Spark gives what the default engine gives, from files to the output folder."""

import json

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from insighthub.cli import app
from insighthub.linkage.engine import link_records
from insighthub.linkage.settings import LinkSettings
from insighthub.linkage.spark.engine import link_records_on_spark
from insighthub.pipeline import other_kinds, run_link, standardised
from insighthub.sources.contract import load_contract
from insighthub.synthetic import generate

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def borough(tmp_path_factory):
    """Fifteen hundred residents in all their extracts."""
    return generate(tmp_path_factory.mktemp("borough"), residents=1500, seed=5)


def test_spark_and_the_default_engine_write_the_same_folder(spark, borough, tmp_path):
    run_link(borough.contract, tmp_path / "default", report=False)
    called = CliRunner().invoke(
        app, ["link", str(borough.contract), "--out", str(tmp_path / "spark"), "--engine", "spark"]
    )
    assert called.exit_code == 0, called.output
    names = {path.name for path in (tmp_path / "spark").iterdir() if not path.name.startswith(".")}
    assert {"links.parquet", "pairs.parquet", "model.json", "quarantine.parquet", "report.html"} <= names
    for name in ("links", "quarantine"):
        default, on_spark = (pq.read_table(tmp_path / engine / f"{name}.parquet") for engine in ("default", "spark"))
        assert default.num_rows
        assert on_spark.equals(default)
    default, on_spark = (pq.read_table(tmp_path / engine / "pairs.parquet") for engine in ("default", "spark"))
    weights = ["match_weight", "match_probability"]
    assert on_spark.drop_columns(weights).equals(default.drop_columns(weights))
    for name in weights:
        assert abs(on_spark[name].to_numpy() - default[name].to_numpy()).max() <= 1e-9
    models = [json.loads((tmp_path / engine / "model.json").read_text("utf-8")) for engine in ("default", "spark")]
    assert models[0] == models[1]
    assert spark.catalog.listTables() == []


def test_spark_gives_the_same_pairs_weights_and_clusters(spark, borough, same_result):
    contract = load_contract(borough.contract)
    known = {
        "single_sources": [s.name for s in contract.source if s.one_record_per_person],
        "other_kinds": other_kinds(contract),
        # Blocks cut off, pairs written that lie far under the threshold, and a threshold that joins few; what the
        # default settings give is held against the default engine in the folder above.
        "settings": LinkSettings(
            threshold=0.97, block_cap=20, keep_probability=1e-4, coresident_pairs=500, random_pairs=20_000
        ),
    }
    records = standardised(borough.contract)
    ours = link_records_on_spark(records, spark, **known)
    assert ours.pairs.num_rows > 10_000
    assert any(y.capped_blocks for y in ours.blocking)
    same_result(ours, link_records(records, **known))
    assert spark.catalog.listTables() == []


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_spark_links_few_records_or_none(spark, borough, same_result, rows):
    records = standardised(borough.contract)
    records = records.filter(records["not_linked_reason"].is_null()).slice(0, rows)
    same_result(link_records_on_spark(records, spark), link_records(records))
