"""How residents are reached, what they are numbered by, and who else has the same."""

from __future__ import annotations

import duckdb

from tests.unit.residents.release import build, touch
from tests.unit.residents.written import index, said

PHONE, OTHER = "+447700900001", "+447700900002"


def _contacts(db: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return db.execute("SELECT resident_id, kind, value, rank, shared_with FROM contact ORDER BY ALL").fetchall()


def test_the_golden_contact_is_the_first_and_the_others_follow() -> None:
    db = index([said("R", "benefits", mobile=PHONE, valid_from="2024-01-01"),
                said("R", "libraries", mobile=OTHER, valid_from="2020-01-01"),
                said("R", "council_tax", mobile=PHONE)])  # fmt: skip
    assert db.execute("SELECT value, rank, sources FROM contact ORDER BY rank").fetchall() == [
        (PHONE, 1, ["benefits", "council_tax"]), (OTHER, 2, ["libraries"]),
    ]  # fmt: skip


def test_a_number_that_others_have_says_how_many_whichever_kind_it_is_to_them() -> None:
    db = index([said("P", "council_tax", mobile=PHONE), said("Q", "school_pupils", phone=PHONE),
                said("R", "school_pupils", mobile=PHONE, phone=PHONE),
                said("S", "libraries", mobile=OTHER)])  # fmt: skip
    assert _contacts(db) == [
        ("P", "mobile", PHONE, 1, 2), ("Q", "phone", PHONE, 1, 2), ("R", "mobile", PHONE, 1, 2),
        ("R", "phone", PHONE, 1, 2), ("S", "mobile", OTHER, 1, 0),
    ]  # fmt: skip


def test_what_others_share_is_put_right_when_one_resident_changes() -> None:
    db = index([said("P", "council_tax", mobile=PHONE, nino="QQ123456A"),
                said("Q", "libraries", mobile=PHONE, nino="QQ123456A")])  # fmt: skip
    assert [row[-1] for row in _contacts(db)] == [1, 1]
    assert db.execute("SELECT bool_and(conflict) FROM identifier").fetchone() == (True,)
    db.execute("UPDATE person_record SET mobile = $1, nino = 'QQ123456C' WHERE source = 'libraries'", [OTHER])
    touch(db, ["Q"])
    build(db, learn=False)
    assert _contacts(db) == [("P", "mobile", PHONE, 1, 0), ("Q", "mobile", OTHER, 1, 0)]
    assert db.execute("SELECT bool_or(conflict) FROM identifier").fetchone() == (False,)


def test_a_number_that_two_sources_give_is_verified_and_one_that_one_gives_is_not() -> None:
    db = index([said("R", "benefits", nino="QQ123456A"), said("R", "housing_rents", nino="QQ123456A"),
                said("R", "adult_social_care", "1", nhs_number="9434765919"),
                said("R", "adult_social_care", "2", nhs_number="9434765919")])  # fmt: skip
    assert db.execute("SELECT kind, verified, conflict FROM identifier ORDER BY kind").fetchall() == [
        ("nhs_number", False, False), ("nino", True, False),
    ]  # fmt: skip


def test_two_numbers_of_one_kind_conflict_both_of_them() -> None:
    db = index([said("R", "benefits", nino="QQ123456A"), said("R", "housing_rents", nino="QQ123456C")])
    assert db.execute("SELECT value, verified, conflict FROM identifier ORDER BY value").fetchall() == [
        ("QQ123456A", False, True), ("QQ123456C", False, True),
    ]  # fmt: skip
