"""Runs one set-up of one peer on one job, in a process and an environment of its own.

Takes a set-up's name and a job's folder, gives a result's folder (see ``benchmarks.peers.job``). The clock runs from
the records in memory to clusters at the set-up's own threshold; imports and files are not counted, nor is trying
other thresholds, which comes after.

    python -m benchmarks.peers.child SETUP JOB OUT [--memory GIGABYTES]
"""

from __future__ import annotations

import argparse
import importlib
import json
import resource
import sys
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.peers.clock import clocked
from benchmarks.peers.job import Figures, read_job
from benchmarks.peers.setups import SETUPS

#: The status of a process that asked for more memory than it may have.
OUT_OF_MEMORY = 77


def run(name: str, job_folder: Path, out: Path) -> None:
    """Run a set-up and write what it found and what it took."""
    setup = SETUPS[name]
    for package in setup.packages:
        importlib.import_module(package)
    recipe, job = setup.load(), read_job(job_folder)
    outcome, took = clocked(lambda: recipe(job))
    figures = Figures(
        **asdict(took),
        threshold=outcome.threshold,
        labels=outcome.labels,
        versions={package: version(package) for package in setup.packages},
        notes=list(outcome.notes),
    )
    pq.write_table(pa.table({"cluster": outcome.clusters}), out / "clusters.parquet")
    # Last, since it says that the run is whole.
    (out / "figures.json").write_text(json.dumps(asdict(figures), indent=2) + "\n", encoding="utf-8")
    if outcome.at_thresholds is not None:
        columns = {str(threshold): clusters for threshold, clusters in outcome.at_thresholds()}
        pq.write_table(pa.table(columns), out / "thresholds.parquet")


def main(arguments: list[str] | None = None) -> int:
    """Run the set-up named on the command line."""
    parser = argparse.ArgumentParser(description="Run one set-up of one peer.")
    parser.add_argument("setup", choices=sorted(SETUPS))
    parser.add_argument("job", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--memory", type=float, help="gigabytes that the process may have; no bound if not given")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    if options.memory:
        resource.setrlimit(resource.RLIMIT_AS, (int(options.memory * 1e9),) * 2)
    try:
        run(options.setup, options.job, options.out)
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


if __name__ == "__main__":
    sys.exit(main())
