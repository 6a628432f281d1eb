"""A process that standardises its share of the sources: ``python -m insighthub.standardise.worker``.

Takes a list of tasks and landed tables on standard input, gives person records on standard output, both as Arrow
streams with a heading line of JSON. Only ``standardise_all`` starts it. A fault of the contract is told, not raised.
"""

import json
import sys
from collections.abc import Sequence
from datetime import date
from typing import IO

import pyarrow as pa

from insighthub.errors import ContractError
from insighthub.sources.contract import Source
from insighthub.standardise.records import standardise


def _write_line(pipe: IO[bytes], value: object) -> None:
    pipe.write(json.dumps(value).encode() + b"\n")


def _write_table(pipe: IO[bytes], table: pa.Table) -> None:
    with pa.ipc.new_stream(pipe, table.schema) as stream:
        stream.write_table(table)


def send(pipe: IO[bytes], as_of: date, items: Sequence[tuple[pa.Table, Source]]) -> None:
    """Write the tasks to a worker."""
    _write_line(pipe, {"as_of": as_of.isoformat(), "sources": [s.model_dump(mode="json") for _, s in items]})
    for landed, _ in items:
        _write_table(pipe, landed)
    pipe.flush()


def receive(pipe: IO[bytes]) -> list[pa.Table]:
    """Read what a worker made.

    Raises:
        ContractError: the worker found the contract at fault.
        OSError: the worker died.
    """
    heading = pipe.readline()
    if not heading:
        raise OSError("the worker said nothing")
    said = json.loads(heading)
    if "fault" in said:
        raise ContractError(said["fault"]["what"], remedy=said["fault"]["remedy"], column=said["fault"]["column"])
    return [pa.ipc.open_stream(pipe).read_all() for _ in range(said["tables"])]


def main(source: IO[bytes], target: IO[bytes]) -> None:
    """Do the tasks that stand on ``source`` and write the tables to ``target``."""
    task = json.loads(source.readline())
    as_of = date.fromisoformat(task["as_of"])
    contracts = [Source.model_validate(described) for described in task["sources"]]
    landed = [pa.ipc.open_stream(source).read_all() for _ in contracts]
    try:
        tables = [standardise(table, contract, as_of) for table, contract in zip(landed, contracts, strict=True)]
    except ContractError as fault:
        _write_line(target, {"fault": {"what": fault.what, "remedy": fault.remedy, "column": fault.column}})
        target.flush()
        return
    _write_line(target, {"tables": len(tables)})
    for table in tables:
        _write_table(target, table)
    target.flush()


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
