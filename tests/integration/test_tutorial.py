"""The tutorial, done as it says."""

import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from insighthub.cli import app
from insighthub.hub import Hub
from insighthub.runs.begin import Asked
from insighthub.synthetic.borough import generate
from insighthub.synthetic.borough_hub import DAY, write_hub
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


def test_the_tutorial_looks_at_the_index_as_it_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    home = Path("demo-hub")
    generate(home / "extracts", residents=500, seed=1)
    write_hub(home)
    with Hub(home) as hub:
        hub.run(Asked(as_of=DAY))
        found = hub.residents.find("smith", "customer_services")
    of_index = [line for line in commands() if "demo-hub" in line]
    assert [line.split()[0] for line in of_index] == ["find", "picture", "picture", "corrections", "quality"]
    for line in of_index:
        words = [found[0].resident_id if word == "ID" else word for word in line.split()]
        outcome = CliRunner().invoke(app, words)
        assert outcome.exit_code == 0, outcome.output


def test_the_tutorial_links_files_as_it_is_written(trial):
    assert [line.split()[0] for line in commands() if "demo-hub" not in line] == ["check", "link"]
    for line in commands():
        if "demo-hub" in line:
            continue
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
    assert CliRunner().invoke(app, next(line for line in commands() if line.startswith("check")).split()).exit_code == 0
    assert sorted(trial.iterdir()) == before
