"""A delivery is linked on the folder before it, which stays; what it does not touch is not looked at."""

import hashlib
import shutil
from dataclasses import replace
from random import Random

import pytest

from insighthub.errors import DataError
from insighthub.linkage import second_pass
from insighthub.linkage.standing import compact, link_all, linking, relink, touched
from insighthub.linkage.standing.folder import Standing
from tests.standing_deliveries import KEY, SETTINGS, SINGLE, Hub, gone, keys, made_records, table

RECORDS = made_records(11, 80)


def key_of(rows):
    return rows[0]["source"], rows[0]["record_id"]


@pytest.fixture
def hub(tmp_path, model):
    hub = Hub(tmp_path, model, {key_of(rows): rows for rows in RECORDS})
    hub.start()
    return hub


def assert_as_in_full(hub, result):
    found, weighed, findings = hub.in_full()
    assert hub.clusters == found
    assert hub.pairs == weighed
    assert result.findings == findings


def decided(first, second, decision):
    ends = {f"{name}_{side}": rows[0][name] for side, rows in (("l", first), ("r", second)) for name in KEY}
    return ends | {"decision": decision}


def linkable_records():
    return [rows for rows in RECORDS if rows[0].get("not_linked_reason") is None and len(rows) == 1]


def strangers():
    """Return records far from each other in the list, where those of one person stand together."""
    return linkable_records()[::9]


def stated(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_a_delivery_of_nothing_looks_at_nothing(hub):
    result = hub.deliver([], [])
    assert result.figures["rows looked at"] == result.rows.num_rows == result.pairs.num_rows == 0
    assert result.figures["rows in all"] == sum(map(len, hub.clusters))
    assert_as_in_full(hub, result)


def test_what_a_removal_does_not_touch_is_not_looked_at(hub):
    cluster = next(c for c in hub.clusters if len(c) == 1)
    result = hub.deliver([next(iter(cluster))[:2]], [])
    assert result.figures["rows looked at"] < 0.2 * result.figures["rows in all"]
    assert_as_in_full(hub, result)


def test_all_records_may_go_and_come_back(hub):
    before = hub.clusters, hub.pairs
    result = hub.deliver([key_of(rows) for rows in RECORDS], [])
    assert result.figures["rows in all"] == 0
    assert (hub.clusters, hub.pairs) == (set(), {})
    hub.deliver([], [])
    hub.deliver([], RECORDS)
    assert (hub.clusters, hub.pairs) == before


def test_the_first_records_may_come_by_a_delivery(tmp_path, model):
    hub = Hub(tmp_path, model, {})
    hub.start()
    assert_as_in_full(hub, hub.deliver([], RECORDS))


def test_a_record_that_comes_back_unchanged_changes_nothing(hub):
    before = hub.clusters, hub.pairs
    rows = linkable_records()[0]
    hub.deliver([key_of(rows)], [rows])
    assert (hub.clusters, hub.pairs) == before


def test_the_folder_before_stays_as_it_was(hub):
    before = hub.standing()
    held = stated(before)
    hub.deliver([key_of(RECORDS[0])], [])
    assert stated(before) == held
    shutil.rmtree(before)  # and that after it needs nothing of it
    assert_as_in_full(hub, hub.deliver([key_of(RECORDS[1])], []))


def test_where_the_disk_has_no_links_files_are_copied(hub, monkeypatch):
    def refuse(*_):
        raise OSError

    monkeypatch.setattr("os.link", refuse)
    assert_as_in_full(hub, hub.deliver([key_of(RECORDS[0])], []))


def test_a_decision_holds_from_its_day_and_until_it_is_taken_back(hub):
    one, other = strangers()[:2]
    apart = hub.clusters
    assert not any({key_of(one), key_of(other)} <= {k[:2] for k in c} for c in apart)
    hub.decisions = [decided(one, other, "must_link")]
    assert_as_in_full(hub, hub.deliver([], []))
    assert any({key_of(one), key_of(other)} <= {k[:2] for k in c} for c in hub.clusters)
    hub.decisions = []
    assert_as_in_full(hub, hub.deliver([], []))
    assert hub.clusters == apart


def test_a_decision_said_the_other_way_round_is_the_same(hub):
    one, other = strangers()[:2]
    hub.decisions = [decided(one, other, "must_link")]
    hub.deliver([], [])
    hub.decisions = [decided(other, one, "must_link")]
    assert hub.deliver([], []).figures["rows looked at"] == 0


def test_a_decision_waits_for_a_record_that_is_not_there(hub):
    one, other = strangers()[:2]
    hub.deliver([key_of(other)], [])
    hub.decisions = [decided(one, other, "must_link")]
    assert_as_in_full(hub, hub.deliver([], []))
    assert_as_in_full(hub, hub.deliver([], [other]))
    assert any({key_of(one), key_of(other)} <= {k[:2] for k in c} for c in hub.clusters)


def test_what_the_second_pass_may_join_is_looked_at_together(tmp_path, model, monkeypatch):
    # Made-up people seldom need a second pass; one that joins what is far apart leans on regions alone.
    monkeypatch.setattr(second_pass, "MARGIN_BITS", -25.0)
    for module in (second_pass, linking, touched):
        monkeypatch.setattr(module, "NEAR_BITS", -20.0)
    dice, records = Random(0), made_records(0, 120)
    hub = Hub(tmp_path, model, {key_of(rows): rows for rows in records})
    hub.start()
    for _ in range(3):
        assert_as_in_full(hub, hub.deliver(dice.sample(list(hub.records), 6), []))


def test_two_clusters_are_held_apart_by_a_decision_on_any_of_their_records(hub):
    cluster = sorted(next(c for c in hub.clusters if len(c) == 3))
    ends = [hub.records[k[:2]] for k in cluster[:2]]
    hub.decisions = [decided(*ends, "cannot_link")]
    assert_as_in_full(hub, hub.deliver([], []))
    assert frozenset(cluster) not in hub.clusters


def test_decisions_that_contradict_each_other_are_refused_as_in_a_full_run(hub):
    one, other, third = strangers()[:3]
    hub.decisions = [decided(one, other, "must_link"), decided(other, third, "must_link")]
    hub.deliver([], [])
    hub.decisions = [*hub.decisions, decided(third, one, "cannot_link")]
    with pytest.raises(DataError, match="contradict"):
        hub.deliver([], [])
    with pytest.raises(DataError, match="contradict"):
        hub.in_full()


def test_a_contradiction_that_waits_for_a_record_is_refused_when_it_comes(hub):
    one, other, third = strangers()[:3]
    hub.deliver([key_of(other)], [])
    pairs = ((one, other, "must_link"), (other, third, "must_link"), (third, one, "cannot_link"))
    hub.decisions = [decided(*said) for said in pairs]
    assert_as_in_full(hub, hub.deliver([], []))
    with pytest.raises(DataError, match="contradict"):
        hub.deliver([], [other])


def test_a_block_over_its_limit_is_told_for_as_long_as_it_is(tmp_path, learned, model):
    plan = learned.plan
    few = replace(plan, limits=tuple(2 for _ in plan.rules))
    replace(learned, plan=few).save(tmp_path / "model")
    rows = linkable_records()[0][0]
    same = [[{**rows, "record_id": f"x{i}", "house_number": str(i), "nhs_number": None}] for i in range(3)]
    hub = Hub(tmp_path, tmp_path / "model", {key_of(each): each for each in same[:2]})
    hub.start()
    assert hub.deliver([], []).findings == ()
    (said,) = hub.deliver([], same[2:]).findings
    assert "The plan is out of date" in said
    assert "Learn the model anew" in said
    assert hub.deliver([], []).findings == (said,)
    result = hub.deliver([key_of(same[0])], [])
    assert result.findings == ()
    assert_as_in_full(hub, result)


def test_copies_count_once_towards_the_limit(tmp_path, learned):
    few = replace(learned.plan, limits=tuple(2 for _ in learned.plan.rules))
    replace(learned, plan=few).save(tmp_path / "model")
    rows = next(rows for rows in linkable_records() if rows[0]["source"] != "c" and rows[0]["family_name"])
    same = [[{**rows[0], "given_name": "EMMA", "record_id": f"x{i}"}] for i in range(6)]
    hub = Hub(tmp_path, tmp_path / "model", {key_of(each): each for each in same[:2]})
    hub.start()
    result = hub.deliver([], same[2:])
    assert result.findings == ()
    assert_as_in_full(hub, result)


def test_many_deliveries_are_written_as_one(hub, monkeypatch):
    monkeypatch.setattr(compact, "MOST_SEGMENTS", 3)
    segments = []
    for number, rows in enumerate(linkable_records()[:6]):
        changed = [{**rows[0], "mobile": f"+44770090000{number}"}]
        assert_as_in_full(hub, hub.deliver([key_of(rows)], [changed]))
        segments.append(len(Standing.open(hub.standing()).segments))
    assert segments == [2, 3, 1, 2, 3, 1]


def test_a_folder_of_mostly_dead_rows_is_written_anew(hub):
    hub.deliver([key_of(rows) for rows in RECORDS[: len(RECORDS) // 2]], [])
    standing = Standing.open(hub.standing())
    assert standing.slots == sum(map(len, hub.clusters))
    assert (standing.state.region >= 0).all()
    assert_as_in_full(hub, hub.deliver([], RECORDS[: len(RECORDS) // 2]))


def test_a_record_that_is_there_does_not_come_again(hub):
    with pytest.raises(DataError, match="there already"):
        hub.deliver([], linkable_records()[:1])


def delivered(hub, **other):
    told = {"removed": gone([]), "added": table([]), "settings": SETTINGS} | other
    return relink(hub.standing(), other.pop("model", hub.model), hub.folder / "out", **told)


def test_other_single_sources_call_for_a_full_run(hub):
    delivered(hub, single_sources=SINGLE)
    shutil.rmtree(hub.folder / "out")
    with pytest.raises(DataError, match="other sources"):
        delivered(hub, single_sources=("a", *SINGLE))


@pytest.mark.parametrize("changed", ["a rule", "an array", "the model"])
def test_another_model_calls_for_a_full_run(hub, learned, tmp_path, changed):
    plan, model = learned.plan, learned.model
    if changed == "a rule":
        plan = replace(plan, rules=plan.rules[1:], limits=plan.limits[1:], capped=plan.capped[1:])
    elif changed == "an array":
        plan = replace(plan, names=replace(plan.names, namesakes=plan.names.namesakes + 1))
    else:
        model = {**model, "iterations": 1}
    replace(learned, plan=plan, model=model).save(tmp_path / "other")
    with pytest.raises(DataError, match="another model"):
        relink(hub.standing(), tmp_path / "other", tmp_path / "out", removed=gone([]), added=table([]))


def test_a_folder_that_holds_something_is_not_written_over(hub):
    with pytest.raises(DataError, match="not empty"):
        relink(hub.standing(), hub.model, hub.standing(), removed=gone([]), added=table([]))


@pytest.mark.parametrize("file", ["standing.json", "region.npy", "segment-0000.arrow", "segment-0000-keys.npy"])
def test_a_folder_that_lacks_a_file_calls_for_a_full_run(hub, file):
    (hub.standing() / file).unlink()
    with pytest.raises(DataError, match="no standing linkage here"):
        delivered(hub)


def test_pairs_are_given_as_they_were_for_the_base(tmp_path, model):
    records = table(row for rows in RECORDS for row in rows)
    few = replace(SETTINGS, keep_probability=0.9)
    first = link_all(records, model, tmp_path / "base", single_sources=SINGLE, settings=few)
    assert first.pairs["match_probability"].to_numpy().min() >= 0.9
    rows = linkable_records()[0]
    changes = {"removed": gone([key_of(rows)]), "added": table(rows)}
    again = relink(tmp_path / "base", model, tmp_path / "next", **changes, settings=SETTINGS)
    assert set(keys(again.pairs, "_l")) <= set(keys(first.pairs, "_l"))


def test_a_record_that_changed_in_what_linkage_does_not_look_at_stays_where_it_is(hub):
    before, pairs, (rows, *_) = hub.clusters, hub.pairs, linkable_records()
    result = hub.deliver([key_of(rows)], [[{**rows[0], "ethnicity": "other", "date_of_death": "2026-01-02"}]])
    assert result.figures["rows looked at"] == 0
    assert list(zip(*result.as_before.to_pydict().values(), strict=True)) == [key_of(rows)]
    assert (hub.clusters, hub.pairs) == (before, pairs)
    assert_as_in_full(hub, hub.deliver([], []))


@pytest.mark.parametrize(
    "changed",
    [
        lambda rows: [rows[0], {**rows[1], "given_name": "OTHERWISE"}],
        lambda rows: rows[:1],
        lambda rows: [*rows, {**rows[1], "person": 3}],
        lambda rows: [rows[0], {**rows[1], "other_ref": "R1"}],
        lambda rows: [rows[0], {**dict.fromkeys(rows[1]), **{n: rows[1][n] for n in KEY}, "not_linked_reason": "no"}],
    ],
    ids=["one says something else", "one is gone", "one more", "another reference", "one is not to be linked"],
)
def test_of_a_record_every_person_has_to_say_what_was_said(hub, changed):
    rows = next(rows for rows in RECORDS if len(rows) == 2)
    result = hub.deliver([key_of(rows)], [changed(rows)])
    assert result.as_before.num_rows == 0
    assert_as_in_full(hub, result)


def test_what_comes_without_going_is_never_taken_for_what_was_there(hub):
    one, other = linkable_records()[:2]
    with pytest.raises(DataError, match="there already"):
        hub.deliver([key_of(other)], [one, other])
