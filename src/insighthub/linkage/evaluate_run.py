"""All that a truth can say of a run: scores, error rates by group, households, and calibration.

Takes what a run wrote and a truth, gives ``Evaluation`` and, of it, plain data for ``evaluation.json``.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pyarrow as pa

from insighthub.linkage.calibration import calibrate
from insighthub.linkage.evaluate import evaluate_judged
from insighthub.linkage.evaluate_groups import compare_groups
from insighthub.linkage.evaluate_households import merged_households
from insighthub.linkage.evaluation_result import Evaluation
from insighthub.linkage.judged import judge

FORMAT = "insighthub-evaluation/1"


def evaluate_run(links: pa.Table, truth: pa.Table, *, pairs: pa.Table, groups: pa.Table | None) -> Evaluation:
    """Hold a run against a truth.

    Args:
        links: source, record_id, person, cluster_id.
        truth: source, record_id, entity_id; person where records are joint; household_id where it is known.
        pairs: the compared pairs with their match probabilities.
        groups: the groups of each record; None where the run did not keep them.

    Raises:
        DataError: see ``insighthub.linkage.judged.judge``.
    """
    judged = judge(links, truth)
    return replace(
        evaluate_judged(judged),
        groups=compare_groups(judged, groups),
        households=merged_households(judged),
        calibration=calibrate(pairs, judged),
    )


def as_plain(evaluation: Evaluation) -> dict[str, Any]:
    """Return an evaluation as JSON can hold it. It has counts and rates of groups, and nothing of a person."""
    plain: dict[str, Any] = _rounded({"format": FORMAT} | asdict(evaluation))
    return plain


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(part) for part in value]
    # Ten significant digits: the last bits of a sum can differ between builds of a numeric library.
    return float(f"{value:.10g}") if isinstance(value, float) else value
