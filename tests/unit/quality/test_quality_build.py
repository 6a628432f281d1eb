"""Data quality, with numbers that were worked out by hand."""

from datetime import date

import pytest

from insighthub.errors import ContractError
from insighthub.sources.contract import parse_contract
from tests.unit.quality.conftest import DAY, TAX

THIRD = pytest.approx(1 / 3)
TWO_THIRDS = pytest.approx(2 / 3)


def contract(**settings):
    """Return the contract of the accounts with other settings."""
    return parse_contract({"source": [{**TAX, **settings}]}, "contract.toml").source[0]


def fill_tax(release):
    """Four accounts: one as it should be, one of a day that is none, one that is nameless, one of half a postcode."""
    release.land(
        "tax",
        ref=["1", "2", "3", "4"],
        name=["Ann Lee", "Bob Ray", "N/A", "Jo Fox"],
        dob=["01/02/1990", "31/02/1990", "01/01/1900", None],
        post=["IG11 1AA", "", "IG11 1AA", "IG11"],
    )
    release.record("R1", "tax", "1", family_name="LEE", date_of_birth="1990-02-01", postcode="IG11 1AA")
    release.record("R2", "tax", "2", family_name="RAY")
    release.record(None, "tax", "3", postcode="IG11 1AA")
    release.record("R4", "tax", "4", family_name="FOX")


def test_complete_is_what_was_filled_in_and_valid_what_could_be_used(release):
    fill_tax(release)
    release.build()
    assert release.quality("tax", "complete") == {
        "full_name": (4, 1, 0.75),  # N/A is no name
        "date_of_birth": (4, 2, 0.5),  # the contract says that 01/01/1900 is no date
        "postcode": (4, 1, 0.75),
    }
    assert release.quality("tax", "valid") == {
        "full_name": (3, 0, 1.0),
        "date_of_birth": (2, 1, 0.5),  # there is no 31 February
        "postcode": (3, 1, TWO_THIRDS),  # IG11 alone is no postcode
    }


def test_a_further_person_of_a_record_does_not_make_its_fields_valid(release):
    release.land("tax", ref=["1"], name=["& ?"], dob=["x"], post=["y"])
    release.record(None, "tax", "1")
    release.record("R1", "tax", "1", person=2, role="guardian", family_name="LEE", date_of_birth="1990-02-01")
    release.build()
    assert release.quality("tax", "valid")["date_of_birth"] == (1, 1, 0.0)


def test_a_field_that_nobody_fills_in_has_no_share_of_valid_values(release):
    release.land("tax", ref=["1", "2"], name=["Ann Lee", "Bob Ray"], dob=[None, None], post=[None, ""])
    release.build()
    assert release.quality("tax", "complete")["postcode"] == (2, 2, 0.0)
    assert release.quality("tax", "valid")["postcode"] == (0, 0, None)


def test_consistent_is_asked_where_another_record_says_anything(release):
    # Two of three say 1990-02-01; the given name is said once, and agrees with nothing.
    dates = (("tax", "1", "1990-02-01", 1), ("school", "7", "1990-02-01", 1), ("tax", "2", "1990-01-02", 2))
    release.said("R1", "date_of_birth", *dates)
    release.said("R1", "given_name", ("school", "7", "ANN", 1))
    release.said("R1", "mobile", ("school", "7", "07700900001", 1), ("tax", "1", "07700900002", 2))
    release.said("R2", "date_of_birth", ("tax", "3", "1980-05-05", 1))
    release.build()
    assert release.quality("tax", "consistent") == {"date_of_birth": (2, 1, 0.5)}
    assert release.quality("school", "consistent") == {"date_of_birth": (1, 0, 1.0)}


def test_who_says_less_contradicts_nothing(release):
    release.said("R1", "given_name", ("tax", "1", "JOHN", 1), ("school", "7", "J", 2), ("school", "8", "K", 3))
    whole, year, other = (
        ("tax", "1", "1990-02-01", 1),
        ("school", "7", "1990-XX-XX", 2),
        ("school", "8", "1991-XX-XX", 3),
    )
    release.said("R1", "date_of_birth", whole, year, other)
    release.build()
    assert release.quality("school", "consistent") == {"given_name": (2, 1, 0.5), "date_of_birth": (2, 1, 0.5)}


def test_a_number_in_the_column_of_the_other_kind_is_valid(release):
    release.record("R1", "tax", "1", mobile="07700900001")
    release.record("R2", "tax", "2", mobile="07700900002")
    release.record("R3", "tax", "3")
    release.sources = [contract(person={"phone": "phone"})]
    numbers = {"phone": ["07700 900001", "x", "x"], "mobile": [None, "07700 900002", None]}
    release.land("tax", ref=["1", "2", "3"], **numbers)
    release.build()
    assert release.quality("tax", "valid") == {"phone": (3, 1, TWO_THIRDS)}
    release.sources = [contract(person={"phone": "phone", "mobile": "mobile"})]
    release.build(anew=True)
    # The mobile number of the second record came from its own column: what is in the other is of no use.
    assert release.quality("tax", "valid") == {"phone": (3, 2, THIRD), "mobile": (1, 0, 1.0)}


def test_a_previous_name_that_is_the_present_one_is_no_fault(release):
    release.sources = [contract(person={"family_name": "name", "previous_family_name": "former"})]
    release.record("R1", "tax", "1", family_name="LEE")
    release.record(None, "tax", "2")
    release.land("tax", ref=["1", "2"], name=["Lee", "?1"], former=["Lee", "?2"])
    release.build()
    assert release.quality("tax", "valid")["previous_family_name"] == (2, 1, 0.5)


def test_a_name_that_was_told_to_be_of_no_person_is_no_fault(release):
    release.record(None, "tax", "1", not_linked_reason="organisation")
    release.record(None, "tax", "2")
    release.land("tax", ref=["1", "2"], name=["Brightway Lettings Ltd", "?1"], dob=["x", "x"], post=[None, None])
    release.build()
    assert release.quality("tax", "valid")["full_name"] == (2, 1, 0.5)
    assert release.quality("tax", "valid")["date_of_birth"] == (2, 2, 0.0)


def test_a_source_that_says_nothing_of_who_people_are(release):
    release.sources = [contract(person={})]
    release.record(None, "tax", "1")
    release.land("tax", ref=["1"])
    release.build()
    assert release.rows("SELECT field, rule FROM quality") == [("record", "timely")]


def test_unique_counts_what_a_source_holds_of_one_resident_beyond_the_first(release):
    for ref, resident in (("1", "R1"), ("2", "R1"), ("3", "R1"), ("4", "R2")):
        release.record(resident, "tax", ref)
    release.record("R2", "tax", "4", person=2)  # one record that names one person twice is one record
    release.record("R1", "school", "1")
    release.build()
    assert release.quality("tax", "unique") == {"record": (4, 2, 0.5)}
    assert release.quality("school", "unique") == {"record": (1, 0, 1.0)}


def test_timely_goes_by_the_newest_day_that_a_record_speaks_of(release):
    start = date(2026, 1, 1)
    release.record("R1", "tax", "1", on=start, valid_from="2020-04-01")  # last heard of six years ago
    release.record("R2", "tax", "2", on=start, valid_from="2020-04-01", valid_to="2026-09-29")  # yesterday
    release.record("R3", "tax", "3", on=start, valid_from="2031-01-01")  # a day to come says nothing of today
    release.record("R4", "tax", "4", on=date(2026, 6, 1), seen=start, valid_from="2020-04-01")  # seen to change in June
    release.record("R5", "tax", "5", on=start)
    release.db.execute(
        "INSERT INTO fact VALUES ('tax', '5', 1, 'arrears', 'amount', '1', 1, DATE '2026-09-20', DATE '2027-01-01')"
    )
    release.land("tax", ref=[], name=[], dob=[], post=[])
    release.build()
    assert release.quality("tax", "timely") == {"record": (4, 1, 0.75)}
    days = "SELECT records, delivered_on, days_since, median_age_days, undated, changed_in_a_year FROM quality_source"
    # 2,373 days, 1, 121 and 10: in the middle 65.5.
    assert release.rows(days) == [(5, DAY, 0, 65.5, 1, 1.0)]
    release.build(as_of=date(2026, 10, 10))
    assert release.rows("SELECT days_since FROM quality_source") == [(10,)]


def test_what_changed_in_the_last_year(release):
    for ref, on in (("1", date(2024, 1, 1)), ("2", date(2025, 9, 29)), ("3", date(2025, 9, 30)), ("4", DAY)):
        release.record("R", "tax", ref, on=on)
    release.build()
    assert release.rows("SELECT changed_in_a_year FROM quality_source") == [(0.5,)]


def test_why_rows_were_set_aside(release):
    for row, reason in ((2, "too many cells"), (5, "no reference"), (9, "too many cells")):
        release.db.execute("INSERT INTO quarantine VALUES ('tax', 'tax.csv', ?, NULL, ?, NULL)", [row, reason])
    release.build()
    found = release.rows("FROM quality_quarantine ORDER BY rows DESC")
    assert found == [("tax", "too many cells", 2), ("tax", "no reference", 1)]


def test_what_the_lack_of_a_field_costs(release):
    # With a date of birth one in five is alone, without it three in four: two more than if it were there.
    for n in range(5):
        resident = "alone0" if n == 0 else f"pair{n}"
        release.record(resident, "tax", f"with{n}", date_of_birth="1990-02-01", probability=0.9 if n else None)
    for n in range(4):
        resident = f"alone{n + 1}" if n else "pair1"
        release.record(resident, "tax", f"without{n}", probability=None if n else 0.6)
    for n in range(2, 5):
        release.record(f"pair{n}", "school", str(n), probability=0.9)
    release.build()
    query = """SELECT rows_with, alone_with, probability_with, rows_without, alone_without, probability_without,
    matches_missed FROM quality_linkage WHERE source = ? AND field = ?"""
    missed = pytest.approx(3 - 4 / 5)
    assert release.rows(query, "tax", "date_of_birth") == [(5, 1, 0.9, 4, 3, 0.6, missed)]
    assert release.rows(query, "school", "date_of_birth") == [(0, 0, None, 3, 0, 0.9, None)]
    fields = "SELECT count(*), count(DISTINCT field) FROM quality_linkage WHERE source = 'tax'"
    assert release.rows(fields) == [(14, 14)]


def test_the_trend_is_kept_from_run_to_run(release):
    fill_tax(release)
    release.build(run_id="r1", as_of=date(2026, 8, 31))
    release.land("tax", "second", ref=["1"], name=["Ann Lee"], dob=["01/02/1990"], post=[None])
    release.build(run_id="r2")
    query = "SELECT run_id, as_of, share FROM quality_trend WHERE field = ? AND rule = ? ORDER BY run_id"
    kept = [("r1", date(2026, 8, 31), 0.75), ("r2", DAY, 0.0)]
    assert release.rows(query, "postcode", "complete") == kept
    release.build(run_id="r2")
    assert release.rows(query, "postcode", "complete") == kept, "a run that is there is not there twice"


def test_a_landed_file_that_was_measured_is_not_read_again(release):
    fill_tax(release)
    release.build()
    before = release.quality("tax", "complete")
    release.landed["tax"].unlink()
    release.build()
    assert release.quality("tax", "complete") == before
    with pytest.raises(FileNotFoundError):
        release.build(anew=True)


@pytest.mark.parametrize(("file", "contract"), [("second", "c"), ("first", "other")])
def test_another_file_or_contract_is_measured_anew(release, file, contract):
    fill_tax(release)
    release.build()
    release.land("tax", file, contract, ref=["1", "2"], name=["Ann Lee", None], dob=[None, None], post=["x", "y"])
    release.build()
    assert release.quality("tax", "complete")["full_name"] == (2, 1, 0.5)
    assert release.quality("tax", "complete")["date_of_birth"] == (2, 2, 0.0)


def test_a_source_that_is_gone_leaves_nothing(release):
    fill_tax(release)
    release.build()
    release.sources = [s for s in release.sources if s.name != "tax"]
    for table in ("source", "person_record", "source_record", "membership"):
        release.db.execute(f"DELETE FROM {table}")
    release.build()
    for table in ("quality", "quality_source", "quality_linkage"):
        assert release.rows(f"SELECT count(*) FROM {table}") == [(0,)]


def test_a_column_that_is_not_in_the_landed_file(release):
    release.land("tax", ref=["1"], name=["Ann Lee"], post=["IG11 1AA"])
    with pytest.raises(ContractError, match="dob"):
        release.build()
