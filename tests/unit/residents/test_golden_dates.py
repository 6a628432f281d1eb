"""As of which day a record speaks, and as of which day it gives an address."""

from __future__ import annotations

import datetime as dt

from insighthub.residents.golden_dates import date_records
from tests.unit.residents.release import AS_OF, touch
from tests.unit.residents.written import Written, said, write


def _dates(*records: Written) -> list[tuple[object, ...]]:
    db = write(records)
    touch(db)
    date_records(db, AS_OF, learn=True)
    return db.execute("SELECT date, date_is, given_on FROM dated_record ORDER BY record_id, person").fetchall()


def test_a_permit_that_ran_out_was_given_an_address_when_it_was_asked_for() -> None:
    permit = said("R", "parking_permits", facts=[("event", "parking_permit", "2022-04-23", "2023-04-22")])
    assert _dates(permit) == [(dt.date(2023, 4, 22), "date of a fact", dt.date(2022, 4, 23))]


def test_a_balance_says_nothing_of_when_an_address_was_given() -> None:
    tenancy = said("R", "housing_rents", valid_from="2019-02-01", facts=[("amount", "balance", "2026-09-21", None)])
    assert _dates(tenancy) == [(dt.date(2026, 9, 21), "date of a fact", dt.date(2019, 2, 1))]


def test_a_day_that_is_still_to_come_dates_nothing() -> None:
    review = said("R", "adult_social_care", facts=[("status", "review", "2027-04-22", None)], valid_to="2028-01-01")
    assert _dates(review) == [(None, None, None)]


def test_an_account_that_ended_speaks_until_its_end() -> None:
    account = said("R", "council_tax", valid_from="2015-01-02", valid_to="2021-03-04")
    assert _dates(account) == [(dt.date(2021, 3, 4), "day it held until", dt.date(2015, 1, 2))]


def test_the_second_person_of_a_record_is_dated_as_the_first_is() -> None:
    first = said("R", "council_tax", "1", valid_from="2015-01-02")
    second = said("S", "council_tax", "1", person=2)
    assert _dates(first, second) == [(dt.date(2015, 1, 2), "day it held from", dt.date(2015, 1, 2))] * 2
