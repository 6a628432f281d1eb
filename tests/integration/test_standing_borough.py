"""A borough, delivered bit by bit, ends where a full run does: families, movers, namesakes and all."""

from pathlib import Path
from random import Random

import pytest

from insighthub.linkage.settings import LinkSettings
from insighthub.linkage.standing import learn
from insighthub.pipeline import standardised
from insighthub.sources.contract import load_contract
from insighthub.synthetic.borough import generate
from tests.standing_deliveries import Hub

RESIDENTS = 1200
MOVING = ("address", "flat", "house_number", "street", "postcode", "uprn")
CALLED = ("given_name", "family_name", "date_of_birth", "mobile")


@pytest.fixture(scope="module")
def borough(tmp_path_factory):
    """Return the single sources, records, and the folder of a model learned from them."""
    folder = tmp_path_factory.mktemp("borough")
    generate(folder, residents=RESIDENTS, seed=1)
    single = tuple(s.name for s in load_contract(folder / "contract.toml").source if s.one_record_per_person)
    records = standardised(folder / "contract.toml")
    learn(records, single_sources=single).save(folder / "model")
    return single, records, folder / "model"


@pytest.mark.parametrize("seed", range(3))
def test_deliveries_of_a_borough_end_where_a_full_run_does(borough, tmp_path: Path, seed):
    single, records, model = borough
    dice = Random(seed)
    every: dict = {}
    for row in records.to_pylist():
        every.setdefault((row["source"], row["record_id"]), []).append(row)
    started = {record: rows for record, rows in every.items() if dice.random() < 0.9}
    hub = Hub(tmp_path, model, started, single=single, settings=LinkSettings(), schema=records.schema)
    hub.start()
    for _ in range(3):
        there, away = list(hub.records), [record for record in every if record not in hub.records]
        removed = set(dice.sample(there, 60))
        added = {record: every[record] for record in dice.sample(away, 60)}
        for record in set(dice.sample(there, 60)) - removed:
            other = every[dice.choice(there)][0]
            fields = dice.choice((MOVING, CALLED[:1], CALLED[1:2], CALLED[2:]))
            added[record] = [{**row, **{name: other[name] for name in fields}} for row in every[record]]
            removed.add(record)
        result = hub.deliver(removed, list(added.values()))
        assert result.figures["rows looked at"] < result.figures["rows in all"]
        found, weighed, findings = hub.in_full()
        assert hub.clusters == found
        assert hub.pairs == weighed
        assert result.findings == findings
