"""Whatever happens to a run, the output folder is whole or not there, and the next run succeeds."""

import os
import re
import shutil
import signal
import time
from contextlib import suppress
from random import Random

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from insighthub.cli import app
from insighthub.store.output_folder import check_whole, output_folder
from tests.examples import examples

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="a process is forked, and killed by a signal"),
]

KILLS = examples(20)
NEAR_THE_END = 0.4  # share of kills in the last part of a run


@pytest.fixture(scope="module")
def reference(warm, two_extracts, tmp_path_factory):
    """The output of a run that nothing happened to."""
    out = tmp_path_factory.mktemp("reference") / "out"
    assert warm.run("link", two_extracts, "--out", out) == 0, warm.says()
    return out


def is_whole(out, reference):
    check_whole(out)
    assert pq.read_table(out / "pairs.parquet").num_rows > 0
    return (out / "links.parquet").read_bytes() == (reference / "links.parquet").read_bytes()


def evaluated(out, truth):
    """Return the exit status of evaluate; where it is not 0 there must be a message."""
    outcome = CliRunner().invoke(app, ["evaluate", str(out), "--truth", str(truth)])
    assert outcome.exit_code in {0, 1}, outcome.output
    assert isinstance(outcome.exception, SystemExit | None)
    if outcome.exit_code:
        assert "Error:" in outcome.stderr
    return outcome.exit_code


def timed(warm, words):
    """Run to the end; return how many seconds it took."""
    start = time.perf_counter()
    assert warm.run(*words) == 0, warm.says()
    return time.perf_counter() - start


def hidden_files(out):
    return {p.name for p in out.parent.iterdir()} - {out.name}


def test_a_run_killed_at_any_moment_leaves_nothing_that_looks_whole(
    warm, reference, two_extracts, small_borough, tmp_path
):
    out = tmp_path / "out"
    words = ("link", two_extracts, "--out", out)
    random = Random(20_240_229)
    killed, attempts = 0, 0
    length = timed(warm, words)
    while killed < KILLS:
        attempts += 1
        assert attempts <= 6 * KILLS, f"only {killed} of {attempts} runs were still going when they were to be killed"
        # Two in five near the end, where the output takes its place. How long a run takes changes with what else the
        # machine does, so each moment is taken from the run before.
        near_end = random.random() < NEAR_THE_END
        moment = length * random.uniform(0.85, 1.0) if near_end else random.uniform(0, length)
        is_first = attempts % 2 == 0  # every other run finds the output of an earlier one
        if is_first:
            shutil.rmtree(out)
        run = warm.start(*words)
        status = warm.ended(moment)
        if status is None:
            with suppress(ProcessLookupError):  # it has ended this moment
                os.kill(run, signal.SIGKILL)
            status = warm.ended()
        assert status in {0, -signal.SIGKILL}
        killed += status != 0
        if out.exists():
            assert is_whole(out, reference)
            assert evaluated(out, small_borough.truth) == 0
        else:
            assert status != 0
            assert evaluated(out, small_borough.truth) == 1
            # Killed between two renames, it has the earlier output beside, and the next run gives it back.
            assert is_first or is_whole(out.with_name(".out.previous"), reference)
        length = timed(warm, words)
        assert is_whole(out, reference)
        assert hidden_files(out) == set()


def test_the_earlier_output_stays_until_a_new_one_takes_its_place(warm, reference, two_extracts, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(reference, out)
    before = {path.name: path.stat().st_ino for path in out.iterdir()}
    with warm.stopped_in_the_middle(out, "link", two_extracts, "--out", out):
        assert {path.name: path.stat().st_ino for path in out.iterdir()} == before
        assert is_whole(out, reference)
    assert is_whole(out, reference)
    assert not {path.stat().st_ino for path in out.iterdir()} & set(before.values())


def test_of_two_runs_into_one_folder_the_second_is_refused(warm, reference, two_extracts, tmp_path):
    out = tmp_path / "out"
    words = ("link", str(two_extracts), "--out", str(out))
    with warm.stopped_in_the_middle(out, *words):
        second = CliRunner().invoke(app, words)
    assert second.exit_code == 1
    assert f"{out}: another run is writing this output folder" in second.stderr
    assert is_whole(out, reference)
    assert hidden_files(out) == set()


def test_a_run_is_refused_while_this_program_writes_there_and_not_afterwards(warm, two_extracts, tmp_path):
    out = tmp_path / "out"
    with output_folder(out) as folder:
        (folder / "links.parquet").write_bytes(b"of another run")
        assert warm.run("link", two_extracts, "--out", out) == 1
        assert "another run is writing this output folder" in warm.says()
    assert warm.run("link", two_extracts, "--out", out) == 0


def test_a_folder_with_files_of_others_is_refused_and_left_alone(warm, two_extracts, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    (out / "minutes.txt").write_text("not ours", encoding="utf-8")
    assert warm.run("link", two_extracts, "--out", out) == 1
    assert "minutes.txt" in warm.says()
    assert "Choose a new or an empty folder" in warm.says()
    assert [path.name for path in out.iterdir()] == ["minutes.txt"]
    assert hidden_files(out) == set()


@pytest.mark.parametrize("most_bytes", [1_000, 3_000, 10_000, 30_000, 100_000])
def test_a_full_disk_is_told_and_leaves_the_earlier_output(warm, reference, two_extracts, tmp_path, most_bytes):
    out = tmp_path / "out"
    shutil.copytree(reference, out)
    assert warm.run("link", two_extracts, "--out", out, most_bytes=most_bytes) == 1, warm.says()
    assert re.search("Check that there is space|Check the folder, its permissions and the free space", warm.says())
    assert "Traceback" not in warm.says()
    assert is_whole(out, reference)
    assert hidden_files(out) == set()
