"""Train, predict and cluster with Splink 5, for any configuration of it.

Takes a recipe (settings, and how to train them) and tables with a ``unique_id`` that is the position of the row in
``records``; gives a ``PeerResult``. The steps are the ones that Splink's tutorials teach, in their order: the prior
from deterministic rules, u from random pairs, m by expectation maximisation over several blocking rules, predict,
cluster.

Splink and its way of caching: results are kept on the DuckDBAPI by table name, so every run has an API, and a
connection, of its own. An expectation maximisation pass that Splink refuses (no pair satisfies its rule, say) is
left out and noted, which is what an analyst would do on reading the error.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from insighthub.errors import RunError
from insighthub.peer.result import PeerResult


@dataclass(frozen=True)
class Recipe:
    """A Splink configuration, and how it is trained and used.

    settings: a splink ``SettingsCreator``; its unique id column is ``unique_id``.
    deterministic_rules, recall: for the prior; with no rules the settings' own prior stays.
    em_rules: one expectation maximisation pass each.
    u_max_pairs: pairs sampled to estimate u.
    em_max_pairs: pairs that a pass may use, or None for all that its rule gives.
    em_without_term_frequencies: leave term frequencies out of training, which is faster.
    predict_probability: pairs below are not kept.
    cluster_probability: the threshold that a user of this configuration would take.
    """

    settings: Any
    em_rules: Sequence[Any]
    deterministic_rules: Sequence[Any] = ()
    recall: float = 0.7
    u_max_pairs: float = 1e7
    em_max_pairs: float | None = None
    em_without_term_frequencies: bool = True
    predict_probability: float = 0.001
    cluster_probability: float = 0.95
    seed: int | None = 1


def require_splink() -> Any:
    """Return the splink module.

    Raises:
        RunError: the extra ``peer`` is not installed.
    """
    try:
        import splink
    except ImportError:
        raise RunError(
            "the comparison with Splink needs the splink package",
            remedy="Install the extra: pip install 'insighthub[peer]'",
        ) from None
    return splink


def run_recipe(
    recipe: Recipe,
    tables: Mapping[str, pa.Table],
    records: pa.Table,
    *,
    threads: int | None = None,
    work_dir: Path | None = None,
    memory_limit: str | None = None,
    own_clusters: bool = True,
    keep_pairs: bool = True,
) -> PeerResult:
    """Run Splink from tables in memory to clusters.

    Args:
        recipe: the configuration.
        tables: one table a data set for ``link_only``, one in all for ``dedupe_only``; ``unique_id`` (int64) is a
            row's position in ``records``.
        records: source, record_id, person.
        threads: DuckDB threads; all cores if not given.
        work_dir: where DuckDB may spill; nowhere if not given.
        memory_limit: DuckDB's limit, such as ``8GB``.
        own_clusters: cluster with Splink's own function at the recipe's threshold, too.
        keep_pairs: give the scored pairs, which ``seconds`` leaves out; without them the run needs less memory.

    Raises:
        RunError: Splink is not installed.
    """
    splink = require_splink()
    from splink.internals.exceptions import EMTrainingException

    logging.getLogger("splink").setLevel(logging.CRITICAL)
    seconds: dict[str, float] = {}
    notes: list[str] = []
    clock = _Clock(seconds)
    with closing(duckdb.connect()) as connection:
        if threads:
            connection.execute("SET threads = ?", [threads])
        if memory_limit:
            connection.execute("SET memory_limit = ?", [memory_limit])
        if work_dir:
            connection.execute("SET temp_directory = ?", [str(work_dir)])
        api = splink.DuckDBAPI(connection=connection)
        inputs = [api.register(table, dataset_display_name=name) for name, table in tables.items()]
        linker = splink.Linker(inputs if len(inputs) > 1 else inputs[0], recipe.settings, log_level=logging.CRITICAL)
        clock.mark("load")

        training = linker.training
        if recipe.deterministic_rules:
            training.estimate_probability_two_random_records_match(
                list(recipe.deterministic_rules), recall=recipe.recall
            )
        training.estimate_u_using_random_sampling(max_pairs=recipe.u_max_pairs, seed=recipe.seed)
        for rule in recipe.em_rules:
            try:
                training.estimate_parameters_using_expectation_maximisation(
                    rule,
                    estimate_without_term_frequencies=recipe.em_without_term_frequencies,
                    max_pairs=recipe.em_max_pairs,
                )
            except (EMTrainingException, ValueError) as error:  # the latter where an m underflows
                notes.append(str(error).strip().splitlines()[0])
        clock.mark("train")

        predictions = linker.inference.predict(threshold_match_probability=recipe.predict_probability)
        clock.mark("predict")

        clusters = None
        if own_clusters:
            clustered = linker.clustering.cluster_pairwise_predictions_at_threshold(
                predictions, threshold_match_probability=recipe.cluster_probability
            )
            clusters = _links(connection, clustered.physical_name, records)
            clock.mark("cluster")

        pairs = None
        if keep_pairs:
            pairs = connection.sql(
                f"""
                SELECT unique_id_l::BIGINT AS "left", unique_id_r::BIGINT AS "right", match_weight, match_probability
                FROM {predictions.physical_name}
                """
            ).to_arrow_table()
    return PeerResult(records, pairs, clusters, seconds, tuple(notes))


def _links(connection: duckdb.DuckDBPyConnection, clustered: str, records: pa.Table) -> pa.Table:
    """Return links in the order of records, from Splink's clustered table."""
    cluster = connection.sql(
        f"SELECT cluster_id::VARCHAR AS cluster_id FROM {clustered} ORDER BY unique_id::BIGINT"
    ).to_arrow_table()
    return records.select(["source", "record_id", "person"]).append_column("cluster_id", cluster["cluster_id"])


class _Clock:
    def __init__(self, seconds: dict[str, float]) -> None:
        self._seconds, self._last = seconds, time.perf_counter()

    def mark(self, phase: str) -> None:
        now = time.perf_counter()
        self._seconds[phase], self._last = now - self._last, now
