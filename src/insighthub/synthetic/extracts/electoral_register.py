"""The electoral register: adults by address, with a date of birth for attainers only.

Takes the world, gives the extract as Xpress exports it. Movers are often on it twice for a while, at the old and the
new address; anonymous electors have a number and no name; its last line is cut off where the export stopped.
"""

from __future__ import annotations

import numpy as np

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.entries import Clerk, resident_or_lately
from insighthub.synthetic.extract import Extract, references
from insighthub.synthetic.population import YEAR, Days, Index, World
from insighthub.synthetic.writing import blank

_SHARES = cal.SHARES["electoral_register"]


def electoral_register(world: World, clerk: Clerk) -> Extract:
    """Return the extract, with who is behind each entry."""
    rng, people = clerk.rng, world.people
    person = choose_electors(world, clerk)
    day = clerk.confirmed(person, oldest_years=4.0)
    # Movers whose old entry has not been taken off, beside the new one.
    was_at, is_at = world.dwelling_at(person, day), world.dwelling_at(person, np.full(len(person), world.today))
    moved = (was_at != is_at) & (people.left[person] > world.today)
    both = moved & (rng.random(len(person)) < _SHARES["old_entry_left_on"])
    person = np.r_[person, person[both]]
    day = np.r_[day, np.full(int(both.sum()), world.today - 60, np.int32)].astype(np.int32)
    return write_electors(world, clerk, person, day, some_anonymous=True)


def choose_electors(world: World, clerk: Clerk) -> Index:
    """Return who is on the register."""
    people = world.people
    age = world.age()
    hardship = world.households.hardship[people.household]
    rate = cal.COVERAGE["electoral_register"] + 0.10 * np.tanh((age - 40) / 15) - 0.04 * np.tanh(hardship)
    rate = rate - cal.OVERSEAS_NOT_ENTITLED_TO_VOTE * (people.community > 1) * (age > 18)
    here = resident_or_lately(world, 1.6, _SHARES["leavers_left_on"], clerk.rng)
    return clerk.sample(here & (age >= 16.4), rate)


def write_electors(world: World, clerk: Clerk, person: Index, day: Days, *, some_anonymous: bool = False) -> Extract:
    """Write electors as the register knew them on a day. ``some_anonymous``: one of them at least."""
    rng, people = clerk.rng, world.people
    dwelling = world.dwelling_at(person, day)
    n = len(person)
    names = clerk.names(person, day)
    anonymous = rng.random(n) < _SHARES["anonymous"]
    if some_anonymous:
        anonymous[rng.integers(0, n)] = True
    lines = clerk.address_lines(dwelling, "block", short=0.1)
    births = blank(clerk.births(person, defaults=False), (world.today - people.born[person]) / YEAR >= 18)
    births = blank(births, anonymous)
    columns = {
        "elector_id": references(rng, n, "E{:07d}", 100_000),
        "elector_forename": blank(names.given, anonymous),
        "elector_middle_name": blank(names.middle, anonymous),
        "elector_surname": blank(names.family, anonymous),
        "elector_dob": births,
        "elector_marker": np.where(anonymous, "N", np.where(births != "", "Y", "")).astype(object),
        **{f"property_address_{k + 1}": blank(lines[k], anonymous) for k in range(4)},
        "property_post_code": blank(clerk.postcodes(dwelling), anonymous),
        "property_urn": blank(clerk.uprns(dwelling), anonymous),
    }
    extract = Extract("electoral_register", columns, ("elector_id",))
    rows = np.flatnonzero(~anonymous)
    extract.names(rows, person[rows], births=births, dwelling=dwelling[rows])
    return extract
