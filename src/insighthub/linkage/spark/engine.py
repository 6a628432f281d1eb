"""Linkage on Spark: the steps of the default engine, with the pairs spread over workers.

Takes what ``link_records`` takes, and a Spark session; gives the same ``LinkResult``: the same pairs, weights and
clusters. The driver reads and codes the records, learns the model from patterns, and holds the tables that are
written. Workers pair, compare, score and cluster: what grows many times faster than the records.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insighthub.linkage import second_pass
from insighthub.linkage.blocking.choose import choose_rules
from insighthub.linkage.blocking.copies import first_identical
from insighthub.linkage.blocking.coresidents import coresident_pairs
from insighthub.linkage.blocking.judge import first_look
from insighthub.linkage.blocking.missed import LEAST_PROBABILITY, missed_by_blocking
from insighthub.linkage.blocking.names import paired_by_name
from insighthub.linkage.blocking.pairing import Candidates
from insighthub.linkage.clock import Clock
from insighthub.linkage.cluster import exclusive_of, in_order_of_rows
from insighthub.linkage.comparisons.choose import choose_comparisons
from insighthub.linkage.comparisons.comparison import Comparison, telling_fields
from insighthub.linkage.em import Sources, learn_with_random_pairs
from insighthub.linkage.encode import Encoded
from insighthub.linkage.explain.learned import Learned
from insighthub.linkage.explain.samples import NEAR_BITS, sample_pairs
from insighthub.linkage.fitted import Fitted
from insighthub.linkage.frequencies import log_frequencies, name_rarity
from insighthub.linkage.level_weights import level_weights
from insighthub.linkage.model import describe
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.patterns import Patterns, compare, with_more
from insighthub.linkage.prepare import prepare
from insighthub.linkage.random_pairs import draw_pairs
from insighthub.linkage.result import LinkResult
from insighthub.linkage.score import probability_of
from insighthub.linkage.second_pass import join_again
from insighthub.linkage.settings import LinkSettings
from insighthub.linkage.spark import kernels, statements
from insighthub.linkage.spark.block import block
from insighthub.linkage.spark.components import label_components
from insighthub.linkage.spark.rows import Shared, arrays, row_table
from insighthub.linkage.spark.unlikely import least_weight, unlikely_sample
from insighthub.linkage.spark.workspace import Workspace
from insighthub.linkage.tables import (
    BIN_BITS,
    against_table,
    identifiers_table,
    links_table,
    pairs_table,
    weight_histogram,
)
from insighthub.progress import Progress, Silent

BUCKET_ROWS = 20_000  # records whose components a worker takes apart at once


def link_records_on_spark(
    records: pa.Table,
    session: Any,
    *,
    single_sources: Collection[str] = (),
    other_kinds: Mapping[str, str] | None = None,
    settings: LinkSettings | None = None,
    progress: Progress | None = None,
    pairs_to: Callable[[pa.Table], None] | None = None,
) -> LinkResult:
    """Link person records on Spark.

    Args:
        records: ``person_records``; see ``insighthub.standardise.schema``.
        session: a ``pyspark.sql.SparkSession``, not over Spark Connect; its workers have this package.
        single_sources: sources that hold one record a person.
        other_kinds: ``other_<name>`` -> "text", "exact" or "identifier", from the contracts.
        settings: the run's few numbers; ``threads`` are those of the driver.
        progress: told of each stage.
        pairs_to: given the table of pairs, to write it.
    """
    settings = settings or LinkSettings()
    progress = progress or Silent()
    threads = settings.threads or os.cpu_count() or 1
    clock = Clock(progress)
    with Workspace(session) as work:
        with clock.stage("encode", "Coding values"):
            data = prepare(
                records,
                single=single_sources,
                shared_value_limit=settings.shared_value_limit,
                threads=threads,
            )
            comparisons = choose_comparisons(data, other_kinds)
            rarity = name_rarity(data, comparisons, paired_by_name(data, settings.block_cap))
            shared = session.sparkContext.broadcast(Shared.of(data, comparisons))
            coded = row_table(data, rarity, first_identical(data))
            columns = coded.column_names
            work.send("record", coded)
            del coded
        with clock.stage("block", "Finding pairs to compare"):
            judge = first_look(data, comparisons, rarity, threads)
            rules = choose_rules(
                data, judge, cap=settings.block_cap, pairs_per_record=settings.pairs_per_record, threads=threads
            )
            blocking = block(work, rules, settings.block_cap)
        with clock.stage("random pairs", "Comparing random pairs"):
            drawn = draw_pairs(data.n, settings.random_pairs)
            random = compare(data, comparisons, rarity, drawn, threads=threads)
            homes, stands_for = _coresidents(work, data, settings)
            coresidents = compare(data, comparisons, rarity, homes, threads=threads)
        with clock.stage("compare", f"Comparing {sum(y.new_pairs for y in blocking):,} pairs"):
            names = kernels.pattern_columns(random.rarity.shape[1], len(comparisons))
            patterns = _compare(work, shared, comparisons, columns, names)
        with clock.stage("learn", "Learning what agreement means here"):
            parameters = learn_with_random_pairs(
                with_more(patterns, coresidents, stands_for),
                random,
                comparisons,
                rows=data.n,
                iterations=settings.iterations,
                tolerance=settings.tolerance,
                sources=Sources(data.sources, np.bincount(data.source, minlength=len(data.sources))),
            )
            fitted = Fitted(data, comparisons, parameters, log_frequencies(data, comparisons), rarity.namesakes)
        with clock.stage("score", "Scoring pairs"):
            frequencies = session.sparkContext.broadcast(fitted.frequencies)
            run = kernels.scoring(shared, frequencies, comparisons, parameters, names)
            bins = _score(work, run, columns, names)
        with clock.stage("cluster", "Bringing records together"):
            telling = telling_fields(comparisons)
            exclusive = exclusive_of(data, telling)
            clustering = kernels.clustering(shared, settings.threshold_bits, telling)
            first = _cluster(work, data, clustering, settings.threshold_bits)
            collected = _collected(work, settings)
            pairs, of_pairs, weight = _taken_apart(collected, names)
            labels = join_again(
                fitted,
                pairs,
                of_pairs,
                weight,
                labels=in_order_of_rows(first),
                exclusive=exclusive,
                threshold_bits=settings.threshold_bits,
            )
            collected = _with_joined(work, collected, first, labels)
            pairs, of_pairs, weight = _taken_apart(collected, names)
        with clock.stage("missed", "Estimating what blocking missed"):
            candidates = Candidates(pairs, collected["rules"].to_numpy(), blocking)
            missed = missed_by_blocking(data, candidates, rules, probability_of(weight), labels)
        with clock.stage("tables", "Writing tables"):
            keep, threshold_bits = settings.keep_probability, settings.threshold_bits
            table = pairs_table(fitted, pairs, of_pairs, weight, keep=keep)
            if pairs_to is not None:
                pairs_to(table)
            model = describe(fitted, settings).as_json()
            against = against_table(fitted, pairs, of_pairs, weight, labels, keep=keep, threshold_bits=threshold_bits)
            result = LinkResult(
                links=links_table(data, labels),
                pairs=table,
                model=model,
                threshold=settings.threshold,
                levels=level_weights(comparisons, parameters, patterns),
                blocking=blocking,
                missed=missed,
                weight_histogram=weight_histogram(bins["weight"].to_numpy(), bins["pairs"].to_numpy()),
                samples=sample_pairs(
                    fitted,
                    pairs,
                    of_pairs,
                    weight,
                    labels,
                    threshold=settings.threshold,
                    learned=Learned.read(model).on(fitted, settings.threshold),
                ),
                seconds=clock.seconds,
                against=against,
                identifiers=identifiers_table(data, exclusive.identifier),
                fitted=fitted,
                unlikely=unlikely_sample(work, data, keep=keep),
            )
            for sent in (shared, frequencies):
                sent.destroy()
    return result


def _compare(
    work: Workspace,
    shared: kernels.Sent,
    comparisons: Sequence[Comparison],
    columns: Sequence[str],
    names: Sequence[str],
) -> Patterns:
    """Make ``compared`` of ``candidate``; return the patterns. No pair is at hand, so ``of_pair`` is empty."""
    both = statements.pairs_with_rows("candidate", columns, sides=("l", "r"), keep=kernels.PAIR)
    types = f"{kernels.PAIR_TYPES}, {kernels.pattern_types(names)}"
    work.settle("compared", work.frame(both).mapInArrow(kernels.comparing(shared, comparisons), types))
    work.drop("candidate")
    found = arrays(work.rows(statements.patterns(names)))
    grouped = kernels.patterns_from({name: found[name] for name in names})
    return replace(grouped, counts=found["pairs"], of_pair=np.empty(0, np.int32))


def _score(work: Workspace, run: kernels.Batches, columns: Sequence[str], names: Sequence[str]) -> pa.Table:
    """Make ``scored`` of ``compared``; return how many pairs there are by weight."""
    keep = (*kernels.PAIR, *names)
    with_left = statements.pairs_with_rows("compared", columns, sides=("l",), keep=keep)
    types = f"{kernels.PAIR_TYPES}, {kernels.pattern_types(names)}, weight float"
    work.settle("scored", work.frame(with_left).mapInArrow(run, types))
    work.drop("compared")
    return work.rows(statements.weights_in_bins(BIN_BITS))


def _coresidents(work: Workspace, data: Encoded, settings: LinkSettings) -> tuple[Pairs, float]:
    """Sample co-residents as the default engine does, where the pairs that blocking gave are not at hand.

    The sample is drawn as if there were none; those among it that blocking gave are asked for, and it is drawn again.
    """

    def draw(given: Pairs) -> tuple[Pairs, float]:
        return coresident_pairs(data, given, cap=settings.block_cap, most=settings.coresident_pairs)

    sampled, _ = draw(Pairs(np.empty(0, np.int32), np.empty(0, np.int32)))
    work.send("sampled", pa.table({"left_no": sampled.left, "right_no": sampled.right}))
    given = arrays(work.rows(statements.GIVEN_ALREADY))
    work.drop("sampled")
    return draw(Pairs(given["left_no"], given["right_no"]))


def _cluster(
    work: Workspace, data: Encoded, clustering: kernels.Groups, threshold_bits: float
) -> npt.NDArray[np.int32]:
    """Return the lowest row of each row's cluster: connected components on Spark, then each taken apart on its own."""
    work.settle("edge", statements.edges(_single(threshold_bits)))
    label_components(work)
    buckets = max(1, -(-work.count("label") // BUCKET_ROWS))
    found = work.grouped(
        statements.members(buckets),
        statements.pairs_inside(buckets),
        "bucket",
        clustering,
        "row_no int, first_no int",
    )
    work.settle("clustered", found)
    placed = arrays(work.rows("SELECT row_no, first_no FROM clustered"))
    first = np.arange(data.n, dtype=np.int32)
    first[placed["row_no"]] = placed["first_no"]
    return first


def _taken_apart(scored: pa.Table, names: Sequence[str]) -> tuple[Pairs, Patterns, npt.NDArray[np.float32]]:
    """Return scored pairs as the default engine has them."""
    columns = arrays(scored)
    patterns = kernels.patterns_from({name: columns[name] for name in names})
    return Pairs(columns["left_no"], columns["right_no"]), patterns, columns["weight"]


def _collected(work: Workspace, settings: LinkSettings) -> pa.Table:
    """Bring the pairs to the driver that are written or shown, or that the second pass looks at."""
    shown = settings.threshold_bits - NEAR_BITS - 0.01  # to a hair: which are shown is decided where they are chosen
    lowest = min(least_weight(min(settings.keep_probability, LEAST_PROBABILITY)), shown)
    return _in_order(work.rows(statements.pairs_to_collect(lowest, second_pass.NEAR_BITS)))


def _with_joined(
    work: Workspace, collected: pa.Table, first: npt.NDArray[np.int32], labels: npt.NDArray[np.int32]
) -> pa.Table:
    """Bring the pairs to the driver as well that lie between clusters which the second pass has joined.

    Args:
        work: holds ``scored`` and ``clustered``.
        collected: the pairs that are here.
        first: lowest row of each row's cluster before the second pass; shape (n,).
        labels: clusters after it; shape (n,).
    """
    roots = np.unique(first)
    lowest = np.unique(labels, return_index=True)[1].astype(np.int32)[labels[roots]]
    several = np.bincount(labels[roots])[labels[roots]] > 1
    work.send("joined", pa.table({"first_no": roots[several], "final_no": lowest[several]}))
    more = work.rows(statements.PAIRS_BETWEEN_JOINED)
    return _in_order(pa.concat_tables([collected, more]))


def _in_order(pairs: pa.Table) -> pa.Table:
    """Sort pairs, and keep each once."""
    pairs = pairs.sort_by([("left_no", "ascending"), ("right_no", "ascending")])
    left, right = pairs["left_no"].to_numpy(), pairs["right_no"].to_numpy()
    again = np.zeros(len(left), bool)
    again[1:] = (left[1:] == left[:-1]) & (right[1:] == right[:-1])
    return pairs.filter(pa.array(~again))


def _single(bits: float) -> float:
    """Return a threshold as it is where weights in single precision are held against it."""
    return float(np.float32(bits))
