"""Blocking as joins: candidate pairs, and what each rule brought.

Takes blocking rules and the table ``record``, makes ``candidate``: the pairs that ``blocking.candidate_pairs`` gives,
without any machine holding them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import pyarrow as pa

from insighthub.linkage.blocking import COPIES, BlockingRule
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
    """Make ``candidate`` (left_no, right_no, rule) of ``record``.

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
    new = {row["rule"]: row["new_pairs"] for row in tables.rows(statements.NEW_PAIRS).to_pylist()}
    tables.drop("block", "block_key")
    yields = (
        _yield(label, facts.get(number, {}), new.get(number, 0))
        for number, label in enumerate([COPIES, *(rule.label for rule in rules)])
    )
    return tuple(y for y in yields if y.pairs or y.rule != COPIES)


def _yield(label: str, facts: dict[str, Any], new_pairs: int) -> BlockingYield:
    return BlockingYield(
        label,
        facts.get("pairs", 0),
        new_pairs,
        facts.get("largest", 0),
        facts.get("capped_blocks", 0),
        facts.get("capped_records", 0),
    )
