"""Calibration and merged households, by hand and by simulation."""

import numpy as np
import pyarrow as pa
import pytest

from insighthub.linkage.calibration import calibrate
from insighthub.linkage.evaluate_households import merged_households
from insighthub.linkage.judged import judge


def truth_of(entities, clusters=None, households=None):
    n = len(entities)
    keys = {"source": ["a"] * n, "record_id": [f"r{k:05d}" for k in range(n)], "person": pa.array([1] * n, pa.int32())}
    truth = pa.table(keys | {"entity_id": entities})
    if households is not None:
        truth = truth.append_column("household_id", pa.array(households, pa.string()))
    return judge(pa.table(keys | {"cluster_id": pa.array(clusters or entities, pa.string())}), truth)


def pairs_of(rows):
    left, right, probability = zip(*rows, strict=True)
    n = len(rows)
    table = {}
    for side, of in (("l", left), ("r", right)):
        table |= {
            f"source_{side}": ["a"] * n,
            f"record_id_{side}": [f"r{k:05d}" for k in of],
            f"person_{side}": pa.array([1] * n, pa.int32()),
        }
    return pa.table(table | {"match_probability": pa.array(probability, pa.float64())})


def test_by_hand():
    judged = truth_of(["p", "p", "q", "s"])
    found = calibrate(pairs_of([(0, 1, 0.9), (0, 2, 0.9), (2, 3, 0.2), (1, 3, 0.005)]), judged)
    assert (found.pairs, found.matches) == (3, 1)
    assert found.expected == pytest.approx(2.0)
    # Two groups of probability: 0.9 with one match of two, 0.2 with none of one.
    assert found.error.value == pytest.approx((2 * 0.4 + 1 * 0.2) / 3)
    assert found.brier.value == pytest.approx((0.01 + 0.81 + 0.04) / 3)
    assert [(b.low, b.high, b.pairs, b.observed.value) for b in found.equal_width] == [
        (pytest.approx(0.2), pytest.approx(0.3), 1, 0.0),
        (pytest.approx(0.9), 1.0, 2, 0.5),
    ]


def test_pairs_that_the_truth_does_not_know_do_not_count():
    judged = truth_of(["p", "p"])
    assert calibrate(pairs_of([(0, 7, 0.9)]), judged) is None
    assert calibrate(pairs_of([(0, 1, 0.9), (0, 7, 0.9)]), judged).pairs == 1


def simulated(seed, shift=0.0, n=6000):
    """Return pairs of people of their own whose probabilities are right, or off by a shift in log odds."""
    random = np.random.Generator(np.random.PCG64(seed))
    bits = random.uniform(-6, 6, n)
    match = random.random(n) < 1 / (1 + 2.0**-bits)
    entities = []
    for k in range(n):
        entities += [f"e{k}", f"e{k}" if match[k] else f"f{k}"]
    told = 1 / (1 + 2.0 ** -(bits + shift))
    return calibrate(pairs_of([(2 * k, 2 * k + 1, told[k]) for k in range(n)]), truth_of(entities))


def test_right_probabilities_are_found_right_and_wrong_ones_wrong():
    right, wrong = simulated(1), simulated(1, shift=1.0)
    assert right.error.value < 0.02
    assert wrong.error.low > 0.05
    assert wrong.brier.value > right.brier.value
    assert all(b.observed.low - 0.03 <= b.predicted <= b.observed.high + 0.03 for b in right.equal_width)
    assert sum(b.pairs for b in right.equal_mass) == sum(b.pairs for b in right.equal_width) == right.pairs
    assert {b.pairs for b in right.equal_mass} == {400}


def test_intervals_of_the_brier_score_hold_it():
    truth = np.mean([simulated(seed, n=2000).brier.value for seed in range(30)])
    held = sum(i.low <= truth <= i.high for i in (simulated(seed, n=2000).brier for seed in range(30)))
    assert held >= 26


def test_pairs_of_one_person_are_not_as_many_witnesses():
    """Sixteen people, each against ten records of one other or of themselves: 160 pairs, but sixteen tellings."""
    entities, rows = [], []
    for k in range(16):
        first = len(entities)
        entities += [f"p{k}", *[f"{'p' if k % 2 else 'q'}{k}"] * 10]
        rows += [(first, first + j, 0.7) for j in range(1, 11)]
    shared = calibrate(pairs_of(rows), truth_of(entities))
    alone = [x for k in range(160) for x in (f"p{k}", f"{'p' if k % 2 else 'q'}{k}")]
    apart = calibrate(pairs_of([(2 * k, 2 * k + 1, 0.7) for k in range(160)]), truth_of(alone))
    assert shared.brier.value == pytest.approx(apart.brier.value)
    assert shared.brier.high - shared.brier.low > 3 * (apart.brier.high - apart.brier.low)
    (one,), (other,) = shared.equal_mass, apart.equal_mass
    assert one.observed.high - one.observed.low > 2 * (other.observed.high - other.observed.low)


def test_pairs_of_one_probability_stay_in_one_group_whatever_their_order():
    judged = truth_of(["p", "p"] * 20)
    rows = [(2 * k, 2 * k + 1 if k % 3 else 2 * ((k + 1) % 20) + 1, 0.7) for k in range(20)]
    once, again = calibrate(pairs_of(rows), judged), calibrate(pairs_of(rows[::-1]), judged)
    assert once == again
    assert len(once.equal_mass) == 1


def test_merged_households_by_hand():
    #            one home, merged   one home, apart  alone   no home
    entities = ["a", "b", "b", "c", "d", "e", "f", "g"]
    homes = ["1", "1", "1", "2", "2", "3", None, None]
    clusters = ["x", "x", "y", "u", "v", "w", "z", "z"]
    found = merged_households(truth_of(entities, clusters, homes))
    assert (found.households, found.merged, found.rate.value) == (2, 1, 0.5)
    assert found.rate.low < 0.5 < found.rate.high


def test_two_people_of_different_homes_in_one_cluster_are_another_mistake():
    found = merged_households(truth_of(["a", "b", "c", "d"], ["x", "y", "x", "z"], ["1", "1", "2", "2"]))
    assert (found.households, found.merged) == (2, 0)


def test_people_who_were_not_linked_are_nobodys_housemates():
    found = merged_households(truth_of(["a", "b", "c", "d"], ["x", None, "y", "y"], ["1", "1", "2", "2"]))
    assert (found.households, found.merged) == (1, 1)


def test_without_households_there_is_nothing_to_say():
    assert merged_households(truth_of(["a", "b"])) is None
    none = merged_households(truth_of(["a", "b"], None, [None, None]))
    assert (none.households, none.rate.low, none.rate.high) == (0, 0.0, 1.0)
