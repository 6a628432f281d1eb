"""Splink on person_records: that it runs on what there is, and that our reading of its output is its own."""

import random
import sys

import pyarrow as pa
import pytest

from insighthub.errors import DataError, RunError
from insighthub.peer.result import weight_of
from insighthub.peer.splink_tuned import run_splink
from insighthub.peer.thresholds import best_threshold
from insighthub.standardise.schema import PERSON_RECORDS


def person_records(columns, rows):
    arrays = []
    for field in PERSON_RECORDS:
        values = columns.get(field.name, [None] * rows)
        arrays.append(pa.array(values, field.type))
    table = pa.table(arrays, schema=PERSON_RECORDS)
    for name, values in columns.items():
        if name.startswith("other_"):
            table = table.append_column(name, pa.array(values, pa.string()))
    return table


@pytest.fixture(scope="module")
def people():
    """Return 400 people twice over, the second time with some letters wrong, and the truth."""
    dice = random.Random(3)
    given = ["".join(dice.choices("ABCDEFGHIKLMNOPRSTU", k=6)) for _ in range(120)]
    family = ["".join(dice.choices("ABCDEFGHIKLMNOPRSTU", k=7)) for _ in range(150)]
    columns = {n: [] for n in ("given_name", "family_name", "date_of_birth", "postcode", "house_number", "nino")}
    entities = []
    for person in range(400):
        first, last = dice.choice(given), dice.choice(family)
        birth = f"{dice.randint(1930, 2010)}-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}"
        postcode, number = f"IG{dice.randint(1, 12)} {dice.randint(1, 9)}AA", str(dice.randint(1, 99))
        nino = f"AB{dice.randint(100000, 999999)}C"
        for copy in range(2):
            wrong = copy == 1 and dice.random() < 0.2
            columns["given_name"].append(first[:-1] + "X" if wrong else first)
            columns["family_name"].append(last)
            columns["date_of_birth"].append(birth if dice.random() < 0.8 else birth[:4] + "-XX-XX")
            columns["postcode"].append(postcode if dice.random() < 0.8 else None)
            columns["house_number"].append(number)
            columns["nino"].append(nino if dice.random() < 0.3 else None)
            entities.append(f"e{person}")
    count = len(entities)
    columns |= {
        "source": ["one", "two"] * (count // 2),
        "record_id": [f"r{i}" for i in range(count)],
        "person": [1] * count,
        "not_linked_reason": [None] * (count - 1) + ["company"],
    }
    table = person_records(columns, count)
    return table, table.select(["source", "record_id", "person"]).append_column("entity_id", pa.array(entities))


@pytest.fixture(scope="module")
def result(people):
    pytest.importorskip("splink")
    return run_splink(people[0], threads=1)


def test_records_that_are_not_to_be_linked_take_no_part(result, people):
    assert result.records.num_rows == people[0].num_rows - 1
    assert result.records["record_id"].to_pylist() == people[0]["record_id"].to_pylist()[:-1]


def test_pairs_have_weights_that_fit_their_probabilities(result):
    assert result.pairs.num_rows > 300
    for pair in result.pairs.slice(0, 50).to_pylist():
        if 1e-6 < pair["match_probability"] < 1 - 1e-6:
            assert weight_of(pair["match_probability"]) == pytest.approx(pair["match_weight"], abs=1e-6)


def test_our_components_are_the_clusters_that_splink_itself_makes(result):
    def partition(links):
        groups = {}
        for record, cluster in zip(links["record_id"].to_pylist(), links["cluster_id"].to_pylist(), strict=True):
            groups.setdefault(cluster, set()).add(record)
        return sorted(map(sorted, groups.values()))

    assert partition(result.clusters) == partition(result.clusters_at(weight_of(0.95)))


def test_the_peer_is_no_straw_man_on_plain_data(result, people):
    _, scores = best_threshold(result, people[1])
    assert scores.f1 > 0.95


def test_each_phase_is_timed(result):
    assert set(result.seconds) == {"load", "train", "predict", "cluster"}
    assert all(s > 0 for s in result.seconds.values())


def test_a_contracts_own_identifier_takes_part(people):
    pytest.importorskip("splink")
    table = people[0].slice(0, 200)
    keys = [f"K{i // 2:06d}" for i in range(200)]
    with_key = person_records(
        {n: table[n].to_pylist() for n in ("source", "record_id", "person", "family_name")} | {"other_key": keys}, 200
    )
    found = run_splink(with_key, other_kinds={"other_key": "identifier"}, threads=1, own_clusters=False)
    joined = {(p["left"], p["right"]) for p in found.pairs.to_pylist()}
    assert {(i, i + 1) for i in range(0, 200, 2)} <= joined


def test_a_table_that_names_nobody_is_refused(people):
    pytest.importorskip("splink")
    with pytest.raises(DataError, match="fewer than two records"):
        run_splink(people[0].slice(0, 1))


def test_a_table_with_too_little_in_it_is_refused(people):
    pytest.importorskip("splink")
    bare = person_records({n: people[0][n].to_pylist() for n in ("source", "record_id", "person")}, 800)
    with pytest.raises(DataError, match="too little to compare"):
        run_splink(bare)


def test_without_splink_the_error_says_how_to_install_it(monkeypatch, people):
    monkeypatch.setitem(sys.modules, "splink", None)
    with pytest.raises(RunError, match=r"insighthub\[peer\]"):
        run_splink(people[0])
