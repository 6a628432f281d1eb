"""Wall time and peak memory of a command, over its whole process tree.

Takes a command line, gives seconds and bytes. Memory is the larger of two views: the sum of resident memory over the
tree, sampled twenty times a second, and what the operating system recorded as the largest process of the tree. The
first sees several processes at once, the second misses no short peak.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_KIBIBYTE = 1024
# A process inherits the peak memory of the one that starts it, so a small one stands between. It leaves the peak of the
# command and of its children, in the system's unit, in a file, and ends as the command ended.
_LAUNCHER = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[2:])
_, status, usage = os.wait4(process.pid, 0)
with open(sys.argv[1], "w") as peak:
    peak.write(str(usage.ru_maxrss))
code = os.waitstatus_to_exitcode(status)
os._exit(code if code >= 0 else 128 - code)
"""
_INTERVAL = 0.05


@dataclass(frozen=True)
class Measured:
    """What one run of a command took: wall seconds, and peak resident bytes of its process tree."""

    seconds: float
    peak_bytes: int


class CommandFailedError(Exception):
    """The measured command did not end with status 0; the message holds the end of what it printed.

    ``reason`` says in a few words why: out of time, or how it ended.
    """

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


def measure(
    command: Sequence[str], *, cwd: Path, environment: Mapping[str, str] | None = None, limit: float | None = None
) -> Measured:
    """Run a command to its end and measure it.

    Args:
        command: program and arguments.
        cwd: the folder to run it in.
        environment: added to this process's own.
        limit: seconds after which it is stopped, with all that it started.

    Raises:
        CommandFailedError: the command failed, or was stopped.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryDirectory() as folder:
        peak = Path(folder) / "peak"
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(peak), *command],
            cwd=cwd,
            env={**os.environ, **(environment or {})},
            stdout=output,
            stderr=output,
        )
        sampler = Sampler(process.pid)
        sampler.start()
        try:
            process.wait(limit)
        except subprocess.TimeoutExpired:
            _stop(process)
            sampler.stop()
            raise CommandFailedError(
                f"{command[0]} was stopped after {limit:,.0f} seconds", f"stopped after {limit:,.0f} s"
            ) from None
        seconds = time.perf_counter() - started
        sampler.stop()
        if process.returncode != 0:
            output.seek(0)
            tail = output.read().decode("utf-8", "replace")[-2000:]
            last = tail.strip().rpartition("\n")[2]
            raise CommandFailedError(
                f"{command[0]} ended with status {process.returncode}:\n{tail}",
                "out of memory" if "Out of Memory" in tail else last[:80] or f"status {process.returncode}",
            )
        largest = int(peak.read_text(encoding="utf-8")) * (1 if sys.platform == "darwin" else _KIBIBYTE)
    return Measured(seconds, max(sampler.peak, largest))


def _stop(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(psutil.Error):
        for started in psutil.Process(process.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                started.kill()
    process.kill()
    process.wait()


class Sampler(threading.Thread):
    """Keeps the largest sum of resident memory that a process tree was seen to hold, in bytes, as ``peak``."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak = 0
        self._pid = pid
        self._done = threading.Event()

    def run(self) -> None:
        """Sample until told to stop, or until the process is gone."""
        with contextlib.suppress(psutil.Error):
            root = psutil.Process(self._pid)
            while not self._done.is_set():
                self.peak = max(self.peak, self._resident(root))
                self._done.wait(_INTERVAL)

    @staticmethod
    def _resident(root: psutil.Process) -> int:
        total = 0
        for process in [root, *root.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                total += process.memory_info().rss
        return total

    def stop(self) -> None:
        """Stop sampling, and wait for the last sample."""
        self._done.set()
        self.join()
