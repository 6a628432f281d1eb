"""From files to coded person records, a source at a time, on every core.

Takes a contract and a folder, gives what was delivered and the person records of all sources, coded and sorted, on
disk: they are mapped, not loaded, so that whoever reads them has in memory only the columns that are at work. Sources
share nothing, so each is read, checked, standardised and coded in one go by whichever process is free, and only its
file crosses from one process to another. The result is the same whatever the number of processes.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from insighthub.errors import InsightHubError
from insighthub.progress import Progress, Silent
from insighthub.sources.contract import Contract, Source
from insighthub.sources.delivered_files import find_files
from insighthub.sources.landing import Delivery, delivery_as_json, delivery_from_json, receive
from insighthub.standardise.arrow_files import mapped, write_arrow
from insighthub.standardise.coded import coded
from insighthub.standardise.records import other_columns, person_records_schema, standardise
from insighthub.standardise.workers import Answer, fitting, run_tasks

#: How much more work a byte is than one of a CSV file, about; only the order of the work depends on it.
_WEIGHTS = {".parquet": 8.0, ".xlsx": 12.0, ".xlsm": 12.0, ".gz": 6.0, ".jsonl": 0.7}

READ, STANDARDISE = "read and check files", "standardise"


@dataclass(frozen=True)
class Intake:
    """What was taken in.

    Attributes:
        deliveries: one a source, in the contract's order.
        records: coded person records of all sources; see ``insighthub.standardise.coded``.
        seconds: processor seconds by kind of work, summed over the processes.
        bytes_read: size of the files.
    """

    deliveries: tuple[Delivery, ...]
    records: pa.Table
    seconds: dict[str, float]
    bytes_read: int


def take_in(
    contract: Contract,
    base: Path,
    folder: Path,
    *,
    as_of: date | None = None,
    processes: int | None = None,
    threads: int = 0,
    progress: Progress | None = None,
) -> Intake:
    """Read, check, standardise and code all sources of a contract.

    Args:
        contract: the contract.
        base: the folder that its paths start from.
        folder: where the person records and quarantined rows are kept; they are needed as long as the result is.
        as_of: the day after which a date is in the future; today where it is not given.
        processes: how many processes share the work; found from the machine and the files if not given.
        threads: the most processes to find so; 0 for as many as there are processors.
        progress: hears of each source as it is done.

    Raises:
        DataError, ContractError: the first source at fault, in the contract's order.
        RunError: the folder cannot be written, or a worker process died.
    """
    today = as_of or date.today()
    progress = progress or Silent()
    sizes = [_bytes_of(source, base) for source in contract.source]
    total = sum(size for size, _ in sizes)
    wanted = processes if processes is not None else fitting(total, threads)
    order = sorted(range(len(sizes)), key=lambda n: (-sizes[n][1], n))
    tasks = [IntakeTask(source, base, folder, today) for source in contract.source]
    done = run_tasks(tasks, order, min(wanted, len(tasks)), progress)
    schema = person_records_schema(_others(contract.source))
    by_name = sorted(range(len(tasks)), key=lambda n: tasks[n].source.name)
    tables = [with_columns(mapped(tasks[n].records), schema) for n in by_name]
    seconds: Counter[str] = Counter()
    for one in done:
        seconds.update(one["seconds"])
    return Intake(
        tuple(delivery_from_json(one["delivery"]) for one in done), pa.concat_tables(tables), {**seconds}, total
    )


@dataclass(frozen=True)
class IntakeTask:
    """One source, and where what is made of it goes."""

    source: Source
    base: Path
    folder: Path
    as_of: date

    @property
    def records(self) -> Path:
        """Return where the person records are kept."""
        return self.folder / self.source.name / "person_records.arrow"

    def do(self) -> Answer:
        """Take the source in."""
        start = time.process_time()
        delivery, landed = receive(self.source, self.base, self.folder)
        read = time.process_time()
        table = coded(standardise(landed, self.source, self.as_of))
        write_arrow(table, self.records)
        seconds = {READ: read - start, STANDARDISE: time.process_time() - read}
        return {"delivery": delivery_as_json(delivery), "seconds": seconds}

    def as_json(self) -> str:
        """Tell the task in a line."""
        return json.dumps(
            {
                "task": "intake",
                "source": self.source.model_dump(mode="json"),
                "base": str(self.base),
                "folder": str(self.folder),
                "as_of": self.as_of.isoformat(),
            }
        )

    @classmethod
    def from_json(cls, text: str) -> IntakeTask:
        """Understand a task that was told."""
        told = json.loads(text)
        return cls(
            Source.model_validate(told["source"]),
            Path(told["base"]),
            Path(told["folder"]),
            date.fromisoformat(told["as_of"]),
        )


def _bytes_of(source: Source, base: Path) -> tuple[int, float]:
    """Return the bytes of a source's files, and how much work they are; none where they are at fault, told later."""
    try:
        files = [(file.path.suffix.lower(), file.path.stat().st_size) for file in find_files(source, base).files]
    except (InsightHubError, OSError):
        return 0, 0.0
    return sum(size for _, size in files), sum(size * _WEIGHTS.get(suffix, 1.0) for suffix, size in files)


def _others(sources: Sequence[Source]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for source in sources for name in other_columns(source)))


def with_columns(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return a table with the columns of a schema; text that it lacks is null, without a value to choose from."""
    nothing = pa.DictionaryArray.from_arrays(pa.nulls(table.num_rows, pa.int32()), pa.array([], pa.string()))
    columns: Mapping[str, Any] = {name: table[name] for name in table.column_names}
    return pa.table({name: columns.get(name, nothing) for name in schema.names})
