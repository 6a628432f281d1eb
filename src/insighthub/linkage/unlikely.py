"""A sample of the compared pairs that are too unlikely to be written.

Takes the compared pairs and their weights, gives a small table of those under ``keep_probability``, drawn at random
within bands of weight, each with how many pairs it stands for. There are millions of such pairs and hardly any is of
one person; but an estimate of how many matches were missed must not be blind to them.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insighthub.linkage.encode import Encoded
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.score import probability_of

KEY_TYPES = {"source": pa.string(), "record_id": pa.string(), "person": pa.int32()}
#: The lower ends of the bands, in bits; the highest ends at ``keep_probability``.
BANDS = (-9.0, -12.0, -16.0, -np.inf)
MOST = 2000  # pairs drawn in a band
SEED = 20_260_305
UNLIKELY = pa.schema(
    [
        *(pa.field(f"{name}_{side}", kind) for side in "lr" for name, kind in KEY_TYPES.items()),
        pa.field("match_weight", pa.float64()),
        pa.field("match_probability", pa.float64()),
        pa.field("stands_for", pa.float64()),
    ]
)


def unlikely_pairs(
    data: Encoded,
    pairs: Pairs,
    weight: npt.NDArray[np.float32],
    barred: npt.NDArray[np.bool_],
    *,
    keep: float,
) -> pa.Table:
    """Draw from the pairs under a match probability.

    Args:
        data: coded rows.
        pairs: the compared pairs.
        weight: their match weights, in bits.
        barred: pairs that the sources' own word says are two people, which are left out; shape (pairs,).
        keep: the match probability at which pairs are written.

    Returns:
        source_l, record_id_l, person_l, source_r, record_id_r, person_r, match_weight, match_probability, and
        stands_for: how many pairs of its band each stands for.
    """
    random = np.random.Generator(np.random.PCG64(SEED))
    unlikely = (probability_of(weight) < keep) & ~barred
    high = np.inf
    drawn: list[npt.NDArray[np.int64]] = []
    stands_for: list[npt.NDArray[np.float64]] = []
    for low in BANDS:
        band = np.flatnonzero(unlikely & (weight >= low) & (weight < high))
        taken = np.sort(random.choice(band, min(MOST, len(band)), replace=False, shuffle=False))
        drawn.append(taken)
        stands_for.append(np.full(len(taken), len(band) / max(1, len(taken))))
        high = low
    at = np.concatenate(drawn)
    columns: list[pa.Array | pa.ChunkedArray] = []
    for rows in (pairs.left[at], pairs.right[at]):
        ends = data.rows.take(pa.array(rows))
        columns += [ends[name] for name in KEY_TYPES]
    columns += [pa.array(weight[at].astype(np.float64)), pa.array(probability_of(weight[at]))]
    columns.append(pa.array(np.concatenate(stands_for)))
    return pa.table(columns, schema=UNLIKELY)
