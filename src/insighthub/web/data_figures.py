"""Figures of pages on the data: seconds of a run's stages, scorecards, the trend of quality, rarity, corrections.

Takes plain values of the desk, gives figures of ``charts``, whose titles state what is found.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from insighthub.charts import Column, Figure, counts, evidence, numbers
from insighthub.charts.rates import Rate, rates
from insighthub.charts.table import table
from insighthub.charts.trend import Point, trend
from insighthub.spoken import spoken_date
from insighthub.web import words

#: Bars that a picture shows at most; the table has all.
_MOST = 12
#: Rules of quality in words: what keeping one means.
RULES = {
    "complete": "Complete",
    "valid": "Valid",
    "consistent": "Consistent",
    "timely": "Timely",
    "unique": "Unique",
}
RULE_MEANS = {
    "complete": "the field is filled in",
    "valid": "what is filled in can be used",
    "consistent": "it does not contradict the resident's other records",
    "timely": "the record is no older than a year",
    "unique": "the source holds the resident once",
}


def stages(found: Sequence[tuple[str, float]]) -> Figure:
    """Show how long the stages of a run took; there is at least one."""
    total = sum(took for _, took in found)
    name, longest = max(found, key=lambda each: each[1])
    bars = [counts.Bar(stage, (took,), f"{numbers.seconds(took)} s") for stage, took in found]
    return Figure(
        "stages",
        f"{name} took longest: {numbers.seconds(longest)} of {numbers.seconds(total)} seconds",
        "Stages are in the order in which they ran.",
        table(
            "Seconds by stage",
            [Column("stage", "Stage"), Column("seconds", "Seconds", "seconds"), Column("share", "Share", "share")],
            [(stage, took, took / total if total else None) for stage, took in found],
        ),
        lambda width: counts.bars(bars, ("Seconds",), width),
    )


def run_sources(found: Sequence[Any]) -> Figure:
    """Show what a run took in of each source; there is at least one."""
    told = [each for each in found if each.added is not None]
    changed = sum((each.added or 0) + (each.changed or 0) + (each.removed or 0) for each in told)
    aside = sum(each.quarantined for each in found)
    most = max(told, key=lambda each: (each.added + each.changed + each.removed, each.source), default=None)
    finding = f"{numbers.of(aside, 'row')} could not be used, of {numbers.of(len(found), 'source')}"
    if most is not None and changed:
        finding = f"{numbers.of(changed, 'record')} changed, most of them of {words.plain(most.source)}"
    bars = [
        counts.Bar(
            words.plain(each.source),
            ((each.added or 0) + (each.changed or 0), each.removed or 0),
            f"{each.added:,} new, {each.changed:,} changed, {each.removed:,} gone",
        )
        for each in told
        if each.added or each.changed or each.removed
    ]
    return Figure(
        "sources",
        finding,
        f"{numbers.of(aside, 'row')} of all sources could not be used."
        if told
        else "What changed was not kept by the version that made this run.",
        table(
            "What was delivered, by source",
            [
                Column("source", "Source"),
                Column("delivered", "Rows delivered", "count"),
                Column("quarantined", "Could not be used", "count"),
                Column("added", "Records new", "count"),
                Column("changed", "Changed", "count"),
                Column("removed", "Gone", "count"),
            ],
            [(words.plain(e.source), e.delivered, e.quarantined, e.added, e.changed, e.removed) for e in found],
        ),
        (lambda width: counts.bars(bars, ("New or changed", "Gone"), width)) if bars else None,
    )


def fields(rules: Sequence[Any], rule: str | None = None) -> Figure:
    """Show fields by how many of their values fail a rule: those that are wrong, or where a rule is named, its own."""
    wrong = [each for each in rules if each.failed and (each.rule == rule or (rule is None and each.rule in _WRONG))]
    wrong.sort(key=lambda each: (each.share or 0.0, each.source, each.field, each.rule))
    drawn = [_rate(each) for each in wrong[:_MOST]]
    finding = "Nothing that was asked of these fields failed" if rule else "No value is wrong in these fields"
    if wrong:
        finding = f"Weakest: {_named(wrong[0])}, {numbers.share(wrong[0].failed / wrong[0].rows)} not {wrong[0].rule}"
    return Figure(
        "fields",
        finding,
        "Bars are the share of values that failed, the most first; the table has all rules. "
        + ("" if rule else "Fields that are empty are not counted as wrong here."),
        table(
            "Fields by rule",
            [
                Column("source", "Source"),
                Column("field", "Field"),
                Column("rule", "Rule"),
                Column("rows", "Asked of", "count"),
                Column("failed", "Failed", "count"),
                Column("share", "Kept", "share"),
            ],
            [(words.plain(e.source), _field(e.field), RULES[e.rule], e.rows, e.failed, e.share) for e in rules],
        ),
        (lambda width: rates(drawn, ("Share that failed",), width)) if drawn else None,
    )


def quality_trend(by_run: Mapping[tuple[str, Any, str], Mapping[str, float | None]], rule: str) -> Figure:
    """Show how the mean share of a rule went from release to release, over the sources that are there."""
    runs = sorted({(run, day) for run, day, _ in by_run})
    means = {
        (run, day): _mean([kept.get(rule) for (r, d, _), kept in by_run.items() if (r, d) == (run, day)])
        for run, day in runs
    }
    points = [
        Point(spoken_date(day), f"{day.day} {day:%b}", mean, numbers.share(mean))
        for (_, day), mean in means.items()
        if mean is not None
    ]
    if len(points) < 2:
        finding = "There is one release so far: a trend takes two" if points else "The rule was asked of nothing"
    else:
        same = points[-1].shown == points[-2].shown
        step = 0.0 if same else points[-1].value - points[-2].value
        way = "rose" if step > 0 else "fell" if step < 0 else "stayed"
        to = f"to {points[-1].shown}" if step else f"at {points[-1].shown}"
        finding = f"{RULES[rule]}: {way} {to} in the last release" + (f", from {points[-2].shown}" if step else "")
    return Figure(
        "trend",
        finding,
        f"{RULES[rule]} means that {RULE_MEANS[rule]}. The line is the mean of the sources shown, over releases.",
        table(
            f"{RULES[rule]}, by release and source",
            [Column("run", "Run"), Column("day", "Day"), Column("source", "Source"), Column("share", "Kept", "share")],
            [
                (run, spoken_date(day), words.plain(source), kept.get(rule))
                for (run, day, source), kept in sorted(by_run.items())
            ],
        ),
        (lambda width: trend(points, width)) if len(points) > 1 else None,
    )


def lacks(found: Sequence[Any]) -> Figure:
    """Show the fields whose lack goes with missed matches; there is at least one."""
    worst = found[0]
    bars = [
        counts.Bar(
            f"{words.plain(e.source)}, {_lower(_field(e.field))}", (e.matches_missed,), numbers.count(e.matches_missed)
        )
        for e in found[:_MOST]
    ]
    return Figure(
        "lacks",
        f"The lack of {_lower(_field(worst.field))} in {words.plain(worst.source)} goes with "
        f"{numbers.count(worst.matches_missed)} missed matches",
        "Alone: the only record of its resident. Missed: how many fewer would be alone, were those without the field "
        "alone as seldom as those with it. What goes together is not always the cause.",
        table(
            "Fields whose lack goes with missed matches",
            [
                Column("source", "Source"),
                Column("field", "Field"),
                Column("rows_without", "Records without it", "count"),
                Column("alone_without", "Of these, alone", "count"),
                Column("rows_with", "Records with it", "count"),
                Column("alone_with", "Of these, alone", "count"),
                Column("matches_missed", "Matches missed", "count"),
            ],
            [
                (
                    words.plain(e.source),
                    _field(e.field),
                    e.rows_without,
                    e.alone_without,
                    e.rows_with,
                    e.alone_with,
                    e.matches_missed,
                )
                for e in found
            ],
        ),
        lambda width: counts.bars(bars, ("Matches missed",), width),
    )


def set_aside(found: Sequence[Any]) -> Figure:
    """Show why rows were put aside; there is at least one."""
    total = sum(each.rows for each in found)
    return Figure(
        "set-aside",
        f"{numbers.of(total, 'row')} could not be used; the commonest reason is “{found[0].reason}”",
        "They are kept aside with the reason, and no resident's picture rests on them.",
        table(
            "Why rows could not be used",
            [Column("source", "Source"), Column("reason", "Reason"), Column("rows", "Rows", "count")],
            [(words.plain(each.source), each.reason, each.rows) for each in found],
        ),
    )


def rarity(found: Sequence[Any]) -> Figure:
    """Show how much more agreement on a rare value says than on a common one; there is at least one field."""
    spans, listed = [], []
    for each in found:
        rare = -math.log2(each.rare) if each.rare > 0 else 0.0
        common = None if not each.commonest else -math.log2(each.commonest)
        low = common if common is not None else rare
        spans.append(evidence.Span(words.plain(each.field), low, rare, f"{numbers.bits(low)} to {numbers.bits(rare)}"))
        listed.append((words.plain(each.field), each.records, each.values, each.commonest, common, rare))
    furthest = max(spans, key=lambda span: span.high - span.low)
    return Figure(
        "rarity",
        f"To share a rare {_lower(furthest.label)} says up to {numbers.bits(furthest.high - furthest.low)[1:]} bits "
        "more than to share the commonest",
        "Bits against chance for agreeing on a value: from the commonest, on the left, to a rare one, on the right. No "
        "value that fewer than ten records hold is in the model.",
        table(
            "How rare values are",
            [
                Column("field", "Field"),
                Column("records", "Records with it", "count"),
                Column("values", "Different values", "count"),
                Column("commonest", "Records with the commonest", "share"),
                Column("common_bits", "Bits of the commonest", "bits"),
                Column("rare_bits", "Bits of a rare one", "bits"),
            ],
            listed,
        ),
        lambda width: evidence.reach(spans, width),
    )


def board(lines: Sequence[Any], everything: Any) -> Figure:
    """Show what became of corrections, source by source."""
    told = [line for line in lines if line.figures is not None]
    told.sort(key=lambda line: (-line.figures.open, line.source))
    bars = [
        counts.Bar(
            words.plain(line.source),
            (line.figures.open, line.figures.fixed),
            f"{line.figures.open:,} open, {line.figures.fixed:,} fixed",
        )
        for line in told
        if line.figures.open or line.figures.fixed
    ]
    return Figure(
        "board",
        f"{numbers.of(everything.open, 'correction is', 'corrections are')} open, and {everything.fixed:,} "
        f"{'has' if everything.fixed == 1 else 'have'} been fixed",
        "Open: proposed to the source, sent, or accepted and not yet seen in a delivery. Days are from the day on "
        "which one was proposed to that on which it was seen fixed.",
        table(
            "Corrections by source",
            [
                Column("source", "Source"),
                *(Column(name, words.plain(name), "count") for name in _STATES),
                Column("median_days_to_fix", "Median days to fix", "count"),
                Column("asks_avoided", "Questions to residents avoided", "count"),
                Column("asks_avoidable", "Could be avoided", "count"),
            ],
            [
                (
                    words.plain(line.source),
                    *(getattr(line.figures, name) for name in _STATES),
                    line.figures.median_days_to_fix,
                    line.figures.asks_avoided,
                    line.figures.asks_avoidable,
                )
                for line in told
            ],
        ),
        (lambda width: counts.bars(bars, ("Open", "Fixed"), width)) if bars else None,
    )


_STATES = ("open", "proposed", "sent", "accepted", "refused", "fixed", "withdrawn")
_WRONG = ("valid", "consistent")


def _rate(each: Any) -> Rate:
    failed = each.failed / each.rows
    return Rate(
        f"{_named(each)}, not {each.rule}",
        "Share that failed",
        failed,
        0.0,
        failed,
        f"{numbers.share(failed)} of {each.rows:,}",
    )


def _named(each: Any) -> str:
    return f"{words.plain(each.source)}, {_lower(_field(each.field))}"


def _field(name: str) -> str:
    return "Record" if name == "record" else words.plain(name)


def _lower(text: str) -> str:
    """Write a name within a sentence; what is short for something stays in capitals."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def _mean(shares: Sequence[float | None]) -> float | None:
    known = [share for share in shares if share is not None]
    return sum(known) / len(known) if known else None
