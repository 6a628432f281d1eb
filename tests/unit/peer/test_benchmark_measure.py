"""The benchmarks' stopwatch: wall time and peak memory of a command and its children."""

import sys
import time
from pathlib import Path

import pytest

MEGABYTE = 1_000_000
PROJECT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def measuring():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(PROJECT))
        from benchmarks import measure as module

        yield module


def test_memory_that_a_child_of_the_command_takes_is_counted(measuring, tmp_path):
    hungry = "held = bytearray(200_000_000)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hungry!r}], check=True)"
    idle = measuring.measure([sys.executable, "-c", "pass"], cwd=tmp_path)
    busy = measuring.measure([sys.executable, "-c", parent], cwd=tmp_path)
    assert busy.peak_bytes > 200 * MEGABYTE > idle.peak_bytes
    assert busy.seconds > 0


def test_a_command_that_fails_is_told_with_the_end_of_what_it_printed(measuring, tmp_path):
    with pytest.raises(measuring.CommandFailedError, match=r"status 3(.|\n)*why it failed"):
        measuring.measure([sys.executable, "-c", "print('why it failed'); raise SystemExit(3)"], cwd=tmp_path)


def test_a_command_that_takes_too_long_is_stopped_with_all_it_started(measuring, tmp_path):
    mark = tmp_path / "mark"
    child = f"import time, pathlib; time.sleep(8); pathlib.Path({str(mark)!r}).touch()"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}], check=True)"
    started = time.monotonic()
    with pytest.raises(measuring.CommandFailedError) as caught:
        measuring.measure([sys.executable, "-c", parent], cwd=tmp_path, limit=2.0)
    assert caught.value.reason == "stopped after 2 s"
    time.sleep(max(0.0, 9 - (time.monotonic() - started)))
    assert not mark.exists()
