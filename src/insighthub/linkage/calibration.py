"""Whether match probabilities mean what they say: nine in ten pairs at 0.9 should be one person's.

Takes the compared pairs and judged records, gives the reliability curve, the expected calibration error and the Brier
score. Counted are pairs of a probability of at least 0.01 whose two records the truth knows. Pairs that the sources'
own word keeps apart (two people of one record, two records of a source that holds one a person) have no probability,
are not among the pairs that a run writes, and so do not count.

The expected calibration error is the sum over bins of the bin's share of pairs times the distance between its mean
probability and its share of matches (Naeini, Cooper and Hauskrecht, 2015), over fifteen bins of equally many pairs;
pairs of one probability stay in one bin. Pairs share records and people, so variances add up over people: that of a sum
over pairs is the sum over people of the square of what their pairs sum to, less what two people's pairs count twice
(Aronow, Samii and Assenova, 2015, "Cluster-robust variance estimation for dyadic data").
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insighthub.linkage.evaluation_result import Calibration, CalibrationBin, Interval
from insighthub.linkage.judged import Judged
from insighthub.linkage.ratios import Z, wilson

Array = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEAST_PROBABILITY = 0.01
BINS_OF_WIDTH, BINS_OF_MASS = 10, 15

_PAIRS_SQL = """
SELECT p.match_probability AS p, l.entity AS l, r.entity AS r
FROM pairs p
JOIN judged l ON l.source = p.source_l AND l.record_id = p.record_id_l AND l.person = p.person_l
JOIN judged r ON r.source = p.source_r AND r.record_id = p.record_id_r AND r.person = p.person_r
WHERE p.match_probability >= $least
"""


@dataclass(frozen=True)
class _Pairs:
    """Pairs in order of probability: how likely, whether a match, and whose records. Shapes (pairs,)."""

    p: Array
    match: Array
    left: Ints
    right: Ints

    def spread(self, values: Array) -> float:
        """Return the standard error of a sum of values over pairs, of mean nought in expectation."""
        people = int(max(self.left.max(), self.right.max())) + 1
        across = self.left != self.right
        touched = np.bincount(self.left, weights=values, minlength=people)
        touched += np.bincount(self.right[across], weights=values[across], minlength=people)
        low, high = np.minimum(self.left, self.right)[across], np.maximum(self.left, self.right)[across]
        _, dyad = np.unique(low * people + high, return_inverse=True)
        twice = np.bincount(dyad, weights=values[across]) if len(dyad) else np.zeros(1)
        return float(np.sqrt(max(0.0, (touched**2).sum() - (twice**2).sum())))


def calibrate(pairs: pa.Table, judged: Judged) -> Calibration | None:
    """Hold the match probabilities of pairs against the truth; None where the truth knows no pair.

    Args:
        pairs: source_l, record_id_l, person_l, source_r, record_id_r, person_r and match_probability.
        judged: records put beside the truth.
    """
    found = _known_pairs(pairs, judged)
    n = len(found.p)
    if not n:
        return None
    mass_edges = np.unique(np.quantile(found.p, np.linspace(0, 1, BINS_OF_MASS + 1)[1:-1], method="higher"))
    of_mass = np.searchsorted(mass_edges, found.p, side="right")
    off = found.p - found.match
    signs = np.sign(np.bincount(of_mass, weights=off, minlength=BINS_OF_MASS))[of_mass]
    error = float((signs * off).sum()) / n
    brier = float((off**2).sum()) / n
    width_edges = np.linspace(0, 1, BINS_OF_WIDTH + 1)
    of_width = np.minimum(np.searchsorted(width_edges, found.p, side="right") - 1, BINS_OF_WIDTH - 1)
    return Calibration(
        pairs=n,
        matches=int(found.match.sum()),
        expected=float(found.p.sum()),
        error=_mean_interval(found, signs * off - error, error),
        brier=_mean_interval(found, off**2 - brier, brier),
        equal_width=_bins(found, of_width, list(pairwise(width_edges.tolist()))),
        equal_mass=_bins(found, of_mass, None),
    )


def _known_pairs(pairs: pa.Table, judged: Judged) -> _Pairs:
    with duckdb.connect() as db:
        db.register("pairs", pairs)
        db.register("judged", judged.keys.append_column("entity", pa.array(judged.entity)))
        rows = db.sql(_PAIRS_SQL, params={"least": LEAST_PROBABILITY}).to_arrow_table()
    p, left, right = (rows[name].to_numpy() for name in ("p", "l", "r"))
    order = np.lexsort((np.maximum(left, right), np.minimum(left, right), p))
    p, left, right = p[order], left[order], right[order]
    return _Pairs(p, (left == right).astype(float), left, right)


def _mean_interval(found: _Pairs, residual: Array, value: float) -> Interval:
    room = Z * found.spread(residual) / len(found.p)
    return Interval(value, max(0.0, value - room), min(1.0, value + room))


def _bins(found: _Pairs, of: Ints, edges: list[tuple[float, float]] | None) -> tuple[CalibrationBin, ...]:
    """Return the bins that hold any pair; without edges, each from its lowest to its highest probability."""
    out = []
    for b in np.unique(of).tolist():
        at = np.flatnonzero(of == b)
        own = _Pairs(found.p[at], found.match[at], found.left[at], found.right[at])
        share = float(own.match.mean())
        spread = own.spread(own.match - share) / len(at)
        trials = min(share * (1 - share) / spread**2, len(at)) if spread > 0 else len(at)
        low, high = edges[b] if edges else (float(own.p.min()), float(own.p.max()))
        out.append(CalibrationBin(low, high, len(at), float(own.p.mean()), wilson(share, max(trials, 1.0))))
    return tuple(out)
