"""Disclosure control of tables that share people: counts that add up across tables are protected together.

``governance.disclosure`` protects a whole and its groups. Several tables of the same people are more: what one hides,
another may give away by a total, a subtraction or a look at last year's release. Here every count is a cell with a key,
and every sum that holds among cells, within a table or across tables, is declared. Cells that are never told, such as
what is left of a group when another is taken from it, are declared too, since whoever has both can subtract.

1. A count under the threshold is hidden, nought included. What is told is rounded; a figure that was told before and is
   less than the threshold away from that is told as before.
2. An attacker who knows all sums, how far rounding goes, what "as before" means, what the release before told, and
   which counts did not change since, works out the lowest and the highest number that each small count could be (by
   linear programming, as ``governance.attack`` does). Where one is left fewer numbers than the threshold, the smallest
   told count that it adds up with is hidden too, and he tries again, until he learns nothing.

Hiding more only ever leaves the attacker less, so this ends; at worst nothing is told that was not told before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from insighthub.governance.attack import AS_BEFORE, HIDDEN, NEW, System, shown_apart
from insighthub.governance.disclosure import DisclosureSettings

#: A cell's name: the figure, and up to two headings.
Key = tuple[str, str, str]

_SLACK = 1e-6
#: So many turns hide one cell for each that is exposed; after them all goes that an exposed one adds up with.
_ONE_BY_ONE = 8


class Told(NamedTuple):
    """A count as it is told: None where it is hidden; new, as before or hidden."""

    value: int | None
    state: str


class Equal(NamedTuple):
    """The cells on the left add up to the same as those on the right."""

    left: tuple[Key, ...]
    right: tuple[Key, ...]


@dataclass(frozen=True)
class Linked:
    """Counts of tables that share people.

    Attributes:
        counts: the raw count of every cell.
        to_tell: the cells that are to be told, if they may be; the others never are.
        sums: what adds up. Every cell that is named has a count.
    """

    counts: Mapping[Key, int]
    to_tell: frozenset[Key]
    sums: tuple[Equal, ...]


@dataclass(frozen=True)
class Before:
    """What the release before told, and for which counts and sums; those stay inside."""

    counts: Mapping[Key, int] = field(default_factory=dict)
    told: Mapping[Key, Told] = field(default_factory=dict)
    sums: tuple[Equal, ...] = ()


def protect_linked(
    figures: Linked, settings: DisclosureSettings | None = None, before: Before | None = None
) -> dict[Key, Told]:
    """Return what of the figures may be told, cell by cell of ``to_tell``.

    Args:
        figures: the counts.
        settings: threshold and rounding.
        before: what the release before told; cells of the same key are held against it.

    Raises:
        ValueError: something does not add up, or a sum names a cell that has no count.
    """
    settings, before = settings or DisclosureSettings(), before or Before()
    _check(figures)
    counts = figures.counts
    hidden = {key for key in figures.to_tell if counts[key] < settings.threshold}
    neighbours = _neighbours((*figures.sums, *before.sums))
    apart: set[tuple[int, Key]] = set()
    turn = 0
    while True:
        turn += 1
        told = {key: _told(key, counts[key], hidden, before, settings) for key in figures.to_tell}
        exposed = _exposed(figures, told, before, settings, apart)
        if not exposed:
            return told
        nearest = {each: _nearest(each, told, neighbours) for each in exposed}
        if turn <= _ONE_BY_ONE:
            more = {_smallest(near, figures, before) for near in nearest.values() if near}
        else:  # where rules were changed since the release before, one by one would take long
            more = {key for near in nearest.values() for key in near}
        if not more:  # nothing that is left to hide would help: tell nothing anew
            return {key: Told(None, HIDDEN) for key in figures.to_tell}
        hidden |= more


def _check(figures: Linked) -> None:
    for each in figures.sums:
        sides = []
        for side in each:
            if missing := [key for key in side if key not in figures.counts]:
                raise ValueError(f"a sum names a cell without a count: {missing[0]}")
            sides.append(sum(figures.counts[key] for key in side))
        if sides[0] != sides[1]:
            raise ValueError(f"these do not add up: {each.left[:2]} ... and {each.right[:2]} ...")


def _told(key: Key, count: int, hidden: set[Key], before: Before, settings: DisclosureSettings) -> Told:
    if key in hidden:
        return Told(None, HIDDEN)
    old = before.told.get(key)
    if old is not None and old.value is not None and abs(count - old.value) < settings.threshold:
        return Told(old.value, AS_BEFORE)
    base = settings.rounding
    return Told((count + base // 2) // base * base, NEW)


def _neighbours(sums: Iterable[Equal]) -> dict[Key, list[Equal]]:
    found: dict[Key, list[Equal]] = defaultdict(list)
    for each in sums:
        for key in (*each.left, *each.right):
            found[key].append(each)
    return found


def _exposed(
    figures: Linked,
    told: Mapping[Key, Told],
    before: Before,
    settings: DisclosureSettings,
    apart: set[tuple[int, Key]],
) -> list[Key]:
    """Return the cells with a small count, of this release or the one before, of which the attacker learns too much.

    What was found to be far enough apart stays so when more is hidden, and is added to ``apart``.
    """
    threshold = settings.threshold
    system = System()
    small: dict[int, tuple[int, Key]] = {}
    releases = ((before.counts, before.told, before.sums), (figures.counts, told, figures.sums))
    for release, (counts, shown, sums) in enumerate(releases):
        for key, count in counts.items():
            unchanged = release == 1 and before.counts.get(key) == count
            same_as = system.number[0, key, 0] if unchanged else None
            place = system.unknown(0, key, release, count, same_as=same_as)
            value, state = shown.get(key, Told(None, HIDDEN))
            if value is not None:
                off = settings.rounding // 2 if state == NEW else threshold - 1
                system.bound(place, max(threshold, value - off), value + off)
            elif count < threshold and (release, key) not in apart:
                small[place] = (release, key)
        for left, right in sums:
            terms = [(system.number[0, key, release], 1.0) for key in left]
            terms += [(system.number[0, key, release], -1.0) for key in right]
            system.sums.append(terms)
    # One number more than is asked for: the bounds found are those of fractions, and people are whole.
    found = shown_apart(system, sorted(small), threshold + 1)
    matrices = system.matrices()
    exposed = []
    for place, name in small.items():
        if place in found or system.span(place, matrices) >= threshold - _SLACK:
            apart.add(name)
        else:
            exposed.append(name[1])
    return exposed


def _nearest(exposed: Key, told: Mapping[Key, Told], neighbours: Mapping[Key, Sequence[Equal]]) -> list[Key]:
    """Return the told cells that a cell adds up with: those of its own sums, or else of sums further away."""
    seen, ring = {exposed}, [exposed]
    while ring:
        near = {key for at in ring for each in neighbours.get(at, ()) for key in (*each.left, *each.right)} | set(ring)
        open_ones = [key for key in near if key in told and told[key].value is not None]
        if open_ones:
            return open_ones
        ring = sorted(near - seen)
        seen |= near
    return []


def _smallest(cells: Sequence[Key], figures: Linked, before: Before) -> Key:
    """Return which cell to hide next: one that was hidden before, then the smallest."""
    was_hidden = {key for key in cells if key in before.told and before.told[key].value is None}
    return min(cells, key=lambda key: (key not in was_hidden, figures.counts[key], key))
