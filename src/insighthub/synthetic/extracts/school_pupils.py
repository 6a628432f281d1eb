"""School pupils: three school censuses, delivered as three files in one folder.

Takes the world, gives the extract as SIMS or Arbor export it: temporary pupil numbers for newcomers, pupils on two
rolls, preferred beside legal surnames. A pupil who was there for all three is in all three.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import NDArray

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.contacts import temporary_upns
from insighthub.synthetic.entries import Clerk
from insighthub.synthetic.extract import Extract
from insighthub.synthetic.population import EPOCH, YEAR, Flags, Index, World
from insighthub.synthetic.writing import Text, blank, dates, objects

_SHARES = cal.SHARES["school_pupils"]
CENSUSES = (
    ("2025 autumn", dt.date(2025, 10, 2)),
    ("2026 spring", dt.date(2026, 1, 15)),
    ("2026 summer", dt.date(2026, 5, 21)),
)


def school_pupils(world: World, clerk: Clerk) -> Extract:
    """Return the extract, with who is behind each pupil's row; the column ``census`` says which file it is in."""
    rng, people = clerk.rng, world.people
    went = rng.random(len(people)) < cal.COVERAGE["school_pupils"]
    temporary = rng.random(len(people)) < _SHARES["temporary_upn"]
    pieces = []
    for label, date in CENSUSES:
        held = (date - EPOCH).days
        age = (held - people.born) / YEAR
        there = went & (age >= 4.1) & (age < 17.5) & (people.arrived < held - 10) & (people.left > held)
        there &= (age < 16.0) | (rng.random(len(people)) < 0.55)  # some leave school at 16
        person = np.flatnonzero(there).astype(np.int32)
        twice = person[rng.random(len(person)) < _SHARES["dual_roll"]]
        who = np.r_[person, twice]
        pieces.append(
            (who, np.full(len(who), held), np.r_[np.zeros(len(person), bool), np.ones(len(twice), bool)], label)
        )
    person = np.concatenate([p[0] for p in pieces]).astype(np.int32)
    when = np.concatenate([p[1] for p in pieces])
    second_roll = np.concatenate([p[2] for p in pieces])
    census = np.concatenate([np.full(len(p[0]), p[3], object) for p in pieces])
    return write_pupils(world, clerk, person, when, second_roll=second_roll, census=census, temporary=temporary[person])


def write_pupils(
    world: World,
    clerk: Clerk,
    person: Index,
    when: NDArray[np.integer],
    *,
    second_roll: Flags,
    census: Text,
    temporary: Flags,
) -> Extract:
    """Write pupils' rows of censuses held on days.

    second_roll: where the row is of a second school. census: the name of each row's census. temporary: whose number
    is, or was, a temporary one.
    """
    rng, people, n = clerk.rng, world.people, len(person)
    # The school asks once a year at most, so an address may be of the year before, in all censuses alike.
    lag = np.abs(rng.normal(0, clerk.habits.lag * YEAR, len(people)))[person]
    day = np.maximum(when - lag, people.arrived[person] + 3).astype(np.int32)
    dwelling = world.dwelling_at(person, day)
    # A school writes a pupil's name and date of birth once, and every census repeats it.
    pupil, nth = np.unique(person, return_inverse=True)
    names = clerk.names(pupil.astype(np.int32), np.full(len(pupil), world.today, np.int32), legal=True).rows(nth)
    upn, former = _pupil_numbers(world, clerk, person, when, temporary)
    births = clerk.births(pupil.astype(np.int32))[nth]
    mother = world.contacts.mother[person]
    prefers = (mother >= 0) & (rng.random(len(people)) < _SHARES["preferred_surname"])[person]
    preferred = names.family.copy()
    preferred[prefers] = world.texts[people.family[mother[prefers]]]
    school = _schools(world, person, when)
    lines = clerk.address_lines(dwelling, "block", short=0.35)
    hardship = world.households.hardship[people.household[person]]
    meals = rng.random(len(people))[person] < 1 / (1 + np.exp(-(-1.15 + 1.2 * hardship)))
    need = rng.random(len(people))[person]
    need = need + 0.03 * (people.sex[person] == 0) - 0.02 * hardship
    absent = rng.beta(1.2, 13.0, len(people))[person] * np.exp(0.25 * hardship)
    columns = {
        "census": census,
        "estab": objects([f"{399}{s:04d}" for s in np.where(second_roll, 7000 + school % 7, school).tolist()]),
        "UPN": upn,
        "former_UPN": former,
        "legal_surname": names.family,
        "preferred_surname": preferred,
        "forename": names.given,
        "middle_names": names.middle,
        "DOB": births,
        "sex": clerk.sexes(person),
        "address_1": lines[0],
        "address_2": lines[1],
        "address_3": lines[2],
        "town": lines[3],
        "postcode": clerk.postcodes(dwelling),
        "ethnicity": clerk.ethnicities(person),
        "enrolment": np.where(second_roll, "S", np.where(rng.random(n) < 0.006, "M", "C")).astype(object),
        "SEN": np.where(need < 0.045, "E", np.where(need < 0.185, "K", "N")).astype(object),
        "FSM": np.where(meals, "Y", "N").astype(object),
        "attendance": objects([f"{100 - min(a, 0.75) * 100:.1f}" for a in absent.tolist()]),
        "census_date": dates(when),
    }
    extract = Extract("school_pupils", columns, ("census", "estab", "UPN"))
    extract.names(np.arange(n), person, births=births, dwelling=dwelling)
    return extract


def _pupil_numbers(
    world: World, clerk: Clerk, person: np.ndarray, when: np.ndarray, temporary: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the UPN on the roll and the former one: newcomers have a temporary one in their first census."""
    upn = world.contacts.upn[person].copy()
    who = temporary
    unique, inverse = np.unique(person[who], return_inverse=True)
    given_for_now = temporary_upns(clerk.rng, len(unique))[inverse]
    first = when[who] < world.today - 300
    permanent = upn[who]
    former = np.full(len(person), "", object)
    former[who] = np.where(first, "", given_for_now)
    upn[who] = np.where(first, given_for_now, permanent)
    return upn, blank(former, clerk.rng.random(len(person)) < 0.1)


def _schools(world: World, person: np.ndarray, when: np.ndarray) -> np.ndarray:
    """Return a school for each pupil: brothers and sisters mostly go to one, primary to 11, secondary after."""
    people = world.people
    area = world.places.area[world.households.dwelling[people.household[person], 0]]
    secondary = (when - people.born[person]) / YEAR > 11.1
    return np.asarray(np.where(secondary, 4000 + area // 8, 2000 + area // 2 + people.household[person] % 2 * 500))
