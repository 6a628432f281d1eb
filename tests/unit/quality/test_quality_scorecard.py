"""How data quality is read."""

from datetime import date

import duckdb
import pytest

from insighthub.errors import RunError
from insighthub.quality.scorecard import (
    FieldQuality,
    Scorecard,
    TrendPoint,
    lacks,
    moved,
    scorecards,
    set_aside,
    trend,
    trend_by_rule,
)
from tests.unit.quality.conftest import DAY

FIRST = date(2026, 8, 31)


def card(*rules):
    return Scorecard("tax", 10, DAY, 0, None, 0, 1.0, tuple(FieldQuality("tax", *rule) for rule in rules))


def test_the_share_of_a_source_is_the_mean_of_its_fields_that_were_asked():
    made = card(("dob", "valid", 10, 5, 0.5), ("sex", "valid", 2, 0, 1.0), ("upn", "valid", 0, 0, None))
    assert made.share("valid") == 0.75
    assert made.share("consistent") is None


def test_the_weakest_field_is_not_one_that_is_only_empty():
    empty, odd = ("upn", "complete", 10, 9, 0.1), ("dob", "consistent", 10, 2, 0.8)
    assert card(empty, odd, ("sex", "valid", 10, 1, 0.9)).weakest() == FieldQuality("tax", *odd)
    assert card(empty, ("sex", "valid", 10, 0, 1.0)).weakest() is None


def test_what_moved_is_between_the_last_two_runs_and_worst_first():
    def point(run, field, share, day=DAY):
        return TrendPoint(run, day, "tax", field, "valid", share)

    points = [
        point("r1", "dob", 0.2, FIRST),
        point("r2", "dob", 0.9), point("r2", "sex", 0.5), point("r2", "upn", 0.5), point("r2", "post", None),
        point("r3", "dob", 0.895), point("r3", "sex", 0.7), point("r3", "upn", 0.4), point("r3", "post", 0.1),
        point("r3", "phone", 0.1),
    ]  # fmt: skip
    found = [(before.field, before.share, after.share) for before, after in moved(points)]
    assert found == [("upn", 0.5, 0.4), ("sex", 0.5, 0.7)]
    assert moved(points[:1]) == []


def test_a_release_is_read_as_it_was_measured(release):
    release.land("tax", ref=["1", "2"], name=["Ann Lee", None], dob=["x", None], post=[None, None])
    release.record(
        "R1", "tax", "1", family_name="LEE", date_of_birth="1990-02-01", postcode="IG11 1AA", probability=0.9
    )
    release.record("R2", "school", "1", given_name="ANN")
    release.record("R1", "school", "2", probability=0.9)
    release.db.execute("INSERT INTO quarantine VALUES ('tax', 'tax.csv', 2, NULL, 'no reference', NULL)")
    release.build(run_id="r1", as_of=FIRST)
    release.build(run_id="r2")
    school, tax = scorecards(release.db)
    assert (school.source, school.records, school.delivered_on) == ("school", 2, None)
    assert (tax.source, tax.records, tax.delivered_on) == ("tax", 1, DAY)
    assert tax.share("complete") == pytest.approx((0.5 + 0.5 + 0) / 3)
    assert scorecards(release.db, "tax") == (tax,)
    assert [each.reason for each in set_aside(release.db, "tax")] == ["no reference"]
    assert set_aside(release.db, "school") == ()
    assert {point.run_id for point in trend(release.db, "tax")} == {"r1", "r2"}
    by_rule = trend_by_rule(trend(release.db))
    assert by_rule["r2", DAY, "tax"]["complete"] == tax.share("complete")
    assert by_rule["r2", DAY, "school"]["valid"] is None
    assert lacks(release.db) == ()
    with pytest.raises(RunError, match=r"no source rents.*school, tax"):
        scorecards(release.db, "rents")


def test_lacks_that_cost_less_than_one_match_are_left_out(release):
    for n in range(4):  # of those with a date of birth nobody is alone, of those without everybody
        release.record(f"R{n}", "tax", f"1{n}", date_of_birth="1990-02-01", sex="F")
        release.record(f"R{n}", "school", f"1{n}", date_of_birth="1990-02-01", sex="F")
        release.record(f"A{n}", "tax", f"2{n}", sex="F")
    release.build()
    found = {(each.source, each.field): each.matches_missed for each in lacks(release.db)}
    assert found == {("tax", "date_of_birth"): 4.0}


def test_a_release_without_data_quality():
    with duckdb.connect() as db, pytest.raises(RunError, match="Run insighthub run"):
        scorecards(db)
