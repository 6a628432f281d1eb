"""The peer's scores and best threshold, against counts done by hand."""

import numpy as np
import pyarrow as pa
import pytest

from insighthub.errors import DataError
from insighthub.linkage.evaluate import evaluate_links
from insighthub.peer.result import PeerResult, weight_of
from insighthub.peer.thresholds import best_threshold, score, score_at


def records(count):
    return pa.table(
        {
            "source": pa.array(["s"] * count),
            "record_id": pa.array([f"r{i}" for i in range(count)]),
            "person": pa.array([1] * count, pa.int32()),
        }
    )


def pairs(rows):
    left, right, weight = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table(
        {
            "left": pa.array(left, pa.int64()),
            "right": pa.array(right, pa.int64()),
            "match_weight": pa.array(weight, pa.float64()),
            "match_probability": pa.array([2**w / (1 + 2**w) for w in weight], pa.float64()),
        }
    )


def truth(entities):
    return records(len(entities)).append_column("entity_id", pa.array(entities))


CHAIN = PeerResult(records(5), pairs([(0, 1, 9.0), (1, 2, 3.0), (0, 2, -4.0), (3, 4, 0.0)]))


@pytest.mark.parametrize(
    ("threshold", "groups"),
    [
        (10, [{0}, {1}, {2}, {3}, {4}]),
        (9, [{0, 1}, {2}, {3}, {4}]),
        (3, [{0, 1, 2}, {3}, {4}]),
        (0, [{0, 1, 2}, {3, 4}]),
        (-10, [{0, 1, 2}, {3, 4}]),
    ],
)
def test_records_joined_by_pairs_at_or_above_the_threshold_share_a_cluster(threshold, groups):
    labels = CHAIN.labels_at(threshold)
    found = [set(np.flatnonzero(labels == label).tolist()) for label in dict.fromkeys(labels.tolist())]
    assert found == groups


def test_clusters_keep_the_order_and_the_names_of_the_records():
    links = CHAIN.clusters_at(3)
    assert links.column_names == ["source", "record_id", "person", "cluster_id"]
    assert links["record_id"].to_pylist() == ["r0", "r1", "r2", "r3", "r4"]
    assert links["cluster_id"][0] == links["cluster_id"][2]


def test_without_pairs_every_record_is_a_cluster_of_its_own():
    alone = PeerResult(records(3), pairs([]))
    assert len(set(alone.labels_at(-100).tolist())) == 3


def test_scores_of_a_clustering_are_those_counted_by_hand():
    # clusters {0,1,2} {3}; people {0,1} {2,3}: 3 pairs found, 2 true, 1 both
    scores = score(np.array([7, 7, 7, 1]), np.array([0, 0, 1, 1]))
    assert scores.precision == pytest.approx(1 / 3)
    assert scores.recall == pytest.approx(1 / 2)
    assert scores.f1 == pytest.approx(0.4)
    assert scores.b_cubed_precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1) / 4)
    assert scores.b_cubed_recall == pytest.approx((1 + 1 + 1 / 2 + 1 / 2) / 4)


def test_a_perfect_clustering_scores_one_throughout():
    scores = score(np.array([5, 5, 9]), np.array([1, 1, 0]))
    assert (scores.precision, scores.recall, scores.f1, scores.b_cubed_f1) == (1, 1, 1, 1)


def test_the_best_threshold_is_the_one_the_truth_would_pick():
    weight, scores = best_threshold(CHAIN, truth(["a", "a", "b", "c", "d"]), [-10, 0, 5, 9, 20])
    # at -10 and 0, {0,1,2} {3,4}: 1 of 4 found is true; at 5 and 9, {0,1}: all of it; at 20, nothing
    assert (weight, scores.f1) == (5, 1)
    weight, scores = best_threshold(CHAIN, truth(["a", "a", "a", "c", "c"]), [-10, 0, 5, 9, 20])
    assert (weight, scores.f1) == (-10, 1)


def test_only_records_that_the_truth_knows_are_scored():
    known = truth(["a", "a", "a", "c", "c"]).slice(0, 2)
    assert score_at(CHAIN, known, 0).f1 == 1


def test_a_record_of_the_truth_that_was_not_linked_stands_alone():
    known = truth(["a", "a", "b", "b", "b", "b"])
    # clusters {0,1,2} {3,4} and r5 alone: 4 pairs found, 7 true, {0,1} and {3,4} both
    scores = score_at(CHAIN, known, 0)
    assert (scores.precision, scores.recall) == (pytest.approx(2 / 4), pytest.approx(2 / 7))


def test_a_truth_of_other_records_is_refused():
    other = truth(["a", "b"]).set_column(0, "source", pa.array(["x", "x"]))
    with pytest.raises(DataError, match="names none of the records"):
        score_at(CHAIN, other, 0)


@pytest.mark.parametrize(("probability", "weight"), [(0.5, 0.0), (0.8, 2.0), (0.2, -2.0)])
def test_a_match_weight_is_the_log_odds_of_its_probability(probability, weight):
    assert weight_of(probability) == pytest.approx(weight)


def test_the_peer_is_scored_as_the_projects_own_evaluation_scores():
    entities = truth(["a", "a", "b", "c", "c", "c"])
    for threshold in (10, 9, 3, 0):
        ours = score_at(CHAIN, entities, threshold)
        project = evaluate_links(CHAIN.clusters_at(threshold), entities)
        assert ours.f1 == pytest.approx(project.pairwise.f1.value)
        assert ours.recall == pytest.approx(project.pairwise.recall.value)
        assert ours.b_cubed_f1 == pytest.approx(project.b_cubed.f1.value)
