"""The premises and services of the fictional borough, in it and just beyond its boundary.

Takes a world and its ground, gives a register: kind, place, and when each opened and closed. Gambling premises, lenders
and pawnbrokers stand in town centres and, beyond that, where deprivation is, as ``calibration.VENUES`` says; schools
stand everywhere; hostels are those that people of the world live in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from insighthub.places.libraries import spatial
from insighthub.synthetic import calibration as cal
from insighthub.synthetic.ground import Ground, Points
from insighthub.synthetic.population import HOSTEL, LONG_AGO, NEVER, YEAR, World

_CENTRE_METRES = 350.0
_FIRST_OPENED = 25.0  # years before the day of the world


@dataclass(frozen=True)
class Venues:
    """One row a premises. Beyond the boundary there is no postcode (-1)."""

    kind: NDArray[np.object_]
    place: Points
    postcode: NDArray[np.int32]
    opened: NDArray[np.int32]  # days since 1970; LONG_AGO where the register does not say
    closed: NDArray[np.int32]  # NEVER while open
    capacity: NDArray[np.int32]  # -1 where the register has none

    def __len__(self) -> int:
        return len(self.kind)

    def open_gambling(self, day: int) -> tuple[Points, NDArray[np.float64]]:
        """Return where gambling premises are open on a day, and how much each exposes who lives beside it."""
        weight = np.array([cal.VENUES[k].gambling if k in cal.VENUES else 0.0 for k in self.kind])
        which = (weight > 0) & (self.opened <= day) & (self.closed > day)
        return self.place[which], weight[which]


def build_venues(rng: np.random.Generator, world: World, ground: Ground) -> Venues:
    """Return the premises that are open on the world's day, and those that closed in the six years before it."""
    residents = int(((world.people.arrived <= world.today) & (world.people.left > world.today)).sum())
    pull = _pulls(world, ground)
    out_there = _just_beyond(ground)
    parts = [_hostels(world, ground)]
    for kind, venue in cal.VENUES.items():
        open_ = max(1, round(residents / venue.residents_each))
        closed = round(open_ * cal.VENUES_CLOSED)
        log_odds = venue.centre * pull[0] + venue.deprived * pull[1]
        odds = np.exp(log_odds - log_odds.max())
        postcode = rng.choice(len(odds), open_ + closed, p=odds / odds.sum()).astype(np.int32)
        beyond = round(open_ * cal.VENUES_BEYOND)
        place = np.r_[ground.postcode[postcode], out_there[rng.integers(0, len(out_there), beyond)]]
        n = len(place)
        shut = np.zeros(n, bool)
        shut[open_ : open_ + closed] = True
        closes = np.where(shut, world.today - rng.integers(1, int(6 * YEAR), n), NEVER)
        opens = np.where(shut, closes, world.today) - rng.integers(1, int(_FIRST_OPENED * YEAR), n)
        low, high = venue.capacity or (-1, -1)
        parts.append(
            Venues(
                np.full(n, kind, object),
                place,
                np.r_[postcode, np.full(beyond, -1, np.int32)],
                opens.astype(np.int32),
                closes.astype(np.int32),
                rng.integers(low, high + 1, n).astype(np.int32),
            )
        )
    return Venues(*(np.concatenate([getattr(p, name) for p in parts]) for name in Venues.__dataclass_fields__))


def _hostels(world: World, ground: Ground) -> Venues:
    homes = world.households
    dwelling = np.unique(homes.dwelling[(homes.kind == HOSTEL) & homes.current, 0])
    n = len(dwelling)
    return Venues(
        np.full(n, "hostel", object),
        ground.dwelling[dwelling],
        world.places.postcode[dwelling],
        np.full(n, LONG_AGO, np.int32),
        np.full(n, NEVER, np.int32),
        np.full(n, cal.HOSTEL_SIZE, np.int32),
    )


def _pulls(world: World, ground: Ground) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return, by postcode, how near a town's centre is (1 there, falling to 0) and how deprived its area is."""
    places = world.places
    first = np.searchsorted(places.postcode, np.arange(len(ground.postcode)))
    town = places.town[first]
    centres = []
    for each in np.unique(town).tolist():
        mine = ground.postcode[town == each]
        middle = mine.mean(axis=0)
        centres.append(mine[np.argmin(np.hypot(*(mine - middle).T))])
    away = spatial.cKDTree(np.array(centres)).query(ground.postcode)[0]
    return np.asarray(np.exp(-away / _CENTRE_METRES), np.float64), np.asarray(places.deprivation[first], np.float64)


def _just_beyond(ground: Ground) -> Points:
    away = spatial.cKDTree(ground.postcode).query(ground.beyond)[0]
    return np.asarray(ground.beyond[away <= cal.GROUND_BEYOND], np.float64)
