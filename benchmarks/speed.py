"""Wall time and peak memory of ``insighthub link`` beside Splink 5, on a fictional borough of about 950,000 records.

Takes a number of residents, gives a table on the screen and, with ``--json``, a file. The runs alternate, ours,
Splink, ours, Splink, each in a process of its own, so that a busy machine slows both alike; the figure to go by is
the median of the ratios of neighbouring runs.

The two are not given the same work, and the difference is in Splink's favour: ours is the whole command, from the
messy files to clusters and report; Splink's seconds begin with the standardised table already in memory and end with
clusters at 0.95. Splink gets as many threads as ours, and is tuned (``insighthub.peer.splink_tuned``).

    python -m benchmarks.speed [--residents N] [--runs N] [--seed N] [--threads N] [--best] [--work DIR] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import sys
import sysconfig
import tempfile
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from benchmarks.borough import Borough, borough
from benchmarks.datasets import PROJECT
from benchmarks.measure import Measured, measure
from insighthub.linkage.evaluate import evaluate_links
from insighthub.peer.result import PeerResult
from insighthub.peer.thresholds import best_threshold

GIGABYTE = 1e9


@dataclass(frozen=True)
class SplinkRun:
    """What one run of Splink took: its own seconds by phase, and the process as a whole."""

    seconds: float
    phases: dict[str, float]
    process: Measured


def run_ours(made: Borough, out: Path) -> Measured:
    """Link from files to clusters by the command line."""
    shutil.rmtree(out, ignore_errors=True)
    command = Path(sysconfig.get_path("scripts")) / "insighthub"
    return measure([str(command), "link", str(made.contract), "--out", str(out)], cwd=PROJECT)


def run_splink(made: Borough, out: Path, threads: int, *, pairs: bool = False) -> SplinkRun:
    """Run tuned Splink on the standardised records."""
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "benchmarks.speed_splink", str(made.records), str(out), "--threads", str(threads)]
    process = measure([*command, *(["--pairs"] if pairs else [])], cwd=PROJECT)
    figures = json.loads((out / "splink.json").read_text(encoding="utf-8"))
    return SplinkRun(figures["seconds"], figures["phases"], process)


def f1_of(links: Path, made: Borough) -> float:
    """Return the pairwise F1 of a file of links against the borough's truth."""
    return evaluate_links(pq.read_table(links), pq.read_table(made.truth)).pairwise.f1.value


def best_f1(out: Path, made: Borough) -> tuple[float, float]:
    """Return the match weight that the truth would pick for Splink's kept pairs, and its F1."""
    clusters = pq.read_table(out / "clusters.parquet")
    result = PeerResult(clusters.select(["source", "record_id", "person"]), pq.read_table(out / "pairs.parquet"))
    truth = pq.read_table(made.truth)
    weight, _ = best_threshold(result, truth)
    return weight, evaluate_links(result.clusters_at(weight), truth).pairwise.f1.value


def _spread(values: list[float], unit: str = "s") -> str:
    return f"{statistics.median(values):.1f} {unit} ({min(values):.1f} to {max(values):.1f})"


def print_figures(figures: dict[str, Any], console: Console) -> None:
    """Print medians, ranges, ratios, memory and F1."""
    ours, splink = figures["ours"], figures["splink"]
    table = Table(title=f"{figures['records']:,} records of {figures['residents']:,} residents")
    for heading in ("", "Insight Hub: files to clusters", "Splink 5: table in memory to clusters"):
        table.add_column(heading)
    table.add_row("Seconds, median (range)", _spread(ours["seconds"]), _spread(splink["seconds"]))
    gigabytes = [[b / GIGABYTE for b in run["peak_bytes"]] for run in (ours, splink)]
    table.add_row("Peak memory, median (range)", _spread(gigabytes[0], "GB"), _spread(gigabytes[1], "GB"))
    best = splink.get("best_f1")
    at_best = "" if best is None else f"; {best:.4f} at its best threshold"
    table.add_row("F1", f"{ours['f1']:.4f}", f"{splink['f1']:.4f} at 0.95{at_best}")
    console.print(table)
    ratios = figures["ratios"]
    each = ", ".join(f"{r:.2f}" for r in ratios)
    console.print(f"Splink's seconds over ours, pair by pair: {each}; median {statistics.median(ratios):.2f}")


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description="Speed and memory on a fictional borough, beside Splink 5.")
    parser.add_argument("--residents", type=int, default=220_000)
    parser.add_argument("--runs", type=int, default=3, help="runs of each, alternating")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="threads that Splink gets")
    parser.add_argument("--best", action="store_true", help="one more run of Splink, untimed, for its best threshold")
    parser.add_argument("--work", type=Path, help="where the borough is made and kept; a temporary folder if not given")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    options = parser.parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 130)
    with tempfile.TemporaryDirectory(prefix="insighthub-speed-") as temporary:
        work = options.work or Path(temporary)
        console.print(f"A borough of {options.residents:,} residents ...")
        made = borough(work, options.residents, options.seed)
        ours, splink = [], []
        for run in range(1, options.runs + 1):
            ours.append(run_ours(made, work / "ours"))
            console.print(f"run {run}: Insight Hub {ours[-1].seconds:.1f} s, {ours[-1].peak_bytes / GIGABYTE:.2f} GB")
            splink.append(run_splink(made, work / "splink", options.threads))
            last = splink[-1]
            console.print(f"run {run}: Splink {last.seconds:.1f} s, {last.process.peak_bytes / GIGABYTE:.2f} GB")
        figures: dict[str, Any] = {
            "machine": {"system": platform.platform(), "cores": os.cpu_count(), "python": platform.python_version()},
            "packages": {p: version(p) for p in ("insighthub", "splink", "duckdb", "rapidfuzz")},
            "residents": options.residents,
            "records": made.count,
            "seed": options.seed,
            "ours": {
                "seconds": [m.seconds for m in ours],
                "peak_bytes": [m.peak_bytes for m in ours],
                "f1": f1_of(work / "ours" / "links.parquet", made),
            },
            "splink": {
                "seconds": [s.seconds for s in splink],
                "phases": [s.phases for s in splink],
                "peak_bytes": [s.process.peak_bytes for s in splink],
                "process": [asdict(s.process) for s in splink],
                "f1": f1_of(work / "splink" / "clusters.parquet", made),
            },
            "ratios": [s.seconds / m.seconds for m, s in zip(ours, splink, strict=True)],
        }
        if options.best:
            run_splink(made, work / "splink", options.threads, pairs=True)
            weight, f1 = best_f1(work / "splink", made)
            figures["splink"] |= {"best_threshold": weight, "best_f1": f1}
    print_figures(figures, console)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
