"""What differs from draw to draw: the scale, the means, and the weights.

Takes a definition, gives the ways to build it that go together, and weights drawn around the declared ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insighthub.area_index.definition import POSITIVE, Aggregation, IndexDefinition, Normalisation
from insighthub.area_index.weights import Weights

Floats = NDArray[Any]


@dataclass(frozen=True)
class Way:
    """One way to build an index."""

    normalise: Normalisation
    within: Aggregation
    across: Aggregation


def ways(definition: IndexDefinition) -> tuple[Way, ...]:
    """Return the ways that the declared choices allow, each of equal chance, the declared one first.

    A geometric or harmonic mean of a scale that goes below 0 is none; such pairs are left out.
    """
    asked, vary = definition.uncertainty, definition.uncertainty.vary
    declared = Way(definition.normalise, definition.aggregate.within, definition.aggregate.across)
    scales = dict.fromkeys([declared.normalise, *(asked.normalise if "normalise" in vary else ())])
    means = asked.aggregate if "aggregate" in vary else ()
    within, across = dict.fromkeys([declared.within, *means]), dict.fromkeys([declared.across, *means])
    found = [Way(*way) for way in product(scales, within, across)]
    return tuple(way for way in found if goes_together(definition, way))


def goes_together(definition: IndexDefinition, way: Way) -> bool:
    """Whether every mean of a way is of values over 0, where it must be."""
    onto = way.normalise if definition.normalise_domains == "none" else definition.normalise_domains
    inside = way.within == "arithmetic" or way.normalise in POSITIVE
    return inside and (way.across == "arithmetic" or onto in POSITIVE)


def draw_weights(weights: Weights, concentration: float, rng: np.random.Generator, draws: int) -> tuple[Floats, Floats]:
    """Return indicators' weights (draws, indicators) and domains' (draws, domains), drawn around given ones.

    Each set that sums to 1 is drawn from a Dirichlet distribution whose parameters are the weights times the
    concentration: their mean is as given, and a weight of 0 stays 0.
    """
    indicators = np.empty((draws, len(weights.indicators)))
    for domain in range(len(weights.domains)):
        inside = weights.membership == domain
        indicators[:, inside] = _dirichlet(weights.indicators[inside], concentration, rng, draws)
    return indicators, _dirichlet(weights.domains, concentration, rng, draws)


def _dirichlet(mean: Floats, concentration: float, rng: np.random.Generator, draws: int) -> Floats:
    drawn = rng.standard_gamma(np.broadcast_to(mean * concentration, (draws, len(mean))))
    total = drawn.sum(axis=1, keepdims=True)
    return np.where(total > 0, drawn / np.where(total > 0, total, 1.0), mean)
