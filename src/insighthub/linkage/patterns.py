"""Patterns: the distinct combinations of comparison levels, with how many pairs show each.

Takes the levels of pairs, gives patterns and counts. Millions of pairs show a few thousand patterns, so that the
model is learned, scored and drawn from these alone. Pairs are compared a million at a time, several lots at once: the
levels of a lot are grouped and let go, so that memory holds a number a pair and no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from insighthub.linkage.comparisons.comparison import Comparison, Levels, Rows
from insighthub.linkage.encode import Encoded, number_rows
from insighthub.linkage.frequencies import NameRarity
from insighthub.linkage.pairs import Pairs
from insighthub.progress import Progress

#: Most pairs compared at a time. Within a lot each distinct pair of values is compared once; smaller lots repeat more
#: of them, larger ones no longer fit the processor's caches. Few pairs are shared out among the threads.
LOT = 1 << 20
LEAST_LOT = 1 << 16


@dataclass(frozen=True)
class Patterns:
    """Levels by pattern, and the pattern of each pair.

    Attributes:
        levels: shape (patterns, comparisons), -1 where not known.
        source_pair: code of the two sources, smaller code x sources + larger; shape (patterns,).
        barred: whether the pattern's pairs cannot be one person, by the sources' own word; shape (patterns,).
        rarity: steps of how rare the names agreed on are; shape (patterns, 3); see ``NameRarity``.
        counts: pairs of each pattern; shape (patterns,).
        of_pair: pattern of each pair; shape (pairs,).
        said: nats that people's labels add to the odds of a match, where there are labels; shape (patterns,).
    """

    levels: Levels
    source_pair: npt.NDArray[np.int32]
    barred: npt.NDArray[np.bool_]
    rarity: npt.NDArray[np.int8]
    counts: npt.NDArray[np.int64]
    of_pair: npt.NDArray[np.int32]
    said: npt.NDArray[np.float64] | None = None

    def part(self, part: slice) -> Patterns:
        """Return some of the patterns, of which no pair is told."""
        said = None if self.said is None else self.said[part]
        of_none = self.of_pair[:0]
        return Patterns(
            self.levels[part],
            self.source_pair[part],
            self.barred[part],
            self.rarity[part],
            self.counts[part],
            of_none,
            said,
        )


def compare(
    data: Encoded,
    comparisons: Sequence[Comparison],
    rarity: NameRarity,
    pairs: Pairs,
    *,
    threads: int = 1,
    progress: Progress | None = None,
) -> Patterns:
    """Compare pairs and group them by their levels.

    Pairs with the same levels but names of different rarity are different patterns: among pairs who agree on nothing
    but both names, those with a rare name are one person and those with a common one namesakes, and the model could
    not tell how many there are of each if it saw them as one.
    """
    size = _lot_size(len(pairs), threads)
    starts = range(0, max(1, len(pairs)), size)

    def lot(start: int) -> _Lot:
        left, right = pairs.left[start : start + size], pairs.right[start : start + size]
        return _compare_lot(data, comparisons, rarity, left, right)

    lots: list[_Lot] = []
    # Sorting and comparing text let go of the interpreter, so that threads really run side by side.
    with ThreadPoolExecutor(threads) as pool:
        for done, found in enumerate(pool.map(lot, starts), start=1):
            lots.append(found)
            if progress is not None:
                progress.advance(done, len(starts))
    return _merged(lots)


def _lot_size(pairs: int, threads: int) -> int:
    """Return how many pairs to compare at a time, so that no thread is left with a lot more than another."""
    rounds = -(-pairs // (LOT * threads))
    return max(LEAST_LOT, -(-pairs // max(1, rounds * threads)))


class _Lot(NamedTuple):
    """The distinct rows of some pairs, how often each is there, and whose it is.

    ``sources`` is the code of the two sources; ``table`` holds whether the pair is barred, three steps of rarity, and
    the levels.
    """

    sources: npt.NDArray[np.int32]
    table: npt.NDArray[np.int8]
    counts: npt.NDArray[np.int64]
    of_pair: npt.NDArray[np.int32]


def _compare_lot(data: Encoded, comparisons: Sequence[Comparison], rarity: NameRarity, left: Rows, right: Rows) -> _Lot:
    levels = [comparison.levels(data, left, right) for comparison in comparisons]
    named = {c.name: level for c, level in zip(comparisons, levels, strict=True)}
    steps = rarity.steps(named.get("given_name"), named.get("family_name"), left)
    source_l, source_r = data.source[left], data.source[right]
    barred = (source_l == source_r) & data.single[source_l]
    # Two people whom one record names are two people.
    barred |= data.codes["record"][left] == data.codes["record"][right]
    sources = source_pairs(source_l, source_r, len(data.sources))
    columns = [barred.astype(np.int8), *steps, *levels]
    first, counts, of_pair = distinct_rows([sources, *columns])
    return _Lot(sources[first], np.stack([column[first] for column in columns], axis=1), counts, of_pair)


def _merged(lots: Sequence[_Lot]) -> Patterns:
    """Number the patterns of all lots together, in the order in which the pairs first show them."""
    if len(lots) == 1:
        sources, table, counts, of_pair = lots[0]
    else:
        sources = np.concatenate([lot.sources for lot in lots])
        table = np.concatenate([lot.table for lot in lots])
        first, _, number = distinct_rows([sources, *table.T])
        sources, table = sources[first], table[first]
        counts = np.zeros(len(first), np.int64)
        ends = np.cumsum([len(lot.sources) for lot in lots])
        parts = []
        for lot, of_lot in zip(lots, np.split(number, ends[:-1]), strict=True):
            counts[of_lot] += lot.counts
            parts.append(of_lot[lot.of_pair])
        of_pair = np.concatenate(parts)
    return Patterns(table[:, 4:], sources, table[:, 0] == 1, table[:, 1:4], counts, of_pair)


def source_pairs(left: npt.NDArray[np.int32], right: npt.NDArray[np.int32], sources: int) -> npt.NDArray[np.int32]:
    """Return one code for the two sources of each pair, whichever stands left."""
    return np.asarray(np.minimum(left, right) * np.int32(sources) + np.maximum(left, right))


def distinct_rows(
    columns: Sequence[npt.NDArray[np.integer]],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Return where each distinct row first comes, how often it is there, and the distinct row of each row.

    Args:
        columns: integers from -1, shape (rows,) each.
    """
    places = number_rows(columns)
    counts = np.bincount(places)
    first = np.empty(len(counts), np.int64)
    first[places[::-1]] = np.arange(len(places) - 1, -1, -1)  # of several rows the first is written last
    return first, counts.astype(np.int64), places


def with_more(patterns: Patterns, others: Patterns, weight: float) -> Patterns:
    """Add other pairs' patterns to learn from, each pair counting ``weight``; ``of_pair`` stays as it was."""
    return Patterns(
        np.concatenate([patterns.levels, others.levels]),
        np.concatenate([patterns.source_pair, others.source_pair]),
        np.concatenate([patterns.barred, others.barred]),
        np.concatenate([patterns.rarity, others.rarity]),
        np.concatenate([patterns.counts, np.rint(others.counts * weight).astype(np.int64)]),
        patterns.of_pair,
    )
