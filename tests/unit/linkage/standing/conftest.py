"""A model and its plan, learned from made-up people."""

import pytest

from insighthub.linkage.standing import learn
from tests.made_people import made_people
from tests.standing_deliveries import SETTINGS, SINGLE

PEOPLE = made_people(1, 500, names=12)


@pytest.fixture(scope="session")
def learned():
    return learn(PEOPLE, single_sources=SINGLE, settings=SETTINGS)


@pytest.fixture(scope="session")
def model(learned, tmp_path_factory):
    """Return the model folder."""
    folder = tmp_path_factory.mktemp("model")
    learned.save(folder)
    return folder
