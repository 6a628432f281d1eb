"""From files to coded person records, a source at a time, on every core.

Takes a contract and a folder, gives what was delivered and the person records of all sources, coded and sorted, on
disk: they are mapped, not loaded, so that whoever reads them has in memory only the columns that are at work. Sources
share nothing, so each is read, checked, standardised and coded in one go by whichever process is free, and only its
file crosses from one process to another. The result is the same whatever the number of processes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any

import pyarrow as pa

from insighthub import errors
from insighthub.errors import InsightHubError, RunError
from insighthub.progress import Progress, Silent
from insighthub.sources.contract import Contract, Source
from insighthub.sources.delivered_files import find_files
from insighthub.sources.landing import Delivery, delivery_as_json, delivery_from_json, receive
from insighthub.standardise.coded import coded
from insighthub.standardise.records import other_columns, person_records_schema, standardise

#: Bytes of files from which further processes are worth their start.
BYTES_FOR_PROCESSES = 20_000_000
_MOST_PROCESSES = 4
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


@dataclass(frozen=True)
class _Done:
    delivery: Delivery
    seconds: dict[str, float]


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
    wanted = processes if processes is not None else _fitting(total, threads)
    order = sorted(range(len(sizes)), key=lambda n: (-sizes[n][1], n))
    tasks = [_Task(source, base, folder, today) for source in contract.source]
    done = _run(tasks, order, min(wanted, len(tasks)), progress)
    schema = person_records_schema(_others(contract.source))
    by_name = sorted(range(len(tasks)), key=lambda n: tasks[n].source.name)
    tables = [_with_columns(_mapped(tasks[n].records), schema) for n in by_name]
    seconds: Counter[str] = Counter()
    for one in done:
        seconds.update(one.seconds)
    return Intake(tuple(one.delivery for one in done), pa.concat_tables(tables), {**seconds}, total)


@dataclass(frozen=True)
class _Task:
    """One source, and where what is made of it goes."""

    source: Source
    base: Path
    folder: Path
    as_of: date

    @property
    def records(self) -> Path:
        return self.folder / self.source.name / "person_records.arrow"

    def do(self) -> _Done:
        start = time.process_time()
        delivery, landed = receive(self.source, self.base, self.folder)
        read = time.process_time()
        table = coded(standardise(landed, self.source, self.as_of))
        self.records.parent.mkdir(parents=True, exist_ok=True)
        with pa.OSFile(str(self.records), "wb") as sink, pa.ipc.new_file(sink, table.schema) as file:
            file.write_table(table)
        return _Done(delivery, {READ: read - start, STANDARDISE: time.process_time() - read})

    def as_json(self) -> str:
        return json.dumps(
            {
                "source": self.source.model_dump(mode="json"),
                "base": str(self.base),
                "folder": str(self.folder),
                "as_of": self.as_of.isoformat(),
            }
        )

    @classmethod
    def from_json(cls, text: str) -> _Task:
        told = json.loads(text)
        return cls(
            Source.model_validate(told["source"]),
            Path(told["base"]),
            Path(told["folder"]),
            date.fromisoformat(told["as_of"]),
        )


def answer(task: str) -> str:
    """Do the task that a line tells, and return a line that tells how it went."""
    try:
        done = _Task.from_json(task).do()
    except InsightHubError as fault:
        told = {name: getattr(fault, name) for name in ("what", "remedy", "file", "row", "column")}
        return json.dumps({"fault": type(fault).__name__, "told": told})
    except OSError as error:
        return json.dumps({"unwritten": error.strerror or type(error).__name__})
    return json.dumps({"delivery": delivery_as_json(done.delivery), "seconds": done.seconds})


def _understood(line: str) -> _Done:
    said = json.loads(line)
    if "fault" in said:
        raise getattr(errors, said["fault"])(**said["told"])
    if "unwritten" in said:
        raise OSError(0, said["unwritten"])
    return _Done(delivery_from_json(said["delivery"]), said["seconds"])


def _run(tasks: Sequence[_Task], order: Sequence[int], processes: int, progress: Progress) -> list[_Done]:
    """Do the tasks, the costliest first; raise what went wrong with the first of them at fault."""
    done: dict[int, _Done] = {}
    faults: dict[int, InsightHubError | OSError] = {}
    lock = Lock()
    waiting = iter(order)

    def steps() -> Iterator[int]:
        while True:
            with lock:
                # Those before the first at fault are still done: one of them may be at fault as well.
                step = next((n for n in waiting if n < min(faults, default=len(tasks))), None)
            if step is None:
                return
            yield step

    def work(worker: _Worker | None) -> None:
        for n in steps():
            try:
                found = tasks[n].do() if worker is None else _understood(worker.ask(tasks[n].as_json()))
            except (InsightHubError, OSError) as fault:
                faults[n] = fault
                continue
            with lock:
                done[n] = found
                progress.advance(len(done), len(tasks))

    if processes <= 1:
        work(None)
    else:
        with ExitStack() as stack:
            workers = [stack.enter_context(_Worker()) for _ in range(processes)]
            with ThreadPoolExecutor(processes) as threads:
                for _ in threads.map(work, workers):
                    pass
    if faults:
        raise faults[min(faults)]
    return [done[n] for n in range(len(tasks))]


class _Worker:
    """Another process that does tasks: a fresh interpreter, which needs no guard in the caller's script."""

    def __enter__(self) -> _Worker:
        command = [sys.executable, "-m", "insighthub.standardise.worker"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
        return self

    def ask(self, task: str) -> str:
        """Have a task done; return the answer's line."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(task + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except OSError:
            line = ""
        if not line:
            raise RunError(
                "a worker process died while reading a source",
                remedy="Run again; if it happens again, free some memory",
            )
        return line

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate()


def _bytes_of(source: Source, base: Path) -> tuple[int, float]:
    """Return the bytes of a source's files, and how much work they are; none where they are at fault, told later."""
    try:
        files = [(file.path.suffix.lower(), file.path.stat().st_size) for file in find_files(source, base).files]
    except (InsightHubError, OSError):
        return 0, 0.0
    return sum(size for _, size in files), sum(size * _WEIGHTS.get(suffix, 1.0) for suffix, size in files)


def _fitting(size: int, threads: int) -> int:
    if size < BYTES_FOR_PROCESSES:
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(threads or cores, cores, _MOST_PROCESSES)


def _others(sources: Sequence[Source]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for source in sources for name in other_columns(source)))


def _mapped(path: Path) -> pa.Table:
    """Return a table that lies on disk; on Windows, where a mapped file cannot be removed, it is loaded."""
    if os.name == "nt":
        return pa.ipc.open_file(pa.py_buffer(path.read_bytes())).read_all()
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()


def _with_columns(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """Return a table with the columns of a schema; text that it lacks is null, without a value to choose from."""
    nothing = pa.DictionaryArray.from_arrays(pa.nulls(table.num_rows, pa.int32()), pa.array([], pa.string()))
    columns: Mapping[str, Any] = {name: table[name] for name in table.column_names}
    return pa.table({name: columns.get(name, nothing) for name in schema.names})
