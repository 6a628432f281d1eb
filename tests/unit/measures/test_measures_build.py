"""Figures worked out by hand, one kind of measure at a time."""

import json
from datetime import date

import pytest

from insighthub.errors import MeasureError
from insighthub.measures.build import build_measures
from insighthub.measures.settings import MeasureSettings

DAY = date(2026, 9, 30)
ARREARS = '[[measure.numerator.condition]]\nfact = "arrears"\namount_over = 0\nwhen = "ever"'
MEALS = '[[measure.numerator.condition]]\nfact = "meals"\nvalues = ["y"]\nwhen = "newest"'
SERVICE = '[[measure.numerator.condition]]\nfact = "service"\nwhen = "holds"'


def test_residents_with_an_amount_of_those_of_an_age(release, measure):
    release.resident("A", born="1980-01-01", sex="F")
    release.resident("B", born="1990-06-15", sex="M", postcode="IG11 2BB")
    release.resident("C", born="2015-01-01", sex="F")  # a child
    release.resident("D", born="2008-09-30", postcode=None)  # lives elsewhere
    release.resident("E", born="1950-01-01", died="2026-09-30")
    release.resident("F", sex="M")  # of no known age
    release.resident("G", born="2008-09-30")  # 18 today
    release.resident("H", born="2008-10-01")  # 18 tomorrow
    for name, owed in (
        ("A", 10.0),
        ("B", 0.0),
        ("C", 5.0),
        ("D", 5.0),
        ("E", 5.0),
        ("F", 5.0),
        ("G", 0.01),
        ("H", 9.0),
    ):
        release.record(name, "tax", ("arrears", str(owed), owed, None, None))
    release.record("A", "tax", ("arrears", "3", 3.0, None, None))  # a second account is still one resident
    rest = 'by = ["sex", "age_band", "postcode_sector", "postcode_district"]\n[measure.denominator]\nage_from = 18'
    build_measures(release.db, measure(ARREARS, rest=rest), DAY)
    assert release.values("m") == {"all": (2, 3)}
    assert release.values("m", "sex") == {"F": (1, 1), "M": (0, 1), "not known": (1, 1)}
    assert release.values("m", "age_band") == {"16 to 24": (1, 1), "25 to 44": (0, 1), "45 to 64": (1, 1)}
    assert release.values("m", "postcode_sector") == {"IG11 1": (2, 2), "IG11 2": (0, 1)}
    assert release.values("m", "postcode_district") == {"IG11": (2, 3)}


def test_the_newest_fact_supersedes_older_ones(release, measure):
    for name in "ABC":
        release.resident(name, born="2015-05-05")
    release.record("A", "school", ("meals", "Y", None, date(2025, 10, 1), None))
    release.record("A", "school", ("meals", "N", None, date(2026, 5, 1), None))
    release.record("B", "school", ("meals", "N", None, date(2025, 10, 1), None))
    release.record("B", "school", ("meals", "Y", None, date(2026, 5, 1), None))
    release.record("C", "school", ("meals", "Y", None, date(2026, 12, 1), None))  # not yet
    build_measures(release.db, measure(MEALS), DAY)
    assert release.values("m") == {"all": (1, 3)}


def test_what_holds_between_two_days_month_by_month(release, measure):
    release.resident("A", born="1940-01-01")
    release.resident("B", born="1940-01-01")
    release.resident("C", born="1940-01-01", died="2026-07-10")
    release.record("A", "care", ("service", "Home", None, date(2026, 7, 15), date(2026, 8, 1)))
    release.record("B", "care", ("service", "Home", None, date(2026, 1, 1), None))
    release.record("C", "care", ("service", "Home", None, date(2026, 1, 1), None))
    build_measures(release.db, measure(SERVICE, rest='window = { kind = "series", months = 4 }'), DAY)
    assert release.values("m") == {
        ("all", date(2026, 6, 1)): (2, 3),
        ("all", date(2026, 7, 1)): (2, 2),  # C has died, A has begun
        ("all", date(2026, 8, 1)): (2, 2),  # A's last day is the first
        ("all", date(2026, 9, 1)): (1, 2),
    }


def test_homes_are_those_of_the_day_and_who_had_none_does_not_count(release, measure):
    release.resident("A", born="1980-01-01", postcode="IG12 2ZZ", since=date(2026, 8, 10))
    release.address("A", "IG11 1AA", date(2026, 7, 1), date(2026, 8, 5))
    release.record("A", "care", ("service", "Home", None, date(2026, 1, 1), None))
    rest = 'by = ["postcode_sector"]\nwindow = { kind = "series", months = 4 }'
    build_measures(release.db, measure(SERVICE, rest=rest), DAY)
    june, july, august, september = (date(2026, month, 1) for month in (6, 7, 8, 9))
    assert release.values("m", "postcode_sector") == {
        ("IG11 1", june): (0, 0), ("IG11 1", july): (1, 1), ("IG11 1", august): (0, 0), ("IG11 1", september): (0, 0),
        ("IG12 2", june): (0, 0), ("IG12 2", july): (0, 0), ("IG12 2", august): (1, 1), ("IG12 2", september): (1, 1),
    }  # fmt: skip


def test_who_left_unseen_is_here_until_last_seen_and_who_moved_until_the_move(release, measure):
    release.resident("left", born="1980-01-01", postcode=None)
    release.address("left", "IG11 1AA", date(2026, 1, 1), None, seen=date(2026, 7, 15))
    release.resident("moved", born="1980-01-01", postcode="IG11 1AA", since=date(2026, 8, 15))
    release.address("moved", "IG11 1AA", date(2026, 1, 1), None, seen=date(2026, 2, 1))
    release.resident("mistaken", born="1980-01-01", postcode="IG11 1AA", since=date(2026, 1, 1))
    release.address("mistaken", "IG12 2ZZ", date(2026, 6, 1), None, seen=date(2026, 6, 2))
    release.resident("when", born="1980-01-01", postcode="IG11 1AA", since=None)
    release.address("when", "IG12 2ZZ", date(2026, 1, 1), date(2026, 7, 15))
    rest = 'by = ["postcode_district"]\nwindow = { kind = "series", months = 4 }'
    build_measures(release.db, measure(SERVICE, rest=rest), DAY)
    here, every = release.values("m", "postcode_district"), release.values("m")
    months = [date(2026, month, 1) for month in (6, 7, 8, 9)]
    assert [here["IG12", month] for month in months] == [(0, 1), (0, 0), (0, 0), (0, 0)]
    assert [every["all", month] for month in months] == [(0, 4), (0, 3), (0, 3), (0, 3)]


@pytest.mark.parametrize(("match", "counted"), [("all", 1), ("any", 3)])
def test_all_conditions_or_any(release, measure, match, counted):
    for name in "ABCD":
        release.resident(name, born="1980-01-01")
    release.record("A", "tax", ("arrears", "1", 1.0, None, None))
    release.record("A", "care", ("service", "Home", None, None, None))
    release.record("B", "tax", ("arrears", "1", 1.0, None, None))
    release.record("C", "care", ("service", "Home", None, None, None))
    build_measures(release.db, measure(f'[measure.numerator]\nmatch = "{match}"\n{ARREARS}\n{SERVICE}'), DAY)
    assert release.values("m") == {"all": (counted, 4)}


def test_the_members_of_a_household_meet_conditions_between_them(release, measure):
    release.resident("A", born="1980-01-01", household="1")
    release.resident("B", born="2015-01-01", household="1")
    release.resident("C", born="1980-01-01", household="2", postcode="IG12 2ZZ")
    release.resident("D", born="1980-01-01", household="3", died="2026-01-01")
    release.record("A", "tax", ("arrears", "1", 1.0, None, None))
    release.record("B", "school", ("meals", "Y", None, date(2026, 5, 1), None))
    release.record("C", "tax", ("arrears", "1", 1.0, None, None))
    release.record("D", "tax", ("arrears", "1", 1.0, None, None))
    both = measure(f"{ARREARS}\n{MEALS}", unit="household", rest='by = ["postcode_district"]')
    build_measures(release.db, both, DAY)
    assert release.values("m") == {"all": (1, 2)}
    assert release.values("m", "postcode_district") == {"IG11": (1, 1), "IG12": (0, 1)}
    build_measures(release.db, measure(f"{ARREARS}\n{MEALS}"), DAY)
    assert release.values("m") == {"all": (0, 3)}, "no resident meets both"


def test_records_are_counted_as_often_as_they_are_wherever_their_people_live(release, measure):
    release.resident("A", born="1980-01-01")
    release.resident("B", born="1980-01-01", postcode=None)
    duty = lambda day: ("duty", None, None, day, None)  # noqa: E731
    release.record("A", "care", duty(date(2026, 8, 1)))
    release.record("A", "care", duty(date(2026, 8, 31)))
    release.record("B", "care", duty(date(2026, 8, 3)))
    release.record("B", "care", duty(date(2026, 9, 1)))
    release.record("B", "care", duty(date(2026, 10, 1)))  # not yet
    begun = '[[measure.numerator.condition]]\nfact = "duty"\nwhen = "begins"'
    rest = 'window = { kind = "series", months = 2 }\nby = ["postcode_sector"]'
    build_measures(release.db, measure(begun, unit="record", rest=rest), DAY)
    august, september = date(2026, 8, 1), date(2026, 9, 1)
    assert release.values("m") == {("all", august): (3, 1), ("all", september): (1, 1)}
    assert release.values("m", "postcode_sector") == {
        ("IG11 1", august): (2, 1), ("IG11 1", september): (0, 1),
        ("not known", august): (1, 0), ("not known", september): (1, 0),
    }  # fmt: skip
    people = release.db.execute("SELECT people FROM measure_value WHERE \"by\" = 'none' ORDER BY month").fetchall()
    assert people == [(2,), (1,)], "three duties are of two people"


def test_residents_known_to_several_sources(release, measure):
    for name, sources in (("A", ["tax", "care", "school"]), ("B", ["tax", "tax", "care"]), ("C", ["tax", "x", "y"])):
        release.resident(name, born="1980-01-01")
        for source in sources:
            release.record(name, source)
    build_measures(release.db, measure("[[measure.numerator.condition]]\nat_least = 3"), DAY)
    assert release.values("m") == {"all": (1, 3)}
    rest = '[measure.denominator]\nknown_to = ["care"]'
    build_measures(release.db, measure("[[measure.numerator.condition]]\nat_least = 3", rest=rest), DAY)
    assert release.values("m") == {"all": (1, 2)}


def test_facts_of_sources_that_a_measure_does_not_list_do_not_count(release, measure):
    release.resident("A", born="1980-01-01")
    release.record("A", "other", ("arrears", "1", 1.0, None, None))
    build_measures(release.db, measure(ARREARS), DAY)
    assert release.values("m") == {"all": (0, 1)}


def test_a_number_of_records_a_value_and_its_opposite(release, measure):
    for name, values in (("A", ["x", "x"]), ("B", ["x", "y"]), ("C", ["Y", None])):
        release.resident(name)
        for value in values:
            release.record(name, "care", ("kind", value, None, None, None))
    for setting, counted in (
        ('values = ["X"]\nat_least = 2', 1), ('values = ["X"]', 2), ('not_values = ["y"]', 3),
        ('not_values = ["y"]\nvalues = ["x", "y"]', 2),
    ):  # fmt: skip
        condition = f'[[measure.numerator.condition]]\nfact = "kind"\n{setting}'
        build_measures(release.db, measure(condition), DAY)
        assert release.values("m") == {"all": (counted, 3)}, setting


def test_areas_of_a_look_up_and_who_is_hidden_or_outside_it(release, measure, tmp_path):
    wards = tmp_path / "wards.csv"
    wards.write_text("postcode,ward\nig111aa,Abbey\n\nIG12 2ZZ,Gascoigne\n", encoding="utf-8")
    release.resident("A")
    release.resident("B", postcode="IG12 2ZZ")
    release.resident("C", postcode="E1 1AA")
    release.resident("D", hidden="refuge")
    release.record("D", "tax", ("arrears", "1", 1.0, None, None))
    settings = MeasureSettings(areas={"ward": wards})
    build_measures(release.db, measure(ARREARS, rest='by = ["ward"]'), DAY, settings)
    assert release.values("m") == {"all": (1, 4)}
    assert release.values("m", "ward") == {"Abbey": (0, 1), "Gascoigne": (0, 1), "not known": (1, 2)}
    with pytest.raises(MeasureError, match="look-up of areas for ward"):
        build_measures(release.db, measure(ARREARS, rest='by = ["ward"]'), DAY)


def test_a_date_of_birth_known_in_part_still_gives_an_age(release, measure):
    release.resident("A", born="1980-XX-XX")
    release.resident("B", born="2008-09-XX")  # taken as the 15th
    release.resident("C", born="XXXX-05-05")
    release.resident("D", born="2008-XX-XX", died="XXXX-XX-XX")
    rest = "[measure.denominator]\nage_from = 18\n"
    build_measures(release.db, measure(ARREARS, rest=rest), DAY)
    assert release.values("m") == {"all": (0, 2)}


def test_hundreds_are_counted_as_well_as_tens(release, measure):
    release.db.execute("INSERT INTO resident SELECT 'R' || i, 0, 1, 1, NULL, NULL FROM range(1000) t(i)")
    release.db.execute(
        "INSERT INTO address SELECT 'R' || i, 'p', 'IG11 ' || (i % 3) || 'AA', DATE '2020-01-01', NULL, NULL, TRUE"
        " FROM range(1000) t(i)"
    )
    release.db.execute("INSERT INTO membership SELECT 'R' || i, 'tax', i::VARCHAR, 1, NULL FROM range(600) t(i)")
    release.db.execute(
        "INSERT INTO fact SELECT 'tax', i::VARCHAR, 1, 'arrears', 'amount', '1', 1, NULL, NULL FROM range(600) t(i)"
    )
    build_measures(release.db, measure(ARREARS, rest='by = ["postcode_sector"]'), DAY)
    assert release.values("m") == {"all": (600, 1000)}
    assert release.values("m", "postcode_sector") == {"IG11 0": (200, 334), "IG11 1": (200, 333), "IG11 2": (200, 333)}


def test_a_figure_leads_to_its_sources(release, measure):
    release.resident("A")
    release.resident("B")
    release.record("A", "tax", ("arrears", "1", 1.0, None, None), on=date(2026, 9, 1))
    release.record("A", "tax", ("arrears", "2", 2.0, None, None), on=date(2026, 9, 20))
    release.record("B", "tax", ("arrears", "0", 0.0, None, None), on=date(2026, 9, 25))
    release.record("B", "library", on=date(2026, 9, 5))
    build_measures(release.db, measure(ARREARS), DAY)
    rows = release.db.execute("SELECT * FROM measure_lineage ORDER BY role, source").fetchall()
    assert rows == [
        ("m", "counted", "tax", 2, 1, date(2026, 9, 1), date(2026, 9, 20)),
        ("m", "counted of", "library", 1, 1, date(2026, 9, 5), date(2026, 9, 5)),
        ("m", "counted of", "tax", 3, 2, date(2026, 9, 1), date(2026, 9, 25)),
    ]


def test_the_lineage_of_a_household_is_that_of_its_members(release, measure):
    release.resident("A", household="1")
    release.resident("B", household="1")
    release.resident("C", household="2")
    release.record("A", "tax", ("arrears", "1", 1.0, None, None))
    release.record("B", "care")
    release.record("C", "care")
    build_measures(release.db, measure(ARREARS, unit="household"), DAY)
    rows = release.db.execute("SELECT role, source, records, residents FROM measure_lineage ORDER BY ALL").fetchall()
    assert rows == [("counted", "tax", 1, 1), ("counted of", "care", 2, 2), ("counted of", "tax", 1, 1)]


def test_the_statements_that_are_kept_give_the_figures_again(release, measure):
    release.resident("A", born="1980-01-01", sex="F")
    release.resident("B", born="1990-01-01")
    release.record("A", "tax", ("arrears", "1", 1.0, None, None))
    build_measures(release.db, measure(ARREARS, rest='by = ["sex", "age_band"]'), DAY)
    figures = release.db.execute("FROM measure_value ORDER BY ALL").fetchall()
    kept = release.db.execute("SELECT sql FROM measure").fetchone()[0]
    release.db.execute("DELETE FROM measure_value")
    release.db.execute("CREATE TEMP TABLE given_area (kind VARCHAR, code VARCHAR, area VARCHAR)")
    for step in kept.split("-- with ")[1:]:
        bound, sql = step.split("\n", 1)
        release.db.execute(sql, json.loads(bound))
    assert figures
    assert release.db.execute("FROM measure_value ORDER BY ALL").fetchall() == figures


def test_a_run_replaces_the_figures_of_the_one_before_and_leaves_no_working_tables(release, measure):
    release.resident("A")
    build_measures(release.db, measure(ARREARS), DAY)
    build_measures(release.db, measure(ARREARS), DAY)
    assert release.db.execute("SELECT count(*) FROM measure_value").fetchone() == (1,)
    left = release.db.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall()
    assert left == []
