"""A hub is served while a run publishes a release: nobody's page is broken, and the new release is shown."""

import json
import threading

import pytest

from tests.e2e.server import running
from tests.e2e.test_served import ask
from tests.integration.living_hub import LivingHub, make_deliveries

OFFICER = {"Cookie": "insighthub-session=officer"}


@pytest.fixture
def living(tmp_path):
    hub = LivingHub.found(tmp_path / "hub", make_deliveries(tmp_path / "deliveries"))
    hub.run()
    with (hub.home / "insighthub.toml").open("a", encoding="utf-8") as settings:
        settings.write("\n[web]\nrequests_per_minute = 1000000\n")
    return hub


def release_of(server):
    return json.loads(ask(server, "/api/v1/release", **OFFICER)[2])["release"]


def test_a_release_is_published_while_pages_are_read(living):
    with running("-m", "tests.e2e.served", str(living.home)) as server:
        assert release_of(server) == "r000001"
        assert json.loads(ask(server, "/ready")[2]) == {"status": "ready", "release": "published"}
        answers, done = [], threading.Event()

        def read():
            while not done.is_set():
                answers.extend(ask(server, path, **OFFICER)[0] for path in ("/", "/release", "/ready"))

        readers = [threading.Thread(target=read) for _ in range(2)]
        for reader in readers:
            reader.start()
        try:
            living.deliver(1)
            outcome = living.run()
        finally:
            done.set()
            for reader in readers:
                reader.join()
        assert len(answers) > 10
        assert set(answers) == {200}
        while release_of(server) == "r000001":  # what pages know of the release is looked up every few seconds
            threading.Event().wait(0.2)
        assert release_of(server) == outcome.run_id == "r000002"
