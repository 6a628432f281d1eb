"""The tutorial, done as it says."""

import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from insighthub.cli import app
from scripts import reference_words

TUTORIAL = Path(__file__).parents[2] / "docs" / "tutorial.md"


@pytest.fixture
def trial(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "trial"
    folder.mkdir()
    text = TUTORIAL.read_text(encoding="utf-8")
    blocks = re.findall(r"```(csv|toml)\n(.*?)```", text, re.DOTALL)
    for name, (_, block) in zip(("tax.csv", "library.csv", "contract.toml"), blocks, strict=True):
        assert f"`{name}`" in text or f"`trial/{name}`" in text
        (folder / name).write_text(block, encoding="utf-8")
    return folder


def commands():
    return re.findall(r"^    \.venv/bin/insighthub (.+)$", TUTORIAL.read_text(encoding="utf-8"), re.M)


def test_the_tutorial_works_as_it_is_written(trial):
    assert [line.split()[0] for line in commands()] == ["check", "link"]
    for line in commands():
        outcome = CliRunner().invoke(app, line.split())
        assert outcome.exit_code == 0, outcome.output
    links = pq.read_table(trial / "linked" / "links.parquet").to_pylist()
    of_record = {}
    for row in links:
        of_record.setdefault(row["record_id"], []).append(row["cluster_id"])
    assert len(of_record["T1"]) == 2
    assert of_record["T3"] == [None]
    assert {path.name for path in (trial / "linked").iterdir()} == set(reference_words.FILES)


def test_check_writes_nothing(trial):
    before = sorted(trial.iterdir())
    assert CliRunner().invoke(app, commands()[0].split()).exit_code == 0
    assert sorted(trial.iterdir()) == before
