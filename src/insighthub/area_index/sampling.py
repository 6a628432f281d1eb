"""What the true value of an indicator may be in each area, given how few were counted and how links may err.

Takes a column of the inputs, gives its best values and random draws of them. Counts of people not drawn towards the
larger area have a beta distribution, counts of events a gamma, both with Jeffreys' prior; values with a variance are
normal; values with neither are taken as exact. Shrunk values are drawn as ``insighthub.area_index.shrink`` says.

Wrong links: where a share f of the links found is false and a share m of the true ones is missed, a count is
(1 - m) / (1 - f) of the true one. A draw gives each area an m and an f of its own, from beta distributions of the
declared mean and spread, and divides by that. What all areas have alike hardly moves a rank; how they differ does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insighthub.area_index.inputs import Column, Inputs
from insighthub.area_index.shrink import Gamma, LogitNormal, Normal, gamma_shrink, logit_shrink, normal_shrink

Floats = NDArray[Any]


@dataclass(frozen=True)
class Beta:
    """A true share of people, from a count that is not drawn towards anything."""

    count: Floats
    population: Floats

    def draw(self, rng: np.random.Generator, size: int) -> Floats:
        """Return (size, areas) shares that it may be."""
        found, others = self.count + 0.5, self.population - self.count + 0.5
        return rng.beta(found, others, (size, len(found)))


def shrunk_values(inputs: Inputs, column: Column) -> Floats:
    """Return a column's values, drawn towards the larger area's where the index says so; NaN where missing."""
    if not column.indicator.shrink:
        return column.values
    known = np.isfinite(column.values)
    values = column.values.copy()
    values[known] = _shrunk(inputs, column, known).best
    return values


def draw_values(
    inputs: Inputs, column: Column, rng: np.random.Generator, size: int, *, sampling: bool, linkage: bool
) -> Floats:
    """Return (size, areas) values that may be true; NaN where missing.

    Args:
        inputs: all columns, for which larger area each area is in.
        column: the indicator.
        rng: where chance comes from.
        size: how many draws.
        sampling: whether small numbers make values unsure.
        linkage: whether wrong links do.
    """
    known = np.isfinite(column.values)
    drawn = np.repeat(shrunk_values(inputs, column)[None, :], size, axis=0)
    likely = _likely(inputs, column, known) if sampling else None
    if likely is not None:
        drawn[:, known] = likely.draw(rng, size)
    errors = column.indicator.linkage
    if linkage and errors is not None:
        shape = (size, int(known.sum()))
        missed = _shares(errors.missed, errors.spread, rng, shape)
        false = _shares(errors.false, errors.spread, rng, shape)
        drawn[:, known] *= (1 - false) / (1 - missed)
    return drawn


def _likely(inputs: Inputs, column: Column, known: NDArray[np.bool_]) -> LogitNormal | Gamma | Normal | Beta | None:
    if column.indicator.shrink:
        return _shrunk(inputs, column, known)
    if column.count is not None and column.population is not None:
        count, population = column.count[known], column.population[known]
        if column.indicator.counted == "people":
            return Beta(count, population)
        return Gamma((count + 0.5) / population, count + 0.5)
    return None if column.variance is None else Normal(column.values[known], column.variance[known])


def _shrunk(inputs: Inputs, column: Column, known: NDArray[np.bool_]) -> LogitNormal | Gamma | Normal:
    group = None if inputs.group is None else inputs.group[known]
    if column.count is None or column.population is None:
        variance = np.zeros(int(known.sum())) if column.variance is None else column.variance[known]
        return normal_shrink(column.values[known], variance, group)
    by = logit_shrink if column.indicator.counted == "people" else gamma_shrink
    return by(column.count[known], column.population[known], group)


def _shares(mean: float, spread: float, rng: np.random.Generator, shape: tuple[int, int]) -> Floats:
    if mean == 0:
        return np.zeros(shape)
    # No beta distribution is wider than that of only 0 and 1, of variance mean (1 - mean).
    variance = min((mean * spread) ** 2, 0.99 * mean * (1 - mean))
    size = mean * (1 - mean) / variance - 1
    # A share of 1 would leave nothing to divide by.
    return np.minimum(rng.beta(mean * size, (1 - mean) * size, shape), 0.99)
