"""Connected components in SQL: which records hang together by pairs that join.

Takes the table ``edge``, gives ``label``: every record that has an edge, and the lowest record of its component. Only
joins and sums are used, so that no component need fit anywhere. The labels move as in FastSV (Zhang, Azad and Hu,
2020, "FastSV: a distributed-memory connected component algorithm with fast convergence"): it is not only a record that
takes a lower label across an edge, but also the record that its component is named by, and so a whole component at
once. A chain of a thousand records takes a dozen rounds; what linkage gives takes about five.
"""

from __future__ import annotations

from typing import Protocol

import pyarrow as pa

from insighthub.linkage.spark import statements


class Tables(Protocol):
    """Named tables, and statements over them."""

    def settle(self, name: str, statement: str) -> None:
        """Work out a statement's rows and name them, in place of the table of that name."""

    def rows(self, statement: str) -> pa.Table:
        """Return the rows of a statement."""


def label_components(tables: Tables) -> int:
    """Make ``label`` (row_no, component) of ``edge`` (left_no, right_no); return how many rounds it took."""
    tables.settle("label", statements.FIRST_LABELS)
    rounds = 0
    while True:
        rounds += 1
        tables.settle("near", statements.LOWEST_NEAR)
        tables.settle("looked", statements.LOOK_AHEAD)
        moved = tables.rows(statements.MOVED)["moved"][0].as_py()
        if not moved:
            return rounds
        tables.settle("label", "SELECT * FROM looked")
