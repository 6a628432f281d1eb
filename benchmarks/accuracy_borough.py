"""Accuracy on the fictional borough: ours at its default settings beside tuned Splink, with the truth at hand.

Takes a size, a seed and a mix of communities, gives the scores of both, how many households had two people merged, and
how far the match probabilities are from the truth. Splink runs in a process of its own on the records as our
standardisation leaves them, with its documented training, and is scored at 0.95 and at the best threshold.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from benchmarks.borough import Borough, borough
from benchmarks.datasets import PROJECT
from benchmarks.measure import measure
from benchmarks.verdicts import BoroughScores, Run, score
from insighthub.linkage.evaluate_run import evaluate_run
from insighthub.peer.result import PeerResult, weight_of
from insighthub.peer.thresholds import GRID, best_threshold
from insighthub.pipeline import run_link

PEER_PROBABILITY = 0.95


@dataclass(frozen=True)
class BoroughRow:
    """One borough: both engines' scores, and what the truth says of ours besides.

    splink_notes: training passes that Splink could not do, in its own words; its scores suffer from them.
    """

    title: str
    residents: int
    seed: int
    mix: str
    records: int
    ours: Run
    splink: Run | None
    splink_best: Run | None
    households_merged: float
    calibration_error: float
    splink_notes: tuple[str, ...] = ()

    @property
    def scores(self) -> BoroughScores:
        """What the targets are held against."""
        best = self.splink_best.f1 if self.splink_best else None
        return BoroughScores(self.title, self.ours.f1, self.households_merged, self.calibration_error, best)


def run_borough(
    work: Path, residents: int, seed: int, mix: str, *, with_splink: bool, threads: int | None
) -> BoroughRow:
    """Make one borough unless ``work`` holds it, link it with both engines and score them.

    Raises:
        CommandFailedError: Splink did not end well.
        ValueError: the borough's truth has no households, or no pair could be held against it.
    """
    made = borough(work, residents, seed, mix)
    ours, merged, error = _ours(made, work / "borough-ours")
    splink, best, notes = _splink(made, work / "borough-splink", threads) if with_splink else (None, None, ())
    title = f"Fictional borough, {residents:,} residents, seed {seed}" + ("" if mix == "usual" else f", {mix}")
    return BoroughRow(title, residents, seed, mix, made.count, ours, splink, best, merged, error, notes)


def _ours(made: Borough, out: Path) -> tuple[Run, float, float]:
    """Link from files to clusters, as the command does but for the report; return scores and the two error rates."""
    shutil.rmtree(out, ignore_errors=True)
    started = time.perf_counter()
    result = run_link(made.contract, out, report=False).result
    seconds = time.perf_counter() - started
    truth = pq.read_table(made.truth)
    evaluation = evaluate_run(result.links, truth, pairs=result.pairs, groups=None)
    if evaluation.households is None or evaluation.calibration is None:
        raise ValueError("the truth does not say who lives with whom, or no pair can be held against it")
    run = score(result.links, truth, seconds)
    return run, evaluation.households.rate.value, evaluation.calibration.error.value


def _splink(made: Borough, out: Path, threads: int | None) -> tuple[Run, Run, tuple[str, ...]]:
    """Run tuned Splink once; return its scores at 0.95 and at the threshold the truth would pick, and its notes."""
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "benchmarks.speed_splink", str(made.records), str(out), "--pairs", "--seed", "1"]
    measure([*command, *(["--threads", str(threads)] if threads else [])], cwd=PROJECT)
    figures = json.loads((out / "splink.json").read_text(encoding="utf-8"))
    seconds = figures["seconds"]
    clusters = pq.read_table(out / "clusters.parquet")
    result = PeerResult(clusters.select(["source", "record_id", "person"]), pq.read_table(out / "pairs.parquet"))
    truth = pq.read_table(made.truth)
    own = weight_of(PEER_PROBABILITY)
    # The usual threshold is on the grid too, so that "best" can never be the worse of the two.
    best, _ = best_threshold(result, truth, sorted({*GRID, own}))
    return (
        score(result.clusters_at(own), truth, seconds, own),
        score(result.clusters_at(best), truth, seconds, best),
        tuple(figures["notes"]),
    )
