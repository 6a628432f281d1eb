"""Age bands, areas and the days that measures look at."""

from datetime import date

import pytest
from pydantic import ValidationError

from insighthub.errors import MeasureError
from insighthub.measures.definition import Window
from insighthub.measures.population import read_areas
from insighthub.measures.settings import MeasureSettings
from insighthub.measures.windows import periods


def test_age_bands_are_named_by_their_years():
    assert [b.name for b in MeasureSettings().bands()] == [
        "under 16",
        "16 to 24",
        "25 to 44",
        "45 to 64",
        "65 and over",
    ]
    assert [b.name for b in MeasureSettings(age_bands=(0,)).bands()] == ["0 and over"]


@pytest.mark.parametrize("bad", [{"age_bands": (5, 10)}, {"age_bands": (0, 9, 9)}, {"areas": {"sex": "x.csv"}}])
def test_settings_that_cannot_be(bad):
    with pytest.raises(ValidationError):
        MeasureSettings(**bad)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("postcode,ward\nIG11 1AA\n", "row 2.*not a postcode and an area"),
        ("postcode,ward\nIG11 1AA,A\nig111aa,B\n", "row 3.*two areas"),
        ("postcode,ward\nIG11 1AA,not known\n", "row 2"),
    ],
)
def test_a_look_up_with_a_fault_names_the_row(tmp_path, text, says):
    path = tmp_path / "wards.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MeasureError, match=says):
        read_areas({"ward": path})
    with pytest.raises(MeasureError, match="cannot be read"):
        read_areas({"ward": tmp_path / "none.csv"})


def test_a_day_a_span_and_a_series():
    day = date(2026, 9, 29)
    assert periods(Window(), day) == ((day, day, None),)
    assert periods(Window(kind="months", months=12), day) == ((date(2025, 9, 30), day, None),)
    assert periods(Window(kind="series", months=2), day) == (
        (date(2026, 7, 1), date(2026, 7, 31), date(2026, 7, 1)),
        (date(2026, 8, 1), date(2026, 8, 31), date(2026, 8, 1)),
    )
    whole = periods(Window(kind="series", months=1), date(2026, 9, 30))
    assert whole == ((date(2026, 9, 1), date(2026, 9, 30), date(2026, 9, 1)),)


def test_months_before_the_end_of_a_long_month():
    assert periods(Window(kind="months", months=1), date(2026, 3, 30))[0].starts == date(2026, 2, 28)
    assert periods(Window(kind="months", months=13), date(2026, 3, 31))[0].starts == date(2025, 3, 1)
