"""Identity that lasts: which new group goes on as which old one, and what becomes of the rest.

Takes, for every member (a record, or a resident), the group that it is in now and the one it was in before; gives the
old group that each new one goes on as, and events. A new group goes on as the old one with which it shares most
members; where two share as many, the older old group stays; each goes on as one at most. Residents are groups of
records, households groups of residents, and both are carried over by this.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

MERGED, SPLIT, MOVED = "merged", "split", "moved"


@dataclass(frozen=True)
class Event:
    """What became of an old group that did not simply go on.

    Attributes:
        kind: merged (the old group ended; most of it is in ``other``), split (some of it is now a group of its own,
            ``other``), moved (some of it is in ``other``, which goes on as another).
        old: number of the old group.
        other: number of the new group.
        members: how many members that is.
    """

    kind: str
    old: int
    other: int
    members: int


@dataclass(frozen=True)
class CarriedOver:
    """How new groups go on.

    Attributes:
        goes_on_as: for each new group the old one, -1 where it is new; shape (new groups,).
        events: what became of the old groups, in order of their numbers.
    """

    goes_on_as: Ints
    events: tuple[Event, ...]


def carry_over(now: Ints, before: Ints, age: Ints) -> CarriedOver:
    """Match new groups with old ones.

    Args:
        now: the group of each member now, numbered from 0; shape (members,).
        before: its group before, numbered from 0; -1 where it had none.
        age: for each old group its place in the order in which they were first made; shape (old groups,).
    """
    groups, olds = int(now.max(initial=-1)) + 1, len(age)
    goes_on_as = np.full(groups, -1, np.int64)
    known = before >= 0
    keys, shared = np.unique(now[known].astype(np.int64) * max(olds, 1) + before[known], return_counts=True)
    new, old = keys // max(olds, 1), keys % max(olds, 1)
    simple = (np.bincount(new, minlength=groups)[new] == 1) & (np.bincount(old, minlength=olds)[old] == 1)
    goes_on_as[new[simple]] = old[simple]
    tangled = np.flatnonzero(~simple)
    taken: set[int] = set()
    for i in tangled[np.lexsort((new[tangled], age[old[tangled]], -shared[tangled]))].tolist():
        if goes_on_as[new[i]] < 0 and int(old[i]) not in taken:
            goes_on_as[new[i]] = old[i]
            taken.add(int(old[i]))
    return CarriedOver(goes_on_as, tuple(_events(new[tangled], old[tangled], shared[tangled], goes_on_as)))


def _events(new: Ints, old: Ints, shared: Ints, goes_on_as: Ints) -> list[Event]:
    """Return what became of the old groups of some overlaps; every overlap of such a group is among them."""
    went_on = set(goes_on_as[new].tolist())
    out = []
    order = np.lexsort((new, -shared, old))
    merged: set[int] = set()
    for i in order.tolist():
        group, before, members = int(new[i]), int(old[i]), int(shared[i])
        if goes_on_as[group] == before:
            continue
        if before not in went_on and before not in merged:  # the largest part of an old group that does not go on
            merged.add(before)
            out.append(Event(MERGED, before, group, members))
        else:
            out.append(Event(SPLIT if goes_on_as[group] < 0 else MOVED, before, group, members))
    return out
