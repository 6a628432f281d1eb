"""What a place is: a home, a building whose flats records leave out, a hostel or a care home, and why."""

from __future__ import annotations

import duckdb
import pytest

from tests.unit.residents.written import Written, dwelling, index, said

NAMES = ("ABBOTT", "BAKER", "COHEN", "DESAI", "EVANS", "FOSTER", "GRANT", "HUSSAIN", "IQBAL", "JONES", "KHAN", "LOPEZ")


def _tenants(n: int, *, number: int = 12, names: tuple[str, ...] = NAMES, born: int = 1980) -> list[Written]:
    """Return people who live at one number, each with a tenancy of their own and the names in turn."""
    return [
        said(f"R{k:02d}", "council_tax", valid_from="2022-01-01", family_name=names[k % len(names)],
             date_of_birth=f"{born + k % 5}-03-04", **dwelling(number))
        for k in range(n)
    ]  # fmt: skip


def _place(db: duckdb.DuckDBPyConnection, place_id: str) -> tuple[object, ...] | None:
    return db.execute("SELECT kind, residents, names, why FROM place WHERE place_id = ?", [place_id]).fetchone()


def test_a_family_of_seven_is_a_home() -> None:
    db = index(_tenants(7, names=("KHAN",)))
    assert _place(db, "U:1012") == ("home", 7, 1, "7 people of 1 family name")
    assert db.execute("SELECT members, is_current FROM household").fetchall() == [(7, True)]


def test_five_sharers_of_five_names_are_one_household() -> None:
    db = index(_tenants(5))
    assert _place(db, "U:1012") == ("home", 5, 5, "5 people of 5 family names")
    assert db.execute("SELECT members, kind FROM household WHERE is_current").fetchall() == [(5, "several adults")]


def test_a_dozen_people_of_a_dozen_names_are_a_hostel_and_no_household() -> None:
    db = index(_tenants(12))
    assert _place(db, "U:1012") == ("hostel or care home", 12, 12, "12 people of 12 family names")
    assert db.execute("SELECT count(*) FROM household").fetchone() == (0,)
    assert db.execute("SELECT count(*) FROM relation").fetchone() == (0,)


def test_a_care_home_says_how_old_its_people_are() -> None:
    db = index(_tenants(10, born=1938))
    assert _place(db, "U:1012") == (
        "hostel or care home", 10, 10, "10 people of 10 family names, half of them aged 86 or more",
    )  # fmt: skip


def test_ten_people_of_two_names_are_a_home_and_seventeen_are_none() -> None:
    assert _place(index(_tenants(10, names=("KHAN", "DESAI"))), "U:1012")[0] == "home"
    assert _place(index(_tenants(17, names=("KHAN", "DESAI"))), "U:1012") == (
        "hostel or care home", 17, 2, "more people than one household: 17",
    )  # fmt: skip


@pytest.mark.parametrize(("flats", "kind"), [(4, "shared building"), (2, "home")])
def test_an_address_without_a_flat_where_others_name_flats_is_the_building(flats: int, kind: str) -> None:
    tower = [said(f"F{k}", "council_tax", valid_from="2020-01-01", **dwelling(12, flat=str(k + 1)))
             for k in range(flats)]  # fmt: skip
    db = index([*tower, *_tenants(2, names=("KHAN",))])
    place = _place(db, "U:1012")
    assert place[0] == kind
    in_households = {row[0] for row in db.execute("SELECT resident_id FROM household_member").fetchall()}
    assert {f"F{k}" for k in range(flats)} <= in_households, "who lives in a flat that is named is of its household"
    assert ("R00" in in_households) == (kind == "home")
    if kind == "shared building":
        assert place[3] == "records name 4 flats at this number, and none for this address"


def test_a_flat_of_which_one_record_leaves_out_the_number_is_a_home() -> None:
    tower = [said(f"F{k}", "council_tax", valid_from="2020-01-01", **dwelling(12, flat=str(k + 1))) for k in range(4)]
    careless = said("F0", "libraries", **{**dwelling(12), "uprn": "1112"})
    db = index([*tower, careless])
    assert db.execute("SELECT DISTINCT kind FROM place").fetchall() == [("home",)]
    assert db.execute("SELECT list_sort(sources) FROM address WHERE resident_id = 'F0'").fetchall() == [
        (["council_tax", "libraries"],)
    ]


def test_a_place_that_all_have_left_is_a_home_of_nobody() -> None:
    db = index([said("R", "council_tax", valid_from="2015-01-01", valid_to="2023-01-01", **dwelling(12))])
    assert _place(db, "U:1012") == ("home", 0, 0, "0 people known to live there now")


def test_every_place_of_an_address_is_described(release: duckdb.DuckDBPyConnection) -> None:
    assert not release.execute("SELECT place_id FROM address EXCEPT SELECT place_id FROM place").fetchall()
    assert not release.execute("SELECT place_id FROM place GROUP BY 1 HAVING count(*) > 1").fetchall()
    assert not release.execute(
        """SELECT p.place_id FROM place p WHERE p.residents <> (
            SELECT count(*) FROM address a WHERE a.place_id = p.place_id AND a.is_current)"""
    ).fetchall()
