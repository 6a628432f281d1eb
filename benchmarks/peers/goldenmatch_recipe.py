"""GoldenMatch, in the two ways its documentation offers that need no rules and no labels.

Zero-config is ``dedupe_df`` with nothing but the table, which chooses columns, scorers, blocks and thresholds itself.
Probabilistic is the configuration of ``auto_configure_probabilistic_df``, the one with which its documentation
compares itself with Splink, run by ``dedupe_df``.

In its favour: columns keep the names that the data set gives them, from which GoldenMatch tells what they hold;
columns that are empty in nearly all records are left out, since one such (RLdata10000's middle names) took its F1
from .56 to .11; and its compiled kernel is installed. Its memory of earlier runs is empty, as for a new user, and
nothing is asked of any service. The source of a record is not among the columns. Other thresholds are tried on the
pairs that the same configuration scores when its cuts are lowered, with its own clustering.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import goldenmatch as gm
import pyarrow as pa

from benchmarks.peers.job import Job, Labels, Outcome, numbered

GRID = (0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)

#: A column filled in a smaller share of the records than this is left out.
SPARSE = 0.1


def link_zero_config(job: Job) -> Outcome:
    """Deduplicate with nothing configured."""
    data = _filled(job.data)
    return _outcome(data, gm.dedupe_df(data))


def link_probabilistic(job: Job) -> Outcome:
    """Deduplicate with the automatic Fellegi-Sunter configuration."""
    data = _filled(job.data)
    return _outcome(data, gm.dedupe_df(data, config=gm.auto_configure_probabilistic_df(data)))


def _filled(data: pa.Table) -> pa.Table:
    return data.select([n for n in data.column_names if data[n].null_count < (1 - SPARSE) * data.num_rows])


def _outcome(data: pa.Table, result: Any) -> Outcome:
    count = data.num_rows
    keys = result.config.get_matchkeys()
    notes = [f"{key.type} on {', '.join(f.field for f in key.fields)}" for key in keys]

    def swept() -> Iterable[tuple[float, Labels]]:
        lowered = result.config.model_copy(deep=True)
        for key in lowered.get_matchkeys():
            if key.type == "probabilistic":
                key.link_threshold = GRID[0]
            elif key.type == "weighted":
                key.threshold = max(GRID[0], 0.6)
        scored = gm.dedupe_df(data, config=lowered).scored_pairs
        for threshold in GRID:
            pairs = [pair for pair in scored if pair[2] >= threshold]
            yield threshold, _labels(gm.build_clusters(pairs, list(range(count))), count)

    return Outcome(_labels(result.clusters, count), None, 0, tuple(notes), swept)


def _labels(clusters: dict[int, dict[str, Any]], count: int) -> Labels:
    return numbered((cluster["members"] for cluster in clusters.values()), count)
