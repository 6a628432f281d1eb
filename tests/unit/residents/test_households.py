"""Who lives together now, who did before, and who has left people that are there still."""

from __future__ import annotations

import datetime as dt

import duckdb

from tests.unit.residents.written import Written, dwelling, index, said

DAY = dt.date.fromisoformat
KHAN, DESAI = {"family_name": "KHAN"}, {"family_name": "DESAI"}


def _joint(record_id: str, residents: tuple[str, ...], number: int, start: str, end: str | None = None,
           **columns: object) -> list[Written]:  # fmt: skip
    return [
        said(r, "council_tax", record_id, person=n, valid_from=start, valid_to=end, **dwelling(number), **columns)
        for n, r in enumerate(residents, start=1)
    ]


def _households(db: duckdb.DuckDBPyConnection) -> list[tuple[object, ...]]:
    return db.execute(
        """SELECT h.is_current, h.place_id, h.from_date, h.to_date, h.kind, h.members,
               list_sort(list(m.resident_id) FILTER (m.is_current OR NOT h.is_current))
        FROM household h JOIN household_member m USING (household_id) GROUP BY ALL ORDER BY ALL"""
    ).fetchall()


def test_a_couple_with_one_account_is_a_household_of_two_adults() -> None:
    db = index(_joint("1", ("A", "B"), 12, "2015-02-01", date_of_birth="1980-05-06", **KHAN))
    assert _households(db) == [(True, "U:1012", DAY("2015-02-01"), None, "two adults", 2, ["A", "B"])]


def test_a_parent_with_a_child_is_one_adult_with_children() -> None:
    db = index([*_joint("1", ("A",), 12, "2015-02-01", date_of_birth="1980-05-06", **KHAN),
                said("C", "school_pupils", date_of_birth="2016-05-06", valid_from="2025-09-01", **KHAN,
                     **dwelling(12))])  # fmt: skip
    assert _households(db) == [(True, "U:1012", DAY("2015-02-01"), None, "one adult with children", 2, ["A", "C"])]


def test_those_before_are_a_household_of_their_own_which_ended_when_their_account_did() -> None:
    before = _joint("1", ("A", "B"), 12, "2015-02-01", "2022-03-04", **KHAN)
    now = _joint("2", ("X",), 12, "2022-04-01", **DESAI)
    assert _households(index([*before, *now])) == [
        (False, "U:1012", DAY("2015-02-01"), DAY("2022-03-04"), "two adults", 2, ["A", "B"]),
        (True, "U:1012", DAY("2022-04-01"), None, "one person", 1, ["X"]),
    ]


def test_who_left_people_that_are_there_still_is_a_former_member_of_their_household() -> None:
    both = _joint("1", ("A", "B"), 12, "2015-02-01", "2022-03-04", **KHAN)
    db = index([*both, *_joint("2", ("A",), 12, "2022-03-04", **KHAN), *_joint("3", ("B",), 30, "2022-03-04", **KHAN)])
    assert db.execute(
        """SELECT m.resident_id, m.is_current, m.to_date, m.probability IS NULL, m.why
        FROM household_member m JOIN household h USING (household_id)
        WHERE h.place_id = 'U:1012' ORDER BY 1"""
    ).fetchall()[1] == ("B", False, DAY("2022-03-04"), True, "lived here with 1 person who still does")
    assert _households(db)[1][-1] == ["B"]


def test_nobody_is_in_two_households_now_and_all_members_live_there(release: duckdb.DuckDBPyConnection) -> None:
    assert not release.execute(
        "SELECT resident_id FROM household_member WHERE is_current GROUP BY 1 HAVING count(*) > 1"
    ).fetchall()
    assert not release.execute(
        """SELECT m.resident_id FROM household_member m JOIN household h USING (household_id)
        LEFT JOIN address a ON a.resident_id = m.resident_id AND a.place_id = h.place_id AND a.is_current
        WHERE m.is_current AND a.probability IS DISTINCT FROM m.probability"""
    ).fetchall()
    assert not release.execute(
        """SELECT household_id FROM household h WHERE is_current AND members <> (
            SELECT count(*) FROM household_member m WHERE m.household_id = h.household_id AND m.is_current)"""
    ).fetchall()


def test_a_household_is_in_no_place_that_is_not_a_home(release: duckdb.DuckDBPyConnection) -> None:
    assert not release.execute(
        "SELECT h.place_id FROM household h JOIN place p USING (place_id) WHERE p.kind <> 'home'"
    ).fetchall()
    assert release.execute("SELECT count(*) FROM household WHERE NOT is_current").fetchone()[0] > 10
