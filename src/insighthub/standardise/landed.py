"""From landed rows to person records and facts, a source at a time, on every core.

Takes landed files with their contracts, and which of their rows are wanted; gives person records and facts as Arrow
files, mapped. A run of changes asks for the rows that changed, a full one for all.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from insighthub.progress import Progress
from insighthub.sources.contract import Source
from insighthub.standardise.arrow_files import mapped, write_arrow
from insighthub.standardise.facts import facts_of
from insighthub.standardise.records import standardise
from insighthub.standardise.workers import Answer, fitting, run_tasks


@dataclass(frozen=True)
class LandedRows:
    """Rows of a landed file.

    Attributes:
        source: the contract.
        path: the landed file.
        some: the rows wanted, as landing wrote them, where these are not all.
    """

    source: Source
    path: Path
    some: pa.Table | None = None


@dataclass(frozen=True)
class Standardised:
    """What landed rows say: person records (see ``insighthub.standardise.schema``) and facts, of one source."""

    records: pa.Table
    facts: pa.Table


@dataclass(frozen=True)
class LandedTask:
    """All rows of one landed file, and where what is made of them goes."""

    source: Source
    path: Path
    folder: Path
    as_of: date

    def place(self, name: str) -> Path:
        """Return where a table is kept."""
        return self.folder / f"{self.source.name}.{name}.arrow"

    def do(self) -> Answer:
        """Standardise the rows, and write what they say."""
        made = _made(pq.read_table(self.path), self.source, self.as_of)
        write_arrow(made.records, self.place("records"))
        write_arrow(made.facts, self.place("facts"))
        return {}

    def as_json(self) -> str:
        """Tell the task in a line."""
        told = {"path": str(self.path), "folder": str(self.folder), "as_of": self.as_of.isoformat()}
        return json.dumps({"task": "landed", "source": self.source.model_dump(mode="json"), **told})

    @classmethod
    def from_json(cls, text: str) -> LandedTask:
        """Understand a task that was told."""
        told = json.loads(text)
        source, as_of = Source.model_validate(told["source"]), date.fromisoformat(told["as_of"])
        return cls(source, Path(told["path"]), Path(told["folder"]), as_of)


def standardise_landed_rows(
    wanted: Sequence[LandedRows], folder: Path, *, as_of: date, progress: Progress, threads: int = 0
) -> list[Standardised]:
    """Return what the wanted rows of each landed file say, in order.

    Args:
        wanted: rows of landed files.
        folder: where tables are kept that are too large to hold; they are needed as long as the result is.
        as_of: the day after which a date is in the future.
        progress: hears of each source as it is done.
        threads: the most processes; 0 for as many as there are processors.

    Raises:
        ContractError: a contract names a column that is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    out: dict[int, Standardised] = {}
    whole = [n for n, each in enumerate(wanted) if each.some is None]
    tasks = [LandedTask(wanted[n].source, wanted[n].path, folder, as_of) for n in whole]
    sizes = [task.path.stat().st_size for task in tasks]
    order = sorted(range(len(tasks)), key=lambda n: (-sizes[n], n))
    # Landed files are compressed to about a fifth of what was delivered.
    run_tasks(tasks, order, min(fitting(5 * sum(sizes), threads), len(tasks)), progress)
    for n, task in zip(whole, tasks, strict=True):
        out[n] = Standardised(mapped(task.place("records")), mapped(task.place("facts")))
    for n, each in enumerate(wanted):
        if each.some is not None:
            out[n] = _made(each.some, each.source, as_of)
    return [out[n] for n in range(len(wanted))]


def _made(landed: pa.Table, source: Source, as_of: date) -> Standardised:
    return Standardised(standardise(landed, source, as_of), facts_of(landed, source))
