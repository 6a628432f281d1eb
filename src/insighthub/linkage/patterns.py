"""Patterns: the distinct combinations of comparison levels, with how many pairs show each.

Takes the levels of pairs, gives patterns and counts. Millions of pairs show a few thousand patterns, so that the
model is learned, scored and drawn from these alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from insighthub.linkage.comparisons.comparison import Comparison, Levels
from insighthub.linkage.encode import Encoded, number_rows
from insighthub.linkage.frequencies import NameRarity
from insighthub.linkage.pairs import Pairs
from insighthub.progress import Progress


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
    """

    levels: Levels
    source_pair: npt.NDArray[np.int32]
    barred: npt.NDArray[np.bool_]
    rarity: npt.NDArray[np.int8]
    counts: npt.NDArray[np.int64]
    of_pair: npt.NDArray[np.int32]


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
    levels: list[Levels] = []
    # Sorting and comparing text let go of the interpreter, so that threads really run side by side.
    with ThreadPoolExecutor(threads) as pool:
        for i, level in enumerate(pool.map(lambda c: c.levels(data, pairs.left, pairs.right), comparisons)):
            if progress is not None:
                progress.advance(i + 1, len(comparisons))
            levels.append(level)
    left, right = data.source[pairs.left], data.source[pairs.right]
    named = {c.name: level for c, level in zip(comparisons, levels, strict=True)}
    steps = rarity.steps(named.get("given_name"), named.get("family_name"), pairs.left)
    barred = (left == right) & data.single[left]
    # Two people whom one record names are two people.
    barred |= data.codes["record"][pairs.left] == data.codes["record"][pairs.right]
    sources = source_pairs(left, right, len(data.sources))
    first, counts, of_pair = distinct_rows([sources, barred.astype(np.int8), *steps, *levels])
    return Patterns(
        _side_by_side([level[first] for level in levels], len(first)),
        sources[first],
        barred[first],
        _side_by_side([step[first] for step in steps], len(first)),
        counts,
        of_pair,
    )


def _side_by_side(columns: Sequence[npt.NDArray[np.int8]], rows: int) -> npt.NDArray[np.int8]:
    return np.stack(columns, axis=1) if columns else np.empty((rows, 0), np.int8)


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
