"""How many matches blocking missed, told from what groups of rules find of each other's matches."""

import numpy as np
import pytest

from insighthub.linkage.blocking.missed import missed_by_blocking
from insighthub.linkage.blocking.pairing import candidate_pairs
from insighthub.linkage.blocking.rule import BlockingRule
from insighthub.linkage.prepare import prepare
from insighthub.progress import Silent

PLACE = BlockingRule("place", ("postcode",))
NAME = BlockingRule("name", ("given_name", "family_name"))
DATE = BlockingRule("date", ("birth_date",))


def two_records_of(n, moved, misspelt, slipped=()):
    """Rows of n people, two each, no copies; some have another postcode, given name or date of birth in the second."""
    rows = []
    for i in range(n):
        row = {"given_name": f"GIV{i}", "family_name": f"FAM{i}", "postcode": f"P{i}", "date_of_birth": _date(i)}
        second = row | {"sex": "F"}
        if i in moved:
            second["postcode"] = f"Q{i}"
        if i in misspelt:
            second["given_name"] = f"GOV{i}"
        rows += [row, second | ({"date_of_birth": _date(n + i)} if i in slipped else {})]
    return rows


def _date(i):
    return f"{1900 + i // 300}-{1 + i // 25 % 12:02}-{1 + i % 25:02}"


@pytest.fixture
def estimate(records):
    def of(rows, rules, probability=1.0):
        data = prepare(records(rows))
        candidates = candidate_pairs(data, rules, cap=150, progress=Silent())
        person = np.arange(data.n) // 2  # rows are sorted by record id, which follows the order of the rows given
        chance = np.full(len(candidates.pairs), probability)
        return missed_by_blocking(data, candidates, rules, chance, person)

    return of


def test_where_groups_miss_independently_the_estimate_is_right(estimate):
    rng = np.random.default_rng(1)
    moved, misspelt = (set(np.flatnonzero(rng.random(2000) < share).tolist()) for share in (0.3, 0.2))
    missed = len(moved & misspelt)
    told = estimate(two_records_of(2000, moved, misspelt), [PLACE, NAME])
    assert told.found == 2000 - missed
    assert told.low < missed < told.high
    assert told.missed == pytest.approx(missed, rel=0.2)


def test_three_groups_leave_little(estimate):
    rng = np.random.default_rng(2)
    moved, misspelt, slipped = (set(np.flatnonzero(rng.random(2000) < share).tolist()) for share in (0.3, 0.2, 0.3))
    missed = len(moved & misspelt & slipped)
    told = estimate(two_records_of(2000, moved, misspelt, slipped), [PLACE, NAME, DATE])
    assert told.low < missed < told.high
    assert [g.name for g in told.groups] == ["dates of birth", "places", "names alone"]
    assert all(g.of_these < g.found_by_others for g in told.groups)


def test_where_every_group_finds_all_that_others_find_nothing_is_missed(estimate):
    told = estimate(two_records_of(50, set(), set()), [PLACE, NAME])
    assert (told.missed, told.low, told.high) == (0.0, 0.0, 0.0)


def test_pairs_count_by_how_likely_they_are(estimate):
    rows = two_records_of(400, set(range(0, 400, 4)), set(range(0, 400, 5)))
    sure, half = estimate(rows, [PLACE, NAME]), estimate(rows, [PLACE, NAME], 0.5)
    assert half.found == pytest.approx(sure.found / 2)
    assert estimate(rows, [PLACE, NAME], 0.001).found == 0.0


def test_no_candidates_no_estimate(estimate):
    told = estimate([{}, {}], [])
    assert (told.found, told.missed, told.groups) == (0.0, 0.0, ())
