"""Rates of small areas drawn towards the larger area's, as far as they are chance.

Takes counts and populations, or rates and their variances; gives for each area what is thought of its true rate: a
best figure and the spread about it. ``group`` says which larger area each area is in; without it all are in one.

- ``logit_shrink``: counts of people. The logit of an area's rate and that of its larger area, weighted by their
  precision. Noble and others, The English Indices of Deprivation 2019: Technical report, Ministry of Housing,
  Communities and Local Government, 2019, on shrinkage estimation; the same formulas stand in the Scottish Indices of
  Deprivation 2003, Appendix 1.
- ``gamma_shrink``: counts of events. Marshall RJ, Mapping disease and mortality rates using empirical Bayes estimators,
  Applied Statistics 40 (1991), 283-294: the mean and variance of the true rates by moments; as the prior of a Poisson
  rate, a gamma distribution with these.
- ``normal_shrink``: rates with a variance. The same by moments with a normal prior of equal mean for all areas.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]


@dataclass(frozen=True)
class LogitNormal:
    """A true share of people, whose logit is normal."""

    logit: Floats
    variance: Floats

    @property
    def best(self) -> Floats:
        """The share at the middle, as the English indices give it."""
        return np.asarray(1.0 / (1.0 + np.exp(-self.logit)))

    def draw(self, rng: np.random.Generator, size: int) -> Floats:
        """Return (size, areas) shares that it may be."""
        logit = self.logit + np.sqrt(self.variance) * rng.standard_normal((size, len(self.logit)))
        return np.asarray(1.0 / (1.0 + np.exp(-logit)))


@dataclass(frozen=True)
class Gamma:
    """A true rate of events; one of shape infinity is known."""

    best: Floats
    shape: Floats

    def draw(self, rng: np.random.Generator, size: int) -> Floats:
        """Return (size, areas) rates that it may be."""
        known = ~np.isfinite(self.shape)
        shape = np.where(known, 1.0, self.shape)
        drawn = rng.standard_gamma(shape, (size, len(shape))) / shape
        return np.where(known, self.best, self.best * drawn)


@dataclass(frozen=True)
class Normal:
    """A true value that is normal."""

    best: Floats
    variance: Floats

    def draw(self, rng: np.random.Generator, size: int) -> Floats:
        """Return (size, areas) values that it may be."""
        return np.asarray(self.best + np.sqrt(self.variance) * rng.standard_normal((size, len(self.best))))


def logit_shrink(count: Floats, population: Floats, group: NDArray[np.intp] | None = None) -> LogitNormal:
    """Draw shares of people towards the larger area's share, on the logit scale.

    For r of n people: m = ln((r + 0.5) / (n - r + 0.5)), of variance s2 = (n + 1)(n + 2) / (n (r + 1)(n - r + 1)).
    For R of N in the larger area of k areas: M = ln(R / (N - R)), and t2 = sum (m - M)^2 / (k - 1). The shrunk logit is
    w m + (1 - w) M with w = (1 / s2) / (1 / s2 + 1 / t2); its variance is w s2.

    Args:
        count: (areas,) r, from 0 to n.
        population: (areas,) n, over 0.
        group: (areas,) the number of the larger area that each is in.
    """
    logit = np.log((count + 0.5) / (population - count + 0.5))
    sampling = (population + 1) * (population + 2) / (population * (count + 1) * (population - count + 1))
    shrunk, variance = np.empty_like(logit), np.empty_like(logit)
    for here in _groups(group, len(count)):
        counted, of = float(count[here].sum()), float(population[here].sum())
        half = 0.5 if counted in (0.0, of) else 0.0  # nobody, or everybody: the logit would be infinite
        middle = np.log((counted + half) / (of - counted + half))
        number = int(np.count_nonzero(here))
        between = float(np.sum((logit[here] - middle) ** 2)) / (number - 1) if number > 1 else 0.0
        weight = between / (between + sampling[here])
        shrunk[here] = weight * logit[here] + (1 - weight) * middle
        variance[here] = weight * sampling[here]
    return LogitNormal(shrunk, variance)


def gamma_shrink(count: Floats, population: Floats, group: NDArray[np.intp] | None = None) -> Gamma:
    """Draw rates of events towards the larger area's rate.

    For y events of n: m = sum y / sum n, v = sum n (y / n - m)^2 / sum n, a = v - m / mean n, not under 0. The shrunk
    rate is m + c (y / n - m) with c = a / (a + m / n): the mean of a gamma with shape m^2 / a + y.

    Args:
        count: (areas,) y, 0 or more.
        population: (areas,) n, over 0: people, or their time at risk.
        group: (areas,) the number of the larger area that each is in.
    """
    best, shape = np.empty(len(count)), np.empty(len(count))
    for here in _groups(group, len(count)):
        y, n = count[here], population[here]
        middle = y.sum() / n.sum()
        between = max(0.0, float(np.sum(n * (y / n - middle) ** 2) / n.sum() - middle / n.mean()))
        if between > 0:
            best[here] = middle + between / (between + middle / n) * (y / n - middle)
            shape[here] = middle**2 / between + y
        else:  # no more difference than chance: what all have together, known as well as their sum lets it be
            best[here] = middle
            shape[here] = y.sum() + 0.5 if middle > 0 else np.inf
    return Gamma(best, shape)


def normal_shrink(rate: Floats, variance: Floats, group: NDArray[np.intp] | None = None) -> Normal:
    """Draw values towards the mean of the larger area, weighted by the precision of each.

    Args:
        rate: (areas,) the values.
        variance: (areas,) the sampling variance of each, 0 or more.
        group: (areas,) the number of the larger area that each is in.
    """
    best, left = np.empty_like(rate), np.empty_like(rate)
    for here in _groups(group, len(rate)):
        between = max(0.0, float(np.var(rate[here], ddof=1) - variance[here].mean())) if here.sum() > 1 else 0.0
        total = between + variance[here]
        precision = 1.0 / np.where(total > 0, total, 1.0)
        middle = np.sum(rate[here] * precision) / precision.sum()
        weight = np.where(total > 0, between * precision, 1.0)
        best[here] = weight * rate[here] + (1 - weight) * middle
        left[here] = weight * variance[here]
    return Normal(best, left)


def _groups(group: NDArray[np.intp] | None, areas: int) -> list[NDArray[np.bool_]]:
    if group is None:
        return [np.ones(areas, dtype=bool)]
    return [group == number for number in np.unique(group)]
