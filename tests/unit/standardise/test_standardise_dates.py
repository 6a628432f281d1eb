"""Dates as sources write them, and the flags that say how far to believe them."""

from datetime import date

import pytest

from insighthub.standardise.dates import date_from_parts, standard_date

TODAY = date(2026, 1, 15)
UK = ("%d/%m/%Y",)


@pytest.mark.parametrize(
    ("text", "formats", "edtf", "flags"),
    [
        ("1985-03-27", (), "1985-03-27", ()),
        ("1985-03-27 00:00:00", (), "1985-03-27", ()),
        ("1985-03-27T00:00:00Z", (), "1985-03-27", ()),
        ("1985-03-27 13:45:10.123", (), "1985-03-27", ()),
        ("27/03/1985", UK, "1985-03-27", ()),
        ("27/03/1985", (), "1985-03-27", ()),
        ("7/3/1985", UK, "1985-03-07", ()),
        ("04/05/1985", (), "1985-05-04", ()),
        ("04/05/1985", ("%m/%d/%Y",), "1985-04-05", ()),
        ("27.03.1985", (), "1985-03-27", ()),
        ("27-03-1985", (), "1985-03-27", ()),
        ("1985/03/27", (), "1985-03-27", ()),
        ("27-Mar-85", (), "1985-03-27", ("two_digit_year",)),
        ("27/03/85", (), "1985-03-27", ("two_digit_year",)),
        ("27/03/24", (), "2024-03-27", ("two_digit_year",)),
        ("27/03/27", (), "1927-03-27", ("two_digit_year",)),
        ("27 March 1985", (), "1985-03-27", ()),
        ("27th March 1985", (), "1985-03-27", ()),
        ("Wed, 27 Sept 1985", (), "1985-09-27", ()),
        ("March 27, 1985", (), "1985-03-27", ()),
        ("27MAR1985", (), "1985-03-27", ()),
        ("27MAR1985", ("%d%b%Y",), "1985-03-27", ()),
        ("270385", ("%d%m%y",), "1985-03-27", ("two_digit_year",)),
        ("270385", (), None, ("unreadable",)),
        ("19850327", (), "1985-03-27", ()),
        ("27031985", (), "1985-03-27", ()),
        ("19151111", (), "1915-11-11", ()),
        ("31132", ("excel",), "1985-03-26", ()),
        ("31132.0", ("excel",), "1985-03-26", ()),
        ("31132", (), None, ("unreadable",)),
        # One column, two formats.
        ("1985-03-27", UK, "1985-03-27", ()),
        ("27/03/1985", ("%Y-%m-%d", "%d/%m/%Y"), "1985-03-27", ()),
        # Only one reading is possible.
        ("03/27/1985", (), "1985-03-27", ("month_first",)),
        ("03/27/1985", UK, "1985-03-27", ("month_first",)),
        ("27/03/1985", ("%m/%d/%Y",), "1985-03-27", ()),
        # Parts.
        ("1985", (), "1985-XX-XX", ()),
        ("1985-03", (), "1985-03-XX", ()),
        ("03/1985", (), "1985-03-XX", ()),
        ("Mar 1985", (), "1985-03-XX", ()),
        ("1985-03-XX", (), "1985-03-XX", ()),
        ("XXXX-01-XX", (), "XXXX-01-XX", ()),
        # Not to be believed.
        ("31/02/1985", (), "1985-XX-XX", ("impossible",)),
        ("1985-13-27", (), "1985-XX-27", ("impossible",)),
        ("1862-81-01", (), "1862-XX-01", ("impossible",)),
        ("27/13/1985", UK, "1985-XX-27", ("impossible",)),
        ("32/03/1985", UK, "1985-03-XX", ("impossible",)),
        ("19131301", (), "1913-XX-01", ("impossible",)),
        ("00/00/1985", UK, "1985-XX-XX", ("impossible",)),
        ("29/02/1985", UK, "1985-XX-XX", ("impossible",)),
        ("29/02/1984", UK, "1984-02-29", ()),
        ("99/99/9999", (), None, ("impossible",)),
        ("00/00/0000", (), None, ("impossible",)),
        ("01/01/1900", (), None, ("default",)),
        ("1900-01-01", (), None, ("default",)),
        ("30/12/1899", (), None, ("default",)),
        ("1901-01-01", (), None, ("default",)),
        ("9999-12-31", (), None, ("default",)),
        ("01/01/1985", (), "1985-01-01", ("january_first",)),
        ("01/01/1970", (), "1970-01-01", ("january_first",)),
        ("2030-01-05", (), "2030-01-05", ("future",)),
        ("2026-01-15", (), "2026-01-15", ()),
        # Long ago is no fault.
        ("1638-12-02", (), "1638-12-02", ()),
        ("not a date", (), None, ("unreadable",)),
        ("N/A", (), None, ()),
        ("-", (), None, ()),
        (None, (), None, ()),
    ],
)
def test_a_date_is_read_in_its_declared_format_or_the_one_likely_reading(text, formats, edtf, flags):
    assert standard_date(text, formats, as_of=TODAY) == (edtf, flags)


@pytest.mark.parametrize("text", ["06/06/2000", "2000-06-06", "06/06/2000 00:00"])
def test_a_null_value_of_the_contract_is_a_default_however_it_is_written(text):
    assert standard_date(text, UK, ("06/06/2000",), TODAY) == (None, ("default",))


@pytest.mark.parametrize(
    ("parts", "edtf", "flags"),
    [
        (("1960", "6", "1"), "1960-06-01", ()),
        (("1960", "06", "01"), "1960-06-01", ()),
        (("1985.0", "3.0", None), "1985-03-XX", ()),
        (("", "1", ""), "XXXX-01-XX", ()),
        (("85", "Mar", None), "1985-03-XX", ("two_digit_year",)),
        (("1985", "September", "9"), "1985-09-09", ()),
        ((None, "2", "30"), None, ("impossible",)),
        (("1985", "2", "30"), "1985-XX-XX", ("impossible",)),
        ((None, "2", "29"), "XXXX-02-29", ()),
        (("1985", "13", None), "1985-XX-XX", ("impossible",)),
        (("1985", "x1", None), None, ("unreadable",)),
        (("1900", "1", "1"), None, ("default",)),
        ((None, None, None), None, ()),
        (("0", "0", "0"), None, ()),
    ],
)
def test_separate_columns_give_what_they_know(parts, edtf, flags):
    assert date_from_parts(*parts, TODAY) == (edtf, flags)
