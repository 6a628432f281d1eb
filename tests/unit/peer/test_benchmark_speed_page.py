"""The page on speed says what was measured, and says so where a run did not finish."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

PROJECT = Path(__file__).parents[3]
OURS = {
    "seconds": [30.0, 20.0, 24.0],
    "link_seconds": [10.0, 11.0, 12.0],
    "peak_bytes": [1_500_000_000],
    "stages": [{"standardise": 6.0, "block": 2.0}, {"standardise": 8.0, "block": 4.0}],
    "least": [{"stage": "block", "work": "9 pairs by 2 rules", "bytes": 72, "comparisons": 0, "seconds": 0.25}],
    "f1": 0.97654,
}
SPLINK = {
    "seconds": [120.0],
    "peak_bytes": [4_000_000_000],
    "f1": 0.81234,
    "link_ratios": [12.0],
    "file_ratios": [4.0],
}
FIGURES = {
    "machine": {"cores": 2, "python": "3.11.7"},
    "packages": {"insighthub": "1.2.3", "splink": "5.0.1", "duckdb": "2.0.0"},
    "sizes": [
        {"records": 1000, "ours": OURS, "splink": {"quick": SPLINK}},
        {
            "records": 10_000,
            "ours": OURS | {"seconds": [120.0]},
            "splink": {"quick": {"stopped": "not finished: out of memory"}},
        },
    ],
}


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("docs")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(PROJECT))
        from benchmarks import speed_page

        speed_page.write_page(FIGURES, folder)
    return folder


def cells(page):
    return [[c.strip() for c in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("|")]


def test_the_page_holds_medians_ratios_and_growth(written):
    page = (written / "speed.md").read_text(encoding="utf-8")
    rows = cells(page)
    assert ["1,000", "Insight Hub, link stage", "11.0", "", "", "", ""] in rows
    assert ["1,000", "Insight Hub, files to clusters", "24.0", "1.50", "0.9765", "", ""] in rows
    assert ["1,000", "Splink, quick training", "120.0", "4.00", "0.8123", "12.0", "4.0"] in rows
    assert ["10,000", "120.0", "10.0", "5.0"] in rows
    assert ["block", "3.00", "30%", "0.250", "9 pairs by 2 rules"] in rows
    assert ["standardise", "7.00", "70%", "", ""] in rows


def test_what_did_not_finish_is_said_in_the_table_and_in_the_drawing(written):
    assert [
        "10,000", "Splink, quick training", "not finished: out of memory", "", "", "", "",
    ] in cells((written / "speed.md").read_text(encoding="utf-8"))  # fmt: skip
    drawn = "".join(ElementTree.parse(written / "speed.svg").getroot().itertext())
    assert "not finished: out of memory" in drawn
    assert "24.0 s" in drawn
    assert "10,000 records: Insight Hub, files to clusters" in drawn


def test_sizes_that_were_run_before_are_kept_for_the_same_versions_alone(tmp_path):
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(PROJECT))
        from benchmarks import speed
    path = tmp_path / "figures.json"
    now = {"machine": {"cores": 2}, "packages": {"splink": "5.0.1"}, "seed": 1}
    assert speed.sizes_kept(None, now) == speed.sizes_kept(path, now) == {}
    path.write_text(json.dumps(now | {"sizes": [{"residents": 500, "records": 2000}]}), encoding="utf-8")
    assert speed.sizes_kept(path, now) == {500: {"residents": 500, "records": 2000}}
    assert speed.sizes_kept(path, now | {"packages": {"splink": "5.1.0"}}) == {}
