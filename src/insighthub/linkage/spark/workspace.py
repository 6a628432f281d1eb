"""The tables of one run on Spark: named, kept while they are needed, and gone afterwards.

Takes statements in DuckDB's dialect, gives Spark data frames. The tables are temporary views under names of the run's
own, so that two runs in one session do not see each other's.
"""

from __future__ import annotations

from collections.abc import Callable
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
        for name in list(self._frames):
            self.drop(name)

    def name(self, name: str, frame: Any, *, keep: bool = False) -> None:
        """Give a data frame the name under which statements read it.

        Args:
            name: of the table.
            frame: what it is; a table of that name is replaced.
            keep: whether to hold its rows, in memory and on disk, once they are worked out.
        """
        if keep:
            from pyspark import StorageLevel

            frame = frame.persist(StorageLevel.MEMORY_AND_DISK)
        frame.createOrReplaceTempView(self._prefix + name)
        self._frames[name] = frame

    def view(self, name: str, statement: str, *, keep: bool = False) -> None:
        """Name what a statement gives; see ``name``."""
        self.name(name, self.frame(statement), keep=keep)

    def settle(self, name: str, statement: str) -> None:
        """Work out a statement's rows and name them, in place of the table of that name; its history is forgotten.

        The rows stand where the session has been told to (``setCheckpointDir``), else on the workers; a worker that is
        lost with them ends the run.
        """
        frame = self.frame(statement)
        if self.session.sparkContext.getCheckpointDir() is not None:
            self.name(name, frame.checkpoint())
        else:
            self.name(name, frame.localCheckpoint())

    def drop(self, name: str) -> None:
        """Forget a table, and free what it holds."""
        self.session.catalog.dropTempView(self._prefix + name)
        self._frames.pop(name).unpersist()

    def send(self, name: str, table: pa.Table) -> None:
        """Send a table to Spark, and keep it there."""
        frame = None
        for start in range(0, max(1, table.num_rows), SLICE_ROWS):
            part = self.session.createDataFrame(table.slice(start, SLICE_ROWS))
            frame = part if frame is None else frame.unionAll(part)
        if frame is None:
            raise AssertionError("there is at least one slice")
        self.name(name, frame, keep=True)

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
