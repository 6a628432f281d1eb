"""Council housing: every party to every tenancy, now and before.

Takes the world, gives the extract as NEC Housing exports it: 1900-01-01 where a date of birth is not known, occupants
who moved out still there, "Flat 2" beside "2A", a totals row at the end, orientation and religion that must not be
mapped.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.entries import Clerk
from insighthub.synthetic.extract import Extract, references
from insighthub.synthetic.places import COUNCIL
from insighthub.synthetic.population import CARE_HOME, CHILD, NEVER, SPELLS, YEAR, Days, Index, World
from insighthub.synthetic.writing import blank, dates, money, objects

_SHARES = cal.SHARES["housing_rents"]


def housing_rents(world: World, clerk: Clerk) -> Extract:
    """Return the extract, with who is behind each party."""
    rng, households = clerk.rng, world.households
    household, dwelling, since, until = _tenancies(world)
    tenancy_of = np.full((len(households), SPELLS), -1, np.int64)
    pieces = []
    for spell in range(SPELLS):
        tenancy_of[:] = -1
        mine = np.flatnonzero(household[:, 1] == spell)
        tenancy_of[household[mine, 0], spell] = mine
        pieces.append(_parties(world, tenancy_of[:, spell], since, until, rng))
    person, tenancy = (np.concatenate(column) for column in zip(*pieces, strict=True))
    return write_parties(
        world,
        clerk,
        person,
        tenancy,
        household=household[:, 0],
        dwelling=dwelling,
        since=since,
        until=until,
    )


def write_parties(
    world: World,
    clerk: Clerk,
    person: Index,
    tenancy: NDArray[np.integer],
    *,
    household: NDArray[np.integer],
    dwelling: NDArray[np.integer],
    since: NDArray[np.integer],
    until: NDArray[np.integer],
    known: Days | None = None,
) -> Extract:
    """Write the parties to tenancies.

    person, tenancy: by party, who it is and to which tenancy. household, dwelling, since, until: by tenancy, whose it
    is, where, and its first and last day (NEVER if it runs). known: by party, the day whose details are written, where
    it is not to be drawn.
    """
    rng, people, households, n = clerk.rng, world.people, world.households, len(person)
    lived = dwelling[tenancy]
    end = np.minimum(until[tenancy], people.left[person])
    day = np.maximum(
        np.minimum(np.minimum(end, world.today), clerk.confirmed(person, oldest_years=15)), since[tenancy] + 1
    )
    day = day if known is None else known
    names = clerk.names(person, day.astype(np.int32))
    births = clerk.births(person, "%Y-%m-%d")
    initials = objects([(g[:1] + m[:1]) for g, m in zip(names.given, names.middle, strict=True)])
    lines = clerk.address_lines(lived, "flat_first", short=0.5, other_style=("letter", _SHARES["letter_addresses"]))
    tenancy_refs = references(rng, len(dwelling), "{:07d}/01", 300_000)
    hardship = households.hardship[household]
    owes = rng.random(len(dwelling)) < 1 / (1 + np.exp(-(-1.1 + 1.0 * hardship)))
    balance = np.where(owes, np.exp(rng.normal(5.7 + 0.3 * hardship, 0.9)), -rng.gamma(1.0, 40.0, len(dwelling)))
    gone = end < world.today
    no_end = gone & (rng.random(n) < _SHARES["end_date_missing"])  # former occupants whom nobody ended
    columns = {
        "lpar_refno": references(rng, n, "{:07d}", 4_000_000),
        "lpar_tcy_alt_ref": tenancy_refs[tenancy],
        "lpar_per_title": names.title,
        "lpar_per_surname": names.family,
        "lpar_per_forename": names.given,
        "lpar_per_other_name": names.middle,
        "lpar_per_initials": initials,
        "lpar_per_date_of_birth": births,
        "lpar_per_ni_no": clerk.identifiers(world.contacts.nino, person, missing=0.3),
        "lpar_phone": clerk.mobiles(person, day.astype(np.int32)),
        "lpar_address_1": lines[0],
        "lpar_address_2": lines[1],
        "lpar_address_3": lines[2],
        "lpar_post_code": clerk.postcodes(lived),
        "lpar_uprn": clerk.uprns(lived),
        "lpar_hop_start_date": dates(np.maximum(since[tenancy], people.joined[person]), "%Y-%m-%d"),
        "lpar_hop_end_date": blank(dates(np.where(end < NEVER, end, world.today), "%Y-%m-%d"), ~gone | no_end),
        "lpar_per_sexual_orientation": objects(["Not stated", "Heterosexual", "Prefer not to say", "Gay or lesbian"])[
            rng.choice(4, n, p=[0.62, 0.30, 0.06, 0.02])
        ],
        "lpar_per_religion": objects(["Not stated", "Christian", "Muslim", "No religion", "Other"])[
            rng.choice(5, n, p=[0.55, 0.19, 0.13, 0.11, 0.02])
        ],
        "lpar_balance": money(np.round(np.clip(balance, -900, 9000), 2)[tenancy]),
        "lpar_balance_date": dates(
            np.where(gone, np.minimum(end, world.today), world.today - rng.integers(0, 28, n)), "%Y-%m-%d"
        ),
    }
    extract = Extract("housing_rents", columns, ("lpar_refno",))
    extract.names(np.arange(n), person, births=births, dwelling=lived)
    return extract


def _tenancies(world: World) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return council tenancies: (household, spell), dwelling, start, end."""
    households, places = world.households, world.places
    pieces = []
    for spell in range(SPELLS):
        home = households.dwelling[:, spell]
        ended = households.until if spell == 0 else households.since[:, spell - 1]
        own = (
            (home >= 0)
            & (places.tenure[np.maximum(home, 0)] == COUNCIL)
            & (ended > world.today - _SHARES["years_former_tenancies_kept"] * YEAR)
        )
        own &= (ended > households.since[:, spell] + 20) & (households.kind < CARE_HOME)
        who = np.flatnonzero(own)
        pieces.append((np.c_[who, np.full(len(who), spell)], home[who], households.since[who, spell], ended[who]))
    a, b, c, d = (np.concatenate(column) for column in zip(*pieces, strict=True))
    return a, b, c, d


def _parties(
    world: World, tenancy_of: np.ndarray, since: np.ndarray, until: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return the people in these tenancies: those who lived there, and grown children who have left since."""
    people = world.people
    tenancy = tenancy_of[people.household]
    t = np.maximum(tenancy, 0)
    there = (tenancy >= 0) & (people.joined < np.minimum(until[t], world.today) - 10) & (people.left > since[t] + 10)
    baby = (people.role == CHILD) & ((world.today - people.born) / YEAR < 1.5)
    there &= ~(baby & (rng.random(len(people)) < 0.6))
    here = np.flatnonzero(there & (rng.random(len(people)) < _SHARES["occupants_recorded"]))
    left_from = np.where(people.origin >= 0, tenancy_of[np.maximum(people.origin, 0)], -1)
    moved_out = np.flatnonzero((left_from >= 0) & (people.joined > since[np.maximum(left_from, 0)] + 30))
    moved_out = moved_out[people.joined[moved_out] > world.today - _SHARES["years_former_tenancies_kept"] * YEAR]
    return np.r_[here, moved_out], np.r_[tenancy[here], left_from[moved_out]]
