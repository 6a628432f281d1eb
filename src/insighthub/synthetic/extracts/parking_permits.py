"""Parking permits: one row a permit, renewed year after year, businesses among the people.

Takes the world, gives the extract of the permit system: a title and a run date above the header, business names in the
surname column, UPRNs that went through a spreadsheet.
"""

from __future__ import annotations

import numpy as np

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.entries import Clerk
from insighthub.synthetic.extract import Extract, references
from insighthub.synthetic.population import CARE_HOME, Days, Index, World
from insighthub.synthetic.writing import blank, dates, objects

_KEPT_YEARS = 5
_SHARES = cal.SHARES["parking_permits"]
_BUSINESSES = (
    "Bright Carpets Ltd", "Eastmarsh Dental Surgery", "Kwik Tiles Limited", "Rippleham Motors", "Golden Wok Takeaway",
    "A1 Plumbing & Heating Ltd", "St Marks Church", "Laurent Patisserie Ltd", "Sunshine Nursery", "Trent Builders Ltd",
    "Chadbrook Pharmacy", "Halal Meat Centre", "Northgate Solicitors LLP", "Care 4 U Ltd",
)  # fmt: skip
_TYPES = ("Resident", "Visitor", "Carer", "Business")


def parking_permits(world: World, clerk: Clerk) -> Extract:
    """Return the extract, with who is behind each permit."""
    rng, people = clerk.rng, world.people
    applicant = choose_applicants(world, clerk)
    last = np.minimum(people.left[applicant], world.today)
    first = np.maximum(people.arrived[applicant], world.today - _KEPT_YEARS * 365)
    begin = first + (rng.random(len(applicant)) ** 1.5 * (last - first)).astype(np.int64)
    renewals = np.minimum(1 + (last - begin) // 365, 1 + rng.poisson(1.0, len(applicant)))
    person = np.repeat(applicant, renewals).astype(np.int32)
    nth = np.arange(len(person)) - np.repeat(np.cumsum(renewals) - renewals, renewals)
    start = (np.repeat(begin, renewals) + 365 * nth).astype(np.int32)
    n = len(person)
    # A renewal brings the old details over, unless the holder mended them.
    day = np.where(rng.random(n) < _SHARES["details_renewed"], start, np.repeat(begin, renewals)).astype(np.int32)
    return write_permits(world, clerk, person, day, start)


def choose_applicants(world: World, clerk: Clerk) -> Index:
    """Return who has a permit now, or had one in the years that are kept."""
    people, households = world.people, world.households
    age = world.age()
    drives = (age > 19) & (age < 88) & (households.kind[people.household] < CARE_HOME)
    keen = cal.COVERAGE["parking_permits"] * (1 - 0.25 * np.tanh(households.hardship[people.household]))
    return clerk.sample(drives & (people.left > world.today - _KEPT_YEARS * 365), keen)


def write_permits(world: World, clerk: Clerk, person: Index, day: Days, start: Days) -> Extract:
    """Write permits that begin on a day, with details as they were known on another."""
    rng, n = clerk.rng, len(person)
    dwelling = world.dwelling_at(person, day)
    names = clerk.names(person, day)
    births = clerk.births(person)
    business = np.flatnonzero(rng.random(n) < _SHARES["business"])
    named = np.ones(n, bool)
    named[business] = False
    given, family = names.given, names.family
    given[business] = ""
    family[business] = objects(list(_BUSINESSES))[rng.integers(0, len(_BUSINESSES), len(business))]
    births[business] = ""
    lines = clerk.address_lines(dwelling, "letter", short=0.6)
    kind = rng.choice(len(_TYPES), n, p=[0.72, 0.22, 0.05, 0.01])
    kind[business] = 3
    columns = {
        "permit_reference": references(rng, n, "PP{:07d}", 1_000_000),
        "permit_type": objects(list(_TYPES))[kind],
        "live_permit_flag": np.where(start + 365 > world.today, "Y", "N").astype(object),
        "forename_of_applicant": given,
        "surname_of_applicant": family,
        "date_of_birth_of_applicant": births,
        "email_address_of_applicant": clerk.emails(person, day),
        "phone_number_of_applicant": clerk.mobiles(person, day),
        "uprn": clerk.uprns(dwelling, scientific=_SHARES["scientific_uprn"]),
        "address_line_1": lines[0],
        "address_line_2": lines[1],
        "address_line_3": lines[2],
        "post_code": clerk.postcodes(dwelling),
        "start_date": dates(start),
        "end_date": dates(start + 364),
    }
    columns["email_address_of_applicant"] = blank(columns["email_address_of_applicant"], ~named)
    extract = Extract("parking_permits", columns, ("permit_reference",))
    rows = np.flatnonzero(named)
    extract.names(rows, person[rows], births=births, dwelling=dwelling[rows])
    return extract
