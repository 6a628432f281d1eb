"""Decisions on who is who: kept for good, and applied in this and all later runs.

Takes pairs of records that an officer decided to be one person, or two, and keeps them in the state; a decision is
undone by a new one, and nothing is ever deleted. What is in force goes to linkage as must-links and cannot-links.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from sqlalchemy import Connection, insert, select

from insighthub.errors import DataError, RunError
from insighthub.linkage.cluster import components
from insighthub.linkage.labels.decisions import CANNOT, MUST
from insighthub.store.run_log import now
from insighthub.store.state_tables import decision

UNDO = "undo"

IN_FORCE = pa.schema(
    [
        pa.field("source_l", pa.string()),
        pa.field("record_id_l", pa.string()),
        pa.field("person_l", pa.int32()),
        pa.field("source_r", pa.string()),
        pa.field("record_id_r", pa.string()),
        pa.field("person_r", pa.int32()),
        pa.field("decision", pa.string()),
    ]
)


class Record(NamedTuple):
    """A person-record, by reference."""

    source: str
    record_id: str
    person: int = 1


@dataclass(frozen=True)
class Decision:
    """A decision as it is kept.

    Args:
        decision_id: its number.
        by: who decided.
        kind: ``must_link``, ``cannot_link`` or ``undo``.
        left: one record; None of an undo.
        right: the other.
        undoes: of an undo, the decision that no longer holds.
        note: why.
        in_force: whether it holds.
        act: the number of the first of all that were decided with it, in one go.
    """

    decision_id: int
    by: str
    kind: str
    left: Record | None
    right: Record | None
    undoes: int | None
    note: str
    in_force: bool
    act: int


def decide(connection: Connection, kind: str, pairs: Sequence[tuple[Record, Record]], *, by: str, note: str) -> None:
    """Keep decisions on pairs of records.

    Args:
        connection: of the state, within a transaction that writes.
        kind: ``must_link`` or ``cannot_link``.
        pairs: the pairs.
        by: who decided.
        note: why, in their words.

    Raises:
        RunError: this is no kind of decision, or a pair names one record twice.
        DataError: together with what is in force, it cannot be kept.
    """
    if kind not in (MUST, CANNOT):
        raise RunError("this is no kind of decision", remedy=f"Say {MUST} or {CANNOT}")
    if any(left == right for left, right in pairs):
        raise RunError("a decision names one record twice", remedy="Name two records")
    _check_together([*_pairs_in_force(connection), *((kind, left, right) for left, right in pairs)])
    at = now()  # the same of all, by which one knows that they were decided in one go
    rows = [
        {
            "at": at,
            "by": by,
            "kind": kind,
            "note": note,
            **{f"{name}_l": value for name, value in left._asdict().items()},
            **{f"{name}_r": value for name, value in right._asdict().items()},
        }
        for left, right in pairs
    ]
    if rows:
        connection.execute(insert(decision), rows)


def not_one_person(
    connection: Connection, some: Sequence[Record], others: Sequence[Record], *, by: str, note: str
) -> None:
    """Decide that each of some records is of another person than each of the others."""
    decide(connection, CANNOT, list(product(some, others)), by=by, note=note)


def undo(connection: Connection, decision_id: int, *, by: str, note: str) -> None:
    """Decide that an earlier decision no longer holds; an undo can be undone itself.

    Raises:
        RunError: there is no such decision, or it does not hold now.
        DataError: what would then be in force cannot be kept together.
    """
    _undo_each(connection, [_holding(decisions(connection), decision_id)], by=by, note=note)


def undo_act(connection: Connection, decision_id: int, *, by: str, note: str) -> None:
    """Decide that an earlier decision no longer holds, nor any that was made in one go with it; as ``undo`` else."""
    every = decisions(connection)
    act = _holding(every, decision_id).act
    _undo_each(connection, [d for d in every if d.act == act and d.in_force], by=by, note=note)


def _holding(every: Sequence[Decision], decision_id: int) -> Decision:
    found = next((d for d in every if d.decision_id == decision_id), None)
    if found is None:
        raise RunError(f"there is no decision {decision_id}", remedy="Choose one that insighthub decisions lists")
    if not found.in_force:
        raise RunError(f"decision {decision_id} does not hold any more", remedy="Look up which decision undid it")
    return found


def _undo_each(connection: Connection, undone: Sequence[Decision], *, by: str, note: str) -> None:
    at = now()
    rows = [{"at": at, "by": by, "kind": UNDO, "undoes": d.decision_id, "note": note} for d in undone]
    connection.execute(insert(decision), rows)
    _check_together(_pairs_in_force(connection))


def decisions(connection: Connection) -> list[Decision]:
    """Return every decision, oldest first, and whether it is in force."""
    rows = connection.execute(select(decision).order_by(decision.c.decision_id)).mappings().all()
    holds: dict[int, bool] = {}
    for row in reversed(rows):  # an undo is always later than what it undoes
        number = row["decision_id"]
        holds.setdefault(number, True)
        if row["kind"] == UNDO and holds[number]:
            holds[row["undoes"]] = False
    first: dict[tuple[object, ...], int] = {}
    return [
        Decision(
            row["decision_id"],
            row["by"],
            row["kind"],
            _record(row, "l"),
            _record(row, "r"),
            row["undoes"],
            row["note"],
            holds[row["decision_id"]],
            first.setdefault((row["at"], row["by"], row["kind"], row["note"]), row["decision_id"]),
        )
        for row in rows
    ]


def in_force(connection: Connection) -> pa.Table:
    """Return the decisions that linkage must keep to, under ``IN_FORCE``, each pair once."""
    pairs = dict.fromkeys(_pairs_in_force(connection))
    columns = list(zip(*((*left, *right, kind) for kind, left, right in pairs), strict=True)) or [()] * len(IN_FORCE)
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, IN_FORCE, strict=True)], schema=IN_FORCE)


def _pairs_in_force(connection: Connection) -> list[tuple[str, Record, Record]]:
    return [
        (d.kind, d.left, d.right)
        for d in decisions(connection)
        if d.in_force and d.left is not None and d.right is not None
    ]


def _record(row: object, side: str) -> Record | None:
    values = [row[f"{name}_{side}"] for name in Record._fields]  # type: ignore[index]
    return None if values[0] is None else Record(*values)


def _check_together(pairs: Sequence[tuple[str, Record, Record]]) -> None:
    """Refuse decisions that contradict each other, through others perhaps."""
    number: dict[Record, int] = {}
    for _, left, right in pairs:
        number.setdefault(left, len(number))
        number.setdefault(right, len(number))
    must = [(number[a], number[b]) for kind, a, b in pairs if kind == MUST]
    ends = np.array(must, np.int64).reshape(-1, 2)
    person = components(len(number), ends[:, 0], ends[:, 1])
    for kind, a, b in pairs:
        if kind == CANNOT and person[number[a]] == person[number[b]]:
            raise DataError(
                f"decisions contradict each other: {a.record_id!r} of {a.source!r} and {b.record_id!r} of "
                f"{b.source!r} would be one person and two",
                remedy="Take back one of the decisions on these records first",
            )
