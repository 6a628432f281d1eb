"""The review of a hub: what is drawn of a release, what reviewers see of it, and what their answers do to the next."""

import json
from collections import Counter
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from insighthub.errors import RunError
from insighthub.linkage.labels.labels_file import labelled_pairs
from insighthub.residents.decisions import Record
from insighthub.review.tables import review_item
from insighthub.store.tables import rows

EVIDENCE = """
SELECT source_l, record_id_l, person_l, source_r, record_id_r, person_r, match_weight, match_probability
FROM evidence WHERE resident_id = $id
"""
PERSONAL = "SELECT given_name, family_name, date_of_birth, postcode, email FROM person_record"


@pytest.fixture(scope="module")
def drawn(borough_hub):
    borough_hub.review.draw(measure=300, teach=60, check=40)
    return borough_hub


@pytest.fixture(scope="module")
def items(drawn):
    return drawn.review.queue("ann", limit=1000).items


def test_what_measures_what_teaches_and_what_looks_odd_are_kept_apart(drawn, items):
    assert Counter(each.purpose for each in items) == {"measure": 300, "teach": 60, "check": 40}
    with drawn.state.read() as connection:
        found = connection.execute(select(review_item)).mappings().all()
    for row in found:
        is_drawn = row["purpose"] == "measure"
        assert (row["inclusion_probability"] is not None) is is_drawn
        assert (row["reason"] == "drawn") is is_drawn
    share = sum(row["twice"] for row in found) / len(found)
    assert share == pytest.approx(drawn.review.settings.twice_share, abs=0.08)


def test_the_inclusion_probabilities_are_those_of_the_draw(drawn):
    with drawn.state.read() as connection:
        found = connection.execute(select(review_item).where(review_item.c.purpose == "measure")).mappings().all()
    counts = Counter(row["stratum"] for row in found)
    for row in found:
        expected = counts[row["stratum"]] / row["stratum_pairs"]
        assert row["inclusion_probability"] == pytest.approx(expected, rel=0.01)
    assert len(counts) > 8
    assert {row["linked"] for row in found} == {True, False}


def test_what_teaches_is_of_many_kinds_and_near_the_threshold(items):
    near = [each for each in items if each.reason == "near_threshold"]
    assert all(abs(each.match_weight) <= 6 for each in near)
    assert len({(each.left.source, each.right.source) for each in near}) >= 5


def test_what_looks_odd_comes_for_each_reason(items):
    reasons = Counter(each.reason for each in items if each.purpose == "check")
    assert set(reasons) - {"conflict"} == {"one_source_twice", "weak_link", "possible_match"}
    for each in items:
        if each.reason == "one_source_twice":
            assert each.records >= 2


def test_nothing_of_anybody_stands_in_an_item(drawn):
    with drawn.release() as db:
        said = {value for row in rows(db, PERSONAL) for value in row if value and len(value) > 5}
    with drawn.state.read() as connection:
        kept = connection.execute(select(review_item.c.evidence)).scalars().all()
    assert not any(value in text for text in set(kept) for value in list(said)[:300])
    assert all(name.startswith(("level_", "rarity_")) for text in kept for name in json.loads(text))


def test_pairs_weigh_again_what_they_weighed_in_the_run(drawn, items):
    clusters = [each for each in items if each.kind == "cluster"]
    for each in clusters[:10]:
        view = drawn.review.cluster(each.item_id)
        with drawn.release() as db:
            kept = {tuple(row[:6]): row[6] for row in rows(db, EVIDENCE, {"id": each.resident_l})}
        for link in view.links:
            key = (*view.records[link.one], *view.records[link.other])
            if link.match_probability >= 0.0101:
                assert kept[key] == pytest.approx(link.match_weight, abs=1e-4)
        assert sum(link.match_probability >= 0.0101 for link in view.links) >= len(kept) * 0.99 - 1


def test_a_pair_s_steps_add_up_to_its_weight_and_the_weight_is_that_of_the_run(drawn, items):
    linked = 0
    for each in [i for i in items if i.kind == "pair" and i.purpose != "measure"]:
        explained = drawn.review.pair(each.item_id, "ann").explanation
        assert sum(step.weight for step in explained.steps) == pytest.approx(each.match_weight, abs=1e-3)
        closing = [step for step in explained.steps if step.label == "What else the model weighs"]
        assert all(abs(step.weight) < 0.01 for step in closing)
        if each.linked:
            with drawn.release() as db:
                kept = {tuple(row[:6]): row[6] for row in rows(db, EVIDENCE, {"id": each.resident_l})}
            key = (*each.left, *each.right)
            assert kept.get(key, each.match_weight) == pytest.approx(each.match_weight)
            linked += key in kept
    assert linked > 5


def test_who_measures_sees_the_evidence_only_after_answering(drawn, items):
    each = next(i for i in items if i.purpose == "measure" and not i.twice)
    before = drawn.review.pair(each.item_id, "zoe")
    assert before.explanation is None
    assert before.figures() == ()
    assert before.fields
    said = drawn.review.answer(each.item_id, "match", by="zoe")
    assert drawn.review.pair(each.item_id, "zoe").explanation is not None
    drawn.review.take_back(said.answer_id, by="zoe")


def test_a_pair_is_drawn_with_its_table_and_always_the_same_way(drawn, items):
    each = next(i for i in items if i.kind == "pair" and i.purpose == "teach")
    first, again = (drawn.review.pair(each.item_id, "ann") for _ in "ab")
    drawings = first.drawings("item-")
    assert drawings == again.drawings("item-")
    assert set(drawings) == {figure.key for figure in first.figures("item-")}
    for figure in first.figures("item-"):
        root = ElementTree.fromstring(drawings[figure.key].wide)
        assert (root.attrib["role"], root.attrib["aria-labelledby"]) == ("img", f"{figure.key}-title")
        assert figure.table.rows


def test_figures_are_drawn_ahead_of_who_took_an_item_and_are_those_that_are_drawn_when_asked_for(drawn, items):
    each = drawn.review.take("ann", purpose="teach")
    shown = drawn.review.drawings(each.item_id, "ann")
    assert shown == drawn.review.pair(each.item_id, "ann").drawings("item-")
    assert drawn.review.drawings(each.item_id, "ann") is shown
    measured = drawn.review.take("ann", purpose="measure")
    assert drawn.review.drawings(measured.item_id, "ann") == {}


def test_a_cluster_is_shown_with_all_its_records_by_source_and_its_graph_is_always_the_same(drawn, items):
    each = next(i for i in items if i.kind == "cluster" and i.records >= 4)
    view, again = (drawn.review.cluster(each.item_id) for _ in "ab")
    with drawn.release() as db:
        own = rows(db, "SELECT source, record_id, person FROM membership WHERE resident_id = ?", [each.resident_l])
    assert set(view.records) == {Record(*row) for row in own}
    assert [
        Record(r.reference.source, r.reference.record_id, r.reference.person) for r in view.explanation.members
    ] == (list(view.records))
    assert [(v["source"], v["record_id"], v["person"]) for v in view.values] == [tuple(r) for r in view.records]
    assert sorted(place for places in view.sources().values() for place in places) == list(range(len(view.records)))
    assert view.drawings() == again.drawings()
    assert {figure.key for figure in view.figures()} >= {"graph", "records"}
    assert view.side_by_side(0, 1)


def test_to_cut_a_link_tells_the_parts_that_are_left(drawn, items):
    for each in [i for i in items if i.kind == "cluster"][:10]:
        view = drawn.review.cluster(each.item_id)
        link = view.links[-1]
        found = view.cut(link.one, link.other)
        assert sorted(record for part in found.parts for record in part) == sorted(view.records)
        one, other = found.link
        assert not any({one, other} <= set(part) for part in found.parts)
        assert len(found.parts) >= 2
    with pytest.raises(RunError, match="two records"):
        view.cut(0, 0)


def test_a_release_is_measured_by_one_sample_and_what_is_asked_already_is_not_asked_again(drawn, items):
    with pytest.raises(RunError, match="two samples"):
        drawn.review.draw(measure=10, teach=0, check=0)
    assert drawn.review.draw(measure=0, teach=20, check=10) == {"teach": 20, "check": 10}
    new = [i for i in drawn.review.queue("ann", limit=1000).items if i.item_id > max(i.item_id for i in items)]
    before = {frozenset((i.left, i.right)) for i in items}
    assert len(new) == 30
    assert not before & {frozenset((i.left, i.right)) for i in new if i.kind == "pair"}


def test_another_seed_draws_other_pairs_and_the_same_seed_the_same(drawn):
    from insighthub.review.draw import Asked, draw_items

    opened = drawn.review._releases.of(drawn.releases.current())

    def pairs(seed):
        asked = Asked(50, 10, 10, 0.2, seed)
        return [(i["purpose"], i["record_id_l"], i["record_id_r"]) for i in draw_items(opened.db, opened.model, asked)]

    assert pairs(1) == pairs(1)
    assert [p for p in pairs(1) if p[0] == "measure"] != [p for p in pairs(2) if p[0] == "measure"]


def test_answers_are_labels_that_linkage_finds_its_rows_by(drawn, items, truth):
    some = [i for i in items if i.kind == "pair" and not i.twice][:20]
    given = [drawn.review.answer(i.item_id, truth.says(i.left, i.right), by="ann").answer_id for i in some]
    opened = drawn.review._releases.of(drawn.releases.current())
    found = labelled_pairs(drawn.review.labels(), opened.model.everything().rows)
    assert (len(found.pairs), found.unused) == (20, 0)
    for each in given:
        drawn.review.take_back(each, by="ann")
    assert drawn.review.labels().num_rows == 0


def test_a_release_that_was_never_published_cannot_be_drawn_from(drawn):
    with pytest.raises(RunError, match="no run r000099"):
        drawn.review.draw("r000099", measure=0)
