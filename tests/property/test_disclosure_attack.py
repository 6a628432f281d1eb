"""An attacker with linear arithmetic against published figures: one release, and two in turn.

The attacker here is written apart from the one that the program checks itself with: dense, over whole numbers, and with
bounds taken from nothing but the published tables.
"""

import numpy as np
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from insighthub.governance.disclosure import FIGURES, DisclosureSettings, protect
from tests.examples import examples

SOME = settings(deadline=None, max_examples=examples(75), suppress_health_check=list(HealthCheck))

small = st.integers(0, 14)
any_count = st.one_of(small, small, st.integers(0, 120), st.just(0))


@st.composite
def people(draw, groups=(1, 5)):
    """Draw residents as counts of (group, other group): who has something, and who has not."""
    rows, columns = draw(st.integers(*groups)), draw(st.integers(1, 3))
    cells = st.lists(any_count, min_size=rows * columns, max_size=rows * columns)
    shape = (rows, columns)
    return np.array(draw(cells)).reshape(shape), np.array(draw(cells)).reshape(shape)


def figures(have, have_not, *, is_share=True):
    """Make a block of the whole, of groups by area and of groups by sex."""
    rows = []

    def add(by, group, n, c):
        d = n + c if is_share else c
        row = {"name": "m", "by": by, "group_value": group, "month": None, "numerator": int(n), "denominator": int(d)}
        rows.append({**row, "people": int(n), "is_share": is_share})

    add("none", "all", have.sum(), have_not.sum())
    for way, axis in (("area", 1), ("sex", 0)):
        for k, (n, c) in enumerate(zip(have.sum(axis=axis), have_not.sum(axis=axis), strict=True)):
            add(way, f"{way} {k}", n, c)
    return pa.Table.from_pylist(rows, schema=FIGURES)


def attack(releases, *, is_share, threshold, rounding):
    """Return the width of what each hidden count can be, given published tables and, for each, the raw ones.

    The raw ones are looked at for nothing but which counts did not change.
    """
    index, low, high, hidden, rows, bounds = {}, [], [], [], [], []
    for r, (published, raw) in enumerate(releases):
        table, true = published.to_pylist(), raw.to_pylist()
        for shown, fact in zip(table, true, strict=True):
            key = (shown["by"], shown["group_value"])
            for count in ("numerator", "denominator"):
                earlier = r and next(
                    f[count] for f in releases[r - 1][1].to_pylist() if (f["by"], f["group_value"]) == key
                )
                if r and earlier == fact[count]:
                    index[r, key, count] = index[r - 1, key, count]
                else:
                    index[r, key, count] = len(low)
                    low.append(0)
                    high.append(np.inf)
                at, value, state = index[r, key, count], shown[count], shown[f"{count}_is"]
                if value is None:
                    hidden.append(at)
                elif state != "not updated":
                    off = {"new": rounding // 2, "as before": threshold - 1}[state]
                    low[at] = max(low[at], value - off, threshold)
                    high[at] = min(high[at], value + off)
    size = len(low)

    def constrain(terms, least, most):
        row = np.zeros(size)
        for at, factor in terms:
            row[at] += factor
        rows.append(row)
        bounds.append((least, most))

    for r, (published, _) in enumerate(releases):
        table = published.to_pylist()
        for count in ("numerator", "denominator"):
            for way in ("area", "sex"):
                parts = [(index[r, (t["by"], t["group_value"]), count], 1) for t in table if t["by"] == way]
                constrain([*parts, (index[r, ("none", "all"), count], -1)], 0, 0)
        if is_share:
            for t in table:
                key = (t["by"], t["group_value"])
                is_stated = t["numerator"] is not None and t["numerator_is"] != "not updated"
                least = threshold if is_stated else 0
                constrain([(index[r, key, "denominator"], 1), (index[r, key, "numerator"], -1)], least, np.inf)
    constraint = LinearConstraint(np.array(rows), [b[0] for b in bounds], [b[1] for b in bounds])
    widths = []
    for at in sorted(set(hidden)):
        ends = []
        for sign in (1, -1):
            aim = np.zeros(size)
            aim[at] = sign
            found = milp(aim, constraints=constraint, bounds=Bounds(low, high), integrality=np.ones(size))
            assert found.status in {0, 3} or (found.status == 4 and "nbounded" in found.message), found.message
            ends.append(-sign * np.inf if found.status else round(sign * found.fun))
        widths.append(ends[1] - ends[0])
    return widths


def hidden_of(table, raw, count):
    return [f[count] for t, f in zip(table.to_pylist(), raw.to_pylist(), strict=True) if t[count] is None]


@SOME
@given(people(), st.booleans(), st.sampled_from([(10, 5), (10, 1), (5, 5), (7, 3)]))
def test_no_hidden_count_can_be_pinned_from_one_table(drawn, is_share, careful):
    threshold, rounding = careful
    raw = figures(*drawn, is_share=is_share)
    done = protect(raw, DisclosureSettings(threshold=threshold, rounding=rounding))
    release = [(done.published, done.basis)]
    widths = attack(release, is_share=is_share, threshold=threshold, rounding=rounding)
    assert all(width >= threshold - 1 for width in widths)
    for row, fact in zip(done.published.to_pylist(), done.basis.to_pylist(), strict=True):
        assert (row["by"], row["group_value"]) == (fact["by"], fact["group_value"])
        for count in ("numerator", "denominator"):
            assert row[count] is None or fact[count] >= threshold
            assert row[count] is None or abs(row[count] - fact[count]) <= rounding // 2
        if is_share and row["numerator"] is not None:
            assert fact["denominator"] - fact["numerator"] >= threshold


@st.composite
def two_days(draw):
    """Draw people, and the same people after a few of them have changed."""
    have, have_not = draw(people(groups=(2, 4)))
    later, later_not = have.copy(), have_not.copy()
    for _ in range(draw(st.integers(0, 3))):
        place = tuple(draw(st.integers(0, size - 1)) for size in have.shape)
        later[place] = max(0, later[place] + draw(st.one_of(st.integers(-12, 12), st.integers(-60, 60))))
        later_not[place] = max(0, later_not[place] + draw(st.one_of(st.just(0), st.integers(-12, 12))))
    return (have, have_not), (later, later_not)


@SOME
@given(two_days(), st.booleans(), st.sampled_from([(10, 5), (10, 1), (5, 5)]))
def test_no_hidden_count_can_be_pinned_from_two_tables_in_turn(drawn, is_share, careful):
    threshold, rounding = careful
    careful = DisclosureSettings(threshold=threshold, rounding=rounding)
    first = protect(figures(*drawn[0], is_share=is_share), careful)
    raw = figures(*drawn[1], is_share=is_share)
    second = protect(raw, careful, first)
    by_key = {(r["by"], r["group_value"]): r for r in raw.to_pylist()}
    now = pa.Table.from_pylist(
        [by_key[r["by"], r["group_value"]] for r in second.published.to_pylist()], schema=FIGURES
    )
    releases = [(first.published, first.basis), (second.published, now)]
    widths = attack(releases, is_share=is_share, threshold=threshold, rounding=rounding)
    assert all(width >= threshold - 1 for width in widths)


@SOME
@given(two_days(), st.booleans())
def test_what_moved_by_less_than_the_threshold_is_published_as_before(drawn, is_share):
    first = protect(figures(*drawn[0], is_share=is_share))
    second = protect(figures(*drawn[1], is_share=is_share), None, first)
    earlier = {(r["by"], r["group_value"]): r for r in first.published.to_pylist()}
    raw = {(r["by"], r["group_value"]): r for r in figures(*drawn[1], is_share=is_share).to_pylist()}
    for row in second.published.to_pylist():
        key = row["by"], row["group_value"]
        for count in ("numerator", "denominator"):
            was = earlier[key][count]
            if row[f"{count}_is"] == "new":
                assert was is None or abs(raw[key][count] - was) >= 10
            elif row[count] is not None:
                assert row[count] == was


@SOME
@given(people(), st.booleans())
def test_the_same_figures_twice_are_published_the_same(drawn, is_share):
    first = protect(figures(*drawn, is_share=is_share))
    second = protect(figures(*drawn, is_share=is_share), None, first)
    counts = ["name", "by", "group_value", "month", "numerator", "denominator", "share", "per_thousand"]
    assert second.published.select(counts).equals(first.published.select(counts))


def named(table, name):
    return table.set_column(0, FIGURES.field("name"), pa.array([name] * table.num_rows, pa.string()))


@settings(SOME, max_examples=examples(30))
@given(st.lists(st.tuples(two_days(), st.booleans()), min_size=2, max_size=5))
def test_measures_that_are_judged_together_are_judged_as_each_alone(measures):
    raw = [
        [named(figures(*days[n], is_share=is_share), f"m{k}") for k, (days, is_share) in enumerate(measures)]
        for n in (0, 1)
    ]
    alone = [protect(now, None, protect(before)) for before, now in zip(*raw, strict=True)]
    together = protect(pa.concat_tables(raw[1]), None, protect(pa.concat_tables(raw[0])))
    assert together.published.equals(pa.concat_tables([each.published for each in alone]))
    assert together.basis.equals(pa.concat_tables([each.basis for each in alone]))
