"""Chance, drawn by shuffling: which values an area's neighbours could have had.

Takes a seed, gives places of other areas, and a two-sided p-value from what was drawn.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

#: With a hundred areas, a p-value must be able to fall to a few in ten thousand to stand control of false discovery.
PERMUTATIONS = 9999


def two_sided(seen: float, drawn: Floats) -> float:
    """Return twice the smaller of the shares of draws at least as high and at least as low, itself counted in.

    Phipson and Smyth (2010), "Permutation p-values should never be zero". Twice the one-sided pseudo p-value that other
    tools give, since nobody said beforehand which way an area would differ.
    """
    # Sums in another order differ in the last digits, and a tie must count as one.
    slack = 1e-12 * max(abs(seen), float(np.abs(drawn).max(initial=0.0)))
    beyond = min(int((drawn >= seen - slack).sum()), int((drawn <= seen + slack).sum()))
    return min(1.0, 2.0 * (beyond + 1) / (len(drawn) + 1))


def neighbours_by_chance(
    values: Floats, weights: csr_array, permutations: int, seed: int
) -> Iterator[tuple[int, Floats]]:
    """Give each area that has neighbours with its weighted sums of as many other areas' values, drawn by chance.

    The area keeps its own value, which is not among those drawn: conditional permutation (Anselin 1995, "Local
    indicators of spatial association"). All areas use the same draws, as esda does.

    Args:
        values: shape (n,).
        weights: shape (n, n).
        permutations: how many draws.
        seed: the same seed gives the same draws.
    """
    count = np.diff(weights.indptr)
    drawn = _without_replacement(len(values) - 1, int(count.max()), permutations, np.random.default_rng(seed))
    for area in np.flatnonzero(count):
        others = np.delete(values, area)
        weight = weights.data[weights.indptr[area] : weights.indptr[area + 1]]
        yield int(area), np.asarray(others[drawn[:, : count[area]]] @ weight)


def _without_replacement(among: int, most: int, rows: int, random: np.random.Generator) -> Integers:
    """Return rows of different whole numbers below ``among``, shape (rows, most)."""
    if most * most > among:
        return np.stack([random.permutation(among)[:most] for _ in range(rows)])
    drawn = random.integers(0, among, (rows, most))
    while True:
        ordered = np.sort(drawn, axis=1)
        again = (ordered[:, 1:] == ordered[:, :-1]).any(axis=1)
        if not again.any():
            return drawn
        drawn[again] = random.integers(0, among, (int(again.sum()), most))
