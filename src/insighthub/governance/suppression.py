"""Which counts of a block are hidden: the small ones, and as many others as it takes to keep them so.

Takes the raw counts of a whole and of its groups, gives which numerators and denominators are hidden. That it is enough
is shown by moving people, in thought, between hidden cells of one way to break the whole down: nothing that is shown
changes by that, so every table in which they are moved looks the same from outside. With n the numerator of a group, c
its remainder and d = n + c:

- A hidden denominator can be anything from nought to the sum S of those hidden with it, for whole people move: there
  must be two, and S must reach the threshold.
- The numerator of a group whose denominator is hidden can then be anything up to the lesser of S and the sum of the
  hidden numerators; its remainder likewise.
- Where the denominator is shown, a group can only swap: take up to the lesser of its remainder and the other hidden
  numerators, and give up to the lesser of its own numerator and the other hidden remainders.
- Of what is no share, numerators move by themselves, as denominators do.

Each of these spans must hold as many numbers as the threshold. If all numerators of a way are hidden and that is not
enough, its denominators are hidden as well, and then it is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def hidden_cells(
    numerator: Counts,
    denominator: Counts,
    people: Counts,
    ways: Sequence[Places],
    *,
    is_share: bool,
    threshold: int,
    rather: tuple[Mask, Mask],
) -> tuple[Mask, Mask]:
    """Return which numerators and which denominators are hidden.

    Args:
        numerator: counts; the first is the whole.
        denominator: counts of whom, likewise.
        people: how many people are behind each numerator.
        ways: for each way to break the whole down, the places of its groups, which add up to the whole.
        is_share: whether those in the numerator are some of those in the denominator.
        threshold: counts under it are hidden.
        rather: numerators and denominators to hide before others where some must be: those that were hidden before.
    """
    hide_d = denominator < threshold
    hide_n = (numerator < threshold) | (people < threshold)
    if is_share:
        hide_n |= (denominator - numerator < threshold) | hide_d
    if hide_d[0]:
        hide_d[:] = True
    if hide_n[0] or (is_share and hide_d[0]):
        hide_n[:] = True
    for way in ways:
        n, d = numerator[way], denominator[way]
        hidden_n, hidden_d = hide_n[way], hide_d[way]
        if not hide_d[0]:
            _protect_alone(d, hidden_d, rather[1][way] | hidden_n, threshold)
            if is_share:
                hidden_n |= hidden_d
        if not hide_n[0]:
            if is_share:
                _protect_shares(n, d, hidden_n, hidden_d, rather=rather[0][way], threshold=threshold)
            else:
                _protect_alone(n, hidden_n, rather[0][way], threshold)
        hide_n[way], hide_d[way] = hidden_n, hidden_d
    return hide_n, hide_d


def _next(counts: Counts, hidden: Mask, rather: Mask) -> int:
    """Return which shown cell to hide next: one that was hidden before, then the smallest."""
    shown = np.flatnonzero(~hidden)
    return int(min(shown, key=lambda place: (not rather[place], counts[place], place)))


def _protect_alone(counts: Counts, hidden: Mask, rather: Mask, threshold: int) -> None:
    """Hide more of counts that move by themselves, until there are two and they reach the threshold."""
    if not hidden.any():
        return
    while (hidden.sum() < 2 or counts[hidden].sum() < threshold) and not hidden.all():
        hidden[_next(counts, hidden, rather)] = True


def _protect_shares(n: Counts, d: Counts, hidden_n: Mask, hidden_d: Mask, *, rather: Mask, threshold: int) -> None:
    """Hide more numerators until every hidden one has room; at the end the denominators too."""
    if not hidden_n.any():
        return
    while not _have_room(n, d, hidden_n, hidden_d, threshold):
        if hidden_n.all():
            hidden_d[:] = True
            return
        hidden_n[_next(n, hidden_n, rather)] = True


def _have_room(n: Counts, d: Counts, hidden_n: Mask, hidden_d: Mask, threshold: int) -> bool:
    """Whether each hidden numerator can be any of as many numbers as the threshold."""
    room = threshold - 1
    c = d - n
    all_n, all_c = n[hidden_n].sum(), c[hidden_n].sum()
    movable = d[hidden_d].sum()
    if hidden_d.any() and min(movable, all_n, all_c) < room:
        return False
    swaps = hidden_n & ~hidden_d
    take = np.minimum(all_n - n[swaps], c[swaps])
    give = np.minimum(n[swaps], all_c - c[swaps])
    return bool((take + give >= room).all())
