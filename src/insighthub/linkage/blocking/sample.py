"""A sample of rows, in which what a rule brings is seen before anything is joined.

Takes coded rows, gives some of them: each row with one chance, by a fixed scramble of its number. A pair is in the
sample if both its rows are, so that with a chance of p for a row the sample holds p squared of the pairs of any kind.
The chance falls with the root of the number of rows: there are always about as many pairs of one person to learn
from, and the work of choosing does not grow with the data.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from insighthub.linkage.blocking.blocks import Rows, group, known_rows, pairs_within
from insighthub.linkage.blocking.rule import BlockingRule
from insighthub.linkage.encode import Codes

ENOUGH = 8_000  # rows, on average, both of whose sides are in the sample: chance squared x rows
WHOLE = 2**32


@dataclass(frozen=True)
class Sample:
    """Some of the rows.

    Attributes:
        rows: in rising order.
        chance: that a row had of being among them.
        taken: whether each row takes part in blocking, shape (n,).
    """

    rows: Rows
    chance: float
    taken: npt.NDArray[np.bool_]

    @property
    def pairs_chance(self) -> float:
        """The chance that a pair had of being in the sample."""
        return self.chance * self.chance


def draw_sample(taken: npt.NDArray[np.bool_]) -> Sample:
    """Draw rows by number, from those that take part."""
    rows = np.flatnonzero(taken)
    chance = min(1.0, float(np.sqrt(ENOUGH / max(1, len(rows)))))
    if chance == 1.0:
        return Sample(rows.astype(np.int32), 1.0, taken)
    limit = np.uint64(round(chance * WHOLE))
    drawn = rows[_scrambled(rows) < limit]
    return Sample(drawn.astype(np.int32), float(limit) / WHOLE, taken)


def _scrambled(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """Return 32 well mixed bits for each number: the finaliser of MurmurHash3 (Appleby, public domain)."""
    x = numbers.astype(np.uint64)
    for shift, factor in ((33, 0xFF51AFD7ED558CCD), (33, 0xC4CEB9FE1A85EC53), (33, 1)):
        x ^= x >> np.uint64(shift)
        x *= np.uint64(factor)
    return np.asarray(x >> np.uint64(32))


def sampled_pairs(
    rule: BlockingRule, codes: Mapping[str, Codes], sample: Sample, *, cap: int, most: int
) -> tuple[Rows, Rows] | None:
    """Return the pairs of a rule that are in the sample, left < right, or None where there are more than ``most``.

    Blocks over the cap are left out. How large a block is in all is counted on all rows where that may be in doubt:
    only if its part in the sample is not far smaller than the cap would allow.
    """
    parts = [part[sample.rows] for part in rule.parts(codes)]
    others = [part[sample.rows] for part in rule.other_parts(codes)]
    if others:
        left, right = _across(parts, others, round(cap * sample.chance) + 2)
    else:
        order, sizes = group(parts, known_rows(parts))
        doubtful = sizes > max(1.0, cap * sample.chance / 2)
        if doubtful.any():
            small = np.ones(len(sample.taken), bool)
            in_doubt = sample.rows[order[np.repeat(doubtful, sizes)]]
            small[in_doubt] = _under_cap(rule, codes, sample, in_doubt, cap)
            begins = np.cumsum(sizes) - sizes
            keep = small[sample.rows[order]]
            order, sizes = order[keep], sizes[keep[begins]]
        if int((sizes * (sizes - 1) // 2).sum()) > most:
            return None
        left, right = pairs_within(order, sizes)
    if len(left) > most:
        return None
    return sample.rows[left], sample.rows[right]


def _under_cap(
    rule: BlockingRule, codes: Mapping[str, Codes], sample: Sample, rows: Rows, cap: int
) -> npt.NDArray[np.bool_]:
    """Whether each of some rows is in a block not over the cap; shape (rows,)."""
    parts = rule.parts(codes)
    taken = sample.taken.copy()
    for part in parts:
        # Of all rows only those matter that have the values of the rows in doubt.
        sought = np.zeros(int(part.max()) + 2, bool)
        sought[part[rows]] = True
        taken &= sought[part]
    order, sizes = group(parts, np.flatnonzero(taken).astype(np.int32))
    size = np.zeros(len(taken), np.int64)
    size[order] = np.repeat(sizes, sizes)
    return np.asarray(size[rows] <= cap)


def _across(asked: list[Codes], answers: list[Codes], cap: int) -> tuple[Rows, Rows]:
    """Return the pairs of rows one of whose keys is the other's answer, left < right, each once."""
    one, other = known_rows(asked), known_rows(answers)
    entries = [np.concatenate([a[one], b[other]]) for a, b in zip(asked, answers, strict=True)]
    place, sizes = group(entries, np.arange(len(one) + len(other), dtype=np.int32))
    keep = (sizes > 1) & (sizes <= cap)
    a, b = pairs_within(place[np.repeat(keep, sizes)], sizes[keep])
    meets = (a < len(one)) & (b >= len(one))
    both = np.concatenate([one, other])
    left, right = both[a[meets]], both[b[meets]]
    apart = left != right
    low, high = np.minimum(left, right)[apart], np.maximum(left, right)[apart]
    distinct = np.unique(low.astype(np.int64) * len(asked[0]) + high)
    return (distinct // len(asked[0])).astype(np.int32), (distinct % len(asked[0])).astype(np.int32)
