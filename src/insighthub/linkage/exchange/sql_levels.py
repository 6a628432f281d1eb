"""Levels by SQL conditions, as Splink states them.

Takes conditions on columns that end in ``_l`` and ``_r``, gives the level of each pair. They are tried in DuckDB, in
memory, with no way to a file or the network: a model file comes from somewhere else. Each distinct pair of values is
looked at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import sqlglot
from sqlglot import expressions as exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.normalize import normalize
from sqlglot.optimizer.simplify import simplify

from insighthub.errors import DataError
from insighthub.linkage.comparisons.comparison import Levels, Rows
from insighthub.linkage.encode import Encoded, number_rows
from insighthub.linkage.exchange.record_columns import code_column, column, resolve
from insighthub.linkage.model_schema import SqlLevel

CHUNK = 500_000
ELSE = "ELSE"
_SIDES = ("_l", "_r")


def is_else(condition: str) -> bool:
    """Whether this is what holds where nothing before it does."""
    return condition.strip().upper() == ELSE


def parsed(condition: str, dialect: str = "duckdb") -> exp.Expr:
    """Read one condition.

    Raises:
        ValueError: it is no single condition, or looks at more than the two records.
    """
    try:
        trees = sqlglot.parse(condition, read=dialect)
    except SqlglotError:
        raise ValueError("this is no condition in SQL") from None
    if len(trees) != 1 or trees[0] is None:
        raise ValueError("this is not one condition")
    tree = trees[0]
    if any(tree.find_all(exp.Query, exp.Command, exp.DDL, exp.DML)):
        raise ValueError("a condition can look at the two records alone, and this holds a query")
    for name in column_mentions(tree):
        if not name.lower().endswith(_SIDES):
            raise ValueError(f"the column {name} does not end in _l or _r, so it is of neither record")
    return tree


def column_mentions(tree: exp.Expr) -> list[str]:
    """Return the columns that a condition names, each once, in the order in which they come."""
    return list(dict.fromkeys(c.name for c in tree.find_all(exp.Column, bfs=False)))


def columns_of(condition: str) -> list[str]:
    """Return the columns that a condition is about, without their ``_l`` and ``_r``."""
    if is_else(condition):
        return []
    return list(dict.fromkeys(name[:-2] for name in column_mentions(parsed(condition))))


def exact_columns(condition: str) -> list[str]:
    """Return the columns on which a condition asks for equality and nothing else, lower case; none if it asks more.

    This is how Splink finds the u that a term frequency stands for.
    """
    if is_else(condition):
        return []
    found = []
    tree = simplify(normalize(parsed(condition.lower())))
    for part in tree.flatten() if isinstance(tree, exp.And) else [tree]:
        if type(part) is not exp.EQ or not all(type(side) is exp.Column for side in (part.left, part.right)):
            return []
        left, right = part.left.name, part.right.name
        if left[:-2] != right[:-2]:
            return []
        found.append(left[:-2])
    return found


@dataclass(frozen=True)
class SqlCase:
    """The conditions of one comparison, tried in order.

    Attributes:
        name: the comparison's.
        conditions: the first that holds gives the level.
        path: where the model was read from, for messages.
    """

    name: str
    conditions: Sequence[SqlLevel]
    path: Path | None = None

    def bind(self, data: Encoded) -> dict[str, str]:
        """Return the column of the records that each column of the conditions means.

        Raises:
            DataError: a column is not there, or DuckDB does not know what a condition asks.
        """
        wanted = dict.fromkeys(c.lower() for part in self.conditions for c in columns_of(part.when))
        found = {name: resolve(data, name) for name in wanted}
        absent = sorted(name for name, there in found.items() if there is None)
        if absent:
            raise DataError(
                f"the model compares what these records do not have: {', '.join(absent)}",
                remedy="Rename the columns in the model to those of docs/reference/person-records.md, or map them in "
                "the contract under [source.person.other]",
                file=self.path,
                column=self.name,
            )
        bound = {name: there for name, there in found.items() if there is not None}
        none = np.empty(0, np.int32)
        try:
            self._run(data, bound, none, none)
        except duckdb.Error as error:
            # No record has been looked at, so the message is about the condition alone.
            raise DataError(
                f"a condition of the model cannot be used: {str(error).splitlines()[0]}",
                remedy="Give a model whose conditions DuckDB knows",
                file=self.path,
                column=self.name,
            ) from None
        return bound

    def levels(self, data: Encoded, bound: dict[str, str], left: Rows, right: Rows) -> Levels:
        """Return the level of each pair.

        Raises:
            DataError: a condition fails on some values, or a pair fits none.
        """
        if not len(left):
            return np.empty(0, np.int8)
        fields = [code_column(data, there) for there in bound.values()]
        if all(field is not None for field in fields):
            codes = [data.codes[field][side] for field in dict.fromkeys(fields) if field for side in (left, right)]
            number = number_rows(codes) if codes else np.zeros(len(left), np.int32)
            first = np.empty(int(number.max()) + 1, np.int64)
            first[number[::-1]] = np.arange(len(number) - 1, -1, -1)  # of several pairs the first is written last
            return self._levels(data, bound, left[first], right[first])[number]
        return self._levels(data, bound, left, right)

    def _levels(self, data: Encoded, bound: dict[str, str], left: Rows, right: Rows) -> Levels:
        parts = []
        for start in range(0, len(left), CHUNK):
            try:
                found = self._run(data, bound, left[start : start + CHUNK], right[start : start + CHUNK])
            except duckdb.Error as error:
                # The message may hold a value, so only its kind is told.
                raise DataError(
                    f"a condition of the model fails on some values ({type(error).__name__})",
                    remedy="Let the condition allow for any text: try_cast instead of cast, for example",
                    file=self.path,
                    column=self.name,
                ) from None
            if found.null_count:
                raise DataError(
                    "some pairs fit no level of a comparison in the model",
                    remedy="Add a last level whose condition is ELSE",
                    file=self.path,
                    column=self.name,
                )
            parts.append(found.to_numpy())
        return np.concatenate(parts).astype(np.int8)

    def _run(self, data: Encoded, bound: dict[str, str], left: Rows, right: Rows) -> pa.Array:
        columns: dict[str, pa.Array] = {"at": pa.array(np.arange(len(left)))}
        for name, there in bound.items():
            values = column(data, there)
            for side, rows in zip(_SIDES, (left, right), strict=True):
                columns[name + side] = values.take(pa.array(rows))
        when = "\n".join(
            f"ELSE {part.level}" if is_else(part.when) else f"WHEN ({part.when}\n) THEN {part.level}"
            for part in self.conditions
        )
        with duckdb.connect(config={"threads": 1, "enable_external_access": False}) as connection:
            connection.register("pairs", pa.table(columns))
            connection.execute("SET python_enable_replacements = false")
            connection.execute("SET lock_configuration = true")
            found = connection.sql(f'SELECT CASE\n{when}\nEND::TINYINT AS "level" FROM pairs ORDER BY "at"')
            table: pa.Table = found.to_arrow_table()
            return table["level"].combine_chunks()
