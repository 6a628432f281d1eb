"""One row of the table: a set-up on a data set, run in a process of its own and scored by our own evaluation.

Takes a job, a set-up and the Python that has the peer, gives a ``Row``. A run that takes too long or too much memory,
or that fails, is a row that says so. Scores are cluster-implied, as everywhere in this project. The best threshold is
the one with the highest pairwise F1 against the truth, which no user could know; the set-up's own is tried too, so
that the best is never the worse of the two.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.datasets import PROJECT
from benchmarks.peers.child import OUT_OF_MEMORY
from benchmarks.peers.job import KEYS, Figures, Labels
from benchmarks.peers.setups import Setup
from insighthub.linkage.evaluate import evaluate_links


@dataclass(frozen=True)
class Limits:
    """What one run may take."""

    minutes: float
    gigabytes: float


@dataclass(frozen=True)
class Scores:
    """Cluster-implied pairwise scores and B-cubed F1."""

    precision: float
    recall: float
    f1: float
    b_cubed_f1: float


@dataclass(frozen=True)
class Row:
    """A set-up on a data set.

    scores: at the set-up's own threshold; None where it did not get so far, and then ``failure`` says why.
    best: at the best threshold, None where no other could be tried.
    figures: what the run took, None where it did not finish.
    """

    setup: str
    scores: Scores | None = None
    best: Scores | None = None
    best_threshold: float | None = None
    figures: Figures | None = None
    failure: str | None = None
    notes: list[str] = field(default_factory=list)


def score(links: pa.Table, truth: pa.Table) -> Scores:
    """Score links (source, record_id, person, cluster_id) by the project's own evaluation."""
    found = evaluate_links(links, truth)
    pairwise = found.pairwise
    return Scores(pairwise.precision.value, pairwise.recall.value, pairwise.f1.value, found.b_cubed.f1.value)


def links_of(records: pa.Table, clusters: Labels) -> pa.Table:
    """Return links from a cluster number for every record, in the order of the records."""
    return records.select(list(KEYS)).append_column("cluster_id", pa.array(clusters).cast(pa.string()))


def run_process(command: Sequence[str], out: Path, limits: Limits) -> str | None:
    """Run a command whose result goes to ``out``, within limits; return why it did not end well, or None.

    Its home is a folder of its own, so that nothing which a tool remembers of one run reaches the next.
    """
    shutil.rmtree(out, ignore_errors=True)
    home = out / "home"
    home.mkdir(parents=True)
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env={**os.environ, "HOME": str(home)},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        try:
            process.wait(limits.minutes * 60)
        except subprocess.TimeoutExpired:
            return f"not finished in {limits.minutes:g} minutes"
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if process.returncode == 0:
            return None
        if process.returncode == OUT_OF_MEMORY:
            return f"needs more than {limits.gigabytes:g} GB of memory"
        output.seek(0)
        # Only the kind of error: its message may quote the data.
        kinds = re.findall(
            r"^([A-Za-z_][\w.]*(?:Error|Exception|Interrupt))\b", output.read().decode(errors="replace"), re.M
        )
        return f"failed with status {process.returncode}: {kinds[-1] if kinds else 'no kind of error given'}"


def read_row(setup: str, out: Path, records: pa.Table, truth: pa.Table, failure: str | None) -> Row:
    """Score what a run left behind; where its own clusters are whole, a later failure costs only the best threshold."""
    told = out / "figures.json"
    if not told.exists():
        return Row(setup, failure=failure or "ended without a result")
    figures = Figures(**json.loads(told.read_text(encoding="utf-8")))
    own = score(links_of(records, pq.read_table(out / "clusters.parquet")["cluster"].to_numpy()), truth)
    notes = [f"other thresholds: {failure}"] if failure else []
    tried = out / "thresholds.parquet"
    if failure or not tried.exists():
        return Row(setup, own, figures=figures, notes=notes)
    table = pq.read_table(tried)
    best, threshold = own, figures.threshold
    for name in table.column_names:
        scores = score(links_of(records, table[name].to_numpy()), truth)
        if scores.f1 > best.f1:
            best, threshold = scores, float(name)
    return Row(setup, own, best, threshold, figures)


def run_peer(
    setup: Setup, job: Path, out: Path, python: Path, records: pa.Table, truth: pa.Table, limits: Limits
) -> Row:
    """Run one set-up on a job's folder and score it."""
    command = [str(python), "-m", "benchmarks.peers.child", setup.name, str(job), str(out)]
    failure = run_process([*command, "--memory", str(limits.gigabytes)], out, limits)
    return read_row(setup.name, out, records, truth, failure)


def run_ours(contract: Path, out: Path, python: Path, truth: pa.Table, limits: Limits) -> Row:
    """Link the same data by Insight Hub with default settings and score it."""
    command = [str(python), "-m", "benchmarks.peers.ours", str(contract), str(out)]
    failure = run_process(command, out, limits)
    if failure:
        return Row("insighthub", failure=failure)
    figures = Figures(**json.loads((out / "figures.json").read_text(encoding="utf-8")))
    return Row("insighthub", score(pq.read_table(out / "links.parquet"), truth), figures=figures)
