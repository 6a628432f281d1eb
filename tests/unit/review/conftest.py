"""A small borough's hub that has run once, with the truth, which answers in place of reviewers."""

import shutil
from datetime import datetime, timedelta

import pyarrow.parquet as pq
import pytest

from insighthub.hub import Hub
from tests.made_once import made_once
from tests.reviewed_hub import make_reviewed


class Truth:
    """Who is who."""

    def __init__(self, file):
        table = pq.read_table(file)
        keys = zip(*(table[name].to_pylist() for name in ("source", "record_id", "person")), strict=True)
        self._entity = dict(zip(keys, table["entity_id"].to_pylist(), strict=True))

    def of(self, record):
        return self._entity[tuple(record)]

    def says(self, left, right):
        return "match" if self.of(left) == self.of(right) else "not"


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self):
        self.now = datetime(2026, 3, 5, 9)

    def __call__(self):
        return self.now

    def move(self, **by):
        self.now += timedelta(**by)


@pytest.fixture(scope="session")
def borough_home(tmp_path_factory):
    home = tmp_path_factory.mktemp("reviewed") / "hub"
    made_once(tmp_path_factory, "reviewed", make_reviewed, home)
    return home


@pytest.fixture(scope="session")
def truth(borough_home):
    return Truth(borough_home / "extracts" / "truth.parquet")


@pytest.fixture(scope="module")
def borough_hub(borough_home, tmp_path_factory):
    """The hub, for tests that only read it or draw from it."""
    home = tmp_path_factory.mktemp("module") / "hub"
    shutil.copytree(borough_home, home)
    with Hub(home) as hub:
        yield hub


@pytest.fixture
def clock():
    return Clock()
