"""Who delivers when: as often as rates say, with every fault now and then."""

import datetime as dt
from collections import Counter

import numpy as np
import pytest

from insighthub.synthetic.changing import rates
from insighthub.synthetic.changing.schedule import last_day, plan
from insighthub.synthetic.delivery import DELIVERIES


@pytest.mark.parametrize(
    ("number", "day"), [(1, (2026, 9, 30)), (4, (2026, 12, 31)), (5, (2027, 1, 31)), (18, (2028, 2, 29))]
)
def test_months_end_on_their_last_days(number, day):
    assert last_day(number) == dt.date(*day)


def test_all_deliver_in_the_first_month():
    assert plan(np.random.default_rng(1), 1) == [dict.fromkeys([*rates.EVERY_MONTHS, "school_pupils"], "new")]
    assert set(plan(np.random.default_rng(1), 1)[0]) == set(DELIVERIES)


def test_over_many_months_deliveries_fail_as_often_as_rates_say():
    months = plan(np.random.default_rng(2), 1_200)
    monthly = [month.get("council_tax") for month in months[1:]]
    monthly += [month.get("benefits") for month in months[1:]]
    how = Counter(monthly)
    due = sum(how.values())
    assert how[None] / due == pytest.approx(rates.MISSED + rates.LATE, rel=0.3)
    assert how["late"] / due == pytest.approx(rates.LATE, rel=0.4)
    assert how["repeated"] / due == pytest.approx(rates.REPEATED, rel=0.4)
    assert how["reordered"] / due == pytest.approx(rates.REORDERED, rel=0.4)


def test_what_is_late_did_not_come_the_month_before():
    months = plan(np.random.default_rng(3), 400)
    late = [(k, name) for k, month in enumerate(months) for name, how in month.items() if how == "late"]
    assert late
    assert all(name not in months[k - 1] for k, name in late)


def test_school_censuses_come_in_their_seasons():
    months = plan(np.random.default_rng(4), 60)
    for number, month in enumerate(months[1:], 2):
        if "school_pupils" in month:
            before = last_day(number - 1).month
            assert last_day(number).month in {1, 5, 10} or before in {1, 5, 10}  # or a month late
