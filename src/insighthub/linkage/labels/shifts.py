"""Weights put right where labels are: pairs that look like labelled ones, and no others.

Takes the weights that the model gives labelled pairs, what clusters made of them, and what people said; gives, for what
a pair looks like at every comparison, by how many nats its odds are to be shifted. The model is tied and cannot say
that fathers and sons of one name at one address are two people *here*; a few labels on such pairs can. A shift is the
most probable one under a normal prior about none, with room for people being wrong now and then. It is made only where
labels tell it from none, and only where most of the pairs on which it bears are wrong as they stand: a pair may weigh
too little and be linked all the same, through others, and to give it more would do harm elsewhere and no good here. A
pair that looks like no labelled one keeps its weight, to the bit.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from insighthub.linkage.labels.learning import WRONG, Ints
from insighthub.linkage.labels.threshold import at_least

Array = npt.NDArray[np.float64]
PRIOR_NATS = 1.0  # standard deviation of a shift, before any label
LEAST = 5  # labels
TELLING = 3.32  # how much likelier the labels must be, in nats: half the 99% point of chi-squared with one degree
SURE = 1.2815515655446004  # 90%, one-sided: that more than half of the pairs on which a shift bears are wrong
_GRID = np.linspace(-6.0, 6.0, 241)


def find_shifts(
    odds: Array, match: npt.NDArray[np.bool_], linked: npt.NDArray[np.bool_], look: Ints
) -> dict[int, float]:
    """Return the shifts that labels call for, in nats, by what a pair looks like.

    Args:
        odds: log odds of a match that the model gives each labelled pair, shape (labels,).
        match: what people say of it, shape (labels,).
        linked: what the clusters say of it, shape (labels,).
        look: number of what it looks like, shape (labels,).
    """
    found = {}
    for one in np.unique(look):
        at = np.flatnonzero(look == one)
        if len(at) < LEAST:
            continue
        p = 1 / (1 + np.exp(-(odds[at][:, None] + _GRID)))
        right = np.where(match[at][:, None], p, 1 - p)
        likelihood = np.log(right * (1 - WRONG) + (1 - right) * WRONG).sum(axis=0)
        best = int(np.argmax(likelihood - 0.5 * (_GRID / PRIOR_NATS) ** 2))
        shift = float(_GRID[best])
        borne_on = at[linked[at] != (shift > 0)]
        wrong = at_least(match[borne_on] == (shift > 0), np.ones(len(borne_on)), z=SURE)
        if likelihood[best] - likelihood[len(_GRID) // 2] >= TELLING and wrong > 0.5:
            found[int(one)] = shift
    return found
