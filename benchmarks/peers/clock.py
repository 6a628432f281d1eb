"""Seconds and peak memory of one call, taken in the process that makes it.

Processor seconds are of the process and of its children that have ended; on a busy machine they say more than the
clock does.

The peak is the larger of two views: the process tree's resident memory, sampled twenty times a second, and the
process's own high-water mark where the system keeps one. The first sees other processes, the second misses no short
peak, not even in a library that lets no other thread run.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from benchmarks.measure import Sampler

_Result = TypeVar("_Result")
_STATUS = Path("/proc/self/status")


@dataclass(frozen=True)
class Took:
    """What a call took: wall seconds, processor seconds, and peak resident bytes until it was done."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int


def clocked(call: Callable[[], _Result]) -> tuple[_Result, Took]:
    """Return what a call gives and what it took."""
    sampler = Sampler(os.getpid())
    sampler.start()
    started, worked = time.perf_counter(), _worked()
    try:
        result = call()
        seconds, cpu_seconds = time.perf_counter() - started, _worked() - worked
    finally:
        sampler.stop()
    return result, Took(seconds, cpu_seconds, max(sampler.peak, _high_water()))


def _worked() -> float:
    return sum(os.times()[:4])


def _high_water() -> int:
    if not _STATUS.exists():
        return 0
    found = re.search(r"^VmHWM:\s*(\d+) kB", _STATUS.read_text(encoding="ascii"), re.M)
    return int(found[1]) * 1024 if found else 0
