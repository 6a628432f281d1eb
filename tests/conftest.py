"""What tests of several folders need: Apache Spark, one session on two threads; a state in each kind of database."""

import importlib.util
import os
import warnings

import pytest
from anyio.from_thread import start_blocking_portal
from starlette.testclient import TestClient

from insighthub.linkage.spark.session import LEAST_JAVA, java_version, spark_session
from insighthub.store.state import State
from tests import postgres_server
from tests.hub_states import Beside, InPostgres, is_postgres

#: PySpark leaves the sockets on which it fetches rows for Python to close.
UNCLOSED = "ignore:unclosed <socket.socket:ResourceWarning"


#: Files whose tests take a minute or more together. They begin first, so that none is left to one process at the end.
LONGEST = (
    "test_hub_killed.py",
    "test_access_matrix.py",
    "test_killed_runs.py",
    "test_spark_link.py",
    "test_hub_years.py",
    "test_accessible.py",
    "test_corrections_commands.py",
    "test_linkage_teaching.py",
    "test_months.py",
    "test_benchmark_peers.py",
    "test_review.py",
)


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))
    marked = [item for item in items if item.get_closest_marker("spark")]
    if not marked:
        return
    there = importlib.util.find_spec("pyspark") and (java_version() or 0) >= LEAST_JAVA
    for item in marked:
        item.add_marker(pytest.mark.filterwarnings(UNCLOSED))
        if not there and not os.environ.get("CI"):
            item.add_marker(pytest.mark.skip(reason=f"needs the extra spark, and Java {LEAST_JAVA} or later"))


@pytest.fixture(scope="session", autouse=True)
def one_loop():
    """Have every client that asks an app within a test ask it in one event loop, as a server does.

    A client without one starts a loop, and a thread for it, for each request: as long again as many an answer takes.
    """
    with start_blocking_portal() as portal, pytest.MonkeyPatch.context() as patch:
        patch.setattr(TestClient, "portal", portal)
        yield


@pytest.fixture(scope="session")
def spark():
    """Open a Spark session as the command line does; runs within the tests use it."""
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        patch.setenv("INSIGHTHUB_SPARK_MASTER", "local[2]")
        patch.setenv("PYSPARK_SUBMIT_ARGS", "--conf spark.sql.shuffle.partitions=4 pyspark-shell")
        with spark_session() as session:
            yield session


def assert_same_result(ours, other):
    """Hold a result against the default engine's: the same pairs, levels, clusters and model; weights to 1e-9."""
    assert ours.links.equals(other.links)
    weight = ["match_weight", "match_probability"]
    assert ours.pairs.drop_columns(weight).equals(other.pairs.drop_columns(weight))
    for name in weight:
        worst = abs(ours.pairs[name].to_numpy() - other.pairs[name].to_numpy()).max(initial=0.0)
        assert worst <= 1e-9
    assert ours.model == other.model
    assert ours.against.drop_columns(weight).equals(other.against.drop_columns(weight))
    assert ours.unlikely.equals(other.unlikely)
    assert ours.identifiers.equals(other.identifiers)
    assert ours.levels == other.levels
    assert ours.blocking == other.blocking
    assert ours.weight_histogram == other.weight_histogram
    assert ours.samples == other.samples


@pytest.fixture
def same_result():
    """Return the check that two engines gave the same."""
    return assert_same_result


@pytest.fixture(scope="session")
def postgres():
    """A PostgreSQL server of the tests' own."""
    if not postgres_server.is_there() and not os.environ.get("CI"):
        pytest.skip("needs PostgreSQL's initdb, pg_ctl and postgres")
    server = postgres_server.PostgresServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def states(request):
    """Return where hubs of tests keep their state; see ``tests/hub_states.py``."""
    return InPostgres(request.getfixturevalue("postgres")) if is_postgres() else Beside()


@pytest.fixture(params=["sqlite", "postgresql"])
def state_url(request, tmp_path):
    """Return the URL of a new, empty database for a state: the test runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'state.db'}"
        return
    server = request.getfixturevalue("postgres")
    database = server.new_database()
    yield server.url(database)
    server.drop(database)


@pytest.fixture
def state(state_url):
    """Return an open state, in each kind of database."""
    opened = State(state_url)
    yield opened
    opened.close()
