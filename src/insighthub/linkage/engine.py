"""Linkage from ``person_records`` to clusters: block, compare, learn, score, cluster.

Takes the table and what the contracts say of it, gives a ``LinkResult``. No labels, no weights set by hand; the same
records and version give the same result, to the byte, whatever the order of rows or the number of threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from insighthub.linkage.blocking.choose import Judge, choose_rules
from insighthub.linkage.blocking.copies import first_identical
from insighthub.linkage.blocking.coresidents import coresident_pairs
from insighthub.linkage.blocking.judge import first_look
from insighthub.linkage.blocking.missed import missed_by_blocking
from insighthub.linkage.blocking.names import paired_by_name
from insighthub.linkage.blocking.pairing import candidate_pairs
from insighthub.linkage.clock import Clock
from insighthub.linkage.cluster import cluster, exclusive_of
from insighthub.linkage.comparisons.choose import choose_comparisons
from insighthub.linkage.comparisons.comparison import Comparison, telling_fields
from insighthub.linkage.em import Sources, learn_with_random_pairs
from insighthub.linkage.encode import Encoded
from insighthub.linkage.explain.learned import Learned
from insighthub.linkage.explain.samples import sample_pairs
from insighthub.linkage.fitted import Fitted
from insighthub.linkage.frequencies import NameRarity, log_frequencies, name_rarity
from insighthub.linkage.given_model import GivenModel, ModelOnRows
from insighthub.linkage.labels.decisions import constrained
from insighthub.linkage.labels.teaching import Teaching
from insighthub.linkage.level_weights import level_weights
from insighthub.linkage.limits import Compared, Rates, least_work
from insighthub.linkage.model import describe
from insighthub.linkage.pairs import Pairs
from insighthub.linkage.patterns import Patterns, compare, with_more
from insighthub.linkage.prepare import prepare
from insighthub.linkage.random_pairs import draw_pairs
from insighthub.linkage.result import LinkResult
from insighthub.linkage.score import probability_of, score
from insighthub.linkage.second_pass import join_again
from insighthub.linkage.settings import LinkSettings
from insighthub.linkage.tables import against_table, identifiers_table, links_table, pairs_table, weight_histogram
from insighthub.linkage.unlikely import unlikely_pairs
from insighthub.progress import Progress, Silent


def link_records(
    records: pa.Table,
    *,
    single_sources: Collection[str] = (),
    other_kinds: Mapping[str, str] | None = None,
    settings: LinkSettings | None = None,
    decisions: pa.Table | None = None,
    labels: pa.Table | None = None,
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
        decisions: pairs decided to be one person or two, which clusters keep to; see ``read_decisions``.
        labels: what people say of some pairs, which the model learns from; see ``read_labels``.
        model: a model to use as it is; learned from these records where it is not given. One of ours brings the
            threshold that it was learned with, or that labels called for, whatever the settings say.
        progress: told of each stage.
        pairs_to: given the table of pairs as soon as there is one, to write it while records are brought together.
        account: whether to work out the least work of each stage as well.

    Raises:
        DataError: two decisions contradict each other, or the model cannot be used on these records.
        ValueError: there are labels as well as a model.
    """
    if model is not None and labels is not None:
        raise ValueError("labels teach a model that is being learned, and a given model is used as it is")
    settings = settings or LinkSettings()
    progress = progress or Silent()
    threads = settings.threads or os.cpu_count() or 1

    clock = Clock(progress)
    with clock.stage("encode", "Coding values"):
        # A given model says by itself which values are shared by too many, however many share them here.
        limit = settings.shared_value_limit if model is None else 2 * records.num_rows + 1
        data = prepare(
            records, single=single_sources, shared_value_limit=limit, infer_sex=model is None, threads=threads
        )
        given = None if model is None else model.on(data)
        if given is None:
            comparisons = choose_comparisons(data, other_kinds)
            with ThreadPoolExecutor(1) as beside:
                # Wanted next, by blocking, which asks for it again.
                beside.submit(first_identical, data)
                rarity = name_rarity(data, comparisons, paired_by_name(data, settings.block_cap))
        else:
            comparisons, rarity = given.fitted.comparisons, given.rarity
            settings = replace(settings, threshold=given.threshold or settings.threshold)
        telling = telling_fields(comparisons)
        exclusive = constrained(exclusive_of(data, telling), decisions, data.rows)
    with clock.stage("block", "Finding pairs to compare"):
        judge = first_look(data, comparisons, rarity, threads) if given is None else _judge(given, data, threads)
        rules = choose_rules(
            data, judge, cap=settings.block_cap, pairs_per_record=settings.pairs_per_record, threads=threads
        )
        candidates = candidate_pairs(data, rules, cap=settings.block_cap, threads=threads, progress=progress)
        pairs, blocking = candidates.pairs, candidates.yields
    with clock.stage("compare", f"Comparing {len(pairs):,} pairs"):
        patterns = compare(data, comparisons, rarity, pairs, threads=threads, progress=progress)
    if given is None:
        fitted, teaching, random_pairs = _learn(
            data, comparisons, rarity, pairs, patterns, labels=labels, settings=settings, clock=clock
        )
    else:
        fitted, teaching, random_pairs = given.fitted, Teaching(), 0

    def people(weights: npt.NDArray[np.float32], bits: float) -> npt.NDArray[np.int32]:
        first = cluster(data.n, pairs, weights, exclusive, threshold_bits=bits)
        if given is not None and not given.looks_again:
            return first
        return join_again(fitted, pairs, patterns, weights, labels=first, exclusive=exclusive, threshold_bits=bits)

    with clock.stage("score", "Scoring pairs"):
        if given is None:
            rough = score(fitted, patterns, pairs.left, threads=threads)
            rough = teaching.weights(fitted, patterns, rough, partial(people, bits=settings.threshold_bits))
            weight: npt.NDArray[np.floating] = rough
        else:
            weight = given.weights(patterns, pairs)
            rough = weight.astype(np.float32)
    keep = settings.keep_probability
    with ThreadPoolExecutor(1) as beside:

        def tabled() -> pa.Table:
            found = pairs_table(fitted, pairs, patterns, weight, keep=keep)
            if pairs_to is not None:
                pairs_to(found)
            return found

        # What needs no clusters is worked out while they are made.
        table = beside.submit(tabled)
        levels = beside.submit(level_weights, comparisons, fitted.parameters, patterns)
        barred = patterns.barred[patterns.of_pair]
        histogram = beside.submit(lambda: weight_histogram(weight[~barred]))
        unlikely = beside.submit(unlikely_pairs, data, pairs, rough, barred, keep=keep)
        with clock.stage("cluster", "Bringing records together"):
            settings = teaching.threshold(partial(people, rough), settings)
            described = beside.submit(
                lambda: describe(fitted, settings, teaching.as_dict()) if given is None else given.written()
            )
            person = people(rough, settings.threshold_bits)
        bits = settings.threshold_bits
        against = beside.submit(against_table, fitted, pairs, patterns, rough, person, keep=keep, threshold_bits=bits)
        with clock.stage("missed", "Estimating what blocking missed"):
            missed = missed_by_blocking(data, candidates, rules, probability_of(weight), person)
        with clock.stage("tables", "Writing tables"):
            file = described.result()
            content = file.as_json()
            samples = sample_pairs(
                fitted,
                pairs,
                patterns,
                weight,
                person,
                threshold=settings.threshold,
                learned=None if file.in_sql else Learned.read(content).on(fitted, settings.threshold),
                steps_of=None if given is None else given.steps,
            )
            result = LinkResult(
                links=links_table(data, person),
                pairs=table.result(),
                model=content,
                threshold=settings.threshold,
                levels=levels.result(),
                blocking=blocking,
                missed=missed,
                weight_histogram=histogram.result(),
                samples=samples,
                seconds=clock.seconds,
                against=against.result(),
                identifiers=identifiers_table(data, exclusive.identifier),
                rules=rules,
                fitted=fitted,
                taught=teaching.taught,
                unlikely=unlikely.result(),
            )
    if not account:
        return result
    rates = Rates.measured(data.pools["given_name"].values)
    compared = Compared(data, comparisons, pairs, patterns, random_pairs=random_pairs)
    joining = int((rough >= settings.threshold_bits).sum())
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
    labels: pa.Table | None,
    settings: LinkSettings,
    clock: Clock,
) -> tuple[Fitted, Teaching, int]:
    """Return the model that the compared pairs teach, the labels on their way, and how many random pairs there were."""
    threads = settings.threads or os.cpu_count() or 1
    with clock.stage("random pairs", "Comparing random pairs"):
        random = compare(data, comparisons, rarity, draw_pairs(data.n, settings.random_pairs), threads=threads)
        homes, stands_for = coresident_pairs(data, pairs, cap=settings.block_cap, most=settings.coresident_pairs)
        coresidents = compare(data, comparisons, rarity, homes, threads=threads)
    with clock.stage("learn", "Learning what agreement means here"):
        learn = partial(
            learn_with_random_pairs,
            random=random,
            comparisons=comparisons,
            rows=data.n,
            iterations=settings.iterations,
            tolerance=settings.tolerance,
            sources=Sources(data.sources, np.bincount(data.source, minlength=len(data.sources))),
            threads=threads,
        )
        learned_from = with_more(patterns, coresidents, stands_for)
        teaching = Teaching.of(labels, data, learned_from, partial(compare, data, comparisons, rarity, threads=threads))
        parameters = teaching.model(
            learn(learned_from), learn, learned_from, comparisons=comparisons, threshold_bits=settings.threshold_bits
        )
        fitted = Fitted(data, comparisons, parameters, log_frequencies(data, comparisons), rarity.namesakes)
    return fitted, teaching, int(random.counts.sum())


def _judge(given: ModelOnRows, data: Encoded, threads: int) -> Judge:
    """Return what tells blocking how likely pairs are to be one person, by a given model."""

    def judge(pairs: Pairs) -> npt.NDArray[np.float64]:
        patterns = compare(data, given.fitted.comparisons, given.rarity, pairs, threads=threads)
        return probability_of(given.weights(patterns, pairs))

    return judge
