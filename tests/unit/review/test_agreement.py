"""Cohen's kappa and its interval."""

import numpy as np
import pytest

from insighthub.review.agreement import cohens_kappa


def test_kappa_is_that_of_a_table_worked_by_hand():
    # 50 items, 20 and 15 agreed: observed 0.7, chance 0.5 * 0.6 + 0.5 * 0.4.
    said = [("match", "match")] * 20 + [("match", "not")] * 5 + [("not", "match")] * 10 + [("not", "not")] * 15
    found = cohens_kappa(said)
    assert found.value == pytest.approx(0.4)
    # The standard error of Fleiss, Cohen and Everitt is 0.1275 here.
    assert found.high - found.low == pytest.approx(2 * 1.96 * 0.1275, rel=0.06)


def test_where_all_agree_the_interval_is_no_point():
    found = cohens_kappa([("match", "match")] * 10 + [("not", "not")] * 10)
    assert found.value == found.high == 1.0
    assert 0.5 < found.low < 0.9


def test_it_is_not_defined_where_chance_alone_agrees_or_nothing_was_said():
    assert cohens_kappa([]) is None
    assert cohens_kappa([("match", "match")] * 5) is None


@pytest.mark.parametrize("right", [0.75, 0.95])
def test_the_interval_holds_the_true_kappa_about_95_times_in_100(right):
    random = np.random.Generator(np.random.PCG64(1))
    words = np.array(["match", "not"])
    true = (right**2 + (1 - right) ** 2 - 0.5) / 0.5
    held = 0
    for _ in range(400):
        is_match = random.random(60) < 0.5
        one, other = (words[np.where(random.random(60) < right, is_match, ~is_match).astype(int)] for _ in "ab")
        found = cohens_kappa(list(zip(one.tolist(), other.tolist(), strict=True)))
        held += found.low <= true <= found.high
    assert 0.92 <= held / 400 <= 0.99
