"""A hub of the marked borough and the app over it: one of each for a process, made when it is first asked for."""

from importlib.resources import files

import httpx
import pytest

from insighthub.web.app import create_app
from tests.e2e.server import running
from tests.made_once import made_once
from tests.security.callers import Caller, Callers
from tests.security.marked import make_marked
from tests.web.lines import Lines

POLICY = files("insighthub.governance").joinpath("default_policy.toml")


@pytest.fixture(scope="session")
def marked(tmp_path_factory):
    """Return the folder of the marked borough's hub, and the ids of its residents who are marked."""
    home = tmp_path_factory.mktemp("marked") / "hub"
    return home, made_once(tmp_path_factory, "marked", make_marked, home)


@pytest.fixture(scope="session")
def log():
    """Return the lines that the app logs."""
    return Lines()


@pytest.fixture(scope="session")
def callers(marked, log):
    """Return callers of the app over the marked borough."""
    app = create_app(marked[0], log=log)
    yield Callers(app)
    app.state.site.hub.close()


@pytest.fixture(scope="session")
def server(marked):
    """Return a server of the marked borough, in a process of its own, as ``insighthub serve`` runs it."""
    command = "from insighthub.cli import app; app()"
    with running("-c", command, "serve", "--home", str(marked[0]), "--port", "0") as started:
        yield started


@pytest.fixture
def remote(server, callers):
    """Return what signs somebody in at the server; the requests go over the network."""
    default = POLICY.read_text(encoding="utf-8")
    callers.under(default)
    clients = []

    def sign_in(*roles):
        client = httpx.Client(base_url=server.address.rstrip("/"), trust_env=False)
        clients.append(client)
        user = callers.caller(*roles) if roles else callers.nobody
        return Caller(client, user.token, user.user)

    yield sign_in
    for client in clients:
        client.close()
