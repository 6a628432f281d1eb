"""Weighted means: arithmetic, geometric and harmonic.

Takes values with the indicators along the first axis and weights that sum to 1, gives one value an area. The geometric
and the harmonic mean are arithmetic means of another scale, logarithms or reciprocals; so the draws of the uncertainty
change the scale once, and then only add.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from insighthub.area_index.definition import Aggregation

Floats = NDArray[Any]


def mean(values: Floats, weights: Floats, kind: Aggregation) -> Floats:
    """Return the weighted mean over the first axis.

    Args:
        values: (indicators, ...); over 0 for the geometric and harmonic mean.
        weights: (indicators,), summing to 1.
        kind: which mean.
    """
    return from_additive(np.tensordot(weights, additive(values, kind), axes=1), kind)


def additive(values: Floats, kind: Aggregation) -> Floats:
    """Return the scale on which the mean is arithmetic: values, their logarithms, or their reciprocals."""
    if kind == "geometric":
        return np.asarray(np.log(values))
    return np.asarray(1.0 / values) if kind == "harmonic" else values


def from_additive(sums: Floats, kind: Aggregation) -> Floats:
    """Return a mean from that scale to its own."""
    if kind == "geometric":
        return np.asarray(np.exp(sums))
    return np.asarray(1.0 / sums) if kind == "harmonic" else sums
