"""Disclosure control on tables that can be followed by hand."""

import numpy as np
import pyarrow as pa
import pytest
from pydantic import ValidationError

from insighthub.governance.attack import AS_BEFORE, HIDDEN, NEW, Case, Publication, withstand_each, withstands
from insighthub.governance.disclosure import FIGURES, DisclosureSettings, protect


def figures(groups, *, is_share=True, people=None, name="m", month=None):
    """Make a block of a whole and one way to break it down: group -> numerator, denominator."""
    whole = tuple(map(sum, zip(*groups.values(), strict=True)))
    rows = []
    for by, group, (n, d) in [("none", "all", whole), *(("area", g, counts) for g, counts in groups.items())]:
        behind = n if people is None else people.get(group, n)
        rows.append(
            {
                "name": name, "by": by, "group_value": group, "month": month, "numerator": n, "denominator": d,
                "people": behind, "is_share": is_share,
            }
        )  # fmt: skip
    return pa.Table.from_pylist(rows, schema=FIGURES)


def shown(table):
    return {r["group_value"]: (r["numerator"], r["denominator"]) for r in table.to_pylist()}


def test_large_counts_are_rounded_and_shares_are_of_what_is_rounded():
    table = protect(figures({"a": (23, 98), "b": (52, 101)})).published
    assert shown(table) == {"all": (75, 200), "a": (25, 100), "b": (50, 100)}
    assert [r["share"] for r in table.to_pylist()] == [0.375, 0.25, 0.5]
    assert {r["numerator_is"] for r in table.to_pylist()} == {NEW}


def test_a_small_count_takes_the_next_smallest_with_it():
    table = protect(figures({"a": (4, 100), "b": (60, 100), "c": (20, 100)})).published
    assert shown(table) == {"all": (85, 300), "a": (None, 100), "b": (60, 100), "c": (None, 100)}
    assert {r["numerator_is"] for r in table.to_pylist()} == {NEW, HIDDEN}


def test_nought_is_hidden_like_any_small_count():
    assert shown(protect(figures({"a": (0, 50), "b": (30, 50), "c": (12, 50)})).published) == {
        "all": (40, 150), "a": (None, 50), "b": (30, 50), "c": (None, 50),
    }  # fmt: skip


def test_noughts_do_not_hide_each_other():
    assert shown(protect(figures({"a": (0, 50), "b": (0, 50), "c": (12, 50), "d": (25, 50)})).published) == {
        "all": (35, 200), "a": (None, 50), "b": (None, 50), "c": (None, 50), "d": (25, 50),
    }  # fmt: skip


def test_nearly_everybody_is_as_telling_as_nearly_nobody():
    table = protect(figures({"a": (96, 100), "b": (40, 100), "c": (50, 100)})).published
    assert shown(table) == {"all": (185, 300), "a": (None, 100), "b": (None, 100), "c": (50, 100)}


def test_a_small_group_is_hidden_whole_and_another_with_it():
    table = protect(figures({"a": (2, 6), "b": (30, 80), "c": (40, 90)})).published
    assert shown(table) == {"all": (70, 175), "a": (None, None), "b": (None, None), "c": (40, 90)}


def test_a_small_whole_hides_all_of_its_groups():
    table = protect(figures({"a": (4, 40), "b": (3, 40)})).published
    assert shown(table) == {"all": (None, 80), "a": (None, 40), "b": (None, 40)}
    table = protect(figures({"a": (2, 4), "b": (1, 3)})).published
    assert shown(table) == {"all": (None, None), "a": (None, None), "b": (None, None)}


def test_many_records_of_few_people_are_hidden():
    table = protect(figures({"a": (40, 100), "b": (60, 100), "c": (70, 90)}, is_share=False, people={"a": 3})).published
    assert shown(table) == {"all": (170, 290), "a": (None, 100), "b": (None, 100), "c": (70, 90)}


def test_records_per_thousand_residents():
    rows = protect(figures({"a": (50, 100), "b": (60, 400)}, is_share=False)).published.to_pylist()
    assert [(r["share"], r["per_thousand"]) for r in rows] == [(None, 220.0), (None, 500.0), (None, 150.0)]


def test_threshold_and_rounding_are_settings():
    careful = DisclosureSettings(threshold=25, rounding=10)
    assert shown(protect(figures({"a": (30, 98), "b": (44, 101)}), careful).published) == {
        "all": (70, 200), "a": (30, 100), "b": (40, 100),
    }  # fmt: skip
    with pytest.raises(ValidationError):
        DisclosureSettings(threshold=1)


def test_a_figure_that_moved_by_less_than_the_threshold_is_published_as_before():
    first = protect(figures({"a": (30, 100), "b": (50, 200)}))
    second = protect(figures({"a": (39, 100), "b": (61, 200)}), None, first)
    assert shown(second.published) == {"all": (100, 300), "a": (30, 100), "b": (60, 200)}
    states = {r["group_value"]: r["numerator_is"] for r in second.published.to_pylist()}
    assert states == {"all": NEW, "a": AS_BEFORE, "b": NEW}
    assert second.basis["numerator"].to_pylist() == [100, 39, 61]


def test_what_was_hidden_with_a_small_count_stays_the_one_that_is_hidden():
    first = protect(figures({"a": (4, 100), "b": (26, 100), "c": (25, 100), "d": (90, 200)}))
    assert shown(first.published)["c"] == (None, 100)
    second = protect(figures({"a": (4, 100), "b": (24, 100), "c": (25, 100), "d": (90, 200)}), None, first)
    assert shown(second.published) == shown(first.published), "b is now the smaller, and would give c away"


def test_a_count_that_the_change_would_give_away_is_not_updated():
    first = protect(figures({"a": (20, 100), "b": (40, 100), "c": (50, 100)}), DisclosureSettings(rounding=1))
    second = protect(figures({"a": (3, 100), "b": (40, 100), "c": (50, 100)}), DisclosureSettings(rounding=1), first)
    assert shown(second.published) == shown(first.published)
    assert {r["numerator_is"] for r in second.published.to_pylist()} == {"not updated"}
    assert second.basis.equals(first.basis), "the next release is held against what was published"
    third = protect(figures({"a": (3, 100), "b": (70, 130), "c": (85, 150)}), DisclosureSettings(rounding=1), second)
    assert shown(third.published)["a"][0] is None
    assert shown(third.published)["all"] == (158, 380)


def test_a_group_that_is_new_to_a_block_that_is_not_updated_is_hidden():
    exact = DisclosureSettings(rounding=1)
    first = protect(figures({"a": (20, 100), "b": (40, 100), "c": (50, 100)}), exact)
    second = protect(figures({"a": (3, 100), "b": (40, 100), "c": (50, 100), "new": (0, 2)}), exact, first)
    assert shown(second.published)["new"] == (None, None)
    assert shown(second.published)["a"] == (20, 100)


def test_measures_and_months_are_blocks_of_their_own():
    both = pa.concat_tables([figures({"a": (23, 98)}, name="x"), figures({"a": (4, 98)}, name="y")])
    table = protect(both).published
    assert [(r["name"], r["numerator"]) for r in table.to_pylist()] == [("x", 25), ("x", 25), ("y", None), ("y", None)]


def test_groups_that_do_not_add_up_are_refused():
    rows = figures({"a": (20, 100), "b": (40, 100)}).to_pylist()
    rows[1]["numerator"] += 1
    with pytest.raises(ValueError, match="do not add up"):
        protect(pa.Table.from_pylist(rows, schema=FIGURES))
    with pytest.raises(ValueError, match="one whole"):
        protect(pa.Table.from_pylist(rows[1:], schema=FIGURES))


def test_nothing_in_gives_nothing_out():
    done = protect(FIGURES.empty_table())
    assert done.published.num_rows == done.basis.num_rows == 0


def test_the_attacker_finds_what_a_sum_gives_away():
    ways = (("none", "all"), ("area", "a"), ("area", "b"))
    counts = (np.array([50, 3, 47]), np.array([200, 100, 100]))
    whole = Publication((200, 100, 100), (NEW,) * 3)
    one_hidden = Publication((50, None, 47), (NEW, HIDDEN, NEW))
    two_hidden = Publication((50, None, None), (NEW, HIDDEN, HIDDEN))
    cases = []
    for numerators, is_safe in ((one_hidden, False), (two_hidden, True)):
        release = (ways, counts, (numerators, whole))
        assert withstands([release], is_share=True, threshold=10, rounding=1) is is_safe
        cases.append(Case([release], True))
    assert withstand_each(cases, threshold=10, rounding=1) == [False, True]
    assert withstand_each([], threshold=10, rounding=1) == []


def test_what_does_not_add_up_is_not_judged_to_be_safe():
    ways = (("none", "all"), ("area", "a"), ("area", "b"))
    sound = (np.array([50, 3, 47]), np.array([200, 100, 100]))
    two_hidden, whole = Publication((50, None, None), (NEW, HIDDEN, HIDDEN)), Publication((200, 100, 100), (NEW,) * 3)
    too_little = Publication((200, 50, 100), (NEW,) * 3)
    cases = [Case([(ways, sound, (two_hidden, each))], True) for each in (whole, too_little)]
    assert withstand_each(cases, threshold=10, rounding=1) == [True, False]
