"""What the page on places tells to type is typed."""

import re
from pathlib import Path

import numpy as np
import pytest

from insighthub.synthetic import generate
from insighthub.synthetic.borough_hub import PLACES, places_settings, write_hub

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "give-the-hub-its-places.md"


@pytest.fixture
def blocks():
    return re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def test_the_page_shows_a_hubs_places(blocks, tmp_path, monkeypatch, capsys):
    home = tmp_path / "demo-hub"
    generate(home / "extracts", residents=500, seed=1, places=home / PLACES)
    write_hub(home, places_settings(Path(PLACES)))
    monkeypatch.chdir(tmp_path)
    known = {}
    exec(blocks[0], known)
    said = capsys.readouterr().out.splitlines()
    people = int(known["places"].population.counts.sum())
    assert said[0] == f"1 areas with {people} people"
    assert 400 < people < 500
    assert said[1:3] == ["0 postcodes in none of them", "0 premises that could not be placed"]
    assert 0 < int(said[3].split()[0]) <= len(known["places"].postcodes)


def test_the_page_writes_a_look_up(blocks, tmp_path):
    generate(tmp_path / "extracts", residents=500, seed=1, places=tmp_path / PLACES)
    write_hub(tmp_path, places_settings(Path(PLACES)))
    known = {}
    exec(blocks[1], known)
    written = known["look_up"](tmp_path, tmp_path / "lsoa.csv")
    given = (tmp_path / PLACES / "postcodes.csv").read_text(encoding="utf-8").count("\n") - 1
    assert written == given > 5


def test_the_page_tells_figures_of_other_areas(blocks, tmp_path):
    generate(tmp_path / "extracts", residents=500, seed=1, places=tmp_path / PLACES)
    known = {}
    exec(blocks[2], known)
    areas, postcodes = tmp_path / PLACES / "areas.geojson", tmp_path / PLACES / "postcodes.csv"
    assert np.array_equal(known["in_new_areas"](areas, areas, postcodes, [7]), [7])
