"""Our linkage at its default settings beside Splink 5, on public data and the fictional borough, each with a truth.

Takes the data sets of ``benchmarks.datasets`` and the boroughs of ``benchmarks.borough``, gives a table of scores and
one of targets on the screen and, with ``--json``, a file. For each data set: ours (one command, only the contract
differs), Splink as its own demo configures it at the demo's threshold (on the borough: tuned, at 0.95), and Splink at
the best threshold that the truth could pick, which no user could know. All are scored by
``insighthub.linkage.evaluate``. The exit status is 1 where ours misses a target.

    python -m benchmarks.accuracy [--only NAME ...] [--residents N] [--seeds N ...] [--mixes NAME ...] [--no-splink]
        [--json FILE] [--work DIR] [--threads N]
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from benchmarks.accuracy_borough import BoroughRow, run_borough
from benchmarks.datasets import DATA_SETS, Prepared, absent_data, prepare
from benchmarks.splink_demos import run_demo
from benchmarks.verdicts import Check, Run, borough_checks, data_set_checks, score
from insighthub.peer.result import weight_of
from insighthub.peer.thresholds import GRID, best_threshold
from insighthub.pipeline import link_files
from insighthub.synthetic.calibration import MIXES

BOROUGH = "borough"
RESIDENTS = 220_000
SEEDS = (1, 2)
OTHER_MIXES = tuple(mix for mix in MIXES if mix != "usual")


@dataclass(frozen=True)
class Row:
    """One data set: ours, and Splink twice, unless it was left out."""

    name: str
    title: str
    records: int
    ours: Run
    splink: Run | None
    splink_best: Run | None


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
    """Prepare one data set, and link it with both engines."""
    data_set = DATA_SETS[name]
    data = prepare(name, work)
    truth = pq.read_table(data.truth)
    ours = run_ours(data, work / name / "out", truth)
    splink, best = run_splink(data, truth, threads) if with_splink else (None, None)
    return Row(name, data_set.title, truth.num_rows, ours, splink, best)


def checks_of(rows: list[Row], boroughs: list[BoroughRow]) -> list[Check]:
    """Return every target that these rows have, with the value it is held against."""
    checks: list[Check] = []
    for row in rows:
        data_set = DATA_SETS[row.name]
        checks += data_set_checks(
            row.title,
            row.ours,
            row.splink_best,
            f1=data_set.target,
            b_cubed=data_set.b_cubed_target,
            error_of_peer=data_set.error_of_peer,
        )
    return checks + borough_checks([b.scores for b in boroughs])


def _cells(run: Run | None) -> list[str]:
    if run is None:
        return ["-"] * 4
    return [f"{run.precision:.4f}", f"{run.recall:.4f}", f"{run.f1:.4f}", f"{run.b_cubed_f1:.4f}"]


def print_rows(rows: Sequence[Row | BoroughRow], console: Console) -> None:
    """Print one table: a line a data set and engine."""
    table = Table(title="Cluster-implied pairwise precision, recall and F1, and B-cubed F1")
    for heading in ("Data set", "Records", "Engine", "P", "R", "F1", "B-cubed F1", "Seconds"):
        table.add_column(heading, justify="left" if heading in {"Data set", "Engine"} else "right")
    for row in rows:
        ours = row.ours
        table.add_row(row.title, f"{row.records:,}", "Insight Hub, default", *_cells(ours), f"{ours.seconds:.1f}")
        for run, label in ((row.splink, "Splink, its threshold"), (row.splink_best, "Splink, best threshold")):
            if run is not None:
                engine = f"{label} ({run.threshold:.1f} bits)"
                table.add_row("", "", engine, *_cells(run), f"{run.seconds:.1f}")
        table.add_section()
    console.print(table)


def print_checks(checks: Sequence[Check], console: Console) -> None:
    """Print every target with its value and the verdict on it."""
    table = Table(title="Targets of Insight Hub at its default settings")
    for heading in ("Data set", "Measure", "Value", "Target", "Verdict"):
        table.add_column(heading, justify="right" if heading in {"Value", "Target"} else "left")
    for check in checks:
        verdict = {None: "not judged", True: "[green]pass[/]", False: "[red]missed[/]"}[check.passed]
        target = "-" if check.limit is None else f"{check.relation} {check.limit:.4f}"
        table.add_row(check.subject, check.measure, f"{check.value:.4f}", target, verdict)
    console.print(table)


def report(rows: list[Row], boroughs: list[BoroughRow], checks: list[Check]) -> dict[str, Any]:
    """Return what ``--json`` writes: every figure, and what it was measured with."""
    packages = {p: version(p) for p in ("insighthub", "duckdb", "rapidfuzz")}
    if any(r.splink for r in (*rows, *boroughs)):
        packages["splink"] = version("splink")
    return {
        "machine": {"system": platform.platform(), "python": platform.python_version()},
        "packages": packages,
        "data_sets": [asdict(row) for row in rows],
        "boroughs": [asdict(row) for row in boroughs],
        "targets": [asdict(check) | {"passed": check.passed} for check in checks],
    }


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark; return 0 where no target is missed, 1 where one is, 2 where data is absent."""
    parser = argparse.ArgumentParser(description="Accuracy on public data and the fictional borough, beside Splink 5.")
    parser.add_argument(
        "--only", nargs="+", choices=[*sorted(DATA_SETS), BOROUGH], help="what to run; all if not given"
    )
    parser.add_argument("--residents", type=int, default=RESIDENTS, help="of the fictional borough; 0 leaves it out")
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS, help="of the boroughs, the first first")
    parser.add_argument(
        "--mixes", nargs="*", choices=OTHER_MIXES, default=OTHER_MIXES, help="further mixes, first seed"
    )
    parser.add_argument("--no-splink", action="store_true", help="run ours alone")
    parser.add_argument("--json", type=Path, help="write every figure to this file")
    parser.add_argument("--work", type=Path, help="folder for prepared data and output; a temporary one if not given")
    parser.add_argument("--threads", type=int, help="threads for Splink; all cores if not given")
    options = parser.parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 150)
    chosen = options.only or [*DATA_SETS, BOROUGH]
    names = [name for name in chosen if name != BOROUGH]
    seeds = options.seeds if BOROUGH in chosen and options.residents else []
    if absent := absent_data(names):
        console.print(absent)
        return 2
    rows: list[Row] = []
    boroughs: list[BoroughRow] = []
    how = {"with_splink": not options.no_splink, "threads": options.threads}
    with tempfile.TemporaryDirectory(prefix="insighthub-accuracy-") as temporary:
        work = (options.work or Path(temporary)).resolve()
        work.mkdir(parents=True, exist_ok=True)
        for name in names:
            console.print(f"{DATA_SETS[name].title} ...")
            rows.append(run_data_set(name, work, **how))
        made = [(seed, "usual") for seed in seeds]
        made += [(seeds[0], mix) for mix in options.mixes if seeds]
        for seed, mix in made:
            console.print(f"Fictional borough, seed {seed}, {mix} mix of communities ...")
            boroughs.append(run_borough(work, options.residents, seed, mix, **how))
    checks = checks_of(rows, boroughs)
    print_rows([*rows, *boroughs], console)
    print_checks(checks, console)
    for row in boroughs:
        for note in row.splink_notes:
            text = f"{row.title}: a training pass of Splink failed, so its scores say little of it: {note}"
            console.print(text, markup=False)
    if options.json:
        options.json.write_text(json.dumps(report(rows, boroughs, checks), indent=2) + "\n", encoding="utf-8")
    return 1 if any(check.passed is False for check in checks) else 0


if __name__ == "__main__":
    sys.exit(main())
