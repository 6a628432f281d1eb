"""No rate of the changing borough is without its place in the documentation."""

from pathlib import Path

import pytest

from insighthub.synthetic.changing import rates

PAGE = Path(__file__).parents[4] / "docs" / "explanation" / "fictional-borough.md"


@pytest.mark.parametrize("name", sorted(name for name in vars(rates) if name.isupper()))
def test_the_page_names(name):
    assert f"`{name}`" in PAGE.read_text(encoding="utf-8")
