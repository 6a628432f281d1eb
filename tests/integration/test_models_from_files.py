"""A model from one run in another, in Splink, and back, by the commands that the guide gives."""

import csv
import json
from contextlib import closing

import duckdb
import pyarrow.parquet as pq
import pytest
import splink
from typer.testing import CliRunner

from insighthub.cli import app
from insighthub.linkage.opened import open_linkage
from tests.made_people import made_people
from tests.splink_weights import our_weights, splink_weights

#: Stands in a file of people below, and may stand in no message.
PERSON = "ZEBEDEE"

CONTRACT = """
[[source]]
name = "people"
path = "people.csv"
record_id = "record_id"

[source.person]
given_name = "given_name"
family_name = "family_name"
date_of_birth = "date_of_birth"
address = "address"
postcode = "postcode"
email = "email"

[source.person.other.surname]
column = "family_name"
kind = "exact"
"""
COLUMNS = ("record_id", "given_name", "family_name", "date_of_birth", "address", "postcode", "email")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with a contract, its file, and the output of a run in ``linked``."""
    where = tmp_path_factory.mktemp("models")
    with (where / "people.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        rows.writerow(["r99999", PERSON, PERSON, "1950-02-03", "", "", ""])
        table = made_people(21, 500)
        rows.writerows(zip(*(table[name].to_pylist() for name in COLUMNS), strict=True))
    (where / "contract.toml").write_text(CONTRACT, encoding="utf-8")
    assert run("link", where / "contract.toml", "--out", where / "linked", "--no-report").exit_code == 0
    return where


def run(*words):
    outcome = CliRunner().invoke(app, [str(word) for word in words])
    assert outcome.exception is None or isinstance(outcome.exception, SystemExit)
    assert PERSON not in outcome.output.upper()
    return outcome


def test_the_model_of_one_run_weighs_the_pairs_of_another(folder, tmp_path):
    model = folder / "linked" / "model.json"
    outcome = run("link", folder / "contract.toml", "--out", tmp_path / "again", "--model", model)
    assert outcome.exit_code == 0
    assert f"Weighed by the model in {model}" in outcome.output
    assert (tmp_path / "again" / "model.json").read_bytes() == model.read_bytes()
    assert (tmp_path / "again" / "report.html").is_file()
    one, other = (pq.read_table(f / "links.parquet") for f in (folder / "linked", tmp_path / "again"))
    assert one.num_rows == other.num_rows
    people = [len(set(t["cluster_id"].to_pylist())) for t in (one, other)]
    assert abs(people[0] - people[1]) < 0.03 * people[0]
    linkage = open_linkage(tmp_path / "again")
    for row in pq.read_table(tmp_path / "again" / "pairs.parquet").slice(0, 50).to_pylist():
        ends = (row[f"{name}_{side}"] for side in "lr" for name in ("source", "record_id"))
        pair = linkage.pair(*ends, person_l=row["person_l"], person_r=row["person_r"])
        assert pair.match_weight == row["match_weight"]
        assert sum(step.weight for step in pair.steps) == pytest.approx(row["match_weight"], abs=1e-5)
        assert pair.steps[-1].label != "What else the model weighs"
    assert run("explain", tmp_path / "again", "--cluster", "c0000001").exit_code == 0


def test_a_model_of_other_sources_is_not_taken_to_explain_a_run(folder, tmp_path):
    model = json.loads((folder / "linked" / "model.json").read_text(encoding="utf-8"))
    model["data"]["sources"] = [f"old_{name}" for name in model["data"]["sources"]]
    model["source_pairs"] = []
    path = tmp_path / "other.json"
    path.write_text(json.dumps(model), encoding="utf-8")
    assert run("link", folder / "contract.toml", "--out", tmp_path / "out", "--model", path).exit_code == 0
    outcome = run("explain", tmp_path / "out", "--cluster", "c0000001")
    assert outcome.exit_code == 1
    assert "learned from other sources" in outcome.stderr


def test_what_is_exported_runs_in_splink_as_the_guide_says(folder, tmp_path):
    settings, records = tmp_path / "settings.json", tmp_path / "records.parquet"
    outcome = run("export", "model", "--from", folder / "linked", "--format", "splink", "--out", settings)
    assert outcome.exit_code == 0
    assert "Not ours in Splink: address: far (approximate)" in outcome.output
    contract = folder / "contract.toml"
    outcome = run("export", "records", "--from", folder / "linked", "--contract", contract, "--out", records)
    assert outcome.exit_code == 0
    table = pq.read_table(records)
    assert f"{table.num_rows:,} records" in outcome.output

    with closing(duckdb.connect()) as connection:
        api = splink.DuckDBAPI(connection=connection)
        linker = splink.Linker(api.register(pq.read_table(records)), str(settings))
        predictions = linker.inference.predict()
        found = connection.sql(f"SELECT match_weight FROM {predictions.physical_name}").fetchall()
    assert len(found) > 500
    assert all(weight is not None for (weight,) in found)
    theirs = splink_weights(table, settings)
    pairs = pq.read_table(folder / "linked" / "pairs.parquet")
    ours = our_weights(pairs, table)
    sure = [pair for pair in ours.keys() & theirs.keys() if ours[pair] > 10]
    assert len(sure) > 100
    assert all(theirs[pair] > 0 for pair in sure)


def test_splinks_settings_weigh_pairs_by_a_field_of_the_contracts_own(folder, tmp_path):
    levels = [
        {"sql_condition": "surname_l IS NULL OR surname_r IS NULL", "is_null_level": True},
        {"sql_condition": "surname_l = surname_r", "m_probability": 0.8, "u_probability": 0.1},
        {"sql_condition": "ELSE", "m_probability": 0.2, "u_probability": 0.9},
    ]
    settings = tmp_path / "settings.json"
    content = {
        "link_type": "dedupe_only",
        "probability_two_random_records_match": 0.5,
        "comparisons": [{"output_column_name": "surname", "comparison_levels": levels}],
    }
    settings.write_text(json.dumps(content), encoding="utf-8")
    outcome = run("link", folder / "contract.toml", "--out", tmp_path / "out", "--model", settings)
    assert outcome.exit_code == 0
    pairs = pq.read_table(tmp_path / "out" / "pairs.parquet").to_pylist()
    by_level = {pair["level_surname"]: pair["match_weight"] for pair in pairs}
    assert by_level == pytest.approx({0: 3.0, 1: -2.169925, -1: 0.0}, abs=1e-6)
    outcome = run("explain", tmp_path / "out", "--cluster", "c0000001")
    assert outcome.exit_code == 1
    assert "a model from Splink" in outcome.stderr
    back = tmp_path / "back.json"
    assert run("export", "model", "--from", tmp_path / "out", "--out", back).exit_code == 0
    again = json.loads(back.read_text(encoding="utf-8"))["comparisons"][0]["comparison_levels"]
    assert [level["sql_condition"] for level in again] == [level["sql_condition"] for level in levels]


def test_our_own_form_of_a_model_is_the_file_that_the_run_wrote(folder, tmp_path):
    out = tmp_path / "new" / "model.json"
    words = ("export", "model", "--from", folder / "linked", "--format", "insighthub", "--out", out)
    assert run(*words).exit_code == 0
    assert out.read_bytes() == (folder / "linked" / "model.json").read_bytes()
    assert [p.name for p in out.parent.iterdir()] == ["model.json"]


@pytest.mark.parametrize(
    ("more", "said"), [(("--labels", "people.csv"), "used as it is"), (("--engine", "spark"), "default engine alone")]
)
def test_a_given_model_learns_from_no_labels_and_is_for_the_default_engine(more, said, folder, tmp_path, monkeypatch):
    monkeypatch.chdir(folder)
    words = ("link", "contract.toml", "--out", tmp_path / "out", "--model", folder / "linked" / "model.json")
    outcome = run(*words, *more)
    assert outcome.exit_code == 1
    assert said in " ".join(outcome.stderr.split())
    assert not (tmp_path / "out").exists()


def test_a_model_that_cannot_be_used_ends_a_run_before_it_begins(folder, tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text('{"format": "insighthub-linkage-model/1"}', encoding="utf-8")
    outcome = run("link", folder / "contract.toml", "--out", tmp_path / "out", "--model", bad)
    assert outcome.exit_code == 1
    assert "older form" in outcome.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("model", "--from", "nowhere", "--out", "x.json"), 1, "not the output of a finished run"),
        (("records", "--from", "linked", "--out", "x.parquet"), 2, "need the contract"),
        (("nonsense", "--from", "linked", "--out", "x.json"), 2, "nonsense"),
        (("model", "--from", "linked", "--format", "excel", "--out", "x.json"), 2, "excel"),
        (("model", "--from", "linked", "--out", "people.csv/x.json"), 1, "cannot be written"),
    ],
)
def test_an_export_that_cannot_be_says_why(words, status, said, folder, monkeypatch):
    monkeypatch.chdir(folder)
    before = sorted(p.name for p in folder.iterdir())
    outcome = run("export", *words)
    assert outcome.exit_code == status
    assert said in outcome.stderr
    assert sorted(p.name for p in folder.iterdir()) == before
