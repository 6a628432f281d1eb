"""For whom the links are worse: error rates by group, and people of one household merged.

Takes an evaluation, gives the section "Who the mistakes are about". It shows groups of ten people and more, and never
a person.
"""

from collections.abc import Sequence

from insighthub.charts import Column, Figure
from insighthub.charts.numbers import NOTHING, count, share
from insighthub.charts.rates import Rate, rates
from insighthub.charts.table import Cell, table
from insighthub.linkage.evaluation_result import (
    Evaluation,
    GroupComparison,
    GroupRate,
    GroupScores,
    HouseholdMerges,
)
from insighthub.report.group_words import MEASURES, differences, heading
from insighthub.report.section import Section, of

# Rows of a chart: more would not be read, and the table has them all.
_MOST_ROWS = 14
_SERIES = ("Missed matches", "False matches")
_NOTES = {
    "name_origin": " The form of a name is guessed from its letters, for this comparison and for nothing else; it is "
    "often wrong, says nothing of who a person is, and is kept for nobody.",
    "age_band": " Ages are those on the day of the run.",
    "area": " An area is the first half of a postcode.",
    "source_pair": " Records of a pair of sources are the true links between them, people those who have any.",
}
_KEYS = {by: f"errors-by-{by.replace('_', '-')}" for by in ("sex", "age_band", "area", "name_origin", "source")}


def groups_section(evaluation: Evaluation) -> Section | None:
    """Say which groups of people are missed or merged more often; None where nothing is known of groups."""
    figures = [_households(evaluation.households)] if evaluation.households is not None else []
    figures += [_comparison(c) for c in evaluation.groups if c.groups or c.hidden]
    if not figures:
        return None
    found = differences(evaluation.groups)
    worse = [d for d in found if d.of_people and d.rate.differs == "higher"]
    lead = (
        "A missed match is a true link that was not found; a false match is a found link to another person. A record "
        "is in a wrong cluster where its cluster is not exactly its person's records. A person's group is what most of "
        "their records say. Groups of fewer than ten people are not shown. A rate is marked where it differs from "
        "everybody else's by more than chance explains, looking at all groups together. "
    )
    lead += f"{of(len(worse), 'rate')} of groups of people {'is' if len(worse) == 1 else 'are'} worse in that sense."
    return Section("groups", "Who the mistakes are about", lead, tuple(figures))


def _households(households: HouseholdMerges) -> Figure:
    i = households.rate
    return Figure(
        "household-merges",
        f"In {count(households.merged)} of {of(households.households, 'household')} ({share(i.value, 2)}), two people "
        "are wrongly in one cluster",
        f"Looked at are households of which at least two people have linked records. The 95% interval is "
        f"{share(i.low, 2)} to {share(i.high, 2)}.",
        table(
            "Households with two people in one cluster",
            [
                Column("households", "Households", "count"),
                Column("merged", "With two people in one cluster", "count"),
                Column("rate", "Share", "share"),
                Column("low", "From", "share"),
                Column("high", "To", "share"),
            ],
            [(households.households, households.merged, i.value, i.low, i.high)],
        ),
    )


def _comparison(comparison: GroupComparison) -> Figure:
    by = heading(comparison.by)
    found = differences([comparison])
    if not comparison.groups:
        finding = f"{by}: groups are too small to show"
    elif found and found[0].rate.differs == "higher":
        finding = found[0].sentence()
    elif found:
        finding = f"{by}: no group is worse off beyond chance, and {of(len(found), 'rate')} of a group "
        finding += f"{'is' if len(found) == 1 else 'are'} better"
    else:
        finding = f"{by}: no group differs from the rest beyond chance"
    shown = _most_telling(comparison.groups)
    summary = "Marks are the estimates, bars their 95% intervals; a star marks a rate that differs beyond chance."
    if len(shown) < len(comparison.groups):
        summary += f" Drawn are the {len(shown)} with most missed or false; the table has all."
    summary += _NOTES.get(comparison.by, "")
    if comparison.hidden:
        summary += f" {of(comparison.hidden, 'group is', 'groups are')} not shown, being too small."
    drawn = [
        Rate(f"{g.group}, {word}", name, r.rate.value, r.rate.low, r.rate.high, _shown(r))
        for g in shown
        for name, word, r in ((_SERIES[0], "missed", g.missed), (_SERIES[1], "false", g.false))
        if r is not None
    ]
    return Figure(
        _KEYS.get(comparison.by, f"errors-by-{comparison.by.replace('_', '-')}"),
        finding,
        summary,
        table(f"Error rates by {by.lower()}", _columns(by), [_row(g) for g in comparison.groups]),
        (lambda width: rates(drawn, _SERIES, width)) if drawn else None,
    )


def _most_telling(groups: Sequence[GroupScores]) -> list[GroupScores]:
    """Return the groups to draw, in their order: all, or those that account for most errors."""
    if len(groups) <= _MOST_ROWS:
        return list(groups)

    def errors(g: GroupScores) -> float:
        return g.records * sum(r.rate.value for r in (g.missed, g.false) if r is not None)

    worst = sorted(groups, key=lambda g: (-errors(g), g.group))[: _MOST_ROWS // 2]
    return [g for g in groups if g in worst]


def _columns(by: str) -> list[Column]:
    columns = [Column("group", by), Column("people", "People", "count"), Column("records", "Records", "count")]
    for name, words in MEASURES.items():
        columns += [
            Column(name, words, "share"),
            Column(f"{name}_low", "From", "share"),
            Column(f"{name}_high", "To", "share"),
            Column(f"{name}_rest", "Elsewhere", "share"),
            Column(f"{name}_differs", "Differs"),
        ]
    return columns


def _row(g: GroupScores) -> list[Cell]:
    row: list[Cell] = [g.group, g.people, g.records]
    for r in (g.missed, g.false, g.wrong):
        row += [None] * 5 if r is None else [r.rate.value, r.rate.low, r.rate.high, r.rest, r.differs or NOTHING]
    return row


def _shown(r: GroupRate) -> str:
    return f"{share(r.rate.value)}{'*' if r.differs else ''}"
