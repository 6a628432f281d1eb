"""Which residents the whole of a query fits best.

Takes what each part of a query fits, gives residents in order, each with a score: the share of the query that fits
them, where a part that few residents fit counts for more than one that many do (by the logarithm of how many, as
evidence adds up). First every resident is scored roughly, as if all their addresses were one; then the likeliest are
looked at closely, and a house number and a street count together only where they are of one address.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from insighthub.residents.search.index import Index, spread
from insighthub.residents.search.matching import FORMER, Match
from insighthub.residents.search.scope import Scope

Qualities = npt.NDArray[np.float32]

#: Bits that ROAD and its like are worth, and the least that anything else is.
_STREET_KIND_BITS = 0.5
_LEAST_BITS = 0.5


@dataclass(frozen=True)
class Fit:
    """Whom a part fits: a quality for each resident, by anything but an address, and by any address."""

    match: Match
    otherwise: Qualities
    anyhow: Qualities


@dataclass(frozen=True)
class Ranked:
    """A resident whom a query fits.

    Attributes:
        resident: number in the index.
        score: 0 to 1.
        edge: the address entry that fits best, where an address fits at all.
        by_address: for each part, whether it is the address that it fits.
    """

    resident: int
    score: float
    edge: int | None
    by_address: tuple[bool, ...]


def fit(index: Index, found: Match, scope: Scope) -> Fit:
    """Return how well a part fits each resident."""
    otherwise = np.zeros(len(index.residents), np.float32)
    for hits in found.hits:
        np.maximum.at(otherwise, hits.resident, hits.quality)
    if found.addresses is None or found.is_street_kind:
        return Fit(found, otherwise, otherwise)
    anyhow = otherwise.copy()
    addresses = index.addresses
    at = np.flatnonzero(found.addresses > 0)
    edges, place = spread(addresses.starts, at)
    quality = found.addresses[at][place] * np.where(addresses.former[edges], FORMER, np.float32(1))
    quality *= scope.counts[addresses.sources[edges]]
    np.maximum.at(anyhow, addresses.resident[edges], quality)
    return Fit(found, otherwise, anyhow)


def bits(fits: Sequence[Fit], known: int) -> list[float]:
    """Return what each part tells, in bits: the logarithm of how many times fewer residents it fits than there are.

    A part that fits nobody counts for half of one that fits a single resident: it may be as rare as that, or a slip.
    """
    out = []
    for one in fits:
        if one.match.is_street_kind:
            out.append(_STREET_KIND_BITS)
            continue
        fitting = one.anyhow[np.flatnonzero(one.anyhow > 0)].astype(np.float64)
        alike = max(1.0, float((fitting**2).sum()))
        told = float(np.log2((known + 1) / alike)) * (1 if len(fitting) else 0.5)
        out.append(max(_LEAST_BITS, told))
    return out


def rank(
    index: Index,
    fits: Sequence[Fit],
    weights: Sequence[float],
    scope: Scope,
    *,
    looked_at: int,
    least: float,
    limit: int,
) -> list[Ranked]:
    """Return the residents whom a query fits, best first: ``limit`` at most.

    Of those who fit alike, whom most records know come first, as an officer is likelier to look for them; then by
    number.

    Args:
        index: the index that the fits are of.
        fits: of each part.
        weights: bits of each part.
        scope: what may be used.
        looked_at: how many of the likeliest are looked at closely.
        least: the lowest score that is kept.
        limit: how many are wanted.
    """
    total = np.zeros(len(index.residents), np.float32)
    for one, weight in zip(fits, weights, strict=True):
        total += one.anyhow * np.float32(weight)
    # A rough total is never lower than what the resident scores.
    candidates = _highest(total, looked_at, max(least, 1e-6) * sum(weights) * 0.999)
    if not len(candidates):
        return []
    share = np.array(weights)[:, None] / sum(weights)
    quality = np.array([one.otherwise[candidates] for one in fits], np.float64)
    edge, of_edge = _best_address(index, fits, _Rough(candidates, quality, share), scope)
    by_address = of_edge > quality
    scores = np.round((share * np.maximum(quality, of_edge)).sum(axis=0), 4)
    best_first = np.lexsort((candidates, -scope.records[candidates], -scores)).tolist()
    order = [n for n in best_first if scores[n] >= least and scores[n] > 0][:limit]
    return [
        Ranked(
            int(candidates[n]),
            float(scores[n]),
            int(edge[n]) if by_address[:, n].any() else None,
            tuple(by_address[:, n].tolist()),
        )
        for n in order
    ]


def _highest(total: Qualities, many: int, least: float) -> npt.NDArray[np.int64]:
    """Return the numbers of the highest totals of at least so much, the first of those that are equal."""
    over = np.flatnonzero(total >= np.float32(least))
    if len(over) <= many:
        return over
    values = total[over]
    last = np.partition(values, len(values) - many)[len(values) - many]
    above = over[values > last]
    return np.sort(np.concatenate([above, over[values == last][: many - len(above)]]))


@dataclass(frozen=True)
class _Rough:
    """Candidates, and how well each part (a row) fits each of them by anything but an address.

    ``share`` has each part's share of what all parts tell, in a column.
    """

    candidates: npt.NDArray[np.int64]
    quality: npt.NDArray[np.float64]
    share: npt.NDArray[np.float64]


def _best_address(
    index: Index, fits: Sequence[Fit], rough: _Rough, scope: Scope
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return each candidate's address that adds most to what fits otherwise, and how well each part fits it.

    Returns:
        An edge for each candidate (-1: none), and a row for each part of qualities for each candidate.
    """
    addresses, candidates, quality = index.addresses, rough.candidates, rough.quality
    out = np.zeros_like(quality)
    best = np.full(len(candidates), -1, np.int64)
    asked = [n for n, one in enumerate(fits) if one.match.addresses is not None]
    if not asked:
        return best, out
    places, owner = spread(addresses.resident_starts, candidates)
    edges = addresses.by_resident[places]
    counts = scope.counts[addresses.sources[edges]]
    edges, owner = edges[counts], owner[counts]
    worth = np.where(addresses.former[edges], FORMER, np.float32(1)).astype(np.float64)
    fitting = np.zeros((len(fits), len(edges)))
    for n in asked:
        of_address = fits[n].match.addresses
        assert of_address is not None
        fitting[n] = of_address[addresses.address[edges]] * worth
    gain = (rough.share * np.maximum(fitting - quality[:, owner], 0)).sum(axis=0)
    # The last of each owner's edges in this order is the best; of equals, that of the first address.
    order = np.lexsort((-edges, gain, owner))
    last = np.flatnonzero(np.diff(owner[order], append=-1) != 0)
    chosen = order[last]
    best[owner[chosen]] = edges[chosen]
    out[:, owner[chosen]] = fitting[:, chosen]
    return best, out
