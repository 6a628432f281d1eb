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

from insighthub.linkage.blocking.choose import choose_rules
from insighthub.linkage.blocking.coresidents import coresident_pairs
from insighthub.linkage.blocking.judge import first_look
from insighthub.linkage.blocking.missed import missed_by_blocking
from insighthub.linkage.blocking.names import paired_by_name
from insighthub.linkage.blocking.pairing import candidate_pairs
from insighthub.linkage.clock import Clock
from insighthub.linkage.cluster import cluster, exclusive_of
from insighthub.linkage.comparisons.choose import choose_comparisons
from insighthub.linkage.em import Sources, learn_with_random_pairs
from insighthub.linkage.explain.samples import sample_pairs
from insighthub.linkage.fitted import Fitted
from insighthub.linkage.frequencies import log_frequencies, name_rarity
from insighthub.linkage.labels.decisions import constrained
from insighthub.linkage.labels.teaching import Teaching
from insighthub.linkage.level_weights import level_weights
from insighthub.linkage.limits import Compared, Rates, least_work
from insighthub.linkage.model import Model
from insighthub.linkage.patterns import compare, with_more
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
        progress: told of each stage.
        pairs_to: given the table of pairs as soon as there is one, to write it while records are brought together.
        account: whether to work out the least work of each stage as well.

    Raises:
        DataError: two decisions contradict each other.
    """
    settings = settings or LinkSettings()
    progress = progress or Silent()
    threads = settings.threads or os.cpu_count() or 1

    clock = Clock(progress)
    with clock.stage("encode", "Coding values"):
        data = prepare(records, single=single_sources, shared_value_limit=settings.shared_value_limit, threads=threads)
        exclusive = constrained(exclusive_of(data), decisions, data.rows)
        comparisons = choose_comparisons(data, other_kinds)
        rarity = name_rarity(data, comparisons, paired_by_name(data, settings.block_cap))
    with clock.stage("block", "Finding pairs to compare"):
        judge = first_look(data, comparisons, rarity, threads)
        rules = choose_rules(data, judge, cap=settings.block_cap, pairs_per_record=settings.pairs_per_record)
        candidates = candidate_pairs(data, rules, cap=settings.block_cap, threads=threads, progress=progress)
        pairs, blocking = candidates.pairs, candidates.yields
    with clock.stage("compare", f"Comparing {len(pairs):,} pairs"):
        patterns = compare(data, comparisons, rarity, pairs, threads=threads, progress=progress)
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
        )
        learned_from = with_more(patterns, coresidents, stands_for)
        teaching = Teaching.of(labels, data, learned_from, partial(compare, data, comparisons, rarity, threads=threads))
        parameters = teaching.model(
            learn(learned_from), learn, learned_from, comparisons=comparisons, threshold_bits=settings.threshold_bits
        )
    with clock.stage("score", "Scoring pairs"):
        fitted = Fitted(data, comparisons, parameters, log_frequencies(data, comparisons), rarity.namesakes)
        weight = score(fitted, patterns, pairs.left)

        def people(weights: npt.NDArray[np.float32], bits: float) -> npt.NDArray[np.int32]:
            first = cluster(data.n, pairs, weights, exclusive, threshold_bits=bits)
            return join_again(fitted, pairs, patterns, weights, labels=first, exclusive=exclusive, threshold_bits=bits)

        weight = teaching.weights(fitted, patterns, weight, partial(people, bits=settings.threshold_bits))
    keep = settings.keep_probability
    with ThreadPoolExecutor(1) as beside:

        def tabled() -> pa.Table:
            found = pairs_table(fitted, pairs, patterns, weight, keep=keep)
            if pairs_to is not None:
                pairs_to(found)
            return found

        table = beside.submit(tabled)
        with clock.stage("cluster", "Bringing records together"):
            settings = teaching.threshold(partial(people, weight), settings)
            person = people(weight, settings.threshold_bits)
        with clock.stage("missed", "Estimating what blocking missed"):
            missed = missed_by_blocking(data, candidates, rules, probability_of(weight), person)
        with clock.stage("tables", "Writing tables"):
            bits = settings.threshold_bits
            model = Model.of(fitted, settings).as_dict() | {"labels": teaching.as_dict()}
            against = against_table(fitted, pairs, patterns, weight, person, keep=keep, threshold_bits=bits)
            result = LinkResult(
                links=links_table(data, person),
                pairs=table.result(),
                model=model,
                threshold=settings.threshold,
                levels=level_weights(comparisons, parameters, patterns),
                blocking=blocking,
                missed=missed,
                weight_histogram=weight_histogram(weight[~patterns.barred[patterns.of_pair]]),
                samples=sample_pairs(fitted, pairs, patterns, weight, person, model=model),
                seconds=clock.seconds,
                against=against,
                identifiers=identifiers_table(data, exclusive.identifier),
                fitted=fitted,
                taught=teaching.taught,
                unlikely=unlikely_pairs(data, pairs, weight, patterns.barred[patterns.of_pair], keep=keep),
            )
    if not account:
        return result
    rates = Rates.measured(data.pools["given_name"].values)
    compared = Compared(data, comparisons, pairs, patterns, random_pairs=int(random.counts.sum()))
    joining = int((weight >= settings.threshold_bits).sum())
    return replace(result, least=least_work(rates, compared, result, rounds=parameters.iterations, joining=joining))
