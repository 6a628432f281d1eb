"""What the accuracy benchmark holds the figures against: each target, its value, and whether it is met.

Takes scores, gives a list of ``Check``. A target that needs a figure that was not taken (Splink's, where it was left
out) is not judged, which is neither met nor missed. A figure that is not a number misses its target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from insighthub.linkage.evaluate import evaluate_links

#: Room for the rounding of sums, far below the last digit that is printed.
ROUNDING = 1e-9

BOROUGH_F1 = 0.96
BOROUGH_ERROR_OF_PEER = 0.25  # of the peer's 1 - F1 at its best threshold
BOROUGH_HOUSEHOLDS_MERGED = 0.003
BOROUGH_CALIBRATION_ERROR = 0.02  # to be below, not at
BOROUGHS_APART = 0.005  # in F1, of any further borough from the first


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
class Check:
    """One target: what is measured, on what, how it came out, and what it is held against.

    relation: how the value must stand to the limit: ``>=``, ``<=`` or ``<``.
    limit: None where it depends on a figure that was not taken.
    """

    subject: str
    measure: str
    value: float
    relation: str
    limit: float | None

    @property
    def passed(self) -> bool | None:
        """Whether the target is met; None where it cannot be judged."""
        if self.limit is None:
            return None
        if self.relation == ">=":
            return self.value >= self.limit - ROUNDING
        if self.relation == "<=":
            return self.value <= self.limit + ROUNDING
        return self.value < self.limit


@dataclass(frozen=True)
class BoroughScores:
    """Ours on one fictional borough, and Splink's F1 at its best threshold (None where it was not run)."""

    title: str
    f1: float
    households_merged: float  # share of households with two linked people
    calibration_error: float  # expected calibration error
    peer_best_f1: float | None


def score(links: pa.Table, truth: pa.Table, seconds: float, threshold: float | None = None) -> Run:
    """Score one clustering by the project's own evaluation."""
    evaluation = evaluate_links(links, truth)
    pairwise, b_cubed = evaluation.pairwise, evaluation.b_cubed
    return Run(pairwise.precision.value, pairwise.recall.value, pairwise.f1.value, b_cubed.f1.value, seconds, threshold)


def f1_with_error_of(share: float, peer_f1: float | None) -> float | None:
    """Return the F1 whose error (1 - F1) is this share of the peer's; None where the peer was not run."""
    return None if peer_f1 is None else 1.0 - share * (1.0 - peer_f1)


def data_set_checks(
    title: str,
    ours: Run,
    best: Run | None,
    *,
    f1: float | None = None,
    b_cubed: float | None = None,
    error_of_peer: float | None = None,
) -> list[Check]:
    """Return the checks of one public data set, of those targets that it has.

    Args:
        title: the data set's.
        ours: our scores.
        best: Splink's at its best threshold; None where it was not run.
        f1: the least pairwise F1.
        b_cubed: the least B-cubed F1.
        error_of_peer: the most that our error may be, as a share of Splink's at its best.
    """
    checks = []
    if f1 is not None:
        checks.append(Check(title, "F1", ours.f1, ">=", f1))
    if b_cubed is not None:
        checks.append(Check(title, "B-cubed F1", ours.b_cubed_f1, ">=", b_cubed))
    if error_of_peer is not None:
        limit = f1_with_error_of(error_of_peer, best.f1 if best else None)
        checks.append(Check(title, _error_measure(error_of_peer), ours.f1, ">=", limit))
    return checks


def borough_checks(boroughs: Sequence[BoroughScores]) -> list[Check]:
    """Return the checks of each borough, and of how far each further one is from the first."""
    checks = []
    for b in boroughs:
        limit = f1_with_error_of(BOROUGH_ERROR_OF_PEER, b.peer_best_f1)
        checks += [
            Check(b.title, "F1", b.f1, ">=", BOROUGH_F1),
            Check(b.title, _error_measure(BOROUGH_ERROR_OF_PEER), b.f1, ">=", limit),
            Check(b.title, "Households wrongly merged", b.households_merged, "<=", BOROUGH_HOUSEHOLDS_MERGED),
            Check(b.title, "Expected calibration error", b.calibration_error, "<", BOROUGH_CALIBRATION_ERROR),
        ]
    for other in boroughs[1:]:
        apart = abs(other.f1 - boroughs[0].f1)
        checks.append(Check(other.title, "F1 apart from the first borough's", apart, "<=", BOROUGHS_APART))
    return checks


def _error_measure(share: float) -> str:
    return f"F1, for {share:g} of Splink's error at its best"
