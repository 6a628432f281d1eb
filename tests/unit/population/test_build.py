"""What is counted of residents, on releases made by hand."""

from collections import Counter
from datetime import date

from insighthub.population.build import build_population
from insighthub.population.declared import Declared, parse_declared
from insighthub.population.working import month_ends
from tests.unit.population.conftest import DAY

EMPTY = Declared()
RULES = """
tenants = "rents"
services = ["rents", "library"]

[[need]]
name = "owes"
title = "who owe rent"
sources = ["rents"]
condition = { fact = "balance", amount_over = 0, when = "newest" }

[[reach]]
name = "library_for_owing"
title = "Library membership of those who owe rent"
need = "owes"
service = ["library"]

[[segment]]
name = "children"
title = "Children"
description = "Under 18."
age_to = 17

[[segment]]
name = "alone"
title = "Alone"
description = "Live alone."
household = ["one pensioner alone", "one adult alone"]

[[segment]]
name = "rest"
title = "All others"
description = "Everybody else."
"""


def test_residents_are_counted_by_band_of_five_years_and_sex(town):
    town.people(21, born="2024-05-01", sex="F")
    town.people(32, born="1930-XX-XX", sex="M")
    town.people(15, born="1980-01-01")
    build_population(town.db, EMPTY, DAY)
    assert town.told("age_sex")["0 to 4", "F"] == 20
    assert town.told("age_sex")["90 and over", "M"] == 30
    assert town.told("people")["now", "here"] == 70
    assert town.told("people")["now", "age or sex not known"] == 15


def test_who_died_moved_away_or_asked_not_to_be_counted_is_not_counted(town):
    town.people(20, born="1980-01-01", sex="F")
    town.people(12, born="1980-01-01", sex="F", died="2026-01-01")
    town.people(12, born="1980-01-01", sex="F", postcode=None)
    (name, *_) = town.people(1, born="1980-01-01", sex="F")
    town.db.execute("INSERT INTO not_counted VALUES (?)", [name])
    build_population(town.db, EMPTY, DAY)
    assert town.counted("age_sex")["45 to 49", "F"] == 20


def test_who_came_who_left_and_who_was_born_add_up_to_the_change(town):
    town.people(40, born="1980-01-01", sex="F")
    town.people(12, born="1990-01-01", sex="M", since=date(2026, 3, 10))
    town.people(11, born="2026-06-02", sex="F", since=date(2026, 6, 2))
    for name in town.people(13, born="1970-01-01", sex="M", postcode=None):
        town.address(name, "IG11 1AA", date(2020, 1, 1), date(2026, 2, 1))
    town.people(10, born="1940-01-01", sex="F", died="2026-05-05")
    build_population(town.db, EMPTY, DAY)
    flow = town.counted("flow")
    assert flow["arrived", "2026-03-31"] == 12
    assert flow["born", "2026-06-30"] == 11
    assert flow["left", "2026-02-28"] == 13
    assert flow["died", "2026-05-31"] == 10
    people = town.counted("people")
    assert people["year before", "here"] == 40 + 13 + 10
    assert people["now", "here"] == 40 + 12 + 11
    assert town.told("flow")["arrived", "year"] == 10


HOUSEHOLDS = [
    (["1950"], "one pensioner alone"),
    (["1980"], "one adult alone"),
    (["1980", "1985"], "two adults, couple-like"),
    (["1960", "1985"], "other adults"),
    (["1960", "1985", "1986"], "other adults"),
    (["1980", "2015"], "one adult with children"),
    (["1980", "1985", "2015"], "two adults with children"),
    (["1950", "1980", "1985", "2015"], "several adults with children"),
    (["2015"], "not known"),
    (["1980", None], "not known"),
]


def test_the_type_of_a_household_follows_from_the_ages_of_its_members(town):
    for number, (ages, _) in enumerate(HOUSEHOLDS):
        for age in ages:
            town.number += 1
            town.resident(f"R{town.number}", born=age and f"{age}-01-01", sex="F", household=f"H{number}")
    build_population(town.db, EMPTY, DAY)
    found = {one: n for (one, _), n in town.counted("household").items()}
    assert found == {**Counter(kind for _, kind in HOUSEHOLDS), "all": len(HOUSEHOLDS)}


def test_ethnicity_is_told_in_main_groups_and_where_it_is_not_known(town):
    town.people(20, ethnicity="WBRI")
    town.people(15, ethnicity="BNGN")
    town.people(14, ethnicity="NOBT")
    town.people(11)
    build_population(town.db, EMPTY, DAY)
    told = town.counted("ethnicity")
    assert (told["White", ""], told["Black", ""], told["not known, or not said", ""]) == (20, 15, 25)


def owing(amount):
    return ("balance", None, amount, date(2026, 9, 1), None)


def test_segments_are_the_first_rule_that_fits_and_services_are_counted_in_each(town):
    town.people(20, born="2015-01-01", household="C", sources=["library"])
    town.people(30, born="1980-01-01", household="A", sources=["rents"], facts=[owing(50)])
    town.people(25, born="1980-01-01", sources=["rents"], facts=[owing(0)])
    town.people(12, sources=["library", "rents"], facts=[owing(9)])
    build_population(town.db, parse_declared(RULES, "r.toml"), DAY)
    segments = town.counted("segment")
    assert segments == {
        ("children", ""): 20, ("alone", ""): 30, ("rest", ""): 25, ("age_not_known", ""): 12,
    }  # fmt: skip
    assert town.counted("segment_service")["children", "library"] == 20
    combinations = {one: n for (one, _), n in town.counted("combination").items() if n}
    assert combinations == {"library": 20, "rents": 55, "library + rents": 12}


def test_who_is_in_need_is_counted_by_group_and_so_is_who_is_reached(town):
    town.people(30, born="1980-01-01", sex="F", sources=["rents"], facts=[owing(50)])
    town.people(20, born="1950-01-01", sex="M", sources=["rents", "library"], facts=[owing(50)])
    town.people(40, born="1980-01-01", sex="M", sources=["rents"], facts=[owing(-5)])
    build_population(town.db, parse_declared(RULES, "r.toml"), DAY)
    need, reach = town.counted("need"), town.counted("reach")
    assert need["owes", "all"] == 50
    assert need["owes", "age: 25 to 44"] == 0
    assert need["owes", "age: 45 to 64"] == 30
    assert (need["owes", "sex: M"], reach["library_for_owing", "sex: M"]) == (20, 20)
    assert ("owes", "tenure: all others") not in need  # by its rule, everybody who has it is a tenant
    assert town.told("reach")["library_for_owing", "sex: F"] is None


def test_a_release_is_held_against_what_was_told_before(town):
    for code in ("WBRI", "MOTH", "AIND", "CHNE", "BNGN", "OOTH", None):
        town.people(20, ethnicity=code)
    town.people(23, ethnicity="WBRI")
    for more, told, count in ((0, 45, 43), (6, 45, 49), (9, 60, 58)):
        town.people(more, ethnicity="WBRI")
        build_population(town.db, EMPTY, DAY)
        assert town.told("ethnicity")["White", ""] == told
        assert town.counted("ethnicity")["White", ""] == count


def test_a_date_of_birth_that_cannot_be_right_counts_among_the_oldest(town):
    town.people(30, born="1950-01-01", sex="M", household="A", sources=["rents", "library"], facts=[owing(50)])
    town.people(1, born="1850-01-01", sex="M", household="A", sources=["rents"], facts=[owing(50)])
    build_population(town.db, parse_declared(RULES, "r.toml"), DAY)
    assert town.counted("age_sex")["90 and over", "M"] == 1
    assert town.counted("need")["owes", "age: 65 and over"] == 31


def test_a_combination_of_few_is_never_named(town):
    town.people(40, sources=["library"])
    town.people(40, sources=["rents"])
    town.people(4, sources=["rents", "library"])
    build_population(town.db, parse_declared(RULES, "r.toml"), DAY)
    assert ("library + rents", "") not in town.told("combination")
    assert town.told("combination")["other combinations", ""] is None


def test_months_are_those_of_the_calendar_whatever_the_day():
    assert month_ends(date(2026, 9, 30))[-2:] == (date(2026, 8, 31), date(2026, 9, 30))
    assert month_ends(date(2026, 10, 29)) == month_ends(date(2026, 9, 30))
    assert month_ends(date(2026, 2, 28))[0] == date(2025, 2, 28)
    assert len(month_ends(date(2026, 1, 1))) == 13
