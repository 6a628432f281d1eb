"""The worked example of the documentation is what its command gives on the open data."""

import csv
import os
from pathlib import Path

import pytest

pytestmark = pytest.mark.real
ROOT = Path(__file__).parents[2]


def folder():
    return Path(os.environ.get("INSIGHTHUB_REAL_DATA", ROOT.parent / "shared" / "data")) / "geo"


@pytest.fixture(scope="module")
def made():
    data = folder()
    if not data.is_dir() and not os.environ.get("CI"):
        pytest.skip("public data not found")
    assert data.is_dir(), "the public data must be there in CI"
    from insighthub.area_index.definition import read_definition
    from scripts import barking_and_dagenham as example

    ground, index = example.read_ground(data), read_definition(example.INDEX)
    table = example.indicators(data, ground)
    return example, ground, table, *example.page(data, ground, index, table)


def test_the_page_and_its_map_are_what_the_command_writes(made):
    example, _, _, text, svg, _ = made
    before, after = example.MARKERS.around(example.PAGE)
    page = example.PAGE.read_text(encoding="utf-8")
    written = page[len(before) + len(example.MARKERS.begin) : len(page) - len(after) - len(example.MARKERS.end)]
    assert written.strip() == text.strip()
    assert example.MAP.read_text(encoding="utf-8") == svg


def test_it_rests_on_all_areas_and_shops_of_the_borough(made):
    _, ground, table, _, svg, worst = made
    assert (len(ground.areas), len(ground.shops), worst.num_rows) == (115, 40, 115)
    assert all(table[name].null_count == 0 for name in table.column_names)
    assert svg.count("<title>betting shop: ") == 40
    with (folder() / "bd_population20_lsoa11.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    adults = sum(
        float(row[age]) for row in rows for age in row if age.rstrip("+").isdigit() and int(age.rstrip("+")) >= 18
    )
    assert abs(sum(table["young_adults_population"].to_pylist()) - adults) <= 115 / 2  # rounded in each area


def test_every_interval_holds_what_a_reader_is_told(made):
    *_, worst = made
    for row in worst.to_pylist():
        assert 1 <= row["rank_low"] <= row["rank_median"] <= row["rank_high"] <= 115
