"""Co-residents whom no rule paired: no candidates, but pairs to learn from.

Takes coded rows and the candidates, gives a sample of the other pairs of rows at one home.
"""

from __future__ import annotations

import numpy as np

from insighthub.linkage.blocking.blocks import group, known_rows, pairs_within
from insighthub.linkage.encode import MISSING, Encoded
from insighthub.linkage.pairs import Pairs

#: Fields that say where a row lives; rows that share one are co-residents.
_HOME = ("dwelling", "uprn", "street_dwelling")


def coresident_pairs(data: Encoded, candidates: Pairs, *, cap: int, most: int) -> tuple[Pairs, float]:
    """Sample the pairs of co-residents that no blocking rule gave.

    They cannot be one person, or a rule would have paired them; but they show what co-residents look like. Learned from
    candidates alone, that class would hold only those co-residents who have an initial in common.

    Args:
        data: coded rows.
        candidates: the pairs that the rules gave.
        cap: most records in a home.
        most: about how many pairs to take.

    Returns:
        The pairs, sorted, and how many pairs each of them stands for.
    """
    home = next((name for name in _HOME if data.has(name)), None)
    if home is None:
        return Pairs(np.empty(0, np.int32), np.empty(0, np.int32)), 1.0
    key = data.codes[home].copy()
    sizes = np.bincount(key[key >= 0]).astype(float)
    sizes = sizes[sizes <= cap]
    every = max(1, int(np.ceil((sizes * (sizes - 1) / 2).sum() / max(1, most))))
    key[key % every != 0] = MISSING
    order, blocks = group([key], known_rows([key]))
    small = blocks <= cap
    left, right = pairs_within(order[np.repeat(small, blocks)], blocks[small])
    n = max(1, data.n)
    pair = np.sort(left.astype(np.int64) * n + right)
    at_home = (key[candidates.left] >= 0) & (key[candidates.left] == key[candidates.right])
    given = candidates.left[at_home].astype(np.int64) * n + candidates.right[at_home]
    at = np.minimum(np.searchsorted(given, pair), max(0, len(given) - 1))
    new = pair[given[at] != pair] if len(given) else pair
    return Pairs(*(x.astype(np.int32) for x in np.divmod(new, n))), float(every)
