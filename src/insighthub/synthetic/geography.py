"""Writes the geography of the fictional borough: areas, postcodes, UPRNs, premises, population, and the true risk.

Takes a world, a folder and a seed, gives the files that a council would have (``areas.geojson``, ``postcodes.csv``,
``uprns.csv``, ``premises.csv``, ``population.csv``, ``deprivation.csv``), and apart from them, in ``truth``, what
nobody would have: the true population and the true risk of harm from gambling, by area and by resident. The same
version, world and seed give the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from numpy.typing import NDArray

from insighthub.places.areas import write_areas
from insighthub.synthetic import calibration as cal
from insighthub.synthetic.geography_files import FILES
from insighthub.synthetic.ground import Ground, build_ground
from insighthub.synthetic.people_truth import entity_ids
from insighthub.synthetic.population import FEMALE, LONG_AGO, NEVER, World
from insighthub.synthetic.risk import OLDEST, TrueRisk, official_estimate, population, residents, true_risk
from insighthub.synthetic.venues import Venues, build_venues
from insighthub.synthetic.world import stream

TRUTH = "truth"
#: Kinds of which the register has an address and no coordinates, as licences have.
_BY_POSTCODE = ("betting shop", "adult gaming centre", "bingo")


@dataclass(frozen=True)
class Geography:
    """What was made, in memory; the files hold the same."""

    folder: Path
    ground: Ground
    venues: Venues
    risk: TrueRisk
    estimate: NDArray[np.int64]  # (areas, sexes, years of age): how many people official figures count


def write_geography(world: World, folder: Path, seed: int, *, areas: int | None = None) -> Geography:
    """Write the geography of a borough into a folder, which is created if need be.

    Args:
        world: the borough.
        folder: where; files of the same names are replaced.
        seed: of the random numbers; give that of the world.
        areas: how many areas; without it the borough's small areas, grouped where they are very many.

    Raises:
        ValueError: there are fewer postcodes than areas are asked for.
    """
    truth = folder / TRUTH
    truth.mkdir(parents=True, exist_ok=True)
    ground = build_ground(stream(seed, "ground"), world.places, areas)
    venues = build_venues(stream(seed, "venues"), world, ground)
    risk = true_risk(world, ground, venues)
    write_areas(folder / FILES["areas"], ground.areas)
    _write(folder / FILES["postcodes"], _postcodes(world, ground))
    _write(folder / FILES["uprns"], _uprns(world, ground))
    _write(folder / FILES["premises"], _premises(stream(seed, "register"), world, ground, venues))
    estimate = official_estimate(stream(seed, "official estimate"), world, ground)
    _write(folder / FILES["population"], _people(ground, estimate))
    _write(truth / "population.csv", _people(ground, population(world, ground)))
    _write(truth / "true_risk.csv", risk_by_area(ground, risk))
    pyarrow.parquet.write_table(_by_resident(world, ground, risk), truth / "resident_risk.parquet", compression="zstd")
    _write(folder / FILES["deprivation"], _deprivation(stream(seed, "deprivation"), world, ground))
    return Geography(folder, ground, venues, risk, estimate)


def risk_by_area(ground: Ground, risk: TrueRisk) -> dict[str, Sequence[object]]:
    """Return the true risk of each area: grown residents, how many are harmed of whom, and their mean exposure."""
    n = len(ground.areas)
    adults = np.bincount(risk.area, minlength=n)
    harmed = np.bincount(risk.area, risk.probability, n)
    exposure = np.bincount(risk.area, risk.exposure, n)
    people = np.maximum(adults, 1)
    return {
        "area": ground.areas.codes,
        "adults": adults.tolist(),
        "expected_harmed": np.round(harmed, 6).tolist(),
        "rate": np.round(harmed / people, 8).tolist(),
        "mean_exposure": np.round(exposure / people, 6).tolist(),
    }


def _deprivation(rng: np.random.Generator, world: World, ground: Ground) -> dict[str, Sequence[object]]:
    """Return how deprived an official index finds each area: the hardship of its residents, and much besides.

    An index of deprivation looks at more than hardship, and some years late: what it adds is drawn, as wide as
    ``calibration.DEPRIVATION_BESIDES`` of what areas differ by.
    """
    person = residents(world)
    dwelling = world.dwelling_at(person, np.full(len(person), world.today))
    area, n = ground.area_of_dwelling(world.places)[dwelling], len(ground.areas)
    hardship = np.bincount(area, world.households.hardship[world.people.household[person]], n)
    mean = hardship / np.maximum(np.bincount(area, minlength=n), 1)
    found = mean + cal.DEPRIVATION_BESIDES * max(float(mean.std()), 1e-9) * rng.standard_normal(n)
    score = np.round(20 + 12 * (found - found.mean()) / max(float(found.std()), 1e-9), 3).clip(min=0.5)
    worst_first = np.argsort(np.argsort(-score, kind="stable"), kind="stable") + 1
    return {"area": ground.areas.codes, "score": score.tolist(), "rank": worst_first.tolist()}


def _write(path: Path, columns: Mapping[str, Sequence[object]]) -> None:
    table = pa.table({name: pa.array(values) for name, values in columns.items()})
    options = pyarrow.csv.WriteOptions(quoting_style="needed")
    pyarrow.csv.write_csv(table, path, options)


def _postcodes(world: World, ground: Ground) -> dict[str, Sequence[object]]:
    easting, northing = ground.postcode.T
    codes = np.array(ground.areas.codes, object)[ground.area_of_postcode]
    return {
        "postcode": world.places.postcodes,
        "area": codes.tolist(),  # second, as in a look-up of areas for measures
        "easting": easting.tolist(),
        "northing": northing.tolist(),
    }


def _uprns(world: World, ground: Ground) -> dict[str, Sequence[object]]:
    easting, northing = ground.dwelling.T
    return {"uprn": world.places.uprn.tolist(), "easting": easting.tolist(), "northing": northing.tolist()}


def _premises(rng: np.random.Generator, world: World, ground: Ground, venues: Venues) -> dict[str, Sequence[object]]:
    places = world.places
    first = np.searchsorted(places.postcode, np.arange(len(ground.postcode)))
    within = venues.postcode >= 0
    at = first[np.where(within, venues.postcode, 0)]
    number = rng.integers(1, 160, len(venues)).tolist()
    street = [places.streets[k] for k in places.street[at].tolist()]
    town = [cal.TOWNS[k] for k in places.town[at].tolist()]
    here = within.tolist()
    by_postcode = within & np.isin(venues.kind.astype(str), _BY_POSTCODE)
    known = ~by_postcode
    easting, northing = venues.place.T
    return {
        "premises_id": [f"PR{k + 1:05d}" for k in range(len(venues))],
        "name": [
            f"{kind.capitalize()}, {s if inside else 'beyond the boundary'}"
            for kind, s, inside in zip(venues.kind, street, here, strict=True)
        ],
        "kind": venues.kind.tolist(),
        "address": [
            f"{k} {s}, {t}" if inside else "" for k, s, t, inside in zip(number, street, town, here, strict=True)
        ],
        "postcode": [places.postcodes[k] if k >= 0 else "" for k in venues.postcode.tolist()],
        "easting": pa.array(easting, mask=~known),
        "northing": pa.array(northing, mask=~known),
        "opened": _days(venues.opened, LONG_AGO),
        "closed": _days(venues.closed, NEVER),
        "capacity": pa.array(venues.capacity, mask=venues.capacity < 0),
    }


def _days(days: NDArray[np.int32], unknown: int) -> pa.Array:
    known = days != unknown
    return pa.array(np.where(known, days, 0).astype("datetime64[D]"), pa.date32(), mask=~known)


def _people(ground: Ground, counts: NDArray[np.int64]) -> dict[str, Sequence[object]]:
    """Return counts in long form, every area, sex and age among them."""
    area, sex, age = (each.ravel() for each in np.indices(counts.shape))
    years = [f"{OLDEST}+" if k == OLDEST else str(k) for k in range(OLDEST + 1)]
    return {
        "area": [ground.areas.codes[k] for k in area.tolist()],
        "sex": ["female" if k == FEMALE else "male" for k in sex.tolist()],
        "age": [years[k] for k in age.tolist()],
        "population": counts.ravel().tolist(),
    }


def _by_resident(world: World, ground: Ground, risk: TrueRisk) -> pa.Table:
    return pa.table(
        {
            "entity_id": entity_ids(risk.person),
            "uprn": [str(u) for u in world.places.uprn[risk.dwelling].tolist()],
            "area": [ground.areas.codes[k] for k in risk.area.tolist()],
            "exposure": risk.exposure,
            "probability": risk.probability,
        }
    )


__all__ = ["FILES", "TRUTH", "Geography", "risk_by_area", "write_geography"]
