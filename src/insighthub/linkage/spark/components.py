"""Connected components in SQL: which records hang together by pairs that join.

Takes the table ``edge``, gives ``label``: every record that has an edge, and the lowest record of its component. In
each round a record takes the lowest label near it, and then the label of its label, so that labels travel twice as far
in every round. Only joins and sums are used, so that no component need fit anywhere.
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
        tables.settle("jumped", statements.JUMP)
        moved = tables.rows(statements.MOVED)["moved"][0].as_py()
        tables.settle("label", "SELECT row_no, component FROM jumped")
        if not moved:
            return rounds
