"""A desk of a small hub, whose state is in each kind of database."""

import shutil

import pytest

from insighthub.config import STATE_URL
from insighthub.desk.desk import Desk
from insighthub.hub import Hub
from tests.desk_hub import Clock, keep_ids, make_home, make_users
from tests.quick_passwords import quick_passwords

__all__ = ["quick_passwords"]


@pytest.fixture(scope="session")
def made_home(tmp_path_factory):
    home = tmp_path_factory.mktemp("desk") / "hub"
    make_home(home)
    return home


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def desk(made_home, tmp_path, state_url, clock, monkeypatch, quick_passwords):
    home = tmp_path / "hub"
    shutil.copytree(made_home, home)
    monkeypatch.setenv(STATE_URL, state_url)
    with Hub(home) as hub:
        keep_ids(hub)
        yield Desk(hub, clock)


@pytest.fixture
def users(desk):
    return make_users(desk.hub)
