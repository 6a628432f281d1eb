"""What was decided on who is who in one go: whoever parts three records from two decides once, and takes it back once.

Takes decisions, of pairs, gives acts, each with the records on its two sides as one purpose may see them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from insighthub.residents.decisions import Decision, Record


@dataclass(frozen=True)
class Act:
    """What was decided in one go.

    Args:
        decision_id: the number of one of its decisions, by which all of it is undone.
        by: who decided.
        kind: ``must_link`` or ``cannot_link``.
        left: the records on one side that are seen.
        right: those on the other.
        note: why; empty where not all records are seen.
    """

    decision_id: int
    by: str
    kind: str
    left: tuple[Record, ...]
    right: tuple[Record, ...]
    note: str


def acts(about: Sequence[Decision], seen: Collection[Record]) -> tuple[Act, ...]:
    """Return what was decided in one go, each once, in the order in which it first comes.

    Args:
        about: decisions on pairs.
        seen: the records that may be told; others are left out, and with them what was noted.
    """
    together: dict[int, list[Decision]] = {}
    for one in about:
        together.setdefault(one.act, []).append(one)
    return tuple(_act(of, seen) for of in together.values())


def _act(of: Sequence[Decision], seen: Collection[Record]) -> Act:
    sides = [
        tuple(sorted({r for r in side if r is not None})) for side in zip(*((d.left, d.right) for d in of), strict=True)
    ]
    left, right = (tuple(r for r in side if r in seen) for side in sides)
    note = of[0].note if [left, right] == sides else ""
    return Act(of[0].decision_id, of[0].by, of[0].kind, left, right, note)


def records_of(some: Sequence[Decision], held: Mapping[int, Decision]) -> list[Record]:
    """Return the records that decisions are of, each once; an undo is of the records of what it undid.

    Args:
        some: the decisions.
        held: every decision, by its number.
    """
    records: dict[Record, None] = {}
    for one in some:
        of: Decision | None = one
        while of is not None and of.undoes is not None:
            of = held.get(of.undoes)
        if of is not None:
            records |= dict.fromkeys(r for r in (of.left, of.right) if r is not None)
    return list(records)
