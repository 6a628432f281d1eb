"""Indicators brought to one scale, on which higher is worse.

Takes finite values with the areas along the last axis, gives the same shape. Ranks here grow with risk: the area with
the least has 1. Areas with equal values share the mean of their ranks. An indicator that is the same everywhere says
nothing, and every area gets the middle of the scale.

Sources: z, min-max and rank: OECD and JRC, Handbook on Constructing Composite Indicators, 2008, step 5. Exponential:
Ministry of Housing, Communities and Local Government, The English Indices of Deprivation 2019: Technical report, 2019.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from insighthub.area_index.definition import Normalisation

Floats = NDArray[Any]

#: The constant of the English indices: a tenth of areas, the worst, take half of the scale from 0 to 100.
STRETCH = 23.0
#: Scales on which only the order of values matters.
OF_RANKS: tuple[Normalisation, ...] = ("rank", "percentile", "exponential")
_DEPTH = 1.0 - math.exp(-100.0 / STRETCH)
_LOWEST, _HIGHEST = 1.0, 100.0


def normalise(values: Floats, method: Normalisation) -> Floats:
    """Bring values to a scale by its name.

    Args:
        values: (..., areas), finite, higher is worse.
        method: the scale.
    """
    return {
        "z": z,
        "min-max": min_max,
        "rank": rank,
        "percentile": percentile,
        "exponential": exponential,
    }[method](values)


def z(values: Floats) -> Floats:
    """Return values less their mean, in standard deviations of all areas (divided by their number)."""
    spread = values.std(axis=-1, keepdims=True)
    # Rounding leaves a spread of about 1e-17 of the values' size where there is none.
    flat = spread <= 1e-12 * np.abs(values).max(axis=-1, keepdims=True, initial=0.0)
    away = np.where(flat, 0.0, values - values.mean(axis=-1, keepdims=True))
    return np.asarray(away / np.where(flat, 1.0, spread))


def min_max(values: Floats) -> Floats:
    """Return values between 1, the least, and 100, the most; 1 and not 0, so that every mean can be taken."""
    least = values.min(axis=-1, keepdims=True)
    span = values.max(axis=-1, keepdims=True) - least
    share = np.where(span > 0, (values - least) / np.where(span > 0, span, 1.0), 0.5)
    return _LOWEST + (_HIGHEST - _LOWEST) * share


def rank(values: Floats) -> Floats:
    """Return ranks from 1, the least, to the number of areas; equal values share the mean of theirs."""
    number = values.shape[-1]
    order = np.argsort(values, axis=-1)
    ordered = np.take_along_axis(values, order, axis=-1)
    place = np.broadcast_to(np.arange(number), ordered.shape)
    differs = ordered[..., 1:] != ordered[..., :-1]
    ends = np.ones((*ordered.shape[:-1], 1), dtype=bool)
    first = np.maximum.accumulate(np.where(np.concatenate([ends, differs], axis=-1), place, 0), axis=-1)
    last = np.where(np.concatenate([differs, ends], axis=-1), place, number)
    last = np.minimum.accumulate(last[..., ::-1], axis=-1)[..., ::-1]
    ranks = np.empty(values.shape, dtype=np.result_type(values.dtype, np.float32))
    np.put_along_axis(ranks, order, ((first + last) / 2 + 1).astype(ranks.dtype), axis=-1)
    return ranks


def percentile(values: Floats) -> Floats:
    """Return 100 times the rank over the number of areas: above 0, up to 100."""
    return of_ranks(rank(values), "percentile")


def exponential(values: Floats) -> Floats:
    """Return the English indices' scale: ranks stretched so that the worst areas stand apart, above 0, up to 100."""
    return of_ranks(rank(values), "exponential")


def of_ranks(ranks: Floats, method: Normalisation) -> Floats:
    """Return one of the scales ``OF_RANKS`` from ranks (..., areas), 1 the least."""
    if method == "percentile":
        return np.asarray(ranks * (100.0 / ranks.shape[-1]))
    return exponential_of_rank(ranks / ranks.shape[-1]) if method == "exponential" else ranks


def exponential_of_rank(scaled: Floats) -> Floats:
    """Return X = -23 ln(1 - R (1 - exp(-100 / 23))).

    Args:
        scaled: R, the rank over the number of areas, above 0, up to 1 for the worst.
    """
    return np.asarray(-STRETCH * np.log1p(-scaled * _DEPTH))


def normal_scores(values: Floats) -> Floats:
    """Return the standard normal value at each rank over one more than the number of areas.

    The English indices bring indicators to this scale before factor analysis, which needs like distributions.
    """
    return np.asarray(ndtri(rank(values) / (values.shape[-1] + 1.0)))
