"""Blocking as joins: candidate pairs, and what each rule brought.

Takes blocking rules and the table ``record``, makes ``candidate``: the pairs that ``candidate_pairs`` gives, without
any machine holding them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from insighthub.linkage.blocking.pairing import COPIES
from insighthub.linkage.blocking.rule import BlockingRule
from insighthub.linkage.result import BlockingYield
from insighthub.linkage.spark import statements


class Tables(Protocol):
    """Named tables, and statements over them."""

    def view(self, name: str, statement: str) -> None:
        """Name what a statement gives."""

    def settle(self, name: str, statement: str) -> None:
        """Work out what a statement gives, and name it."""

    def rows(self, statement: str) -> pa.Table:
        """Return the rows of a statement."""

    def drop(self, *names: str) -> None:
        """Forget tables."""


def block(tables: Tables, rules: Sequence[BlockingRule], cap: int) -> tuple[BlockingYield, ...]:
    """Make ``candidate`` (left_no, right_no, rules) of ``record``.

    Args:
        tables: hold ``record``.
        rules: blocking rules, in order.
        cap: most records in a block.

    Returns:
        Each rule's yield, as ``candidate_pairs`` tells it.
    """
    tables.view("block_key", statements.block_keys(rules, cap))
    tables.settle("block", statements.blocks(rules))
    tables.settle("candidate", statements.candidates(rules))
    facts: dict[int, dict[str, Any]] = {row["rule"]: row for row in tables.rows(statements.BLOCK_FACTS).to_pylist()}
    facts[0] = tables.rows(statements.COPY_FACTS).to_pylist()[0]
    given = tables.rows(statements.RULES_OF_PAIRS)
    tables.drop("block", "block_key")
    sets, pairs = given["rules"].to_numpy(), given["pairs"].to_numpy()
    lowest = sets & -sets
    out = []
    for number, label in enumerate([COPIES, *(rule.label for rule in rules)]):
        bit, fact = np.int64(1) << np.int64(number), facts.get(number, {})
        made = int(pairs[(sets & bit) != 0].sum())
        if made or number:
            out.append(
                BlockingYield(
                    label,
                    made,
                    int(pairs[lowest == bit].sum()),
                    fact.get("largest", 0),
                    fact.get("capped_blocks", 0),
                    fact.get("capped_records", 0),
                )
            )
    return tuple(out)
