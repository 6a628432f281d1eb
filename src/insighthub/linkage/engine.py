"""Linkage from ``person_records`` to clusters: block, compare, learn, score, cluster.

Takes the table and what the contracts say of it, gives a ``LinkResult``. No labels, no weights set by hand; the same
records and version give the same result, to the byte, whatever the order of rows or the number of threads.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pyarrow as pa

from insighthub.linkage.blocking import candidate_pairs, choose_rules, coresident_pairs, paired_by_name
from insighthub.linkage.cluster import Exclusive, cluster, same_record_pairs
from insighthub.linkage.comparisons.choose import choose_comparisons
from insighthub.linkage.comparisons.comparison import Comparison
from insighthub.linkage.em import Sources, learn_with_random_pairs
from insighthub.linkage.encode import Encoded
from insighthub.linkage.explain.learned import Learned
from insighthub.linkage.explain.samples import sample_pairs
from insighthub.linkage.fitted import Fitted
from insighthub.linkage.frequencies import NameRarity, log_frequencies, name_rarity
from insighthub.linkage.given_model import GivenModel
from insighthub.linkage.level_weights import level_weights
from insighthub.linkage.limits import Compared, Rates, least_work
from insighthub.linkage.model import describe
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.patterns import Patterns, compare, with_more
from insighthub.linkage.prepare import prepare
from insighthub.linkage.random_pairs import draw_pairs
from insighthub.linkage.result import LinkResult
from insighthub.linkage.score import score
from insighthub.linkage.second_pass import join_again
from insighthub.linkage.settings import LinkSettings
from insighthub.linkage.tables import against_table, identifiers_table, links_table, pairs_table, weight_histogram
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
    pairs_to: Callable[[pa.Table], None] | None = None,
    account: bool = False,
) -> LinkResult:
    """Link person records.

    Args:
        records: ``person_records``; see ``insighthub.standardise.schema``.
        single_sources: sources that hold one record a person.
        other_kinds: ``other_<name>`` -> "text", "exact" or "identifier", from the contracts.
        settings: the run's few numbers.
        model: a model to use as it is; learned from these records where it is not given.
        progress: told of each stage.
        pairs_to: given the table of pairs as soon as there is one, to write it while records are brought together.
        account: whether to work out the least work of each stage as well.

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
        fitted, random_pairs = _learn(data, comparisons, rarity, pairs, patterns, settings=settings, clock=clock)
    else:
        fitted, random_pairs = given.fitted, 0
    with clock.stage("score", "Scoring pairs"):
        weight = score(fitted, patterns, pairs.left) if given is None else given.weights(patterns, pairs)
    rough = weight.astype(np.float32)
    with ThreadPoolExecutor(1) as beside:

        def tabled() -> pa.Table:
            found = pairs_table(fitted, pairs, patterns, weight, keep=settings.keep_probability)
            if pairs_to is not None:
                pairs_to(found)
            return found

        table = beside.submit(tabled)
        with clock.stage("cluster", "Bringing records together"):
            # Numbered among themselves, since clusters keep a bit for each.
            number = np.where(data.single, np.cumsum(data.single) - 1, -1).astype(np.int32)
            single = number[data.source]
            threshold_bits = float(np.log2(settings.threshold / (1 - settings.threshold)))
            exclusive = Exclusive(single, data.codes["nhs_number"], same_record_pairs(data.codes["record"]))
            labels = cluster(data.n, pairs, rough, exclusive, threshold_bits=threshold_bits)
            if given is None or given.looks_again:
                labels = join_again(
                    fitted, pairs, patterns, rough, labels=labels, exclusive=exclusive, threshold_bits=threshold_bits
                )
        with clock.stage("tables", "Writing tables"):
            keep, file = settings.keep_probability, describe(fitted, settings) if given is None else given.written()
            content = file.as_json()
            against = against_table(fitted, pairs, patterns, rough, labels, keep=keep, threshold_bits=threshold_bits)
            result = LinkResult(
                links=links_table(data, labels),
                pairs=table.result(),
                model=content,
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
                    threshold=settings.threshold,
                    learned=None if file.in_sql else Learned.read(content).on(fitted, settings.threshold),
                    steps_of=None if given is None else given.steps,
                ),
                seconds=clock.seconds,
                against=against,
                identifiers=identifiers_table(data, exclusive.identifier),
                fitted=fitted,
            )
    if not account:
        return result
    rates = Rates.measured(data.pools["given_name"].values)
    compared = Compared(data, comparisons, pairs, patterns, random_pairs=random_pairs)
    joining = int((rough >= threshold_bits).sum())
    least = least_work(rates, compared, result, rounds=fitted.parameters.iterations, joining=joining)
    # Under a given model nothing is learned, so that there is no such stage.
    return replace(result, least=tuple(stage for stage in least if stage.stage in result.seconds))


def _learn(
    data: Encoded,
    comparisons: tuple[Comparison, ...],
    rarity: NameRarity,
    pairs: Pairs,
    patterns: Patterns,
    *,
    settings: LinkSettings,
    clock: _Clock,
) -> tuple[Fitted, int]:
    """Return the model that the compared pairs teach, and how many random pairs were drawn for it."""
    threads = settings.threads or os.cpu_count() or 1
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
    return fitted, int(random.counts.sum())
