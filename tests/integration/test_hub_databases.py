"""A hub whose state is in SQLite, and one whose state is in PostgreSQL: the same runs, with the same end."""

from datetime import date

import pytest
from sqlalchemy import text

from insighthub.config import STATE_URL
from insighthub.errors import RunError
from insighthub.hub import Hub
from insighthub.residents.checks import broken_rules
from insighthub.residents.decisions import Record
from insighthub.runs.begin import Asked
from insighthub.store.run_log import published_run
from tests.integration.living_hub import HOUSEHOLDS, LivingHub, groups, make_deliveries

pytestmark = pytest.mark.slow

ON = Asked(as_of=date(2026, 12, 31))
MEMBERS = "SELECT source, record_id, person, resident_id FROM membership"


@pytest.fixture(scope="module")
def deliveries(tmp_path_factory):
    return make_deliveries(tmp_path_factory.mktemp("deliveries"))


@pytest.fixture
def living(deliveries, tmp_path, state_url, monkeypatch):
    """A hub that has not run yet, with its state in each kind of database."""
    monkeypatch.setenv(STATE_URL, state_url)
    return LivingHub.found(tmp_path / "hub", deliveries)


def ids(hub):
    with hub.release() as db:
        assert broken_rules(db) == ()
        return {tuple(row[:3]): row[3] for row in db.execute(MEMBERS).fetchall()}


def story(living, hub):
    """Run a hub, part a resident by a decision, and run it on the next month; return whose each record was and is."""
    hub.run(ON)
    before = ids(hub)
    largest = max(groups(before), key=lambda members: (len(members), sorted(members)))
    one, *_, other = (Record(*key) for key in sorted(largest))
    hub.not_same_person([one], [other], by="an officer", note="two people")
    living.deliver(1)
    assert not hub.run(ON).full
    now = ids(hub)
    assert now[one] != now[other]
    return before, now


@pytest.fixture(scope="module")
def expected(deliveries, tmp_path_factory):
    """Which records are together before and after, in a hub that keeps its state in its own folder."""
    living = LivingHub.found(tmp_path_factory.mktemp("expected") / "hub", deliveries)
    with Hub(living.home) as hub:
        return [set(groups(each)) for each in story(living, hub)]


def test_a_hub_runs_carries_identities_over_and_keeps_to_decisions(expected, living):
    with Hub(living.home) as hub:
        before, now = story(living, hub)
        assert [set(groups(before)), set(groups(now))] == expected
        same = set(groups(before)) & set(groups(now))
        assert len(same) > 100
        assert all(groups(before)[members] == groups(now)[members] for members in same)
        with hub.state.read() as connection:
            kept = connection.execute(text(f"{MEMBERS} WHERE left_run IS NULL")).all()
            households = dict(connection.execute(text("SELECT resident_id, household_id FROM household_member")).all())
            assert published_run(connection) == hub.releases.current()
        assert {tuple(row[:3]): row[3] for row in kept} == now
        with hub.release() as db:
            assert households == dict(db.execute(HOUSEHOLDS).fetchall())
        for each in set(before.values()):
            found = hub.resolve(each)
            assert found.resident_id in set(now.values()) or found.events
        assert [run.status for run in hub.runs()] == ["published", "published"]


def test_a_state_that_does_not_know_the_release_is_refused_and_nothing_is_lost(living, tmp_path, monkeypatch):
    """The state of another hub, or an empty one: ids would be issued anew, and the old ones be lost."""
    with Hub(living.home) as hub:
        hub.run(ON)
        before = ids(hub)
    with monkeypatch.context() as patch:
        patch.setenv(STATE_URL, f"sqlite:///{tmp_path / 'empty.db'}")
        with Hub(living.home) as hub, pytest.raises(RunError, match="the state knows of no release"):
            hub.run(ON)
    with Hub(living.home) as hub:
        hub.run(ON)
        assert ids(hub) == before
