import math

import numpy as np
import pytest

from insighthub.area_index.coherence import check_coherence, cronbach_alpha, first_component
from insighthub.area_index.compare import compare
from insighthub.errors import DataError
from tests.unit.area_index.an_index import areas, index, indicator

A, B = np.array([1, 1, -1, -1.0]), np.array([1, -1, 1, -1.0])


def test_alpha_and_the_first_component_by_hand():
    # Correlations r, 0, r with r = 1 / sqrt 2: mean 2 r / 3, and the greatest value of the matrix is 1 + r sqrt 2 = 2.
    values = np.array([A, A + B, B])
    r = math.sqrt(0.5)
    assert cronbach_alpha(values) == pytest.approx(3 * (2 * r / 3) / (1 + 2 * (2 * r / 3)))
    assert first_component(values) == pytest.approx(2 / 3)
    assert cronbach_alpha(values[:1]) is None
    assert first_component(np.array([[1.0, 1, 1, 1]])) is None


def test_what_is_counted_twice_and_what_points_the_wrong_way_is_found():
    table = areas(*"pqrs", x=A + 3, y=A * 2 + 0.1 * B, w=-A, u=A + 0.1 * B, v=B)
    found = check_coherence(
        index(indicator("x"), indicator("y"), indicator("u"), indicator("w"), indicator("v", "e")), table
    )
    assert found.correlation.num_rows == 10
    pairs = {(row["indicator"], row["other"]): row["correlation"] for row in found.double.to_pylist()}
    assert pairs[("x", "y")] == pytest.approx(2 / math.sqrt(4.01))
    assert pairs[("x", "w")] == pytest.approx(-1)
    assert ("x", "v") not in pairs
    told = {row["indicator"]: row for row in found.indicators.to_pylist()}
    assert [name for name, row in told.items() if row["wrong_sign"]] == ["w"]
    assert told["v"]["with_others"] is None
    assert told["v"]["with_domain"] == pytest.approx(1)
    assert found.domains["group"].to_pylist() == ["d", "e", "index"]
    assert found.domains["alpha"].to_pylist()[1] is None


def test_direction_is_taken_into_account():
    table = areas(*"pqrs", x=A, w=-A)
    found = check_coherence(index(indicator("x"), indicator("w", direction="lower is worse")), table)
    assert found.correlation["correlation"].to_pylist() == pytest.approx([1])


def test_an_indicator_that_is_the_same_everywhere_correlates_with_nothing():
    found = check_coherence(index(indicator("x"), indicator("y")), areas(*"pqrs", x=A, y=[1, 1, 1, 1]))
    assert found.correlation["correlation"].to_pylist() == [None]
    assert found.indicators["with_index"].to_pylist() == [pytest.approx(1), None]


def test_two_indices_are_compared_by_ranks():
    scores = areas("p", "q", "r", "s", score=[4.0, 3, 2, 1])
    other = areas("s", "r", "q", "p", "elsewhere", rank=[1, 2, 3, 4, 5])
    found = compare(scores, other, column="rank", direction="lower is worse")
    assert found.areas == 4
    assert found.spearman == pytest.approx(-1)
    assert (found.both_worst, found.worst) == (0, 1)
    assert found.differ.to_pylist()[0] == {"area": "p", "rank": 1, "other_rank": 4, "difference": 3}


def test_a_comparison_says_what_it_lacks():
    scores = areas("p", "q", score=[2.0, 1])
    with pytest.raises(DataError, match="column 'score': there is no such column"):
        compare(scores, areas("p", "q", rank=[1, 2]))
    with pytest.raises(DataError, match="fewer than two areas in common"):
        compare(scores, areas("p", "z", score=[1, 2]))
    assert compare(scores, areas("p", "q", score=[1, 1])).spearman is None
