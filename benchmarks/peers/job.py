"""What the benchmark hands to a peer's process, and what it gets back.

A job is a folder: ``records.parquet`` (source, record_id, person, then the data as text, null where it is empty) and
``job.json`` (which columns hold what). ``entities.parquet`` is there only for a set-up that learns from labels.
The result is a folder too: ``clusters.parquet`` (a cluster number for every record, in the order of the records),
``figures.json`` (seconds, memory, versions) and, where the peer's scores allow other thresholds,
``thresholds.parquet`` (a column of cluster numbers for each). Which threshold is best is not for the peer to know.

This module is imported in both environments, so it needs nothing but numpy and pyarrow.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

Labels = npt.NDArray[np.int64]
Kind = Literal[
    "given", "middle", "family", "date", "sex", "postcode", "place", "street", "number", "identifier", "contact", "text"
]
#: The columns that name a record; no peer is shown them as data.
KEYS = ("source", "record_id", "person")


@dataclass(frozen=True)
class Column:
    """A column of the data and what it holds."""

    name: str
    kind: Kind


@dataclass(frozen=True)
class Job:
    """One data set for one set-up.

    records: KEYS, then the data as text.
    columns: what each data column holds.
    two_lists: the data are two sources, neither of which holds a person twice; a peer may link instead of deduplicate.
    entities: the true entity of every record as a number, only for a set-up that learns from labels, else None.
    """

    records: pa.Table
    columns: tuple[Column, ...]
    two_lists: bool
    entities: Labels | None = None

    @property
    def data(self) -> pa.Table:
        """The records without the columns that name them."""
        return self.records.select([c.name for c in self.columns])

    def of_kind(self, *kinds: Kind) -> list[str]:
        """Return the names of the columns that hold one of these kinds of data, in order."""
        return [c.name for c in self.columns if c.kind in kinds]

    def sources(self) -> list[list[int]]:
        """Return the positions of each source's records, in the order in which the sources first appear."""
        places: dict[str, list[int]] = {}
        for position, source in enumerate(self.records["source"].to_pylist()):
            places.setdefault(source, []).append(position)
        return list(places.values())


@dataclass(frozen=True)
class Outcome:
    """What a set-up found.

    clusters: a cluster number for every record, at the set-up's own threshold.
    threshold: that threshold, on the peer's own scale; None where it has none.
    labels: pairs of records whose truth it was told.
    notes: what is worth telling of the run.
    at_thresholds: makes the clusters at other thresholds, None where the peer's scores do not allow it.
    """

    clusters: Labels
    threshold: float | None = None
    labels: int = 0
    notes: tuple[str, ...] = ()
    at_thresholds: Callable[[], Iterable[tuple[float, Labels]]] | None = None


@dataclass(frozen=True)
class Figures:
    """What a run took, from the records in memory to clusters at the set-up's own threshold."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    threshold: float | None
    labels: int
    versions: dict[str, str]
    notes: list[str] = field(default_factory=list)


def write_job(folder: Path, job: Job) -> None:
    """Write a job's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(job.records, folder / "records.parquet")
    about = {"columns": [[c.name, c.kind] for c in job.columns], "two_lists": job.two_lists}
    (folder / "job.json").write_text(json.dumps(about), encoding="utf-8")
    told = folder / "entities.parquet"
    told.unlink(missing_ok=True)
    if job.entities is not None:
        pq.write_table(pa.table({"entity": job.entities}), told)


def read_job(folder: Path) -> Job:
    """Read a job's folder."""
    about: dict[str, Any] = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    told = folder / "entities.parquet"
    entities = pq.read_table(told)["entity"].to_numpy() if told.exists() else None
    columns = tuple(Column(name, kind) for name, kind in about["columns"])
    return Job(pq.read_table(folder / "records.parquet"), columns, about["two_lists"], entities)


def numbered(groups: Iterable[Sequence[int]], count: int) -> Labels:
    """Return a cluster number for every record from groups of positions; a record in no group is alone."""
    labels = np.full(count, -1, np.int64)
    number = 0
    for group in groups:
        labels[list(group)] = number
        number += 1
    alone = labels < 0
    labels[alone] = number + np.arange(int(alone.sum()))
    return labels
