import duckdb
import pytest

from insighthub.errors import MeasureError
from insighthub.governance.purposes import Purpose
from insighthub.population.build import build_population
from insighthub.population.declared import Declared
from insighthub.population.people_figures import people_figures
from insighthub.population.read import read_residents
from insighthub.population.settings import PopulationSettings
from tests.unit.population.conftest import DAY

POLICY = Purpose(name="policy", title="Statistics", basis="public task", sources=("*",))


def test_a_release_without_figures_says_how_to_have_them():
    with duckdb.connect() as db, pytest.raises(MeasureError, match="figures = true"):
        read_residents(db, POLICY)


def test_the_index_is_held_against_estimates_with_an_interval_and_what_is_not_told_is_empty(town, tmp_path):
    for born in ("2014-01-01", "1980-01-01"):
        town.people(60, born=born, sex="F")
        town.people(40, born=born, sex="M")
    file = tmp_path / "estimates.csv"
    file.write_text(
        "sex,age_from,age_to,population,lower,upper\nF,10,14,80,75,85\nM,10,14,40,30,50\nF,45,49,50,50,50\n", "utf-8"
    )
    build_population(town.db, Declared(), DAY, PopulationSettings(estimates=file, estimates_name="the census"))
    seen = read_residents(town.db, POLICY)
    figures = {each.key: each for each in people_figures(seen)}
    rows = {row[0]: row[1:] for row in figures["against-official-estimates"].table.rows}
    index, official, share, low, high = rows["Women and girls, under 15"]
    assert (index, official, share) == (60, 80, 0.75)
    assert low == pytest.approx(58 / 85)
    assert high == pytest.approx(62 / 75)
    assert rows["Women and girls, 65 and over"] == (None,) * 5
    assert "the census" in figures["pyramid"].summary
    told = {row[0]: row[1:3] for row in figures["pyramid"].table.rows}
    assert told["45 to 49"] == (60, 40)
    assert told["90 and over"] == (None, None)
