"""Blocks that have outgrown the plan: those that hold more distinct records than it allows.

Takes the indexes of all rows there are, gives the keys of such blocks. They are left out of blocking, or one value that
many records come to share would cost more than all else; and as long as there are any, the plan is said to be out of
date. A block counts the rows that are there at the time, copies once, so a full run and a partial one say the same.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from insighthub.linkage.blocking.copies import first_identical
from insighthub.linkage.standing.hashes import Hashes
from insighthub.linkage.standing.index import Index, tables_of
from insighthub.linkage.standing.linking import ModelledRows
from insighthub.linkage.standing.plan import Plan, keys_over


def outgrown_blocks(plan: Plan, index: Index, rows: ModelledRows) -> tuple[Hashes, ...]:
    """Return, for each rule, the keys of the blocks that have outgrown the plan, sorted.

    Args:
        plan: the plan.
        index: of all rows there are.
        rows: the rows.
    """
    first = first_identical(rows.data)
    distinct = first == np.arange(len(first))
    out: list[Hashes] = []
    for numbers, limit in zip(tables_of(plan), plan.limits, strict=True):
        tables = [index.tables[number] for number in numbers]
        if sum(table.most() for table in tables) <= limit:
            out.append(np.empty(0, np.uint64))
            continue
        out.append(keys_over(np.concatenate([t.keys[distinct[t.rows]] for t in tables]), limit))
    return tuple(np.setdiff1d(keys, capped) for keys, capped in zip(out, plan.capped, strict=True))


def said_of(outgrown: Sequence[Hashes]) -> tuple[str, ...]:
    """Return what is said of such blocks, where there are any."""
    blocks = sum(map(len, outgrown))
    if not blocks:
        return ()
    what = "1 block of records has" if blocks == 1 else f"{blocks:,} blocks of records have"
    return (f"The plan is out of date: {what} grown past its limit and is left out. Learn the model anew",)
