"""Our linkage at its default settings beside Splink 5 as its own demos configure it, on public data with a truth.

Takes the data sets of ``benchmarks.datasets``, gives a table on the screen and, with ``--json``, a file. For each
data set: ours (one command, only the contract differs), Splink at the threshold of its demo, and Splink at the best
threshold that the truth could pick, which no user could know. All are scored by ``insighthub.linkage.evaluate``.
The exit status is 1 where ours misses its target.

    python -m benchmarks.accuracy [--only NAME ...] [--no-splink] [--json FILE] [--work DIR] [--threads N]
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from benchmarks.datasets import DATA_SETS, Prepared, missing_files, prepare
from benchmarks.splink_demos import run_demo
from insighthub.linkage.evaluate import evaluate_links
from insighthub.peer.result import weight_of
from insighthub.peer.thresholds import GRID, best_threshold
from insighthub.pipeline import link_files


@dataclass(frozen=True)
class Run:
    """One engine's scores on one data set; threshold is a match weight in bits, None for ours."""

    precision: float
    recall: float
    f1: float
    b_cubed_f1: float
    seconds: float
    threshold: float | None = None


@dataclass(frozen=True)
class Row:
    """One data set: ours, Splink twice, and the verdict (None where there is nothing to judge by)."""

    name: str
    title: str
    records: int
    ours: Run
    splink: Run | None
    splink_best: Run | None
    target: float | None
    passed: bool | None


def score(links: pa.Table, truth: pa.Table, seconds: float, threshold: float | None = None) -> Run:
    """Score one clustering by the project's own evaluation."""
    evaluation = evaluate_links(links, truth)
    pairwise, b_cubed = evaluation.pairwise, evaluation.b_cubed
    return Run(pairwise.precision.value, pairwise.recall.value, pairwise.f1.value, b_cubed.f1.value, seconds, threshold)


def run_ours(data: Prepared, out: Path, truth: pa.Table) -> Run:
    """Link the prepared files with default settings, from files to clusters."""
    started = time.perf_counter()
    result = link_files(data.contract, out)
    return score(result.links, truth, time.perf_counter() - started)


def run_splink(data: Prepared, truth: pa.Table, threads: int | None) -> tuple[Run, Run]:
    """Run Splink's demo once; score its clusters at the demo's threshold and at the best one."""
    started = time.perf_counter()
    result, recipe = run_demo(data, threads=threads)
    seconds = time.perf_counter() - started
    own = weight_of(recipe.cluster_probability)
    # The demo's own threshold is on the grid too, so that "best" can never be the worse of the two.
    best, _ = best_threshold(result, truth, sorted({*GRID, own}))
    return (
        score(result.clusters_at(own), truth, seconds, own),
        score(result.clusters_at(best), truth, seconds, best),
    )


def run_data_set(name: str, work: Path, *, with_splink: bool, threads: int | None) -> Row:
    """Prepare one data set, link it with both engines, and judge ours by its target."""
    data_set = DATA_SETS[name]
    data = prepare(name, work)
    truth = pq.read_table(data.truth)
    ours = run_ours(data, work / name / "out", truth)
    splink, best = run_splink(data, truth, threads) if with_splink else (None, None)
    target = data_set.target
    if data_set.beats_peer and best is not None:
        target = best.f1
    passed = None if target is None else ours.f1 >= target - 1e-9
    return Row(name, data_set.title, truth.num_rows, ours, splink, best, target, passed)


def _cells(run: Run | None) -> list[str]:
    if run is None:
        return ["-"] * 4
    return [f"{run.precision:.4f}", f"{run.recall:.4f}", f"{run.f1:.4f}", f"{run.b_cubed_f1:.4f}"]


def print_rows(rows: list[Row], console: Console) -> None:
    """Print one table: a line a data set and engine, with the target and the verdict on ours."""
    table = Table(title="Cluster-implied pairwise precision, recall and F1, and B-cubed F1")
    for heading in ("Data set", "Records", "Engine", "P", "R", "F1", "B-cubed F1", "Seconds", "Target F1", "Verdict"):
        table.add_column(heading, justify="left" if heading in {"Data set", "Engine", "Verdict"} else "right")
    for row in rows:
        verdict = {None: "not judged", True: "[green]pass[/]", False: "[red]missed[/]"}[row.passed]
        target = "-" if row.target is None else f"{row.target:.4f}"
        table.add_row(
            row.title,
            f"{row.records:,}",
            "Insight Hub, default",
            *_cells(row.ours),
            f"{row.ours.seconds:.1f}",
            target,
            verdict,
        )
        for run, label in ((row.splink, "Splink, its threshold"), (row.splink_best, "Splink, best threshold")):
            if run is not None:
                engine = f"{label} ({run.threshold:.1f} bits)"
                table.add_row("", "", engine, *_cells(run), f"{run.seconds:.1f}", "", "")
        table.add_section()
    console.print(table)


def report(rows: list[Row]) -> dict[str, Any]:
    """Return what ``--json`` writes: every figure, and what it was measured with."""
    packages = {p: version(p) for p in ("insighthub", "duckdb", "rapidfuzz")}
    if any(r.splink for r in rows):
        packages["splink"] = version("splink")
    return {
        "machine": {"system": platform.platform(), "python": platform.python_version()},
        "packages": packages,
        "data_sets": [asdict(row) for row in rows],
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark; return 0 where every target is met, 1 where one is missed, 2 where data is absent."""
    parser = argparse.ArgumentParser(description="Accuracy on public data, beside Splink 5.")
    parser.add_argument("--only", nargs="+", choices=sorted(DATA_SETS), help="data sets to run; all if not given")
    parser.add_argument("--no-splink", action="store_true", help="run ours alone")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    parser.add_argument("--work", type=Path, help="folder for prepared data and output; a temporary one if not given")
    parser.add_argument("--threads", type=int, help="threads for Splink; all cores if not given")
    options = parser.parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 150)
    names = options.only or list(DATA_SETS)
    absent = {n: files for n in names if (files := missing_files(DATA_SETS[n]))}
    if absent:
        console.print(f"Data not found for {', '.join(absent)}. Set INSIGHTHUB_REAL_DATA to the folder that holds it.")
        return 2
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="insighthub-accuracy-") as temporary:
        work = options.work or Path(temporary)
        for name in names:
            console.print(f"{DATA_SETS[name].title} ...")
            rows.append(run_data_set(name, work, with_splink=not options.no_splink, threads=options.threads))
    print_rows(rows, console)
    if options.json:
        options.json.write_text(json.dumps(report(rows), indent=2) + "\n", encoding="utf-8")
    return 1 if any(row.passed is False for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
