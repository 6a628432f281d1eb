"""A plan makes of pairs a matter of their two records, and of the rows that it was learned from what the run made."""

from dataclasses import fields, replace

import numpy as np
import pyarrow as pa
import pytest

from insighthub.errors import DataError
from insighthub.linkage.blocking.pairing import candidate_pairs
from insighthub.linkage.engine import link_records
from insighthub.linkage.exchange.read import model_text
from insighthub.linkage.standing import Plan
from insighthub.linkage.standing.candidates import among, pairs_under
from insighthub.linkage.standing.hashes import RowHashes
from insighthub.linkage.standing.linking import ModelledRows
from insighthub.linkage.standing.mates import KnownMates
from insighthub.linkage.standing.plan import ModelFolder, keys_over
from insighthub.linkage.standing.segments import linkable
from insighthub.progress import Silent
from tests.made_people import made_people
from tests.standing_deliveries import SETTINGS, SINGLE

PEOPLE = made_people(1, 500, names=12)


def parts(value):
    if value is None or isinstance(value, int | str):
        return value
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, tuple):
        return [parts(part) for part in value]
    return (
        {f.name: parts(getattr(value, f.name)) for f in fields(value)}
        if hasattr(value, "__dataclass_fields__")
        else value
    )


def rows_under(table, folder):
    return ModelledRows.of(linkable(table), folder, SINGLE, 1)


def candidates(table, folder, outgrown=None):
    rows = rows_under(table, folder)
    none = outgrown or tuple(np.empty(0, np.uint64) for _ in folder.plan.rules)
    found = pairs_under(folder.plan, rows.hashes, none, threads=1, progress=Silent()).pairs
    keys = rows.data.rows.to_pylist()
    return {(tuple(keys[a].values()), tuple(keys[b].values())) for a, b in zip(found.left, found.right, strict=True)}


def test_a_plan_is_read_as_it_was_written(learned, model):
    assert parts(Plan.load(model)) == parts(learned.plan)


def test_a_plan_names_nobody(learned, model):
    text = (model / "plan.json").read_text(encoding="utf-8")
    assert "SMITH" not in text
    assert all(array.dtype == np.uint64 for array in (learned.plan.mates.homes, learned.plan.names.full_names))


def test_the_rows_that_a_plan_was_learned_from_are_paired_as_they_were(model):
    run = link_records(PEOPLE, single_sources=SINGLE, settings=SETTINGS)
    pairs = candidate_pairs(run.fitted.data, run.rules, cap=SETTINGS.block_cap, progress=Silent()).pairs
    keys = run.fitted.data.rows.to_pylist()
    assert sum(rule.capped_blocks for rule in run.blocking) > 0
    assert candidates(PEOPLE, ModelFolder.open(model)) == {
        (tuple(keys[a].values()), tuple(keys[b].values())) for a, b in zip(pairs.left, pairs.right, strict=True)
    }


def test_what_is_a_candidate_does_not_follow_from_other_rows(model):
    folder = ModelFolder.open(model)
    some = PEOPLE.slice(100, 250)
    there = {tuple(row.values()) for row in some.select(["source", "record_id", "person"]).to_pylist()}
    every = candidates(PEOPLE, folder)
    assert candidates(some, folder) == {pair for pair in every if set(pair) <= there}


def test_a_block_that_was_too_large_stays_left_out_when_few_are_left(learned, model):
    folder = ModelFolder.open(model)
    rows = rows_under(PEOPLE, folder)
    rule, capped = next((r, c) for r, c in zip(folder.plan.rules, folder.plan.capped, strict=True) if len(c))
    two = np.flatnonzero(among(rows.hashes.key(rule), capped[:1]))[:2]
    alone = replace(folder, plan=replace(folder.plan, rules=(rule,), capped=(capped,), limits=(200,)))
    without = replace(folder, plan=replace(alone.plan, capped=(capped[:0],)))
    table = linkable(PEOPLE).take(pa.array(two))
    assert not candidates(table, alone)
    assert len(candidates(table, without)) == 1


def test_a_block_that_outgrew_the_plan_is_left_out(model):
    folder = ModelFolder.open(model)
    keys = rows_under(PEOPLE, folder).hashes.key(folder.plan.rules[0])
    outgrown = (keys_over(keys, 0), *(np.empty(0, np.uint64) for _ in folder.plan.rules[1:]))
    assert len(outgrown[0])
    fewer, every = candidates(PEOPLE, folder, outgrown), candidates(PEOPLE, folder)
    assert fewer < every


def test_house_mates_of_the_learning_run_are_known_as_they_were(model):
    run = link_records(PEOPLE, single_sources=SINGLE, settings=SETTINGS)
    data = run.fitted.data
    mates = next(c for c in run.fitted.comparisons if c.name == "mates")
    left, right = (side.ravel().astype(np.int32) for side in np.triu_indices(data.n, 1))
    levels = mates.levels(data, left, right)
    assert len(np.unique(levels)) > 3
    hashes = RowHashes(data, 7)
    assert (KnownMates.of(hashes).on(hashes).levels(data, left, right) == levels).all()
    rows = rows_under(PEOPLE, ModelFolder.open(model))
    by_plan = next(c for c in rows.model.fitted.comparisons if c.name == "mates")
    assert (by_plan.levels(rows.data, left, right) == levels).all()


def test_a_name_at_a_new_home_is_not_taken_for_its_own_house_mate():
    """As long as a home is not known to hold a name, nothing is taken off for it."""
    before = rows({"A": "1", "B": "1"}, {"A": "2", "B": "2"})
    known = KnownMates.of(hashes_of(before))
    after = hashes_of(rows({"A": "1", "B": "1"}, {"A": "2", "B": "2"}, {"C": "1"}, {"C": "2"}))
    who = after.data.rows["record_id"].to_pylist()
    at = np.array([who.index("C1"), who.index("C2")], np.int32)
    # A and B, each at two homes alone, are told of C, of whom nothing was known.
    assert known.on(after).levels(after.data, at[:1], at[1:])[0] == 0
    one = np.array([who.index("A1"), who.index("A2")], np.int32)
    assert known.on(after).levels(after.data, one[:1], one[1:])[0] == 1


def rows(*homes):
    from insighthub.standardise.schema import PERSON_RECORDS

    names = {"A": ("ANNA", "ADAMS"), "B": ("BELLA", "BROWN"), "C": ("CARLA", "COLE")}
    return pa.Table.from_pylist(
        [
            {
                "source": "a",
                "record_id": who + number,
                "person": 1,
                "given_name": names[who][0],
                "family_name": names[who][1],
                "postcode": f"AB1 {number}CD",
                "house_number": "5",
            }
            for home in homes
            for who, number in home.items()
        ],
        schema=pa.schema(list(PERSON_RECORDS)),
    )


def hashes_of(table):
    from insighthub.linkage.prepare import prepare

    return RowHashes(prepare(table, infer_sex=False), 3)


def test_a_full_name_of_the_learning_run_is_as_common_as_it_was(learned, model):
    run = link_records(PEOPLE, single_sources=SINGLE, settings=SETTINGS)
    found = rows_under(PEOPLE, ModelFolder.open(model)).model.fitted
    assert found.namesakes.tolist() == run.fitted.namesakes.tolist()


@pytest.mark.parametrize("file", ["plan.json", "plan-capped.npy", "plan-homes.npy", "model.json"])
def test_a_folder_that_lacks_a_file_is_refused(learned, tmp_path, file):
    learned.save(tmp_path)
    (tmp_path / file).unlink()
    with pytest.raises(DataError):
        ModelFolder.open(tmp_path)


def test_files_of_two_plans_are_not_taken_for_one(learned, tmp_path):
    learned.save(tmp_path)
    file = tmp_path / "plan-namesakes.npy"
    np.save(file, np.load(file) + 1)
    with pytest.raises(DataError, match="do not belong together"):
        Plan.load(tmp_path)


@pytest.mark.parametrize("content", ["{}", "[]", "not JSON", '{"format": "insighthub-linkage-plan/1"}'])
def test_a_plan_that_is_none_is_refused(learned, tmp_path, content):
    learned.save(tmp_path)
    (tmp_path / "plan.json").write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match="plan"):
        Plan.load(tmp_path)


def test_another_learning_is_another_model(learned, model, tmp_path):
    learned.save(tmp_path)
    assert ModelFolder.open(tmp_path).identity == ModelFolder.open(model).identity
    other = replace(learned, model={**learned.model, "iterations": 1})
    (tmp_path / "model.json").write_text(model_text(other.model), encoding="utf-8")
    assert ModelFolder.open(tmp_path).identity != ModelFolder.open(model).identity
