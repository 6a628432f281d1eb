"""A small fictional borough, made once a session."""

import pytest

from insighthub.sources.examples import example_text
from insighthub.synthetic import generate


@pytest.fixture(scope="session")
def small_borough(tmp_path_factory):
    """Five hundred residents in all their extracts, with contract and truth."""
    return generate(tmp_path_factory.mktemp("small_borough"), residents=500, seed=3)


@pytest.fixture(scope="session")
def few_extracts(small_borough):
    """The contract of four of the borough's extracts, which are linked in a second."""
    contract = small_borough.folder / "few.toml"
    names = ("council_tax", "benefits", "libraries", "parking_permits")
    contract.write_text("\n\n".join(example_text(name) for name in names), encoding="utf-8")
    return contract
