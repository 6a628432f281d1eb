"""What changed in error rates, where both runs were held against a truth.

Takes two snapshots with evaluations, gives findings and the section "Error rates". Each run's intervals say how sure
its rates are; a change counts where it is more than both leave room for, all rates looked at together (as in
``insighthub.linkage.differences``). The runs may share people and truth, which makes real changes surer than is said.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scipy.special import ndtr

from insighthub.charts import Column, Figure
from insighthub.charts.changes import Change, changes
from insighthub.charts.numbers import score, share
from insighthub.charts.table import table
from insighthub.drift.finding import ACT, LOOK, Finding, worst_first
from insighthub.drift.snapshot import Snapshot
from insighthub.linkage.differences import stand_out
from insighthub.linkage.ratios import Z
from insighthub.report.group_words import MEASURES, heading, subject
from insighthub.report.section import Section, of

#: A rate that got worse, beyond chance, by so much calls for action.
WORSE_ACT = 0.02
_LOOK = 0.005
_EVERYBODY = 10.0  # a change that is about everybody comes before one as large about a group
_MOST_DRAWN = 12
_SCORES = (
    ("pairwise", "precision", "Pairwise precision"),
    ("pairwise", "recall", "Pairwise recall"),
    ("pairwise", "f1", "Pairwise F1"),
    ("b_cubed", "f1", "B-cubed F1"),
)


@dataclass(frozen=True)
class RateChange:
    """A figure of both evaluations: what of, before and after, whether more is worse, and the p-value."""

    words: str
    label: tuple[str, str, str]  # way of grouping, group, measure
    before: float
    after: float
    worse_up: bool
    p_value: float

    @property
    def moved(self) -> float:
        """By how much it changed."""
        return abs(self.after - self.before)

    @property
    def worse(self) -> bool:
        """Whether it got worse."""
        return self.after > self.before if self.worse_up else self.after < self.before


def both_evaluated(before: Snapshot, after: Snapshot) -> bool:
    """Whether both runs were held against a truth."""
    return before.evaluation is not None and after.evaluation is not None


def error_findings(before: Snapshot, after: Snapshot) -> list[Finding]:
    """Return the error rates that changed beyond chance; none where a run has no evaluation."""
    if before.evaluation is None or after.evaluation is None:
        return []
    found = [*_overall(before.evaluation, after.evaluation), *_by_group(before.evaluation, after.evaluation)]
    return worst_first(_findings(found))


def _findings(found: list[RateChange]) -> Iterator[Finding]:
    """Give each overall score that got worse, and for each way of grouping and measure the group that did most."""
    groups: dict[tuple[str, str], list[RateChange]] = {}
    for change, differs in zip(found, stand_out([c.p_value for c in found]), strict=True):
        if not differs or change.moved < _LOOK or not change.worse:
            continue
        by, _, measure = change.label
        if by:
            groups.setdefault((by, measure), []).append(change)
        else:
            sentence = f"{change.words} {_way(change)} from {score(change.before)} to {score(change.after)}"
            yield Finding(_grade(change), _EVERYBODY * change.moved / _LOOK, "scores", sentence)
    for (by, _), changed in groups.items():
        worst = max(changed, key=lambda c: (c.moved, c.label))
        sentence = f"{worst.words} {_way(worst)} from {share(worst.before)} to {share(worst.after)}"
        if len(changed) > 1:
            others = of(len(changed) - 1, "other group", "other groups")
            sentence += f", and those of {others} by {heading(by).lower()} got worse too"
        yield Finding(_grade(worst), worst.moved / _LOOK, "group-errors", sentence)


def _grade(change: RateChange) -> int:
    return ACT if change.moved >= WORSE_ACT else LOOK


def _way(change: RateChange) -> str:
    return "rose" if change.after > change.before else "fell"


def _p_value(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    spread = math.hypot(*((i["high"] - i["low"]) / (2 * Z) for i in (before, after)))
    moved = abs(after["value"] - before["value"])
    return float(2 * ndtr(-moved / spread)) if spread > 0 else 1.0 if moved == 0 else 0.0


def _overall(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[RateChange]:
    for way, part, words in _SCORES:
        b, a = before[way][part], after[way][part]
        yield RateChange(words, ("", "", words), b["value"], a["value"], False, _p_value(b, a))
    for name, part, words in (
        ("households", "rate", "The share of households with two people in one cluster"),
        ("calibration", "error", "The expected calibration error"),
    ):
        if before.get(name) and after.get(name):
            b, a = before[name][part], after[name][part]
            yield RateChange(words, ("", "", words), b["value"], a["value"], True, _p_value(b, a))


def _by_group(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[RateChange]:
    earlier = {(c["by"], g["group"]): g for c in before.get("groups", ()) for g in c["groups"]}
    for comparison in after.get("groups", ()):
        by = comparison["by"]
        for group in comparison["groups"]:
            same = earlier.get((by, group["group"]))
            for measure, words in MEASURES.items():
                if same is None or same[measure] is None or group[measure] is None:
                    continue
                b, a = same[measure]["rate"], group[measure]["rate"]
                sentence = f"{subject(by, group['group'])}: {words.lower()}"
                label = (by, group["group"], measure)
                yield RateChange(sentence, label, b["value"], a["value"], True, _p_value(b, a))


def errors_section(before: Snapshot, after: Snapshot, found: list[Finding]) -> Section | None:
    """Show error rates before and after; None where a run has no evaluation."""
    if before.evaluation is None or after.evaluation is None:
        return None
    overall = list(_overall(before.evaluation, after.evaluation))
    groups = list(_by_group(before.evaluation, after.evaluation))
    figures = [_overall_figure(overall, found)]
    if groups:
        figures.append(_group_figure(groups, found))
    return Section(
        "errors",
        "Error rates",
        "Both runs were held against a truth. A rate counts as changed where its two intervals leave no room for "
        f"chance, all rates looked at together; {share(WORSE_ACT, 0)} worse calls for action. Groups of fewer than ten "
        "people are not shown.",
        tuple(figures),
    )


def _overall_figure(rows: list[RateChange], found: list[Finding]) -> Figure:
    differs = stand_out([r.p_value for r in rows])
    return Figure(
        "scores",
        next((f.sentence for f in found if f.figure == "scores"), "No score is worse than before beyond chance"),
        "Scores of all links, before and after.",
        table(
            "Scores before and after",
            [
                Column("measure", "Measure"),
                Column("before", "Before", "score"),
                Column("after", "After", "score"),
                Column("differs", "Beyond chance"),
            ],
            [(r.words, r.before, r.after, "yes" if d else "no") for r, d in zip(rows, differs, strict=True)],
        ),
    )


def _group_figure(rows: list[RateChange], found: list[Finding]) -> Figure:
    differs = stand_out([r.p_value for r in rows])
    drawn = sorted(rows, key=lambda r: (-abs(r.after - r.before), r.label))[:_MOST_DRAWN]
    bars = [Change(r.words, r.before, r.after, f"{share(r.before)} to {share(r.after)}") for r in drawn]
    return Figure(
        "group-errors",
        next(
            (f.sentence for f in found if f.figure == "group-errors"), "No group is worse off than before beyond chance"
        ),
        f"The {len(drawn)} rates of groups that moved furthest; the table has all. A ring is before, a dot after.",
        table(
            "Error rates of groups before and after",
            [
                Column("by", "By"),
                Column("group", "Group"),
                Column("measure", "Measure"),
                Column("before", "Before", "share"),
                Column("after", "After", "share"),
                Column("differs", "Beyond chance"),
            ],
            [
                (heading(r.label[0]), r.label[1], MEASURES[r.label[2]], r.before, r.after, "yes" if d else "no")
                for r, d in zip(rows, differs, strict=True)
            ],
        ),
        lambda width: changes(bars, width, shares=True),
    )
