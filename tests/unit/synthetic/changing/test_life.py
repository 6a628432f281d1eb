"""A borough's life: as much happens as is known of such places, and nobody is in two homes or in none."""

from collections import Counter

import numpy as np
import pytest

from insighthub.synthetic.changing import rates
from insighthub.synthetic.changing.life import Life
from insighthub.synthetic.changing.schedule import last_day
from insighthub.synthetic.people_truth import people_table
from insighthub.synthetic.population import EPOCH, HOSTEL, NEVER, YEAR
from insighthub.synthetic.world import build_world, stream

MONTHS = 24


@pytest.fixture(scope="module")
def lived():
    world = build_world(12_000, 5)
    start, life = world.today, Life(world, stream(5, "life"))
    happened, residents = Counter(), [int(life.homes.here().sum())]
    for number in range(2, MONTHS + 2):
        happened.update(life.month((last_day(number) - EPOCH).days).as_dict())
        residents.append(int(life.homes.here().sum()))
    return life, happened, residents, (world.today - start) / YEAR


@pytest.mark.parametrize(
    ("what", "rate"),
    [
        ("births", rates.BIRTHS),
        ("deaths", rates.DEATHS),
        ("arrivals", rates.ARRIVALS),
        ("departures", rates.DEPARTURES),
        ("moves", rates.MOVES_WITHIN),
        ("marriages", rates.MARRIAGES),
        ("couples_parted", rates.PARTINGS),
    ],
)
def test_as_much_happens_as_the_rates_say(lived, what, rate):
    _, happened, residents, years = lived
    expected = rate * float(np.mean(residents)) * years
    spread = np.sqrt(expected) * (1.0 if what in {"births", "deaths"} else 1.8)  # families move together
    assert abs(happened[what] - expected) < 4 * spread + 0.03 * expected


def test_about_one_in_eight_moves_a_year_and_a_third_of_them_within_the_borough(lived):
    _, happened, residents, years = lived
    moved_in = (happened["moves"] + happened["arrivals"]) / (float(np.mean(residents)) * years)
    assert 0.10 <= moved_in <= 0.13
    assert 0.25 <= happened["moves"] / (happened["moves"] + happened["arrivals"]) <= 0.40


def test_the_number_of_residents_stays_about_the_same(lived):
    _, happened, residents, _ = lived
    assert abs(residents[-1] / residents[0] - 1) < 0.03
    change = happened["births"] + happened["arrivals"] - happened["deaths"] - happened["departures"]
    assert abs((residents[-1] - residents[0]) - change) < 0.01 * residents[0]  # children left alone go too


def test_names_change_on_marriage_and_back_and_phones_change(lived):
    _, happened, residents, years = lived
    assert 0 < happened["name_changes"] < happened["marriages"] + happened["couples_parted"]
    assert happened["couples_formed"] > 0
    assert happened["left_home"] > 0
    assert 0.04 < happened["new_phones"] / (float(np.mean(residents)) * years) < 0.09


def test_a_dwelling_has_one_household_and_a_household_with_people_a_head_who_lives_there(lived):
    life, *_ = lived
    world, here = life.world, life.homes.here()
    people, table = world.people, world.households
    lived_in = np.unique(people.household[here])
    homes = table.dwelling[lived_in, 0]
    assert len(set(homes.tolist())) == len(homes)
    assert set(homes.tolist()) == set(np.flatnonzero(life.homes.taken).tolist())
    assert (table.until[lived_in] == NEVER).all()
    heads = world.head[lived_in]
    assert here[heads].all()
    assert (people.household[heads] == lived_in).all()
    partners = world.partner[lived_in]
    with_partner = partners >= 0
    assert here[partners[with_partner]].all()
    assert (people.household[partners[with_partner]] == lived_in[with_partner]).all()


def test_no_home_has_only_young_children_and_households_have_a_likely_size(lived):
    life, *_ = lived
    world, here = life.world, life.homes.here()
    household = world.people.household[here]
    oldest = np.zeros(len(world.households))
    np.maximum.at(oldest, household, world.age()[here])
    assert (oldest[np.unique(household)] >= 16).all()
    private = household[world.households.kind[household] < HOSTEL]
    assert 2.0 < len(private) / len(np.unique(private)) < 3.5


def test_histories_run_forwards(lived):
    life, *_ = lived
    people, table = life.world.people, life.world.households
    assert (people.left <= np.maximum(people.died, people.left)).all()
    assert (people.born <= life.world.today).all()
    assert (people.arrived >= people.born).all()
    assert (table.since[:, 0] <= life.world.today).all()
    had = (table.dwelling[:, 1] >= 0) & (table.until == NEVER)
    assert (table.since[had, 0] >= table.since[had, 1]).all()


def test_numbers_are_nobody_elses(lived):
    life, *_ = lived
    for column in (life.world.contacts.nhs_number, life.world.contacts.nino, life.world.contacts.upn):
        given = [x for x in column.tolist() if x]
        assert len(set(given)) == len(given)


def test_children_have_their_parents_name_more_often_than_not(lived):
    life, *_ = lived
    people, contacts = life.world.people, life.world.contacts
    babies = np.flatnonzero((people.born > life.world.today - 2 * YEAR) & (contacts.mother >= 0))
    same = people.birth_family[babies] == people.birth_family[np.maximum(contacts.father[babies], 0)]
    assert len(babies) > 100
    assert same[contacts.father[babies] >= 0].mean() > 0.5
    assert (people.household[babies] == people.household[contacts.mother[babies]]).mean() > 0.9


def test_the_truth_about_people_follows(lived):
    life, *_ = lived
    table = people_table(life.world)
    assert sum(table["lives_here"].to_pylist()) == int(life.homes.here().sum())
    assert table.num_rows == len(life.world.people)
