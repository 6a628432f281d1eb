"""Candidate pairs: what the chosen rules give, each pair once, with the rules that gave it.

Takes coded rows and rules, gives pairs in order of left and right row. Each rule is worked out on all rows, and the
pairs are made a range of left rows at a time: a sparse matrix with a row for each left row, a column for each right
one, and in it the sum of a bit for each rule. Bringing such a matrix into order sorts only the few partners of each
row, which takes a quarter of the time of sorting the pairs; and beside the pairs that are kept, memory holds only
those of the ranges in hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array

from insighthub.linkage.blocking.blocks import Rows
from insighthub.linkage.blocking.copies import first_identical
from insighthub.linkage.blocking.joins import Counts, Join, Listed, join
from insighthub.linkage.blocking.rule import BlockingRule
from insighthub.linkage.encode import Encoded
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.result import BlockingYield
from insighthub.progress import Progress

COPIES = "identical records, each with the first"
MOST_RULES = 61  # with the copies, one bit each in a signed 64-bit integer
RANGE_ENTRIES = 4_000_000  # pairs, counted once for each rule, in one range of left rows


@dataclass(frozen=True)
class Candidates:
    """The pairs to compare.

    Attributes:
        pairs: each once, in order of left and right row.
        rules: the rules that gave each pair, one bit each: bit 0 for copies, bit i for the i-th rule; shape (pairs,).
        yields: what each rule brought; copies first, if there are any.
    """

    pairs: Pairs
    rules: npt.NDArray[np.int64]
    yields: tuple[BlockingYield, ...]


def candidate_pairs(
    data: Encoded,
    rules: Sequence[BlockingRule],
    *,
    cap: int,
    threads: int = 1,
    progress: Progress,
    joined: Callable[[int, npt.NDArray[np.bool_]], Join] | None = None,
) -> Candidates:
    """Pair the rows.

    Args:
        data: coded rows.
        rules: blocking rules, in order, at most ``MOST_RULES``.
        cap: most records in a block.
        threads: rules or ranges to work at once.
        progress: told of each rule and range.
        joined: works out the rule of a number on the rows that take part; on blocks under the cap where not given.
    """
    first = first_identical(data)
    distinct = first == np.arange(data.n)
    copies = np.flatnonzero(~distinct).astype(np.int32)
    by_first = copies[np.argsort(first[copies], kind="stable")]
    most = int(np.bincount(first, minlength=1).max())
    joins: list[Join] = [Listed(data.n, first[by_first], by_first, most)]

    def under_cap(number: int, taking_part: npt.NDArray[np.bool_]) -> Join:
        return join(rules[number], data.codes, taking_part, rules[number].cap(cap))

    work_out = joined or under_cap
    with ThreadPoolExecutor(threads) as pool:
        joins += pool.map(lambda number: work_out(number, distinct), range(len(rules)))
        ranges = list(_ranges(joins, data.n))
        parts = []
        for done, part in enumerate(pool.map(lambda r: _pairs_of(joins, r[0], r[1], data.n), ranges), start=1):
            progress.advance(done, len(ranges))
            parts.append(part)
    left, right, given = (np.concatenate(column) for column in list(zip(*parts, strict=True))[:3])
    pairs, new = (sum(counts) for counts in list(zip(*parts, strict=True))[3:])
    return Candidates(Pairs(left, right), given, _yields(rules, joins, pairs, new))


def _ranges(joins: Sequence[Join], n: int) -> Iterator[tuple[int, int]]:
    """Cut the left rows into ranges of about as many pairs each, every pair counted once for each rule."""
    before = np.zeros(n, np.int64)
    for each in joins:
        before += each.at_most()
    np.cumsum(before, out=before)
    total = int(before[-1]) if n else 0
    cuts = np.searchsorted(before, np.arange(RANGE_ENTRIES, total, RANGE_ENTRIES))
    edges = np.unique(np.concatenate([[0], cuts, [n]]))
    if len(edges) == 1:
        yield 0, 0
    yield from zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)


def _pairs_of(joins: Sequence[Join], first: int, last: int, n: int) -> tuple[Rows, Rows, Counts, Counts, Counts]:
    """Return left rows, right rows and rules of the pairs of a range of left rows, in order; and what each join gave.

    What a join gave is told twice: its pairs, and those of them that none before it gave.
    """
    found = [each.pairs(first, last) for each in joins]
    left = np.concatenate([a for a, _ in found])
    right = np.concatenate([b for _, b in found])
    bit = np.repeat(np.left_shift(np.int64(1), np.arange(len(joins))), [len(a) for a, _ in found])
    del found
    # Sums what stands at one place; as each rule gives a pair once, the sum has the bit of every rule that gave it.
    matrix = coo_array((bit, (left - np.int32(first), right)), shape=(last - first, n)).tocsr()
    left = np.repeat(np.arange(first, last, dtype=np.int32), np.diff(matrix.indptr))
    given = np.asarray(matrix.data, np.int64)
    bits = [np.int64(1) << np.int64(i) for i in range(len(joins))]
    lowest = given & -given
    pairs = np.array([np.count_nonzero(given & bit) for bit in bits])
    new = np.array([np.count_nonzero(lowest == bit) for bit in bits])
    return left, np.asarray(matrix.indices, np.int32), given, pairs, new


def _yields(
    rules: Sequence[BlockingRule], joins: Sequence[Join], pairs: Counts, new: Counts
) -> tuple[BlockingYield, ...]:
    labels = [COPIES, *(r.label for r in rules)]
    return tuple(
        BlockingYield(label, int(pairs[i]), int(new[i]), each.largest, each.capped_blocks, each.capped_rows)
        for i, (label, each) in enumerate(zip(labels, joins, strict=True))
        if pairs[i] or i
    )
