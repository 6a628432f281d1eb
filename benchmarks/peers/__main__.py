"""The command ``make bench-peers``: Insight Hub beside other tools that anyone can install.

Takes the data sets of ``benchmarks.datasets`` and a fictional borough, gives a table on the screen, with ``--json`` a
file and with ``--docs`` the table in a page of the documentation. The peers live in an environment of their own
(``--peers-venv``), which ``make bench-peers`` makes from ``benchmarks/peers/constraints.txt``. Each run has a process
of its own, and so many minutes and so much memory.

    python -m benchmarks.peers [--only NAME ...] [--setups NAME ...] [--json FILE] [--docs PAGE] ...
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console

from benchmarks.borough import borough
from benchmarks.datasets import DATA_SETS, PROJECT, absent_data, prepare
from benchmarks.peers.job import KEYS, Column, Job, Labels, write_job
from benchmarks.peers.page import MARKERS, print_table, title_of, write_page
from benchmarks.peers.rows import Limits, Row, run_ours, run_peer
from benchmarks.peers.setups import SETUPS, Setup
from benchmarks.peers.tables import borough_records, public_records

BOROUGH = "borough"
SEED = 1


@dataclass(frozen=True)
class Input:
    """A data set for both sides: our contract, the peers' records, and the truth that scores them."""

    title: str
    contract: Path
    truth: pa.Table
    records: pa.Table
    columns: tuple[Column, ...]
    two_lists: bool


def prepare_input(name: str, work: Path, residents: int) -> Input:
    """Prepare a data set by its name; ``borough`` is the fictional one."""
    if name == BOROUGH:
        made = borough(work, residents, SEED)
        records, columns, two = borough_records(made)
        title = f"fictional borough, {residents:,} residents"
        return Input(title, made.contract, pq.read_table(made.truth), records, columns, two)
    data = prepare(name, work)
    records, columns, two = public_records(data)
    return Input(DATA_SETS[name].title, data.contract, pq.read_table(data.truth), records, columns, two)


def entities_of(records: pa.Table, truth: pa.Table) -> Labels:
    """Return the true entity of every record as a number; a record that the truth does not know is alone."""
    known = dict(zip(_keys(truth), truth["entity_id"].to_pylist(), strict=True))
    named = [str(known.get(key, f"unknown {at}")) for at, key in enumerate(_keys(records))]
    return np.asarray(np.unique(named, return_inverse=True)[1], np.int64)


def _keys(table: pa.Table) -> list[tuple[Any, ...]]:
    return list(zip(*(table[name].to_pylist() for name in KEYS), strict=True))


def run_input(
    made: Input, work: Path, setups: list[Setup], python: Path, limits: Limits, *, ours: bool = True
) -> Iterator[Row]:
    """Run ours and every set-up on one data set, one after the other."""
    if ours:
        yield run_ours(made.contract, work / "ours", Path(sys.executable), made.truth, limits)
    for setup in setups:
        told = entities_of(made.records, made.truth) if setup.labels else None
        job = work / setup.name
        write_job(job, Job(made.records, made.columns, made.two_lists, told))
        yield run_peer(setup, job, job / "out", python, made.records, made.truth, limits)


def _brief(row: Row) -> str:
    if row.scores is None or row.figures is None:
        return row.failure or ""
    best = "" if row.best is None else f", {row.best.f1:.4f} at its best threshold"
    return f"F1 {row.scores.f1:.4f}{best}, {row.figures.seconds:.1f} s"


def missing_packages(python: Path, setups: list[Setup]) -> list[str]:
    """Return the packages of these set-ups that the peers' Python does not have."""
    packages = sorted({p for s in setups for p in s.packages})
    look = "import importlib.util, sys; print(*[p for p in sys.argv[1:] if importlib.util.find_spec(p) is None])"
    # Isolated, so that nothing in the folder it is started from is taken for a package.
    found = subprocess.run([str(python), "-I", "-c", look, *packages], check=True, capture_output=True, text=True)
    return found.stdout.split()


def peers_python(venv: Path, setups: list[Setup], console: Console) -> Path | None:
    """Return the peers' Python, or say what is missing and how to get it."""
    python = venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    install = f"{python} -m pip install -c benchmarks/peers/constraints.txt"
    get = f"Run `make bench-peers`, or: python -m venv {venv}; {install}"
    if not python.exists():
        names = " ".join(sorted({p for s in setups for p in s.packages}))
        console.print(f"There is no environment for the other tools in {venv}. {get} {names}", soft_wrap=True)
        return None
    absent = missing_packages(python, setups)
    if absent:
        names = " ".join(absent)
        console.print(f"The environment in {venv} lacks {', '.join(absent)}. {get} {names}", soft_wrap=True)
        return None
    return python


def report(results: dict[str, dict[str, Any]], limits: Limits) -> dict[str, Any]:
    """Return what ``--json`` writes and the page is made of."""
    return {
        "machine": {"system": platform.platform(), "cores": os.cpu_count(), "python": platform.python_version()},
        "limits": asdict(limits),
        "data_sets": results,
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark; return 0, or 2 where the data or the other tools are absent."""
    names = [*DATA_SETS, BOROUGH]
    parser = argparse.ArgumentParser(description="Accuracy, seconds and memory beside other installable tools.")
    parser.add_argument("--only", nargs="+", choices=names, help="data sets to run; all if not given")
    parser.add_argument("--setups", nargs="*", choices=list(SETUPS), help="set-ups to run; all if not given")
    parser.add_argument("--no-ours", action="store_true", help="run the others alone")
    parser.add_argument("--residents", type=int, default=5_000, help="residents of the fictional borough")
    parser.add_argument("--minutes", type=float, default=10, help="minutes that one run may take")
    parser.add_argument("--memory", type=float, default=8, help="gigabytes that a run of another tool may take")
    parser.add_argument("--peers-venv", type=Path, default=PROJECT / ".venv-peers", help="environment of the others")
    parser.add_argument("--work", type=Path, help="folder for prepared data and output; a temporary one if not given")
    parser.add_argument("--json", type=Path, help="write every figure to this file, adding to those already there")
    parser.add_argument("--docs", type=Path, help="write the table into this page of the documentation")
    options = parser.parse_args(arguments)
    # A run is a process group of its own, so this one must end in order to end it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    console = Console(width=None if sys.stdout.isatty() else 150)
    if options.docs:
        try:
            MARKERS.around(options.docs)
        except ValueError as error:  # now, not after hours of runs
            console.print(str(error))
            return 2
    setups = [SETUPS[n] for n in (SETUPS if options.setups is None else options.setups)]
    chosen = options.only or names
    if absent := absent_data(name for name in chosen if name != BOROUGH):
        console.print(absent)
        return 2
    python = peers_python(options.peers_venv.absolute(), setups, console)
    if python is None:
        return 2
    limits = Limits(options.minutes, options.memory)
    results: dict[str, dict[str, Any]] = {}
    if options.json and options.json.exists():
        results = json.loads(options.json.read_text(encoding="utf-8"))["data_sets"]
    with tempfile.TemporaryDirectory(prefix="insighthub-peers-") as temporary:
        work = (options.work or Path(temporary)).absolute()
        for name in chosen:
            made = prepare_input(name, work, options.residents)
            console.print(f"{made.title}, {made.records.num_rows:,} records")
            rows = results.get(name, {}).get("rows", {})
            results[name] = {"title": made.title, "records": made.records.num_rows, "rows": rows}
            for row in run_input(made, work / "runs" / name, setups, python, limits, ours=not options.no_ours):
                console.print(f"  {title_of(row.setup)}: {_brief(row)}")
                rows[row.setup] = asdict(row)
                if options.json:  # after every row, so that a benchmark that is broken off keeps what it had
                    text = json.dumps(report(results, limits), indent=2) + "\n"
                    options.json.write_text(text, encoding="utf-8")
    figures = report({n: results[n] for n in names if n in results}, limits)
    print_table(figures, console)
    if options.docs:
        write_page(options.docs, figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
