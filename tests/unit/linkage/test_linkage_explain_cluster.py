"""Clusters made by hand: where they are weakest, who is near and out and why, and what would change them."""

import math

import pyarrow as pa
import pytest

from insighthub.errors import DataError
from insighthub.linkage.explain.cluster import ClusterExplanation
from insighthub.linkage.explain.learned import Learned
from insighthub.linkage.explain.ledger import Evidence
from insighthub.linkage.explain.run_tables import RunTables
from insighthub.linkage.explain.what_if import changed
from insighthub.linkage.opened import Linkage
from insighthub.linkage.reference import Reference

NAMES = ("given_name", "date_of_birth")
KEY_TYPES = {"source": pa.string(), "record_id": pa.string(), "person": pa.int32()}
MODEL = {
    "classes": {"match": 0.001, "family": 0.0, "coresident": 0.0, "namesake": 0.0, "unrelated": 0.999},
    "comparisons": [
        {
            "name": name,
            "levels": ["same", "similar", "different"],
            "m": [0.9, 0.06, 0.04],
            "u": [0.001, 0.01, 0.989],
            "agreeing": 1,
            "follows": dict.fromkeys(("match",), "m")
            | dict.fromkeys(("family", "coresident", "namesake", "unrelated"), "u"),
        }
        for name in NAMES
    ],
    "settings": {"threshold": 0.5},
    "data": {"single_sources": ["tax"]},
}


def linkage(clusters, weights, levels=None, identifiers=()):
    """Return a run of single records.

    Args:
        clusters: cluster id -> records, each as "source number" or "source number person".
        weights: (record, record) -> bits.
        levels: (record, record) -> levels of both comparisons; 0 and 0 where not given.
        identifiers: (record, number) of those with an identifier.
    """

    def key(record):
        source, number, *person = record.split()
        return source, number, int(person[0]) if person else 1

    rows = sorted((*key(record), cluster) for cluster, records in clusters.items() for record in records)
    links = pa.table(
        {name: pa.array([r[i] for r in rows]) for i, name in enumerate(("source", "record_id"))}
        | {"person": pa.array([r[2] for r in rows], pa.int32()), "cluster_id": [r[3] for r in rows]}
    )
    columns = {f"{name}_{side}": [] for side in "lr" for name in ("source", "record_id", "person")}
    columns |= {"match_weight": [], "match_probability": [], **{f"level_{name}": [] for name in NAMES}}
    columns |= {"rarity_given_name": [], "rarity_full_name": []}
    for (one, other), weight in weights.items():
        for side, record in zip("lr", sorted((key(one), key(other))), strict=True):
            for name, value in zip(("source", "record_id", "person"), record, strict=True):
                columns[f"{name}_{side}"].append(value)
        columns["match_weight"].append(float(weight))
        columns["match_probability"].append(1 / (1 + 2.0**-weight))
        for name, level in zip(NAMES, (levels or {}).get((one, other), (0, 0)), strict=True):
            columns[f"level_{name}"].append(level)
        columns["rarity_given_name"].append(0.0)
        columns["rarity_full_name"].append(0.0)
    pairs = pa.table(columns)
    if not weights:
        types = [pa.string(), pa.string(), pa.int32()] * 2 + [pa.float64()] * 2 + [pa.int8()] * 2 + [pa.float32()] * 2
        pairs = pa.table(columns, schema=pa.schema(list(zip(columns, types, strict=True))))
    held = pa.table(
        {name: pa.array([key(r)[i] for r, _ in identifiers], t) for i, (name, t) in enumerate(KEY_TYPES.items())}
        | {"identifier": pa.array([number for _, number in identifiers], pa.int32())}
    )
    learned = Learned.read(MODEL)
    return Linkage(RunTables(links, pairs, pairs.slice(0, 0), held, learned.threshold_bits), learned)


def test_a_cluster_is_weakest_where_average_linkage_joined_last():
    run = linkage({"c1": ["a 1", "b 1", "c 1"]}, {("a 1", "b 1"): 20, ("b 1", "c 1"): 15, ("a 1", "c 1"): 3})
    weakest = run.cluster("c1").weakest
    assert (weakest.one, weakest.other) == ((0, 1), (2,))
    assert weakest.mean == pytest.approx(9)
    assert (weakest.pairs, weakest.strongest, weakest.strongest_weight) == (2, (1, 2), 15)
    assert weakest.holds_to == pytest.approx(9, abs=0.01)


def test_a_bridge_is_the_weakest_link_and_its_removal_splits_there():
    records = ["a 1", "a 2", "b 1", "b 2"]
    run = linkage({"c1": records}, {("a 1", "a 2"): 18, ("b 1", "b 2"): 18, ("a 2", "b 1"): 2})
    explained = run.cluster("c1")
    assert (explained.weakest.one, explained.weakest.other) == ((0, 1), (2, 3))
    split = explained.what_ifs[0]
    assert split.change == "a 2 and b 1 were judged two people"
    groups = [[str(reference) for reference in group] for group in split.groups]
    assert groups == [["a 1", "a 2"], ["b 1", "b 2"]]
    assert "If a 2 and b 1 were judged two people, the cluster would split in 2: {a 1, a 2} and {b 1, b 2}." in (
        explained.paragraphs
    )


def test_each_record_is_in_by_its_best_evidence_and_its_mean():
    run = linkage({"c1": ["a 1", "b 1", "c 1"]}, {("a 1", "b 1"): 30, ("b 1", "c 1"): 4})
    members = run.cluster("c1").members
    assert [(m.best, m.best_weight, m.mean, m.compared) for m in members] == [
        (1, 30, 20, 1),  # in a mean no pair counts by more than 20 bits
        (0, 30, 12, 2),
        (1, 4, 4, 1),
    ]


def test_a_record_alone_has_no_link():
    explained = linkage({"c1": ["a 1"]}, {}).cluster("c1")
    assert (explained.weakest, explained.near, explained.what_ifs) == (None, (), ())
    assert "stands alone" in explained.words
    assert "stands alone" in str(explained)


NEAR = {"c1": ["a 1", "b 1"], "c2": ["d 1", "e 1"]}
BONDS = {("a 1", "b 1"): 12, ("d 1", "e 1"): 12}


def reasons(run, cluster="c1"):
    return [(str(near.reference), near.reason) for near in run.cluster(cluster).near]


def test_a_near_record_is_out_by_the_mean():
    weights = {("a 1", "d 1"): 4, ("a 1", "e 1"): -9, ("b 1", "d 1"): -9, ("b 1", "e 1"): -9}
    run = linkage(NEAR, BONDS | weights)
    near = run.cluster("c1").near
    assert [(str(n.reference), n.reason, n.records, n.best, n.best_weight) for n in near] == [("d 1", "mean", 2, 0, 4)]
    assert near[0].mean == pytest.approx(-5.75)
    assert near[0].compared == 4
    assert run.cluster("c1").reproduced


def test_a_near_record_is_out_by_its_pairs():
    assert reasons(linkage(NEAR, BONDS | {("a 1", "d 1"): -2})) == [("d 1", "no pair")]
    assert reasons(linkage(NEAR, BONDS | {("a 1", "d 1"): -7})) == []


def test_a_near_record_is_out_by_a_source_that_has_one_a_person():
    run = linkage({"c1": ["a 1", "tax 1"], "c2": ["b 1", "tax 2"]}, {
        ("a 1", "tax 1"): 15, ("b 1", "tax 2"): 15, ("a 1", "b 1"): 9, ("tax 1", "tax 2"): -60,
    })  # fmt: skip
    explained = run.cluster("c1")
    assert [(near.reason, near.source) for near in explained.near] == [("one a person", "tax")]
    freed = next(found for found in explained.what_ifs if found.change.startswith("tax held several"))
    assert freed.effect == "it would join the cluster, and 1 more with it"
    assert len(freed.groups[0]) == 4


def test_a_near_record_is_out_by_another_nhs_number():
    run = linkage(NEAR, BONDS | {("a 1", "d 1"): 3}, identifiers=[("b 1", 7), ("e 1", 8)])
    assert reasons(run) == [("d 1", "identifier")]
    one = next(found for found in run.cluster("c1").what_ifs if "NHS number" in found.change)
    assert one.effect == "it would join the cluster, and 1 more with it"
    assert reasons(linkage(NEAR, BONDS, identifiers=[("b 1", 7), ("e 1", 8)])) == []


def test_a_near_record_is_out_by_a_joint_record():
    run = linkage({"c1": ["a 1 1", "b 1"], "c2": ["a 1 2", "e 1"]}, {
        ("a 1 1", "b 1"): 12, ("a 1 2", "e 1"): 12, ("b 1", "e 1"): 6,
    })  # fmt: skip
    assert reasons(run) == [("e 1", "same record")]
    assert run.cluster("c1").reproduced


def test_a_date_of_birth_that_agreed_would_bring_a_near_record_in():
    levels = {("a 1", "d 1"): (0, 2)}
    run = linkage({"c1": ["a 1", "b 1"], "c2": ["d 1"]}, {("a 1", "b 1"): 12, ("a 1", "d 1"): -4.7}, levels)
    explained = run.cluster("c1")
    (found,) = [f for f in explained.what_ifs if f.effect == "it would join the cluster"]
    assert found.change == "the date of birth of d 1 agreed with theirs"
    # Both agree: the weight is the sum of the model's own weights.
    assert found.bits == pytest.approx(math.log2(0.001 / 0.999) + 2 * math.log2(900) + 4.7)


def test_a_value_that_is_not_known_is_asked_for_as_such():
    levels = {("a 1", "d 1"): (0, -1), ("a 1", "b 1"): (0, 0)}
    run = linkage({"c1": ["a 1", "b 1"], "c2": ["d 1"]}, {("a 1", "b 1"): 12, ("a 1", "d 1"): -0.2}, levels)
    changes = [f.change for f in run.cluster("c1").what_ifs]
    assert "the date of birth of d 1 were known and agreed" in changes


def test_a_record_that_differed_would_leave():
    run = linkage({"c1": ["a 1", "b 1", "c 1"]}, {("a 1", "b 1"): 9.6, ("b 1", "c 1"): 9.6})
    changes = {f.change: f.groups for f in run.cluster("c1").what_ifs}
    of_c = [groups for change, groups in changes.items() if "differed" in change]
    assert of_c
    for groups in of_c:
        assert len(groups) == 2
        assert len(groups[1]) == 1


def test_clusters_that_pairs_do_not_give_are_told_so_and_nothing_is_guessed():
    run = linkage({"c1": ["a 1", "c 1"], "c2": ["b 1"]}, {("a 1", "b 1"): 9, ("b 1", "c 1"): 9})
    explained = run.cluster("c1")
    assert not explained.reproduced
    assert explained.what_ifs == ()
    assert "not worked out" in explained.words
    assert isinstance(explained, ClusterExplanation)


def test_what_the_second_pass_joined_is_told_with_its_parts():
    run = linkage({"c1": ["a 1", "b 1", "c 1"]}, {("a 1", "b 1"): 9, ("b 1", "c 1"): -2})
    explained = run.cluster("c1")
    assert explained.reproduced
    assert explained.parts == ((0, 1), (2,))
    assert (explained.weakest.other, explained.weakest.holds_to) == ((2,), None)
    assert explained.what_ifs == ()
    assert "The second pass, which compares clusters as wholes, joined {a 1, b 1} and {c 1}." in explained.words
    assert "stays whole" not in explained.words


def test_a_record_is_found_by_source_and_number():
    run = linkage({"c1": ["a 1 1", "b 1"], "c2": ["a 1 2"]}, {("a 1 1", "b 1"): 12})
    assert run.record("b", "1").cluster_id == "c1"
    assert run.record("a", "1", 2).cluster_id == "c2"
    assert run.references("c1") == (Reference("a", "1"), Reference("b", "1"))
    for words, ask in (
        ("names several people", lambda: run.record("a", "1")),
        ("no person 3", lambda: run.record("a", "1", 3)),
        ("no record '9'", lambda: run.record("a", "9")),
        ("no record '1' of source 'z'", lambda: run.record("z", "1")),
        ("no cluster 'c9'", lambda: run.cluster("c9")),
        ("not two records but one", lambda: run.pair("b", "1", "b", "1")),
        ("did not keep this pair", lambda: run.pair("b", "1", "a", "1", person_r=2)),
    ):
        with pytest.raises(DataError, match=words):
            ask()


def graph_of(explained):
    """Return the graph's figure and the number and label of each node drawn."""
    figure = explained.figures()[0]
    spec = figure.specification(720).to_dict()
    texts = [row["text"] for rows in spec["datasets"].values() for row in rows if "text" in row]
    return figure, texts


def test_a_small_cluster_is_drawn_whole_with_its_near_records():
    run = linkage(NEAR, BONDS | {("a 1", "d 1"): -2})
    figure, texts = graph_of(run.cluster("c1"))
    assert {"1", "2", "3", "a 1", "b 1", "d 1 (out)", "+12.0", "−2.0"} <= set(texts)
    assert "Diamonds" in figure.summary
    assert figure.table.shown() == [["1: a 1", "2: b 1", "+12.0", ">99.9%", "yes"]]


def test_of_a_large_cluster_the_part_at_the_weakest_link_is_drawn_and_the_table_has_all():
    records = [f"a {n:03}" for n in range(60)]
    weights = {(records[i], records[j]): 15 for i in range(58) for j in range(i + 1, min(i + 5, 58))}
    weights |= {(records[58], records[59]): 15, (records[3], records[58]): 1.5}
    explained = linkage({"c1": records}, weights).cluster("c1")
    assert set(explained.weakest.other) == {58, 59}
    figure, texts = graph_of(explained)
    drawn = {text for text in texts if text in records}
    assert {"a 003", "a 058", "a 059"} <= drawn
    assert len(drawn) <= 40
    assert f"Of the 60 records, the {len(drawn)} nearest to the weakest link are drawn." in figure.summary
    assert len(figure.table.rows) == len(weights)
    assert {text for text in texts if text.isdigit()} == {str(records.index(text) + 1) for text in drawn}


def test_a_drawing_does_not_depend_on_what_was_drawn_before():
    explained = linkage(NEAR, BONDS | {("a 1", "d 1"): -2}).cluster("c1")
    assert explained._repr_html_() == explained._repr_html_()


def test_what_is_asked_no_more_counts_no_more():
    names = ("address", "given_name", "moves", "mates")
    learned = Learned.read({**MODEL, "comparisons": [{**MODEL["comparisons"][0], "name": name} for name in names]})
    moved = Evidence((2, 0, 1, 0), {})
    assert changed(learned, moved, 0, 0).levels == (0, 0, -1, -1)
    assert changed(learned, moved, 0, 1).levels == (1, 0, 1, 0)
    assert changed(learned, moved, 1, 2).levels == (2, 2, 1, -1)  # house-mates are asked for one given name alone


def test_a_changed_name_is_as_common_as_names_are():
    named = Evidence((0, 0), {"given_name": 5.0}, full_name=3.0)
    learned = Learned.read(MODEL)
    assert changed(learned, named, 0, 2) == Evidence((2, 0), {"given_name": 0.0}, 0.0)
    assert changed(learned, named, 1, 2).full_name == 3.0
