"""Children's social care: every child referred, with unborn children and sealed adoptions among them.

Takes the world, gives the person table of the Standard Safeguarding Dataset joined to its referrals. An unborn child
is the mother's family name and an expected date; a sealed adoption is there under its old name. The contract keeps
both from being linked, so the truth does not name them.
"""

from __future__ import annotations

import numpy as np

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.entries import Clerk, resident, resident_or_lately
from insighthub.synthetic.extract import Extract, references
from insighthub.synthetic.population import FEMALE, HEAD, PARTNER, Days, Flags, Index, World
from insighthub.synthetic.services import likely, monthly_days
from insighthub.synthetic.writing import blank, dates, objects

_SHARES = cal.SHARES["childrens_social_care"]
_STATUSES = ("Early help", "Child in need", "Child protection plan", "Looked after", "Closed")


def childrens_social_care(world: World, clerk: Clerk) -> Extract:
    """Return the extract, with who is behind each child's record."""
    rng, people = clerk.rng, world.people
    age = world.age()
    hardship = world.households.hardship[people.household]
    person = choose_children(world, clerk)
    person = np.r_[person, person[rng.random(len(person)) < _SHARES["second_id"]]].astype(
        np.int32
    )  # referred again under a new id
    sealed = rng.random(len(person)) < _SHARES["sealed_adoption"]
    mothers = np.flatnonzero(
        resident(world) & (people.sex == FEMALE) & (age > 17) & (age < 42) & np.isin(people.role, (HEAD, PARTNER))
    )
    mothers = mothers[likely(rng, _SHARES["unborn"], 0.8, hardship[mothers])].astype(np.int32)
    everyone = np.r_[person, mothers].astype(np.int32)
    unborn = np.r_[np.zeros(len(person), bool), np.ones(len(mothers), bool)]
    sealed = np.r_[sealed, np.zeros(len(mothers), bool)]
    return write_children(
        world, clerk, everyone, clerk.confirmed(everyone, oldest_years=5), unborn=unborn, sealed=sealed
    )


def choose_children(world: World, clerk: Clerk) -> Index:
    """Return which children are known to the service."""
    hardship = world.households.hardship[world.people.household]
    child = resident_or_lately(world, 4.0, 0.8, clerk.rng) & (world.age() < 18.0)
    referred = likely(clerk.rng, cal.COVERAGE["childrens_social_care"], 0.75, hardship)
    return np.flatnonzero(child & referred).astype(np.int32)


def write_children(
    world: World, clerk: Clerk, everyone: Index, day: Days, *, unborn: Flags | None = None, sealed: Flags | None = None
) -> Extract:
    """Write children as they were known on a day; where ``unborn``, the child that this mother expects."""
    rng, people, n = clerk.rng, world.people, len(everyone)
    age = world.age()
    unborn = np.zeros(n, bool) if unborn is None else unborn
    sealed = np.zeros(n, bool) if sealed is None else sealed
    dwelling = world.dwelling_at(everyone, day)
    names = clerk.names(everyone, day)
    given = names.given
    given[unborn] = objects(["Unborn", "UNBORN", "Baby", "Unborn baby"])[rng.integers(0, 4, int(unborn.sum()))]
    births = blank(clerk.births(everyone), unborn)
    referred = np.maximum(monthly_days(rng, n, trend=0.15, winter=-0.05, today=world.today), people.born[everyone])
    referred = np.minimum(referred, np.minimum(people.left[everyone], world.today))
    status = rng.choice(len(_STATUSES), n, p=[0.28, 0.24, 0.07, 0.06, 0.35])
    columns = {
        "pers_person_id": references(rng, n, "{:06d}", 700_000),
        "pers_forename": given,
        "pers_surname": names.family,
        "pers_sex": np.where(unborn, "U", clerk.sexes(everyone)).astype(object),
        "pers_dob": births,
        "pers_expected_dob": blank(dates(world.today + rng.integers(10, 230, n)), ~unborn),
        "pers_upn": blank(
            clerk.identifiers(world.contacts.upn, everyone, missing=0.25), unborn | (age[everyone] < 4.5)
        ),
        "pers_ethnicity": clerk.ethnicities(everyone, missing=0.12),
        "addr_line_1": (lines := clerk.address_lines(dwelling, "flat_first", short=0.2))[0],
        "addr_line_2": lines[1],
        "addr_line_3": lines[2],
        "addr_postcode": clerk.postcodes(dwelling),
        "pers_record_status": np.where(sealed, "Adopted - sealed", "Open").astype(object),
        "refe_referral_date": dates(referred),
        "cine_status": objects(list(_STATUSES))[status],
    }
    extract = Extract("childrens_social_care", columns, ("pers_person_id",))
    rows = np.flatnonzero(~unborn & ~sealed)
    extract.names(rows, everyone[rows], births=births, dwelling=dwelling[rows])
    return extract
