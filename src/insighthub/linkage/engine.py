"""Linkage from ``person_records`` to clusters: block, compare, learn, score, cluster.

Takes the table and what the contracts say of it, gives a ``LinkResult``. No labels, no weights set by hand; the same
records and version give the same result, to the byte, whatever the order of rows or the number of threads.
"""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import pyarrow as pa

from insighthub.linkage.blocking import candidate_pairs, choose_rules, coresident_pairs, paired_by_name
from insighthub.linkage.cluster import Exclusive, cluster, same_record_pairs
from insighthub.linkage.comparisons.choose import choose_comparisons
from insighthub.linkage.em import Sources, learn_with_random_pairs
from insighthub.linkage.explain import level_weights, sample_pairs
from insighthub.linkage.fitted import Fitted
from insighthub.linkage.frequencies import log_frequencies, name_rarity
from insighthub.linkage.given_model import GivenModel
from insighthub.linkage.model import describe
from insighthub.linkage.patterns import compare, with_more
from insighthub.linkage.prepare import prepare
from insighthub.linkage.random_pairs import draw_pairs
from insighthub.linkage.result import LinkResult
from insighthub.linkage.score import score
from insighthub.linkage.second_pass import join_again
from insighthub.linkage.settings import LinkSettings
from insighthub.linkage.tables import links_table, pairs_table, weight_histogram
from insighthub.progress import Progress, Silent


class _Clock:
    """Wall seconds by stage."""

    def __init__(self, progress: Progress) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress

    @contextmanager
    def stage(self, name: str, words: str) -> Iterator[None]:
        self._progress.stage(words)
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start


def link_records(
    records: pa.Table,
    *,
    single_sources: Collection[str] = (),
    other_kinds: Mapping[str, str] | None = None,
    settings: LinkSettings | None = None,
    model: GivenModel | None = None,
    progress: Progress | None = None,
) -> LinkResult:
    """Link person records.

    Args:
        records: ``person_records``; see ``insighthub.standardise.schema``.
        single_sources: sources that hold one record a person.
        other_kinds: ``other_<name>`` -> "text", "exact" or "identifier", from the contracts.
        settings: the run's few numbers.
        model: a model to use as it is; learned from these records where it is not given.
        progress: told of each stage.

    Raises:
        DataError: the model cannot be used on these records.
    """
    settings = settings or LinkSettings()
    progress = progress or Silent()
    threads = settings.threads or os.cpu_count() or 1

    clock = _Clock(progress)
    with clock.stage("encode", "Coding values"):
        # A given model says by itself which values are shared by too many, however many share them here.
        limit = settings.shared_value_limit if model is None else 2 * records.num_rows + 1
        data = prepare(
            records, single=single_sources, shared_value_limit=limit, infer_sex=model is None, threads=threads
        )
        given = None if model is None else model.on(data)
        if given is None:
            comparisons = choose_comparisons(data, other_kinds)
            rarity = name_rarity(data, comparisons, paired_by_name(data, settings.block_cap))
        else:
            comparisons, rarity = given.fitted.comparisons, given.rarity
    with clock.stage("block", "Finding pairs to compare"):
        rules = choose_rules(data)
        pairs, blocking = candidate_pairs(data, rules, cap=settings.block_cap, threads=threads, progress=progress)
    with clock.stage("compare", f"Comparing {len(pairs):,} pairs"):
        patterns = compare(data, comparisons, rarity, pairs, threads=threads, progress=progress)
    if given is None:
        with clock.stage("random pairs", "Comparing random pairs"):
            random = compare(data, comparisons, rarity, draw_pairs(data.n, settings.random_pairs), threads=threads)
            homes, stands_for = coresident_pairs(data, pairs, cap=settings.block_cap, most=settings.coresident_pairs)
            coresidents = compare(data, comparisons, rarity, homes, threads=threads)
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
    else:
        fitted = given.fitted
    with clock.stage("score", "Scoring pairs"):
        weight = score(fitted, patterns, pairs.left) if given is None else given.weights(patterns, pairs)
    with clock.stage("cluster", "Bringing records together"):
        # Numbered among themselves, since clusters keep a bit for each.
        number = np.where(data.single, np.cumsum(data.single) - 1, -1).astype(np.int32)
        single = number[data.source]
        threshold_bits = float(np.log2(settings.threshold / (1 - settings.threshold)))
        exclusive = Exclusive(single, data.codes["nhs_number"], same_record_pairs(data))
        rough = weight.astype(np.float32)
        labels = cluster(data.n, pairs, rough, exclusive, threshold_bits=threshold_bits)
        if given is None or given.looks_again:
            labels = join_again(fitted, pairs, patterns, rough, labels, exclusive, threshold_bits=threshold_bits)
    with clock.stage("tables", "Writing tables"):
        return LinkResult(
            links=links_table(records, data, labels),
            pairs=pairs_table(fitted, pairs, patterns, weight, keep=settings.keep_probability),
            model=(describe(fitted, settings) if given is None else given.written()).as_json(),
            threshold=settings.threshold,
            levels=level_weights(comparisons, fitted.parameters, patterns),
            blocking=blocking,
            weight_histogram=weight_histogram(weight[~patterns.barred[patterns.of_pair]]),
            samples=sample_pairs(
                fitted,
                pairs,
                patterns,
                weight,
                labels,
                threshold_bits=threshold_bits,
                steps_of=None if given is None else lambda i: given.steps(patterns, pairs, i),
            ),
            seconds=clock.seconds,
        )
