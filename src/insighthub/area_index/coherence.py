"""Whether indicators belong together: what is counted twice, what points the wrong way, what one thing they share.

Takes a definition and its table, gives plain figures of the correlations between indicators as the index uses them
(shrunk, treated, on its scale, higher worse). High correlation is not proof of a fault, nor low of a virtue: it says
where an analyst must be able to say why.

Source: OECD and JRC, Handbook on Constructing Composite Indicators, 2008, step 4. Alpha: Cronbach LJ, Coefficient alpha
and the internal structure of tests, Psychometrika 16 (1951), 297-334.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from insighthub.area_index.build import combine, scaled, treat
from insighthub.area_index.definition import IndexDefinition
from insighthub.area_index.inputs import read_inputs
from insighthub.area_index.sampling import shrunk_values
from insighthub.area_index.weights import find_weights

Floats = NDArray[Any]

#: Indicators that agree by more than this say nearly the same thing.
DOUBLE = 0.9


@dataclass(frozen=True)
class Coherence:
    """How the parts of an index go together.

    Args:
        correlation: a row a pair of different indicators, each once: indicator, other, same_domain, correlation.
        double: those pairs of ``correlation`` that agree by more than ``DOUBLE``, either way.
        indicators: a row an indicator: indicator, domain, with_domain (correlation with the domain's score),
            with_others (with the mean of the others of its domain; null if it is alone), with_index,
            wrong_sign (whether it goes against its domain's others or the index).
        domains: a row a domain, and one of the whole, ``index``: group, indicators, alpha (Cronbach's; null for fewer
            than two), first_component (its share of the variance).
    """

    correlation: pa.Table
    double: pa.Table
    indicators: pa.Table
    domains: pa.Table


def check_coherence(definition: IndexDefinition, table: pa.Table, *, area: str = "area") -> Coherence:
    """Look at how the indicators of an index go together.

    Raises:
        DataError: the table lacks what the index needs; the message names row and column.
    """
    inputs = read_inputs(definition, table, area)
    values = np.array([treat(c.indicator, shrunk_values(inputs, c)) for c in inputs.columns])
    normalised = scaled(definition, values, definition.normalise)
    weights = find_weights(definition, normalised, definition.aggregate.within)
    domains, score = combine(definition, normalised, weights)
    ids = [i.id for i in definition.indicators]
    of = weights.membership
    matrix = correlations(normalised)
    upper = [(a, b) for a in range(len(ids)) for b in range(a + 1, len(ids))]
    pairs = pa.table(
        {
            "indicator": pa.array([ids[a] for a, _ in upper], pa.string()),
            "other": pa.array([ids[b] for _, b in upper], pa.string()),
            "same_domain": pa.array([bool(of[a] == of[b]) for a, b in upper], pa.bool_()),
            "correlation": pa.array([matrix[a, b] for a, b in upper], pa.float64(), from_pandas=True),
        }
    )
    double = pairs.filter(pa.array([bool(abs(matrix[a, b]) > DOUBLE) for a, b in upper], pa.bool_()))
    rows = []
    for place, indicator in enumerate(definition.indicators):
        others = [n for n in np.flatnonzero(of == of[place]) if n != place]
        rest = _correlation(normalised[place], normalised[others].mean(axis=0)) if others else None
        with_index = _correlation(normalised[place], score)
        rows.append(
            {
                "indicator": indicator.id,
                "domain": indicator.domain,
                "with_domain": _correlation(normalised[place], domains[of[place]]),
                "with_others": rest,
                "with_index": with_index,
                "wrong_sign": (rest is not None and rest < 0) or (with_index is not None and with_index < 0),
            }
        )
    schema = pa.schema(
        [
            ("indicator", pa.string()),
            ("domain", pa.string()),
            ("with_domain", pa.float64()),
            ("with_others", pa.float64()),
            ("with_index", pa.float64()),
            ("wrong_sign", pa.bool_()),
        ]
    )
    groups = [(d.id, normalised[of == place]) for place, d in enumerate(definition.domains)] + [("index", normalised)]
    together = pa.table(
        {
            "group": [name for name, _ in groups],
            "indicators": [len(inside) for _, inside in groups],
            "alpha": pa.array([cronbach_alpha(inside) for _, inside in groups], pa.float64()),
            "first_component": pa.array([first_component(inside) for _, inside in groups], pa.float64()),
        }
    )
    return Coherence(pairs, double, pa.Table.from_pylist(rows, schema=schema), together)


def correlations(values: Floats) -> Floats:
    """Return the correlation matrix of rows (rows, areas); NaN with a row that is the same everywhere."""
    away = values - values.mean(axis=1, keepdims=True)
    size = np.sqrt((away**2).sum(axis=1))
    size[size <= 1e-12 * np.abs(values).max(axis=1)] = np.nan
    away /= size[:, None]
    return np.asarray(np.clip(away @ away.T, -1.0, 1.0))


def cronbach_alpha(values: Floats) -> float | None:
    """Return Cronbach's alpha of standardised rows (rows, areas); None for fewer than two that vary.

    For k rows of mean correlation r it is k r / (1 + (k - 1) r).
    """
    matrix = _varying(values)
    number = len(matrix)
    if number < 2:
        return None
    middle = (matrix.sum() - number) / (number * (number - 1))
    return float(number * middle / (1 + (number - 1) * middle))


def first_component(values: Floats) -> float | None:
    """Return the share of the variance of standardised rows (rows, areas) that their first component has."""
    matrix = _varying(values)
    return float(np.linalg.eigvalsh(matrix)[-1] / len(matrix)) if len(matrix) else None


def _varying(values: Floats) -> Floats:
    matrix = correlations(values)
    varies = np.isfinite(np.diag(matrix))
    return np.asarray(matrix[np.ix_(varies, varies)])


def _correlation(one: Floats, other: Floats) -> float | None:
    found = float(correlations(np.array([one, other]))[0, 1])
    return found if np.isfinite(found) else None
