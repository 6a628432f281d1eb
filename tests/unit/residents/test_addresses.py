"""Where residents live and lived: a dated history, the current address and how sure it is."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest

from insighthub.residents.address_settings import AddressSettings
from tests.unit.residents.release import build, touch
from tests.unit.residents.written import Written, add, dwelling, index, said

DAY = dt.date.fromisoformat


def _account(resident: str, number: int, start: str, end: str | None = None, **more: object) -> Written:
    return said(resident, "council_tax", f"{resident}-{number}", valid_from=start, valid_to=end,
                **dwelling(number), **more)  # fmt: skip


def _history(db: duckdb.DuckDBPyConnection, resident: str) -> list[tuple[object, ...]]:
    return db.execute(
        """SELECT place_id, from_date, to_date, is_current FROM address WHERE resident_id = ?
        ORDER BY is_current DESC, from_date DESC NULLS LAST""",
        [resident],
    ).fetchall()


def _whereabouts(db: duckdb.DuckDBPyConnection, resident: str) -> tuple[object, ...] | None:
    return db.execute("SELECT status, place_id FROM whereabouts WHERE resident_id = ?", [resident]).fetchone()


def test_who_moved_has_a_history_and_lives_where_the_open_account_is() -> None:
    db = index([_account("R", 12, "2015-02-01", "2024-03-01"), _account("R", 30, "2024-03-01")])
    assert _history(db, "R") == [
        ("U:1030", DAY("2024-03-01"), None, True),
        ("U:1012", DAY("2015-02-01"), DAY("2024-03-01"), False),
    ]
    assert _whereabouts(db, "R") == ("lives here", "U:1030")


def test_an_address_is_of_all_records_that_give_it_with_and_without_a_uprn() -> None:
    db = index([_account("R", 12, "2015-02-01"), said("R", "libraries", **dwelling(12, uprn=False)),
                said("R", "benefits", valid_from="2020-05-01", **dwelling(12, postcode=False))])  # fmt: skip
    assert db.execute(
        "SELECT place_id, postcode, uprn, sources, records, from_date, last_seen, inferred FROM address"
    ).fetchall() == [
        ("U:1012", "IG21 8AA", "1012", ["benefits", "council_tax", "libraries"], 3, DAY("2015-02-01"),
         DAY("2020-05-01"), False),
    ]  # fmt: skip


def test_a_former_address_that_a_source_still_has_is_not_current_and_ended_when_they_moved_in_elsewhere() -> None:
    db = index([_account("R", 30, "2024-03-01"), said("R", "libraries", valid_from="2019-01-05", **dwelling(12))])
    assert _history(db, "R") == [
        ("U:1030", DAY("2024-03-01"), None, True),
        ("U:1012", DAY("2019-01-05"), DAY("2024-03-01"), False),
    ]


def test_who_died_has_no_current_address() -> None:
    db = index([_account("R", 12, "2015-02-01", date_of_death="2026-02-03")])
    assert _history(db, "R") == [("U:1012", DAY("2015-02-01"), None, False)]
    assert _whereabouts(db, "R") == ("died", None)
    assert db.execute("SELECT probability, why FROM address").fetchone()[0] == 0.0


def test_who_closed_the_last_account_has_probably_left() -> None:
    db = index([_account("R", 12, "2015-02-01", "2024-03-01")])
    assert [row[-1] for row in _history(db, "R")] == [False]
    assert _whereabouts(db, "R") == ("probably left", None)


def test_who_gives_no_address_has_none() -> None:
    db = index([said("R", "libraries", given_name="JANE")])
    assert _history(db, "R") == []
    assert _whereabouts(db, "R") == ("no address", None)


def test_a_child_goes_where_the_parents_went_and_it_is_said_that_no_record_says_so(
    release: duckdb.DuckDBPyConnection,
) -> None:
    """What was learned from a whole borough is kept, and a family is added to it that moved."""
    name = {"family_name": "QUARTERMAINE"}
    born = {"date_of_birth": "2016-04-05"}
    family = [
        _account("RX1", 12, "2015-02-01", "2026-02-01", **name), _account("RX1", 30, "2026-02-01", **name),
        said("RX1", "school_pupils", "X", person=2, **name, **dwelling(12)),
        said("RX2", "school_pupils", "X", valid_from="2024-09-01", **name, **born, **dwelling(12)),
    ]  # fmt: skip
    add(release, family)
    found = release.execute(
        """SELECT place_id, from_date, is_current, inferred, records, sources
        FROM address WHERE resident_id = 'RX2' AND is_current"""
    ).fetchall()
    assert found == [("U:1030", DAY("2026-02-01"), True, True, 0, [])]
    why = release.execute("SELECT why FROM address WHERE resident_id = 'RX2' AND is_current").fetchone()
    assert why is not None
    assert why[0].startswith("no record gives this address; 1 person with whom they shared a home has an open account")


@pytest.mark.parametrize(
    ("more", "less"),
    [
        (("2026-08-01", "2027-07-31"), ("2022-08-01", "2023-07-31")),
        (("2026-02-01", "2027-01-31"), ("2026-02-01", "2026-07-31")),
    ],
    ids=["of this year, and of four years ago", "in force, and run out"],
)
def test_a_new_permit_in_force_says_more_than_an_old_one_that_ran_out(
    release: duckdb.DuckDBPyConnection, more: tuple[str, str], less: tuple[str, str]
) -> None:
    """How much more is learned from who is here and who has gone; a borough of 900 tells enough."""

    def permit(resident: str, number: int, dates: tuple[str, str]) -> Written:
        return said(resident, "parking_permits", valid_from=dates[0], valid_to=dates[1], **dwelling(number))

    add(release, [permit("RX1", 51, more), permit("RX2", 52, less)])
    sure = dict(
        release.execute("SELECT resident_id, probability FROM address WHERE resident_id IN ('RX1', 'RX2')").fetchall()
    )
    assert sure["RX1"] > sure["RX2"]


def test_nobody_has_two_current_addresses_and_nobody_who_died_has_one(release: duckdb.DuckDBPyConnection) -> None:
    assert not release.execute(
        "SELECT resident_id FROM address WHERE is_current GROUP BY 1 HAVING count(*) > 1"
    ).fetchall()
    assert not release.execute(
        """SELECT resident_id FROM address WHERE is_current AND resident_id IN (
            SELECT resident_id FROM golden WHERE field = 'date_of_death')"""
    ).fetchall()
    assert release.execute("SELECT count(*) FROM golden WHERE field = 'date_of_death'").fetchone()[0] > 0


def test_where_somebody_lives_is_said_alike_by_their_addresses_and_their_whereabouts(
    release: duckdb.DuckDBPyConnection,
) -> None:
    assert not release.execute(
        """SELECT resident_id, a.place_id, w.place_id
        FROM whereabouts w FULL JOIN (FROM address WHERE is_current) a USING (resident_id)
        WHERE a.place_id IS DISTINCT FROM w.place_id OR (w.status = 'lives here') <> (a.place_id IS NOT NULL)"""
    ).fetchall()
    counted = release.execute("SELECT count(*), count(DISTINCT resident_id) FROM whereabouts").fetchone()
    assert counted == release.execute("SELECT count(*), count(*) FROM resident").fetchone()


def test_the_probabilities_of_a_resident_are_of_places_that_exclude_each_other(
    release: duckdb.DuckDBPyConnection,
) -> None:
    assert not release.execute(
        "SELECT resident_id, sum(probability) FROM address GROUP BY 1 HAVING sum(probability) > 1.001"
    ).fetchall()
    assert not release.execute("FROM address WHERE probability NOT BETWEEN 0 AND 1").fetchall()


def test_a_history_does_not_run_backwards(release: duckdb.DuckDBPyConnection) -> None:
    assert not release.execute("SELECT * FROM address WHERE is_current AND to_date IS NOT NULL").fetchall()
    assert not release.execute("SELECT * FROM address WHERE to_date < from_date").fetchall()


@pytest.mark.parametrize("current_from", [0.0, 0.99])
def test_a_council_may_ask_for_more_before_it_calls_an_address_current(
    release: duckdb.DuckDBPyConnection, current_from: float
) -> None:
    before = release.execute("SELECT count(*) FROM address WHERE is_current").fetchone()[0]
    touch(release)
    build(release, learn=False, addresses=AddressSettings(current_from=current_from))
    now = release.execute("SELECT count(*), min(probability) FROM address WHERE is_current").fetchone()
    assert now[1] >= current_from
    assert (now[0] < before) == (current_from > 0.9)
