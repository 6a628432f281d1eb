"""The tables of one run on Spark: named, kept while they are needed, and gone afterwards.

Takes statements in DuckDB's dialect, gives Spark data frames. The tables are temporary views under names of the run's
own, so that two runs in one session do not see each other's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from types import TracebackType
from typing import Any
from uuid import uuid4

import pyarrow as pa

from insighthub.linkage.spark.statements import rendered

SLICE_ROWS = 200_000  # a part of a table that is sent to Spark; a message holds 128 MB at most


class Workspace:
    """Tables of a run. Used in a ``with`` block, at the end of which they are dropped."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self._prefix = f"insighthub_{uuid4().hex[:12]}_"
        self._frames: dict[str, Any] = {}

    def __enter__(self) -> Workspace:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.drop(*self._frames)

    def view(self, name: str, statement: str) -> None:
        """Name what a statement gives; it is worked out wherever it is read."""
        self._name(name, self.frame(statement))

    def settle(self, name: str, source: str | Any) -> None:
        """Work out a statement or a data frame, keep its rows, and name them; a table of that name is replaced.

        How the rows came about is forgotten: Spark looks through all that it knows of a table each time the table is
        read, which takes longer with every step. The rows stand where Spark has been told to keep such
        (``spark.checkpoint.dir``), else on the workers; a worker that is lost with them ends the run.
        """
        frame = self.frame(source) if isinstance(source, str) else source
        safe = self.session.sparkContext.getCheckpointDir() is not None
        self._name(name, frame.checkpoint() if safe else frame.localCheckpoint())

    def _name(self, name: str, frame: Any) -> None:
        frame.createOrReplaceTempView(self._prefix + name)
        self._frames[name] = frame

    def drop(self, *names: str) -> None:
        """Forget tables; Spark frees what they hold."""
        for name in names:
            self.session.catalog.dropTempView(self._prefix + name)
            del self._frames[name]

    def send(self, name: str, table: pa.Table) -> None:
        """Send a table to Spark, and keep it there."""
        starts = range(0, max(1, table.num_rows), SLICE_ROWS)
        parts = [self.session.createDataFrame(table.slice(start, SLICE_ROWS)) for start in starts]
        self.settle(name, reduce(lambda a, b: a.unionAll(b), parts))

    def frame(self, statement: str) -> Any:
        """Return the data frame of a statement, which is worked out when its rows are asked for."""
        return self.session.sql(rendered(statement, {name: self._prefix + name for name in self._frames}))

    def rows(self, statement: str) -> pa.Table:
        """Return the rows of a statement."""
        return self.frame(statement).toArrow()

    def count(self, name: str) -> int:
        """Return how many rows a table has; its rows are worked out for it."""
        return int(self._frames[name].count())

    def grouped(self, left: str, right: str, by: str, function: Callable[..., pa.Table], types: str) -> Any:
        """Return what a function gives for the rows of two statements that have one value in a column."""
        return self.frame(left).groupBy(by).cogroup(self.frame(right).groupBy(by)).applyInArrow(function, types)
