"""A rule worked out on all rows: small to hold, and able to give the pairs of any range of left rows.

Takes a rule and coded rows, gives a join: for each row, where its partners stand. Pairs themselves are made a range of
left rows at a time (see ``pairing``), so that they never all exist more than once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from insighthub.linkage.blocking.blocks import Rows, group, known_rows
from insighthub.linkage.blocking.rule import BlockingRule
from insighthub.linkage.encode import MISSING, Codes

MOST = 2**16  # rows in a block, whatever the cap: how many follow a row is held in 16 bits
Counts = npt.NDArray[np.int64]


class Join(Protocol):
    """What ``pairing`` asks of a worked-out rule."""

    @property
    def largest(self) -> int:
        """Rows in the largest block."""

    @property
    def capped_blocks(self) -> int:
        """Blocks left out for being over the cap."""

    @property
    def capped_rows(self) -> int:
        """Rows in those blocks."""

    def pairs(self, first: int, last: int) -> tuple[Rows, Rows]:
        """Return the pairs, each once, whose left row is from ``first`` and under ``last``; left < right."""

    def at_most(self) -> Counts:
        """Return, for each row, how many pairs it may be the left of, at most; shape (n,)."""


@dataclass(frozen=True)
class Chain:
    """Blocks of rows that are all paired with each other.

    Attributes:
        following: the next row of the same block, -1 after the last and for rows in no block; shape (n,).
        after: how many rows of its block come after each row, shape (n,).
        largest, capped_blocks, capped_rows: as a join says.
    """

    following: Rows
    after: npt.NDArray[np.uint16]
    largest: int
    capped_blocks: int
    capped_rows: int

    def pairs(self, first: int, last: int) -> tuple[Rows, Rows]:
        """Return the pairs of a range of left rows: each row with the next of its block, the one after, and so on."""
        right = self.following[first:last]
        left = np.flatnonzero(right >= 0).astype(np.int32)
        right = right[left]
        left += np.int32(first)
        lefts, rights = [left], [right]
        while len(left):
            right = self.following[right]
            more = right >= 0
            left, right = left[more], right[more]
            lefts.append(left)
            rights.append(right)
        return np.concatenate(lefts), np.concatenate(rights)

    def at_most(self) -> Counts:
        """Return, for each row, how many pairs it is the left of."""
        return self.after.astype(np.int64)


@dataclass(frozen=True)
class Across:
    """Blocks in which the rows of one side are paired with those of the other.

    Attributes:
        n: rows in all.
        rows: rows that have partners, in rising order; one that stands on both sides is here twice.
        starts, counts: where in ``partners`` each of them has its own, and how many.
        partners: rows of the other side.
        asks: whether the row stands on the side of ``fields``.
        asked, answers: the parts of each row's key on either side, by which a pair that meets twice is told.
        largest, capped_blocks, capped_rows: as a join says.
    """

    n: int
    rows: Rows
    starts: Counts
    counts: Counts
    partners: Rows
    asks: npt.NDArray[np.bool_]
    asked: list[Codes]
    answers: list[Codes]
    largest: int
    capped_blocks: int
    capped_rows: int

    def pairs(self, first: int, last: int) -> tuple[Rows, Rows]:
        """Return the pairs of a range of left rows, whichever side the left row stands on."""
        begin, end = np.searchsorted(self.rows, [first, last])
        counts = self.counts[begin:end]
        left = np.repeat(self.rows[begin:end], counts)
        step = np.arange(len(left)) - np.repeat(np.cumsum(counts) - counts, counts)
        right = self.partners[np.repeat(self.starts[begin:end], counts) + step]
        # Two rows each of whose keys is the other's meet from both sides: they count from the side on which the left
        # row asks, unless that block is left out.
        asks = np.zeros(last - first, bool)
        asks[self.rows[begin:end][self.asks[begin:end]] - first] = True
        twice = ~np.repeat(self.asks[begin:end], counts) & asks[left - first]
        for asked, answer in zip(self.asked, self.answers, strict=True):
            twice &= (asked[left] == answer[right]) & (asked[left] >= 0)
        keep = (left < right) & ~twice
        return left[keep], right[keep]

    def at_most(self) -> Counts:
        """Return, for each row, how many partners it has."""
        return np.bincount(self.rows, weights=self.counts, minlength=self.n).astype(np.int64)


@dataclass(frozen=True)
class Listed:
    """Pairs that are simply listed, by rising left row."""

    n: int
    left: Rows
    right: Rows
    largest: int
    capped_blocks: int = 0
    capped_rows: int = 0

    def pairs(self, first: int, last: int) -> tuple[Rows, Rows]:
        """Return the listed pairs of a range of left rows."""
        begin, end = np.searchsorted(self.left, [first, last])
        return self.left[begin:end], self.right[begin:end]

    def at_most(self) -> Counts:
        """Return, for each row, how many pairs it is the left of."""
        return np.bincount(self.left, minlength=self.n).astype(np.int64)


def join(rule: BlockingRule, codes: Mapping[str, Codes], rows: npt.NDArray[np.bool_], cap: int) -> Join:
    """Work out a rule.

    Args:
        rule: the rule.
        codes: field -> codes, shape (n,).
        rows: whether each row takes part, shape (n,).
        cap: most rows in a block.
    """
    parts = rule.parts(codes)
    if rule.other_fields:
        return _across(parts, rule.other_parts(codes), rows, cap)
    known = known_rows(parts)
    order, sizes = group(parts, known[rows[known]])
    over = sizes > min(cap, MOST)
    largest, capped_rows = int(sizes.max(initial=0)), int(sizes[over].sum())
    used = (sizes > 1) & ~over
    order, sizes = order[np.repeat(used, sizes)], sizes[used]
    ends = np.cumsum(sizes)
    following = np.full(len(rows), MISSING, np.int32)
    not_last = np.ones(len(order), bool)
    not_last[ends - 1] = False
    at = np.flatnonzero(not_last)
    following[order[at]] = order[at + 1]
    after = np.zeros(len(rows), np.uint16)
    after[order] = np.repeat(ends, sizes) - 1 - np.arange(len(order))
    return Chain(following, after, largest, int(over.sum()), capped_rows)


def _across(asked: list[Codes], answers: list[Codes], rows: npt.NDArray[np.bool_], cap: int) -> Across:
    n = len(rows)
    one, other = known_rows(asked), known_rows(answers)
    one, other = one[rows[one]], other[rows[other]]
    # Rows of which even the first part is nowhere on the other side are most of them, and need no grouping.
    span = int(max(asked[0].max(initial=0), answers[0].max(initial=0))) + 1
    held = [np.zeros(span, bool), np.zeros(span, bool)]
    held[0][asked[0][one]] = True
    held[1][answers[0][other]] = True
    one, other = one[held[1][asked[0][one]]], other[held[0][answers[0][other]]]
    entries = [np.concatenate([a[one], b[other]]) for a, b in zip(asked, answers, strict=True)]
    place, sizes = group(entries, np.arange(len(one) + len(other), dtype=np.int32))
    both = np.concatenate([one, other])
    block = np.repeat(np.arange(len(sizes)), sizes)
    asking = place < len(one)
    ones = np.bincount(block[asking], minlength=len(sizes))
    meets = (ones > 0) & (ones < sizes)
    over = meets & (sizes > cap)
    used = (meets & ~over)[block]
    starts = np.cumsum(sizes) - sizes
    # The asking rows of a block come first, then the answering ones.
    from_ones = np.where(asking, starts[block] + ones[block], starts[block])[used]
    how_many = np.where(asking, sizes[block] - ones[block], ones[block])[used]
    own = both[place][used]
    by_row = np.lexsort((~asking[used], own))
    return Across(
        n,
        own[by_row],
        from_ones[by_row],
        how_many[by_row],
        both[place],
        asking[used][by_row],
        asked,
        answers,
        int(sizes[meets].max(initial=0)),
        int(over.sum()),
        int(sizes[over].sum()),
    )
