"""Whatever happens to a run of a hub, what is published is whole, nothing that people did is lost, and ids stay.

Runs are killed at moments of chance and at every step that matters, their disk fills up, they race each other, and an
older release is published again. INSIGHTHUB_ROUNDS asks for more rounds of kills than the few of every day.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from random import Random

import pytest

from insighthub.errors import RunError
from insighthub.hub import Hub
from insighthub.residents.decisions import Record
from tests.integration import living_hub
from tests.integration.living_hub import MONTHS, SETTINGS, LivingHub, groups, make_deliveries, unharmed

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="a process is forked, and killed by a signal"),
]

ROUNDS = int(os.environ.get("INSIGHTHUB_ROUNDS", "12"))
NEAR_THE_END = 0.4  # share of kills in the last part of a run
SPACE = re.compile("Check that there is space|Make space")


@pytest.fixture(scope="module")
def deliveries(tmp_path_factory):
    return make_deliveries(tmp_path_factory.mktemp("deliveries"))


@pytest.fixture(scope="module")
def begun(deliveries, tmp_path_factory):
    """A hub after its first run, with one decision of each kind; copies of it are broken."""
    hub = LivingHub.found(tmp_path_factory.mktemp("begun") / "hub", deliveries)
    hub.run()
    people = sorted(groups(hub.ids()), key=lambda members: (-len(members), sorted(members)))
    with Hub(hub.home) as opened:
        one, *_, other = (Record(*key) for key in sorted(people[0]))
        opened.not_same_person([one], [other], by="first", note="two people")
        one, other = (Record(*min(members)) for members in people[1:3])
        opened.same_person(one, other, by="first", note="one person")
    hub.run()
    return hub


@pytest.fixture(scope="module")
def together(begun, tmp_path_factory):
    """For each month, which records are together."""
    return unharmed(begun, tmp_path_factory.mktemp("unharmed") / "hub")


@pytest.fixture
def hub(begun, tmp_path):
    return begun.copy(tmp_path / "hub")


@contextmanager
def readers(home):
    """Have two others read the hub for the length of a block, and find no fault; yield what they saw at the end."""
    script = Path(__file__).with_name("reads_hub.py")
    started = [
        subprocess.Popen(
            [sys.executable, str(script), str(home), what], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for what in ("hold", "open")
    ]
    saw = {}
    try:
        for each in started:
            assert each.stdout.readline() == "ready\n"
        yield saw
    finally:
        said = [each.communicate()[0] for each in started]
    for what, line in zip(("hold", "open"), said, strict=True):
        saw[what] = json.loads(line)
        assert saw[what]["faults"] == []
        assert saw[what]["looked"] > 0


class Decider:
    """Decides on records between kills and while runs are under way, and knows what it decided."""

    def __init__(self, hub, together, random):
        self.hub, self.random = hub, random
        # Of two records that are a resident already: to decide on some of a resident's records may part the others.
        self.people = sorted(sorted(members) for members in set.intersection(*together) if len(members) == 2)
        with Hub(hub.home) as opened:
            self.made = [self._told(each) for each in opened.decisions()]

    @staticmethod
    def _told(decision):
        return (decision.decision_id, decision.kind, decision.left, decision.right, decision.undoes, decision.note)

    def decide(self):
        number = len(self.made) + 1
        note = f"number {number}"
        with Hub(self.hub.home) as opened:
            mine = [made for made in self.made if made[1] == "must_link" and made[0] > 2]
            undone = {made[4] for made in self.made}
            standing = [made[0] for made in mine if made[0] not in undone]
            if standing and self.random.random() < 0.3:
                opened.undo(standing[0], by="an officer", note=note)
                self.made.append((number, "undo", None, None, standing[0], note))
            else:
                left, right = (Record(*key) for key in self.random.choice(self.people))
                opened.same_person(left, right, by="an officer", note=note)
                self.made.append((number, "must_link", left, right, None, note))

    def faults(self):
        with Hub(self.hub.home) as opened:
            return [] if [self._told(each) for each in opened.decisions()] == self.made else ["decisions were lost"]


def after_the_kill(hub, together, month, before, ids_before):
    """Return what is wrong just after a kill: the state is that of before, or that of a run which happened whole."""
    if hub.ids() == before:
        return hub.faults_of_state()
    found = [] if set(groups(hub.ids())) == together[month] else ["the state is neither of before nor of after"]
    return found + hub.faults_between(before, ids_before) + hub.faults_of_state()


#: Steps of a run of changes, in their order, and whether the run has happened when it is killed there.
STEPS = {
    "before it takes its lock": (("before", "insighthub.run:alone"), False),
    "before it recovers": (("before", "insighthub.run:recover"), False),
    "when the state knows that it begins": (("after", "insighthub.run:begin"), False),
    "in the middle of copying the release before": (("after", "insighthub.runs.begin:shutil.copyfile"), False),
    "when deliveries are landed": (("after", "insighthub.run:land_sources"), False),
    "when a delivery is half landed": (("before", "pathlib:Path.replace", ".tmp"), False),
    "when changes are taken in": (("after", "insighthub.run:take_in_changes"), False),
    "when records are linked": (("after", "insighthub.run:link_run"), False),
    "when identities are carried over": (("after", "insighthub.run:identify_run"), False),
    "when the index is built": (("after", "insighthub.run:build_index"), False),
    "before it publishes": (("before", "insighthub.run:publish"), False),
    "when the model is on the disk": (("after", "insighthub.runs.publish:sync_tree"), False),
    "before the release takes its name": (("before", "pathlib:Path.rename", ".partial"), False),
    "when the release has its name": (("after", "insighthub.runs.publish:Releases.finish"), False),
    "when identities are written, and not kept": (("after", "insighthub.runs.publish:keep_identities"), False),
    "when households are written, and not kept": (("after", "insighthub.runs.publish:keep_households"), False),
    "before the one transaction is kept": (("after", "insighthub.runs.publish:publish_run"), False),
    "when it has happened, and readers do not see it": (("before", "insighthub.runs.publish:Releases.publish"), True),
    "before the release is named to readers": (("before", "pathlib:Path.replace", ".current"), True),
    "when the release is named to readers": (("after", "pathlib:Path.replace", ".current"), True),
    "before older releases are taken away": (("before", "insighthub.runs.publish:keep_newest"), True),
    "when the first older release is taken away": (("after", "pathlib:Path.unlink", ".duckdb"), True),
    "when it is at its end": (("after", "insighthub.run:publish"), True),
}


def test_a_run_killed_at_each_of_its_steps_breaks_nothing(warm, hub, together):
    (hub.home / "insighthub.toml").write_text(SETTINGS.replace("[run]", "[run]\nkeep_releases = 2"), encoding="utf-8")
    month = 0
    with readers(hub.home) as saw:
        for step, (die_at, happens) in STEPS.items():
            month = (month + 1) % MONTHS
            hub.deliver(month)
            if step == "when a delivery is half landed":  # what is landed once is not landed again
                shutil.rmtree(hub.home / "landing")
            before, ids_before, published = hub.ids(), hub.all_ids(), hub.published()
            assert warm.run(*hub.words, die_at=die_at) == -signal.SIGKILL, (step, warm.says())
            assert (hub.published() != published) == happens, step
            assert (hub.ids() != before) == happens, step
            assert after_the_kill(hub, together, month, before, ids_before) == [], step
            before, ids_before = hub.ids(), hub.all_ids()
            assert warm.run(*hub.words) == 0, (step, warm.says())
            assert hub.faults() == [], step
            assert set(groups(hub.ids())) == together[month], step
            assert hub.faults_between(before, ids_before) == [], step
    assert saw["open"]["opened"] > 1


def test_a_run_killed_at_any_moment_breaks_nothing(warm, hub, together, capsys):
    random = Random(20_261_005)
    decider = Decider(hub, together, random)
    length, killed, attempts, happened, month = {}, 0, 0, 0, 0
    with readers(hub.home) as saw:
        while killed < ROUNDS:
            attempts += 1
            assert attempts <= 6 * ROUNDS + 10, f"only {killed} of {attempts} runs were still going when to be killed"
            words = (*hub.words, *(["--full"] if attempts % 5 == 0 else []))
            month = random.choice([each for each in range(MONTHS) if each != month])
            hub.deliver(month)
            before, ids_before, published = hub.ids(), hub.all_ids(), hub.published()
            near_end = random.random() < NEAR_THE_END
            usual = length.get(len(words), 1.0)
            moment = usual * (random.uniform(0.8, 1.05) if near_end else random.uniform(0, 1))
            run = warm.start(*words)
            status = None
            if attempts % 3 == 0:  # somebody decides while the run is under way
                status = warm.ended(moment / 2)
                decider.decide()
            if status is None:
                status = warm.ended(moment / 2 if attempts % 3 == 0 else moment)
            if status is None:
                os.kill(run, signal.SIGKILL)
                status = warm.ended()
            assert status in {0, -signal.SIGKILL}, warm.says()
            killed += status != 0
            happened += status != 0 and hub.published() != published
            assert after_the_kill(hub, together, month, before, ids_before) == []
            assert decider.faults() == []
            if attempts % 2 == 0:
                decider.decide()
            before, ids_before = hub.ids(), hub.all_ids()
            start = time.perf_counter()
            assert warm.run(*words) == 0, warm.says()
            length[len(words)] = time.perf_counter() - start
            assert hub.faults() == []
            assert set(groups(hub.ids())) == together[month]
            assert hub.faults_between(before, ids_before) == []
            assert decider.faults() == []
    assert saw["open"]["opened"] > 1
    with capsys.disabled():
        print(
            f"\n{killed} runs killed, {happened} of them once they had happened; {attempts - killed} ended first; "
            f"{saw['open']['looked']} looks at {saw['open']['opened']} releases, {saw['hold']['looked']} at the one "
            f"held, {len(decider.made)} decisions"
        )
