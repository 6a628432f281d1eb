"""A model file used again: what it holds, what a run with it gives, and what is wrong with one that cannot be used."""

import json
from dataclasses import fields

import numpy as np
import pyarrow as pa
import pytest

from insighthub.errors import DataError
from insighthub.linkage.em import Parameters
from insighthub.linkage.engine import link_records
from insighthub.linkage.exchange.own_model import OwnModel
from insighthub.linkage.exchange.read import checked, model_text, read_model, read_model_file
from insighthub.linkage.model import LEAST_DATES, LEAST_RECORDS
from insighthub.linkage.opened import Linkage
from insighthub.linkage.prepare import prepare
from insighthub.linkage.settings import LinkSettings
from tests.made_people import made_people

SETTINGS = LinkSettings(threads=1, keep_probability=0.0, random_pairs=50_000, iterations=60)


def link(table, **given):
    return link_records(
        table, single_sources=["c"], other_kinds={"other_ref": "identifier"}, settings=SETTINGS, **given
    )


@pytest.fixture(scope="module")
def people():
    return made_people(1, 700)


@pytest.fixture(scope="module")
def learned(people):
    return link(people)


@pytest.fixture
def file(learned, tmp_path):
    path = tmp_path / "model.json"
    path.write_text(model_text(learned.model), encoding="utf-8")
    return path


def weights(result):
    keys = zip(
        *(result.pairs[f"{c}_{s}"].to_pylist() for s in "lr" for c in ("source", "record_id", "person")), strict=True
    )
    return dict(zip(keys, result.pairs["match_weight"].to_pylist(), strict=True))


def test_a_model_from_a_file_is_the_one_that_was_learned(learned, file):
    model = OwnModel.of(read_model_file(file))
    assert {c.name for c in model.comparisons} >= {
        "given_name",
        "date_of_birth",
        "address",
        "moves",
        "nino",
        "other_ref",
    }
    again = describe_again(model)
    for part in fields(Parameters):
        if part.name == "by_source":  # of the sources of some rows: see the next test
            continue
        assert again[part.name] == told(getattr(model.parameters, part.name)), part.name
    assert read_model_file(file).as_json() == learned.model


def test_what_is_particular_to_two_sources_goes_with_their_names(learned, people, file):
    content = {tuple(pair["sources"]): pair for pair in learned.model["source_pairs"]}
    assert len(content) == 6
    model = read_model(file)
    # The same sources, and one that the model does not know, which stands first and so changes their codes.
    new = people.set_column(0, "source", pa.array([{"b": "_new"}.get(s, s) for s in people["source"].to_pylist()]))
    for table, known in ((people, {"a", "b", "c"}), (new, {"a", "c"})):
        data = prepare(table, shared_value_limit=10**9, infer_sex=False)
        by_source = model.on(data).fitted.parameters.by_source
        for i, first in enumerate(by_source.names):
            for j, second in enumerate(by_source.names[i:], start=i):
                place = i * len(by_source.names) + j
                own = content.get((first, second)) if {first, second} <= known else None
                sizes = (own or learned.model)["classes"]
                assert by_source.sizes[place].tolist() == list(sizes.values())
                for k, m in by_source.m.items():
                    common = learned.model["comparisons"][k]
                    assert m[place].tolist() == (own["m"][common["name"]] if own else common["m"])
                assert by_source.m


def test_a_given_name_tells_the_sex_as_when_the_model_was_learned(learned, people, file):
    told = learned.model["sex_by_name"]
    assert set(told) <= set(learned.model["comparisons"][0]["term_frequencies"]["shares"])
    content = json.loads(json.dumps(learned.model)) | {"sex_by_name": {"AISHA": "F"}}
    file.write_text(model_text(content), encoding="utf-8")
    row = {"given_name": "AISHA", "family_name": "LEE", "postcode": "IG1 1AA", "house_number": "1", "person": 1}
    other = {**row, "given_name": "A", "sex": "M"}
    rows = [{**r, "source": "a", "record_id": str(n)} for n, r in enumerate((row, other))]
    found = link(pa.Table.from_pylist(rows, schema=people.schema), model=read_model(file)).pairs
    assert found["level_sex"].to_pylist() == [1]


def told(value):
    """Return parameters as plain numbers."""
    if isinstance(value, dict):
        return {k: told(v) for k, v in value.items()}
    if isinstance(value, (list, np.ndarray)):
        return [told(v) for v in value]
    return float(value) if isinstance(value, np.floating) else value


def describe_again(model):
    """Return what the file says, in the shape of Parameters, gathered another way."""
    content = model.file.as_json()
    classes = list(content["classes"])
    parts = content["comparisons"]
    return {
        "sizes": list(content["classes"].values()),
        "m": [p["m"] for p in parts],
        "u": [p["u"] for p in parts],
        "free": {(classes.index(c), k): v for k, p in enumerate(parts) for c, v in p.get("free", {}).items()},
        "iterations": content["iterations"],
        "converged": content["converged"],
    }


def test_writing_and_reading_again_changes_no_weight(people, file, tmp_path):
    first = link(people, model=read_model(file))
    second_file = tmp_path / "again.json"
    second_file.write_text(model_text(first.model), encoding="utf-8")
    second = link(people, model=read_model(second_file))
    assert second_file.read_bytes() == file.read_bytes()
    assert second.pairs.equals(first.pairs)
    assert second.links.equals(first.links)
    assert second.model == first.model


def test_a_run_with_the_model_gives_what_learning_gave_but_for_rare_values(learned, people, file):
    given = link(people, model=read_model(file))
    one, other = weights(learned), weights(given)
    assert one.keys() == other.keys()
    decided = [(one[k] > 0) == (other[k] > 0) for k in one]
    assert np.mean(decided) > 0.995
    # Common names are listed with their own shares, so that a pair agreeing on them weighs what it weighed.
    named = given.pairs.filter(pa.compute.greater(given.pairs["level_given_name"], 4)).num_rows
    assert named > 100
    for row in given.pairs.slice(0, 20_000).to_pylist():
        if row["level_given_name"] > 0 and row["level_family_name"] > 0 and row["level_other_ref"] != 0:
            key = tuple(row[f"{c}_{s}"] for s in "lr" for c in ("source", "record_id", "person"))
            if -12 < one[key] < 60:
                assert other[key] == pytest.approx(one[key], abs=1e-4)


def test_the_waterfall_of_a_given_model_adds_up_to_the_weight(people, file):
    for sample in link(people, model=read_model(file)).samples:
        assert sum(step.weight for step in sample.steps) == pytest.approx(sample.match_weight, abs=1e-6)


def test_what_labels_shifted_is_shifted_under_a_given_model_too(learned, people, file):
    before = link(people, model=read_model(file))
    names = [c["name"] for c in learned.model["comparisons"]]
    look = {name: before.pairs[f"level_{name}"][0].as_py() for name in names}
    taught = {"labels": 9, "unused": 0, "regret": 0.0, "shifts": [{"levels": look, "labels": 9, "weight": 2.5}]}
    after = link(people, model=OwnModel.of(checked({**learned.model, "labels": taught}, None)))
    one, other = weights(before), weights(after)
    shifted = 0
    for row, key in zip(before.pairs.to_pylist(), one, strict=True):
        alike = all(row[f"level_{name}"] == level for name, level in look.items())
        barred = row["source_l"] == row["source_r"] == "c" or row["record_id_l"] == row["record_id_r"]
        assert key not in other or other[key] == one[key] + (2.5 if alike and not barred else 0.0)
        shifted += alike and not barred and key in other
    assert shifted
    assert after.model["labels"] == taught


def test_a_given_model_brings_the_threshold_that_it_was_learned_with(learned, people):
    content = {**learned.model, "settings": {**learned.model["settings"], "threshold": 0.9375}}
    result = link(people, model=OwnModel.of(checked(content, None)))
    assert result.threshold == 0.9375
    assert result.samples
    assert all(sample.threshold == 0.9375 for sample in result.samples)


@pytest.mark.parametrize("threshold", [0.0, 1.0, "high", True])
def test_a_threshold_that_is_none_is_refused(learned, threshold):
    with pytest.raises(DataError, match="threshold"):
        checked({**learned.model, "settings": {"threshold": threshold}}, None)


def test_a_given_model_explains_records_of_sources_that_it_does_not_know(people, file):
    others = people.set_column(0, "source", pa.array([{"b": "_new"}.get(s, s) for s in people["source"].to_pylist()]))
    result = link(others, model=read_model(file))
    new = [sample for sample in result.samples if "_new" in {sample.left.source, sample.right.source}]
    assert new
    linkage = Linkage.of(result)
    for sample in new:
        assert sum(step.weight for step in sample.steps) == pytest.approx(sample.match_weight, abs=1e-6)
        ends = [(end.source, end.record_id, end.person) for end in (sample.left, sample.right)]
        again = linkage.pair(*ends[0][:2], *ends[1][:2], person_l=ends[0][2], person_r=ends[1][2])
        assert again.steps == sample.steps


def test_pairs_of_a_source_with_one_record_a_person_cannot_match_under_a_given_model(people, file):
    result = link(people, model=read_model(file))
    within = [w for k, w in weights(result).items() if k[0] == k[3] == "c"]
    assert within
    assert set(within) == {-60.0}


def test_a_value_shared_by_too_many_when_learned_counts_as_not_known_when_one_record_holds_it(people, learned, file):
    assert learned.model["shared_values"]["phone"]
    assert "+442079460000" not in file.read_text(encoding="utf-8")
    row = {"given_name": "ANN", "family_name": "LEE", "phone": "+442079460000", "person": 1, "postcode": "IG1 1AA"}
    two = pa.Table.from_pylist([{**row, "source": "a", "record_id": str(n)} for n in (1, 2)], schema=people.schema)
    assert link(two, model=read_model(file)).pairs["level_phone"].to_pylist() == [-1]


def test_a_full_name_is_listed_only_where_many_dates_of_birth_go_with_it(people, learned):
    names = learned.model["namesakes"]["full_names"]
    listed = {(a, b) for a, family in names.items() for b in family}
    dates = {}
    for row in people.to_pylist():
        if row["date_of_birth"] and "X" not in row["date_of_birth"]:
            dates.setdefault((row["given_name"], row["family_name"]), set()).add(row["date_of_birth"])
    assert listed == {name for name, held in dates.items() if len(held) >= LEAST_DATES}


def test_one_share_stands_for_all_values_that_are_left_out(people, learned):
    described = learned.model["comparisons"][0]["term_frequencies"]
    counts = {}
    for name in people["given_name"].to_pylist():
        if name is not None:
            counts[name] = counts.get(name, 0) + 1
    rare = [n for n in counts.values() if n < LEAST_RECORDS]
    assert described["other_share"] == pytest.approx(np.mean(rare) / sum(counts.values()))
    assert set(described["shares"]) == {name for name, n in counts.items() if n >= LEAST_RECORDS}


def test_records_without_some_of_the_fields_can_be_linked_with_the_model(file):
    bare = made_people(2, 60).drop_columns(["other_ref"])
    empty = pa.nulls(bare.num_rows, pa.string())
    for name in ("email", "nino", "middle_names"):
        bare = bare.set_column(bare.column_names.index(name), name, empty)
    result = link(bare, model=read_model(file))
    assert set(result.pairs["level_other_ref"].to_pylist()) == {-1}
    assert set(result.pairs["level_email"].to_pylist()) == {-1}
    assert max(result.pairs["match_weight"].to_pylist()) > 5


def test_learning_that_found_nothing_to_compare_is_no_model(tmp_path, people):
    nothing = pa.Table.from_pylist(
        [{"source": "a", "record_id": str(n), "person": 1} for n in range(3)], schema=people.schema
    )
    path = tmp_path / "model.json"
    path.write_text(model_text(link(nothing).model), encoding="utf-8")
    with pytest.raises(DataError, match="compares nothing"):
        read_model(path)


def change(key, value):
    def changed(content):
        at = content
        *path, last = key
        for part in path:
            at = at[part]
        if value is None:
            del at[last]
        else:
            at[last] = value

    return changed


FAULTS = {
    "another format": (change(["format"], "insighthub-linkage-model/1"), "older form, number 1"),
    "a later format": (change(["format"], "insighthub-linkage-model/99"), "newer form, number 99"),
    "another program's": (change(["format"], "dedupe"), "no model of Insight Hub"),
    "no format": (change(["format"], None), "this is no model"),
    "a key is wanting": (change(["classes"], None), "column 'classes': a key is missing"),
    "a key too many": (change(["weights"], [1]), "column 'weights': there is a key in the model that this version"),
    "a kind of pair is wanting": (change(["classes", "family"], None), "classes must name match"),
    "classes do not sum": (change(["classes", "match"], 0.5), "classes do not sum to 1"),
    "m does not sum": (change(["comparisons", 0, "m", 0], 0.001), "given_name: m does not sum to 1"),
    "m is cut": (change(["comparisons", 0, "m"], [1.0]), "given_name: m has 1 numbers for 8 levels"),
    "m is negative": (change(["comparisons", 0, "m", 1], -0.1), r"column 'comparisons\.0\.m\.1'"),
    "m is text": (change(["comparisons", 0, "m", 1], "high"), r"column 'comparisons\.0\.m\.1'"),
    "the fingerprint is no SHA-256": (change(["data", "fingerprint"], "abc"), r"column 'data\.fingerprint'"),
    "another comparison": (change(["comparisons", 0, "name"], "shoe_size"), "this version does not know"),
    "another level": (change(["comparisons", 0, "levels", 1], "a sneeze"), "column 'given_name': the levels of"),
    "another rule": (change(["comparisons", 0, "follows", "coresident"], "m"), "column 'given_name': the levels of"),
    "a share of a person's name": (
        change(["comparisons", 0, "term_frequencies", "shares", "ZEBEDEE"], 7),
        r"column 'comparisons\.0\.term_frequencies\.shares'",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_is_wrong_with_a_file_is_said_with_its_key_and_no_name(name, learned, tmp_path):
    spoil, said = FAULTS[name]
    content = json.loads(json.dumps(learned.model))
    spoil(content)
    path = tmp_path / "spoilt.json"
    path.write_text(model_text(content), encoding="utf-8")
    with pytest.raises(DataError, match=said) as fault:
        read_model(path)
    assert str(path) in str(fault.value)
    assert fault.value.remedy
    assert "ZEBEDEE" not in str(fault.value)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (b'{"format": "insighth', "not JSON, or is cut short"),
        (b"[1, 2]", "this is no model"),
        (b"\xff\xfe{}", "not text in UTF-8"),
        (b"[" * 100_000, "nested too deeply|not JSON"),
        (b"{}", "this is no model"),
    ],
)
def test_what_is_no_model_is_refused(written, said, tmp_path):
    path = tmp_path / "x.json"
    path.write_bytes(written)
    with pytest.raises(DataError, match=said):
        read_model(path)


def test_a_model_that_is_not_there_is_said_to_be_so(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        read_model(tmp_path / "none.json")


def test_every_key_that_is_written_is_one_that_is_read(learned):
    assert checked(json.loads(json.dumps(learned.model)), None).as_json() == learned.model
