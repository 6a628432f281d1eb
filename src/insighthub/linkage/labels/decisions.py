"""Decisions: pairs of records that somebody decided to be one person, or two.

Takes a table of decisions and the rows of the linkage, gives pairs that clusters must hold together and pairs that
they must hold apart. A decision binds, whatever the weights say; two that cannot both be kept are an error that names
the records by reference, for nobody but those who decided can say which of them is wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from insighthub.errors import DataError
from insighthub.linkage.cluster import Exclusive, components
from insighthub.linkage.labels.pair_file import NEEDED, places_of, read_pair_file
from insighthub.linkage.pairs import Pairs

MUST, CANNOT = "must_link", "cannot_link"


@dataclass(frozen=True)
class Constraints:
    """What decisions ask of the clusters.

    Attributes:
        together: pairs of rows that are one person.
        apart: pairs of rows that are two people.
        unused: decisions on a record that is not among the rows: not delivered, or never linked.
    """

    together: Pairs
    apart: Pairs
    unused: int


def read_decisions(path: Path) -> pa.Table:
    """Read a file of decisions: the reference columns, and ``decision`` (``must_link`` or ``cannot_link``).

    Raises:
        DataError: the file cannot be used; the message says which row and column.
    """
    table = read_pair_file(path, answer="decision")
    known = pc.is_in(table["decision"], pa.array([MUST, CANNOT])).to_numpy()
    if not known.all():
        raise DataError(
            "this is no decision",
            remedy=f"Write {MUST} or {CANNOT}",
            file=path,
            row=int(np.flatnonzero(~known)[0]) + 2,
            column="decision",
        )
    return table


def constraints(decisions: pa.Table, rows: pa.Table) -> Constraints:
    """Turn decisions into pairs of rows.

    Args:
        decisions: the reference columns and ``decision``; see ``read_decisions``.
        rows: source, record_id, person of the rows that are linked.

    Raises:
        DataError: two decisions contradict each other: records decided to be two people are, by must-links (through
            others, perhaps), one.
    """
    missing = [name for name in (*NEEDED, "decision") if name not in decisions.column_names]
    if missing:
        raise DataError("the decisions lack a column", remedy=f"Add {missing[0]}", column=missing[0])
    for side in ("person_l", "person_r"):
        if side not in decisions.column_names:
            decisions = decisions.append_column(side, pa.array(np.ones(decisions.num_rows, np.int32)))
    left, right = places_of(decisions, rows)
    found = (left >= 0) & (right >= 0)
    low = np.minimum(left, right)[found].astype(np.int32)
    high = np.maximum(left, right)[found].astype(np.int32)
    must = pc.equal(decisions["decision"], MUST).to_numpy()[found]
    person = components(rows.num_rows, low[must], high[must])
    wrong = np.flatnonzero(~must & (person[low] == person[high]))
    if len(wrong):
        ends = rows.take(pa.array([low[wrong[0]], high[wrong[0]]])).to_pylist()
        raise DataError(
            f"decisions contradict each other: {_reference(ends[0])} and {_reference(ends[1])} are decided to be two "
            "people, and must-links make them one",
            remedy="Take back one of the decisions on these records",
            column="decision",
        )
    return Constraints(Pairs(low[must], high[must]), Pairs(low[~must], high[~must]), int((~found).sum()))


def constrained(exclusive: Exclusive, decisions: pa.Table | None, rows: pa.Table) -> Exclusive:
    """Return what a person can have one of, with what was decided; decisions as for ``constraints``, or none."""
    if decisions is None:
        return exclusive
    decided = constraints(decisions, rows)
    ends = ([exclusive.apart.left, decided.apart.left], [exclusive.apart.right, decided.apart.right])
    return replace(exclusive, apart=Pairs(*(np.concatenate(end) for end in ends)), together=decided.together)


def _reference(row: dict[str, object]) -> str:
    return f"record {row['record_id']!r} of {row['source']!r} (person {row['person']})"
