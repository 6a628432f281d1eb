"""Patterns: the distinct combinations of comparison levels, with how many pairs show each.

Takes the levels of pairs, gives patterns and counts. Millions of pairs show a few thousand patterns, so that the
model is learned, scored and drawn from these alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from insighthub.linkage.comparisons.comparison import Comparison, Levels
from insighthub.linkage.encode import Encoded
from insighthub.linkage.pairs import Pairs
from insighthub.progress import Progress


@dataclass(frozen=True)
class Patterns:
    """Levels by pattern, and the pattern of each pair.

    Attributes:
        levels: shape (patterns, comparisons), -1 where not known.
        barred: whether the pattern's pairs cannot be one person, by the sources' own word; shape (patterns,).
        counts: pairs of each pattern; shape (patterns,).
        of_pair: pattern of each pair; shape (pairs,).
    """

    levels: Levels
    barred: npt.NDArray[np.bool_]
    counts: npt.NDArray[np.int64]
    of_pair: npt.NDArray[np.int32]


def compare(data: Encoded, comparisons: Sequence[Comparison], pairs: Pairs, progress: Progress) -> Patterns:
    """Compare pairs and group them by their levels."""
    levels = []
    for i, comparison in enumerate(comparisons):
        progress.advance(i, len(comparisons))
        levels.append(comparison.levels(data, pairs.left, pairs.right))
    left, right = data.source[pairs.left], data.source[pairs.right]
    return gather(levels, (left == right) & data.single[left], comparisons)


def gather(levels: Sequence[Levels], barred: npt.NDArray[np.bool_], comparisons: Sequence[Comparison]) -> Patterns:
    """Group pairs by their levels.

    Args:
        levels: one array a comparison, shape (pairs,).
        barred: pairs that cannot be one person, shape (pairs,).
        comparisons: in the order of ``levels``.
    """
    code = barred.astype(np.int64)
    spans = [len(c.labels) + 1 for c in comparisons]
    for level, span in zip(levels, spans, strict=True):
        code = code * span + (level.astype(np.int64) + 1)
    distinct, inverse, counts = np.unique(code, return_inverse=True, return_counts=True)
    table = np.empty((len(distinct), len(levels)), np.int8)
    rest = distinct.copy()
    for k in range(len(levels) - 1, -1, -1):
        rest, digit = np.divmod(rest, spans[k])
        table[:, k] = digit - 1
    return Patterns(table, rest.astype(bool), counts.astype(np.int64), inverse.astype(np.int32))
