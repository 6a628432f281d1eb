"""How pairs were found and weighed: blocking, comparison levels, match weights.

Takes a linkage result, gives the sections "Blocking", "What each comparison weighs" and "Match weights".
"""

import math
from collections.abc import Sequence
from itertools import groupby

from insighthub.charts import Column, Figure, counts, evidence
from insighthub.charts.numbers import bits, count, share
from insighthub.charts.table import table
from insighthub.linkage.result import BlockingYield, GroupOfRules, LevelWeight, LinkResult, MissedByBlocking
from insighthub.report.section import Section, of, words


def threshold_bits(threshold: float) -> float:
    """Return a match probability as a match weight: log2 of its odds, at most 53 bits either way.

    A probability of 1 would be an infinite weight; the largest that a floating-point number can tell from 1 is 53 bits.
    """
    least = 2.0**-53
    probability = min(max(threshold, least), 1 - least)
    return math.log2(probability / (1 - probability))


def blocking_section(blocking: Sequence[BlockingYield], missed: MissedByBlocking) -> Section:
    """Say what each blocking rule brought."""
    return Section(
        "blocking",
        "Blocking: which pairs were compared",
        "Comparing every record with every other would take too long, so only pairs that share something are "
        "candidates. The rules were chosen from many for the likely matches that each brings for the pairs it costs. "
        "A rule's new pairs are those that no rule above it gave.",
        ((_rules(blocking),) if blocking else ()) + ((_missed(missed),) if missed.groups else ()),
    )


def comparison_section(levels: Sequence[LevelWeight]) -> Section:
    """Say what each level of each comparison weighs, as learned from the data."""
    by_comparison = {name: list(group) for name, group in groupby(levels, key=lambda level: level.comparison)}
    figures = [_reach(by_comparison)] if by_comparison else []
    figures += [_levels(place, name, group) for place, (name, group) in enumerate(by_comparison.items(), start=1)]
    return Section(
        "comparisons",
        "What each comparison weighs",
        "A weight is in bits: each bit for a match doubles its odds, each bit against it halves them. It is log2 of m "
        "over u, where m is how often matches fall in a level, and u how often random pairs do. A value that is not "
        "known weighs nothing. How rare a shared value is adds to these weights pair by pair, and is not shown here.",
        tuple(figures),
    )


def weights_section(result: LinkResult) -> Section:
    """Say how match weights are spread, and where the threshold lies."""
    return Section(
        "weights",
        "Match weights and the threshold",
        "A pair's match weight is the sum of its evidence in bits, with the prior. Its match probability follows from "
        "it: 0 bits is even odds.",
        (_histogram(result),) if result.weight_histogram else (),
    )


def _rules(blocking: Sequence[BlockingYield]) -> Figure:
    total = sum(rule.new_pairs for rule in blocking)
    best = max(blocking, key=lambda rule: rule.new_pairs)
    capped = sum(rule.capped_blocks for rule in blocking)
    bars = [
        counts.Bar(
            words(rule.rule),
            (rule.new_pairs, rule.pairs - rule.new_pairs),
            f"{count(rule.new_pairs)} new of {count(rule.pairs)}",
        )
        for rule in blocking
    ]
    left_out = (
        f"{of(capped, 'block was', 'blocks were')} left out for being too large, with "
        f"{of(sum(rule.capped_records for rule in blocking), 'record')}."
        if capped
        else "No block was left out for being too large."
    )
    return Figure(
        "blocking-yield",
        f"{of(len(blocking), 'rule')} gave {of(total, 'candidate pair')}; the rule “{best.rule}” alone brought "
        f"{share(best.new_pairs / total if total else None)}",
        left_out,
        table(
            "Pairs by blocking rule",
            [
                Column("rule", "Rule"),
                Column("pairs", "Pairs", "count"),
                Column("new_pairs", "New pairs", "count"),
                Column("share_of_candidates", "New, of all candidates", "share"),
                Column("largest_block", "Records in largest block", "count"),
                Column("capped_blocks", "Blocks left out", "count"),
                Column("capped_records", "Records in them", "count"),
            ],
            [
                (
                    words(r.rule),
                    r.pairs,
                    r.new_pairs,
                    r.new_pairs / total if total else None,
                    r.largest_block,
                    r.capped_blocks,
                    r.capped_records,
                )
                for r in blocking
            ],
        ),
        lambda width: counts.bars(bars, ("New pairs", "Also given by a rule above"), width),
    )


def _missed(missed: MissedByBlocking) -> Figure:
    """Say about how many matches no rule gave, and what each group of rules finds of what the others find."""

    def found(group: GroupOfRules) -> float | None:
        return group.of_these / group.found_by_others if group.found_by_others else None

    total = missed.found + missed.missed
    bars = [
        counts.Bar(words(g.name), (round(g.of_these), round(g.found_by_others - g.of_these)), share(found(g)))
        for g in missed.groups
    ]
    return Figure(
        "blocking-missed",
        f"At least {share(missed.missed / total if total else None)} of the pairs of one person were likely never "
        f"compared: about {count(round(missed.missed))}, between {count(round(missed.low))} and "
        f"{count(round(missed.high))} if groups of rules miss independently",
        "Told from how many of the matches that other groups of rules gave a group gave too, where the fields it "
        "needs are known. It is a floor: too low where one thing hides a pair from several groups at once, as in "
        "records that hold little. Records that were never compared may still end as one person by way of a third.",
        table(
            "What each group of rules finds of the matches that others find",
            [
                Column("group", "Rules on"),
                Column("rules", "Rules", "count"),
                Column("found", "Matches given", "count"),
                Column("found_by_others", "Matches given by other groups", "count"),
                Column("of_these", "Of these, given by this group too", "count"),
                Column("share", "Share", "share"),
            ],
            [
                (words(g.name), g.rules, round(g.found), round(g.found_by_others), round(g.of_these), found(g))
                for g in missed.groups
            ],
        ),
        lambda width: counts.bars(bars, ("Given by this group too", "Given by other groups alone"), width),
    )


def _reach(by_comparison: dict[str, list[LevelWeight]]) -> Figure:
    spans = []
    rows = []
    for name, levels in by_comparison.items():
        low, high = min(level.weight for level in levels), max(level.weight for level in levels)
        spans.append(evidence.Span(words(name), low, high, f"{bits(low)} to {bits(high)}"))
        rows.append((words(name), low, high, high - low))
    spans.sort(key=lambda span: (span.low - span.high, span.label))
    rows.sort(key=lambda row: (-row[3], row[0]))
    name, low, high, _ = rows[0]
    last = rows[-1]
    return Figure(
        "reach",
        f"{name} tells the most: from {bits(low)} to {bits(high)} bits",
        f"{last[0]} tells the least, from {bits(last[1])} to {bits(last[2])} bits. Comparisons are in order of the "
        "distance between their strongest evidence for a match and against it.",
        table(
            "How far each comparison's weights reach",
            [
                Column("comparison", "Comparison"),
                Column("lowest", "Most against, bits", "bits"),
                Column("highest", "Most for, bits", "bits"),
                Column("distance", "Distance, bits", "bits"),
            ],
            rows,
        ),
        lambda width: evidence.reach(spans, width),
    )


def _levels(place: int, name: str, levels: Sequence[LevelWeight]) -> Figure:
    title = words(name)
    most, least = max(levels, key=lambda v: v.weight), min(levels, key=lambda v: v.weight)
    rows = [evidence.Weight(words(level.label), level.weight) for level in levels]
    if most.weight == least.weight:
        finding = f"{title}: it told nothing in this data"
    else:
        finding = f"{title}: “{most.label}” weighs {bits(most.weight)} bits, “{least.label}” {bits(least.weight)}"
    common = max(levels, key=lambda v: v.pairs)
    pairs = sum(level.pairs for level in levels)
    return Figure(
        f"comparison-{place}",
        finding,
        f"The commonest level among {of(pairs, 'candidate pair')} is “{common.label}”, with "
        f"{share(common.pairs / pairs if pairs else None)}.",
        table(
            f"{title}: levels, from the strongest agreement",
            [
                Column("level", "Level"),
                Column("m", "m: share of matches", "share"),
                Column("u", "u: share of random pairs", "share"),
                Column("weight", "Weight, bits", "bits"),
                Column("pairs", "Candidate pairs", "count"),
            ],
            [(words(v.label), v.m, v.u, v.weight, v.pairs) for v in levels],
        ),
        lambda width: evidence.weights(rows, width),
    )


def _histogram(result: LinkResult) -> Figure:
    bins = result.weight_histogram
    cut = threshold_bits(result.threshold)
    total = sum(n for *_, n in bins)
    above = sum(n for low, high, n in bins if (low + high) / 2 >= cut)
    near = sum(n for low, high, n in bins if abs((low + high) / 2 - cut) <= 3)
    at = share(result.threshold)
    return Figure(
        "match-weights",
        f"{share(above / total if total else None)} of {of(total, 'candidate pair')} lie above the threshold, and "
        f"{share(near / total if total else None)} within 3 bits of it",
        f"The threshold is a match probability of {at}, which is {bits(cut)} bits. Each grid line stands for ten times "
        "as many pairs as the one below it. The fewer pairs near the threshold, the fewer the doubtful ones. Whether a "
        "pair's records end in one cluster depends on their other pairs too.",
        table(
            "Candidate pairs by match weight",
            [
                Column("from_bits", "From, bits", "bits"),
                Column("to_bits", "To, bits", "bits"),
                Column("pairs", "Candidate pairs", "count"),
            ],
            bins,
        ),
        lambda width: counts.histogram(
            bins, counts.Cut(cut, f"Threshold {at}"), "Match weight, bits", "Candidate pairs", width
        ),
    )
