"""A small fictional borough, made once a session, and a process that starts runs quickly."""

import json
import os
import select
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from insighthub import console
from insighthub.sources.examples import example_text
from insighthub.synthetic import generate

LONGEST = 120  # seconds; a run takes about one


@pytest.fixture(scope="session")
def small_borough(tmp_path_factory):
    """Five hundred residents in all their extracts, with contract and truth."""
    return generate(tmp_path_factory.mktemp("small_borough"), residents=500, seed=3)


def contract_of(borough, *names):
    """Write the contract of some of the borough's extracts."""
    contract = borough.folder / f"{'_'.join(names)}.toml"
    contract.write_text("\n\n".join(example_text(name) for name in names), encoding="utf-8")
    return contract


@pytest.fixture(scope="session")
def few_extracts(small_borough):
    """The contract of four of the borough's extracts, which are linked in half a second."""
    return contract_of(small_borough, "council_tax", "benefits", "libraries", "parking_permits")


@pytest.fixture(scope="session")
def two_extracts(small_borough):
    """The contract of two of them, for runs without number."""
    return contract_of(small_borough, "benefits", "parking_permits")


class WarmProcess:
    """Starts runs of the command line that need not load the program first."""

    def __init__(self, folder, **environment):
        self.printed = folder / "printed.txt"
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("warm_link.py")), str(folder / "drawings")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", **environment},
            bufsize=0,
        )

    def start(self, *words, most_bytes=None, die_at=None):
        """Start a run; ``die_at`` is the step at which it is to be killed, as ``warm_link.die_at`` takes it."""
        task = {"words": [str(w) for w in words], "printed": str(self.printed)}
        task |= {"most_bytes": most_bytes, "die_at": die_at}
        self._process.stdin.write(json.dumps(task).encode() + b"\n")
        return int(self._process.stdout.readline())

    def ended(self, within=LONGEST):
        """Return the exit status of the run, or None where it has not ended within so many seconds."""
        if not select.select([self._process.stdout], [], [], within)[0]:
            return None
        return int(self._process.stdout.readline())

    def run(self, *words, **how):
        self.start(*words, **how)
        return self.ended()

    @contextmanager
    def stopped_in_the_middle(self, out, *words):
        """Start a run, and hold it still when it has begun to write; let it go on to its end afterwards."""
        run = self.start(*words)
        while not out.with_name(f".{out.name}.partial").exists():
            assert self.ended(0.001) is None
        os.kill(run, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(run, signal.SIGCONT)
            status = self.ended()
        assert status == 0, self.says()

    def says(self):
        return self.printed.read_text(encoding="utf-8")

    def close(self):
        self._process.stdin.close()
        self._process.wait(LONGEST)
        self._process.stdout.close()


@pytest.fixture(scope="module")
def warm(tmp_path_factory):
    """A process that starts runs of the command line."""
    process = WarmProcess(tmp_path_factory.mktemp("warm"))
    yield process
    process.close()


@pytest.fixture
def start_warm(tmp_path):
    """Start such a process with settings in its environment."""
    started = []

    def start(**environment):
        started.append(WarmProcess(tmp_path, **environment))
        return started[-1]

    yield start
    for process in started:
        process.close()


@pytest.fixture
def wide(monkeypatch):
    """Let tables be printed 200 columns wide, whatever the terminal was when the program was loaded."""
    monkeypatch.setattr(console.out, "_width", 200)
