"""A value of any type as the text that landing stores."""

import datetime as dt
import decimal

import pytest

from insighthub.sources.cell_text import cell_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ("1.00021E+11", "1.00021E+11"),
        (100021000000.0, "100021000000"),
        (-3.0, "-3"),
        (0.1, "0.1"),
        (1e300, "1e+300"),
        (float("nan"), None),
        (float("inf"), "inf"),
        (7, "7"),
        (True, "true"),
        (False, "false"),
        (decimal.Decimal("1.50"), "1.50"),
        (dt.date(1985, 3, 27), "1985-03-27"),
        (dt.datetime(1985, 3, 27), "1985-03-27"),
        (dt.datetime(1985, 3, 27, 9, 5), "1985-03-27T09:05:00"),
        (dt.datetime(1985, 3, 27, tzinfo=dt.UTC), "1985-03-27T00:00:00+00:00"),
        (dt.time(9, 5), "09:05:00"),
        (dt.timedelta(hours=30), "108000"),
        (b"Ann", "Ann"),
        (b"B\xff", "B\x1a"),
        ({"a": [1, dt.date(1985, 3, 27)]}, '{"a": [1, "1985-03-27"]}'),
    ],
)
def test_a_value_becomes_text(value, text):
    assert cell_text(value) == text
