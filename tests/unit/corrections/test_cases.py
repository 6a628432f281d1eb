"""What is proposed to whom, kind by kind, and what never is."""

import json
from datetime import date

import pytest

from insighthub.corrections.cases import build_corrections
from insighthub.corrections.settings import CorrectionSettings
from tests.unit.corrections.made_release import AS_OF, NEW, OLD, SOURCES, cases, record, release

LATER = date(2026, 5, 1)


def moved(**settings):
    """Ann has moved: benefits knows, the library does not."""
    return [record("libraries", "L1", **OLD), record("benefits", "B1", **NEW, date=LATER, **settings)]


def test_a_former_address_is_told_where_the_new_one_is_sure():
    db = release(moved(), current={"R1": "U:2"})
    assert cases(db) == [("moved", "libraries", "L1", "2 NEW ROAD, IG11 9BB")]


def test_an_address_that_is_not_sure_enough_is_not_told():
    assert cases(release(moved(), current={"R1": "U:2"}, probability=0.85)) == []


def test_a_record_that_has_ended_is_history():
    records = moved()
    records[0]["valid_to"] = "2025-01-01"
    assert cases(release(records, current={"R1": "U:2"})) == []


def test_an_address_of_one_moment_is_history():
    assert cases(release(moved(), current={"R1": "U:2"}), moments=("libraries",)) == []


def test_a_move_that_may_be_of_two_people_of_one_name_is_not_told():
    records = moved()
    records[0]["date_of_birth"] = None
    assert cases(release(records, current={"R1": "U:2"}), agreement=2) == []


def test_a_closed_account_shows_that_it_is_one_person_who_moved():
    records = moved()
    records[0]["date_of_birth"] = None
    records.append(
        record("council_tax", "C1", **OLD, stay=1, to_date=date(2025, 1, 1), valid_to="2025-01-01", date_of_birth=None)
    )
    assert ("moved", "libraries", "L1", "2 NEW ROAD, IG11 9BB") in cases(release(records, current={"R1": "U:2"}))


def test_an_open_account_at_the_former_address_speaks_against_a_move():
    records = [*moved(), record("council_tax", "C1", **OLD, stay=1, from_date=date(2020, 1, 1))]
    assert cases(release(records, current={"R1": "U:2"})) == []


@pytest.mark.parametrize("source", ["electoral_register", "adult_social_care"])
def test_an_address_that_only_a_locked_or_special_source_gives_is_not_told(source):
    records = [record("libraries", "L1", **OLD), record(source, "E1", **NEW, date=LATER)]
    assert cases(release(records, current={"R1": "U:2"})) == []


def test_a_locked_source_does_not_help_one_other_to_be_enough():
    records = [*moved(), record("electoral_register", "E1", **NEW, date=LATER)]
    assert cases(release(records, current={"R1": "U:2"})) == []
    assert (
        len(cases(release([*records, record("parking_permits", "P1", **NEW, date=LATER)], current={"R1": "U:2"}))) == 1
    )


def test_no_setting_opens_the_electoral_register():
    records = [record("libraries", "L1", **OLD), record("electoral_register", "E1", **NEW, date=LATER)]
    opened = {"may_see": {"libraries": ("electoral_register",)}, "values_of_special_sources": ("moved",)}
    assert cases(release(records, current={"R1": "U:2"}), **opened) == []


def test_hidden_residents_have_no_case_at_all():
    records = [
        *moved(),
        record("housing_rents", "H1", date_of_death="2026-04-01"),
        record("parking_permits", "P1", date_of_birth="1980-05-03"),
    ]
    assert cases(release(records, current={"R1": "U:2"}))
    assert cases(release(records, current={"R1": "U:2"}, hidden=["R1"])) == []
    records[1]["hidden"] = "refuge"
    assert cases(release(records, current={"R1": "U:2"})) == []


def test_a_death_is_told_to_those_who_hold_the_person_as_living():
    records = [
        record("housing_rents", "H1", date_of_death="2026-04-01"),
        record("libraries", "L1"),
        record("council_tax", "C1", date_of_birth=None),
    ]
    assert cases(release(records)) == [
        ("died", "council_tax", "C1", "2026-04-01"),
        ("died", "libraries", "L1", "2026-04-01"),
    ]


def test_a_sign_of_life_after_the_day_speaks_against_a_death():
    records = [
        record("housing_rents", "H1", date_of_death="2025-04-01"),
        record("libraries", "L1", valid_from="2026-01-01"),
    ]
    assert cases(release(records)) == []


def test_a_death_is_not_told_where_there_may_be_a_parent_and_a_child_of_one_name():
    records = [
        record("housing_rents", "H1", date_of_death="2026-04-01"),
        record("council_tax", "C1", date_of_birth=None),
        record("electoral_register", "E1", date_of_birth=None),
    ]
    assert [source for _, source, _, _ in cases(release(records))] == ["council_tax", "electoral_register"]
    another = record("electoral_register", "E2", date_of_birth=None)
    assert cases(release([*records, another])) == []


def test_a_death_that_only_social_care_knows_is_told_where_the_settings_let_it():
    records = [record("adult_social_care", "A1", date_of_death="2026-04-01"), record("libraries", "L1")]
    assert cases(release(records)) == []
    told = cases(release(records), "proposed", "evidence", values_of_special_sources=("died",))
    assert [(value, json.loads(evidence)) for value, evidence in told] == [
        ("2026-04-01", [{"service": "another council service", "says": "2026-04-01", "as_of": None}])
    ]


def test_the_evidence_never_tells_which_services_are_special():
    """With and without social care, the words are of one kind: nobody can tell what the unnamed service is."""
    common = [record("libraries", "L1", date_of_birth="1980-05-03"), record("benefits", "B1", date=LATER)]
    with_special = cases(release([*common, record("adult_social_care", "A1")]), "evidence", "why")
    with_another = cases(release([*common, record("parking_permits", "P1")]), "evidence", "why")
    assert with_special == with_another
    assert "adult" not in str(with_special)
    assert "benefits" in str(with_special)


def test_a_source_may_be_let_know_of_a_special_one():
    records = [
        record("libraries", "L1", date_of_birth="1980-05-03"),
        record("benefits", "B1"),
        record("adult_social_care", "A1", date=LATER),
    ]
    ((evidence,),) = cases(release(records), "evidence", may_see={"libraries": ("adult_social_care",)})
    assert json.loads(evidence)[0]["service"] == "adult_social_care"


@pytest.mark.parametrize(
    ("held", "flags", "kind"),
    [
        ("1980-05-03", None, "birth_date"),  # swapped
        ("1980-03-06", None, "birth_date"),  # one digit
        ("1980-01-01", "january_first", "birth_date"),
        (None, "default", "birth_date"),
        (None, None, "missing_birth_date"),
    ],
)
def test_a_slip_in_a_date_of_birth_is_told_where_two_others_agree(held, flags, kind):
    records = [record("libraries", "L1", date_of_birth=held, date_of_birth_flags=flags), record("benefits", "B1")]
    filled = [record("libraries", f"X{n}", resident="R9") for n in range(3)]  # the library does ask for dates
    assert cases(release([*records, *filled])) == []
    agreed = [*records, *filled, record("parking_permits", "P1")]
    assert cases(release(agreed)) == [(kind, "libraries", "L1", "1980-03-05")]


def test_another_date_altogether_is_no_slip_but_another_person():
    records = [
        record("libraries", "L1", date_of_birth="1955-11-21"),
        record("benefits", "B1"),
        record("parking_permits", "P1"),
    ]
    assert cases(release(records)) == []


def test_a_source_that_does_without_dates_of_birth_is_not_told_that_they_are_missing():
    records = [record("libraries", "L1", date_of_birth=None), record("benefits", "B1"), record("parking_permits", "P1")]
    assert cases(release(records)) == []


def test_a_name_that_a_service_has_replaced_is_told():
    records = [
        record("libraries", "L1"),
        record("benefits", "B1", family_name="OKAFOR", previous_family_name="SMITH", date=LATER),
        record("parking_permits", "P1", family_name="OKAFOR", date=LATER),
    ]
    assert cases(release(records)) == [("new_name", "libraries", "L1", "OKAFOR")]
    records[1]["previous_family_name"] = None
    assert cases(release(records)) == []


def test_another_spelling_is_no_new_name():
    records = [
        record("libraries", "L1"),
        record("benefits", "B1", family_name="SMYTH", previous_family_name="SMITH", date=LATER),
        record("parking_permits", "P1", family_name="SMYTH", date=LATER),
    ]
    assert cases(release(records)) == []


def test_two_open_records_at_one_address_are_one_too_many():
    records = [
        record("libraries", "L1", **OLD, valid_from="2020-01-01"),
        record("libraries", "L2", **OLD, valid_from="2022-01-01"),
    ]
    assert cases(release(records)) == [("duplicate", "libraries", "L2", "L1")]
    records[1]["date_of_birth"] = "1980-03-06"
    assert cases(release(records)) == []


def test_a_source_of_one_record_a_person_has_one_wherever_they_live():
    records = [record("blue_badge", "1", valid_from="2020-01-01"), record("blue_badge", "2", valid_from="2022-01-01")]
    assert cases(release(records)) == [("duplicate", "blue_badge", "2", "1")]


def test_a_uprn_is_told_that_other_records_of_the_place_have():
    others = [record("council_tax", f"C{n}", resident=f"R{n + 2}", **OLD, uprn="1") for n in range(12)]
    assert cases(release([record("libraries", "L1", **OLD), *others])) == [("missing_uprn", "libraries", "L1", "1")]
    locked = [{**each, "source": "electoral_register"} for each in others]
    assert cases(release([record("libraries", "L1", **OLD), *locked])) == []


def test_newer_numbers_are_told_only_where_it_is_asked_for():
    records = [
        record("libraries", "L1", mobile="+447700900111"),
        record("benefits", "B1", mobile="+447700900222", date=LATER),
        record("parking_permits", "P1", mobile="+447700900222", date=LATER),
    ]
    db = release(records)
    db.execute("INSERT INTO contact VALUES ('R1', 'mobile', '+447700900222', 1, [], NULL, 0)")
    assert cases(db) == []
    assert cases(db, kinds=("contact",)) == [("contact", "libraries", "L1", "+447700900222")]


def test_a_run_of_changes_gives_what_a_full_one_gives():
    def records(changed):
        slip = [
            record("libraries", "L2", "R2", date_of_birth="1980-05-03"),
            record("benefits", "B2", "R2"),
            record("parking_permits", "P2", "R2"),
        ]
        if changed:
            slip[0]["date_of_birth"] = "1980-03-05"
        return [*moved(), *slip]

    whole = cases(release(records(changed=True), current={"R1": "U:2"}), "*")
    db = release(records(changed=False), current={"R1": "U:2"})
    assert len(cases(db, "*")) == 2
    db.execute("UPDATE person_record SET date_of_birth = '1980-03-05' WHERE record_id = 'L2'")
    db.execute("CREATE OR REPLACE TEMP TABLE touched AS SELECT 'R2' AS resident_id")
    assert cases(db, "*", learn=False) == whole
    assert len(whole) == 1


def test_cases_of_a_resident_that_is_no_more_go():
    db = release(moved(), current={"R1": "U:2"})
    assert len(cases(db)) == 1
    db.execute("DELETE FROM membership")
    db.execute("DELETE FROM resident")
    assert cases(db, learn=False) == []


def test_nothing_temporary_is_left():
    db = release(moved(), current={"R1": "U:2"})
    before = db.execute("SELECT table_name FROM duckdb_tables() WHERE temporary ORDER BY 1").fetchall()
    build_corrections(db, CorrectionSettings(), SOURCES, AS_OF)
    assert db.execute("SELECT table_name FROM duckdb_tables() WHERE temporary ORDER BY 1").fetchall() == before
