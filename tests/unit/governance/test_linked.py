"""Counts that add up across tables are protected together."""

import pytest

from insighthub.governance.disclosure import DisclosureSettings
from insighthub.governance.linked import Before, protect_linked
from insighthub.population.cells import Cells


def two_tables(older, younger, known, older_known):
    """Make a table by age, and one of who is known to a service and old."""
    cells = Cells()
    parts = [cells.tell("age", "older", "", older), cells.tell("age", "younger", "", younger)]
    cells.equal([cells.tell("all", "", "", older + younger)], parts)
    reached = cells.tell("known", "older", "", older_known)
    cells.rest("not known", "older", "", whole=[parts[0]], parts=[reached])
    whole = cells.tell("known", "all", "", known)
    cells.rest("known", "younger", "", whole=[whole], parts=[reached])
    cells.rest("not known", "all", "", whole=[("all", "", "")], parts=[whole])
    return cells.linked()


def values(told):
    return {key[:2]: each.value for key, each in told.items()}


def test_a_small_count_is_hidden_and_so_is_what_a_subtraction_would_give():
    told = values(protect_linked(two_tables(older=100, younger=300, known=120, older_known=4)))
    assert told["known", "older"] is None
    told = values(protect_linked(two_tables(older=100, younger=300, known=120, older_known=97)))
    assert told["known", "older"] is None or told["age", "older"] is None


def test_what_is_left_of_one_table_when_another_is_taken_away_is_not_given_away():
    told = values(protect_linked(two_tables(older=100, younger=300, known=103, older_known=60)))
    assert set(told.values()) >= {100, 300, 400, 105, 60}
    told = values(protect_linked(two_tables(older=100, younger=300, known=64, older_known=60)))
    assert told["known", "older"] is None or told["known", "all"] is None


def test_nothing_is_hidden_where_nothing_is_small():
    told = protect_linked(two_tables(older=101, younger=302, known=150, older_known=50))
    assert values(told) == {
        ("age", "older"): 100, ("age", "younger"): 300, ("all", ""): 405, ("known", "older"): 50, ("known", "all"): 150,
    }  # fmt: skip


def test_a_figure_that_hardly_moved_is_told_as_before():
    first = two_tables(older=101, younger=302, known=150, older_known=50)
    told = protect_linked(first)
    later = two_tables(older=104, younger=340, known=150, older_known=50)
    now = protect_linked(later, DisclosureSettings(), Before(first.counts, told, first.sums))
    assert now["age", "older", ""] == (100, "as before")
    assert now["age", "younger", ""] == (340, "new")


def test_what_does_not_add_up_is_a_fault():
    cells = Cells()
    cells.equal([cells.tell("all", "", "", 20)], [cells.tell("part", "", "", 19)])
    with pytest.raises(ValueError, match="do not add up"):
        protect_linked(cells.linked())
