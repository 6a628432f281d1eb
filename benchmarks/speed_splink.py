"""One run of tuned Splink on a table saved as Parquet, in a process of its own.

Takes a person_records file, gives ``splink.json`` (seconds by phase, from the table in memory to clusters),
``clusters.parquet`` and, with ``--pairs``, the scored pairs. Reading the file and writing the results are not counted
in the seconds; the process as a whole is what the memory is measured of.

    python -m benchmarks.speed_splink RECORDS.parquet OUT [--threads N] [--memory SIZE] [--training quick] [--pairs]
        [--seed N]
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq

from insighthub.peer.splink_tuned import run_splink


def main(arguments: list[str] | None = None) -> int:
    """Run Splink once and write what it took and what it found."""
    parser = argparse.ArgumentParser(description="One run of tuned Splink.")
    parser.add_argument("records", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--threads", type=int)
    parser.add_argument("--memory", help="what the database may use, such as 12GB")
    parser.add_argument("--training", choices=("documented", "quick"), default="documented")
    parser.add_argument("--pairs", action="store_true", help="keep the scored pairs, to try other thresholds on")
    parser.add_argument("--seed", type=int, help="of the sample of random pairs; faster without, and not repeatable")
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    records = pq.read_table(options.records)
    started = time.perf_counter()
    result = run_splink(
        records,
        threads=options.threads,
        work_dir=options.out / "spill",
        memory_limit=options.memory,
        training=options.training,
        seed=options.seed,
        keep_pairs=options.pairs,
    )
    total = time.perf_counter() - started
    pq.write_table(result.clusters, options.out / "clusters.parquet")
    if options.pairs:
        pq.write_table(result.pairs, options.out / "pairs.parquet")
    figures = {
        "seconds": total if not options.pairs else sum(result.seconds.values()),
        "phases": result.seconds,
        "records": result.records.num_rows,
        "notes": list(result.notes),
    }
    (options.out / "splink.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
