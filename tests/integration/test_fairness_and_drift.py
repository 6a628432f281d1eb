"""From files to groups, households, calibration and drift: what the commands say, and what no output says."""

import json
import re

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from insighthub.cli import app
from insighthub.groups.attributes import AGE_BANDS, GROUPS
from insighthub.groups.name_forms import FORMS, NOT_TOLD
from insighthub.pipeline import run_link, standardised
from scripts import reference_words


def run(*words, status=0):
    outcome = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "200"})
    assert outcome.exit_code == status, outcome.output
    return outcome.stdout


@pytest.fixture(scope="module")
def linked(few_extracts, small_borough, tmp_path_factory):
    """The borough's four extracts, linked with a truth."""
    out = tmp_path_factory.mktemp("fairness") / "linked"
    evaluation = run_link(few_extracts, out, truth=small_borough.truth).evaluation
    return out, evaluation


def test_groups_of_every_record_are_kept_and_are_coarse(linked):
    out, _ = linked
    groups, links = pq.read_table(out / "groups.parquet"), pq.read_table(out / "links.parquet")
    assert groups.schema.equals(GROUPS)
    assert groups.select(["source", "record_id", "person"]).equals(links.select(["source", "record_id", "person"]))
    assert set(groups["sex"].to_pylist()) <= {"female", "male", None}
    assert set(groups["age_band"].to_pylist()) <= {name for _, name in AGE_BANDS} | {None}
    assert all(re.fullmatch(r"[A-Z]{1,2}[0-9][0-9A-Z]?", area) for area in groups["area"].drop_null().to_pylist())


def test_a_run_with_a_truth_writes_the_files_that_the_reference_names(linked):
    out, _ = linked
    assert {path.name for path in out.iterdir()} == {*reference_words.FILES, *reference_words.FILES_OF_A_TRUTH}


def test_a_truth_gives_groups_households_and_calibration(linked):
    _, evaluation = linked
    assert [c.by for c in evaluation.groups][-4:] == ["area", "name_origin", "source", "source_pair"]
    assert evaluation.households.households > 50
    assert evaluation.calibration.pairs > 300
    assert evaluation.calibration.error.value < 0.1
    for comparison in evaluation.groups:
        assert all(g.people >= 10 for g in comparison.groups)


def test_the_form_of_a_name_is_in_no_file_of_the_run_but_as_rates_of_groups(linked):
    out, _ = linked
    for path in out.glob("*.parquet"):
        assert "name_origin" not in pq.read_schema(path).names
        columns = pq.read_table(path)
        for name in columns.column_names:
            assert not set(map(str, columns[name].unique().to_pylist())) & {*FORMS, NOT_TOLD}


def test_evaluate_says_the_same_as_link_given_the_contract(linked, few_extracts, small_borough, tmp_path):
    out, _ = linked
    text = run(
        "evaluate", out, "--truth", small_borough.truth, "--contract", few_extracts, "--json", tmp_path / "all.json"
    )
    assert json.loads((tmp_path / "all.json").read_text(encoding="utf-8")) == json.loads(
        (out / "evaluation.json").read_text(encoding="utf-8")
    )
    assert "Error rates by form of the name" in text
    assert re.search(r"Two people of one household are wrongly in one cluster in \d+ of [\d,]+ households", text)
    assert "expected calibration error" in text


def test_evaluate_without_the_contract_compares_by_all_but_names(linked, small_borough):
    out, _ = linked
    text = run("evaluate", out, "--truth", small_borough.truth)
    assert "Error rates by age band" in text
    assert "form of the name" not in text


def test_the_evaluation_cannot_be_written_where_there_is_a_folder(linked, small_borough, tmp_path):
    out, _ = linked
    outcome = CliRunner().invoke(
        app, ["evaluate", str(out), "--truth", str(small_borough.truth), "--json", str(tmp_path)]
    )
    assert outcome.exit_code == 1
    assert "the evaluation cannot be written" in outcome.stderr


def test_nothing_that_is_said_of_groups_or_drift_holds_a_persons_data(linked, few_extracts, small_borough, tmp_path):
    """Names, dates, addresses, phones and identifiers of the extracts are in no figure, table, page or printout."""
    out, _ = linked
    printed = run("evaluate", out, "--truth", small_borough.truth, "--contract", few_extracts)
    printed += run("drift", out, out, "--out", tmp_path / "drift.html")
    pages = (tmp_path / "drift.html").read_text(encoding="utf-8") + (out / "evaluation.json").read_text(
        encoding="utf-8"
    )
    text = (printed + pages).upper()
    records = standardised(few_extracts)
    for column in ("date_of_birth", "postcode", "phone", "mobile", "email", "nino", "uprn", "address"):
        for value in records[column].drop_null().unique().to_pylist():
            assert len(value) < 6 or value.upper() not in text, column
    words = set(re.findall(r"[A-Z]+", text))
    families = {name for name in records["family_name"].drop_null().unique().to_pylist() if len(name) > 4}
    assert families
    ours = set(re.findall(r"[A-Z]+", " ".join((*FORMS, NOT_TOLD, "ABBEY BLACK WHITE GROUP")).upper()))
    assert not (families & words) - ours


def test_drift_of_a_run_with_itself_is_none(linked):
    out, _ = linked
    assert run("drift", out, out, "--alarm") == "Nothing changed past a threshold.\n"


def test_drift_tells_of_a_source_that_is_gone_and_ends_with_3_where_an_alarm_is_asked_for(
    linked, two_extracts, tmp_path
):
    out, _ = linked
    run_link(two_extracts, tmp_path / "fewer", report=False)
    text = run("drift", out, tmp_path / "fewer", "--out", tmp_path / "drift.html")
    assert "Act: council_tax is no longer among the sources" in text
    assert f"Report: {tmp_path / 'drift.html'}" in text
    assert "council_tax is no longer among the sources" in (tmp_path / "drift.html").read_text(encoding="utf-8")
    run("drift", out, tmp_path / "fewer", "--alarm", status=3)
    run("drift", out, tmp_path, status=1)
