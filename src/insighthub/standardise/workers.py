"""Shares tasks out among processes: each is done by whichever is free, the costliest first.

Takes tasks that can be told in a line of JSON and answered in one, gives their answers in order. What goes wrong with
the first task at fault is what is raised, however many processes there were.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Lock
from typing import Any, Protocol

from insighthub import errors
from insighthub.errors import InsightHubError, RunError
from insighthub.progress import Progress

#: Bytes of files from which further processes are worth their start.
BYTES_FOR_PROCESSES = 20_000_000
_MOST_PROCESSES = 4

#: What a task answers: whatever JSON can say.
Answer = Mapping[str, Any]


class Task(Protocol):
    """Something to do, in this process or another."""

    def do(self) -> Answer:
        """Do it."""

    def as_json(self) -> str:
        """Tell it in a line, for another process."""


def fitting(size: int, threads: int) -> int:
    """Return how many processes suit so many bytes of files.

    Args:
        size: bytes.
        threads: the most processes; 0 for as many as there are processors.
    """
    if size < BYTES_FOR_PROCESSES:
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(threads or cores, cores, _MOST_PROCESSES)


def answer(line: str, read: Callable[[str], Task]) -> str:
    """Do the task that a line tells, and return a line that tells how it went."""
    try:
        done = read(line).do()
    except InsightHubError as fault:
        told = {name: getattr(fault, name) for name in ("what", "remedy", "file", "row", "column")}
        return json.dumps({"fault": type(fault).__name__, "told": told})
    except OSError as error:
        return json.dumps({"unwritten": error.strerror or type(error).__name__})
    return json.dumps({"done": done})


def _understood(line: str) -> Answer:
    said = json.loads(line)
    if "fault" in said:
        raise getattr(errors, said["fault"])(**said["told"])
    if "unwritten" in said:
        raise OSError(0, said["unwritten"])
    done: Answer = said["done"]
    return done


def run_tasks(tasks: Sequence[Task], order: Sequence[int], processes: int, progress: Progress) -> list[Answer]:
    """Do the tasks, and return their answers.

    Args:
        tasks: what to do.
        order: the places of the tasks, the costliest first.
        processes: how many share the work; with one, it is done here.
        progress: hears of each task as it is done.

    Raises:
        InsightHubError, OSError: what went wrong with the first of the tasks at fault.
    """
    done: dict[int, Answer] = {}
    faults: dict[int, InsightHubError | OSError] = {}
    lock = Lock()
    waiting = iter(order)

    def steps() -> Iterator[int]:
        while True:
            with lock:
                # Those before the first at fault are still done: one of them may be at fault as well.
                step = next((n for n in waiting if n < min(faults, default=len(tasks))), None)
            if step is None:
                return
            yield step

    def work(worker: _Worker | None) -> None:
        for n in steps():
            try:
                found = tasks[n].do() if worker is None else _understood(worker.ask(tasks[n].as_json()))
            except (InsightHubError, OSError) as fault:
                faults[n] = fault
                continue
            with lock:
                done[n] = found
                progress.advance(len(done), len(tasks))

    if processes <= 1:
        work(None)
    else:
        with ExitStack() as stack:
            workers = [stack.enter_context(_Worker()) for _ in range(processes)]
            with ThreadPoolExecutor(processes) as threads:
                for _ in threads.map(work, workers):
                    pass
    if faults:
        raise faults[min(faults)]
    return [done[n] for n in range(len(tasks))]


class _Worker:
    """Another process that does tasks: a fresh interpreter, which needs no guard in the caller's script."""

    def __enter__(self) -> _Worker:
        command = [sys.executable, "-m", "insighthub.standardise.worker"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
        return self

    def ask(self, task: str) -> str:
        """Have a task done; return the answer's line."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(task + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except OSError:
            line = ""
        if not line:
            raise RunError(
                "a worker process died while reading a source",
                remedy="Run again; if it happens again, free some memory",
            )
        return line

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()
