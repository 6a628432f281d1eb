"""Error rates by group, by examples that can be counted by hand; what is hidden; and what is marked."""

import numpy as np
import pyarrow as pa
import pytest

from insighthub.linkage.evaluate_groups import compare_groups
from insighthub.linkage.evaluate_run import as_plain, evaluate_run
from insighthub.linkage.judged import judge

PAIRS = pa.table(
    {
        name: pa.array([], kind)
        for side in ("l", "r")
        for name, kind in (
            (f"source_{side}", pa.string()),
            (f"record_id_{side}", pa.string()),
            (f"person_{side}", pa.int32()),
        )
    }
    | {"match_probability": pa.array([], pa.float64())}
)


def tables(rows):
    """Return links, truth and groups of rows: source, cluster, entity, group."""
    ids = [f"r{n}" for n in range(len(rows))]
    source, cluster, entity, group = zip(*rows, strict=True)
    keys = {"source": pa.array(source), "record_id": pa.array(ids), "person": pa.array([1] * len(rows), pa.int32())}
    return (
        pa.table(keys | {"cluster_id": pa.array(cluster, pa.string())}),
        pa.table(keys | {"entity_id": pa.array(entity)}),
        pa.table(keys | {"sex": pa.array(group, pa.string())}),
    )


def compared(rows):
    links, truth, groups = tables(rows)
    return {c.by: c for c in compare_groups(judge(links, truth), groups)}


def people(group, number, *, found=True, start=0):
    """Return so many people of a group, with a record in each of two sources, found to be one or not."""
    rows = []
    for n in range(start, start + number):
        name = f"{group}{n}"
        rows += [("a", name, name, group), ("b", name if found else f"{name}'", name, group)]
    return rows


def test_rates_are_counted_over_the_links_that_records_of_a_group_have():
    merged = [("a", "m", "p", "x"), ("b", "m", "p", "x"), ("a", "m", "q", "y")]
    by_sex = compared([*merged, *people("x", 10), *people("y", 20), *people("y", 5, found=False, start=20)])["sex"]
    x, y = by_sex.groups
    assert (x.group, x.people, x.records, y.people, y.records) == ("x", 11, 22, 26, 51)
    # x: 22 ends of true links, all found; of the found ends, 20 + 2 lead right and 2 lead to q.
    assert x.missed.rate.value == 0
    assert x.false.rate.value == pytest.approx(2 / 24)
    assert x.wrong.rate.value == pytest.approx(2 / 22)
    # y: 50 ends of true links, 10 of them missed; of 40 + 2 found ends 2 lead to p.
    assert y.missed.rate.value == pytest.approx(10 / 50)
    assert y.false.rate.value == pytest.approx(2 / 42)
    assert y.wrong.rate.value == pytest.approx(11 / 51)
    assert x.missed.rest == pytest.approx(10 / 50)


def test_a_persons_group_is_what_most_of_their_records_say():
    rows = [("a", "c", "p", "x"), ("b", "c", "p", None), ("c", "c", "p", None), *people("x", 10), *people("y", 10)]
    by_sex = compared(rows)["sex"]
    assert [(g.group, g.people) for g in by_sex.groups] == [("x", 11), ("y", 10)]
    tied = [("a", "c", "p", "y"), ("b", "c", "p", "x"), *people("x", 10), *people("y", 10)]
    assert [g.people for g in compared(tied)["sex"].groups] == [11, 10]


def test_people_of_whom_no_record_says_it_are_a_group():
    rows = [*people("x", 10), *[(s, c, e, None) for s, c, e, _ in people("u", 10)]]
    assert [g.group for g in compared(rows)["sex"].groups] == ["x", "not known"]


def test_groups_of_fewer_than_ten_people_are_hidden():
    by_sex = compared([*people("x", 30), *people("y", 9), *people("z", 8)])["sex"]
    assert [g.group for g in by_sex.groups] == ["x"]
    assert by_sex.hidden == 2


def test_one_small_group_is_not_given_away_by_the_total():
    by_sex = compared([*people("x", 30), *people("y", 12), *people("z", 3)])["sex"]
    assert [g.group for g in by_sex.groups] == ["x"]
    assert by_sex.hidden == 2
    assert compared([*people("x", 30), *people("z", 3)])["sex"].groups == ()


@pytest.mark.parametrize("sizes", [(9, 9), (1, 2, 3), (10, 9), (50, 4, 12, 11), (3, 3, 3, 3)])
def test_no_shown_group_is_small_and_no_hidden_part_is(sizes):
    groups = {f"g{k}": size for k, size in enumerate(sizes)}
    by_sex = compared([row for name, size in groups.items() for row in people(name, size)])["sex"]
    assert all(g.people >= 10 for g in by_sex.groups)
    hidden = sum(sizes) - sum(g.people for g in by_sex.groups)
    assert hidden == 0 or hidden >= 10 or not by_sex.groups
    assert len(by_sex.groups) + by_sex.hidden == len(sizes)


def test_a_group_that_is_missed_more_is_marked_and_an_even_one_is_not():
    rows = [
        *people("x", 200), *people("x", 10, found=False, start=200),
        *people("y", 200), *people("y", 12, found=False, start=200),
        *people("z", 40), *people("z", 40, found=False, start=40),
    ]  # fmt: skip
    x, y, z = compared(rows)["sex"].groups
    assert z.missed.differs == "higher"
    assert z.missed.rate.low > z.missed.rest
    assert x.missed.differs == y.missed.differs == "lower"  # than a rest of which z is part
    even = compared([r for r in rows if r[3] != "z"])["sex"].groups
    assert [g.missed.differs for g in even] == [None, None]


def test_marks_are_rarely_false():
    """Fifty runs of ten groups that do not differ: about one run in twenty may mark one."""
    random = np.random.Generator(np.random.PCG64(11))
    marked = 0
    for _ in range(50):
        rows = []
        for group in "abcdefghij":
            for n in range(30):
                rows += people(group, 1, found=random.random() > 0.1, start=n)
        groups = compared(rows)["sex"].groups
        marked += any(r.differs for g in groups for r in (g.missed, g.wrong))
    assert marked <= 8


def test_sources_and_pairs_of_sources_are_compared_too():
    rows = [*people("x", 20), *people("x", 20, found=False, start=20)]
    rows += [("c", f"x{n}", f"x{n}", "x") for n in range(40)]
    found = compared(rows)
    assert [g.group for g in found["source"].groups] == ["a", "b", "c"]
    pairs = {g.group: g for g in found["source_pair"].groups}
    assert set(pairs) == {"a and b", "a and c", "b and c"}
    assert pairs["a and b"].missed.rate.value == 0.5
    assert pairs["a and c"].missed.rate.value == 0.0
    assert pairs["b and c"].missed.rate.value == 0.5
    assert pairs["a and b"].wrong is None
    assert (pairs["a and b"].people, pairs["a and b"].records) == (40, 40)


def test_rates_of_pairs_of_sources_are_those_of_their_scores():
    rows = [*people("x", 20), *people("x", 20, found=False, start=20), ("a", "x0", "other", "x")]
    links, truth, groups = tables(rows)
    evaluation = evaluate_run(links, truth, pairs=PAIRS, groups=groups)
    scores = {f"{s.source_l} and {s.source_r}": s for s in evaluation.by_source_pair if s.source_l != s.source_r}
    for g in next(c for c in evaluation.groups if c.by == "source_pair").groups:
        assert g.missed.rate.value == pytest.approx(1 - scores[g.group].recall)
        assert g.false.rate.value == pytest.approx(1 - scores[g.group].precision)


def test_without_groups_there_are_sources_alone():
    links, truth, _ = tables(people("x", 20))
    assert [c.by for c in compare_groups(judge(links, truth), None)] == ["source"]


def test_nothing_depends_on_the_order_of_rows():
    rows = [*people("x", 30), *people("y", 12, found=False), ("a", "x1", "stray", "y")]
    links, truth, groups = tables(rows)
    turned = [t.take(pa.array(range(len(rows) - 1, -1, -1))) for t in (links, truth, groups)]
    once = as_plain(evaluate_run(links, truth, pairs=PAIRS, groups=groups))
    again = as_plain(evaluate_run(turned[0], turned[1], pairs=PAIRS, groups=turned[2]))
    assert once == again


def test_plain_data_name_no_record():
    links, truth, groups = tables(people("x", 30))
    text = str(as_plain(evaluate_run(links, truth, pairs=PAIRS, groups=groups)))
    assert "r12" not in text
    assert "x12" not in text
