"""As of which day a record speaks, and as of which day it gives an address."""

from __future__ import annotations

import datetime as dt

from insighthub.residents.golden_dates import date_records
from tests.unit.residents.release import AS_OF, touch
from tests.unit.residents.written import FIRST, Written, dwelling, said, write


def _dates(*records: Written) -> list[tuple[object, ...]]:
    db = write(records)
    touch(db)
    date_records(db, AS_OF, learn=True)
    return db.execute("SELECT date, date_is, given_on FROM dated_record ORDER BY record_id, person").fetchall()


def test_a_permit_that_ran_out_was_given_an_address_when_it_was_asked_for() -> None:
    permit = said("R", "parking_permits", facts=[("event", "parking_permit", "2022-04-23", "2023-04-22")])
    assert _dates(permit) == [(dt.date(2022, 4, 23), "date of a fact", dt.date(2022, 4, 23))]


def test_a_balance_says_nothing_of_when_an_address_was_given() -> None:
    tenancy = said("R", "housing_rents", valid_from="2019-02-01", facts=[("amount", "balance", "2026-09-21", None)])
    assert _dates(tenancy) == [(dt.date(2019, 2, 1), "day it held from", dt.date(2019, 2, 1))]


def test_a_day_that_is_still_to_come_dates_nothing() -> None:
    review = said("R", "adult_social_care", facts=[("status", "review", "2027-04-22", None)], valid_to="2028-01-01")
    assert _dates(review) == [(None, None, None)]


def test_an_account_that_ended_says_nothing_newer_than_one_that_goes_on() -> None:
    ended = said("R", "council_tax", "1", valid_from="2015-01-02", valid_to="2021-03-04")
    goes_on = said("R", "council_tax", "2", valid_from="2016-01-02")
    assert _dates(ended, goes_on) == [
        (dt.date(2015, 1, 2), "day it held from", dt.date(2015, 1, 2)),
        (dt.date(2016, 1, 2), "day it held from", dt.date(2016, 1, 2)),
    ]


def _dates_after(before: dict[str, object], now: dict[str, object]) -> list[tuple[object, ...]]:
    """Return the dates of a record that said one thing from its first delivery on, and another from June on."""
    db = write([said("R", "benefits", valid_from="2020-01-01", changed_on=dt.date(2026, 8, 31), **now)])
    row = {"source": "benefits", "record_id": "benefits-R", "person": 1, "role": "main", "valid_from": "2020-01-01",
           "first_seen": FIRST, "changed_on": FIRST, "ended_on": dt.date(2026, 6, 30), **before}  # fmt: skip
    db.execute(f"INSERT INTO former_record ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})", [*row.values()])
    touch(db)
    date_records(db, AS_OF, learn=True)
    return db.execute("SELECT date, date_is, given_on FROM dated_record").fetchall()


def test_what_changed_between_deliveries_is_as_of_the_delivery_that_brought_it() -> None:
    phone = _dates_after({"mobile": "+447700900001"}, {"mobile": "+447700900002"})
    assert phone == [(dt.date(2026, 6, 30), "changed between deliveries", dt.date(2020, 1, 1))]


def test_an_address_is_given_when_it_changed_and_not_when_a_phone_did() -> None:
    moved = _dates_after(dwelling(12), dwelling(30))
    assert moved == [(dt.date(2026, 6, 30), "changed between deliveries", dt.date(2026, 6, 30))]
    stayed = _dates_after({**dwelling(12), "email": "a@post.example"}, {**dwelling(12), "email": "b@post.example"})
    assert stayed[0][2] == dt.date(2020, 1, 1)


def test_a_record_whose_balance_changes_every_month_says_nothing_new_of_the_person() -> None:
    """Its row is another one in each delivery, and what it says of the person the same."""
    account = said("R", "housing_rents", valid_from="2019-02-01", changed_on=dt.date(2026, 9, 30))
    assert _dates(account) == [(dt.date(2019, 2, 1), "day it held from", dt.date(2019, 2, 1))]


def test_the_second_person_of_a_record_is_dated_as_the_first_is() -> None:
    first = said("R", "council_tax", "1", valid_from="2015-01-02")
    second = said("S", "council_tax", "1", person=2)
    assert _dates(first, second) == [(dt.date(2015, 1, 2), "day it held from", dt.date(2015, 1, 2))] * 2
