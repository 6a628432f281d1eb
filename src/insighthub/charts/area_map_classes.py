"""Which class an area's value falls into, and how each class is marked.

Takes values, gives limits between at most five classes. Each class has a shade and a pattern: shades alone part under
no colour blindness and on no grey printer as surely as both do.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from insighthub.charts import numbers
from insighthub.errors import DataError

#: Most classes: more shades than five cannot be told apart in a key.
MOST = 5

#: From least to most: single-hue, each much darker than the one before, so that they stay in order in grey.
SHADES = ("#f1f6fb", "#b9d3ea", "#7fb0d9", "#3a7fbd", "#0f3f73")

Way = Literal["quantile", "equal"]


@dataclass(frozen=True)
class Classes:
    """Classes of values from least to most.

    Args:
        limits: between the classes; a value at a limit is in the class above it.
        lowest: least value of all.
        highest: greatest value of all.
    """

    limits: tuple[float, ...]
    lowest: float
    highest: float

    def __len__(self) -> int:
        return len(self.limits) + 1

    def of(self, value: float) -> int:
        """Return the class of a value, counted from 0 for the least."""
        return int(np.searchsorted(self.limits, value, side="right"))

    def shade(self, place: int) -> int:
        """Return which of ``SHADES`` a class takes; fewer classes take shades further apart."""
        return MOST - 1 if len(self) == 1 else round(place * (MOST - 1) / (len(self) - 1))

    def label(self, place: int) -> str:
        """Say which values a class holds."""
        bounds = [numbers.number(bound) for bound in (self.lowest, *self.limits, self.highest)]
        if len(self) == 1:
            return bounds[0] if bounds[0] == bounds[1] else f"{bounds[0]} to {bounds[1]}"
        if place == len(self) - 1:
            return f"{bounds[-2]} or more"
        return f"under {bounds[1]}" if place == 0 else f"{bounds[place]} to under {bounds[place + 1]}"


def classes(values: Sequence[float], breaks: Sequence[float] | Way | None = None) -> Classes:
    """Return the classes of values.

    Args:
        values: of the areas that may be shown; none gives one empty class.
        breaks: limits between classes, rising, four at most; ``"equal"`` for five of one width; ``"quantile"``, or
            None, for five that hold as many areas each.

    Raises:
        DataError: there are more than four limits, or they do not rise.
    """
    known = np.asarray([value for value in values if math.isfinite(value)], np.float64)
    if not known.size:
        return Classes((), math.nan, math.nan)
    lowest, highest = float(known.min()), float(known.max())
    shares = np.arange(1, MOST) / MOST
    if breaks is None or breaks == "quantile":
        limits = np.unique(np.quantile(known, shares))
    elif breaks == "equal":
        limits = np.unique(lowest + (highest - lowest) * shares)
    else:
        given = np.asarray(breaks, np.float64)
        if len(given) >= MOST or not np.isfinite(given).all() or (np.diff(given) <= 0).any():
            raise DataError(f"the limits between classes are {list(breaks)}", remedy="Give four or fewer, each higher")
        return Classes(tuple(given.tolist()), lowest, highest)
    return Classes(tuple(limits[limits > lowest].tolist()), lowest, highest)


def fifths_by_rank(scores: Sequence[float], ranks: Sequence[int]) -> tuple[list[float], list[str]]:
    """Return limits between fifths of scores, and the ranks that each fifth has, least scores first.

    Args:
        scores: of all areas that are ranked.
        ranks: of the same.

    Returns:
        Limits and labels, for ``area_map``; where too many scores are alike for fifths, fewer, and no labels where a
        class would have no area.
    """
    score, rank = np.asarray(scores, np.float64), np.asarray(ranks)
    limits = np.unique(np.quantile(score, np.arange(1, MOST) / MOST))
    limits = limits[limits > score.min()]
    place = np.searchsorted(limits, score, side="right")
    each = [rank[place == k] for k in range(len(limits) + 1)]
    labels = [f"{r.min()} to {r.max()}" if len(r) > 1 else f"{r.min()}" for r in each if len(r)]
    return limits.tolist(), labels if len(labels) == len(each) else []
