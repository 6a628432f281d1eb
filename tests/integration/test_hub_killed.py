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
from tests.integration.living_hub import MONTHS, SETTINGS, UNDER_WAY, LivingHub, groups, make_deliveries, unharmed

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="a process is forked, and killed by a signal"),
]

ROUNDS = int(os.environ.get("INSIGHTHUB_ROUNDS", "3"))
NEAR_THE_END = 0.4  # share of kills in the last part of a run
RACES = 2
ROOMY = 200 * 2**20  # bytes
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
    "when corrections are written, and not kept": (("after", "insighthub.runs.publish:keep_tickets"), False),
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
    held = 0  # the month that the published release is of
    with readers(hub.home) as saw:
        for number, (step, (die_at, happens)) in enumerate(STEPS.items(), 1):
            month = (held + 1 + number % 2) % MONTHS
            hub.deliver(month)
            if step == "when a delivery is half landed":  # what is landed once is not landed again
                shutil.rmtree(hub.home / "landing")
            before, ids_before, published = hub.ids(), hub.all_ids(), hub.published()
            assert warm.run(*hub.words, die_at=die_at) == -signal.SIGKILL, (step, warm.says())
            assert (hub.published() != published) == happens, step
            assert (hub.ids() != before) == happens, step
            assert after_the_kill(hub, together, month, before, ids_before) == [], step
            held = month if happens else held
            if number % 4 and not happens:
                continue  # the next run finds what this one left, and is killed in its turn
            before, ids_before = hub.ids(), hub.all_ids()
            assert warm.run(*hub.words) == 0, (step, warm.says())
            held = month
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
                with suppress(ProcessLookupError):  # it has ended this moment
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


LEARNING = {
    "when it has learned": ("after", "insighthub.runs.link:learn"),
    "when the model is half saved": ("before", "pathlib:Path.rename", ".partial"),
    "when all is linked under the new model": ("after", "insighthub.runs.link:link_all"),
}


def test_a_first_run_killed_in_its_middle_leaves_a_hub_that_begins_anew(warm, deliveries, begun, tmp_path):
    hub = LivingHub.found(tmp_path / "hub", deliveries)
    for step, die_at in LEARNING.items():
        assert warm.run(*hub.words, die_at=die_at) == -signal.SIGKILL, (step, warm.says())
        assert (hub.published(), hub.ids()) == (None, {})
        with Hub(hub.home) as opened, pytest.raises(RunError, match="this hub has no release yet"):
            opened.releases.open()
    assert warm.run(*hub.words) == 0, warm.says()
    assert hub.faults() == []
    assert len(hub.all_ids()) == len(set(hub.ids().values()))  # the runs that were killed issued none
    assert [path.name for path in (hub.home / "models").iterdir()] == ["m000004"]


@contextmanager
def unchanged(hub):
    """Hold that nothing changes which anybody sees, or that must not be lost.

    The state may still have it that a run is under way, where there was no space to write that it ended: the next run
    writes it.
    """
    before = (hub.published(), hub.ids(), hub.all_ids(), hub.decisions(), hub.releases_on_disk())
    yield
    assert (hub.published(), hub.ids(), hub.all_ids(), hub.decisions(), hub.releases_on_disk()) == before
    assert set(hub.faults()) <= {UNDER_WAY}


@pytest.mark.parametrize("most_bytes", [1_000, 60_000, 1_000_000, 6_000_000])
def test_a_disk_that_takes_no_more_is_told_and_nothing_is_lost(warm, hub, together, most_bytes):
    hub.deliver(1)
    with unchanged(hub):
        assert warm.run(*hub.words, most_bytes=most_bytes) == 1, warm.says()
        assert SPACE.search(warm.says()), warm.says()
        assert "Traceback" not in warm.says()
    before, ids_before = hub.ids(), hub.all_ids()
    assert warm.run(*hub.words) == 0, warm.says()
    assert hub.faults() == []
    assert set(groups(hub.ids())) == together[1]
    assert hub.faults_between(before, ids_before) == []


@contextmanager
def small_disk(folder):
    """Give a folder a disk of its own; yields a function that gives it another size, in bytes."""

    def mount(*options):
        words = ["mount", "-t", "tmpfs", "-o", ",".join(options), "tmpfs", str(folder)]
        return subprocess.run(words, check=False, capture_output=True).returncode == 0

    folder.mkdir()
    if sys.platform != "linux" or os.geteuid() != 0 or not mount(f"size={ROOMY}"):
        pytest.skip("needs leave to mount a disk")
    try:
        yield lambda size: mount("remount", f"size={size // 4096 * 4096}")
    finally:
        subprocess.run(["umount", str(folder)], check=True)


#: What the disk has room for when a run begins, in sizes of a release: a run copies one, and adds to it.
SPARE = (0.02, 0.5, 1.0, 1.01, 1.02, 1.03)


def test_a_disk_that_fills_up_is_told_and_nothing_is_lost(warm, begun, together, tmp_path):
    size = (begun.home / "releases" / "r000002.duckdb").stat().st_size
    refused, reached = 0, set()
    with small_disk(tmp_path / "disk") as resize:
        hub = begun.copy(tmp_path / "disk" / "hub")
        hub.deliver(1)
        before, ids_before, on_disk = hub.ids(), hub.all_ids(), hub.releases_on_disk()
        for spare in SPARE:
            used = sum(path.lstat().st_blocks * 512 for path in hub.home.rglob("*"))
            assert resize(used + int(spare * size))
            status = warm.run(*hub.words)
            assert resize(ROOMY)
            if status == 0:
                break
            refused += 1
            assert status == 1, warm.says()
            assert SPACE.search(warm.says()), warm.says()
            assert "Traceback" not in warm.says()
            reached |= set(re.findall(r"^(\w.*) \.\.\.$", warm.says(), re.MULTILINE))
            assert (hub.ids(), hub.all_ids(), hub.releases_on_disk()) == (before, ids_before, on_disk)
            assert set(hub.faults()) <= {UNDER_WAY}
        assert refused >= 3
        assert "Linking" in reached  # some of the runs were well under way
        assert warm.run(*hub.words) == 0, warm.says()
        assert hub.faults() == []
        assert set(groups(hub.ids())) == together[1]
        assert hub.faults_between(before, ids_before) == []


def test_of_two_runs_at_once_one_is_refused_and_nothing_breaks(warm, start_warm, hub, together):
    other, refused = start_warm(), 0
    for number in range(RACES):
        month = (number + 1) % MONTHS
        hub.deliver(month)
        before, ids_before = hub.ids(), hub.all_ids()
        warm.start(*hub.words)
        if number % 2:  # at once, or a little later
            assert warm.ended(0.05 * number) is None
        other.start(*hub.words)
        ended = [(each, each.ended()) for each in (warm, other)]
        assert 0 in {status for _, status in ended}
        for each in (each for each, status in ended if status != 0):
            refused += 1
            assert "another run of this hub is under way. Wait until it has ended" in each.says()
        assert hub.faults() == []
        assert set(groups(hub.ids())) == together[month]
        assert hub.faults_between(before, ids_before) == []
    assert refused > 0


def test_while_a_run_is_under_way_no_other_release_is_published(warm, hub):
    first = hub.published()
    hub.deliver(1)
    run = warm.start(*hub.words)
    while not any((hub.home / "releases").glob("*.partial")):
        assert warm.ended(0.001) is None
    os.kill(run, signal.SIGSTOP)
    try:
        with Hub(hub.home) as opened, pytest.raises(RunError, match="another run of this hub is under way"):
            opened.publish("r000001")
        assert hub.published() == first
    finally:
        os.kill(run, signal.SIGCONT)
    assert warm.ended() == 0, warm.says()
    assert hub.faults() == []


def test_after_a_rollback_ids_stay_and_nothing_is_lost(warm, hub, together):
    decider = Decider(hub, together, Random(5))
    for month in (1, 2):
        hub.deliver(month)
        assert warm.run(*hub.words) == 0, warm.says()
    newest, before, ids_before = hub.published(), hub.ids(), hub.all_ids()
    assert warm.run("releases", "publish", "r000002", "--home", hub.home) == 0, warm.says()
    assert hub.published() == "r000002"
    with Hub(hub.home) as opened, opened.release() as db:
        assert db.execute("SELECT max(run_id) FROM run").fetchall() == [("r000002",)]
    assert (hub.ids(), hub.all_ids()) == (before, ids_before)
    decider.decide()
    hub.deliver(1)
    assert warm.run(*hub.words) == 0, warm.says()
    assert "Everything was linked anew" in warm.says()
    assert hub.published() > newest
    assert hub.faults() == []
    assert set(groups(hub.ids())) == together[1]
    assert hub.faults_between(before, ids_before) == []
    assert decider.faults() == []
    before, ids_before = hub.ids(), hub.all_ids()
    hub.deliver(2)
    assert warm.run(*hub.words) == 0, warm.says()
    assert "Only what changed was linked anew" in warm.says()
    assert hub.faults() == []
    assert set(groups(hub.ids())) == together[2]
    assert hub.faults_between(before, ids_before) == []
    with Hub(hub.home) as opened:
        assert opened.releases.file(newest).is_file()  # and can be published again in its turn
        opened.publish(newest)
    assert hub.published() == newest
