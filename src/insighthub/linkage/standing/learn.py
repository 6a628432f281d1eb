"""Learning for a standing linkage: a model, and the plan that goes with it.

Takes person-records, gives ``Learned``. The run is that of ``link_records``; what it chose and saw on its way is
frozen.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pyarrow as pa

from insighthub.linkage.engine import link_records
from insighthub.linkage.exchange.read import checked
from insighthub.linkage.settings import LinkSettings
from insighthub.linkage.standing.found import LearningFound
from insighthub.linkage.standing.plan import Learned, Plan
from insighthub.progress import Progress


def learn(
    records: pa.Table,
    *,
    single_sources: Collection[str],
    other_kinds: Mapping[str, str] | None = None,
    settings: LinkSettings | None = None,
    labels: pa.Table | None = None,
    decisions: pa.Table | None = None,
    progress: Progress | None = None,
) -> Learned:
    """Learn a model and its plan; arguments and errors as for ``link_records``."""
    settings = settings or LinkSettings()
    result = link_records(
        records,
        single_sources=single_sources,
        other_kinds=other_kinds,
        settings=settings,
        labels=labels,
        decisions=decisions,
        progress=progress,
    )
    if result.fitted is None:
        raise ValueError("a run that learns holds its model on its rows")
    plan = Plan.of(result.fitted, result.rules, checked(dict(result.model), None), cap=settings.block_cap)
    return Learned(result.model, plan, LearningFound.of(result))
