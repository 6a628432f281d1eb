"""What a comparison is: a name, its levels in words, and how it behaves in each kind of pair.

A comparison takes two arrays of row numbers and gives a level for each pair: 0 is the strongest agreement, and -1
means that one side holds no value, which counts neither for nor against.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insighthub.linkage.encode import Codes, Encoded

Levels = npt.NDArray[np.int8]
Rows = npt.NDArray[np.int32]
UNKNOWN = -1


class Rule(Enum):
    """What a comparison's levels follow in a class of pairs."""

    M = "m"  # as for the same person
    U = "u"  # as for two people at random
    FREE = "free"  # learned for the class
    AGREES = "agrees"  # as for the same person, among the agreeing levels only


@dataclass(frozen=True)
class Comparison:
    """One comparison.

    Attributes:
        name: field or group of fields, for example ``given_name``.
        labels: the levels in plain English, strongest first.
        levels: computes the levels of pairs.
        family, coresident, namesake: what the levels follow in those classes (in M they follow m, in U u).
        agreeing: how many of the first levels count as agreement.
        rarity: field whose value's frequency stands for u at level 0, where the value is common or rare.
        floor: least share of matches at the agreeing levels, which keeps the class of matches from drifting.
        shared: where a class's levels are free, the share at level 0 that learning starts from.
        told_by: free levels are learned only from pairs that this comparison tells apart. A father and son of one name
            at one address look like one person unless their dates of birth are known.
        even: agreeing levels are as likely as each other, for one person too, until the data says otherwise.
        by_source: each pair of sources may have an m of its own, shrunk to the common one: some sources lag, and hold
            addresses and telephones of years ago.
        lasting: what is compared does not change in a life, so that of many records each one counts.
        telling: pairs of which it is known know more than others, and have a say of their own when clusters are joined.
            The comparison bears the name of the field that it compares.
        of_others: what is compared is what other records say, so that a record more may change another pair's level.
        prepare: works out, and keeps with ``Encoded.memo``, what the levels need of rows other than the pair's own. It
            is called where all rows are at hand; the levels may then be asked for where only the pair's are.
    """

    name: str
    labels: tuple[str, ...]
    levels: Callable[[Encoded, Rows, Rows], Levels]
    family: Rule = Rule.U
    coresident: Rule = Rule.U
    namesake: Rule = Rule.U
    agreeing: int = 1
    rarity: str | None = None
    floor: float = 0.75
    shared: float = 0.5
    told_by: str | None = None
    even: bool = False
    by_source: bool = False
    lasting: bool = False
    telling: bool = False
    of_others: bool = False
    prepare: Callable[[Encoded], object] | None = None

    def centre(self) -> npt.NDArray[np.float64]:
        """Return the centre of the prior on m: nine in ten agree (exactly), the rest is spread evenly."""
        if self.even:
            agrees = np.arange(len(self.labels)) < self.agreeing
            return np.asarray(np.where(agrees, 0.9 / agrees.sum(), 0.1 / (~agrees).sum()))
        rest = len(self.labels) - 1
        return np.array([0.9] + [0.1 / rest] * rest)

    def free_centre(self, u: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Return the centre of the prior on a class's own levels: as for two people, but for what they share."""
        exact = np.zeros(len(u))
        exact[0] = 1.0
        return self.shared * exact + (1 - self.shared) * u


def telling_fields(comparisons: Iterable[Comparison]) -> tuple[str, ...]:
    """Return the fields whose pairs have a say of their own when clusters are joined."""
    return tuple(c.name for c in comparisons if c.telling)


def value_pair_levels(left: Codes, right: Codes, kernel: Callable[[Codes, Codes], Levels], *, size: int) -> Levels:
    """Level of each pair of codes: 0 where equal, -1 where either is not known, else what the kernel says.

    The kernel is called once, on the distinct unequal pairs (smaller code first), and its answer is joined back.

    Args:
        left: codes of the left rows, shape (pairs,).
        right: codes of the right rows, shape (pairs,).
        kernel: levels of distinct value pairs.
        size: number of distinct values in the pool.
    """
    out = np.full(len(left), UNKNOWN, np.int8)
    known = (left >= 0) & (right >= 0)
    out[known & (left == right)] = 0
    differ = np.flatnonzero(known & (left != right))
    if len(differ):
        a, b = left[differ], right[differ]
        keys = np.minimum(a, b).astype(np.int64) * size + np.maximum(a, b)
        coded = pa.array(keys).dictionary_encode()  # hashing finds the distinct pairs several times faster than sorting
        small, large = np.divmod(coded.dictionary.to_numpy(), size)
        out[differ] = kernel(small.astype(np.int32), large.astype(np.int32))[coded.indices.to_numpy()]
    return out
