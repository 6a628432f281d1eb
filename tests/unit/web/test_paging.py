from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from insighthub.web.paging import Paging


@pytest.mark.parametrize(
    ("page", "total", "shown", "words", "numbers"),
    [
        (1, 0, 1, "Nothing to show", [1]),
        (1, 25, 1, "Showing 1 to 25 of 25", [1]),
        (2, 26, 2, "Showing 26 to 26 of 26", [1, 2]),
        (99, 26, 2, "Showing 26 to 26 of 26", [1, 2]),
        (-3, 60, 1, "Showing 1 to 25 of 60", [1, 2, 3]),
        (6, 1250, 6, "Showing 126 to 150 of 1,250", [1, None, 5, 6, 7, None, 50]),
    ],
)
def test_which_rows_and_links_are_shown(page, total, shown, words, numbers):
    paging = Paging("/list", page, total)
    assert (paging.shown, paging.words) == (shown, words)
    assert [item.get("number") for item in paging.options()["items"]] == numbers


def test_links_keep_the_filters():
    options = Paging("/audit", 2, 100, keep=(("from", "2026-03-01"), ("kind", "a&b"))).options()
    assert options["next"]["href"] == "/audit?from=2026-03-01&kind=a%26b&page=3"
    assert options["previous"]["href"] == "/audit?from=2026-03-01&kind=a%26b&page=1"


@given(st.integers(-5, 400), st.integers(0, 5000), st.integers(1, 100))
def test_every_row_is_on_one_page_and_no_number_is_left_out_without_saying_so(page, total, size):
    paging = Paging("/list", page, total, size)
    assert 0 <= paging.offset <= max(0, total - 1)
    items = paging.options()["items"]
    assert sum(bool(item.get("current")) for item in items) == 1
    for before, after in pairwise(items):
        if "number" in before and "number" in after:
            assert after["number"] == before["number"] + 1
