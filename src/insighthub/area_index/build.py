"""An index built: from a definition and a table to scores, ranks, and what each indicator gives to them.

    read -> shrink -> outliers -> direction -> scale -> missing -> domains -> index -> ranks

Takes a table with a row an area (see ``insighthub.area_index.inputs``), gives tables. Higher scores are worse, and
rank 1 is the worst area, as in the indices of deprivation; areas of equal score share the lower number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from insighthub.area_index.aggregate import mean
from insighthub.area_index.definition import Aggregation, IndexDefinition, Indicator, Normalisation
from insighthub.area_index.inputs import Inputs, read_inputs
from insighthub.area_index.normalise import normalise
from insighthub.area_index.ranking import worst_first
from insighthub.area_index.sampling import shrunk_values
from insighthub.area_index.weights import Weights, find_weights, membership

Floats = NDArray[Any]


@dataclass(frozen=True)
class IndexResult:
    """An index of areas.

    Args:
        scores: a row an area, in the order of the table: area, score, rank, and each domain's score, ``domain_<id>``.
        indicators: a row an area and indicator: area, indicator, domain, raw, shrunk, normalised, contribution. A
            contribution is by how much the score would fall if the indicator were at its mean over all areas.
        weights: a row a domain and a row an indicator: id, kind, weight (indicators: within their domain), effective
            (in the index).
        notes: what was done that a reader should know of.
    """

    scores: pa.Table
    indicators: pa.Table
    weights: pa.Table
    notes: tuple[str, ...]


def build(definition: IndexDefinition, table: pa.Table, *, area: str = "area") -> IndexResult:
    """Build an index.

    Args:
        definition: what the index is.
        table: a row an area.
        area: the column that names the areas.

    Raises:
        DataError: the table lacks what the index needs; the message names row and column.
    """
    inputs = read_inputs(definition, table, area)
    shrunk = np.array([shrunk_values(inputs, column) for column in inputs.columns])
    treated = np.array([treat(i, v) for i, v in zip(definition.indicators, shrunk, strict=True)])
    normalised = scaled(definition, treated, definition.normalise)
    weights = find_weights(definition, normalised, definition.aggregate.within)
    domains, score = combine(definition, normalised, weights)
    scores = {"area": pa.array(inputs.areas), "score": pa.array(score), "rank": pa.array(worst_first(score))}
    scores |= {f"domain_{d.id}": pa.array(domains[place]) for place, d in enumerate(definition.domains)}
    raw = np.array([column.values for column in inputs.columns])
    given = contributions(definition, normalised, weights, domains, score)
    number = len(inputs.areas)
    indicators = {
        "area": pa.array([name for name in inputs.areas for _ in definition.indicators]),
        "indicator": pa.array([i.id for i in definition.indicators] * number),
        "domain": pa.array([i.domain for i in definition.indicators] * number),
        "raw": _by_area(raw),
        "shrunk": _by_area(shrunk),
        "normalised": _by_area(normalised),
        "contribution": _by_area(given),
    }
    notes = _notes(definition, inputs, shrunk, treated)
    return IndexResult(pa.table(scores), pa.table(indicators), _weight_table(definition, weights), notes)


def treat(indicator: Indicator, values: Floats) -> Floats:
    """Return values with those far out brought in, or taken out, along the last axis.

    Args:
        indicator: what is done, and the bounds as shares of areas.
        values: (..., areas), NaN where missing.
    """
    how = indicator.outliers
    if how.treat == "none":
        return values
    low, high = np.nanquantile(values, [how.low, how.high], axis=-1, keepdims=True)
    if how.treat == "winsorise":
        return np.asarray(np.clip(values, low, high))
    return np.where((values < low) | (values > high), np.nan, values)


def scaled(definition: IndexDefinition, values: Floats, method: Normalisation) -> Floats:
    """Return values on one scale, higher worse, with missing ones filled as the index says.

    Args:
        definition: the index.
        values: (indicators, areas), NaN where missing.
        method: the scale.
    """
    normalised = np.array([scaled_indicator(i, v, method) for i, v in zip(definition.indicators, values, strict=True)])
    return fill(definition, normalised)


def scaled_indicator(indicator: Indicator, values: Floats, method: Normalisation) -> Floats:
    """Return one indicator's values on a scale, higher worse; NaN where missing, as everywhere along the first axis."""
    turned = values if indicator.direction == "higher is worse" else -values
    gone = np.isnan(turned)
    if not gone.any():
        return normalise(turned, method)
    result = np.full_like(turned, np.nan)
    for row, missing, into in zip(
        np.atleast_2d(turned), np.atleast_2d(gone), np.atleast_2d(result), strict=True
    ):  # the rows of ``result`` are views of it
        if not missing.all():
            into[~missing] = normalise(row[~missing], method)
    return result


def fill(definition: IndexDefinition, normalised: Floats) -> Floats:
    """Return values with each missing one at the mean of the area's others in the domain.

    An area that outliers' trimming left without any value of a domain gets the mean of all areas there.
    """
    gone = np.isnan(normalised)
    if not gone.any():
        return normalised
    filled = normalised.copy()
    of = membership(definition)
    for domain in range(len(definition.domains)):
        inside = np.flatnonzero(of == domain)
        there = ~gone[inside]
        number = there.sum(axis=0)
        sums = np.where(there, normalised[inside], 0.0).sum(axis=0)
        means = np.where(number > 0, sums / np.maximum(number, 1), sums.sum() / max(1, int(number.sum())))
        for indicator in inside:
            filled[indicator] = np.where(gone[indicator], means, normalised[indicator])
    return filled


def combine(
    definition: IndexDefinition,
    normalised: Floats,
    weights: Weights,
    *,
    within: Aggregation | None = None,
    across: Aggregation | None = None,
) -> tuple[Floats, Floats]:
    """Return the domains' scores (domains, areas), before they are brought to a scale, and the index's (areas,)."""
    within, across = within or definition.aggregate.within, across or definition.aggregate.across
    inside = [weights.membership == domain for domain in range(len(definition.domains))]
    domains = np.array([mean(normalised[here], weights.indicators[here], within) for here in inside])
    return domains, mean(scaled_domains(definition, domains), weights.domains, across)


def scaled_domains(definition: IndexDefinition, domains: Floats) -> Floats:
    """Return domains' scores on the scale that they are put together on."""
    method = definition.normalise_domains
    return domains if method == "none" else normalise(domains, method)


def contributions(
    definition: IndexDefinition, normalised: Floats, weights: Weights, domains: Floats, score: Floats
) -> Floats:
    """Return (indicators, areas): by how much each area's score would fall with that indicator at its mean.

    With arithmetic means and domains as they are, this is weight times distance from the mean, and an area's sum is its
    distance from the mean score. Where domain scores are brought to a scale, that scale is held as it is, and read
    between the areas' own values.
    """
    result = np.empty_like(normalised)
    onto = scaled_domains(definition, domains)
    for indicator, domain in enumerate(weights.membership):
        inside = np.flatnonzero(weights.membership == domain)
        changed = normalised[inside].copy()
        changed[inside == indicator] = normalised[indicator].mean()
        without = mean(changed, weights.indicators[inside], definition.aggregate.within)
        if definition.normalise_domains != "none":
            order = np.argsort(domains[domain])
            without = np.interp(without, domains[domain][order], onto[domain][order])
        moved = onto.copy()
        moved[domain] = without
        result[indicator] = score - mean(moved, weights.domains, definition.aggregate.across)
    return result


def _by_area(values: Floats) -> pa.Array:
    return pa.array(values.T.ravel(), from_pandas=True)


def _weight_table(definition: IndexDefinition, weights: Weights) -> pa.Table:
    ids = [d.id for d in definition.domains] + [i.id for i in definition.indicators]
    kinds = ["domain"] * len(definition.domains) + ["indicator"] * len(definition.indicators)
    own = np.concatenate([weights.domains, weights.indicators])
    effective = np.concatenate([weights.domains, weights.effective])
    return pa.table({"id": ids, "kind": kinds, "weight": own, "effective": effective})


def _notes(definition: IndexDefinition, inputs: Inputs, shrunk: Floats, treated: Floats) -> tuple[str, ...]:
    notes = []
    if drawn_in := [column.indicator.title for column in inputs.columns if column.indicator.shrink]:
        said = "rates were drawn towards that of the larger area, the more the fewer were counted."
        notes.append(f"{', '.join(drawn_in)}: {said}")
    for column, drawn, kept in zip(inputs.columns, shrunk, treated, strict=True):
        name = column.indicator.title
        if gone := int(np.isnan(column.values).sum()):
            notes.append(
                f"{name}: values missing in {gone} of {len(kept)} areas were taken as the mean of others in the domain."
            )
        trimmed = int(np.isnan(kept).sum() - np.isnan(drawn).sum())
        brought = int(np.sum(np.isfinite(kept) & (kept != drawn)))
        if trimmed:
            notes.append(f"{name}: values beyond the bounds, of which there are {trimmed}, were taken as missing.")
        if brought:
            notes.append(f"{name}: values beyond the bounds, of which there are {brought}, were brought to them.")
        if np.nanmin(kept) == np.nanmax(kept):
            notes.append(f"{name}: all areas have the same value, so it does not tell them apart.")
    if definition.weights == "pca":
        notes.append("Weights follow what varies together (principal components), not what matters more.")
    return tuple(notes)
