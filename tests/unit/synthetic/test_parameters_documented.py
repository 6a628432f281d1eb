"""No parameter of the fictional borough is without its place in the documentation."""

import dataclasses
from pathlib import Path

import pytest

from insighthub.synthetic import calibration

PAGE = Path(__file__).parents[3] / "docs" / "explanation" / "fictional-borough.md"
NAMES = {name for name in vars(calibration) if name.isupper()}
NAMES |= {field.name for kind in (calibration.Community, calibration.Habits) for field in dataclasses.fields(kind)}
NAMES |= {name for shares in calibration.SHARES.values() for name in shares} | set(calibration.COVERAGE)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_the_page_names(name):
    assert f"`{name}`" in PAGE.read_text(encoding="utf-8")


def test_the_page_names_every_source_with_a_mess_of_its_own():
    text = PAGE.read_text(encoding="utf-8")
    assert all(source in text for source in calibration.SHARES)
