"""What tests of tickets need: a state of their own."""

import pytest

from insighthub.store.state import State


@pytest.fixture
def state(tmp_path):
    opened = State(f"sqlite:///{tmp_path / 'state.db'}")
    yield opened
    opened.close()
