"""Decisions between two linkages: which were made or taken back, and which rows they name.

Takes the decisions that the last linkage kept to and those now in force, gives what differs; and the slots of the rows
that decisions name.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insighthub.linkage.labels.pair_file import REFERENCES
from insighthub.linkage.standing.arrivals import Present

Ints = npt.NDArray[np.int64]
End = tuple[str, str, int]


def with_persons(decisions: pa.Table | None) -> pa.Table:
    """Return decisions with the reference columns and ``decision`` alone; a person that is not named is the first."""
    names = (*REFERENCES, "decision")
    kinds = {name: pa.int32() if name.startswith("person") else pa.string() for name in names}
    if decisions is None:
        return pa.schema(list(kinds.items())).empty_table()
    columns = {
        name: decisions[name] if name in decisions.column_names else pa.array(np.ones(decisions.num_rows, np.int32))
        for name in names
    }
    return pa.table(columns).cast(pa.schema(list(kinds.items())))


def newly_decided(before: pa.Table | None, now: pa.Table | None) -> pa.Table:
    """Return the decisions that are in one of two tables alone."""
    old, new = with_persons(before), with_persons(now)
    held, holds = _said(old), _said(new)
    left, known = set(holds), set(held)
    gone = [i for i, said in enumerate(held) if said not in left]
    came = [i for i, said in enumerate(holds) if said not in known]
    return pa.concat_tables([old.take(pa.array(gone, pa.int64())), new.take(pa.array(came, pa.int64()))])


def named_rows(decisions: pa.Table, present: Present) -> tuple[Ints, Ints]:
    """Return the slots of the two rows that each decision names, -1 where one is not there."""
    left, right = (
        present.slots_of(
            decisions[f"source_{side}"],
            decisions[f"record_id_{side}"],
            decisions[f"person_{side}"].to_numpy().astype(np.int64),
        )
        for side in ("l", "r")
    )
    return left, right


def _said(decisions: pa.Table) -> list[tuple[End, End, str]]:
    """Return each decision whichever of its records is named first."""
    columns = [decisions[name].to_pylist() for name in (*REFERENCES, "decision")]
    out = []
    for source_l, id_l, person_l, source_r, id_r, person_r, decision in zip(*columns, strict=True):
        ends = sorted([(source_l, id_l, person_l), (source_r, id_r, person_r)])
        out.append((ends[0], ends[1], decision))
    return out
