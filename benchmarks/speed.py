"""Wall time and peak memory of ``insighthub link`` beside Splink 5, on a fictional borough of about a million records.

Takes a number of residents, gives a table on the screen and, with ``--json``, a file. The runs alternate, ours,
Splink, ours, Splink, each in a process of its own, so that a busy machine slows both alike; the figure to go by is
the median of the ratios of neighbouring runs.

The two are not given the same work, and the difference is in Splink's favour: ours is the whole command, from the
messy files to clusters and report; Splink's seconds begin with the standardised table already in memory and end with
clusters at 0.95. Splink gets all cores, and is tuned (``insighthub.peer.splink_tuned``), with one or both of two
trainings: ``documented``, as much as its documentation asks of a final model, and ``quick``, a tenth of that.

    python -m benchmarks.speed [--residents N] [--runs N] [--training documented quick] [--best] [--work DIR] ...
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
from dataclasses import dataclass
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
TRAININGS = ("documented", "quick")


@dataclass(frozen=True)
class SplinkRun:
    """What one run of Splink took: its own seconds by phase, and the process as a whole."""

    seconds: float
    phases: dict[str, float]
    process: Measured


def run_ours(made: Borough, out: Path) -> Measured:
    """Link from files to clusters by the command line, without the report: Splink draws none here either."""
    shutil.rmtree(out, ignore_errors=True)
    command = Path(sysconfig.get_path("scripts")) / "insighthub"
    return measure([str(command), "link", str(made.contract), "--out", str(out), "--no-report"], cwd=PROJECT)


def run_splink(made: Borough, out: Path, threads: int, training: str, *, pairs: bool = False) -> SplinkRun:
    """Run tuned Splink on the standardised records."""
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "benchmarks.speed_splink", str(made.records), str(out)]
    command += ["--threads", str(threads), "--training", training]
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
    ours = figures["ours"]
    table = Table(title=f"{figures['records']:,} records of {figures['residents']:,} residents")
    for heading in ("Engine", "Seconds", "Peak memory", "F1", "Its seconds over ours"):
        table.add_column(heading)
    table.add_row(
        "Insight Hub, files to clusters", _spread(ours["seconds"]), _memory(ours["peak_bytes"]), f"{ours['f1']:.4f}", ""
    )
    for training, splink in figures["splink"].items():
        best = splink.get("best_f1")
        at_best = "" if best is None else f", {best:.4f} at its best"
        ratios = ", ".join(f"{r:.2f}" for r in splink["ratios"])
        table.add_row(
            f"Splink 5, table in memory to clusters, {training} training",
            _spread(splink["seconds"]),
            _memory(splink["peak_bytes"]),
            f"{splink['f1']:.4f} at 0.95{at_best}",
            f"median {statistics.median(splink['ratios']):.2f} ({ratios})",
        )
    console.print(table)


def _memory(peaks: list[int]) -> str:
    return _spread([peak / GIGABYTE for peak in peaks], "GB")


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description="Speed and memory on a fictional borough, beside Splink 5.")
    parser.add_argument("--residents", type=int, default=220_000)
    parser.add_argument("--runs", type=int, default=3, help="runs of each, alternating")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="threads that Splink gets")
    parser.add_argument("--training", nargs="+", choices=TRAININGS, default=TRAININGS, help="how Splink is trained")
    parser.add_argument("--best", action="store_true", help="one more run of Splink, untimed, for its best threshold")
    parser.add_argument("--work", type=Path, help="where the borough is made and kept; a temporary folder if not given")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    options = parser.parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 150)
    with tempfile.TemporaryDirectory(prefix="insighthub-speed-") as temporary:
        work = options.work or Path(temporary)
        console.print(f"A borough of {options.residents:,} residents ...")
        made = borough(work, options.residents, options.seed)
        ours: list[Measured] = []
        splink: dict[str, list[SplinkRun]] = {training: [] for training in options.training}
        for run in range(1, options.runs + 1):
            ours.append(run_ours(made, work / "ours"))
            console.print(f"run {run}: Insight Hub {ours[-1].seconds:.1f} s, {ours[-1].peak_bytes / GIGABYTE:.2f} GB")
            for training, runs in splink.items():
                last = run_splink(made, work / f"splink-{training}", options.threads, training)
                runs.append(last)
                memory = last.process.peak_bytes / GIGABYTE
                console.print(f"run {run}: Splink, {training} training, {last.seconds:.1f} s, {memory:.2f} GB")
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
            "splink": {t: splink_figures(work / f"splink-{t}", made, runs, ours) for t, runs in splink.items()},
        }
        if options.best:
            for training, of in figures["splink"].items():
                out = work / f"splink-{training}"
                run_splink(made, out, options.threads, training, pairs=True)
                of["best_threshold"], of["best_f1"] = best_f1(out, made)
    print_figures(figures, console)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


def splink_figures(out: Path, made: Borough, runs: list[SplinkRun], ours: list[Measured]) -> dict[str, Any]:
    """Return what the timed runs of one training took, and the ratio of each to the run of ours before it."""
    return {
        "seconds": [r.seconds for r in runs],
        "phases": [r.phases for r in runs],
        "peak_bytes": [r.process.peak_bytes for r in runs],
        "process_seconds": [r.process.seconds for r in runs],
        "f1": f1_of(out / "clusters.parquet", made),
        "ratios": [r.seconds / m.seconds for m, r in zip(ours, runs, strict=True)],
    }


if __name__ == "__main__":
    sys.exit(main())
