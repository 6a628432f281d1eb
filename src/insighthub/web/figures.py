"""Figures of ``charts``, drawn for a page.

Takes figures, gives each with its drawing; the macro ``figure`` of ``parts.html`` lays them out: the finding as title,
a summary in words, the drawing, the table, and the table as CSV.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock

from insighthub.charts import Drawing, Figure, draw


@dataclass(frozen=True)
class Shown:
    """A figure and how it is drawn; None where its table, or a matrix, is all of it."""

    figure: Figure
    drawing: Drawing | None


def drawn(figures: Iterable[Figure]) -> list[Shown]:
    """Draw figures; of a fixed set, draw once and keep the result."""
    kept = list(figures)
    drawings = draw(kept)
    return [Shown(figure, drawings.get(figure.key)) for figure in kept]


class KeptDrawings:
    """Drawings that are kept, of figures that many people look at and that seldom change.

    Only for figures about no one, whose drawing shows what their title, summary and tables say and nothing else: two
    that say the same are taken for one.

    Args:
        most: how many are kept; those not asked for the longest go first.
    """

    def __init__(self, most: int = 200) -> None:
        self._most, self._lock = most, Lock()
        self._kept: OrderedDict[tuple[str, ...], Drawing | None] = OrderedDict()

    def drawn(self, figures: Iterable[Figure]) -> list[Shown]:
        """Draw figures, those that are kept not anew."""
        keys = {(f.key, f.title, f.summary, *(t.csv() for t in (f.table, *f.more))): f for f in figures}
        with self._lock:
            found = {key: self._kept[key] for key in keys if key in self._kept}
        fresh = {key: f for key, f in keys.items() if key not in found}
        drawings = draw(fresh.values())
        found |= {key: drawings.get(f.key) for key, f in fresh.items()}
        with self._lock:
            for key in keys:
                self._kept[key] = found[key]
                self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return [Shown(f, found[key]) for key, f in keys.items()]


_KEPT = KeptDrawings()


def drawn_once(figures: Iterable[Figure]) -> list[Shown]:
    """Draw figures about no one; of those that were drawn before, the drawing is kept: see ``KeptDrawings``."""
    return _KEPT.drawn(figures)
