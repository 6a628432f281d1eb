"""How to explain a link, done as the page says."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from insighthub.cli import app

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "how-to" / "explain-a-link.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    """Return a folder in which the tutorial was done."""
    folder = tmp_path_factory.mktemp("how_to")
    (folder / "trial").mkdir()
    blocks = re.findall(r"```(?:csv|toml)\n(.*?)```", (DOCS / "tutorial.md").read_text(encoding="utf-8"), re.DOTALL)
    for name, block in zip(("tax.csv", "library.csv", "contract.toml"), blocks, strict=True):
        (folder / "trial" / name).write_text(block, encoding="utf-8")
    words = ("link", str(folder / "trial" / "contract.toml"), "--out", str(folder / "trial" / "linked"))
    assert CliRunner().invoke(app, words).exit_code == 0
    return folder


def test_every_command_of_the_page_works(trial, monkeypatch):
    monkeypatch.chdir(trial)
    lines = re.findall(r"^    insighthub (explain .+)$", PAGE, re.M)
    assert {word for line in lines for word in line.split() if word.startswith("--")} == {
        "--pair", "--record", "--cluster", "--out",
    }  # fmt: skip
    for line in lines:
        outcome = CliRunner().invoke(app, line.split())
        assert outcome.exit_code == 0, outcome.output
        assert "Written to" in outcome.output or "person" in outcome.output
    assert (trial / "why.html").stat().st_size > 10_000


def test_the_python_of_the_page_works(trial, monkeypatch, capsys):
    monkeypatch.chdir(trial)
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) == 2
    said = []
    for block in blocks:
        exec(compile(block, "explain-a-link.md", "exec"), {})
        said.append(capsys.readouterr().out)
    assert re.search(r"^[+-]\d+\.\d Before any evidence$", said[0], re.M)
    assert "Cluster c000" in said[0]
    assert "did not keep this pair" in said[1]
