"""The benchmark of other tools: what they are handed, how they are scored, and what is said where one cannot run."""

import json
import re
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import psutil
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.datasets import DATA_SETS, missing_files, prepare
from benchmarks.peers import page
from benchmarks.peers.__main__ import entities_of, main, peers_python, prepare_input
from benchmarks.peers.child import OUT_OF_MEMORY
from benchmarks.peers.job import KEYS, Column, Job, numbered, read_job, write_job
from benchmarks.peers.rows import Limits, links_of, read_row, run_ours, run_process, score
from benchmarks.peers.setups import SETUPS
from benchmarks.peers.tables import SHAPES, public_records

ROOT = Path(__file__).parents[3]
LIMITS = Limits(minutes=1, gigabytes=4)
ENTITIES = ["ann", "ann", "ann", "bob", "bob", "cat"]


@pytest.fixture
def records():
    count = len(ENTITIES)
    return pa.table(
        {
            "source": ["a", "b", "a", "b", "a", "b"],
            "record_id": [str(n) for n in range(count)],
            "person": pa.array([1] * count, pa.int32()),
            "name": ["ANN LOW", "ANN LOWE", None, "BOB MAY", "BOB MAY", "CAT POE"],
        }
    )


@pytest.fixture
def truth(records):
    return records.select(list(KEYS)).append_column("entity_id", pa.array(ENTITIES))


def result(folder, clusters, thresholds=None, own=0.5):
    folder.mkdir()
    pq.write_table(pa.table({"cluster": clusters}), folder / "clusters.parquet")
    figures = {
        "seconds": 2.5,
        "cpu_seconds": 3.5,
        "peak_bytes": 300_000_000,
        "threshold": own,
        "labels": 0,
        "versions": {"tool": "1.2"},
    }
    (folder / "figures.json").write_text(json.dumps(figures))
    if thresholds:
        pq.write_table(pa.table({str(t): c for t, c in thresholds.items()}), folder / "thresholds.parquet")
    return folder


RIGHT = [0, 0, 0, 1, 1, 2]
CAUTIOUS = [0, 0, 3, 1, 1, 2]
RASH = [0, 0, 0, 0, 0, 0]


def test_a_job_comes_back_as_it_went(tmp_path, records):
    entities = np.array([0, 0, 0, 1, 1, 2])
    write_job(tmp_path, Job(records, (Column("name", "given"),), two_lists=True, entities=entities))
    job = read_job(tmp_path)
    assert job.records.equals(records)
    assert job.entities.tolist() == entities.tolist()
    assert job.data.column_names == job.of_kind("given") == ["name"]
    assert job.sources() == [[0, 2, 4], [1, 3, 5]]


def test_a_set_up_that_needs_no_labels_finds_none_left_by_another(tmp_path, records):
    columns = (Column("name", "given"),)
    write_job(tmp_path, Job(records, columns, two_lists=False, entities=np.zeros(6, np.int64)))
    write_job(tmp_path, Job(records, columns, two_lists=False))
    assert read_job(tmp_path).entities is None
    assert not any("entit" in path.name for path in tmp_path.iterdir())


def test_records_in_no_group_stand_alone():
    labels = numbered([(1, 3), (4, 0)], 6).tolist()
    assert labels[1] == labels[3] != labels[0] == labels[4]
    assert len(set(labels)) == 4


def test_scores_are_those_counted_by_hand(records, truth):
    # CAUTIOUS finds 2 pairs, both right, of 4 true ones.
    scores = score(links_of(records, np.array(CAUTIOUS)), truth)
    assert (scores.precision, scores.recall, scores.f1) == (1, 0.5, pytest.approx(2 / 3))
    assert score(links_of(records, np.array(RASH)), truth).precision == pytest.approx(4 / 15)


def test_the_best_threshold_is_the_one_the_truth_picks(tmp_path, records, truth):
    out = result(tmp_path / "out", CAUTIOUS, {0.1: RASH, 0.3: RIGHT, 0.5: CAUTIOUS})
    row = read_row("tool", out, records, truth, None)
    assert row.scores.f1 == pytest.approx(2 / 3)
    assert (row.best.f1, row.best_threshold) == (1, 0.3)
    assert row.figures.seconds == 2.5


def test_the_best_threshold_is_never_worse_than_the_set_ups_own(tmp_path, records, truth):
    out = result(tmp_path / "out", RIGHT, {0.1: RASH, 0.9: CAUTIOUS})
    row = read_row("tool", out, records, truth, None)
    assert (row.best.f1, row.best_threshold) == (1, 0.5)


def test_a_run_broken_off_among_the_other_thresholds_keeps_its_own_scores(tmp_path, records, truth):
    out = result(tmp_path / "out", CAUTIOUS)
    row = read_row("tool", out, records, truth, "not finished in 1 minutes")
    assert row.scores is not None
    assert row.best is None
    assert row.notes == ["other thresholds: not finished in 1 minutes"]


def test_a_run_without_a_result_is_a_row_with_the_reason(tmp_path, records, truth):
    row = read_row("tool", tmp_path, records, truth, "failed with status 1: ValueError")
    assert (row.scores, row.figures, row.failure) == (None, None, "failed with status 1: ValueError")


def test_a_run_out_of_time_is_ended_with_all_that_it_started(tmp_path):
    marker = f"time.sleep(61.{time.time_ns()})"
    child = f"import time; {marker}"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    failure = run_process([sys.executable, "-c", parent], tmp_path / "out", Limits(0.04, 4))
    assert failure == "not finished in 0.04 minutes"
    alive = [p for p in psutil.process_iter(["cmdline"]) if any(marker in part for part in p.info["cmdline"] or [])]
    assert not [p for p in alive if p.status() != psutil.STATUS_ZOMBIE]


def test_a_failure_is_told_by_its_kind_and_not_by_what_it_says_of_the_data(tmp_path):
    failure = run_process([sys.executable, "-c", "raise ValueError('ANN LOW')"], tmp_path / "out", LIMITS)
    assert failure == "failed with status 1: ValueError"


def test_a_run_out_of_memory_says_so(tmp_path):
    ends = [sys.executable, "-c", f"raise SystemExit({OUT_OF_MEMORY})"]
    assert run_process(ends, tmp_path / "out", LIMITS) == "needs more than 4 GB of memory"


def test_a_run_has_an_empty_home_of_its_own(tmp_path):
    write = "import pathlib; p = pathlib.Path.home() / 'memory'; assert not p.exists(); p.write_text('told')"
    for _ in range(2):
        assert run_process([sys.executable, "-c", write], tmp_path / "out", LIMITS) is None


def test_entities_are_numbers_and_a_record_that_the_truth_does_not_know_is_alone(records, truth):
    assert entities_of(records, truth).tolist() == [0, 0, 0, 1, 1, 2]
    assert len(set(entities_of(records, truth.slice(0, 4)).tolist())) == 4


@pytest.mark.parametrize("setup", SETUPS.values(), ids=list(SETUPS))
def test_a_recipe_is_imported_only_where_it_runs(setup):
    look = f"""
import importlib.util, sys
import benchmarks.peers.__main__, benchmarks.peers.child
loaded = {{name.split(".")[0] for name in sys.modules}}
assert not loaded & set({list(setup.packages)}), loaded
try:
    from benchmarks.peers.setups import SETUPS
    SETUPS[{setup.name!r}].load()
except ModuleNotFoundError as error:
    assert error.name in {list(setup.packages)} + ["pandas"], error.name
"""
    subprocess.run([sys.executable, "-c", look], cwd=ROOT, check=True)


def test_every_recipe_says_what_it_follows_and_what_is_in_the_peers_favour():
    for setup in SETUPS.values():
        text = (ROOT / "benchmarks" / "peers" / f"{setup.module}.py").read_text(encoding="utf-8")
        assert f"def {setup.function}(" in text
        assert "documentation" in text or "guides" in text
        assert "In its favour:" in text


def console_text(capsys):
    return " ".join(capsys.readouterr().out.split())


def test_without_an_environment_for_the_others_the_command_says_how_to_get_one(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("benchmarks.peers.__main__.absent_data", lambda _names: None)
    assert main(["--only", "fake_1000", "--peers-venv", str(tmp_path / "none")]) == 2
    text = console_text(capsys)
    assert "There is no environment for the other tools" in text
    assert "make bench-peers" in text
    assert "dedupe goldenmatch recordlinkage" in text


@pytest.mark.skipif(find_spec("dedupe") is not None, reason="the tool is installed here")
def test_an_environment_that_lacks_a_tool_is_told_which(capsys):
    from rich.console import Console

    assert peers_python(Path(sys.prefix), [SETUPS["dedupe"]], Console()) is None
    assert "lacks dedupe" in console_text(capsys)


def figures(row):
    return {
        "machine": {"system": "any", "cores": 2, "python": "3.11"},
        "limits": {"minutes": 10, "gigabytes": 8},
        "data_sets": {"set": {"title": "A set", "records": 1234, "rows": row}},
    }


DONE = {
    "scores": {"precision": 0.5, "recall": 0.25, "f1": 0.3333, "b_cubed_f1": 0.6},
    "best": {"f1": 0.4},
    "figures": {"seconds": 2.54, "cpu_seconds": 3, "peak_bytes": 300_000_000, "versions": {"dedupe": "3"}},
    "failure": None,
}
NOT_DONE = {"scores": None, "best": None, "figures": None, "failure": "not finished in 10 minutes"}


def test_the_table_has_a_line_for_each_set_up_that_was_run_and_the_failures_too():
    found = page.lines(figures({"dedupe": DONE, "insighthub": {**DONE, "best": None}, "goldenmatch_zero": NOT_DONE}))
    assert found[0][:2] == ["A set, 1,234 records", "Insight Hub, no labels"]
    assert found[1][1:] == [
        "dedupe, up to 300 labels",
        "0.5000",
        "0.2500",
        "0.3333",
        "0.6000",
        "0.4000",
        "2.5",
        "3.0",
        "0.30",
    ]
    assert found[2][2] == "not finished in 10 minutes"
    assert {len(line) for line in found} == {len(page.HEADINGS)}


def test_a_tool_that_is_ahead_is_named_with_how():
    def row(own, best):
        return {**DONE, "scores": {**DONE["scores"], "f1": own}, "best": best and {"f1": best}}

    rows = {
        "insighthub": row(0.9, None),
        "dedupe": row(0.95, 0.97),
        "goldenmatch_zero": row(0.8, 0.91),
        "recordlinkage_ecm": row(0.8, 0.85),
        "goldenmatch_probabilistic": NOT_DONE,
    }
    named = "dedupe, up to 300 labels (0.9500); GoldenMatch, zero-config at its best threshold (0.9100)"
    assert page.ahead(figures(rows)) == [f"A set (Insight Hub 0.9000): {named}."]
    assert page.ahead(figures({"insighthub": row(0.9, None), "recordlinkage_ecm": row(0.8, 0.85)})) == []
    assert "- On no data set." in page.table_text(figures({"insighthub": row(0.9, None)}))


def test_a_page_is_written_between_its_markers_and_only_there(tmp_path):
    path = tmp_path / "page.md"
    path.write_text(f"# Title\n\n{page.BEGIN}\nthe table before\n{page.END}\n\nAfter.\n")
    for _ in range(2):
        page.write_page(path, figures({"dedupe": DONE}))
    text = path.read_text()
    assert text.startswith("# Title\n\n")
    assert text.endswith("\n\nAfter.\n")
    assert "the table before" not in text
    assert text.count("| dedupe, up to 300 labels |") == 1
    assert "Measured with dedupe 3" in text


def test_a_page_without_markers_is_refused(tmp_path):
    path = tmp_path / "page.md"
    path.write_text("# Title\n")
    with pytest.raises(ValueError, match=r"page\.md lacks the lines"):
        page.write_page(path, figures({}))


def test_a_page_that_cannot_be_written_is_told_before_anything_runs(tmp_path, capsys):
    assert main(["--only", "borough", "--work", str(tmp_path), "--docs", str(tmp_path / "none.md")]) == 2
    assert "none.md lacks the lines" in console_text(capsys)
    assert not list(tmp_path.iterdir())


def test_the_documentation_has_the_table_that_the_command_writes():
    text = (ROOT / "docs" / "explanation" / "other-tools.md").read_text(encoding="utf-8")
    table = text.partition(page.BEGIN)[2].partition(page.END)[0]
    assert "| " + " | ".join(page.HEADINGS) + " |" in table
    titles = {line.split(" | ")[1] for line in table.splitlines() if line.count(" | ") > 5}
    assert titles >= {page.OURS, *(setup.title for setup in SETUPS.values())}


def test_the_other_tools_are_pinned_and_no_index_is_named():
    lines = (ROOT / "benchmarks" / "peers" / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", pin) for pin in pins)
    assert {p for s in SETUPS.values() for p in s.packages} <= {pin.split("==")[0] for pin in pins}


def test_every_public_data_set_has_a_table():
    assert set(SHAPES) == set(DATA_SETS)


def test_the_borough_is_handed_over_without_its_truth(tmp_path):
    made = prepare_input("borough", tmp_path, 500)
    names = {column.name for column in made.columns}
    assert names == set(made.records.column_names) - set(KEYS)
    assert not names & {"entity_id", "person_id", "not_linked_reason", "role"}
    known = entities_of(made.records, made.truth)
    assert 100 < len(set(known.tolist())) < made.records.num_rows
    row = run_ours(made.contract, tmp_path / "ours", Path(sys.executable), made.truth, LIMITS)
    assert row.failure is None
    assert row.scores.f1 > 0.8
    assert row.figures.peak_bytes > 50_000_000


@pytest.mark.real
@pytest.mark.parametrize("name", list(SHAPES))
def test_public_data_are_handed_over_whole_and_without_their_truth(name, tmp_path):
    if missing_files(DATA_SETS[name]):
        pytest.skip("the public data are not here")
    data = prepare(name, tmp_path)
    records, columns, two_lists = public_records(data)
    truth = pq.read_table(data.truth)
    assert records.num_rows == truth.num_rows
    assert [c.name for c in columns] == records.column_names[len(KEYS) :]
    assert all(pa.types.is_string(records[c.name].type) for c in columns)
    assert all(records[c.name].null_count < records.num_rows for c in columns)
    known = entities_of(records, truth)
    assert len(set(known.tolist())) == len(set(truth["entity_id"].to_pylist()))
    if two_lists:
        sources = [known[places] for places in Job(records, columns, two_lists).sources()]
        assert all(len(set(s.tolist())) == len(s) for s in sources)
        assert len(sources) == 2
