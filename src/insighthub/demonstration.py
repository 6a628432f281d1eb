"""The demonstration: the fictional borough from its extracts to an index of residents, held against its truth.

Takes a home folder and a number of residents, gives the extracts, the links, the hub's first release, and the
figures. Splink is run on the same standardised table where it is installed, at the threshold that the truth itself
picks: the best it could have done.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from rich.table import Table

from insighthub import console, demonstration_hub, demonstration_users
from insighthub.demonstration_hub import HubOutcome
from insighthub.evaluation_tables import in_short
from insighthub.linkage.evaluate import evaluate_links
from insighthub.linkage.evaluation_result import Evaluation
from insighthub.linkage.truth import read_truth
from insighthub.pipeline import LinkRun, run_link, standardised
from insighthub.progress import Progress
from insighthub.synthetic.borough import Borough, generate
from insighthub.synthetic.borough_hub import PLACES


@dataclass(frozen=True)
class Peer:
    """What Splink gave on the same records.

    threshold_bits: the match weight that the truth picked.
    """

    evaluation: Evaluation
    threshold_bits: float


#: A borough of twenty thousand would have a dozen small areas, in which ranks show little.
_LEAST_AREAS, _MOST_AREAS, _RESIDENTS_AN_AREA = 12, 400, 700


@dataclass(frozen=True)
class Outcome:
    """All that the demonstration shows."""

    borough: Borough
    run: LinkRun
    peer: Peer | None
    report: Path
    hub: HubOutcome


def run(home: Path, *, residents: int, seed: int, peer: bool, progress: Progress) -> Outcome:
    """Make the borough in ``home/extracts``, and link it into ``home/link``."""
    progress.stage(f"Making a fictional borough of {residents:,} residents")
    extracts = home / "extracts"
    borough = generate(
        extracts, residents=residents, seed=seed, places=home / PLACES, areas=areas(residents), progress=progress
    )
    truth = extracts / "truth.parquet"
    linked = run_link(
        extracts / "contract.toml",
        home / "link",
        truth=truth,
        title="Linkage of a fictional borough",
        progress=progress,
    )
    beside = None
    if peer and importlib.util.find_spec("splink") is not None:
        progress.stage("Running Splink on the same records")
        beside = _run_peer(standardised(extracts / "contract.toml", progress=progress), read_truth(truth))
    hub = demonstration_hub.run(home, borough, seed=seed, progress=progress)
    return Outcome(borough, linked, beside, home / "link" / "report.html", hub)


def areas(residents: int) -> int:
    """Return how many areas the demonstration counts by: more and smaller ones than a borough of that size has."""
    return min(_MOST_AREAS, max(_LEAST_AREAS, residents // _RESIDENTS_AN_AREA))


def _run_peer(records: pa.Table, truth: pa.Table) -> Peer:
    from insighthub.peer.splink_tuned import run_splink
    from insighthub.peer.thresholds import best_threshold

    result = run_splink(records)
    threshold, _ = best_threshold(result, truth)
    return Peer(evaluate_links(result.clusters_at(threshold), truth), threshold)


def tables(outcome: Outcome) -> Iterator[Table]:
    """Lay out the figures."""
    yield console.counts_table(outcome.run.counts)
    if outcome.run.evaluation is not None:
        yield _linkage_table(outcome, outcome.run.evaluation)
    yield from demonstration_hub.tables(outcome.hub)


def _linkage_table(outcome: Outcome, evaluation: Evaluation) -> Table:
    table = Table(title="How good the links are, against the borough's own truth")
    table.add_column("Engine")
    for name in ("Precision", "Recall", "F1", "B-cubed F1", "Error (1 - F1)"):
        table.add_column(name, justify="right")
    rows = [("Insight Hub, default threshold", evaluation)]
    if outcome.peer is not None:
        rows.append(
            (
                f"Splink, at the best threshold for this truth ({outcome.peer.threshold_bits:+.1f} bits)",
                outcome.peer.evaluation,
            )
        )
    for name, e in rows:
        figures = (e.pairwise.precision, e.pairwise.recall, e.pairwise.f1, e.b_cubed.f1)
        table.add_row(name, *(f"{f.value:.4f}" for f in figures), f"{1 - e.pairwise.f1.value:.4f}")
    return table


def closing(outcome: Outcome, *, serve: bool) -> Iterator[str]:
    """Say where things are, what was left out, and who can sign in; and how to serve the web app."""
    links = outcome.run.result.links["cluster_id"]
    people = len(links.drop_null().unique())
    linked = len(links) - links.null_count
    yield f"{linked:,} linked records of {people:,} people, from {len(outcome.run.counts)} extracts"
    if outcome.run.evaluation is not None:
        yield from in_short(outcome.run.evaluation)
    if outcome.peer is None:
        yield "Splink was not run beside: it was not wanted, or is not installed (pip install 'insighthub[peer]')"
    else:
        ours = outcome.run.evaluation
        if ours is not None:
            share = (1 - ours.pairwise.f1.value) / max(1e-12, 1 - outcome.peer.evaluation.pairwise.f1.value)
            yield f"Insight Hub's error is {share:.2f} times Splink's"
    yield f"Report: {outcome.report}"
    yield f"Hub: {outcome.report.parent.parent}, release {outcome.hub.run.run_id}"
    yield ""
    yield from demonstration_users.how_to_sign_in(outcome.hub.users)
    if not serve:
        yield f"To serve the web app: insighthub serve --home {outcome.report.parent.parent}"
