"""Which pairs are compared: all of a block, none of one too large, each once."""

from itertools import combinations

import numpy as np
import pytest

from insighthub.linkage.blocking import pairing
from insighthub.linkage.blocking.blocks import pairs_of_blocks
from insighthub.linkage.blocking.candidates import candidate_rules
from insighthub.linkage.blocking.choose import choose_rules
from insighthub.linkage.blocking.coresidents import coresident_pairs
from insighthub.linkage.blocking.pairing import candidate_pairs
from insighthub.linkage.blocking.rule import BlockingRule
from insighthub.linkage.blocking.sample import draw_sample, sampled_pairs
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.prepare import prepare
from insighthub.progress import Silent


def all_matches(pairs):
    return np.ones(len(pairs))


def chosen(data, *, judge=all_matches, cap=150, pairs_per_record=12.0):
    return choose_rules(data, judge, cap=cap, pairs_per_record=pairs_per_record)


@pytest.fixture
def blocked(records):
    """Return the pairs of rows (by number), and the yields by rule."""

    def of(rows, *, cap=150, only=None, **settings):
        data = prepare(records(rows), **settings)
        rules = only or chosen(data, cap=cap)
        candidates = candidate_pairs(data, rules, cap=cap, progress=Silent())
        pairs, yields = candidates.pairs, candidates.yields
        assert (pairs.left < pairs.right).all()
        found = list(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True))
        assert found == sorted(set(found))
        assert sum(y.new_pairs for y in yields) == len(found)
        return found, {y.rule: y for y in yields}

    return of


def every_pair(*rows):
    return list(combinations(rows, 2))


def test_all_of_a_block_are_paired_and_none_outside_it(blocked):
    rows = [{"email": "a@x.org"}, {"email": "b@x.org"}, {"email": "a@x.org"}, {"email": "a@x.org"}, {}, {}]
    found, yields = blocked(rows)
    assert found == every_pair(0, 2, 3)
    assert yields["same e-mail"].pairs == 3
    assert yields["same e-mail"].largest_block == 3


@pytest.mark.parametrize(("cap", "expected"), [(3, every_pair(0, 1, 2)), (2, [])])
def test_a_block_over_the_cap_is_left_out_and_told(blocked, cap, expected):
    found, yields = blocked([{"email": "a@x.org"}] * 3, cap=cap)
    assert found == expected
    told = yields["same e-mail"]
    assert (told.capped_blocks, told.capped_records) == ((0, 0) if expected else (1, 3))
    assert told.largest_block == 3


def test_other_blocks_of_a_rule_stand_when_one_is_over_the_cap(blocked):
    found, yields = blocked([{"email": "a@x.org"}] * 3 + [{"email": "b@x.org"}] * 2, cap=2)
    assert found == [(3, 4)]
    assert yields["same e-mail"].capped_records == 3


JOHN = {"given_name": "JOHN", "family_name": "SMITH", "date_of_birth": "1985-03-27", "postcode": "IG11 8AA"}


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({"nhs_number": "9434765919"}, {"nhs_number": "9434765919"}),
        ({"nino": "AB123456C"}, {"nino": "AB123456C"}),
        ({"upn": "A1"}, {"upn": "A1"}),
        ({"mobile": "+447"}, {"mobile": "+447"}),
        ({"phone": "+441"}, {"phone": "+441"}),
        ({"given_name": "JOHN", "family_name": "SMITH"}, {"given_name": "SMITH", "family_name": "JOHN"}),
        ({"family_name": "SMITH", "date_of_birth": "1985-03-27"}, {**JOHN, "given_name": "BOB"}),
        ({"given_name": "JOHN", "date_of_birth": "1985-03-27"}, {**JOHN, "family_name": "PATEL"}),
        ({"given_name": "JOHN", "postcode": "IG11 8AA"}, {**JOHN, "family_name": "PATEL"}),
        ({"family_name": "SMITH", "postcode": "IG11 8AA"}, {**JOHN, "given_name": "BOB"}),
        ({"date_of_birth": "1985-03-27", "postcode": "IG11 8AA"}, JOHN),
        ({**JOHN, "date_of_birth": "1985-04-01", "postcode": None, "family_name": "SMYTH"}, JOHN),
        ({"given_name": "JAN", "family_name": "OTHER", "date_of_birth": "1985-03-27"}, JOHN),
        ({"given_name": "MOHAMMED", "family_name": "HUSSAIN"}, {"given_name": "MUHAMMAD", "family_name": "HUSEIN"}),
    ],
)
def test_records_meet_by(blocked, one, two):
    # Others hold every field, so that every rule is in use.
    others = [
        {"given_name": "ZOE", "family_name": "ZIM", "date_of_birth": "2001-02-03", "postcode": "ZE1 1AA"},
        {"mobile": "+99", "phone": "+98", "nhs_number": "1", "nino": "2", "upn": "3", "email": "z@z.org"},
    ]
    found, _ = blocked([one, two, *others])
    assert found == [(0, 1)]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({"given_name": "JOHN"}, {"given_name": "JOHN"}),
        ({"family_name": "SMITH"}, {"family_name": "SMITH"}),
        ({"date_of_birth": "1985-03-27"}, {"date_of_birth": "1985-03-27"}),
        ({"postcode": "IG11 8AA"}, {"postcode": "IG11 8AA"}),
        ({"sex": "F"}, {"sex": "F"}),
        ({}, {}),
    ],
)
def test_too_little_in_common_is_no_reason_to_compare(blocked, one, two):
    assert blocked([one, two])[0] == []


def test_identical_rows_are_paired_with_the_first_of_them_alone(blocked):
    found, yields = blocked([JOHN] * 10)
    assert found == [(0, n) for n in range(1, 10)]
    told = yields["identical records, each with the first"]
    assert (told.pairs, told.new_pairs, told.largest_block) == (9, 9, 10)


def test_the_first_of_identical_rows_stands_for_them_before_others(blocked):
    found, _ = blocked([JOHN, {**JOHN, "given_name": "JON"}, JOHN])
    assert found == [(0, 1), (0, 2)]


@pytest.mark.parametrize("differs", [{"sex": "M"}, {"valid_from": "2020-01-01"}, {"email": "a@x.org"}, {"person": 2}])
def test_rows_that_differ_in_anything_are_not_identical(blocked, differs):
    found, yields = blocked([JOHN, JOHN, {**JOHN, **differs}])
    assert found == [(0, 1), (0, 2)]
    assert yields["identical records, each with the first"].pairs == 1


def test_in_a_source_of_one_record_a_person_identical_rows_are_pairs_like_others(blocked):
    found, yields = blocked([JOHN] * 3, single=["a"])
    assert found == every_pair(0, 1, 2)
    assert "identical records, each with the first" not in yields


def test_rows_with_too_little_to_say_who_they_are_do_not_count_as_copies(blocked):
    nameless = {"email": "a@x.org", "postcode": "IG11 8AA"}
    assert blocked([nameless] * 3)[0] == every_pair(0, 1, 2)
    initial = {**JOHN, "given_name": "J"}
    assert blocked([initial] * 3)[0] == every_pair(0, 1, 2)


def test_a_rule_counts_as_new_only_what_no_earlier_rule_gave(blocked):
    two = [{**JOHN, "email": "a@x.org", "sex": sex} for sex in "FM"]
    found, yields = blocked(two)
    assert found == [(0, 1)]
    assert yields["same e-mail"].new_pairs == 1
    assert all(y.new_pairs == 0 for rule, y in yields.items() if rule != "same e-mail")
    assert sum(y.pairs > 0 for y in yields.values()) == 3


def test_a_contracts_own_field_is_blocked_on(blocked):
    rows = [{"other_ref": f"{n // 2}"} for n in range(20)]
    found, yields = blocked(rows)
    assert found == [(n, n + 1) for n in range(0, 20, 2)]
    assert yields["same ref"].pairs == 10


def test_an_own_field_with_few_values_is_blocked_on_with_others(blocked):
    rows = [{"other_ward": "NORTH", "family_name": f"NAME{n // 2}"} for n in range(20)]
    found, yields = blocked(rows)
    assert found == [(n, n + 1) for n in range(0, 20, 2)]
    assert "same ward" not in yields
    assert yields["same ward and family name"].pairs == 10


def test_pairs_are_right_however_many_rules_there_are(blocked):
    fields = [f"other_f{k:02}" for k in range(40)]
    rows = [
        {
            "family_name": f"NAME{n % 30}",
            "date_of_birth": f"{1900 + n}-05-17",
            **{f: f"V{(n * (k + 3) + n // 17 * k) % 17}" for k, f in enumerate(fields)},
        }
        for n in range(100)
    ]
    found, _ = blocked(rows)
    assert found == [
        (a, b)
        for a, b in combinations(range(100), 2)
        if rows[a]["family_name"] == rows[b]["family_name"] and any(rows[a][f] == rows[b][f] for f in fields)
    ]


def test_candidate_rules_are_those_whose_fields_there_are(records):
    def labels(row):
        return [rule.label for rule in candidate_rules(prepare(records([row])))]

    assert labels({}) == []
    assert labels({"email": "a@x.org"}) == ["same e-mail"]
    assert labels({"given_name": "ROBERT", "family_name": "SMITH"}) == [
        "same given and family names, in either order",
        "same sound of the given name and sound of the family name",
    ]
    assert labels({"given_name": "JO", "family_name": "SMITH"}) == ["same given and family names, in either order"]
    for row in ({**JOHN, "previous_family_name": "JONES"}, {**JOHN, "other_ward": "NORTH", "uprn": "1"}):
        rules = candidate_rules(prepare(records([row])))
        assert len({r.label for r in rules}) == len({(r.fields, r.other_fields) for r in rules}) == len(rules)


def test_a_field_of_one_row_may_be_held_against_another_field_of_the_other(blocked):
    rule = BlockingRule("former name", ("previous_family_name", "given_name"), ("family_name", "given_name"))
    rows = [
        {"given_name": "ANN", "family_name": "JONES", "previous_family_name": "SMITH"},
        {"given_name": "ANN", "family_name": "SMITH"},
        {"given_name": "BEN", "family_name": "SMITH"},
        {"given_name": "ANN", "family_name": "SMITH", "previous_family_name": "JONES"},
        {"given_name": "ANN", "family_name": "PATEL", "previous_family_name": "PATEL"},
    ]
    found, yields = blocked(rows, only=[rule])
    assert found == [(0, 1), (0, 3)]  # 0 and 3 meet from both sides, and are one pair
    assert yields["former name"].pairs == 2
    assert yields["former name"].largest_block == 3


def test_a_block_across_fields_counts_the_rows_of_both_sides_against_the_cap(blocked):
    rule = BlockingRule("former name", ("previous_family_name",), ("family_name",))
    rows = [{"family_name": "JONES", "previous_family_name": "SMITH"}, *({"family_name": "SMITH"} for _ in range(3))]
    assert blocked(rows, only=[rule], cap=4)[0] == [(0, 1), (0, 2), (0, 3)]
    found, yields = blocked(rows, only=[rule], cap=3)
    assert found == []
    assert (yields["former name"].capped_blocks, yields["former name"].capped_records) == (1, 4)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({"given_name": "SMITH", "family_name": "JOHN"}, {"given_name": "J", "family_name": "SMITH"}),
        ({"given_name": "JOAN", "previous_family_name": "SMITH"}, {"given_name": "JO", "family_name": "SMITH"}),
        ({"middle_names": "JOHN", "given_name": "IAN"}, {"given_name": "JOHN"}),
    ],
)
def test_names_across_fields_meet_at_one_home(blocked, one, two):
    home = {"house_number": "12", "street": "HIGH STREET", "postcode": "IG11 8AA"}
    assert (0, 1) in blocked([home | one, home | two])[0]


@pytest.fixture
def town(records):
    """Return 60 people of two records each: some agree on e-mail, all on the postcode, few on a date of birth."""
    rows = []
    for n in range(60):
        person = {"given_name": f"GIVEN{n % 7}", "family_name": f"FAMILY{n}", "postcode": f"AB1 {n % 3}CD"}
        date = {"date_of_birth": f"19{40 + n % 50}-05-{10 + n % 17}"}
        rows += [{**person, **date, "other_ref": f"{n}-{k}"} for k in range(2)]
    return prepare(records(rows))


def same_family_name(data):
    return lambda pairs: (data.codes["family_name"][pairs.left] == data.codes["family_name"][pairs.right]).astype(float)


def test_rules_that_bring_no_new_matches_are_not_chosen(town):
    rules = chosen(town, judge=same_family_name(town))
    assert [r.label for r in rules] == ["same given and family names, in either order", "same postcode and family name"]


def test_rules_are_chosen_by_new_matches_per_pair(town):
    # Matches are now those of one given name and date of birth: the two rules there always are know nothing of it.
    date, given = town.codes["birth_date"], town.codes["given_name"]

    def judge(pairs):
        same = (date[pairs.left] == date[pairs.right]) & (given[pairs.left] == given[pairs.right])
        return same.astype(float)

    def found(rules):
        pairs = candidate_pairs(town, rules, cap=150, progress=Silent()).pairs
        return judge(pairs).sum()

    rules = chosen(town, judge=judge)
    assert found(rules) == found(candidate_rules(town)[:60])
    assert len(rules) < 8


def test_the_budget_holds(town):
    few = candidate_pairs(town, chosen(town, pairs_per_record=1.0), cap=150, progress=Silent())
    many = candidate_pairs(town, chosen(town, pairs_per_record=12.0), cap=150, progress=Silent())
    assert len(few.pairs) <= 1.0 * town.n < len(many.pairs) <= 12.0 * town.n


def test_a_sample_shows_what_a_rule_brings(records):
    rows = [{"given_name": f"N{n // 4}", "family_name": "SMITH", "postcode": "AB1 1CD"} for n in range(60_000)]
    data = prepare(records(rows))
    sample = draw_sample(np.ones(data.n, bool))
    assert sample.chance < 0.6
    pairs = sampled_pairs(BlockingRule("given", ("given_name",)), data.codes, sample, cap=150, most=10**9)
    assert len(pairs[0]) / sample.pairs_chance == pytest.approx(15_000 * 6, rel=0.05)
    too_many = sampled_pairs(BlockingRule("given", ("given_name",)), data.codes, sample, cap=150, most=100)
    assert too_many is None


def test_blocks_over_the_cap_are_left_out_of_the_sample_by_their_size_in_all(records):
    rows = [{"given_name": f"N{n // 40}", "family_name": "SMITH"} for n in range(60_000)]
    data = prepare(records(rows))
    sample = draw_sample(np.ones(data.n, bool))
    rule = BlockingRule("given", ("given_name",))
    under, over = (len(sampled_pairs(rule, data.codes, sample, cap=cap, most=10**9)[0]) for cap in (40, 39))
    assert under / sample.pairs_chance == pytest.approx(1500 * 780, rel=0.05)
    assert over < 0.002 * under  # of a few blocks so little is in the sample that they are not doubted


def test_pairs_are_the_same_however_they_are_cut(records, monkeypatch):
    rows = [{"given_name": f"N{n % 50}", "email": f"{n % 30}@x.org", "postcode": f"A{n % 20}"} for n in range(400)]
    data = prepare(records(rows))
    rules = [
        BlockingRule("a", ("given_name",)),
        BlockingRule("b", ("email",)),
        BlockingRule("c", ("given_name",), ("given_name",)),
    ]
    whole = candidate_pairs(data, rules, cap=150, progress=Silent())
    monkeypatch.setattr(pairing, "RANGE_ENTRIES", 97)
    cut = candidate_pairs(data, rules, cap=150, threads=3, progress=Silent())
    assert np.array_equal(whole.pairs.left, cut.pairs.left)
    assert np.array_equal(whole.pairs.right, cut.pairs.right)
    assert np.array_equal(whole.rules, cut.rules)
    assert whole.yields == cut.yields
    by_rule = {y.rule: y for y in whole.yields}
    assert by_rule["a"].pairs == by_rule["c"].pairs == 50 * 28
    assert by_rule["c"].new_pairs == 0


def test_coresidents_whom_no_rule_pairs_are_there_to_learn_from(records):
    home = {"house_number": "12", "street": "HIGH STREET", "postcode": "IG11 8AA"}
    data = prepare(records([{**home, "given_name": name} for name in ("ANN", "ALF", "BEN", "CAT")]))
    pairs = candidate_pairs(data, chosen(data), cap=150, progress=Silent()).pairs
    assert list(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)) == [(0, 1)]
    homes, stands_for = coresident_pairs(data, pairs, cap=150, most=1000)
    assert list(zip(homes.left.tolist(), homes.right.tolist(), strict=True)) == every_pair(0, 1, 2, 3)[1:]
    assert stands_for == 1.0
    none = coresident_pairs(data, pairs, cap=3, most=1000)[0]
    assert len(none) == 0


def test_coresidents_are_a_sample_where_there_are_many(records):
    rows = [{"postcode": "IG11 8AA", "house_number": str(n // 4), "given_name": "ABCD"[n % 4]} for n in range(800)]
    data = prepare(records(rows))
    nobody = Pairs(np.empty(0, np.int32), np.empty(0, np.int32))
    homes, stands_for = coresident_pairs(data, nobody, cap=150, most=300)
    assert stands_for == 4.0
    assert len(homes) * stands_for == pytest.approx(1200, rel=0.05)
    assert all(a // 4 == b // 4 for a, b in zip(homes.left.tolist(), homes.right.tolist(), strict=True))


def test_pairs_of_any_key_and_what_is_left_out():
    left, right, *told = pairs_of_blocks(np.array([9, -1, 9, 4, 10**12, 10**12, 10**12, -1]), 2)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == [(0, 2)]
    assert told == [3, 1, 3]


@pytest.mark.parametrize("cap", [4, 20])
@pytest.mark.parametrize("backwards", [False, True])
def test_a_pair_that_meets_from_both_sides_is_made_once_and_also_where_one_of_its_blocks_is_left_out(
    records, cap, backwards
):
    rule = BlockingRule("swapped", ("given_name",), other_fields=("family_name",))
    names = [("JOHN", "SMITH"), ("SMITH", "JOHN"), *[(f"Z{i}", "JOHN") for i in "ABCDE"]]
    names = names[::-1] if backwards else names
    data = prepare(records([{"given_name": given, "family_name": family} for given, family in names]))
    found = candidate_pairs(data, (rule,), cap=cap, progress=Silent())
    pairs = list(zip(found.pairs.left.tolist(), found.pairs.right.tolist(), strict=True))
    john, smith = names.index(("JOHN", "SMITH")), names.index(("SMITH", "JOHN"))
    with_all = [(min(john, i), max(john, i)) for i in range(len(names)) if i != john]
    assert pairs == sorted([(min(john, smith), max(john, smith))] if cap == 4 else with_all)
    assert found.yields[-1].pairs == len(pairs)
