"""Gaps between groups, against published intervals, and how few residents have how many contacts."""

import pytest

from insighthub.population.concentration import Share, concentration
from insighthub.population.gaps import gap, newcombe, wilson


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090)],
)
def test_intervals_of_gaps_are_those_that_newcombe_published(one, other, low, high):
    shares = [(reached / of, *wilson(reached, of)) for reached, of in (one, other)]
    assert newcombe(*shares) == pytest.approx((low, high), abs=5e-5)


def test_a_group_that_is_reached_less_for_certain_is_behind_and_rounding_makes_that_less_certain():
    exact = gap((30, 100), (250, 500), off=0)
    assert exact.is_behind
    assert exact.gap == pytest.approx(30 / 100 - 220 / 400)
    rounded = gap((30, 100), (250, 500), off=9)
    assert rounded.gap == exact.gap
    assert rounded.gap_low < exact.gap_low < exact.gap_high < rounded.gap_high
    assert not gap((45, 100), (250, 500), off=0).is_behind


def test_there_is_no_gap_where_there_are_no_others():
    assert gap((5, 10), (5, 10), off=2) is None
    assert gap((0, 0), (5, 10), off=2) is None


def test_shares_of_the_top_are_whole_per_cents_and_nearly_all_is_not_all():
    contacts = [10] * 20 + [1] * 80 + [0] * 1900
    told = {each.top: each.share for each in concentration(contacts, 10, {})}
    assert told == {0.01: 0.71, 0.05: 1.0, 0.10: 1.0, 0.20: 1.0, 0.50: 1.0}
    contacts = [1000] * 20 + [1] * 980 + [0] * 1000
    assert {each.top: each.share for each in concentration(contacts, 10, {})}[0.20] == 0.97


def test_a_share_of_few_people_or_of_one_among_them_is_not_told():
    assert concentration([5] * 100, 10, {})[0] == Share(0.01, None)
    assert concentration([500, *[1] * 999], 10, {})[0] == Share(0.01, None)
    assert concentration([0] * 1000, 10, {})[0] == Share(0.01, None)


def test_a_share_that_hardly_moved_is_told_as_before():
    contacts = [10] * 20 + [1] * 80 + [0] * 1900
    assert concentration(contacts, 10, {0.01: 0.70})[0] == Share(0.01, 0.70)
    assert concentration(contacts, 10, {0.01: 0.60})[0] == Share(0.01, 0.71)
