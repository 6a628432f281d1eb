"""Anti-social behaviour: who reported, who suffered, who was accused.

Takes the world, gives the case system's parties: neighbours with names as they were heard on the phone, roles that turn
round when the accused complains back, a few people who report without end, and "unknown male".
"""

from __future__ import annotations

import numpy as np

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.entries import Clerk
from insighthub.synthetic.extract import Extract, references
from insighthub.synthetic.population import CARE_HOME, World
from insighthub.synthetic.services import monthly_days
from insighthub.synthetic.writing import blank, dates, objects

_UNKNOWN = ("Unknown male", "Unknown", "Not known", "Unknown female", "N/K", "Group of youths")
_SHARES = cal.SHARES["antisocial_behaviour"]
_TYPES = (
    "Noise",
    "Rowdy or inconsiderate behaviour",
    "Fly-tipping",
    "Harassment",
    "Drug-related",
    "Vandalism",
    "Vehicle nuisance",
)


def antisocial_behaviour(world: World, clerk: Clerk) -> Extract:
    """Return the extract, with who is behind each party that has a name."""
    rng, people, households = clerk.rng, world.people, world.households
    age = world.age()
    adult = (age > 15) & (people.left > world.today) & (households.kind[people.household] < CARE_HOME)
    hardship = households.hardship[people.household]
    deprived = world.places.deprivation[households.dwelling[people.household, 0]]
    n_cases = int(adult.sum() * cal.COVERAGE["antisocial_behaviour"])
    who = np.flatnonzero(adult)
    # Who reports: everybody a little, a few a great deal. Who is accused: somebody of the same small area.
    eager = rng.pareto(1.6, len(who)) + 0.15
    reporter = rng.choice(who, n_cases, p=eager / eager.sum()).astype(np.int32)
    blame = np.exp(0.5 * hardship[who] + 0.3 * deprived[who] - 0.03 * np.maximum(age[who] - 25, 0))
    accused = _neighbours(world, rng, reporter, who, blame)
    day = monthly_days(rng, n_cases, trend=0.1, winter=-0.25, today=world.today).astype(np.int32)
    turned = (
        rng.random(n_cases) < _SHARES["turned_round"]
    )  # the accused complains back: a case with the roles turned round
    reporter, accused = np.r_[reporter, accused[turned]], np.r_[accused, reporter[turned]]
    day = np.r_[day, np.minimum(day[turned] + 20, world.today)]
    n_cases = len(reporter)
    victim = rng.random(n_cases) < 0.35
    person = np.r_[reporter, reporter[victim], accused].astype(np.int32)
    case = np.r_[np.arange(n_cases), np.flatnonzero(victim), np.arange(n_cases)]
    role = np.r_[np.full(n_cases, 0), np.full(int(victim.sum()), 1), np.full(n_cases, 2)]
    other = (role == 1) & (rng.random(len(role)) < 0.5)  # the victim is often the reporter, else somebody at home
    person[other] = _housemate(world, rng, person[other])
    order = np.lexsort((role, case))
    person, case, role = person[order], case[order], role[order]
    n = len(person)
    when = day[case]
    there = np.maximum(when, people.arrived[person] + 1).astype(np.int32)
    dwelling = world.dwelling_at(person, there)
    names = clerk.names(person, there)
    full = clerk.full_names(names)
    unknown = (role == 2) & (rng.random(n) < _SHARES["unknown_party"])
    full[unknown] = objects(list(_UNKNOWN))[rng.integers(0, len(_UNKNOWN), int(unknown.sum()))]
    confused = rng.random(n) < _SHARES["role_confused"]
    shown_role = np.where(confused, (role + 1) % 3, role)
    number = np.arange(n) - np.r_[0, np.cumsum(np.bincount(case))[:-1]][case] + 1
    no_address = unknown | ((role == 2) & (rng.random(n) < _SHARES["no_address"]))
    columns = {
        "case_ref": references(rng, n_cases, "ASB{:06d}", 100_000)[case],
        "party_no": objects([str(k) for k in number.tolist()]),
        "role": objects(["Reporter", "Victim", "Alleged perpetrator"])[shown_role],
        "name": full,
        "address": blank(clerk.one_line(dwelling, "flat_first"), no_address),
        "postcode": blank(clerk.postcodes(dwelling), no_address),
        "telephone": blank(clerk.mobiles(person, there), role == 2),
        "date": dates(when),
        "type": objects(list(_TYPES))[
            rng.choice(len(_TYPES), n_cases, p=[0.38, 0.22, 0.12, 0.1, 0.07, 0.06, 0.05])[case]
        ],
    }
    extract = Extract("antisocial_behaviour", columns, ("case_ref", "party_no"))
    held = ~unknown & ~no_address
    extract.names(np.flatnonzero(held), person[held], dwelling=dwelling[held])
    bare = ~unknown & no_address
    extract.names(np.flatnonzero(bare), person[bare])
    return extract


def _neighbours(
    world: World, rng: np.random.Generator, reporter: np.ndarray, who: np.ndarray, blame: np.ndarray
) -> np.ndarray:
    """Draw for each reporter somebody of the same small area and another household."""
    area_of = world.places.area[world.households.dwelling[world.people.household, 0]]
    out = np.empty(len(reporter), np.int32)
    order = np.argsort(area_of[who], kind="stable")
    sorted_who, cumulative = who[order], np.cumsum(blame[order])
    bounds = np.searchsorted(area_of[sorted_who], np.arange(int(area_of.max()) + 2))
    low = np.r_[0.0, cumulative][bounds[area_of[reporter]]]
    high = np.r_[0.0, cumulative][bounds[area_of[reporter] + 1]]
    at = np.searchsorted(cumulative, low + rng.random(len(reporter)) * (high - low), side="right")
    out[:] = sorted_who[np.minimum(at, len(sorted_who) - 1)]
    same = world.people.household[out] == world.people.household[reporter]
    out[same] = rng.choice(who, int(same.sum()))
    return out


def _housemate(world: World, rng: np.random.Generator, person: np.ndarray) -> np.ndarray:
    """Return somebody of the same household: its head, or its partner where the person is the head."""
    household = world.people.household[person]
    head, partner = world.head[household], world.partner[household]
    out = np.where(head == person, np.where(partner >= 0, partner, head), head)
    gone = world.people.left[out] <= world.today
    return np.where(gone | (rng.random(len(out)) < 0.1), person, out)
