"""Which records are one person, all pairs considered together."""

import numpy as np
import pytest

from insighthub.linkage.cluster import Exclusive, cluster, components, same_record_pairs
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.prepare import prepare


def pairs_of(*pairs):
    left, right = zip(*pairs, strict=True) if pairs else ((), ())
    return Pairs(np.array(left, np.int32), np.array(right, np.int32))


def labels(n, weights, *, single=None, identifier=None, apart=(), telling=None, threshold=0.0):
    exclusive = Exclusive(
        np.array([-1] * n if single is None else single, np.int32),
        np.array([-1] * n if identifier is None else identifier, np.int32),
        pairs_of(*apart),
        telling=None if telling is None else np.array(telling, bool).reshape(n, -1),
    )
    bits = np.array(list(weights.values()), np.float32)
    return cluster(n, pairs_of(*weights), bits, exclusive, threshold_bits=threshold).tolist()


def test_records_without_pairs_stand_alone():
    assert labels(3, {}) == [0, 1, 2]
    assert labels(0, {}) == []


def test_a_chain_that_nothing_speaks_against_is_one_person():
    assert labels(4, {(0, 1): 5, (1, 2): 5, (2, 3): 5}) == [0, 0, 0, 0]


def test_a_chain_whose_ends_were_compared_and_differ_is_taken_apart():
    assert labels(3, {(0, 1): 5, (1, 2): 4, (0, 2): -10}) == [0, 0, 1]


def test_one_poor_pair_does_not_part_what_many_hold_together():
    weights = dict.fromkeys([(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)], 8.0) | {(0, 3): -3.0}
    assert labels(4, weights) == [0, 0, 0, 0]


def test_pairs_that_both_hold_a_date_have_a_say_of_their_own():
    """A father (0, 1) and a son (2, 3) of one name at one address: one record of each holds no date of birth."""
    weights = dict.fromkeys([(0, 1), (2, 3)], 15.0) | dict.fromkeys([(0, 3), (1, 2), (1, 3)], 6.0) | {(0, 2): -9.0}
    assert labels(4, weights) == [0, 0, 0, 0]
    assert labels(4, weights, telling=[1, 0, 1, 0]) == [0, 0, 1, 1]
    assert labels(4, weights, telling=[1, 0, 0, 0]) == [0, 0, 0, 0]  # one that holds a date says nothing by itself
    # Each field is asked apart: dates that agree do not make up for identifiers that differ.
    agree = weights | {(0, 3): 9.5}
    assert labels(4, agree, telling=[1, 0, 1, 1]) == [0, 0, 0, 0]
    assert labels(4, agree, telling=[[1, 1], [0, 0], [1, 1], [1, 0]]) == [0, 0, 1, 1]


def test_one_overwhelming_pair_does_not_outweigh_several():
    """A pair counts at most 20 bits, for and against."""
    weights = {(0, 1): 20, (2, 3): 20, (0, 2): 200, (0, 3): -15, (1, 2): -15, (1, 3): -15}
    assert labels(4, weights | {(0, 2): 19}) == labels(4, weights)


@pytest.mark.parametrize(("threshold", "expected"), [(5.0, [0, 0]), (5.5, [0, 1]), (-9.0, [0, 0])])
def test_a_pair_at_the_threshold_joins(threshold, expected):
    assert labels(2, {(0, 1): 5.0}, threshold=threshold) == expected


def test_two_records_of_a_source_of_one_record_a_person_are_two_people():
    assert labels(3, {(0, 1): 9, (1, 2): 8}, single=[0, 1, 0]) == [0, 0, 1]
    assert labels(3, {(0, 1): 9, (1, 2): 8}, single=[-1, 1, -1]) == [0, 0, 0]


def test_two_people_of_one_record_stay_two():
    assert labels(3, {(0, 2): 9, (1, 2): 8}, apart=[(0, 1)]) == [0, 1, 0]


def test_different_nhs_numbers_are_different_people():
    assert labels(3, {(0, 1): 9, (1, 2): 8}, identifier=[0, -1, 1]) == [0, 0, 1]
    assert labels(3, {(0, 1): 9, (1, 2): 8}, identifier=[1, -1, 1]) == [0, 0, 0]


@pytest.mark.parametrize("sources", [2, 62, 63, 64, 65, 200])
def test_the_rule_of_one_record_a_person_holds_for_any_number_of_sources(sources):
    """One record in each source, and a second one in the last."""
    n = sources + 1
    weights = {(a, b): 10.0 for a in range(sources) for b in range(a + 1, n)}
    assert labels(n, weights, single=[*range(sources), sources - 1])[-2:] == [0, 1]


def test_people_of_one_record_are_all_pairs_of_it(records):
    rows = [{"record_id": r, "person": p} for r, p in [("x", 1), ("y", 1), ("y", 2), ("y", 3), ("z", 1), ("z", 2)]]
    found = same_record_pairs(prepare(records(rows)).codes["record"])
    assert sorted(zip(found.left.tolist(), found.right.tolist(), strict=True)) == [(1, 2), (1, 3), (2, 3), (4, 5)]


def test_records_of_one_id_in_two_sources_are_two_records(records):
    data = prepare(records([{"source": s, "record_id": "x"} for s in ("a", "b")]))
    assert len(same_record_pairs(data.codes["record"])) == 0
    assert len(same_record_pairs(prepare(records([])).codes["record"])) == 0


def test_components_join_what_a_path_joins():
    found = components(5, np.array([0, 3]), np.array([2, 4]))
    assert [found[0] == found[2], found[3] == found[4], len(set(found.tolist()))] == [True, True, 3]
