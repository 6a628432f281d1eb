"""Seconds and peak memory of one call, taken in the process that makes it.

The peak is the larger of two views: the process tree's resident memory, sampled twenty times a second, and the
process's own high-water mark where the system keeps one. The first sees other processes, the second misses no short
peak, not even in a library that lets no other thread run.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from benchmarks.measure import Sampler

_Result = TypeVar("_Result")
_STATUS = Path("/proc/self/status")


def clocked(call: Callable[[], _Result]) -> tuple[_Result, float, int]:
    """Return what a call gives, the wall seconds it took, and the peak resident bytes until it was done."""
    sampler = Sampler(os.getpid())
    sampler.start()
    started = time.perf_counter()
    try:
        result = call()
        seconds = time.perf_counter() - started
    finally:
        sampler.stop()
    return result, seconds, max(sampler.peak, _high_water())


def _high_water() -> int:
    if not _STATUS.exists():
        return 0
    found = re.search(r"^VmHWM:\s*(\d+) kB", _STATUS.read_text(encoding="ascii"), re.M)
    return int(found[1]) * 1024 if found else 0
