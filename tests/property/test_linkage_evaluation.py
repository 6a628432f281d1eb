"""Figures against a truth are those of counting every pair of records, one by one."""

from itertools import combinations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from insighthub.linkage.evaluate import evaluate_links
from tests.examples import examples

RECORDS = st.lists(
    st.tuples(
        st.sampled_from("abc"),  # source
        st.integers(0, 4),  # who the record is of
        st.none() | st.integers(0, 4),  # cluster
        st.booleans(),  # whether it has a row in the links
    ),
    min_size=1,
    max_size=14,
)


def tables(records):
    keys = [(source, f"r{n}", 1 + n % 2) for n, (source, *_) in enumerate(records)]
    truth = [
        {"source": s, "record_id": r, "person": p, "entity_id": f"e{record[1]}"}
        for (s, r, p), record in zip(keys, records, strict=True)
    ]
    links = [
        {"source": s, "record_id": r, "person": p, "cluster_id": None if record[2] is None else f"c{record[2]}"}
        for (s, r, p), record in zip(keys, records, strict=True)
        if record[3]
    ]
    links.append({"source": "z", "record_id": "not in the truth", "person": 1, "cluster_id": "c0"})
    links.append({"source": "z", "record_id": "nor this", "person": 1, "cluster_id": "c0"})
    schema = [("source", pa.string()), ("record_id", pa.string()), ("person", pa.int32())]
    return (
        pa.Table.from_pylist(links, schema=pa.schema([*schema, ("cluster_id", pa.string())])),
        pa.Table.from_pylist(truth, schema=pa.schema([*schema, ("entity_id", pa.string())])),
    )


def in_the_links(records):
    return any(cluster is not None and linked for _, _, cluster, linked in records)


def clusters_of(records):
    """Return the cluster of each record; one without stands alone."""
    return [
        cluster if cluster is not None and linked else f"alone {n}" for n, (_, _, cluster, linked) in enumerate(records)
    ]


def share(above, below):
    return above / below if below else 1.0


@settings(max_examples=examples(25), deadline=None)
@given(RECORDS.filter(in_the_links))
def test_figures_are_those_of_counting_every_pair(records):
    evaluation = evaluate_links(*tables(records))
    cluster = clusters_of(records)
    entity = [record[1] for record in records]
    places = range(len(records))
    true = {p for p in combinations(places, 2) if entity[p[0]] == entity[p[1]]}
    found = {p for p in combinations(places, 2) if cluster[p[0]] == cluster[p[1]]}
    pairwise = evaluation.pairwise
    assert pairwise.precision.value == pytest.approx(share(len(true & found), len(found)))
    assert pairwise.recall.value == pytest.approx(share(len(true & found), len(true)))
    assert pairwise.f1.value == pytest.approx(share(2 * len(true & found), len(found) + len(true)))
    counts = (evaluation.records, evaluation.entities, evaluation.clusters)
    assert counts == (len(records), len(set(entity)), len(set(cluster)))

    by_source = {}
    for a, b in true | found:
        sources = tuple(sorted((records[a][0], records[b][0])))
        counted = by_source.setdefault(sources, [0, 0, 0])
        counted[0] += (a, b) in true
        counted[1] += (a, b) in found
        counted[2] += (a, b) in true and (a, b) in found
    given_back = {(s.source_l, s.source_r): s for s in evaluation.by_source_pair}
    assert set(given_back) == set(by_source)
    for sources, (true_pairs, found_pairs, both) in by_source.items():
        s = given_back[sources]
        assert (s.true_pairs, s.found_pairs) == (true_pairs, found_pairs)
        assert s.precision == pytest.approx(share(both, found_pairs))
        assert s.recall == pytest.approx(share(both, true_pairs))
        assert s.f1 == pytest.approx(share(2 * both, found_pairs + true_pairs))
    assert sum(s.true_pairs for s in given_back.values()) == len(true)
    assert sum(s.found_pairs for s in given_back.values()) == len(found)


@settings(max_examples=examples(25), deadline=None)
@given(RECORDS.filter(in_the_links))
def test_b_cubed_is_the_mean_over_records(records):
    evaluation = evaluate_links(*tables(records))
    cluster = clusters_of(records)
    n = len(records)
    precision = recall = 0.0
    for a in range(n):
        of_cluster = [b for b in range(n) if cluster[b] == cluster[a]]
        of_entity = [b for b in range(n) if records[b][1] == records[a][1]]
        both = len(set(of_cluster) & set(of_entity))
        precision += both / len(of_cluster) / n
        recall += both / len(of_entity) / n
    b_cubed = evaluation.b_cubed
    assert b_cubed.precision.value == pytest.approx(precision)
    assert b_cubed.recall.value == pytest.approx(recall)
    assert b_cubed.f1.value == pytest.approx(2 * precision * recall / (precision + recall))


@settings(max_examples=examples(25), deadline=None)
@given(RECORDS.filter(in_the_links), st.randoms(use_true_random=False))
def test_intervals_hold_the_value_and_the_order_of_rows_makes_no_difference(records, random):
    links, truth = tables(records)
    evaluation = evaluate_links(links, truth)
    for scores in (evaluation.pairwise, evaluation.b_cubed):
        for interval in (scores.precision, scores.recall, scores.f1):
            assert 0 <= interval.low <= interval.value <= interval.high <= 1
    rows = list(range(truth.num_rows))
    random.shuffle(rows)
    again = evaluate_links(links.take(pa.array(list(reversed(range(links.num_rows))))), truth.take(pa.array(rows)))
    assert again == evaluation
