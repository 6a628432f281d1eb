"""What somebody with all publications and linear arithmetic can work out of what is hidden.

Takes publications of the same figures, one or two in turn, with the true counts; says whether every hidden count is
left as many possible numbers as the threshold. The attacker is taken to know more than anyone does: that groups add up,
how far rounding goes, what "as before" means, and which counts did not change between the publications at all.

How far apart the highest and the lowest possible number of a count are takes two linear programs. Most counts need
none of their own: the solutions of a few programs over all cases at once show each of them far enough apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from insighthub.later import later

optimize = later("scipy.optimize")

NEW, AS_BEFORE, NOT_UPDATED, HIDDEN = "new", "as before", "not updated", "hidden"

Counts = npt.NDArray[np.int64]
Way = tuple[str, str]

WHOLE = "none"
_SLACK = 1e-6  # of the solver
_PROGRAMS = 30  # over all cases at once, before the counts that are left get two each of their own


class Publication(NamedTuple):
    """Published counts, None where hidden, and for each what it is: new, as before, not updated or hidden."""

    values: tuple[int | None, ...]
    states: tuple[str, ...]


class Case(NamedTuple):
    """Publications of one block, in turn, and whether its numerators are some of their denominators."""

    releases: Sequence[Release]
    is_share: bool


#: The groups of a block, its true numerators and denominators, and those two as published.
Release = tuple[tuple[Way, ...], tuple[Counts, Counts], tuple[Publication, Publication]]


class System:
    """Unknown counts, between bounds, with sums and orders among them."""

    def __init__(self) -> None:
        self.number: dict[tuple[int, tuple[str, ...], int], int] = {}
        self.true: list[float] = []
        self.low: list[float] = []
        self.high: list[float] = []
        self.sums: list[list[tuple[int, float]]] = []
        self.orders: list[tuple[list[tuple[int, float]], float]] = []  # sum <= bound

    def unknown(self, count: int, way: tuple[str, ...], release: int, true: int, *, same_as: int | None) -> int:
        """Return the number of a count; that of another where they are known to be one."""
        if same_as is None:
            same_as = len(self.low)
            self.true.append(float(true))
            self.low.append(0.0)
            self.high.append(np.inf)
        self.number[count, way, release] = same_as
        return same_as

    def bound(self, place: int, low: float, high: float) -> None:
        """Keep a count between two numbers."""
        self.low[place] = max(self.low[place], low)
        self.high[place] = min(self.high[place], high)

    def span(self, place: int, matrices: tuple[csr_array | None, csr_array | None]) -> float:
        """Return how far apart the highest and the lowest possible number of a count are."""
        sums, orders = matrices
        ends = []
        for sign in (1.0, -1.0):
            objective = np.zeros(len(self.low))
            objective[place] = sign
            found = optimize.linprog(
                objective,
                A_ub=orders,
                b_ub=None if orders is None else [bound for _, bound in self.orders],
                A_eq=sums,
                b_eq=None if sums is None else np.zeros(len(self.sums)),
                bounds=np.column_stack([self.low, self.high]),
                method="highs",
            )
            if found.status == 3:  # it can be as high as you like
                return np.inf
            if found.status != 0:
                return 0.0  # not to be judged is not to be safe
            ends.append(sign * found.fun)
        return float(ends[1] - ends[0])

    def matrices(self) -> tuple[csr_array | None, csr_array | None]:
        """Return the sums and the orders as the solver takes them."""
        return _matrix(self.sums, len(self.low)), _matrix([terms for terms, _ in self.orders], len(self.low))


def _matrix(rows: Sequence[Sequence[tuple[int, float]]], columns: int) -> csr_array | None:
    if not rows:
        return None
    at = [(n, place, factor) for n, terms in enumerate(rows) for place, factor in terms]
    row, column, factor = zip(*at, strict=True)
    return csr_array((factor, (row, column)), shape=(len(rows), columns))


def withstands(releases: Sequence[Release], *, is_share: bool, threshold: int, rounding: int) -> bool:
    """Whether every count that some publication hides could be any of as many numbers as the threshold.

    Args:
        releases: the publications, in turn.
        is_share: whether numerators are some of their denominators.
        threshold: how many numbers a hidden count must be left, and the least that is shown.
        rounding: what shown counts are rounded to.
    """
    system = System()
    hidden = _add(system, Case(releases, is_share), threshold, rounding)
    matrices = system.matrices()
    return all(system.span(place, matrices) >= threshold - 1 - _SLACK for place in sorted(hidden))


def withstand_each(cases: Sequence[Case], *, threshold: int, rounding: int) -> list[bool]:
    """Say of each case what ``withstands`` says of it, at a fraction of the cost of asking one by one."""
    system = System()
    hidden = [_add(system, case, threshold, rounding) for case in cases]
    apart = shown_apart(system, sorted(set().union(*hidden)), threshold)
    return [
        places <= apart or withstands(case.releases, is_share=case.is_share, threshold=threshold, rounding=rounding)
        for case, places in zip(cases, hidden, strict=True)
    ]


def _add(system: System, case: Case, threshold: int, rounding: int) -> set[int]:
    """Add the counts of a case, and what is known of them; return the numbers of those that are hidden."""
    hidden: set[int] = set()
    system.number = {}
    for release, (ways, counts, published) in enumerate(case.releases):
        for count in (0, 1):
            for place, way in enumerate(ways):
                true = int(counts[count][place])
                is_same = release > 0 and _count_of(case.releases[release - 1], count, way) == true
                same = system.number[count, way, release - 1] if is_same else None
                at = system.unknown(count, way, release, true, same_as=same)
                state, value = published[count].states[place], published[count].values[place]
                if value is None:
                    hidden.add(at)
                else:
                    # Which of the two a figure was that has not been updated is known to who kept the earlier ones.
                    is_rounded = state == NEW or (state == NOT_UPDATED and abs(true - value) <= rounding // 2)
                    off = rounding // 2 if is_rounded else threshold - 1
                    system.bound(at, max(threshold, value - off), value + off)
            _sum_up(system, ways, release, count)
        if case.is_share:
            for place, way in enumerate(ways):
                least = 0 if published[0].values[place] is None else threshold
                terms = [(system.number[0, way, release], 1.0), (system.number[1, way, release], -1.0)]
                system.orders.append((terms, -float(least)))
    return hidden


def shown_apart(system: System, hidden: Sequence[int], threshold: int) -> set[int]:
    """Return those hidden counts of which two possible numbers were found that are far enough apart.

    Every solution of the system is a possible number of each count. Each program pushes some of the counts that are not
    done up and the others down, no further than it takes, so that there is room for the next.
    """
    sums, orders = system.matrices()
    true, at, dice = np.array(system.true), np.array(hidden, np.int64), np.random.default_rng(0)
    lows, highs = np.array(system.low), np.array(system.high)
    least, most = np.full(len(true), np.inf), np.full(len(true), -np.inf)
    for _ in range(_PROGRAMS):
        open_still = at[~(most[at] - least[at] >= threshold - 1 - _SLACK)]
        if not len(open_still):
            break
        objective = np.zeros(len(true))
        objective[open_still] = dice.choice([-1.0, 1.0], len(open_still)) * dice.uniform(0.5, 1.0, len(open_still))
        caps = np.minimum(highs, true + 10 * threshold)
        caps[open_still] = np.minimum(highs, np.maximum(true, np.minimum(least, true) + threshold))[open_still]
        found = optimize.linprog(
            objective,
            A_ub=orders,
            b_ub=None if orders is None else [bound for _, bound in system.orders],
            A_eq=sums,
            b_eq=None if sums is None else np.zeros(len(system.sums)),
            bounds=np.column_stack([lows, caps]),
            method="highs",
        )
        if found.status != 0:
            break
        least, most = np.minimum(least, found.x), np.maximum(most, found.x)
    return {int(place) for place in at[most[at] - least[at] >= threshold - 1 - _SLACK]}


def _count_of(release: Release, count: int, way: Way) -> int | None:
    ways, counts, _ = release
    return int(counts[count][ways.index(way)]) if way in ways else None


def _sum_up(system: System, ways: tuple[Way, ...], release: int, count: int) -> None:
    groups: dict[str, list[int]] = {}
    for by, group in ways:
        if by != WHOLE:
            groups.setdefault(by, []).append(system.number[count, (by, group), release])
    whole = next(way for way in ways if way[0] == WHOLE)
    for places in groups.values():
        system.sums.append([(system.number[count, whole, release], -1.0), *((place, 1.0) for place in places)])
