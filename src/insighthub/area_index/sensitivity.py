"""What the ranks hang on: each choice's part in how far areas move, and what leaving something out would do.

Takes a definition and its table. ``sobol_indices`` is for any function; ``explain_shift`` asks it of the mean absolute
shift in rank against the index as declared, over scale, means, weights, and each domain left out. ``leave_one_out``
builds the index without each indicator and domain in turn.

Sources. First order: Saltelli A and others, Variance based sensitivity analysis of model output, Computer Physics
Communications 181 (2010), 259-270. Total: Jansen MJW, Analysis of variance designs for model output, Computer Physics
Communications 117 (1999), 35-43. The question asked of an index: Saisana M, Saltelli A, Tarantola S, Journal of the
Royal Statistical Society A 168 (2005), 307-323.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from insighthub.area_index.build import combine, scaled, treat
from insighthub.area_index.definition import IndexDefinition
from insighthub.area_index.inputs import read_inputs
from insighthub.area_index.plan import Way, draw_weights, goes_together
from insighthub.area_index.ranking import worst_first
from insighthub.area_index.sampling import shrunk_values
from insighthub.area_index.weights import Weights, find_weights
from insighthub.later import later

Floats = NDArray[Any]

_qmc: Any = later("scipy.stats.qmc")

#: How many sets of weights one input of the sensitivity stands for.
_WEIGHT_SETS = 256


@dataclass(frozen=True)
class Sobol:
    """Parts of a function's variance: by an input alone, and by it with all that it acts through."""

    first: Floats
    total: Floats
    variance: float
    mean: float


def sobol_indices(function: Callable[[Floats], Floats], inputs: int, size: int, seed: int = 0) -> Sobol:
    """Return Sobol indices of a function of inputs that are uniform between 0 and 1.

    Args:
        function: takes (points, inputs), gives (points,).
        inputs: how many inputs.
        size: how many base points, a power of 2; the function is asked of ``size * (inputs + 2)``.
        seed: of the scrambled Sobol sequence.
    """
    points = _qmc.Sobol(2 * inputs, scramble=True, rng=np.random.default_rng(seed)).random(size)
    first_set, second_set = points[:, :inputs], points[:, inputs:]
    first, second = function(first_set), function(second_set)
    both = np.concatenate([first, second])
    variance, middle = float(both.var()), float(both.mean())
    alone, total = np.zeros(inputs), np.zeros(inputs)
    if variance > 0:
        for place in range(inputs):
            mixed_set = first_set.copy()
            mixed_set[:, place] = second_set[:, place]
            mixed = function(mixed_set)
            # Less the mean: the estimate is the same in expectation, and far steadier.
            alone[place] = np.mean((second - middle) * (mixed - first)) / variance
            total[place] = np.mean((first - mixed) ** 2) / (2 * variance)
    return Sobol(alone, total, variance, middle)


def explain_shift(
    definition: IndexDefinition, table: pa.Table, *, size: int = 256, seed: int = 0, area: str = "area"
) -> pa.Table:
    """Return each choice's part in how far areas move in rank.

    The scales and means that are tried are those that the index declares under ``uncertainty``. Each domain is left out
    once in (domains + 1) times, apart from the others; never are all.

    Args:
        definition: the index.
        table: a row an area.
        size: how many base points, a power of 2.
        seed: the same seed gives the same figures.
        area: the column that names the areas.

    Returns:
        A row a choice: choice (normalise, within, across, weights, without_<domain>), first, total, and the mean_shift
        of all. A scale that goes below 0 is tried with arithmetic means only.
    """
    shift, names = _shift(definition, table, area, seed)
    found = sobol_indices(shift, len(names), size, seed)
    return pa.table(
        {"choice": names, "first": found.first, "total": found.total, "mean_shift": np.full(len(names), found.mean)}
    )


def leave_one_out(definition: IndexDefinition, table: pa.Table, *, area: str = "area") -> pa.Table:
    """Return what leaving out each indicator and each domain would do to the ranks.

    The weights of what is left are scaled to sum to 1 again. What is alone in its place is not left out.

    Returns:
        A row for each: left_out, kind (indicator or domain), mean_shift, largest_shift, area (which moves most; the
        first of equals), rank_before, rank_after of that area.
    """
    inputs = read_inputs(definition, table, area)
    values = np.array([treat(c.indicator, shrunk_values(inputs, c)) for c in inputs.columns])
    normalised = scaled(definition, values, definition.normalise)
    weights = find_weights(definition, normalised, definition.aggregate.within)
    before = worst_first(combine(definition, normalised, weights)[1])
    rows: list[dict[str, Any]] = []
    for kind, left_out, changed in _without_each(definition, weights):
        after = worst_first(combine(definition, normalised, changed)[1])
        moved = np.abs(after - before)
        most = int(moved.argmax())
        rows.append(
            {
                "left_out": left_out,
                "kind": kind,
                "mean_shift": float(moved.mean()),
                "largest_shift": int(moved[most]),
                "area": inputs.areas[most],
                "rank_before": int(before[most]),
                "rank_after": int(after[most]),
            }
        )
    schema = {"left_out": pa.string(), "kind": pa.string(), "mean_shift": pa.float64(), "largest_shift": pa.int64()}
    schema |= {"area": pa.string(), "rank_before": pa.int64(), "rank_after": pa.int64()}
    return pa.Table.from_pylist(rows, schema=pa.schema(list(schema.items())))


def _without_each(definition: IndexDefinition, weights: Weights) -> list[tuple[str, str, Weights]]:
    found = []
    for place, indicator in enumerate(definition.indicators):
        others = weights.indicators.copy()
        others[place] = 0.0
        inside = weights.membership == weights.membership[place]
        if (left := others[inside].sum()) > 0:
            others[inside] /= left
            found.append(("indicator", indicator.id, Weights(others, weights.domains, weights.membership)))
    for place, domain in enumerate(definition.domains):
        domains = weights.domains.copy()
        domains[place] = 0.0
        if domains.sum() > 0:
            changed = Weights(weights.indicators, domains / domains.sum(), weights.membership)
            found.append(("domain", domain.id, changed))
    return found


def _shift(
    definition: IndexDefinition, table: pa.Table, area: str, seed: int
) -> tuple[Callable[[Floats], Floats], list[str]]:
    """Return the function whose variance is explained, and what its inputs are called."""
    inputs = read_inputs(definition, table, area)
    values = np.array([treat(c.indicator, shrunk_values(inputs, c)) for c in inputs.columns])
    asked, declared = definition.uncertainty, definition.aggregate
    scales = list(dict.fromkeys([definition.normalise, *asked.normalise]))
    means = list(dict.fromkeys([declared.within, declared.across, *asked.aggregate]))
    number = len(definition.domains)
    names = ["normalise", "within", "across", "weights", *(f"without_{d.id}" for d in definition.domains)]
    if number == 1:
        names = names[:4]

    @cache
    def parts(scale: int, within: int) -> tuple[Floats, Weights, tuple[Floats, Floats]]:
        normalised = scaled(definition, values, scales[scale])
        weights = find_weights(definition, normalised, means[within])
        rng = np.random.default_rng(seed)
        return normalised, weights, draw_weights(weights, asked.concentration, rng, _WEIGHT_SETS)

    normalised = scaled(definition, values, definition.normalise)
    weights = find_weights(definition, normalised, declared.within)
    before = worst_first(combine(definition, normalised, weights)[1])

    def one(point: Floats) -> float:
        scale, within, across, chosen = (
            int(share * of)
            for share, of in zip(point, (len(scales), len(means), len(means), _WEIGHT_SETS), strict=False)
        )
        way = Way(scales[scale], means[within], means[across])
        if not goes_together(definition, way):  # the nearest that does: the scale is what the point says
            way, within = Way(way.normalise, "arithmetic", "arithmetic"), _place(means, "arithmetic")
        values, central, (indicators, domains) = parts(scale, within)
        kept = np.array([share >= 1 / (number + 1) for share in point[4:]] or [True])
        own = np.where(kept, domains[chosen], 0.0) if kept.any() else domains[chosen]
        if own.sum() == 0:
            own = domains[chosen]
        drawn = Weights(indicators[chosen], own / own.sum(), central.membership)
        score = combine(definition, values, drawn, within=way.within, across=way.across)[1]
        return float(np.abs(worst_first(score) - before).mean())

    return lambda points: np.array([one(point) for point in points]), names


def _place(means: Sequence[str], wanted: str) -> int:
    return means.index(wanted)
