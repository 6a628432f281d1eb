"""Weights: of indicators within their domain, and of domains within the index, each set summing to 1.

Takes a definition, and for weights by principal components the normalised values. No weight is right: ``budget`` holds
what people agreed, ``evidence`` follows what is known, ``pca`` follows what varies together, which is not what matters.

Source of the principal components' rule, squared loadings scaled to 1: OECD and JRC, Handbook on Constructing Composite
Indicators, 2008, step 6; here of the first component alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from insighthub.area_index.aggregate import mean
from insighthub.area_index.definition import Aggregation, IndexDefinition

Floats = NDArray[Any]


@dataclass(frozen=True)
class Weights:
    """Weights in the order of the definition.

    Args:
        indicators: (indicators,), summing to 1 within each domain.
        domains: (domains,), summing to 1.
        membership: (indicators,), the place of each indicator's domain.
    """

    indicators: Floats
    domains: Floats
    membership: NDArray[np.intp]

    @property
    def effective(self) -> Floats:
        """The weight of each indicator in the index: its own times its domain's."""
        return np.asarray(self.indicators * self.domains[self.membership])


def membership(definition: IndexDefinition) -> NDArray[np.intp]:
    """Return the place of each indicator's domain among the domains."""
    places = {domain.id: place for place, domain in enumerate(definition.domains)}
    return np.array([places[indicator.domain] for indicator in definition.indicators], dtype=np.intp)


def find_weights(definition: IndexDefinition, normalised: Floats, within: Aggregation) -> Weights:
    """Return the weights that a definition asks for.

    Args:
        definition: the index.
        normalised: (indicators, areas); looked at only for weights by principal components.
        within: how indicators become a domain's score, which principal components of domains look at.
    """
    of = membership(definition)
    indicators = np.zeros(len(of))
    for place, domain in enumerate(definition.domains):
        here = of == place
        members = definition.of_domain(domain.id)
        if definition.weights == "budget" and members[0].weight is not None:
            raw = np.array([member.weight for member in members], dtype=np.float64)
        elif definition.weights == "evidence":
            raw = np.array([member.evidence_score for member in members], dtype=np.float64)
        elif definition.weights == "pca":
            raw = squared_loadings(normalised[here])
        else:
            raw = np.ones(len(members))
        indicators[here] = raw / raw.sum()
    return Weights(indicators, _domain_weights(definition, normalised, indicators, within), of)


def _domain_weights(definition: IndexDefinition, normalised: Floats, indicators: Floats, within: Aggregation) -> Floats:
    of = membership(definition)
    if definition.weights == "budget":
        raw = np.array([domain.weight for domain in definition.domains], dtype=np.float64)
    elif definition.weights == "evidence":  # the mean, so that a domain of many indicators is not heavier for it
        raw = np.array([np.mean([i.evidence_score for i in definition.of_domain(d.id)]) for d in definition.domains])
    elif definition.weights == "pca":
        scores = [mean(normalised[of == d], indicators[of == d], within) for d in range(len(definition.domains))]
        raw = squared_loadings(np.array(scores))
    else:
        raw = np.ones(len(definition.domains))
    return np.asarray(raw / raw.sum())


def squared_loadings(values: Floats) -> Floats:
    """Return the squared loadings of the first principal component of the correlation matrix, summing to 1.

    Where several components are the largest, the mean of theirs: rows that have nothing to do with each other weigh the
    same. A row that is the same everywhere has no correlation with any other and gets no weight, unless all are so.

    Args:
        values: (rows, areas).
    """
    varies = values.std(axis=1) > 1e-12 * np.abs(values).max(axis=1)
    if not varies.any():
        return np.full(len(values), 1.0 / len(values))
    loadings = np.zeros(len(values))
    correlation = np.atleast_2d(np.corrcoef(values[varies]))
    sizes, vectors = np.linalg.eigh(correlation)
    # Components of equal size can be turned into each other at will; what they make up together cannot.
    first = sizes > sizes[-1] - 1e-9
    loadings[varies] = (vectors[:, first] ** 2).sum(axis=1) / first.sum()
    return loadings
