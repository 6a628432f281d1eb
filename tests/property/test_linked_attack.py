"""An attacker against tables that share people: one release, two in turn, totals, and one table held against another.

The attacker here is written apart from the one that the program checks itself with: over whole numbers, from nothing
but what was told, the sums that everybody knows, and which counts did not change.
"""

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from insighthub.governance.disclosure import DisclosureSettings
from insighthub.governance.linked import Before, protect_linked
from insighthub.population.cells import Cells
from tests.examples import examples

SOME = settings(deadline=None, max_examples=examples(12), suppress_health_check=list(HealthCheck))
CAREFUL = st.sampled_from([(10, 5), (10, 1), (5, 5)])

small = st.integers(0, 14)
any_count = st.one_of(small, small, st.integers(0, 120), st.just(0))


@st.composite
def people(draw):
    """Draw residents as counts of (band of age, sex, known to a service): the last axis is no or yes."""
    shape = (draw(st.integers(2, 4)), 2, 2)
    size = int(np.prod(shape))
    return np.array(draw(st.lists(any_count, min_size=size, max_size=size))).reshape(shape)


def tables(residents):
    """Make three tables of the same people: by age and sex, by service, and who of the older is reached."""
    cells = Cells()
    bands = residents.shape[0]
    here = cells.tell("people", "here", "", residents.sum())
    cells.equal(
        [here],
        [cells.tell("age_sex", f"{b}", f"{s}", residents[b, s].sum()) for b in range(bands) for s in range(2)],
    )
    known = cells.tell("service", "known", "", residents[:, :, 1].sum())
    cells.rest("service_not", "known", "", whole=[here], parts=[known])
    reached = []
    for b in range(bands):
        part = cells.tell("reach", f"{b}", "", residents[b, :, 1].sum())
        cells.rest("missed", f"{b}", "", whole=[("age_sex", f"{b}", "0"), ("age_sex", f"{b}", "1")], parts=[part])
        reached.append(part)
    cells.equal([known], reached)
    return cells.linked()


def attack(releases, threshold, rounding):
    """Return the width of what each small count can be, of every release; releases are (counts, told, sums)."""
    index, low, high = {}, [], []
    for r, (counts, told, _) in enumerate(releases):
        for key, count in counts.items():
            if r and releases[r - 1][0].get(key) == count:
                at = index[r, key] = index[r - 1, key]
            else:
                at = index[r, key] = len(low)
                low.append(0)
                high.append(np.inf)
            value, state = told.get(key, (None, "hidden"))
            if value is not None:
                off = {"new": rounding // 2, "as before": threshold - 1}[state]
                low[at], high[at] = max(low[at], value - off, threshold), min(high[at], value + off)
    rows = []
    for r, (_, _, sums) in enumerate(releases):
        for left, right in sums:
            row = np.zeros(len(low))
            for key in left:
                row[index[r, key]] += 1
            for key in right:
                row[index[r, key]] -= 1
            rows.append(row)
    constraint = LinearConstraint(np.array(rows), 0, 0)
    widths = {}
    for r, (counts, _, _) in enumerate(releases):
        for key, count in counts.items():
            if count >= threshold:
                continue
            ends = []
            for sign in (1, -1):
                aim = np.zeros(len(low))
                aim[index[r, key]] = sign
                found = milp(aim, constraints=constraint, bounds=Bounds(low, high), integrality=np.ones(len(low)))
                unbounded = found.status in {3, 4} and "nbounded" in found.message
                assert found.status == 0 or unbounded, found.message
                ends.append(-sign * np.inf if unbounded else round(sign * found.fun))
            widths[r, key] = ends[1] - ends[0]
    return widths


def told_of(figures, careful, before=None):
    return protect_linked(figures, DisclosureSettings(threshold=careful[0], rounding=careful[1]), before)


@SOME
@given(people(), CAREFUL)
def test_no_small_count_can_be_told_from_tables_that_share_people(residents, careful):
    figures = tables(residents)
    told = told_of(figures, careful)
    widths = attack([(figures.counts, told, figures.sums)], *careful)
    assert all(width >= careful[0] - 1 for width in widths.values())
    for key, (value, _) in told.items():
        assert value is None or figures.counts[key] >= careful[0]
        assert value is None or abs(value - figures.counts[key]) <= careful[1] // 2


@st.composite
def two_days(draw):
    """Draw residents, and the same after a few of them came or left."""
    first = draw(people())
    second = first.copy()
    for _ in range(draw(st.integers(0, 3))):
        place = tuple(draw(st.integers(0, size - 1)) for size in first.shape)
        second[place] = max(0, second[place] + draw(st.one_of(st.integers(-12, 12), st.integers(-60, 60))))
    return first, second


@SOME
@given(two_days(), CAREFUL)
def test_no_small_count_can_be_told_from_two_releases(days, careful):
    first, second = (tables(residents) for residents in days)
    before = told_of(first, careful)
    now = told_of(second, careful, Before(first.counts, before, first.sums))
    widths = attack([(first.counts, before, first.sums), (second.counts, now, second.sums)], *careful)
    assert all(width >= careful[0] - 1 for width in widths.values())
    for key, (value, state) in now.items():
        old = before[key].value
        if value is not None and old is not None and abs(second.counts[key] - old) < careful[0]:
            assert (value, state) == (old, "as before")


@SOME
@given(people(), CAREFUL)
def test_the_same_figures_twice_are_told_the_same(residents, careful):
    figures = tables(residents)
    first = told_of(figures, careful)
    second = told_of(figures, careful, Before(figures.counts, first, figures.sums))
    assert {key: told.value for key, told in second.items()} == {key: told.value for key, told in first.items()}
