"""A thing that changed between two runs, how much it matters, and in which figure it is shown."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

STEADY, LOOK, ACT = 0, 1, 2
WORDS = {ACT: "Act", LOOK: "Look"}


@dataclass(frozen=True)
class Finding:
    """One change that passed a threshold.

    severity: ``LOOK`` or ``ACT``. size: how many times over its threshold for looking, to put the worst first. figure:
    the key of the figure that shows it. sentence: in plain English, without a full stop.
    """

    severity: int
    size: float
    figure: str
    sentence: str


def severity(value: float, look: float, act: float) -> int:
    """Return how serious a value is that is worse the larger it is."""
    return ACT if value >= act else LOOK if value >= look else STEADY


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Put findings in order: what calls for action first, and the largest first."""
    return sorted(findings, key=lambda f: (-f.severity, -f.size, f.figure, f.sentence))
