"""The fictional borough's ground: areas fill it, everything lies where it is said to, and true risk is as declared."""

import csv
import dataclasses

import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely

from insighthub.places.areas import read_areas
from insighthub.places.denominators import read_population
from insighthub.places.deprivation import read_deprivation
from insighthub.places.locate import area_of, read_postcodes, read_uprns
from insighthub.places.neighbours import contiguity
from insighthub.places.premises import read_premises
from insighthub.synthetic import calibration as cal
from insighthub.synthetic.geography import risk_by_area, write_geography
from insighthub.synthetic.ground import build_ground
from insighthub.synthetic.population import MALE, TODAY
from insighthub.synthetic.risk import exposures, residents
from insighthub.synthetic.world import build_world, stream

SEED, RESIDENTS, AREAS = 4, 15_000, 40


@pytest.fixture(scope="module")
def world():
    return build_world(RESIDENTS, SEED)


@pytest.fixture(scope="module")
def made(world, tmp_path_factory):
    return write_geography(world, tmp_path_factory.mktemp("places"), SEED, areas=AREAS)


@pytest.fixture(scope="module")
def areas(made):
    return read_areas(made.folder / "areas.geojson")


def rows(path):
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_areas_fill_the_borough_without_gap_or_overlap(made, areas):
    shapes = made.ground.areas.shapes
    assert len(areas) == AREAS
    assert shapely.is_valid(shapes).all()
    assert set(shapely.get_type_id(shapes)) == {shapely.GeometryType.POLYGON}
    whole = shapely.union_all(shapes)
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    assert whole.area == pytest.approx(shapely.area(shapes).sum(), abs=0.01)
    assert areas.codes == made.ground.areas.codes
    assert all(code.startswith("F01") for code in areas.codes)  # no country's begin with F


def test_areas_next_to_each_other_in_the_line_are_neighbours(areas):
    queen = contiguity(areas, standardised=False)
    assert all(queen[k, k + 1] for k in range(AREAS - 1))
    assert 4 < queen.sum() / AREAS < 8


def test_the_borough_lies_in_the_sea(made):
    west, south, east, north = shapely.total_bounds(made.ground.areas.shapes)
    assert west > 640_000  # the east of Lincolnshire ends at 557,000, and Norfolk lies south of 346,000
    assert east < 700_000
    assert south > 380_000
    assert north < 420_000


def test_postcodes_and_dwellings_lie_in_their_areas(world, made, areas):
    postcodes, uprns = read_postcodes(made.folder / "postcodes.csv"), read_uprns(made.folder / "uprns.csv")
    said = [row["area"] for row in rows(made.folder / "postcodes.csv")]
    order = np.argsort(np.array(world.places.postcodes))
    found = area_of(areas, postcodes.easting, postcodes.northing)
    assert [areas.codes[k] for k in found] == [said[k] for k in order]
    assert np.array_equal(
        area_of(areas, uprns.easting, uprns.northing), made.ground.area_of_postcode[world.places.postcode]
    )
    assert len(uprns) == len(world.places)


def test_the_register_is_placed_and_says_who_is_beyond(made, areas):
    postcodes = read_postcodes(made.folder / "postcodes.csv")
    premises, quarantined = read_premises(made.folder / "premises.csv", postcodes)
    assert quarantined.num_rows == 0
    assert np.array_equal(premises.easting, made.venues.place[:, 0])
    inside = area_of(areas, premises.easting, premises.northing) >= 0
    assert np.array_equal(inside, made.venues.postcode >= 0)
    assert set(premises.kinds) == {*cal.VENUES, "hostel"}
    here = premises.take(inside).open_on(cal.REFERENCE_DATE)
    for kind, venue in cal.VENUES.items():
        assert len(here.of_kind(kind)) == max(1, round(RESIDENTS / venue.residents_each))
    assert len(premises.take(inside)) > len(here)  # some have closed
    assert not inside.all()


def test_the_official_estimate_misses_some_and_never_more_than_there_are(world, made):
    true = read_population(made.folder / "truth" / "population.csv")
    said = read_population(made.folder / "population.csv")
    assert true.counts.sum() == len(residents(world)) == RESIDENTS
    assert (said.areas, said.sexes, said.ages) == (true.areas, true.sexes, true.ages)
    assert (said.counts <= true.counts).all()
    missed = 1 - said.counts.sum(axis=0) / np.maximum(true.counts.sum(axis=0), 1)
    men, women = (missed[said.sexes.index(s), 20:35].mean() for s in ("male", "female"))
    old = missed[:, 50:75].mean()
    assert men > women > old
    assert 0.01 < 1 - said.counts.sum() / true.counts.sum() < 0.08


def test_the_true_risk_is_what_is_declared(world, made):
    risk = made.risk
    people, day = world.people, TODAY
    assert (world.age(risk.person) >= 18).all()
    assert len(risk.person) == (world.age(residents(world)) >= 18).sum()
    for k in (0, len(risk.person) // 2, len(risk.person) - 1):
        person = risk.person[k]
        place = made.ground.dwelling[world.dwelling_at(np.array([person]), np.array([day]))[0]]
        exposure = 0.0
        for kind, at, opened, closed in zip(
            made.venues.kind, made.venues.place, made.venues.opened, made.venues.closed, strict=True
        ):
            if kind in cal.VENUES and opened <= day < closed:
                metres = np.hypot(*(at - place))
                exposure += cal.VENUES[kind].gambling * np.exp(-metres / cal.RISK_METRES)
        age = (day - people.born[person]) / 365.25
        log_odds = cal.RISK["base"] + cal.RISK["exposure"] * exposure
        log_odds += cal.RISK["male"] * (people.sex[person] == MALE)
        log_odds += cal.RISK["under_35"] * (age < 35) + cal.RISK["over_65"] * (age >= 65)
        log_odds += cal.RISK["hardship"] * world.households.hardship[people.household[person]]
        assert risk.exposure[k] == pytest.approx(exposure)
        assert risk.probability[k] == pytest.approx(1 / (1 + np.exp(-log_odds)))


def test_the_truth_of_areas_adds_up_that_of_residents(made):
    by_resident = pq.read_table(made.folder / "truth" / "resident_risk.parquet")
    by_area = rows(made.folder / "truth" / "true_risk.csv")
    area = np.array(by_resident["area"].to_pylist())
    probability = by_resident["probability"].to_numpy()
    assert [row["area"] for row in by_area] == list(made.ground.areas.codes)
    for row in by_area:
        mine = probability[area == row["area"]]
        assert int(row["adults"]) == len(mine)
        assert float(row["expected_harmed"]) == pytest.approx(mine.sum(), abs=1e-5)
        assert float(row["rate"]) == pytest.approx(mine.mean(), abs=1e-7)
    rates = [float(row["rate"]) for row in by_area]
    assert max(rates) > 1.8 * min(rates)  # there is something to find


def test_premises_that_closed_expose_nobody(made):
    place, weight = made.venues.open_gambling(TODAY)
    before, _ = made.venues.open_gambling(TODAY - 2_000)
    assert len(place) == len(weight) != len(before)
    moved = dataclasses.replace(made.venues, closed=np.full(len(made.venues), TODAY, np.int32))
    none, nothing = moved.open_gambling(TODAY)
    assert exposures(made.ground.dwelling[:5], none, nothing).tolist() == [0] * 5


def test_deprivation_is_near_to_hardship_and_is_not_the_risk(made):
    found = read_deprivation(made.folder / "deprivation.csv")
    assert found["area"].to_pylist() == list(made.ground.areas.codes)
    score = found["score"].to_numpy()
    risk = np.array(risk_by_area(made.ground, made.risk)["rate"])
    together = np.corrcoef(np.argsort(np.argsort(score)), np.argsort(np.argsort(risk)))[0, 1]
    assert 0.1 < together < 0.95
    assert score.std() > 0


def test_one_seed_gives_one_borough_and_another_another(world, made, tmp_path):
    again = write_geography(world, tmp_path / "again", SEED, areas=AREAS)
    other = write_geography(world, tmp_path / "other", SEED + 1, areas=AREAS)
    files = sorted(p.relative_to(made.folder) for p in made.folder.rglob("*") if p.is_file())
    assert len(files) == 9
    assert all((made.folder / f).read_bytes() == (again.folder / f).read_bytes() for f in files)
    assert any((made.folder / f).read_bytes() != (other.folder / f).read_bytes() for f in files)


def test_without_a_number_areas_are_the_boroughs_own(world):
    ground = build_ground(stream(1, "ground"), world.places)
    assert abs(len(ground.areas) - (world.places.area.max() + 1)) <= 1
    first = np.searchsorted(world.places.postcode, np.arange(len(ground.postcode)))
    same = ground.area_of_postcode == world.places.area[first]
    assert same.mean() > 0.9


def test_very_many_small_areas_are_taken_together(world, monkeypatch):
    monkeypatch.setattr(cal, "GROUND_MOST_AREAS", 3)
    assert len(build_ground(stream(1, "ground"), world.places).areas) <= 3


def test_there_are_no_more_areas_than_postcodes(world):
    with pytest.raises(ValueError, match="postcodes"):
        build_ground(stream(1, "ground"), world.places, 100_000)
