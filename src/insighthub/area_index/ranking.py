"""Ranks of scores, 1 for the worst: of one index, and of one draw after another at speed.

Takes scores of areas, higher worse; gives ranks in which equal scores share the lowest number of theirs.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]

_INDEX = np.uint64(0xFFFFFFFF)
_SIGN = np.uint32(0x80000000)


def worst_first(scores: Floats) -> NDArray[np.int64]:
    """Return ranks of scores (areas,), 1 for the highest.

    Scores that differ by no more than rounding can make are equal.
    """
    size = max(float(np.abs(scores).max()), 1e-300)
    rounded = np.round(scores / size, 12)
    ordered = np.sort(-rounded)
    return np.asarray(np.searchsorted(ordered, -rounded, side="left") + 1, dtype=np.int64)


def worst_first_fast(scores: NDArray[np.float32], into: NDArray[Any]) -> None:
    """Write the ranks of scores (areas,) into an array of whole numbers of the same length.

    The bits of a positive float count upwards with it, those of a negative one downwards; turned so that they count
    with the score, and with the place of the area beneath them, one sort of whole numbers gives the order. It takes
    half as long as sorting places by score.
    """
    bits = (scores + np.float32(0.0)).view(np.uint32)  # adding nothing makes -0.0 the same as 0.0
    falling = np.where(bits & _SIGN, bits, ~bits & ~_SIGN)
    packed = falling.astype(np.uint64) << np.uint64(32)
    packed |= np.arange(len(scores), dtype=np.uint64)
    packed.sort()
    places = (packed & _INDEX).astype(np.intp)
    packed >>= np.uint64(32)
    rank = np.arange(1, len(scores) + 1, dtype=np.int64)
    rank[1:][packed[1:] == packed[:-1]] = 0
    into[places] = np.maximum.accumulate(rank)


def worst_tenth(areas: int) -> int:
    """Return how many areas the worst tenth has, rounded up."""
    return -(-areas // 10)
