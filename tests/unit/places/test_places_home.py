"""The files of places that a hub's settings name."""

import pytest

from insighthub.config import load_settings
from insighthub.errors import ContractError, DataError
from insighthub.measures.population import read_areas
from insighthub.places.home import HubPlaces
from insighthub.synthetic import generate
from insighthub.synthetic.borough_hub import PLACES, places_settings, write_hub


def test_the_fictional_boroughs_hub_has_its_places(tmp_path):
    borough = generate(tmp_path / "extracts", residents=500, seed=1, places=tmp_path / PLACES)
    write_hub(tmp_path, places_settings(borough.places.relative_to(tmp_path)))
    places = HubPlaces(tmp_path, load_settings(tmp_path).places)
    assert all(places.has(name) for name in ("areas", "postcodes", "uprns", "premises", "population"))
    assert len(places.areas) == 1
    assert places.population.areas == places.areas.codes
    assert len(places.uprns) > len(places.postcodes) > 5
    assert places.premises.quarantined.num_rows == 0
    assert "betting shop" in places.premises.premises.kinds
    look_up = read_areas(load_settings(tmp_path).measures.within(tmp_path).areas)
    assert look_up["kind"].unique().to_pylist() == ["small_area"]
    assert look_up.num_rows == len(places.postcodes)
    assert set(look_up["area"].to_pylist()) == set(places.areas.codes)


def test_without_settings_it_says_which_is_wanting(tmp_path):
    places = HubPlaces(tmp_path, load_settings(tmp_path).places)
    assert not places.has("areas")
    with pytest.raises(DataError, match=r"'places.areas'.*the hub has no areas.*Name their file"):
        places.areas  # noqa: B018 - reading it is the test


def test_a_setting_that_is_none_is_refused(tmp_path):
    (tmp_path / "insighthub.toml").write_text('[places]\nward = "wards.geojson"\n', encoding="utf-8")
    with pytest.raises(ContractError, match=r"places\.ward"):
        load_settings(tmp_path)


def test_the_code_of_an_area_may_be_set(tmp_path):
    from tests.unit.places.squares import on_grid, squares

    on_grid(tmp_path / "areas.geojson", squares(2, 2))
    text = '[places]\nareas = "areas.geojson"\narea_code = "LSOA21NM"\narea_name = "LSOA21CD"\n'
    (tmp_path / "insighthub.toml").write_text(text, encoding="utf-8")
    assert HubPlaces(tmp_path, load_settings(tmp_path).places).areas.codes[0] == "Area A1"
