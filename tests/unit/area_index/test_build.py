"""Indices small enough to be worked out by hand, with the arithmetic written out."""

import math

import numpy as np
import pytest

from insighthub.area_index.build import build
from insighthub.area_index.definition import Aggregate, Domain, Outliers
from insighthub.errors import DataError
from tests.unit.area_index.an_index import areas, index, indicator

FOUR = areas("p", "q", "r", "s", x=[1.0, 2.0, 3.0, 6.0], y=[10, 40, 20, 30])


def scores(definition, table=FOUR):
    return build(definition, table).scores["score"].to_pylist()


# x has mean 3 and squared distances 4, 1, 0, 9: variance 14 / 4. y has mean 25 and 225, 225, 25, 25: variance 125.
ROOT_X, ROOT_Y = math.sqrt(3.5), math.sqrt(125)
Z_X = [-2 / ROOT_X, -1 / ROOT_X, 0, 3 / ROOT_X]
Z_Y = [-15 / ROOT_Y, 15 / ROOT_Y, -5 / ROOT_Y, 5 / ROOT_Y]
# The span of x is 5, of y 30; the scale goes from 1 to 100.
M_X = [1, 1 + 99 * 1 / 5, 1 + 99 * 2 / 5, 100]
M_Y = [1, 100, 1 + 99 * 10 / 30, 1 + 99 * 20 / 30]
R_X, R_Y = [1, 2, 3, 4], [1, 4, 2, 3]
DEPTH = 1 - math.exp(-100 / 23)


def english(rank, number=4):
    return -23 * math.log(1 - rank / number * DEPTH)


@pytest.mark.parametrize(
    ("scale", "x", "y"),
    [
        ("z", Z_X, Z_Y),
        ("min-max", M_X, M_Y),
        ("rank", R_X, R_Y),
        ("percentile", [25, 50, 75, 100], [25, 100, 50, 75]),
        ("exponential", [english(r) for r in R_X], [english(r) for r in R_Y]),
    ],
)
def test_two_indicators_of_one_domain_on_every_scale(scale, x, y):
    found = scores(index(indicator("x"), indicator("y"), normalise=scale))
    assert found == pytest.approx([(a + b) / 2 for a, b in zip(x, y, strict=True)], abs=1e-12)


@pytest.mark.parametrize(
    ("mean", "by_hand"),
    [
        ("arithmetic", [(a + b) / 2 for a, b in zip(R_X, R_Y, strict=True)]),
        ("geometric", [1, math.sqrt(2 * 4), math.sqrt(3 * 2), math.sqrt(4 * 3)]),
        ("harmonic", [1, 2 / (1 / 2 + 1 / 4), 2 / (1 / 3 + 1 / 2), 2 / (1 / 4 + 1 / 3)]),
    ],
)
def test_every_mean_within_and_across_domains(mean, by_hand):
    inside = index(indicator("x"), indicator("y"), normalise="rank", aggregate=Aggregate(within=mean))
    between = index(indicator("x"), indicator("y", "e"), normalise="rank", aggregate=Aggregate(across=mean))
    assert scores(inside) == pytest.approx(by_hand, abs=1e-12)
    assert scores(between) == pytest.approx(by_hand, abs=1e-12)


def test_equal_weights_are_of_domains_first_and_of_indicators_within_them():
    table = areas("p", "q", "r", x=[1, 2, 3], y=[1, 3, 2], w=[3, 2, 1])
    found = build(index(indicator("x"), indicator("y"), indicator("w", "e"), normalise="rank"), table)
    # Domain d is the mean of x and y; the index the mean of d and w.
    assert found.scores["domain_d"].to_pylist() == pytest.approx([1, 2.5, 2.5])
    assert found.scores["score"].to_pylist() == pytest.approx([(1 + 3) / 2, (2.5 + 2) / 2, (2.5 + 1) / 2])
    assert found.weights["effective"].to_pylist() == pytest.approx([0.5, 0.5, 0.25, 0.25, 0.5])


def test_weights_by_budget_are_as_declared_and_scaled_to_1():
    table = areas("p", "q", "r", x=[1, 2, 3], y=[1, 3, 2], w=[3, 2, 1])
    definition = index(
        indicator("x", weight=3.0),
        indicator("y", weight=1.0),
        indicator("w", "e"),
        domains=(Domain(id="d", title="D", weight=40.0), Domain(id="e", title="E", weight=10.0)),
        weights="budget",
        normalise="rank",
    )
    # d = (3 x + y) / 4, and the index (4 d + w) / 5.
    d = [1, (3 * 2 + 3) / 4, (3 * 3 + 2) / 4]
    assert scores(definition, table) == pytest.approx([(4 * d[0] + 3) / 5, (4 * d[1] + 2) / 5, (4 * d[2] + 1) / 5])


def test_weights_by_evidence_follow_scores_within_domains_and_their_mean_across():
    table = areas("p", "q", "r", x=[1, 2, 3], y=[1, 3, 2], w=[3, 2, 1])
    definition = index(
        indicator("x", evidence_score=3),
        indicator("y", evidence_score=0),
        indicator("w", "e", evidence_score=3),
        weights="evidence",
        normalise="rank",
    )
    # y counts for nothing; the domains' mean scores are 1.5 and 3.
    assert scores(definition, table) == pytest.approx([(1 + 2 * 3) / 3, (2 + 2 * 2) / 3, (3 + 2 * 1) / 3])


def test_weights_by_principal_component_of_three_indicators():
    # Orthogonal patterns a, b: x = a, y = a + b, w = b give correlations r, 0, r with r = 1 / sqrt 2. The first vector
    # of that matrix, of value 1 + r sqrt 2 = 2, is (1/2, 1 / sqrt 2, 1/2): squares 1/4, 1/2, 1/4.
    a, b = np.array([1, 1, -1, -1.0]), np.array([1, -1, 1, -1.0])
    table = areas("p", "q", "r", "s", x=a, y=a + b, w=b)
    found = build(index(indicator("x"), indicator("y"), indicator("w"), weights="pca"), table)
    assert found.weights["weight"].to_pylist() == pytest.approx([1, 0.25, 0.5, 0.25])
    assert any("principal components" in note for note in found.notes)


def test_the_worst_area_has_rank_1_and_equals_share_the_lower_number():
    table = areas("p", "q", "r", "s", x=[1, 5, 5, 3])
    assert build(index(indicator("x")), table).scores["rank"].to_pylist() == [4, 1, 1, 3]


def test_where_lower_is_worse_the_lowest_is_worst():
    found = build(index(indicator("x", direction="lower is worse")), FOUR).scores
    assert found["rank"].to_pylist() == [1, 2, 3, 4]


def test_domain_scores_may_be_brought_to_a_scale_of_their_own():
    found = scores(index(indicator("x"), indicator("y", "e"), normalise="z", normalise_domains="exponential"))
    assert found == pytest.approx([(english(a) + english(b)) / 2 for a, b in zip(R_X, R_Y, strict=True)])


def test_counts_become_rates():
    table = areas("p", "q", x_count=[1, 3], x_population=[10, 20])
    found = build(index(indicator("x")), table).indicators
    assert found["raw"].to_pylist() == pytest.approx([0.1, 0.15])


def test_winsorised_values_are_brought_to_the_bounds():
    table = areas(*"pqrst", x=[0.0, 1, 2, 3, 100])
    # The upper quarter point of five is the fourth value.
    definition = index(indicator("x", outliers=Outliers(treat="winsorise", high=0.75)), normalise="min-max")
    found = build(definition, table)
    assert found.scores["score"].to_pylist() == pytest.approx([1, 1 + 99 / 3, 1 + 99 * 2 / 3, 100, 100])
    assert found.notes == ("X: values beyond the bounds, of which there are 1, were brought to them.",)


def test_trimmed_values_are_missing():
    table = areas(*"pqrst", x=[0.0, 1, 2, 3, 100], y=[1, 2, 3, 4, 5])
    trimmed = indicator("x", outliers=Outliers(treat="trim", high=0.75))
    found = build(index(trimmed, indicator("y"), normalise="min-max", missing="domain mean"), table)
    assert found.scores["score"].to_pylist()[-1] == pytest.approx(100)  # that of y alone
    assert "X: values beyond the bounds, of which there are 1, were taken as missing." in found.notes


def test_a_missing_value_is_the_mean_of_the_areas_others_in_the_domain():
    table = areas("p", "q", "r", x=[1, None, 3], y=[1, 3, 2], w=[3, 2, 1])
    definition = index(indicator("x"), indicator("y"), indicator("w"), normalise="min-max", missing="domain mean")
    found = build(definition, table)
    # q has 100 of y and 50.5 of w.
    assert found.indicators["normalised"].to_pylist()[3] == pytest.approx((100 + 50.5) / 2)
    assert "values missing in 1 of 3 areas" in found.notes[0]


def test_a_missing_value_is_an_error_where_the_index_says_so():
    with pytest.raises(DataError, match=r"row 2, column 'x': q has no value\. Give one, or say missing"):
        build(index(indicator("x")), areas("p", "q", x=[1, None]))


def test_an_area_without_any_value_of_a_domain_is_an_error():
    with pytest.raises(DataError, match="q has no value of any indicator of the domain d"):
        build(index(indicator("x"), missing="domain mean"), areas("p", "q", x=[1, None]))


def test_an_indicator_that_is_the_same_everywhere_moves_nothing_and_is_told():
    table = areas("p", "q", x=[1.1, 1.1], y=[1, 2])
    for scale in ("z", "min-max", "rank", "percentile", "exponential"):
        found = build(index(indicator("x"), indicator("y"), normalise=scale), table)
        assert found.scores["rank"].to_pylist() == [2, 1]
        assert "X: all areas have the same value, so it does not tell them apart." in found.notes


def test_contributions_are_weight_times_distance_from_the_mean_and_add_up():
    found = build(index(indicator("x"), indicator("y", "e"), normalise="z"), FOUR)
    given = np.array(found.indicators["contribution"].to_pylist()).reshape(4, 2)
    assert given[:, 0] == pytest.approx([value / 2 for value in Z_X])
    assert given.sum(axis=1) == pytest.approx(found.scores["score"].to_numpy())


def test_a_contribution_to_a_geometric_mean_is_what_the_score_would_fall_by():
    definition = index(indicator("x"), indicator("y", "e"), normalise="rank", aggregate="geometric")
    given = np.array(build(definition, FOUR).indicators["contribution"].to_pylist()).reshape(4, 2)
    # Of area s, x at its mean rank 2.5 instead of 4 would leave sqrt(2.5 * 3) of sqrt(4 * 3).
    assert given[3, 0] == pytest.approx(math.sqrt(12) - math.sqrt(7.5))


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (areas("p", "p", x=[1, 2]), "row 2, column 'area': the area p stands twice"),
        (areas("p", None, x=[1, 2]), "row 2, column 'area': the area is missing"),
        (areas("p", x=[1]), "fewer than two areas"),
        (areas("p", "q", y=[1, 2]), "column 'x': there is no such column"),
        (areas("p", "q", x=["1", "2"]), "column 'x': the column holds string, not numbers"),
        (areas("p", "q", x=[1, math.inf]), "row 2, column 'x': the value is infinite"),
        (areas("p", "q", x_count=[1, 3], x_population=[2, 2]), "row 2, column 'x_count': more people are counted"),
        (areas("p", "q", x_count=[1, -1], x_population=[2, 2]), "row 2, column 'x_count': the count is under 0"),
        (areas("p", "q", x_count=[1, 1]), "column 'x_population': there is no such column"),
        (areas("p", "q", x=[1, 2], x_variance=[0.1, None]), "row 2, column 'x_variance': the variance is missing"),
    ],
)
def test_faults_of_the_table_name_row_and_column(table, told):
    with pytest.raises(DataError, match=told):
        build(index(indicator("x")), table)


def test_the_area_column_may_have_another_name():
    table = areas("p", "q", x=[1, 2]).rename_columns(["lsoa", "x"])
    assert build(index(indicator("x")), table, area="lsoa").scores["area"].to_pylist() == ["p", "q"]
    with pytest.raises(DataError, match="column 'area'"):
        build(index(indicator("x")), table)


def test_events_may_be_more_than_people_and_values_alone_cannot_be_shrunk():
    table = areas("p", "q", x_count=[5, 3], x_population=[2, 2])
    assert build(index(indicator("x", counted="events")), table).scores["rank"].to_pylist() == [1, 2]
    with pytest.raises(DataError, match="how sure its values are is not given"):
        build(index(indicator("x", shrink=True)), FOUR)
