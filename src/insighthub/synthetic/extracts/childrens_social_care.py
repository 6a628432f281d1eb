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
from insighthub.synthetic.population import FEMALE, HEAD, PARTNER, TODAY, World
from insighthub.synthetic.services import likely, monthly_days
from insighthub.synthetic.writing import blank, dates, objects

_SHARES = cal.SHARES["childrens_social_care"]
_STATUSES = ("Early help", "Child in need", "Child protection plan", "Looked after", "Closed")


def childrens_social_care(world: World, clerk: Clerk) -> Extract:
    """Return the extract, with who is behind each child's record."""
    rng, people = clerk.rng, world.people
    age = world.age()
    hardship = world.households.hardship[people.household]
    child = resident_or_lately(world, 4.0, 0.8, rng) & (age < 18.0)
    person = np.flatnonzero(child & likely(rng, cal.COVERAGE["childrens_social_care"], 0.75, hardship)).astype(np.int32)
    person = np.r_[person, person[rng.random(len(person)) < _SHARES["second_id"]]].astype(
        np.int32
    )  # referred again under a new id
    sealed = rng.random(len(person)) < _SHARES["sealed_adoption"]
    mothers = np.flatnonzero(
        resident(world) & (people.sex == FEMALE) & (age > 17) & (age < 42) & np.isin(people.role, (HEAD, PARTNER))
    )
    mothers = mothers[likely(rng, _SHARES["unborn"], 0.8, hardship[mothers])].astype(np.int32)
    everyone = np.r_[person, mothers].astype(np.int32)
    n, unborn = len(everyone), np.r_[np.zeros(len(person), bool), np.ones(len(mothers), bool)]
    day = clerk.confirmed(everyone, oldest_years=5)
    dwelling = world.dwelling_at(everyone, day)
    names = clerk.names(everyone, day)
    given = names.given
    given[unborn] = objects(["Unborn", "UNBORN", "Baby", "Unborn baby"])[rng.integers(0, 4, int(unborn.sum()))]
    births = blank(clerk.births(everyone), unborn)
    referred = np.maximum(monthly_days(rng, n, trend=0.15, winter=-0.05), people.born[everyone])
    referred = np.minimum(referred, np.minimum(people.left[everyone], TODAY))
    status = rng.choice(len(_STATUSES), n, p=[0.28, 0.24, 0.07, 0.06, 0.35])
    columns = {
        "pers_person_id": references(rng, n, "{:06d}", 700_000),
        "pers_forename": given,
        "pers_surname": names.family,
        "pers_sex": np.where(unborn, "U", clerk.sexes(everyone)).astype(object),
        "pers_dob": births,
        "pers_expected_dob": blank(dates(TODAY + rng.integers(10, 230, n)), ~unborn),
        "pers_upn": blank(
            clerk.identifiers(world.contacts.upn, everyone, missing=0.25), unborn | (age[everyone] < 4.5)
        ),
        "pers_ethnicity": clerk.ethnicities(everyone, missing=0.12),
        "addr_line_1": (lines := clerk.address_lines(dwelling, "flat_first", short=0.2))[0],
        "addr_line_2": lines[1],
        "addr_line_3": lines[2],
        "addr_postcode": clerk.postcodes(dwelling),
        "pers_record_status": np.r_[np.where(sealed, "Adopted - sealed", "Open"), np.full(len(mothers), "Open")].astype(
            object
        ),
        "refe_referral_date": dates(referred),
        "cine_status": objects(list(_STATUSES))[status],
    }
    extract = Extract("childrens_social_care", columns, ("pers_person_id",))
    rows = np.flatnonzero(~unborn & ~np.r_[sealed, np.zeros(len(mothers), bool)])
    extract.names(rows, everyone[rows], births=births, dwelling=dwelling[rows])
    return extract
