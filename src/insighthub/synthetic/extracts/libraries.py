"""Library membership: anybody who once joined, with a guardian for children.

Takes the world, gives the extract as a library system exports it: one name column, a parent's phone for every child,
nicknames, members who moved away years ago, and no borrowing history, which must never leave the library.
"""

from __future__ import annotations

import numpy as np

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.entries import Clerk, NameColumns, resident_or_lately
from insighthub.synthetic.extract import Extract, references
from insighthub.synthetic.population import YEAR, Days, Index, World
from insighthub.synthetic.writing import Text, blank, dates, objects

_SHARES = cal.SHARES["libraries"]


def libraries(world: World, clerk: Clerk) -> Extract:
    """Return the extract, with who is behind each borrower and each guardian."""
    person = choose_members(world, clerk)
    return write_members(world, clerk, person, clerk.confirmed(person, oldest_years=9.0))


def choose_members(world: World, clerk: Clerk) -> Index:
    """Return who has a card."""
    here = resident_or_lately(world, 5.0, _SHARES["lapsed_kept"], clerk.rng)
    age = world.age()
    rate = np.where(age < 16, cal.COVERAGE["libraries_child"], cal.COVERAGE["libraries_adult"])
    rate = rate * np.where((age > 16) & (age < 26), 1.25, 1.0)
    return clerk.sample(here & (age > 1.0), rate)


def write_members(world: World, clerk: Clerk, person: Index, day: Days) -> Extract:
    """Write members as the library knew them on a day."""
    rng, people, n = clerk.rng, world.people, len(person)
    dwelling = world.dwelling_at(person, day)
    names = clerk.names(person, day)
    births = clerk.births(person, "%d/%m/%Y")
    junior = (day - people.born[person]) / YEAR < 16
    births = blank(births, ~junior & (rng.random(n) < 0.15))
    guardian = np.where(junior, world.contacts.carer[person], -1)
    of_age = np.where(guardian >= 0, (day - people.born[np.maximum(guardian, 0)]) / YEAR > 16, False)
    guardian = np.where(of_age & (rng.random(n) < _SHARES["guardian_named"]), guardian, -1)
    guardian_names = clerk.full_names(clerk.names(np.maximum(guardian, 0), day), titles=False)
    joined = np.minimum(day - rng.integers(0, 900, n), world.today - 10)
    joined = np.maximum(joined, people.arrived[person] + 1)
    numbers = clerk.mobiles(person, day)
    line = clerk.landlines(person)
    phone = np.where((numbers == "") | (rng.random(n) < 0.12), line, numbers).astype(object)
    columns = {
        "borrower_number": references(rng, n, "2400{:08d}", 10_000_000),
        "name": _one_column(rng, names),
        "guardian": blank(guardian_names, guardian < 0),
        "date_of_birth": births,
        "address": clerk.one_line(dwelling, "letter"),
        "postcode": clerk.postcodes(dwelling),
        "phone": phone,
        "email": clerk.emails(person, day),
        "joined": dates(joined),
        "expires": dates(np.maximum(day, joined) + 365 * rng.integers(1, 4, n)),
    }
    extract = Extract("libraries", columns, ("borrower_number",))
    rows = np.arange(n)
    extract.names(rows, person, births=births, dwelling=dwelling)
    extract.names(rows[guardian >= 0], guardian[guardian >= 0], place=2)
    return extract


def _one_column(rng: np.random.Generator, names: NameColumns) -> Text:
    """Write names in one column: "Jones, Tom" or "Tom Jones"."""
    comma = rng.random(len(names.given)) < _SHARES["family_name_first_with_comma"]
    rows = zip(comma.tolist(), names.given, names.family, strict=True)
    return objects([f"{f}, {g}" if c else f"{g} {f}" for c, g, f in rows])
