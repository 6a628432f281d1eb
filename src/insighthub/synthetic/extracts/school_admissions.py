"""School admissions: applications for a place, with the adult who applied.

Takes the world, gives the extract: a child with a date of birth, a contact without one, and address lines in any
order, as parents fill in a web form.
"""

from __future__ import annotations

import numpy as np

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.entries import Clerk
from insighthub.synthetic.extract import Extract, references
from insighthub.synthetic.population import TODAY, YEAR, Index, World
from insighthub.synthetic.writing import dates, objects

#: Ages at the start of September at which families apply, and the share who do.
_PHASES = ((4.0, 5.0, 1.0), (11.0, 12.0, 1.0), (5.0, 15.0, 0.05))
_ROUNDS = 6
_OPENS_BEFORE = 270  # days before the school year


def school_admissions(world: World, clerk: Clerk) -> Extract:
    """Return the extract, with the child and the contact behind each application."""
    rng, people = clerk.rng, world.people
    pieces: list[tuple[np.ndarray, np.ndarray]] = []
    for september in _rounds(world):
        age = (september - people.born) / YEAR
        applied = september - 230
        there = (people.arrived < applied - 10) & (people.left > applied + 10)
        for low, high, share in _PHASES:
            chosen = (
                there
                & (age >= low)
                & (age < high)
                & (rng.random(len(people)) < share * cal.COVERAGE["school_admissions"])
            )
            who = np.flatnonzero(chosen)
            pieces.append((who, applied + rng.integers(-40, 40, len(who))))
    person: Index = np.concatenate([p[0] for p in pieces]).astype(np.int32)
    day: Index = np.concatenate([p[1] for p in pieces]).astype(np.int32)
    contact = world.contacts.carer[person]
    asked = contact >= 0
    contact = contact[asked]
    person, day = np.asarray(person[asked], np.int32), np.asarray(day[asked], np.int32)
    n = len(person)
    lag = (rng.random(n) * clerk.habits.lag * 200).astype(np.int32)
    known = np.maximum(day - lag, people.arrived[person] + 1).astype(np.int32)
    dwelling = world.dwelling_at(contact, known)
    child = clerk.names(person, day)
    adult = clerk.names(contact, day)
    births = clerk.births(person)
    lines = clerk.address_lines(dwelling, "flat_first", short=0.5)
    first, second, third, town = _scrambled(rng, lines)
    columns = {
        "child_id": references(rng, n, "A{:06d}", 100_000),
        "child_forename": child.given,
        "child_surname": child.family,
        "child_date_of_birth": births,
        "title": adult.title,
        "contact_forename": adult.given,
        "contact_surname": adult.family,
        "first_line": first,
        "second_line": second,
        "third_line": third,
        "town": town,
        "postcode": clerk.postcodes(dwelling),
        "application_date": dates(day),
        "places_offered": objects(["1st preference", "2nd preference", "3rd preference", "None offered"])[
            rng.choice(4, n, p=[0.76, 0.13, 0.07, 0.04])
        ],
    }
    extract = Extract("school_admissions", columns, ("child_id",))
    rows = np.arange(n)
    extract.names(rows, person, births=births, dwelling=dwelling)
    extract.names(rows, contact, place=2, dwelling=dwelling)
    return extract


def _rounds(world: World) -> list[int]:
    """Return the first days of the school years for which families have applied by now, the latest first."""
    first = TODAY - 29  # 1 September before the borough's first extract
    begun = int((world.today - first + _OPENS_BEFORE) // YEAR)  # further rounds that have opened since
    return [first + round(k * YEAR) if k > 0 else first - int(-k * YEAR) for k in range(begun, begun - _ROUNDS, -1)]


def _scrambled(rng: np.random.Generator, lines: list[np.ndarray]) -> list[np.ndarray]:
    """Put a share of addresses into the form's boxes in another order, or run together in one."""
    out = [line.copy() for line in lines]
    how = rng.random(len(lines[0])) / cal.SHARES["school_admissions"]["scrambled_address"]
    for row in np.flatnonzero(how < 1):
        parts = [line[row] for line in lines if line[row]]
        if how[row] < 0.45:
            parts = [", ".join(parts)]
        elif how[row] < 0.72:
            parts = [parts[-1], *parts[:-1]] if parts else parts
        else:
            parts = ["", *parts][:4]
        parts += [""] * 4
        for k in range(4):
            out[k][row] = parts[k]
    return out
