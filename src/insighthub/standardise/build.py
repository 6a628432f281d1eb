"""Standardisation of many sources at once: one table, whatever the number of processes.

Takes landed tables (or the files they are kept in) with their contracts, gives person_records with the columns of all
of them. Sources share nothing, so half of the work can be another process's; the result is in the order of the sources.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from insighthub.errors import RunError
from insighthub.progress import Progress, Silent
from insighthub.sources.contract import Source
from insighthub.standardise.records import other_columns, person_records_schema, standardise

__all__ = ["standardise", "standardise_all"]

#: Records from which a second process is worth its start.
ROWS_FOR_PROCESSES = 150_000
_MOST_PROCESSES = 4
#: Microseconds that a row spends on a field, about; fields that are not named here take half of one.
_COSTS = {"full_name": 7.0, "address": 4.0, "phone": 3.0, "mobile": 3.0, "email": 2.0, "date_of_birth": 1.0}

Item = tuple[pa.Table | Path, Source]


def standardise_all(
    items: Sequence[Item],
    *,
    as_of: date | None = None,
    processes: int | None = None,
    progress: Progress | None = None,
) -> pa.Table:
    """Return the person records of several sources, in their order; a source that lacks a field has nulls in it.

    Args:
        items: landed tables, or Parquet files that hold them, each with its contract.
        as_of: the day after which a date is in the future; today where it is not given.
        processes: how many processes share the work; found from the machine and the number of records if not given.
        progress: hears of each source as it is done.

    Raises:
        ContractError: a contract names a column that is not there.
        RunError: a worker process died.
    """
    today = as_of or date.today()
    progress = progress or Silent()
    rows = [_rows(landed) for landed, _ in items]
    wanted = processes if processes is not None else _fitting(sum(rows))
    costs = [count * _cost_of_a_row(source) for count, (_, source) in zip(rows, items, strict=True)]
    shares = _shares(costs, max(1, min(wanted, len(items))))
    done: list[pa.Table | None] = [None] * len(items)
    with ThreadPoolExecutor(max_workers=max(1, len(shares) - 1)) as pool:
        waiting = [(share, pool.submit(_elsewhere, [items[n] for n in share], today)) for share in shares[1:]]
        for n in shares[0]:
            done[n] = standardise(_table(items[n][0]), items[n][1], today)
            progress.advance(sum(t is not None for t in done), len(items))
        for share, tables in waiting:
            for n, table in zip(share, tables.result(), strict=True):
                done[n] = table
                progress.advance(sum(t is not None for t in done), len(items))
    return _concatenated([t for t in done if t is not None], [source for _, source in items])


def _rows(landed: pa.Table | Path) -> int:
    return int(pq.read_metadata(landed).num_rows if isinstance(landed, Path) else landed.num_rows)


def _table(landed: pa.Table | Path) -> pa.Table:
    return pq.read_table(landed) if isinstance(landed, Path) else landed


def _fitting(rows: int) -> int:
    if rows < ROWS_FOR_PROCESSES:
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, _MOST_PROCESSES)


def _cost_of_a_row(source: Source) -> float:
    """Return about how long a row of a source takes; only what each process gets to do depends on it."""
    people = (source.person, *source.other_person)
    return 2.0 + sum(_COSTS.get(name, 0.5) for person in people for name in person.fields())


def _shares(costs: Sequence[float], count: int) -> list[list[int]]:
    """Deal out sources, the costliest first, each to the share with the least to do."""
    shares: list[list[int]] = [[] for _ in range(count)]
    loads = [0.0] * count
    for n in sorted(range(len(costs)), key=lambda n: (-costs[n], n)):
        least = loads.index(min(loads))
        shares[least].append(n)
        loads[least] += costs[n]
    return [share for share in shares if share] or [[]]


def _elsewhere(items: Sequence[Item], as_of: date) -> list[pa.Table]:
    """Standardise sources in another process.

    It is a fresh interpreter fed through pipes: it needs no guard in the caller's script, and writes no file.
    """
    command = [sys.executable, "-m", "insighthub.standardise.worker"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:  # noqa: S603
        from insighthub.standardise.worker import receive, send

        assert worker.stdin is not None
        assert worker.stdout is not None
        try:
            send(worker.stdin, as_of, [(_table(landed), source) for landed, source in items])
            worker.stdin.close()
            tables = receive(worker.stdout)
        except (OSError, pa.ArrowInvalid):
            worker.kill()
            raise RunError(
                "a worker process died while standardising", remedy="Run again; if it happens again, free some memory"
            ) from None
    return tables


def _concatenated(tables: Sequence[pa.Table], sources: Sequence[Source]) -> pa.Table:
    others = tuple(dict.fromkeys(name for source in sources for name in other_columns(source)))
    schema = person_records_schema(others)
    full = [
        pa.Table.from_arrays(
            [
                table.column(name) if name in table.column_names else pa.nulls(table.num_rows, pa.string())
                for name in schema.names
            ],
            schema=schema,
        )
        for table in tables
    ]
    return pa.concat_tables(full) if full else schema.empty_table()
