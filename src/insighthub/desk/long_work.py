"""Work that takes longer than a page may: done in a thread, one piece at a time, with where it stands.

Takes a name, what the work is about, and a function; gives a ``Job`` that pages ask how far it is. What comes of it is
kept in this process for an hour and nowhere else, so that an answer to a subject request does not lie about on a disk;
whoever comes later has it made again. Work that changes the hub keeps its own account of what was done, and can be
begun again where the process ended in the middle of it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from insighthub.errors import InsightHubError, RunError
from insighthub.progress import Progress

KEPT = timedelta(hours=1)
_MOST = 20


@dataclass
class Job:
    """A piece of work.

    Attributes:
        number: counted from 1 in this process.
        what: what is done, in words.
        about: what it is about, such as the number of a request; with ``what``, it is how a page finds the job.
        by: who asked for it.
        started_at: when it began, UTC.
        stage: what is being done now.
        share: how much of the stage is done, from 0 to 1; None where that is not known.
        ended_at: when it ended; None while it goes on.
        error: what went wrong; None where nothing did.
        result: what came of it.
    """

    number: int
    what: str
    about: int
    by: str
    started_at: datetime
    stage: str = "Getting ready"
    share: float | None = None
    ended_at: datetime | None = None
    error: InsightHubError | None = None
    result: Any = field(default=None, repr=False)

    @property
    def is_under_way(self) -> bool:
        """Whether it goes on."""
        return self.ended_at is None


class _Watcher:
    """Writes down where a job stands."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def stage(self, name: str) -> None:
        """A new stage begins."""
        self._job.stage, self._job.share = name, None

    def advance(self, done: int, total: int) -> None:
        """Part of the stage is done."""
        self._job.share = done / total if total else None


class LongWork:
    """The long work of a desk.

    Args:
        clock: gives the time, UTC without a zone.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._jobs: list[Job] = []
        self._thread: threading.Thread | None = None

    def start(self, what: str, about: int, *, by: str, work: Callable[[Progress], Any]) -> Job:
        """Begin a piece of work.

        Raises:
            RunError: another is under way.
        """
        with self._lock:
            going = next((job for job in self._jobs if job.is_under_way), None)
            if going is not None:
                raise RunError(f"other long work is under way: {going.what}", remedy="Wait until it has ended")
            number = self._jobs[-1].number + 1 if self._jobs else 1
            job = Job(number, what, about, by, self._clock())
            self._jobs = [*self._jobs[-_MOST:], job]
            # A daemon: a process that is told to stop is not held up for as long as a run takes.
            self._thread = threading.Thread(target=self._do, args=(job, work), name=f"long work {number}", daemon=True)
            self._thread.start()
        return job

    def newest(self, what: str, about: int) -> Job | None:
        """Return the newest job of a kind; None where there is none, or it ended too long ago."""
        with self._lock:
            oldest = self._clock() - KEPT
            self._jobs = [job for job in self._jobs if job.ended_at is None or job.ended_at > oldest]
            return next((job for job in reversed(self._jobs) if (job.what, job.about) == (what, about)), None)

    def forget(self, what: str, about: int) -> None:
        """Keep nothing more of what came of the jobs of a kind that have ended."""
        with self._lock:
            self._jobs = [job for job in self._jobs if job.is_under_way or (job.what, job.about) != (what, about)]

    def wait(self, seconds: float) -> bool:
        """Wait for what is under way; say whether it has ended."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return thread is None or not thread.is_alive()

    def _do(self, job: Job, work: Callable[[Progress], Any]) -> None:
        try:
            job.result = work(_Watcher(job))
        except InsightHubError as error:
            job.error = error
        except Exception as error:  # whoever waits for it is to hear that it ended
            # The kind alone: the words of an error that is not ours may hold a person's data.
            job.error = RunError(f"it failed ({type(error).__name__})", remedy="Try it again, or tell who runs the hub")
        job.ended_at = self._clock()
