"""The app over an empty hub, with the tests' own way of signing in and their sample screen."""

import shutil

import pytest

from insighthub.store.state import State
from insighthub.web.app import create_app
from insighthub.web.clock import Clock
from insighthub.web.screens import SCREENS
from tests.web.borough import one_of_these
from tests.web.lines import Lines
from tests.web.sample import SCREEN, CookieSessions, add_templates
from tests.web.ticking import Ticking


@pytest.fixture
def ticking():
    """Return a clock that goes forward when a test says so."""
    return Ticking()


@pytest.fixture
def lines():
    """Return the lines that the app logs."""
    return Lines()


@pytest.fixture(scope="session")
def empty_state(tmp_path_factory):
    """Return the database of a state that holds nothing, to be copied: making one takes longer than most tests."""
    file = tmp_path_factory.mktemp("state") / "state.db"
    State(f"sqlite:///{file}").close()
    return file


@pytest.fixture(scope="session")
def borough(tmp_path_factory, states):
    """Return a hub of a borough, with users; tests that change it are few, and say what they change."""
    return one_of_these(tmp_path_factory, states)


@pytest.fixture(scope="session")
def borough_app(borough):
    """Return the app over the borough's hub, with the hub's own way of signing in."""
    app = create_app(borough.home, log=Lines())
    yield app
    app.state.site.hub.close()


@pytest.fixture
def make_app(tmp_path, ticking, lines, empty_state):
    """Return what makes an app: with settings of [web] as TOML, over the hub in ``tmp_path``."""
    made = []
    shutil.copy(empty_state, tmp_path / "state.db")

    def make(settings="", **options):
        if settings:
            (tmp_path / "insighthub.toml").write_text(f"[web]\n{settings}\n", encoding="utf-8")
        clock = Clock(ticking.now, ticking.seconds)
        options = {"sessions": CookieSessions(), "screens": (*SCREENS, SCREEN), "clock": clock, "log": lines, **options}
        app = add_templates(create_app(tmp_path, **options))
        made.append(app)
        return app

    yield make
    for app in made:
        app.state.site.hub.close()


@pytest.fixture
def app(make_app):
    """Return the app with its settings as they come."""
    return make_app()
