"""The page on declaring an index: its example is one, its program runs, and no setting is left out."""

import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pytest

from insighthub.area_index.definition import definition_schema, parse_definition
from insighthub.errors import InsightHubError

PAGE = (Path(__file__).parents[3] / "docs" / "how-to" / "declare-an-area-index.md").read_text(encoding="utf-8")


def block(language):
    (found,) = re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    return found


def test_the_example_is_an_index_and_its_program_runs(tmp_path, monkeypatch, capsys):
    rng = np.random.default_rng(1)
    households = rng.integers(400, 900, 30)
    table = pa.table(
        {
            "area": [f"E{1000006 + n:08d}" for n in range(30)],
            "overcrowding_count": rng.binomial(households, 0.2),
            "overcrowding_population": households,
            "connectivity": rng.normal(80, 10, 30),
            "arrears_count": rng.binomial(households, 0.1),
            "arrears_population": households,
            "disorder_count": rng.poisson(0.05 * households),
            "disorder_population": households,
        }
    )
    pyarrow.csv.write_csv(table, tmp_path / "areas.csv")
    (tmp_path / "pressure.toml").write_text(block("toml"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    exec(block("python"), {})
    assert "rank_low" in capsys.readouterr().out


def test_the_faulty_line_is_told_as_the_page_says():
    faulty = re.sub(r"lag = 1$", 'lag = "1"', block("toml"), count=1, flags=re.MULTILINE)
    with pytest.raises(InsightHubError) as caught:
        parse_definition(faulty, "pressure.toml")
    assert f"    {caught.value}\n" in PAGE


def test_every_setting_is_on_the_page():
    schema = definition_schema()
    for name, model in {**schema["$defs"], "index": schema}.items():
        for setting, what in model.get("properties", {}).items():
            assert f"`{setting}`" in PAGE, f"{name}.{setting}"
            for choice in what.get("enum", ()):
                assert f"`{choice}`" in PAGE, f"{name}.{setting} = {choice}"
