"""Whether like stands beside like: Moran's I of all areas, and of each.

Takes one value an area and weights of neighbours, gives the statistic with p-values. Above its expectation, high stands
beside high and low beside low; below it, high beside low.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.special import ndtr

from insighthub.spatial.false_discovery import adjusted
from insighthub.spatial.permutations import PERMUTATIONS, neighbours_by_chance, two_sided
from insighthub.spatial.weights import Floats, Integers, checked, islands

Quadrant = Literal["high among high", "low among high", "low among low", "high among low", "no neighbours"]

_QUADRANTS: tuple[Quadrant, ...] = ("high among high", "low among high", "low among low", "high among low")


@dataclass(frozen=True)
class GlobalMoran:
    """Moran's I of all areas together.

    Args:
        i: the statistic.
        expected: what it is on average where place does not matter: -1 / (n - 1).
        variance: under the normal approximation.
        z: standard deviations from what is expected.
        p_normal: two-sided, by the normal approximation.
        p_permutation: two-sided, by shuffling; not a number where there are no permutations.
        permutations: how many.
        areas: how many values.
        islands: places of areas with no neighbour. They count among the areas, but add nothing to the sum.
    """

    i: float
    expected: float
    variance: float
    z: float
    p_normal: float
    p_permutation: float
    permutations: int
    areas: int
    islands: Integers

    def words(self) -> str:
        """Say what was found, in one sentence or two."""
        p = self.p_normal if np.isnan(self.p_permutation) else self.p_permutation
        way = "no more than chance would make them"
        if p <= 0.05:
            way = "more than chance would make them" if self.i > self.expected else "less than chance would make them"
        alone = f" {len(self.islands)} of them have no neighbours." if len(self.islands) else ""
        return f"Neighbours among {self.areas} areas are alike {way} (Moran's I {self.i:.3f}, p = {p:.4f}).{alone}"


@dataclass(frozen=True)
class LocalMoran:
    """Moran's I of each area.

    Args:
        i: shape (n,); 0 for an island.
        quadrant: the area's value and that of its neighbours, each against the average.
        z: standard deviations from what is expected given the area's own value; not a number for an island.
        p_normal: two-sided, by the normal approximation to z.
        p: two-sided, by conditional permutation; of the normal approximation where there are no permutations.
        p_adjusted: ``p`` under control of false discovery, over all areas that have neighbours.
        permutations: how many.
        islands: places of areas with no neighbour.
    """

    i: Floats
    quadrant: tuple[Quadrant, ...]
    z: Floats
    p_normal: Floats
    p: Floats
    p_adjusted: Floats
    permutations: int
    islands: Integers

    def significant(self, rate: float = 0.05) -> npt.NDArray[np.bool_]:
        """Return which areas stand at a rate of false discovery, shape (n,)."""
        return np.asarray(np.nan_to_num(self.p_adjusted, nan=np.inf) <= rate)


def global_moran(
    values: npt.ArrayLike, weights: csr_array, *, permutations: int = PERMUTATIONS, seed: int = 1
) -> GlobalMoran:
    """Return Moran's I: n / S0 times the sum of w(ij) z(i) z(j), over the sum of z(i) squared.

    Moments under normality: Cliff and Ord (1981), "Spatial processes: models and applications".

    Args:
        values: shape (n,).
        weights: shape (n, n), as they stand: see ``row_standardised``.
        permutations: shuffles of all values; 0 for none.
        seed: the same seed gives the same p-value.

    Raises:
        DataError: see ``weights.checked``.
    """
    value, matrix = checked(values, weights)
    count = len(value)
    z = value - value.mean()
    total = float(matrix.sum())
    scale = count / total / float(z @ z)
    found = scale * float(z @ (matrix @ z))
    s1 = 0.5 * float(((matrix + matrix.T).power(2)).sum())
    s2 = float(((np.asarray(matrix.sum(axis=1)).ravel() + np.asarray(matrix.sum(axis=0)).ravel()) ** 2).sum())
    expected = -1.0 / (count - 1)
    variance = (count**2 * s1 - count * s2 + 3 * total**2) / ((count**2 - 1) * total**2) - expected**2
    deviations = (found - expected) / np.sqrt(variance)
    p = float("nan")
    if permutations:
        random = np.random.default_rng(seed)
        drawn = np.empty(permutations)
        for turn in range(permutations):
            shuffled = random.permutation(z)
            drawn[turn] = scale * float(shuffled @ (matrix @ shuffled))
        p = two_sided(found, drawn)
    p_normal = float(2 * ndtr(-abs(deviations)))
    alone = islands(matrix)
    return GlobalMoran(found, expected, variance, float(deviations), p_normal, p, permutations, count, alone)


def local_moran(
    values: npt.ArrayLike, weights: csr_array, *, permutations: int = PERMUTATIONS, seed: int = 1
) -> LocalMoran:
    """Return each area's Moran's I: (n - 1) z(i) times its neighbours' weighted sum of z, over the sum of z squared.

    Anselin (1995), "Local indicators of spatial association"; moments given the area's own value: Sokal, Oden and
    Thomson (1998), "Local spatial autocorrelation in a biological model", equations A7 and A8.

    Args:
        values: shape (n,).
        weights: shape (n, n); row-standardised, so that areas compare.
        permutations: conditional permutations an area; 0 for none.
        seed: the same seed gives the same p-values.

    Raises:
        DataError: see ``weights.checked``.
    """
    value, matrix = checked(values, weights)
    count = len(value)
    z = (value - value.mean()) / value.std()
    lag = matrix @ z
    scale = (count - 1) * z / float(z @ z)
    found = scale * lag
    alone = islands(matrix)
    deviations = _conditional_z(found, z, matrix)
    p_normal = 2 * ndtr(-np.abs(deviations))
    p = p_normal
    if permutations:
        p = np.full(count, np.nan)
        for area, sums in neighbours_by_chance(z, matrix, permutations, seed):
            p[area] = two_sided(float(found[area]), scale[area] * sums)
    place = np.where(z > 0, np.where(lag > 0, 0, 3), np.where(lag > 0, 1, 2))
    lone = set(alone.tolist())
    quadrant: tuple[Quadrant, ...] = tuple("no neighbours" if a in lone else _QUADRANTS[q] for a, q in enumerate(place))
    return LocalMoran(found, quadrant, deviations, p_normal, p, adjusted(p), permutations, alone)


def _conditional_z(found: Floats, z: Floats, matrix: csr_array) -> Floats:
    count = len(z)
    square = float(z @ z) / count
    weight = np.asarray(matrix.sum(axis=1)).ravel()
    squares = np.asarray(matrix.power(2).sum(axis=1)).ravel()
    expected = -(z**2) * weight / ((count - 1) * square)
    variance = (
        (z / square) ** 2 * (count / (count - 2)) * (squares - weight**2 / (count - 1)) * (square - z**2 / (count - 1))
    )
    # Where the area's own value is the average, or every other area is a neighbour, nothing can vary. Held against the
    # size of the weights, which by inverse distance in metres are small.
    varies = variance > 1e-12 * squares
    return np.asarray(np.where(varies, (found - expected) / np.sqrt(np.where(varies, variance, 1.0)), np.nan))
