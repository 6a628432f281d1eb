"""The cells that figures of residents are made of: raw counts, which of them are to be told, and what adds up."""

from __future__ import annotations

from collections.abc import Sequence

from insighthub.governance.linked import Equal, Key, Linked


class Cells:
    """Cells as they are counted, one figure after another."""

    def __init__(self) -> None:
        self.counts: dict[Key, int] = {}
        self._to_tell: set[Key] = set()
        self._sums: list[Equal] = []

    def tell(self, figure: str, one: str, other: str, count: int) -> Key:
        """Add a cell that is to be told, if it may be; return its key."""
        key = self.keep(figure, one, other, count)
        self._to_tell.add(key)
        return key

    def keep(self, figure: str, one: str, other: str, count: int) -> Key:
        """Add a cell that is never told, and that others must not give away; return its key."""
        key = (figure, one, other)
        self.counts[key] = int(count)
        return key

    def equal(self, left: Sequence[Key], right: Sequence[Key]) -> None:
        """Say that the cells on the left add up to the same as those on the right."""
        self._sums.append(Equal(tuple(left), tuple(right)))

    def rest(self, name: str, one: str, other: str, *, whole: Sequence[Key], parts: Sequence[Key]) -> Key:
        """Add, never to be told, what is left of a whole when some of its parts are taken away; return its key."""
        left = sum(self.counts[key] for key in whole) - sum(self.counts[key] for key in parts)
        key = self.keep(name, one, other, left)
        self.equal(whole, [*parts, key])
        return key

    def linked(self) -> Linked:
        """Return all of them, to be protected together."""
        return Linked(dict(self.counts), frozenset(self._to_tell), tuple(self._sums))
