"""Codes and patterns: the same values have the same code, the same levels the same pattern."""

from itertools import product

import numpy as np
import pytest

from insighthub.linkage.comparisons.choose import choose_comparisons
from insighthub.linkage.encode import combine, dense
from insighthub.linkage.frequencies import log_frequencies, name_rarity, records_a_person
from insighthub.linkage.patterns import compare, distinct_rows, with_more
from insighthub.linkage.prepare import prepare
from insighthub.linkage.random_pairs import draw_pairs, share_by_level

PEOPLE = [
    {"source": source, "record_id": str(n), "given_name": given, "family_name": family, "date_of_birth": born}
    for source in ("one", "two")
    for n, (given, family, born) in enumerate(
        product(("ANN", "BEN", None), ("SMITH", "SMYTH", "JONES"), ("1980-03-17", "1985-XX-XX"))
    )
]


@pytest.fixture
def compared(records):
    """Return coded people, their comparisons, all pairs, and the patterns of these."""

    def of(rows, **settings):
        data = prepare(records(rows), **settings)
        comparisons = choose_comparisons(data)
        rarity = name_rarity(data, comparisons, np.ones(data.n, bool))
        pairs = draw_pairs(data.n, 10**6)
        return data, comparisons, pairs, compare(data, comparisons, rarity, pairs)

    return of


def test_the_pattern_of_a_pair_holds_its_levels(compared):
    data, comparisons, pairs, patterns = compared(PEOPLE)
    assert patterns.of_pair.shape == (len(pairs),)
    for k, comparison in enumerate(comparisons):
        expected = comparison.levels(data, pairs.left, pairs.right)
        assert (patterns.levels[patterns.of_pair, k] == expected).all()


def test_patterns_are_distinct_and_count_their_pairs(compared):
    _, _, pairs, patterns = compared(PEOPLE)
    rows = np.column_stack([patterns.source_pair, patterns.barred, patterns.rarity, patterns.levels])
    assert len(np.unique(rows, axis=0)) == len(rows) < len(pairs) / 3
    assert (np.bincount(patterns.of_pair) == patterns.counts).all()
    assert patterns.counts.sum() == len(pairs)


def test_pairs_of_a_source_of_one_record_a_person_and_of_one_record_are_barred(compared):
    rows = [
        {"source": "one", "record_id": "1", "email": "a@x.org"},
        {"source": "one", "record_id": "2", "email": "a@x.org"},
        {"source": "two", "record_id": "1", "email": "a@x.org"},
        {"source": "two", "record_id": "2", "person": 1, "email": "a@x.org"},
        {"source": "two", "record_id": "2", "person": 2, "email": "a@x.org"},
    ]
    _, _, pairs, patterns = compared(rows, single=["one"])
    barred = patterns.barred[patterns.of_pair]
    found = {
        pair for pair, is_barred in zip(zip(pairs.left, pairs.right, strict=True), barred, strict=True) if is_barred
    }
    assert found == {(0, 1), (3, 4)}


def test_pairs_with_names_of_another_rarity_are_another_pattern(compared):
    rows = [{"record_id": f"{n:03}", "given_name": "JOHN", "family_name": f"NAME{n // 2}"} for n in range(80)]
    rows += [{"record_id": f"{n:03}", "given_name": "ZOE", "family_name": f"NAME{n // 2}"} for n in range(80, 82)]
    _, _, pairs, patterns = compared(rows)
    same = {
        (int(a), int(b)): int(p)
        for a, b, p in zip(pairs.left, pairs.right, patterns.of_pair, strict=True)
        if a % 2 == 0 and b == a + 1
    }
    assert len({same[n, n + 1] for n in range(0, 80, 2)}) == 1
    assert same[80, 81] != same[0, 1]
    assert (patterns.levels[same[80, 81]] == patterns.levels[same[0, 1]]).all()


def test_more_pairs_to_learn_from_leave_the_pairs_patterns_as_they_are(compared):
    *_, patterns = compared(PEOPLE)
    more = with_more(patterns, patterns, 2.5)
    assert more.counts.sum() == patterns.counts.sum() + np.rint(patterns.counts * 2.5).sum()
    assert (more.levels[more.of_pair] == patterns.levels[patterns.of_pair]).all()


@pytest.mark.parametrize("columns", [1, 3, 40])
def test_distinct_rows_are_those_of_sorting(columns):
    random = np.random.Generator(np.random.PCG64(columns))
    table = random.integers(-1, 3, (500, columns)).astype(np.int8)
    table[250:] = table[:250]
    first, counts, place = distinct_rows(list(table.T))
    distinct = table[first]
    assert (distinct[place] == table).all()
    assert len(np.unique(distinct, axis=0)) == len(distinct)
    assert (np.bincount(place) == counts).all()


def test_a_code_is_the_place_of_a_value_and_missing_is_none(records):
    values = ["b@x.org", None, "a@x.org", "", "b@x.org"]
    data = prepare(records([{"email": v} for v in values]))
    codes, pool = data.codes["email"], data.pools["email"].values
    assert [pool[c] if c >= 0 else None for c in codes] == [v or None for v in values]
    assert data.has("email")
    assert not data.has("email", "phone")


def test_fields_that_are_compared_with_each_other_share_codes(records):
    data = prepare(
        records([{"given_name": "JAMES", "family_name": "GRANT"}, {"given_name": "GRANT", "middle_names": "JAMES"}])
    )
    assert data.codes["family_name"][0] == data.codes["given_name"][1]
    assert data.codes["middle_name"][1] == data.codes["given_name"][0]


def test_combined_codes_are_one_for_each_combination():
    random = np.random.Generator(np.random.PCG64(1))
    parts = [random.integers(-1, 5, 300).astype(np.int32) for _ in range(3)]
    keys = combine(*parts)
    number = {}
    for key, *values in zip(keys.tolist(), *(p.tolist() for p in parts), strict=True):
        if min(values) < 0:
            assert key == -1
        else:
            assert number.setdefault(tuple(values), key) == key
    assert len(set(number.values())) == len(number)


def test_too_many_combinations_are_refused_not_mixed_up():
    huge = np.array([2**31 - 2], np.int32)
    with pytest.raises(OverflowError):
        combine(huge, huge, huge)


def test_dense_numbers_keep_what_is_equal_and_what_is_missing():
    numbers = dense(np.array([9, -1, 4, 9, 4, 7], np.int64)).tolist()
    assert numbers[1] == -1
    assert sorted(set(numbers)) == [-1, 0, 1, 2]
    assert (numbers[0], numbers[2]) == (numbers[3], numbers[4])


@pytest.mark.parametrize("n", [0, 1, 2, 3, 50])
def test_all_pairs_are_drawn_where_there_are_few(n):
    pairs = draw_pairs(n, 10_000)
    assert len(set(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))) == len(pairs) == n * (n - 1) // 2
    assert (pairs.left < pairs.right).all()


def test_random_pairs_are_the_same_every_time_and_reach_every_row():
    pairs, again = draw_pairs(500, 20_000), draw_pairs(500, 20_000)
    assert (pairs.left == again.left).all()
    assert (pairs.right == again.right).all()
    assert (pairs.left < pairs.right).all()
    assert 19_800 < len(pairs) <= 20_000
    assert set(pairs.left.tolist()) | set(pairs.right.tolist()) == set(range(500))


def test_u_is_the_share_of_pairs_and_never_nought(compared):
    data, comparisons, pairs, patterns = compared(PEOPLE)
    shares = share_by_level(patterns, comparisons, patterns.counts.astype(float))
    for comparison, share in zip(comparisons, shares, strict=True):
        levels = comparison.levels(data, pairs.left, pairs.right)
        known = levels[levels >= 0]
        assert share.sum() == pytest.approx(1)
        assert (share > 0).all()
        counted = np.bincount(known, minlength=len(comparison.labels)) / len(known)
        assert share == pytest.approx(counted, abs=2 * len(share) / len(known))


def test_the_frequency_of_a_value_is_its_share_of_the_records_that_have_one(records):
    data = prepare(records([{"given_name": name} for name in ("ANN", "ANN", "ANN", "BEN", None)]))
    (shares,) = log_frequencies(data, choose_comparisons(data)).values()
    by_name = dict(zip(data.pools["given_name"].values.tolist(), np.exp(shares).tolist(), strict=True))
    assert by_name["ANN"] == pytest.approx(0.75)
    assert by_name["BEN"] == pytest.approx(0.25)


@pytest.mark.parametrize("copies", [1, 2, 5])
@pytest.mark.parametrize("told_by", [{"date_of_birth": "1980-03-17"}, {"postcode": "IG11 8AA", "house_number": "1"}])
def test_records_a_person_are_told_from_names_with_a_date_of_birth_or_a_home(records, copies, told_by):
    rows = [{"given_name": "ANN", "family_name": f"NAME{n}", **told_by} for n in range(20) for _ in range(copies)]
    assert records_a_person(prepare(records(rows))) == pytest.approx(copies)


@pytest.mark.parametrize("lot", [1, 7, 100])
@pytest.mark.parametrize("threads", [1, 3])
def test_how_many_pairs_are_compared_at_a_time_makes_no_difference(compared, monkeypatch, lot, threads):
    data, comparisons, pairs, whole = compared(PEOPLE, single=["one"])
    monkeypatch.setattr("insighthub.linkage.patterns.LOT", lot)
    rarity = name_rarity(data, comparisons, np.ones(data.n, bool))
    parts = compare(data, comparisons, rarity, pairs, threads=threads)
    for name in ("levels", "barred", "rarity", "counts", "of_pair"):
        assert np.array_equal(getattr(parts, name), getattr(whole, name)), name
