"""The SQL that Spark runs, run on DuckDB, gives what the default engine makes by sorting arrays.

The functions that Spark's workers call need no Spark either: they take Arrow batches.
"""

from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from insighthub.linkage import unlikely as default_unlikely
from insighthub.linkage.blocking.candidates import candidate_rules
from insighthub.linkage.blocking.copies import first_identical
from insighthub.linkage.blocking.names import paired_by_name
from insighthub.linkage.blocking.pairing import candidate_pairs
from insighthub.linkage.blocking.rule import BlockingRule
from insighthub.linkage.cluster import cluster, components, exclusive_of
from insighthub.linkage.comparisons.choose import choose_comparisons
from insighthub.linkage.comparisons.comparison import telling_fields
from insighthub.linkage.frequencies import name_rarity
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.patterns import compare
from insighthub.linkage.prepare import prepare
from insighthub.linkage.score import MOST_BITS, probability_of
from insighthub.linkage.spark import kernels, statements, unlikely
from insighthub.linkage.spark.block import block
from insighthub.linkage.spark.components import label_components
from insighthub.linkage.spark.rows import Shared, arrays, row_table
from insighthub.progress import Silent


class Tables:
    """Named tables on DuckDB."""

    def __init__(self, **tables):
        self._connection = duckdb.connect()
        for name, table in tables.items():
            self.send(name, table)

    def settle(self, name, statement):
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE settled AS {statement}")
        self._connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM settled")

    def view(self, name, statement):
        self._connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {statement}")

    def rows(self, statement):
        return self._connection.sql(statement).to_arrow_table()

    def send(self, name, table):
        self._connection.register(f"sent_{name}", table)
        self.settle(name, f"SELECT * FROM sent_{name}")

    def drop(self, *names):
        pass


@dataclass
class Here:
    """What would be sent to workers, at hand."""

    value: Any


@pytest.fixture(scope="module")
def made():
    """Return records of a few hundred people who share names, homes, dates and numbers, with copies and big blocks."""
    rng = np.random.default_rng(20_240_305)
    given = ["JOHN", "JON", "MARY", "AMINA", "J", "MOHAMMED", "SMITH"]
    family = ["SMITH", "SMYTH", "PATEL", "OBI", "JOHN", "BEGUM"]
    rows = []
    for i in range(400):
        row = {"source": "abc"[i % 3], "record_id": f"r{i // 2 if i % 20 == 1 else i:06d}", "person": i % 20 + 1}
        choices = {
            "given_name": given[rng.integers(7)],
            "family_name": family[rng.integers(6)],
            "date_of_birth": f"19{rng.integers(60, 99)}-0{rng.integers(1, 10)}-XX"[: rng.choice([10, 10, 7])],
            "postcode": f"IG11 {rng.integers(1, 9)}AA",
            "house_number": str(rng.integers(1, 9)),
            "street": "HIGH STREET",
            "mobile": f"+44{rng.integers(1, 30)}",
            "nhs_number": f"943476{rng.integers(1, 60):04d}",
            'other_my "odd" field': f"v{rng.integers(1, 50)}",
        }
        row |= {name: value for name, value in choices.items() if rng.random() < 0.8}
        rows.append(row)
    return rows + [{**row, "record_id": f"s{i:06d}"} for i, row in enumerate(rows[:60])]


@pytest.fixture(scope="module")
def data(made, records):
    return prepare(records(made), single=["c"])


@pytest.fixture(scope="module")
def coded(data):
    """Return the comparisons, the rarity of names, and the table of coded rows."""
    comparisons = choose_comparisons(data)
    rarity = name_rarity(data, comparisons, paired_by_name(data, 150))
    return comparisons, rarity, row_table(data, rarity, first_identical(data))


def some_rules(data):
    """Return rules of every sort that these rows can have, more than a run would choose."""
    rules = candidate_rules(data)
    return (*rules[:40], *[rule for rule in rules[40:] if rule.other_fields])[:60]


@pytest.mark.parametrize("cap", [150, 12, 2])
def test_joins_find_the_pairs_and_yields_that_sorting_finds(data, coded, cap):
    rules = some_rules(data)
    assert any(rule.in_any_order for rule in rules)
    assert any(rule.other_fields for rule in rules)
    tables = Tables(record=coded[2])
    yields = block(tables, rules, cap)
    found = arrays(tables.rows("SELECT left_no, right_no, rules FROM candidate ORDER BY left_no, right_no"))
    expected = candidate_pairs(data, rules, cap=cap, progress=Silent())
    assert len(expected.pairs) > 50
    assert np.array_equal(found["left_no"], expected.pairs.left)
    assert np.array_equal(found["right_no"], expected.pairs.right)
    assert np.array_equal(found["rules"], expected.rules)
    assert yields == expected.yields
    assert yields[0].rule.startswith("identical records")


def test_without_a_rule_only_copies_are_paired(data, coded):
    tables = Tables(record=coded[2])
    yields = block(tables, (), 150)
    expected = candidate_pairs(data, (), cap=150, progress=Silent())
    assert yields == expected.yields
    assert tables.rows("SELECT count(*) AS n FROM candidate")["n"][0].as_py() == len(expected.pairs) > 0


def test_a_rule_that_gives_nothing_is_told_of(data, coded):
    rules = (BlockingRule("nothing", ("valid_from",)), BlockingRule("same mobile", ("mobile",)))
    assert block(Tables(record=coded[2]), rules, 150) == candidate_pairs(data, rules, cap=150, progress=Silent()).yields


def batches_of(table, rows):
    return table.combine_chunks().to_batches(max_chunksize=rows)


def test_batches_of_pairs_are_compared_as_all_at_once_are_and_give_the_same_patterns(data, coded):
    comparisons, rarity, table = coded
    candidates = candidate_pairs(data, some_rules(data), cap=150, progress=Silent())
    pairs = candidates.pairs
    columns = {"left_no": pairs.left, "right_no": pairs.right, "rules": candidates.rules}
    tables = Tables(record=table, candidate=pa.table(columns))
    joined = tables.rows(
        statements.pairs_with_rows("candidate", table.column_names, sides=("l", "r"), keep=kernels.PAIR)
    )
    run = kernels.comparing(Here(Shared.of(data, comparisons)), comparisons)
    compared = pa.Table.from_batches(run(iter(batches_of(joined, 97))))
    expected = compare(data, comparisons, rarity, pairs)
    names = kernels.pattern_columns(expected.rarity.shape[1], len(comparisons))
    found = arrays(Tables(compared=compared).rows(statements.patterns(names)))
    grouped = kernels.patterns_from({name: found[name] for name in names})
    assert len(grouped.counts) > 20
    assert np.array_equal(grouped.levels, expected.levels)
    assert np.array_equal(grouped.barred, expected.barred)
    assert np.array_equal(grouped.source_pair, expected.source_pair)
    assert np.array_equal(grouped.rarity, expected.rarity)
    assert np.array_equal(found["pairs"], expected.counts)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("edges", [0, 60, 150, 400])
def test_sql_finds_the_connected_components(seed, edges):
    rng = np.random.default_rng(seed)
    left, right = rng.integers(0, 300, (2, edges), dtype=np.int32)
    tables = Tables(edge=pa.table({"left_no": np.minimum(left, right), "right_no": np.maximum(left, right)}))
    label_components(tables)
    found = arrays(tables.rows("SELECT row_no, component FROM label ORDER BY row_no"))
    assert np.array_equal(found["row_no"], np.unique([left, right]))
    expected = components(300, left, right)
    lowest = np.array([np.flatnonzero(expected == c)[0] for c in expected])
    assert np.array_equal(found["component"], lowest[found["row_no"]])


@pytest.mark.parametrize("shuffled", [False, True])
def test_a_chain_of_a_thousand_takes_few_rounds(shuffled):
    order = np.arange(1000, dtype=np.int32)
    order = np.random.default_rng(1).permutation(order) if shuffled else order
    tables = Tables(edge=pa.table({"left_no": order[:-1], "right_no": order[1:]}))
    assert label_components(tables) <= 12
    assert tables.rows("SELECT DISTINCT component FROM label")["component"].to_pylist() == [0]


def test_components_clustered_by_bucket_are_clustered_as_all_at_once_are(data, coded):
    rng = np.random.default_rng(7)
    pairs = candidate_pairs(data, some_rules(data), cap=150, progress=Silent()).pairs
    weight = rng.normal(-14.0, 8.0, len(pairs)).astype(np.float32)
    telling = telling_fields(coded[0])
    expected = cluster(data.n, pairs, weight, exclusive_of(data, telling), threshold_bits=0.0)
    joins = weight >= 0
    connected = components(data.n, pairs.left[joins], pairs.right[joins])
    assert len(np.unique(connected)) < len(np.unique(expected))  # some component was taken apart
    scored = pa.table({"left_no": pairs.left, "right_no": pairs.right, "weight": weight})
    tables = Tables(record=coded[2], scored=scored)
    tables.settle("edge", statements.edges(0.0))
    label_components(tables)
    run = kernels.clustering(Here(Shared.of(data, coded[0])), 0.0, telling)
    first = np.arange(data.n, dtype=np.int32)
    for bucket in range(3):
        rows, inside = (
            tables.rows(f"SELECT * EXCLUDE (bucket) FROM ({statement}) WHERE bucket = {bucket} ORDER BY random()")
            for statement in (statements.members(3), statements.pairs_inside(3))
        )
        found = run(rows, inside)
        first[found["row_no"].to_numpy()] = found["first_no"].to_numpy()
    assert np.array_equal(np.unique(first, return_inverse=True)[1], expected)


def test_small_batches_are_brought_together_and_empty_ones_left_out():
    sizes = [0, 3, 4, 0, 9, 1]
    batches = [pa.RecordBatch.from_arrays([pa.array(range(n))], ["x"]) for n in sizes]
    assert [b.num_rows for b in kernels.whole_batches(batches, rows=7)] == [7, 9, 1]


def test_a_statement_names_the_tables_of_its_run_and_keeps_its_own_names():
    statement = 'WITH kept AS (SELECT "code_other_x y" FROM record) SELECT kept.* FROM kept JOIN label AS l USING (a)'
    spark = statements.rendered(statement, {"record": "run_record", "label": "run_label", "kept": "run_kept"})
    assert "FROM run_record AS record" in spark
    assert "JOIN run_label AS l" in spark
    assert "`code_other_x y`" in spark
    assert "FROM kept" in spark


def test_pairs_stand_by_themselves_where_no_pair_is_joined(data, coded):
    scored = pa.table({"left_no": pa.array([0], pa.int32()), "right_no": pa.array([1], pa.int32()), "weight": [-9.0]})
    tables = Tables(record=coded[2], scored=scored)
    tables.settle("edge", statements.edges(0.0))
    assert label_components(tables) == 1
    assert tables.rows(statements.members(1)).num_rows == 0
    none = Pairs(np.empty(0, np.int32), np.empty(0, np.int32))
    expected = cluster(data.n, none, np.empty(0, np.float32), exclusive_of(data), threshold_bits=0.0)
    assert np.array_equal(expected, np.arange(data.n))


def test_pairs_are_collected_that_are_written_or_weighed_in_clusters_or_lie_between_clusters_near_each_other():
    rng = np.random.default_rng(3)
    left, right = np.triu_indices(60, 1)
    picked = np.sort(rng.choice(len(left), 600, replace=False))
    left, right = left[picked].astype(np.int32), right[picked].astype(np.int32)
    weight = rng.normal(-12.0, 6.0, 600).astype(np.float32)
    barred = rng.random(600) < 0.2
    cluster_of, component = np.arange(60) // 3 * 3, np.arange(60) // 6 * 6
    cluster_of[45:] = component[45:] = np.arange(45, 60)  # nothing joins these
    of_45 = {"row_no": np.arange(45, dtype=np.int32)}
    tables = Tables(
        scored=pa.table({"left_no": left, "right_no": right, "weight": weight, "barred": barred}),
        clustered=pa.table({**of_45, "first_no": cluster_of[:45].astype(np.int32)}),
        label=pa.table({**of_45, "component": component[:45].astype(np.int32)}),
        joined=pa.table({"first_no": np.array([0, 9, 21, 50], np.int32), "final_no": np.array([0, 9, 0, 9], np.int32)}),
    )

    def found(statement):
        rows = tables.rows(statement)
        return sorted(zip(rows["left_no"].to_pylist(), rows["right_no"].to_pylist(), strict=True))

    def those(mask):
        assert 0 < mask.sum() < 600
        return list(zip(left[mask].tolist(), right[mask].tolist(), strict=True))

    a, b = cluster_of[left], cluster_of[right]
    key = np.minimum(a, b) * 60 + np.maximum(a, b)
    between = (a != b) & ~barred
    near = between & np.isin(key, key[between & (weight > -8.0)])
    within = component[left] == component[right]
    assert (near & ~within & (weight < -8.0)).any()
    assert (within & ~near & (weight < -8.0)).any()
    assert found(statements.pairs_to_collect(-6.0, -8.0)) == those(near | within | (weight >= -6.0))
    joined = np.isin(key, [0 * 60 + 21, 9 * 60 + 50])
    assert found(statements.PAIRS_BETWEEN_JOINED) == those(joined)


@pytest.mark.parametrize("most", [5, 2000])
@pytest.mark.parametrize("keep", [0.01, 1e-4, 0.0])
def test_the_sample_of_unlikely_pairs_is_the_one_that_is_drawn_with_all_at_hand(data, monkeypatch, most, keep):
    monkeypatch.setattr(default_unlikely, "MOST", most)
    monkeypatch.setattr(unlikely, "BLOCK_ROWS", 7)
    rng = np.random.default_rng(11)
    pairs = candidate_pairs(data, candidate_rules(data), cap=150, progress=Silent()).pairs
    weight = rng.normal(-11.0, 5.0, len(pairs)).astype(np.float32)
    barred = rng.random(len(pairs)) < 0.1
    scored = {"left_no": pairs.left, "right_no": pairs.right, "weight": weight, "barred": barred}
    expected = default_unlikely.unlikely_pairs(data, pairs, weight, barred, keep=keep)
    assert (expected.num_rows > 0) == (keep > 0.0)
    assert unlikely.unlikely_sample(Tables(scored=pa.table(scored)), data, keep=keep).equals(expected)


@pytest.mark.parametrize("probability", [1e-30, 1e-6, 0.01, 1 / 3, 0.5, 0.97, 1 - 1e-9])
def test_the_least_weight_of_a_probability_is_the_first_to_reach_it(probability):
    least = np.float32(unlikely.least_weight(probability))
    before = np.nextafter(least, np.float32(-np.inf))
    assert probability_of(np.array([least]))[0] >= probability
    assert probability_of(np.array([before]))[0] < probability or least == -MOST_BITS
