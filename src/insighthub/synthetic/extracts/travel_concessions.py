"""Freedom passes and blue badges: two extracts of one shape.

Takes the world, gives the two: no UPRN, the address in five parts, dates in two formats (an old and a new portal), and
holders who have died and were never taken off.
"""

from __future__ import annotations

import numpy as np

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.entries import Clerk, resident_or_lately
from insighthub.synthetic.extract import Extract, references
from insighthub.synthetic.population import YEAR, Days, Index, World
from insighthub.synthetic.writing import dates, objects


def freedom_pass(world: World, clerk: Clerk) -> Extract:
    """Return older and disabled people's travel passes, with who is behind each."""
    person = choose_pass_holders(world, clerk)
    return write_passes(world, clerk, person, clerk.confirmed(person, oldest_years=5))


def choose_pass_holders(world: World, clerk: Clerk) -> Index:
    """Return who has a travel pass."""
    age = world.age()
    rate = np.where(age >= 66, cal.COVERAGE["freedom_pass"], np.where((age > 18) & (age < 66), 0.012, 0.0))
    return clerk.sample(_holders("freedom_pass", world, clerk), rate)


def write_passes(world: World, clerk: Clerk, person: Index, day: Days) -> Extract:
    """Write holders of travel passes as they were known on a day."""
    age = world.age()
    older = age[person] >= 66
    since_66 = ((age[person] - 66) * YEAR).astype(np.int64)
    held = np.where(older, np.minimum(since_66, 5 * 365), 900)
    extract, n = _extract("freedom_pass", world, clerk, person, day, form="FP{:07d}", held=held)
    extract.columns["pass_type"] = np.where(older, "Older person", "Disabled person").astype(object)
    extract.columns["pass_status"] = np.where(clerk.rng.random(n) < 0.06, "Hotlisted", "Active").astype(object)
    return extract


def blue_badge(world: World, clerk: Clerk) -> Extract:
    """Return disabled people's parking badges, with who is behind each."""
    person = choose_badge_holders(world, clerk)
    return write_badges(world, clerk, person, clerk.confirmed(person, oldest_years=5))


def choose_badge_holders(world: World, clerk: Clerk) -> Index:
    """Return who has a badge."""
    age = world.age()
    hardship = world.households.hardship[world.people.household]
    rate = np.where(age >= 65, 0.16 * 1.5 ** ((age - 65) / 10), 0.018) * np.exp(0.2 * hardship)
    rate = rate * cal.COVERAGE["blue_badge"]
    return clerk.sample(_holders("blue_badge", world, clerk) & (age > 3), np.minimum(rate, 0.7))


def write_badges(world: World, clerk: Clerk, person: Index, day: Days) -> Extract:
    """Write holders of badges as they were known on a day."""
    held = np.full(len(person), 3 * 365)
    extract, n = _extract("blue_badge", world, clerk, person, day, form="BB{:06d}", held=held)
    walks = clerk.rng.random(n) < 0.58
    extract.columns["eligibility"] = np.where(walks, "Walking", "Automatic: PIP or DLA").astype(object)
    return extract


def _holders(name: str, world: World, clerk: Clerk) -> np.ndarray:
    return resident_or_lately(world, 3.0, cal.SHARES[name]["dead_holders_kept"], clerk.rng)


def _extract(
    name: str, world: World, clerk: Clerk, person: Index, day: Days, *, form: str, held: np.ndarray
) -> tuple[Extract, int]:
    rng, people, n = clerk.rng, world.people, len(person)
    dwelling = world.dwelling_at(person, day)
    names = clerk.names(person, day)
    old_portal = rng.random(n) < cal.SHARES[name]["old_portal_dates"]
    births = np.where(old_portal, clerk.births(person, "%Y-%m-%d 00:00:00"), clerk.births(person)).astype(object)
    lines = clerk.address_lines(dwelling, "number_apart", short=0.3)
    house, building, street, district = _five_parts(lines)
    issued = np.minimum(people.left[person], world.today) - (rng.random(n) * np.maximum(held, 30)).astype(np.int64) - 1
    columns = {
        "applicantid": references(rng, n, form, 100_000),
        "title": names.title,
        "forename": names.given,
        "surname": names.family,
        "date_of_birth": births,
        "house_name_number": house,
        "building_name": building,
        "street": street,
        "district": district,
        "postcode": clerk.postcodes(dwelling),
        "email_address": clerk.emails(person, day),
        "phone_number": clerk.mobiles(person, day),
        "issue_date": dates(issued),
        "expiry_date": dates(issued + 3 * 365),
    }
    extract = Extract(name, columns, ("applicantid",))
    extract.names(np.arange(n), person, births=births, dwelling=dwelling)
    return extract, n


def _five_parts(lines: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Split lines into number, building, street and district: "2 Alpha House" goes before "14 Beta Road"."""
    house, building, street, district = [], [], [], []
    for first, second, third, _ in zip(*lines, strict=True):
        if first.isdigit():  # a house: number and street apart
            house.append(first)
            building.append("")
            street.append(second)
            district.append(third)
        elif second[:1].isdigit():  # a flat in a block
            flat, _, block = first.partition(" ")
            house.append(flat)
            building.append(block)
            street.append(second)
            district.append(third)
        else:  # a converted house: 14B Alpha Road
            number, _, road = first.partition(" ")
            house.append(number)
            building.append("")
            street.append(road)
            district.append(second)
    return objects(house), objects(building), objects(street), objects(district)
