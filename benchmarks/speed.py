"""Wall time and peak memory beside Splink 5, on fictional councils of a hundred thousand to ten million records.

Takes numbers of residents, gives a table on the screen, with ``--json`` a file of every figure, and with ``--docs`` the
page and the drawing in the documentation. The runs alternate, ours, Splink, ours, Splink, each in a process of its own,
so that a busy machine slows both alike; the figure to go by is the median of the ratios of neighbouring runs.

Two ratios are given. *Link stage*: Splink's seconds, which begin with the standardised table already in memory and end
with clusters at 0.95 (train, predict and cluster), over ours from standardised records to clusters and files. *Files to
clusters*: the same seconds of Splink over our whole process, from its start through reading, checking and standardising
the messy files, which Splink's seconds leave out. Splink gets all cores, and is tuned
(``insighthub.peer.splink_tuned``), with one or both of two trainings: ``documented``, as much as its documentation asks
of a final model, and ``quick``, a tenth of that. Where it runs out of the memory or the time that it is given, the
figures say that it did not finish.

    python -m benchmarks.speed [--residents N ...] [--runs N] [--training documented quick] [--docs] [--work DIR] ...
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from benchmarks.borough import Borough, borough
from benchmarks.datasets import PROJECT
from benchmarks.measure import CommandFailedError, Measured, measure
from benchmarks.speed_page import write_page
from insighthub.linkage.evaluate import evaluate_links
from insighthub.peer.result import PeerResult
from insighthub.peer.thresholds import best_threshold
from insighthub.standardise.intake import READ, STANDARDISE

GIGABYTE = 1e9
TRAININGS = ("documented", "quick")
#: Residents with about 100,000, 950,000 and 9,500,000 records.
RESIDENTS = (21_500, 205_000, 2_050_000)


@dataclass(frozen=True)
class OurRun:
    """What one run of ours took: seconds by stage, and the process as a whole."""

    stages: dict[str, float]
    process: Measured

    @property
    def link(self) -> float:
        """Seconds from standardised records to clusters and files."""
        return sum(seconds for stage, seconds in self.stages.items() if stage not in {READ, STANDARDISE})


@dataclass(frozen=True)
class SplinkRun:
    """What one run of Splink took: its own seconds by phase, and the process as a whole."""

    seconds: float
    phases: dict[str, float]
    process: Measured


def run_ours(made: Borough, out: Path, *, account: bool = False) -> OurRun:
    """Link from files to clusters, without the report: Splink draws none here either."""
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "benchmarks.speed_ours", str(made.contract), str(out)]
    process = measure([*command, *(["--account"] if account else [])], cwd=PROJECT)
    figures = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
    return OurRun(figures["seconds"], process)


def run_splink(made: Borough, out: Path, options: argparse.Namespace, training: str, *, pairs: bool) -> SplinkRun:
    """Run tuned Splink on the standardised records.

    Raises:
        CommandFailedError: it ran out of memory or time.
    """
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "benchmarks.speed_splink", str(made.records), str(out)]
    command += ["--threads", str(options.threads), "--training", training]
    command += ["--memory", options.splink_memory] if options.splink_memory else []
    process = measure([*command, *(["--pairs"] if pairs else [])], cwd=PROJECT, limit=options.splink_seconds)
    figures = json.loads((out / "splink.json").read_text(encoding="utf-8"))
    return SplinkRun(figures["seconds"], figures["phases"], process)


def f1_of(links: Path, made: Borough) -> float:
    """Return the pairwise F1 of a file of links against the truth."""
    return evaluate_links(pq.read_table(links), pq.read_table(made.truth)).pairwise.f1.value


def best_f1(out: Path, made: Borough) -> tuple[float, float]:
    """Return the match weight that the truth would pick for Splink's kept pairs, and its F1."""
    clusters = pq.read_table(out / "clusters.parquet")
    result = PeerResult(clusters.select(["source", "record_id", "person"]), pq.read_table(out / "pairs.parquet"))
    truth = pq.read_table(made.truth)
    weight, _ = best_threshold(result, truth)
    return weight, evaluate_links(result.clusters_at(weight), truth).pairwise.f1.value


def figures_of(residents: int, options: argparse.Namespace, work: Path, console: Console) -> dict[str, Any]:
    """Return every figure of one size."""
    console.print(f"{residents:,} residents ...")
    made = borough(work, residents, options.seed)
    ours: list[OurRun] = []
    beside = options.training if residents <= options.splink_most else ()
    splink: dict[str, list[SplinkRun]] = {training: [] for training in beside}
    stopped: dict[str, str] = {t: "not run at this size" for t in options.training if t not in beside}
    for run in range(1, options.runs + 1):
        ours.append(run_ours(made, work / "ours"))
        last = ours[-1]
        console.print(
            f"run {run}: Insight Hub {last.process.seconds:.1f} s, of which linking {last.link:.1f} s, "
            f"{last.process.peak_bytes / GIGABYTE:.2f} GB"
        )
        for training in [t for t in splink if t not in stopped]:
            try:
                other = run_splink(made, work / f"splink-{training}", options, training, pairs=False)
            except CommandFailedError as failure:
                stopped[training] = f"not finished: {failure.reason}"
                console.print(f"run {run}: Splink, {training} training, {stopped[training]}", markup=False)
                continue
            splink[training].append(other)
            memory = other.process.peak_bytes / GIGABYTE
            console.print(f"run {run}: Splink, {training} training, {other.seconds:.1f} s, {memory:.2f} GB")
    f1 = f1_of(work / "ours" / "links.parquet", made)
    run_ours(made, work / "ours", account=True)
    least = json.loads((work / "ours.json").read_text(encoding="utf-8"))["least"]
    figures: dict[str, Any] = {
        "residents": residents,
        "records": made.count,
        "ours": {
            "seconds": [r.process.seconds for r in ours],
            "link_seconds": [r.link for r in ours],
            "peak_bytes": [r.process.peak_bytes for r in ours],
            "stages": [r.stages for r in ours],
            "least": least,
            "f1": f1,
        },
        "splink": {},
    }
    for training in options.training:
        runs, out = splink.get(training, []), work / f"splink-{training}"
        if not runs:
            figures["splink"][training] = {"stopped": stopped[training]}
            continue
        of = splink_figures(out, made, runs, ours)
        figures["splink"][training] = of
        if options.best:
            run_splink(made, out, options, training, pairs=True)
            of["best_threshold"], of["best_f1"] = best_f1(out, made)
    return figures


def splink_figures(out: Path, made: Borough, runs: list[SplinkRun], ours: list[OurRun]) -> dict[str, Any]:
    """Return what the timed runs of one training took, and the ratios of each to the run of ours before it."""
    return {
        "seconds": [r.seconds for r in runs],
        "phases": [r.phases for r in runs],
        "peak_bytes": [r.process.peak_bytes for r in runs],
        "process_seconds": [r.process.seconds for r in runs],
        "f1": f1_of(out / "clusters.parquet", made),
        "link_ratios": [r.seconds / o.link for o, r in zip(ours, runs, strict=False)],
        "file_ratios": [r.seconds / o.process.seconds for o, r in zip(ours, runs, strict=False)],
    }


def _spread(values: list[float], unit: str = "s") -> str:
    middle = f"{statistics.median(values):.1f} {unit}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.1f} to {max(values):.1f})"


def _memory(peaks: list[int]) -> str:
    return _spread([peak / GIGABYTE for peak in peaks], "GB")


def print_size(figures: dict[str, Any], console: Console) -> None:
    """Print medians, ranges, ratios, memory and F1 of one size, and the time of each stage beside its least."""
    ours = figures["ours"]
    table = Table(title=f"{figures['records']:,} records of {figures['residents']:,} residents")
    for heading in ("Engine", "Seconds", "Peak memory", "F1", "Link stage", "Files to clusters"):
        table.add_column(heading)
    table.add_row("Insight Hub, link stage", _spread(ours["link_seconds"]), "", "", "", "")
    table.add_row(
        "Insight Hub, files to clusters", _spread(ours["seconds"]), _memory(ours["peak_bytes"]), f"{ours['f1']:.4f}"
    )
    for training, splink in figures["splink"].items():
        name = f"Splink 5, table in memory to clusters, {training} training"
        if "stopped" in splink:
            table.add_row(name, splink["stopped"])
            continue
        best = splink.get("best_f1")
        at_best = "" if best is None else f", {best:.4f} at its best"
        table.add_row(
            name,
            _spread(splink["seconds"]),
            _memory(splink["peak_bytes"]),
            f"{splink['f1']:.4f} at 0.95{at_best}",
            f"{statistics.median(splink['link_ratios']):.1f} times ours",
            f"{statistics.median(splink['file_ratios']):.1f} times ours",
        )
    console.print(table)
    stages = Table(title="Time by stage, and the least that the work needs on one processor")
    for heading in ("Stage", "Seconds", "Share", "Least", "Least work"):
        stages.add_column(heading)
    least = {entry["stage"]: entry for entry in ours["least"]}
    middle = {s: statistics.median(run[s] for run in ours["stages"]) for s in ours["stages"][0]}
    for stage, seconds in middle.items():
        entry = least.get(stage, {"seconds": 0.0, "work": ""})
        share = f"{seconds / sum(middle.values()):.1%}"
        stages.add_row(stage, f"{seconds:.2f}", share, f"{entry['seconds']:.3f}", entry["work"])
    console.print(stages)


def print_growth(sizes: list[dict[str, Any]], console: Console) -> None:
    """Print how time grows from each size to the next."""
    for small, large in pairwise(sizes):
        times = statistics.median(large["ours"]["seconds"]) / statistics.median(small["ours"]["seconds"])
        console.print(
            f"{large['records']:,} records take {times:.1f} times as long as {small['records']:,}, "
            f"of which there are {large['records'] / small['records']:.1f} times fewer"
        )


def sizes_kept(path: Path | None, figures: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """Return the sizes that a file of figures holds, by residents, if machine, versions and seed are the same."""
    if path is None or not path.exists():
        return {}
    held = json.loads(path.read_text(encoding="utf-8"))
    if any(held.get(name) != figures[name] for name in ("machine", "packages", "seed")):
        return {}
    return {size["residents"]: size for size in held["sizes"]}


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description="Speed and memory on fictional councils, beside Splink 5.")
    parser.add_argument("--residents", type=int, nargs="+", default=RESIDENTS, help="sizes, the smallest first")
    parser.add_argument("--runs", type=int, default=3, help="runs of each, alternating")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1, help="threads that Splink gets")
    parser.add_argument("--training", nargs="+", choices=TRAININGS, default=TRAININGS, help="how Splink is trained")
    parser.add_argument("--splink-most", type=int, default=10**9, help="residents up to which Splink is run at all")
    parser.add_argument("--splink-seconds", type=float, default=3600.0, help="seconds after which Splink is stopped")
    parser.add_argument("--splink-memory", help="the memory that Splink's database may use, such as 12GB")
    parser.add_argument("--best", action="store_true", help="one more run of Splink, untimed, for its best threshold")
    parser.add_argument("--work", type=Path, help="where the files are made and kept; a temporary folder if not given")
    parser.add_argument(
        "--json", type=Path, help="write every figure to this file; sizes that it holds of the same versions are kept"
    )
    parser.add_argument("--docs", action="store_true", help="write docs/explanation/speed.md and its drawing")
    options = parser.parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 160)
    with tempfile.TemporaryDirectory(prefix="insighthub-speed-") as temporary:
        work = options.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        figures: dict[str, Any] = {
            "machine": {"system": platform.platform(), "cores": os.cpu_count(), "python": platform.python_version()},
            "packages": {p: version(p) for p in ("insighthub", "splink", "duckdb", "rapidfuzz", "pyarrow", "numpy")},
            "seed": options.seed,
            "sizes": [],
        }
        kept = sizes_kept(options.json, figures)
        for residents in sorted(options.residents):
            figures["sizes"].append(kept.get(residents) or figures_of(residents, options, work, console))
            print_size(figures["sizes"][-1], console)
            if options.json:  # a size takes long, and what was found should outlive a later fault
                options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    print_growth(figures["sizes"], console)
    if options.docs:
        write_page(figures, PROJECT / "docs" / "explanation")
    return 0


if __name__ == "__main__":
    sys.exit(main())
