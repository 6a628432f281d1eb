"""Where high values gather, and low ones: the local G of Getis and Ord.

Takes one value an area, none below nothing, and weights of neighbours; gives G, or G* which counts the area itself.
Unlike Moran's I it tells a gathering of high values (z above nothing: a hot spot) from one of low values.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, eye_array
from scipy.special import ndtr

from insighthub.errors import DataError
from insighthub.spatial.false_discovery import adjusted
from insighthub.spatial.permutations import PERMUTATIONS, neighbours_by_chance, two_sided
from insighthub.spatial.weights import Floats, Integers, checked, islands


@dataclass(frozen=True)
class LocalG:
    """G or G* of each area.

    Args:
        g: share of all values that stands around the area, by weight; shape (n,). Not a number for an island in G.
        z: standard deviations from what is expected; above 0 hot, below it cold.
        p_normal: two-sided, by the normal approximation to z.
        p: two-sided, by conditional permutation; of the normal approximation where there are no permutations.
        p_adjusted: ``p`` under control of false discovery, over all areas that have neighbours.
        star: whether the area itself counts.
        permutations: how many.
        islands: places of areas with no neighbour: never hot or cold.
    """

    g: Floats
    z: Floats
    p_normal: Floats
    p: Floats
    p_adjusted: Floats
    star: bool
    permutations: int
    islands: Integers

    def hot(self, rate: float = 0.05) -> npt.NDArray[np.bool_]:
        """Return where high values gather at a rate of false discovery, shape (n,)."""
        return np.asarray((np.nan_to_num(self.p_adjusted, nan=np.inf) <= rate) & (self.z > 0))

    def cold(self, rate: float = 0.05) -> npt.NDArray[np.bool_]:
        """Return where low values gather at a rate of false discovery, shape (n,)."""
        return np.asarray((np.nan_to_num(self.p_adjusted, nan=np.inf) <= rate) & (self.z < 0))


def local_g(
    values: npt.ArrayLike,
    weights: csr_array,
    *,
    star: bool = True,
    permutations: int = PERMUTATIONS,
    seed: int = 1,
) -> LocalG:
    """Return the local G (Getis and Ord 1992) with z as in Ord and Getis (1995), which allows weights of any size.

    Ord and Getis (1995), "Local spatial autocorrelation statistics": z is the weighted sum of neighbours' values less
    the sum of weights times the mean, over s times the root of (N S1 - W^2) / (N - 1). Multiplying a row by a number
    does not change its z, so binary and row-standardised weights give one result.

    Args:
        values: shape (n,), none below nothing.
        weights: shape (n, n), without own weights.
        star: count the area itself, with the largest weight of its row.
        permutations: conditional permutations an area; 0 for none.
        seed: the same seed gives the same p-values.

    Raises:
        DataError: see ``weights.checked``; or a value is below nothing.
    """
    value, matrix = checked(values, weights)
    if (value < 0).any():
        raise DataError(
            "a value is below nothing, of which G can make no share",
            remedy="Use local Moran, or a measure that counts from nothing",
        )
    count = len(value)
    alone = islands(matrix)
    own = np.asarray(matrix.max(axis=1).todense()).ravel() if star else np.zeros(count)
    weighed = matrix + eye_array(count, format="csr") * own[:, None] if star else matrix
    around = np.asarray(weighed @ value)
    left_out = 0.0 if star else value
    among = count if star else count - 1
    rest = value.sum() - left_out
    # z does not change with the level of the values; taken from their average, digits of a high level are not lost.
    apart = value - value.mean()
    own_apart = 0.0 if star else apart
    mean = (apart.sum() - own_apart) / among
    variance = (np.square(apart).sum() - np.square(own_apart)) / among - mean**2
    weight = np.asarray(weighed.sum(axis=1)).ravel()
    squares = np.asarray(weighed.power(2).sum(axis=1)).ravel()
    room = among * squares - weight**2
    # Each against its own size: weights by inverse distance in metres are small.
    varies = (variance > 1e-12 * np.square(apart).max()) & (room > 1e-12 * among * squares)
    spread = np.where(varies, variance * room / (among - 1), 1.0)
    z = np.where(varies, (np.asarray(weighed @ apart) - weight * mean) / np.sqrt(spread), np.nan)
    has = np.ones(count, bool)
    has[alone] = False
    z = np.where(has, z, np.nan)
    p_normal = 2 * ndtr(-np.abs(z))
    p = p_normal
    if permutations:
        p = np.full(count, np.nan)
        for area, sums in neighbours_by_chance(value, matrix, permutations, seed):
            p[area] = two_sided(float(around[area]), sums + own[area] * value[area])
    share = np.where(has & (rest > 0), around / np.where(rest > 0, rest, 1.0), np.nan)
    return LocalG(share, z, p_normal, p, adjusted(p), star, permutations, alone)
