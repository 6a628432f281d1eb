"""Term frequencies: agreeing on a rare value says more than agreeing on a common one.

Takes coded rows, gives for each comparison with a ``rarity`` field the log of the share of records that hold each
value. At level 0 this share stands for u.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from insighthub.linkage.comparisons.comparison import Comparison
from insighthub.linkage.encode import Encoded

Array = npt.NDArray[np.float64]


def log_frequencies(data: Encoded, comparisons: Sequence[Comparison]) -> dict[int, Array]:
    """Return comparison number -> log share of records by value code, for comparisons with a rarity field."""
    out = {}
    for k, comparison in enumerate(comparisons):
        if comparison.rarity is None:
            continue
        codes = data.codes[comparison.rarity]
        known = codes[codes >= 0]
        counts = np.bincount(known, minlength=len(data.pools[comparison.rarity]))
        out[k] = np.log(np.maximum(counts, 1) / max(1, len(known)))
    return out
