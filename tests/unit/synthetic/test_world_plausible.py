"""The people behind the files: households, ages, moves and names are such as a borough has."""

import numpy as np
import pytest

from insighthub.synthetic import calibration as cal
from insighthub.synthetic.places import COUNCIL, OWNED
from insighthub.synthetic.population import (
    CHILD,
    COUPLE,
    FEMALE,
    HEAD,
    HOSTEL,
    MALE,
    NEVER,
    PARTNER,
    SPELLS,
    TODAY,
    YEAR,
)
from insighthub.synthetic.world import build_world


@pytest.fixture(scope="module")
def world():
    return build_world(30_000, 5)


@pytest.fixture(scope="module")
def here(world):
    return world.people.left == NEVER


def _ages(world, here):
    return world.age()[here]


@pytest.mark.parametrize("residents", [500, 733, 2_000])
def test_exactly_so_many_residents_live_there(residents):
    people = build_world(residents, 2).people
    assert int((people.left > TODAY).sum()) == residents


@pytest.mark.parametrize(
    ("low", "high", "published", "within"),
    [(0, 16, 0.26, 0.025), (16, 25, 0.11, 0.04), (25, 65, 0.54, 0.04), (65, 120, 0.088, 0.02)],
)
def test_ages_follow_the_published_estimates(world, here, low, high, published, within):
    age = _ages(world, here)
    assert ((age >= low) & (age < high)).mean() == pytest.approx(published, abs=within)


def test_household_size_is_near_the_census(world, here):
    size = np.bincount(world.people.household[here])
    private = world.households.kind[: len(size)] < HOSTEL
    assert size[private & (size > 0)].mean() == pytest.approx(2.96, abs=0.2)


def test_communities_have_their_shares(world, here):
    found = np.bincount(world.people.community[here], minlength=len(cal.COMMUNITIES)) / here.sum()
    wanted = np.array([c.share for c in cal.COMMUNITIES.values()])
    assert np.abs(found - wanted / wanted.sum()).max() < 0.025


def test_tenure_follows_the_census(world):
    tenure = world.places.tenure
    assert (tenure == OWNED).mean() == pytest.approx(cal.TENURES["owned"], abs=0.02)
    assert (tenure == COUNCIL).mean() == pytest.approx(0.245, abs=0.03)


def test_nobody_is_born_to_a_mother_too_young_or_too_old(world):
    people, mother = world.people, world.contacts.mother
    with_mother = np.flatnonzero((mother >= 0) & world.households.current[people.household])
    gap = (people.born[with_mother] - people.born[mother[with_mother]]) / YEAR
    assert gap.min() > 14
    assert gap.max() < 50
    assert (gap < 16).mean() < 0.01


def test_brothers_and_sisters_have_different_names(world):
    people = world.people
    child = np.flatnonzero(people.role == CHILD)
    keys = people.household[child].astype(np.int64) * 1_000_000 + people.given[child]
    assert len(np.unique(keys)) > 0.995 * len(keys)


def test_hardly_a_daughter_has_her_mothers_name(world):
    people, mother = world.people, world.contacts.mother
    daughter = np.flatnonzero((people.role == CHILD) & (people.sex == FEMALE) & (mother >= 0))
    assert (people.given[daughter] == people.given[mother[daughter]]).mean() < 0.002


def test_some_sons_have_their_fathers_name(world):
    people, father = world.people, world.contacts.father
    son = np.flatnonzero((people.role == CHILD) & (people.sex == MALE) & (father >= 0))
    assert 0.005 < (people.given[son] == people.given[father[son]]).mean() < 0.05


def test_children_mostly_bear_a_parents_name(world):
    people = world.people
    child = np.flatnonzero((people.role == CHILD) & (people.sex == MALE) & (world.contacts.father >= 0))
    assert (people.family[child] == people.family[world.contacts.father[child]]).mean() > 0.9


def test_women_change_names_and_men_do_not(world):
    people = world.people
    changed = people.family != people.birth_family
    assert changed[people.sex == FEMALE].mean() > 0.1
    assert not changed[people.sex == MALE].any()


def test_couples_have_two_adults(world):
    households = world.households
    couple = np.flatnonzero(households.current & (households.kind == COUPLE))
    assert (world.partner[couple] >= 0).mean() > 0.99
    adult = np.isin(world.people.role, (HEAD, PARTNER))
    assert world.age()[adult].min() > 17


def test_a_day_in_the_borough_comes_before_the_day_of_leaving(world):
    people = world.people
    assert (people.arrived <= people.left).all()
    assert (people.arrived >= people.born).all()
    assert (people.died > people.born).all()


def test_two_households_hardly_ever_live_in_one_dwelling_at_once(world):
    """Each spell of each dwelling ends before the next begins, but for moves that cross by some weeks."""
    households = world.households
    dwelling, start, end = [], [], []
    for spell in range(SPELLS):
        has = households.dwelling[:, spell] >= 0
        until = households.until if spell == 0 else households.since[:, spell - 1]
        dwelling.append(households.dwelling[has, spell])
        start.append(households.since[has, spell])
        end.append(until[has])
    dwelling, start, end = np.concatenate(dwelling), np.concatenate(start), np.concatenate(end)
    order = np.lexsort((start, dwelling))
    dwelling, start, end = dwelling[order], start[order], end[order]
    same = dwelling[1:] == dwelling[:-1]
    overlap = (end[:-1] - start[1:])[same]
    assert (overlap > 180).mean() < 0.12


def test_everybody_has_an_address_on_every_day(world):
    everybody = np.arange(len(world.people))
    for day in (TODAY, TODAY - 1000, TODAY - 4000):
        assert (world.dwelling_at(everybody, np.full(len(everybody), day)) >= 0).all()


def test_moving_changes_the_address_on_the_day(world):
    households, people = world.households, world.people
    moved = np.flatnonzero((households.dwelling[:, 1] >= 0) & households.current)
    head = world.head[moved]
    stayed = people.joined[head] < households.since[moved, 0] - 1
    moved, head = moved[stayed], head[stayed]
    day = households.since[moved, 0]
    assert (world.dwelling_at(head, day) == households.dwelling[moved, 0]).all()
    assert (world.dwelling_at(head, day - 1) == households.dwelling[moved, 1]).all()


def test_hostels_hold_eighty_people_at_one_address(world, here):
    hostel = np.flatnonzero(world.households.kind == HOSTEL)
    assert len(hostel) == -(-30_000 // cal.RESIDENTS_A_HOSTEL)
    assert (np.bincount(world.people.household[here])[hostel] > 0.85 * cal.HOSTEL_SIZE).all()


def test_hardship_goes_with_deprivation_and_tenure(world):
    households, places = world.households, world.places
    home = households.dwelling[:, 0]
    assert np.corrcoef(households.hardship, places.deprivation[home])[0, 1] > 0.3
    owned = places.tenure[home] == OWNED
    assert households.hardship[owned].mean() < households.hardship[~owned].mean() - 0.5
