"""How sure the ranks are: the index built many times over, each time with other choices that could be defended.

Takes a definition and its table, gives for each area the interval that holds its rank in nine draws of ten, the middle
rank, and how often it is among the worst tenth. What varies is declared: weights (a Dirichlet distribution around the
declared ones), the scale, the means, what small numbers leave unsure, and what wrong links do.

Speed and memory. Values that may be true are drawn into a pool, brought to a scale as a whole column, and a draw of
the index takes one column of each indicator. Where all draws fit into the pool, each has columns of its own. Otherwise
(with the default, from about 67 million areas times indicators times draws) each draw takes, for each indicator apart,
one of the pool's columns at random: with 99 columns of 20 indicators, one of 99 to the 20th sets. The index itself is
then a few additions of columns. The same seed gives the same figures, whatever the order of rows and the number of
processors.

Source: Saisana M, Saltelli A, Tarantola S, Uncertainty and sensitivity analysis techniques as tools for the quality
assessment of composite indicators, Journal of the Royal Statistical Society A 168 (2005), 307-323.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from insighthub.area_index.aggregate import additive, from_additive
from insighthub.area_index.build import fill, scaled_domains, scaled_indicator, treat
from insighthub.area_index.definition import IndexDefinition, Normalisation
from insighthub.area_index.inputs import Inputs, read_inputs
from insighthub.area_index.normalise import OF_RANKS, of_ranks
from insighthub.area_index.plan import Way, draw_weights, ways
from insighthub.area_index.ranking import worst_first_fast, worst_tenth
from insighthub.area_index.sampling import draw_values, shrunk_values
from insighthub.area_index.weights import find_weights, membership

Floats = NDArray[Any]

#: The interval from the 5th to the 95th of a hundred draws.
TAIL = 0.05
#: How large the pool may be, in bytes; there are up to four of it.
POOL = 268_435_456
_BLOCK = 256  # areas whose draws are put in order at once


@dataclass(frozen=True)
class _Plan:
    """All that is drawn for all draws, so that they can be done in any order."""

    way: NDArray[np.intp]
    column: NDArray[np.intp]
    indicators: Floats
    domains: Floats


def simulate(
    definition: IndexDefinition,
    table: pa.Table,
    draws: int | None = None,
    seed: int = 0,
    *,
    area: str = "area",
    pool: int = POOL,
) -> pa.Table:
    """Build an index many times over and say where each area's rank lies.

    Args:
        definition: the index, and what varies.
        table: a row an area, as ``build`` takes it.
        draws: how often; as the definition says, if not given.
        seed: the same seed gives the same figures.
        area: the column that names the areas.
        pool: the memory that drawn values may take, in bytes, four times over.

    Returns:
        A row an area, in the order of the table: area, rank_low, rank_median and rank_high (5th, 50th and 95th of a
        hundred draws, 1 the worst), worst_tenth (the share of draws with the area among the worst tenth).

    Raises:
        DataError: the table lacks what the index needs; the message names row and column.
    """
    ranks, order = draw_ranks(definition, table, draws or definition.uncertainty.draws, seed, area=area, pool=pool)
    found = _summaries(ranks)
    back = np.empty(len(order), dtype=np.intp)
    back[order] = np.arange(len(order))
    columns = {name: pa.array(values[back]) for name, values in found.items()}
    return pa.table({"area": table[area].cast(pa.string()).combine_chunks(), **columns})


def draw_ranks(
    definition: IndexDefinition, table: pa.Table, draws: int, seed: int, *, area: str = "area", pool: int = POOL
) -> tuple[NDArray[Any], NDArray[np.intp]]:
    """Return ranks (draws, areas), 1 the worst, and for each of their columns the row of its area in the table."""
    names = np.array(table[area].cast(pa.string()).to_pylist() if area in table.column_names else [], dtype=str)
    order = np.argsort(names, kind="stable")
    inputs = read_inputs(definition, table.take(pa.array(order)) if len(order) else table, area)
    root = np.random.SeedSequence(seed)
    for_plan, for_pool = root.spawn(2)
    values = _draw_pool(definition, inputs, draws, for_pool, pool)
    choices = ways(definition)
    plan = _draw_plan(definition, inputs, choices, (draws, values.shape[1]), np.random.default_rng(for_plan))
    gone = bool(np.isnan(values).any())
    small = len(order) < np.iinfo(np.uint16).max
    ranks = np.empty((draws, len(order)), dtype=np.uint16 if small else np.uint32)
    previous: Way | None = None
    normalised = scaled = values
    ranked: Floats | None = None  # of which three scales are made, for ranking the pool takes longer than all else
    for number in sorted(range(len(choices)), key=lambda place: (choices[place].normalise, choices[place].within)):
        way = choices[number]
        mine = np.flatnonzero(plan.way == number)
        if not len(mine):
            continue
        if previous is None or way.normalise != previous.normalise:
            if way.normalise in OF_RANKS and not gone:
                ranked = _scale_pool(definition, values, "rank") if ranked is None else ranked
                normalised = of_ranks(ranked, way.normalise)
            else:
                normalised = _scale_pool(definition, values, way.normalise)
        if previous is None or (way.normalise, way.within) != (previous.normalise, previous.within):
            scaled = additive(normalised, way.within)
        previous = way
        _share_out(partial(_rank_draws, (definition, way, plan), scaled, ranks), mine)
    return ranks, order


def _draw_pool(
    definition: IndexDefinition, inputs: Inputs, draws: int, seed: np.random.SeedSequence, pool: int
) -> Floats:
    """Return (indicators, columns, areas) values that may be true."""
    vary = definition.uncertainty.vary
    sampling, linkage = "sampling" in vary, "linkage" in vary
    fits = pool // (4 * len(inputs.areas) * len(inputs.columns))
    size = min(draws, max(2, fits)) if sampling or linkage else 1
    values = np.empty((len(inputs.columns), size, len(inputs.areas)), dtype=np.float32)

    def draw(numbered: tuple[int, np.random.SeedSequence]) -> None:
        place, own = numbered
        rng = np.random.default_rng(own)
        column = inputs.columns[place]
        # Of the 60 columns or more of a whole country some at a time, as they are drawn in double precision.
        for start in range(0, size, 64):
            rows = min(64, size - start)
            drawn = draw_values(inputs, column, rng, rows, sampling=sampling, linkage=linkage)
            values[place, start : start + rows] = treat(column.indicator, drawn)

    with ThreadPoolExecutor(_workers()) as threads:
        list(threads.map(draw, enumerate(seed.spawn(len(inputs.columns)))))
    return values


def _draw_plan(
    definition: IndexDefinition,
    inputs: Inputs,
    choices: tuple[Way, ...],
    shape: tuple[int, int],
    rng: np.random.Generator,
) -> _Plan:
    number, (draws, columns) = len(inputs.columns), shape
    way = rng.integers(0, len(choices), draws)
    if columns == draws:
        column = np.repeat(np.arange(draws)[:, None], number, axis=1)
    else:
        column = rng.integers(0, columns, (draws, number))
    indicators, domains = np.empty((draws, number)), np.empty((draws, len(definition.domains)))
    best = np.array([treat(c.indicator, shrunk_values(inputs, c)) for c in inputs.columns])
    for place, choice in enumerate(choices):
        mine = way == place
        values = np.array(
            [scaled_indicator(c.indicator, v, choice.normalise) for c, v in zip(inputs.columns, best, strict=True)]
        )
        weights = find_weights(definition, fill(definition, values), choice.within)
        if "weights" in definition.uncertainty.vary:
            drawn = draw_weights(weights, definition.uncertainty.concentration, rng, int(mine.sum()))
            indicators[mine], domains[mine] = drawn
        else:
            indicators[mine], domains[mine] = weights.indicators, weights.domains
    return _Plan(way, column, indicators, domains)


def _scale_pool(definition: IndexDefinition, values: Floats, method: Normalisation) -> Floats:
    """Return the pool on a scale, missing values filled."""
    scaled = np.empty_like(values)

    def scale(place: int) -> None:
        indicator = definition.indicators[place]
        for start in range(0, values.shape[1], 16):
            part = values[place, start : start + 16].astype(np.float32 if method in OF_RANKS else np.float64)
            scaled[place, start : start + 16] = scaled_indicator(indicator, part, method)

    with ThreadPoolExecutor(_workers()) as threads:
        list(threads.map(scale, range(len(values))))
    if np.isnan(scaled).any():
        scaled = fill(definition, scaled.reshape(len(scaled), -1)).reshape(scaled.shape)
    return scaled


def _rank_draws(
    drawn_for: tuple[IndexDefinition, Way, _Plan], scaled: Floats, ranks: NDArray[Any], mine: NDArray[np.intp]
) -> None:
    """Write the ranks of some draws, all of one way."""
    definition, way, plan = drawn_for
    of = membership(definition)
    number = scaled.shape[2]
    term = np.empty(number, dtype=np.float32)
    straight = way.within == way.across == "arithmetic" and definition.normalise_domains == "none"
    # Where all is sums, one sum over all indicators will do.
    sums = np.empty((1 if straight else len(definition.domains), number), dtype=np.float32)
    effective = (plan.indicators * plan.domains[:, of] if straight else plan.indicators).astype(np.float32)
    for draw in mine:
        sums.fill(0.0)
        for indicator, column in enumerate(plan.column[draw]):
            np.multiply(scaled[indicator, column], effective[draw, indicator], out=term)
            sums[0 if straight else of[indicator]] += term
        if straight:
            score = sums[0]
        else:
            onto = additive(scaled_domains(definition, from_additive(sums, way.within)), way.across)
            score = from_additive(plan.domains[draw].astype(np.float32) @ onto.astype(np.float32), way.across)
        worst_first_fast(score.astype(np.float32, copy=False), ranks[draw])


def _summaries(ranks: NDArray[Any]) -> dict[str, NDArray[Any]]:
    """Return where each area's ranks lie, a few areas at a time."""
    draws, areas = ranks.shape
    low, high = int(np.floor(TAIL * (draws - 1))), int(np.ceil((1 - TAIL) * (draws - 1)))
    found = {name: np.empty(areas, dtype=np.int64) for name in ("rank_low", "rank_median", "rank_high")}
    worst = np.empty(areas)

    def summarise(starts: NDArray[np.intp]) -> None:
        for start in starts:
            here = slice(start, start + _BLOCK)
            ordered = np.ascontiguousarray(ranks[:, here].T)
            ordered.sort(axis=1)
            found["rank_low"][here] = ordered[:, low]
            found["rank_median"][here] = ordered[:, (draws - 1) // 2]
            found["rank_high"][here] = ordered[:, high]
            worst[here] = (ordered <= worst_tenth(areas)).mean(axis=1)

    _share_out(summarise, np.arange(0, areas, _BLOCK))
    return found | {"worst_tenth": worst}


def _share_out(work: Any, numbers: NDArray[np.intp]) -> None:
    """Do work on some numbers each in as many threads as there are processors; numpy works in them at once."""
    parts = [part for part in np.array_split(numbers, _workers()) if len(part)]
    with ThreadPoolExecutor(_workers()) as threads:
        list(threads.map(work, parts))


def _workers() -> int:
    return min(8, os.cpu_count() or 1)
