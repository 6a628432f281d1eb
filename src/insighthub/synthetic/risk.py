"""The true risk of harm from gambling in the fictional borough, which an index of risk can be held against.

Takes a world, its ground and its premises, gives for each grown resident the true probability of harm: log odds that
add up sex, age, the hardship of the household and the exposure to gambling premises, as ``calibration.RISK`` says.
Exposure is a sum over premises that are open, falling with distance by a factor of e every ``RISK_METRES``. These are
no estimates of real effects. The official estimate of the population, which misses some groups, is made here too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.ground import Ground, Points
from insighthub.synthetic.population import MALE, YEAR, World
from insighthub.synthetic.venues import Venues

GROWN = 18
OLDEST = 90  # years; the official figures do not tell older people apart
_AT_ONCE = 50_000  # dwellings whose distances are in memory


@dataclass(frozen=True)
class TrueRisk:
    """One row a grown resident who lives in the borough on its day."""

    person: NDArray[np.int64]
    dwelling: NDArray[np.int32]
    area: NDArray[np.int32]
    exposure: NDArray[np.float64]
    probability: NDArray[np.float64]


def residents(world: World) -> NDArray[np.int64]:
    """Return the people who live in the borough on its day."""
    people, day = world.people, world.today
    return np.flatnonzero((people.born <= day) & (people.arrived <= day) & (people.left > day) & (people.died > day))


def true_risk(world: World, ground: Ground, venues: Venues) -> TrueRisk:
    """Return the true probability of harm of each grown resident."""
    person = residents(world)
    person = person[world.age(person) >= GROWN]
    dwelling = world.dwelling_at(person, np.full(len(person), world.today))
    exposure = exposures(ground.dwelling, *venues.open_gambling(world.today))[dwelling]
    age = world.age(person)
    risk = cal.RISK
    log_odds = (
        risk["base"]
        + risk["male"] * (world.people.sex[person] == MALE)
        + risk["under_35"] * (age < 35)
        + risk["over_65"] * (age >= 65)
        + risk["hardship"] * world.households.hardship[world.people.household[person]]
        + risk["exposure"] * exposure
    )
    area = ground.area_of_dwelling(world.places)[dwelling]
    return TrueRisk(person, dwelling, area, exposure, 1 / (1 + np.exp(-log_odds)))


def exposures(points: Points, premises: Points, weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how exposed each point is to premises: the sum of weight times exp(-metres / ``RISK_METRES``)."""
    out = np.zeros(len(points))
    for start in range(0, len(points), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        metres = np.hypot(*(points[part, None, :] - premises[None, :, :]).transpose(2, 0, 1))
        out[part] = np.exp(-metres / cal.RISK_METRES) @ weight
    return out


def population(world: World, ground: Ground) -> NDArray[np.int64]:
    """Return the true counts of residents: (areas, sexes, years of age up to ``OLDEST``)."""
    return _counted(world, ground, np.ones(len(residents(world)), bool))


def official_estimate(rng: np.random.Generator, world: World, ground: Ground) -> NDArray[np.int64]:
    """Return the counts that official figures would have, without those whom ``calibration.UNDERCOUNT`` misses."""
    person = residents(world)
    age, man = world.age(person), world.people.sex[person] == MALE
    missed, young = cal.UNDERCOUNT, (age >= 20) & (age < 35)
    chance = np.select(
        [young & man, young, age < 5],
        [missed["men_20_to_34"], missed["women_20_to_34"], missed["under_5"]],
        missed["rest"],
    )
    came = world.people.arrived[person]
    new = (came > world.today - 2 * YEAR) & (came > world.people.born[person])  # who was born here did not come
    chance = 1 - (1 - chance) * (1 - missed["came_within_two_years"] * new)
    return _counted(world, ground, rng.random(len(person)) >= chance)


def _counted(world: World, ground: Ground, which: NDArray[np.bool_]) -> NDArray[np.int64]:
    person = residents(world)[which]
    dwelling = world.dwelling_at(person, np.full(len(person), world.today))
    area = ground.area_of_dwelling(world.places)[dwelling]
    year = np.minimum(world.age(person), OLDEST).astype(np.int64)
    out = np.zeros((len(ground.areas), 2, OLDEST + 1), np.int64)
    np.add.at(out, (area, world.people.sex[person], year), 1)
    return out
