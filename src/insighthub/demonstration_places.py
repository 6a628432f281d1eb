"""The last part of the demonstration: where gambling may harm more, beside the borough's true risk.

Takes the demonstration's hub, runs the shipped index and its variant on the release, gives how near the index comes to
the truth. What is true of each area stands in a file that no hub has.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.table import Table

from insighthub.errors import DataError
from insighthub.hub import Hub
from insighthub.progress import Progress
from insighthub.vulnerability.definition import hub_index
from insighthub.vulnerability.result import Result, run_index

#: What is shown, and what is only run, for its pages.
INDEX, VARIANT = "gambling_harm", "gambling_harm_with_ethnicity"
_TRUE_RISK = Path("truth") / "true_risk.csv"


@dataclass(frozen=True)
class AreaScores:
    """An index of areas beside the truth.

    Args:
        areas: that are ranked.
        hidden: that are not shown.
        with_truth: the rank correlation with the true rate of harm.
        held: the share of areas whose interval, of nine draws of ten, holds the true rank.
        with_deprivation: the rank correlation with deprivation; None where it is not known.
        both_worst: how many areas are in the worst tenth of the index and of deprivation.
        worst: how many areas a worst tenth has.
    """

    areas: int
    hidden: int
    with_truth: float
    held: float
    with_deprivation: float | None
    both_worst: int
    worst: int


def run(hub: Hub, places: Path, *, progress: Progress) -> AreaScores | None:
    """Run the index on the hub's release; None where too few areas may be shown.

    Args:
        hub: the demonstration's.
        places: the folder of the borough's geography.
        progress: hears how far it is.
    """
    progress.stage("Where gambling may harm more")
    try:
        for name in (VARIANT, INDEX):
            index = hub_index(hub.home, name)
            result = run_index(index, hub.releases, hub.places, hub.policy(), disclosure=hub.settings.disclosure)
    except DataError:
        return None
    return scores(result, places / _TRUE_RISK)


def scores(result: Result, true_risk: Path) -> AreaScores:
    """Hold an index against the true risk of each area."""
    with true_risk.open(encoding="utf-8", newline="") as file:
        rate = {row["area"]: float(row["rate"]) for row in csv.DictReader(file)}
    rows = result.scores.to_pylist()
    true = np.array([rate[row["area"]] for row in rows])
    rank = 1 + np.array([(true > each).sum() for each in true])
    found = np.array([row["rank"] for row in rows])
    held = np.array([row["rank_low"] <= t <= row["rank_high"] for row, t in zip(rows, rank, strict=True)])
    beside = result.deprivation
    return AreaScores(
        areas=len(rows),
        hidden=len(result.hidden),
        with_truth=float(np.corrcoef(found, rank)[0, 1]),
        held=float(held.mean()),
        with_deprivation=None if beside is None else beside.spearman,
        both_worst=0 if beside is None else beside.both_worst,
        worst=0 if beside is None else beside.worst,
    )


def table(found: AreaScores) -> Table:
    """Lay out how near the index of areas comes to the truth."""
    out = Table(title="Where gambling may harm more, by area, beside the borough's true risk")
    out.add_column("")
    out.add_column("", justify="right")
    out.add_row("areas ranked", f"{found.areas}")
    if found.hidden:
        out.add_row("areas not shown", f"{found.hidden}")
    out.add_row("rank correlation with the true risk", f"{found.with_truth:.2f}")
    out.add_row("intervals, of nine draws of ten, that hold the true rank", f"{found.held:.0%}")
    if found.with_deprivation is not None:
        out.add_row("rank correlation with deprivation", f"{found.with_deprivation:.2f}")
        out.add_row("among the worst tenth of both", f"{found.both_worst} of {found.worst}")
    return out
