"""Homelessness applications: the main applicant and the household, one row a person.

Takes the world, gives the extract as Locata or Jigsaw hold what becomes the H-CLIC return: dates of each duty, support
needs, the reason for losing the last home; people of no fixed address; partners who were never entered; refuge
addresses that are hidden.
"""

from __future__ import annotations

import numpy as np

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.entries import Clerk
from insighthub.synthetic.extract import Extract, references
from insighthub.synthetic.places import PRIVATE
from insighthub.synthetic.population import (
    CARE_HOME,
    CHILD,
    GRANDPARENT,
    HEAD,
    HOSTEL,
    PARTNER,
    SHARER,
    YEAR,
    World,
)
from insighthub.synthetic.services import likely, monthly_days
from insighthub.synthetic.writing import Text, blank, dates, objects

_REASONS = (
    "Family no longer willing to accommodate", "End of private rented tenancy: assured shorthold", "Domestic abuse",
    "Relationship with partner ended (non-violent)", "Eviction from supported housing", "Left institution", "Other",
)  # fmt: skip
_NEEDS = (
    "None", "History of mental health problems", "Physical ill health or disability", "Experience of domestic abuse",
    "Drug dependency", "Young person aged 18 to 25", "Learning disability",
)  # fmt: skip
_NO_ADDRESS = ("No fixed address", "NFA", "Sofa surfing", "No fixed abode", "Of no fixed abode")
_SHARES = cal.SHARES["homelessness"]
_HIDDEN = "Refuge - address withheld"


def homelessness(world: World, clerk: Clerk) -> Extract:
    """Return the extract, with who is behind each row."""
    rng, people, households = clerk.rng, world.people, world.households
    head_age = world.age(world.head)
    able = (households.kind < CARE_HOME) & (head_age < 75) & (households.until > world.today - 800)
    private = world.places.tenure[households.dwelling[:, 0]] == PRIVATE
    chance = likely(rng, cal.COVERAGE["homelessness"], 1.15, households.hardship + 0.4 * private)
    household = np.flatnonzero(able & chance & (households.kind != HOSTEL))
    single = np.flatnonzero(  # people in hostels, and sharers, apply alone
        (people.role == SHARER) & (people.left > world.today) & (households.kind[people.household] < CARE_HOME)
    )
    in_hostel = households.kind[people.household[single]] == HOSTEL
    single = single[rng.random(len(single)) < np.where(in_hostel, 0.75, 0.09)]
    main = np.r_[world.head[household], single].astype(np.int32)
    n_applications = len(main)
    applied = monthly_days(rng, n_applications, trend=0.30, winter=0.06, today=world.today)
    first_day = np.minimum(people.arrived[main], world.today - 30)
    applied = np.clip(applied, first_day + 5, np.maximum(np.minimum(people.left[main], world.today) - 1, first_day + 6))
    person, application = _household_members(world, household, main, applied, rng)
    n = len(person)
    day = applied[application].astype(np.int32)
    dwelling = world.dwelling_at(main[application], day - rng.integers(0, 90, n_applications)[application])
    names = clerk.names(person, day)
    births = clerk.births(person, "%Y-%m-%d")
    role = rng.random(n_applications)
    nowhere = (role < _SHARES["no_fixed_address"]) | (
        (households.kind[people.household[main]] == HOSTEL) & (role < 0.5)
    )
    hidden = (role > 1 - _SHARES["refuge"]) & ~nowhere
    address = clerk.one_line(dwelling, "flat_first")
    no_text = objects(list(_NO_ADDRESS))[rng.integers(0, len(_NO_ADDRESS), n_applications)]
    address = np.where(nowhere[application], no_text[application], np.where(hidden[application], _HIDDEN, address))
    away = (nowhere | hidden)[application]
    is_main = np.r_[True, application[1:] != application[:-1]]
    number = np.arange(n) - np.flatnonzero(is_main)[np.cumsum(is_main) - 1] + 1
    prevention = rng.random(n_applications) < 0.48
    relief = ~prevention | (rng.random(n_applications) < 0.4)
    main_duty = relief & (rng.random(n_applications) < 0.38)
    relief_start = applied + np.where(prevention, rng.integers(30, 90, n_applications), 0)
    main_start = relief_start + 57
    ended = np.minimum(main_start + rng.integers(30, 700, n_applications), world.today + 200)
    reason = rng.choice(len(_REASONS), n_applications, p=[0.29, 0.25, 0.13, 0.09, 0.06, 0.05, 0.13])
    need = rng.choice(len(_NEEDS), n_applications, p=[0.46, 0.20, 0.12, 0.08, 0.04, 0.06, 0.04])
    refs = references(rng, n_applications, "HL{:06d}", 100_000)

    def duty(has: np.ndarray, start: np.ndarray) -> np.ndarray:
        shown = has & (start <= world.today)
        written: Text = blank(dates(np.minimum(start, world.today), "%Y-%m-%d"), ~shown)[application]
        return written

    columns = {
        "application_ref": refs[application],
        "member_no": objects([str(k) for k in number.tolist()]),
        "relationship": _relationships(world, person, is_main),
        "title": names.title,
        "forename": names.given,
        "surname": names.family,
        "date_of_birth": births,
        "sex": clerk.sexes(person),
        "national_insurance_number": clerk.identifiers(world.contacts.nino, person, missing=0.35),
        "last_settled_address": address.astype(object),
        "postcode": blank(clerk.postcodes(dwelling), away),
        "mobile": clerk.mobiles(person, day),
        "email": clerk.emails(person, day),
        "application_date": dates(day, "%Y-%m-%d"),
        "prevention_duty_start": duty(prevention, applied),
        "relief_duty_start": duty(relief, relief_start),
        "main_duty_start": duty(main_duty, main_start),
        "duty_end": duty(np.ones(n_applications, bool), ended),
        "reason_for_loss": objects(list(_REASONS))[reason][application],
        "support_needs": objects(list(_NEEDS))[need][application],
    }
    extract = Extract("homelessness", columns, ("application_ref", "member_no"))
    rows = np.arange(n)
    extract.names(rows[~away], person[~away], births=births, dwelling=dwelling[~away])
    extract.names(rows[away], person[away], births=births)
    return extract


def _household_members(
    world: World, household: np.ndarray, main: np.ndarray, applied: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return the people on each application, the main applicant first."""
    people = world.people
    application_of = np.full(len(world.households), -1, np.int64)
    application_of[household] = np.arange(len(household))
    application = application_of[people.household]
    on = (application >= 0) & np.isin(people.role, (HEAD, PARTNER, CHILD, GRANDPARENT))
    a = np.maximum(application, 0)
    on &= (people.joined < applied[a]) & (people.born < applied[a]) & (people.left > applied[a])
    on &= ~(
        (people.role == PARTNER) & (rng.random(len(people)) < _SHARES["partner_missing"])
    )  # partners who were never entered
    on &= ~((people.role == CHILD) & ((world.today - people.born) / YEAR > 20) & (rng.random(len(people)) < 0.6))
    on[main[: len(household)]] = False
    others = np.flatnonzero(on)
    person = np.r_[main, others]
    of = np.r_[np.arange(len(main)), application[others]]
    order = np.lexsort((np.r_[np.zeros(len(main)), np.ones(len(others))], of))
    return person[order].astype(np.int32), of[order]


def _relationships(world: World, person: np.ndarray, is_main: np.ndarray) -> np.ndarray:
    role = world.people.role[person]
    names = np.select([role == PARTNER, role == CHILD, role == GRANDPARENT], ["Partner", "Child", "Parent"], "Other")
    return np.where(is_main, "Main applicant", names).astype(object)
